"""Tryptophan turned to kynurenine, kynurenine to quinolinate, and biopterin: what interferons do to amino acids.

Turnover in which mass is kept: tryptophan comes in at a constant rate and leaves for kynurenine through IDO, which
inflammation raises, and TDO, which cortisol raises. The ratio of kynurenine to tryptophan at rest is the relative speed
of these enzymes. Microglia carry kynurenine on to quinolinate. Biopterin, the cofactor of tyrosine hydroxylase, is lost
to the same interferons and to oxidation. The assumption that matters: brain follows plasma. Left out: kynurenate,
the blood-brain barrier and competing amino acids, biopterin as cofactor of tryptophan hydroxylase, diet.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    """Takes inflammation, cortisol, microglia and oxidative stress; gives enzymes and metabolites; all 1 in health."""
    return Block(
        name="kynurenine",
        doc=__doc__,
        takes={
            "inflammation": Port("1", absent=1),
            "cortisol": Port("1", absent=1),
            "microglial_activation": Port("1", absent=1),
            "oxidative_stress": Port("1", absent=1),
        },
        gives={
            "ido_activity": "1",
            "kynurenine": "1",
            "quinolinate": "1",
            "tryptophan": "1",
            "biopterin": "1",
        },
        parameters=values_for("kynurenine"),
        equations="""
        d(ido_activity) = (inflammation - ido_activity)/enzyme_time : 1/hour
        ido_activity(0) = 1
        conversion      = max(floor, 1 + ido_gain*(ido_activity - 1) + tdo_gain*(cortisol - 1)) : 1
        d(tryptophan)   = (1 - (1 + degraded_share*(conversion - 1))*tryptophan)/tryptophan_time : 1/hour
        tryptophan(0)   = 1
        d(kynurenine)   = (conversion*tryptophan - kynurenine)/kynurenine_time : 1/hour
        kynurenine(0)   = 1
        carried_on      = positive(1 + microglial_branch*(microglial_activation - 1)) : 1
        d(quinolinate)  = (carried_on*kynurenine - quinolinate)/quinolinate_time : 1/hour
        quinolinate(0)  = 1
        pterin_loss     = biopterin_immune_loss*positive(inflammation - 1) : 1
        pterin_oxidised = biopterin_oxidative_loss*positive(oxidative_stress - 1) : 1
        d(biopterin)    = (1/(1 + pterin_loss + pterin_oxidised) - biopterin)/biopterin_time : 1/hour
        biopterin(0)    = 1
        """,
    )
