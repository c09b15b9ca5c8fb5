"""Hippocampal synapses and new neurons, which give limbic drive its context and concentration its memory.

As the stable synapses of the prefrontal cortex, somewhat faster, and gated by serotonin: without serotonin or BDNF
nothing is added, cortisol, oxidative stress and microglia take away. The assumption that matters: neurogenesis and
synapses are one pool. Left out: volume, the dentate gyrus apart from CA3, pattern separation.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    return Block(
        name="hippocampus",
        doc=__doc__,
        takes={
            "bdnf_release": Port("1"),
            "serotonin_drive": Port("1"),
            "cortisol": Port("1"),
            "oxidative_stress": Port("1"),
            "microglial_activation": Port("1", absent=1),
        },
        gives={"hippocampal_synapses": "1"},
        parameters=values_for("hippocampus"),
        equations="""
        added     = bdnf_release*max(1 + serotonin_gain*serotonin_drive, 0) : 1
        hormonal  = cortisol_pruning*(cortisol - 1) : 1
        worn      = oxidative_pruning*(oxidative_stress - 1) + microglial_pruning*(microglial_activation - 1) : 1
        d(hippocampal_synapses) = turnover*(added - (1 + hormonal + worn)*hippocampal_synapses) : 1/hour
        hippocampal_synapses(0) = 1
        """,
    )
