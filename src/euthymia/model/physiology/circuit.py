"""Limbic negative-affect drive against prefrontal control.

The assumption that matters: control adds up what structure, AMPA scaling, stimulation, the acute glutamate burst and
the prefrontal catecholamines give it, and the subgenual-amygdala drive is a sigmoid of everything that pushes and holds
it. Glutamate that is cleared slowly multiplies the push, as slower AMPA currents keep the cingulate on in
ramirezmahaluf2017. The offset is derived, not fitted, so that health is exactly a fixed point. Left out: spiking, two
hemispheres.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    return Block(
        name="circuit",
        doc=__doc__,
        takes={
            "stable_synapses": Port("1"),
            "labile_spines": Port("1"),
            "ampa_scaling": Port("1"),
            "prefrontal_gain": Port("1"),
            "glutamate_burst": Port("1"),
            "glutamate_tone": Port("1", absent=1),
            "tonic_inhibition": Port("1"),
            "monoamine_drive": Port("1"),
            "cortisol": Port("1"),
            "inflammation": Port("1"),
            "negative_bias": Port("1"),
            "amygdala_growth": Port("1", absent=1),
            "hippocampal_synapses": Port("1", absent=1),
            "noradrenaline_level": Port("1", absent=1),
            "prefrontal_dopamine": Port("1", absent=1),
            "life_stress": Port("1", absent=0),
            "expectancy": Port("1", absent=0),
        },
        gives={"limbic_drive": "1", "prefrontal_control": "1", "healthy_limbic_drive": "1"},
        parameters=values_for("circuit"),
        equations="""
        healthy_limbic_drive = healthy_drive : 1
        structure            = stable_weight*(stable_synapses - 1) + labile_weight*(labile_spines - 1) : 1
        excitability         = ampa_weight*(ampa_scaling - 1) + burst_weight*glutamate_burst : 1
        noradrenergic        = noradrenaline_weight*(saturating(noradrenaline_level) - 1) : 1
        dopaminergic         = dopamine_weight*(saturating(prefrontal_dopamine) - 1) : 1
        modulation           = noradrenergic + dopaminergic + stimulation_weight*prefrontal_gain : 1
        prefrontal_control   = 1 + structure + excitability + modulation : 1
        offset               = width*log(healthy_drive/(1 - healthy_drive)) - from_bias*healthy_drive : 1
        bodily_push          = from_cortisol*(cortisol - 1) + from_inflammation*(inflammation - 1) : 1
        limbic_push          = from_bias*negative_bias + from_amygdala*(amygdala_growth - 1) : 1
        excitation           = 1 + glutamate_gain*(glutamate_tone - 1) : 1
        push                 = excitation*(from_stress*life_stress + limbic_push + bodily_push) : 1
        calming              = inhibition_gain*(tonic_inhibition - 1) + monoamine_gain*monoamine_drive : 1
        context              = context_weight*(hippocampal_synapses - 1) : 1
        hold                 = control_gain*(prefrontal_control - 1) + calming + context + expectancy : 1
        d(limbic_drive)      = (logistic((offset + push - hold)/width) - limbic_drive)/adjustment_time : 1/hour
        limbic_drive(0)      = healthy_drive
        """,
    )
