"""Serotonin at the terminal and the raphe autoreceptor that adapts to it.

The assumption that matters: release and uptake settle within minutes, so extracellular serotonin is algebraic; what
is slow is the autoreceptor, whose desensitisation lets firing recover under a transporter blocker (the role of that
recovery in the clinical delay is contested: commons2019). An inhibitor of MAO-A keeps serotonin, an agonist at 5-HT1A
stands for serotonin on both sides; both are nothing when no drug acts. Left out: 5-HT1B and 5-HT2 receptors,
transporter trafficking, regional differences.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    return Block(
        name="serotonin",
        doc=__doc__,
        takes={
            "sert_occupancy": Port("1", absent=0),
            "mao_a_inhibition": Port("1", absent=0),
            "ht1a_agonism": Port("1", absent=0),
            "inflammation": Port("1"),
        },
        gives={"serotonin_level": "1", "serotonin_drive": "1", "raphe_firing": "1", "postsynaptic_response": "1"},
        parameters=values_for("serotonin"),
        equations="""
        synthesis       = 1/(1 + synthesis_loss*positive(inflammation - 1)) : 1
        unoxidised      = 1 - metabolism_share*mao_a_inhibition : 1
        serotonin_level = raphe_firing*synthesis/(1 - clearance_share*sert_occupancy)/unoxidised : 1
        sensed          = serotonin_level + presynaptic_agonism*ht1a_agonism : 1
        braked_firing   = (1 + feedback)/(1 + feedback*autoreceptor*sensed) : 1
        d(raphe_firing) = (braked_firing - raphe_firing)/firing_time : 1/hour
        raphe_firing(0) = 1
        desensitised    = 1/(1 + desensitisation*positive(sensed - 1)) : 1
        d(autoreceptor) = (desensitised - autoreceptor)/adaptation_time : 1/hour
        autoreceptor(0) = 1
        received        = serotonin_level + postsynaptic_agonism*ht1a_agonism : 1
        serotonin_drive = responsivity*(saturating(received) - 1) : 1
        postsynaptic_response = responsivity : 1
        """,
    )
