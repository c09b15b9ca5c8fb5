"""Mesolimbic dopamine tone, lowered by inflammation and cortisol, moved by uptake block, MAO and partial agonists.

A partial agonist at D2 and D3 takes receptors from dopamine and gives back its own efficacy, so it lifts a low tone and
lowers a high one. The assumption that matters: tone follows its two brakes without a time constant of its own. Without
a drug the tone is what the brakes leave, and the drive is exactly 0. Left out: autoreceptors, reward learning.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    return Block(
        name="dopamine",
        doc=__doc__,
        takes={
            "inflammation": Port("1"),
            "cortisol": Port("1"),
            "dat_occupancy": Port("1", absent=0),
            "mao_a_inhibition": Port("1", absent=0),
            "mao_b_inhibition": Port("1", absent=0),
            "d2_occupancy": Port("1", absent=0),
            "d2_agonism": Port("1", absent=0),
            "d3_occupancy": Port("1", absent=0),
            "d3_agonism": Port("1", absent=0),
            "postsynaptic_response": Port("1"),
        },
        gives={"dopamine_tone": "1", "dopamine_drive": "1"},
        parameters=values_for("dopamine"),
        equations="""
        brake          = inflammation_loss*positive(inflammation - 1) + cortisol_loss*positive(cortisol - 1) : 1
        own_tone       = tone/(1 + brake) : 1
        oxidised       = mao_a_share*mao_a_inhibition + mao_b_share*mao_b_inhibition : 1
        released       = own_tone/((1 - clearance_share*dat_occupancy)*(1 - oxidised)) : 1
        taken          = d2_weight*d2_occupancy + (1 - d2_weight)*d3_occupancy : 1
        given_back     = full_tone*(d2_weight*d2_agonism + (1 - d2_weight)*d3_agonism) : 1
        dopamine_tone  = (1 - taken)*released + given_back : 1
        dopamine_drive = postsynaptic_response*(saturating(dopamine_tone/own_tone) - 1) : 1
        """,
    )
