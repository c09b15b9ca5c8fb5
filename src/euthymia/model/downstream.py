"""The shared downstream model: every block below the targets, the same for all treatments.

The assumption that matters is the first rule of the house: a treatment may set only its inputs, so this list takes no
treatment as an argument.
"""

from __future__ import annotations

from euthymia.model.block import Block
from euthymia.model.physiology import (
    arousal,
    circuit,
    dopamine,
    gaba,
    glutamate,
    inflammation,
    kynurenine,
    mitochondria,
    monoamines,
    neuroimmune,
    noradrenaline,
    redox,
    reward,
    rhythm,
    serotonin,
    stress,
)
from euthymia.model.plasticity import ampa, amygdala, hippocampus, metaplasticity, neurotrophin, synapse
from euthymia.model.symptoms import behaviour, bias, domains

MODULES = (
    serotonin, noradrenaline, dopamine, monoamines, glutamate, gaba, neurotrophin, ampa, synapse, hippocampus,
    amygdala, metaplasticity, stress, rhythm, inflammation, neuroimmune, kynurenine, redox, mitochondria, circuit,
    reward, arousal, bias, behaviour, domains,
)  # fmt: skip


def downstream() -> tuple[Block, ...]:
    """All downstream blocks with their current parameter values."""
    return tuple(module.block() for module in MODULES)
