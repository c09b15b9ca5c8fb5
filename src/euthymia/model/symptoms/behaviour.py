"""Behavioural activation: what a person does, given up under negative affect and taken up again with reward.

The assumption that matters: habits of doing change over two weeks, so activity lags behind mood in both directions.
Left out: therapy, work and company as inputs of their own, restlessness.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    return Block(
        name="behaviour",
        doc=__doc__,
        takes={
            "limbic_drive": Port("1"),
            "healthy_limbic_drive": Port("1"),
            "reward_response": Port("1", absent=1),
        },
        gives={"behavioural_activation": "1"},
        parameters=values_for("behaviour"),
        equations="""
        withdrawn                 = withdrawal*(limbic_drive - healthy_limbic_drive) : 1
        level                     = max(1 - withdrawn + reward_gain*(reward_response - 1), least) : 1
        d(behavioural_activation) = (level - behavioural_activation)/habit_time : 1/hour
        behavioural_activation(0) = 1
        """,
    )
