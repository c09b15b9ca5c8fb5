"""Tonic inhibition through delta-containing GABA-A receptors and the neurosteroids that drive it.

The assumption that matters: cortisol and inflammation lose receptors and potentiation lets them come back; endogenous
allopregnanolone is a slow pool that serotonin fills and lasting cortisol empties. No published model exists of either
(luscher2019 and maguire2019 are reviews), so sizes are assumed. Left out: synaptic (phasic) inhibition, receptor
subtypes beyond delta, the rise of neurosteroids in the first hour of stress.
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
        gives={"tonic_inhibition": "1", "delta_receptors": "1", "neurosteroid": "1"},
        parameters=values_for("gaba"),
        equations="""
        loss               = cortisol_loss*(cortisol - 1) + inflammation_loss*(inflammation - 1) : 1
        expressed          = receptor_expression*(1 - loss + recovery*gabaa_potentiation) : 1
        d(delta_receptors) = (expressed - delta_receptors)/receptor_time : 1/hour
        delta_receptors(0) = receptor_expression
        synthesis          = neurosteroid_gain*serotonin_drive - cortisol_drain*(cortisol - 1) : 1
        made               = neurosteroid_supply*max(1 + synthesis, 0) : 1
        d(neurosteroid)    = (made - neurosteroid)/neurosteroid_time : 1/hour
        neurosteroid(0)    = neurosteroid_supply
        tonic_inhibition   = delta_receptors*(1 - deficit)*(neurosteroid + potentiation*gabaa_potentiation) : 1
        """,
    )
