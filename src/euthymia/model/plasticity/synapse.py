"""Prefrontal synapses: labile spines that come and go in days, stable ones in months.

The assumption that matters: new spines are made when translation has had time to reach the spine, and become stable
only where BDNF is released; cortisol, inflammation, microglia, oxidative stress and GSK3-beta prune. Rapamycin, where
it prolongs, slows the elimination of spines that translation added and leaves the basal turnover. Left out: spine
size, interneuron synapses, white matter.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    return Block(
        name="synapse",
        doc=__doc__,
        takes={
            "mtorc1": Port("1"),
            "translation": Port("1"),
            "bdnf_release": Port("1"),
            "oxidative_stress": Port("1"),
            "cortisol": Port("1"),
            "inflammation": Port("1"),
            "gsk3_activity": Port("1", absent=1),
            "microglial_activation": Port("1", absent=1),
            "mtorc1_bypass": Port("1", absent=0),
            "synapse_protection": Port("1", absent=0),
        },
        gives={"labile_spines": "1", "stable_synapses": "1", "spine_formation": "1/hour"},
        parameters=values_for("synapse"),
        equations="""
        kept               = elimination*(1 - protected_share*synapse_protection) : 1/hour
        basal_formation    = (kept + maturation)*min(mtorc1 + mtorc1_bypass, 1) : 1/hour
        spine_formation    = basal_formation + (elimination + maturation)*formation*translation : 1/hour
        spine_elimination  = kept*(1 + oxidative_loss*(oxidative_stress - 1)) : 1/hour
        d(labile_spines)   = spine_formation - (spine_elimination + maturation*bdnf_release)*labile_spines : 1/hour
        labile_spines(0)   = 1
        stress_pruning     = cortisol_pruning*(cortisol - 1) + inflammation_pruning*(inflammation - 1) : 1
        glial_pruning      = microglial_pruning*(microglial_activation - 1) + gsk3_pruning*(gsk3_activity - 1) : 1
        worn               = oxidative_pruning*(oxidative_stress - 1) + constitutive_pruning : 1
        pruning            = 1 + stress_pruning + glial_pruning + worn : 1
        d(stable_synapses) = stable_turnover*(bdnf_release*labile_spines - pruning*stable_synapses) : 1/hour
        stable_synapses(0) = 1
        """,
    )
