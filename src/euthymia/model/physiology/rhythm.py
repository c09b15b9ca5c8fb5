"""Integrity of the circadian and sleep rhythm, lost to cortisol and arousal over a week or two.

The assumption that matters: one number stands for amplitude and phase of the clock; it is a consequence of arousal and
cortisol and feeds sleep alone. Left out: light on the clock, chronotype, the clock's hold on cortisol.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    return Block(
        name="rhythm",
        doc=__doc__,
        takes={"cortisol": Port("1"), "arousal": Port("1")},
        gives={"circadian_integrity": "1"},
        parameters=values_for("rhythm"),
        equations="""
        disruption             = cortisol_loss*positive(cortisol - 1) + arousal_loss*positive(arousal - 1) : 1
        kept                   = (1 - misalignment)/(1 + disruption) : 1
        d(circadian_integrity) = (kept - circadian_integrity)/entrainment_time : 1/hour
        circadian_integrity(0) = 1 - misalignment
        """,
    )
