"""Tonic inhibition through delta-containing GABA-A receptors and the neurosteroids that drive it.

The assumption that matters: cortisol and inflammation lose receptors, potentiation lets them come back. Left out:
synaptic (phasic) inhibition, receptor subtypes beyond delta, endogenous allopregnanolone as a state of its own.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    return Block(
        name="gaba",
        doc=__doc__,
        takes={
            "gabaa_potentiation": Port("1", absent=0),
            "cortisol": Port("1"),
            "inflammation": Port("1"),
            "serotonin_drive": Port("1"),
        },
        gives={"tonic_inhibition": "1", "delta_receptors": "1"},
        parameters=values_for("gaba"),
        equations="""
        loss               = cortisol_loss*(cortisol - 1) + inflammation_loss*(inflammation - 1) : 1
        d(delta_receptors) = (1 - loss + recovery*gabaa_potentiation - delta_receptors)/receptor_time : 1/hour
        delta_receptors(0) = 1
        neurosteroid       = 1 + neurosteroid_gain*serotonin_drive : 1
        tonic_inhibition   = delta_receptors*(1 - deficit)*(neurosteroid + potentiation*gabaa_potentiation) : 1
        """,
    )
