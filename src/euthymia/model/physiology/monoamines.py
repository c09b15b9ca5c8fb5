"""What the three monoamines together push downstream.

The assumption that matters: their drives add up, each with a weight that is the same for every treatment. Serotonin
alone leaves the sum unchanged, so a model without noradrenergic and dopaminergic drugs is the one that was fitted.
Left out: cross-talk between the nuclei.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    return Block(
        name="monoamines",
        doc=__doc__,
        takes={
            "serotonin_drive": Port("1"),
            "noradrenaline_drive": Port("1"),
            "dopamine_drive": Port("1"),
        },
        gives={"monoamine_drive": "1"},
        parameters=values_for("monoamines"),
        equations="""
        others          = noradrenaline_weight*noradrenaline_drive + dopamine_weight*dopamine_drive : 1
        monoamine_drive = serotonin_drive + others : 1
        """,
    )
