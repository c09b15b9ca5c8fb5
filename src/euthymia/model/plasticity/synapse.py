"""Prefrontal synapses: labile spines that come and go in days, stable ones in months.

The assumption that matters: new spines are made when translation has had time to reach the spine, and become stable
only where BDNF is released. Left out: hippocampus, amygdala hypertrophy, white matter.
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
        },
        gives={"labile_spines": "1", "stable_synapses": "1", "spine_formation": "1/hour"},
        parameters=values_for("synapse"),
        equations="""
        spine_formation    = (elimination + maturation)*(min(mtorc1, 1) + formation*translation) : 1/hour
        spine_elimination  = elimination*(1 + oxidative_loss*(oxidative_stress - 1)) : 1/hour
        d(labile_spines)   = spine_formation - (spine_elimination + maturation*bdnf_release)*labile_spines : 1/hour
        labile_spines(0)   = 1
        stress_pruning     = cortisol_pruning*(cortisol - 1) + inflammation_pruning*(inflammation - 1) : 1
        pruning            = 1 + stress_pruning + oxidative_pruning*(oxidative_stress - 1) : 1
        d(stable_synapses) = stable_turnover*(bdnf_release*labile_spines - pruning*stable_synapses) : 1/hour
        stable_synapses(0) = 1
        """,
    )
