"""Low-grade peripheral inflammation, raised by stress and held back by cortisol.

The assumption that matters: one slow level stands for IL-6, CRP and microglial tone together. Left out: acute
challenge dynamics, the kynurenine branches, the brain's own immune cells as a separate state.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    return Block(
        name="inflammation",
        doc=__doc__,
        takes={"stress_input": Port("1"), "cortisol": Port("1")},
        gives={"inflammation": "1"},
        parameters=values_for("inflammation"),
        equations="""
        level           = 1 + load + from_stress*(stress_input - 1) - cortisol_brake*(cortisol - 1) : 1
        d(inflammation) = (level - inflammation)/adjustment_time : 1/hour
        inflammation(0) = 1
        """,
    )
