"""AMPA-receptor scaling: potentiated by mTORC1 within hours, lost over days, starved by missing BDNF.

The assumption that matters: potentiation saturates at a ceiling. Where mTORC1 is not necessary ERK stands in for it
(`mtorc1_bypass`); where rapamycin prolongs, it slows the loss (`synapse_protection`). Left out: receptor subunits,
desensitisation.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    return Block(
        name="ampa",
        doc=__doc__,
        takes={
            "mtorc1": Port("1"),
            "bdnf_pool": Port("1"),
            "mtorc1_bypass": Port("1", absent=0),
            "synapse_protection": Port("1", absent=0),
        },
        gives={"ampa_scaling": "1"},
        parameters=values_for("ampa"),
        equations="""
        gained          = rate*positive(mtorc1 + mtorc1_bypass - 1)*positive(ceiling - ampa_scaling) : 1/hour
        excess          = ampa_scaling - 1 + support*(1 - bdnf_pool) : 1
        lost            = (1 - protected_share*synapse_protection)*excess/decay_time : 1/hour
        d(ampa_scaling) = gained - lost : 1/hour
        ampa_scaling(0) = 1
        """,
    )
