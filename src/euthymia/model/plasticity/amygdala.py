"""Growth of amygdala and accumbens under stress: what cortisol prunes elsewhere it lets grow here.

The assumption that matters: growth follows cortisol over weeks and shrinks under prefrontal control, and its sign is
the opposite of prefrontal and hippocampal synapses (after vyas2002, recalled). Left out: fear memory, the nuclei.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    return Block(
        name="amygdala",
        doc=__doc__,
        takes={"cortisol": Port("1"), "prefrontal_control": Port("1")},
        gives={"amygdala_growth": "1"},
        parameters=values_for("amygdala"),
        equations="""
        level              = 1 + cortisol_growth*(cortisol - 1) - control_shrinkage*(prefrontal_control - 1) : 1
        d(amygdala_growth) = (level - amygdala_growth)/growth_time : 1/hour
        amygdala_growth(0) = 1
        """,
    )
