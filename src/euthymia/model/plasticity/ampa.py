"""AMPA-receptor scaling: potentiated by mTORC1 within hours, lost over days, starved by missing BDNF.

The assumption that matters: potentiation saturates at a ceiling. Left out: receptor subunits, desensitisation.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    return Block(
        name="ampa",
        doc=__doc__,
        takes={"mtorc1": Port("1"), "bdnf_pool": Port("1")},
        gives={"ampa_scaling": "1"},
        parameters=values_for("ampa"),
        equations="""
        gained          = rate*positive(mtorc1 - 1)*positive(ceiling - ampa_scaling) : 1/hour
        lost            = (ampa_scaling - 1 + support*(1 - bdnf_pool))/decay_time    : 1/hour
        d(ampa_scaling) = gained - lost : 1/hour
        ampa_scaling(0) = 1
        """,
    )
