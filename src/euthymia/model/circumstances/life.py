"""Life stress: an episode at inclusion, then a drift back to this patient's habit, with events on the way.

The assumption that matters: patients come at their worst, so mean reversion alone gives remission without treatment
and regression to the mean. Events arrive through the schedule as additions to the state. Left out: feedback of
depression on life.
"""

from __future__ import annotations

from euthymia.model.block import Block
from euthymia.model.parameter_table import values_for


def block() -> Block:
    return Block(
        name="life",
        doc=__doc__,
        gives={"life_stress": "1"},
        inputs={"course": "1"},  # 0 while the episode is held before inclusion, 1 from then on
        parameters={name: value for name, value in values_for("life").items() if name != "volatility"},
        equations="""
        d(life_stress) = course*(habitual - life_stress)/reversion_time : 1/hour
        life_stress(0) = episode
        """,
    )
