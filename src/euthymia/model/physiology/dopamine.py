"""Dopamine in the accumbens and the prefrontal cortex: firing, the D2 autoreceptor that holds it, and what clears it.

Microglial activation, cortisol and 5-HT2 tone lower firing of the ventral tegmentum and reward raises it; biopterin
limits synthesis, from which the terminal shields itself (Best 2009, so the gain is small). Uptake by DAT rules the
accumbens and uptake by NET the prefrontal cortex. A partial agonist at D2 and D3 takes receptors from dopamine and
gives back its own efficacy, on both sides of the synapse, so it lifts a low tone and lowers a high one. The assumption
that matters: each patient's autoreceptors hold firing to that patient's own tone, and adapt as 5-HT1A does. Left out:
phasic bursts, learning from prediction error, D1 receptors.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    """Takes occupancies and what moves firing (1 in health); gives accumbal and prefrontal tone (1), and drive (0)."""
    return Block(
        name="dopamine",
        doc=__doc__,
        takes={
            "biopterin": Port("1", absent=1),
            "cortisol": Port("1", absent=1),
            "microglial_activation": Port("1", absent=1),
            "ht2_tone": Port("1", absent=1),
            "reward_response": Port("1", absent=1),
            "dat_occupancy": Port("1", absent=0),
            "net_occupancy": Port("1", absent=0),
            "mao_a_inhibition": Port("1", absent=0),
            "mao_b_inhibition": Port("1", absent=0),
            "d2_occupancy": Port("1", absent=0),
            "d2_agonism": Port("1", absent=0),
            "d3_occupancy": Port("1", absent=0),
            "d3_agonism": Port("1", absent=0),
            "postsynaptic_response": Port("1", absent=1),
        },
        gives={"dopamine_tone": "1", "prefrontal_dopamine": "1", "dopamine_drive": "1"},
        parameters=values_for("dopamine"),
        equations="""
        bodily_brake    = microglial_loss*positive(microglial_activation - 1) + cortisol_loss*positive(cortisol - 1) : 1
        excited         = positive(1 + 2*reward_gain*(saturating(reward_response) - 1)) : 1
        input           = excited/((1 + bodily_brake)*max(1 + ht2_brake*(ht2_tone - 1), 0.1)) : 1
        synthesis       = 1/(1 + biopterin_gain*(1/biopterin - 1)) : 1
        oxidised        = mao_a_share*mao_a_inhibition + mao_b_share*mao_b_inhibition : 1
        made            = tegmental_firing*synthesis/(1 - oxidised) : 1
        released        = made/(1 - clearance_share*dat_occupancy) : 1

        sensed              = (1 - d2_occupancy)*released + full_tone*d2_agonism/tone : 1
        braked_firing       = input*(1 + feedback)/(1 + feedback*autoreceptor*sensed) : 1
        d(tegmental_firing) = (braked_firing - tegmental_firing)/firing_time : 1/hour
        tegmental_firing(0) = 1
        desensitised        = 1/(1 + desensitisation*positive(sensed - 1)) : 1
        d(autoreceptor)     = (desensitised - autoreceptor)/adaptation_time : 1/hour
        autoreceptor(0)     = 1

        taken               = d2_weight*d2_occupancy + (1 - d2_weight)*d3_occupancy : 1
        given_back          = full_tone*(d2_weight*d2_agonism + (1 - d2_weight)*d3_agonism) : 1
        dopamine_tone       = (1 - taken)*tone*released + given_back : 1
        prefrontal_kept     = 1 - prefrontal_net_share*net_occupancy - prefrontal_dat_share*dat_occupancy : 1
        prefrontal_dopamine = tone*made/prefrontal_kept : 1
        dopamine_drive      = postsynaptic_response*(saturating(dopamine_tone) - 1) : 1
        """,
    )
