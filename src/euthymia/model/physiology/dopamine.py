"""Mesolimbic dopamine tone, lowered by inflammation and cortisol.

The assumption that matters: tone follows its two brakes without a time constant of its own. Left out: reuptake
block, D2 and D3 receptors, reward learning; they come with the drugs that act on them.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    return Block(
        name="dopamine",
        doc=__doc__,
        takes={"inflammation": Port("1"), "cortisol": Port("1")},
        gives={"dopamine_tone": "1"},
        parameters=values_for("dopamine"),
        equations="""
        brake         = inflammation_loss*positive(inflammation - 1) + cortisol_loss*positive(cortisol - 1) : 1
        dopamine_tone = tone/(1 + brake) : 1
        """,
    )
