"""Serotonin at the terminal, and the receptors that adapt to it: 5-HT1A on the soma, 5-HT1B on the terminal, 5-HT2.

Release and uptake settle within minutes, so extracellular serotonin is algebraic: the root of release that the
terminal's own 5-HT1B receptor holds back. What is slow are the receptors. As 5-HT1A desensitises, firing recovers under
a transporter blocker; its role in the clinical delay is contested (commons2019), and `desensitisation = 0` or
`feedback = 0` are the rivals. Synthesis follows brain tryptophan; `tryptophan_gain = 0` takes inflammation off
serotonin. An inhibitor of MAO-A keeps serotonin, an agonist at 5-HT1A stands for serotonin on both sides. The
assumption that matters: one law of adaptation serves all three receptors, and 5-HT2A and 5-HT2C are one tone. Left out:
transporter trafficking, regional differences.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    """Takes occupancies and brain tryptophan (1 in health); gives level, firing and 5-HT2 tone (1), and drive (0)."""
    return Block(
        name="serotonin",
        doc=__doc__,
        takes={
            "sert_occupancy": Port("1", absent=0),
            "mao_a_inhibition": Port("1", absent=0),
            "ht1a_agonism": Port("1", absent=0),
            "ht2a_occupancy": Port("1", absent=0),
            "tryptophan": Port("1", absent=1),
        },
        gives={
            "serotonin_level": "1",
            "serotonin_drive": "1",
            "raphe_firing": "1",
            "postsynaptic_response": "1",
            "ht2_tone": "1",
        },
        parameters=values_for("serotonin"),
        equations="""
        synthesis       = 1/max(1 + tryptophan_gain*(1/tryptophan - 1), 0.1) : 1
        unoxidised      = 1 - metabolism_share*mao_a_inhibition : 1
        unbraked_level  = raphe_firing*synthesis/(1 - clearance_share*sert_occupancy)/unoxidised : 1
        fullest_level   = (1 + terminal_feedback)*unbraked_level : 1
        # root of level = unbraked*(1 + f)/(1 + f*terminal_autoreceptor*level)
        serotonin_level = 2*fullest_level/(1 + sqrt(1 + 4*terminal_feedback*terminal_autoreceptor*fullest_level)) : 1
        surplus         = positive(serotonin_level - 1) : 1

        sensed          = serotonin_level + presynaptic_agonism*ht1a_agonism : 1
        braked_firing   = (1 + feedback)/(1 + feedback*autoreceptor*sensed) : 1
        d(raphe_firing) = (braked_firing - raphe_firing)/firing_time : 1/hour
        raphe_firing(0) = 1
        desensitised    = 1/(1 + desensitisation*positive(sensed - 1)) : 1
        d(autoreceptor) = (desensitised - autoreceptor)/adaptation_time : 1/hour
        autoreceptor(0) = 1

        terminal_rest            = 1/(1 + terminal_desensitisation*surplus) : 1
        d(terminal_autoreceptor) = (terminal_rest - terminal_autoreceptor)/adaptation_time : 1/hour
        terminal_autoreceptor(0) = 1
        ht2_rest                 = 1/(1 + ht2_desensitisation*surplus) : 1
        d(ht2_sensitivity)       = (ht2_rest - ht2_sensitivity)/adaptation_time : 1/hour
        ht2_sensitivity(0)       = 1
        ht2_tone                 = ht2_sensitivity*saturating(serotonin_level)*(1 - ht2a_share*ht2a_occupancy) : 1

        received        = serotonin_level + postsynaptic_agonism*ht1a_agonism : 1
        serotonin_drive = responsivity*(saturating(received) - 1) : 1
        postsynaptic_response = responsivity : 1
        """,
    )
