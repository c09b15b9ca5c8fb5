"""Seven symptom domains, each a lagged sigmoid of the circuits that drive it.

The assumption that matters: the weights are assumed and the same for everybody; scales add their items up from these
seven numbers. Tension and sleep meet stress and inhibition through arousal, anhedonia meets dopamine through the reward
circuit. Left out: side effects that imitate symptoms.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for

DOMAINS = ("mood", "pessimism", "anxiety", "insomnia", "somatic", "inattention", "anhedonia")


def block() -> Block:
    return Block(
        name="symptoms",
        doc=__doc__,
        takes={
            "limbic_drive": Port("1"),
            "healthy_limbic_drive": Port("1"),
            "negative_bias": Port("1"),
            "arousal": Port("1", absent=1),
            "circadian_integrity": Port("1", absent=1),
            "inflammation": Port("1"),
            "cortisol": Port("1"),
            "stable_synapses": Port("1"),
            "prefrontal_gain": Port("1"),
            "oxidative_stress": Port("1"),
            "hippocampal_synapses": Port("1", absent=1),
            "atp_capacity": Port("1", absent=1),
            "reward_response": Port("1", absent=1),
            "prefrontal_control": Port("1"),
        },
        gives=dict.fromkeys(DOMAINS, "1"),
        parameters=values_for("symptoms"),
        equations="""
        low_mood       = mood_offset + mood_limbic*limbic_drive + mood_bias*negative_bias : 1
        d(mood)        = (logistic(low_mood) - mood)/mood_lag : 1/hour
        mood(0)        = logistic(mood_offset + (mood_limbic + mood_bias)*healthy_limbic_drive)

        dark_view      = pessimism_offset + pessimism_limbic*limbic_drive + pessimism_bias*negative_bias : 1
        d(pessimism)   = (logistic(dark_view) - pessimism)/mood_lag : 1/hour
        pessimism(0)   = logistic(pessimism_offset + (pessimism_limbic + pessimism_bias)*healthy_limbic_drive)

        tension        = anxiety_offset + anxiety_limbic*limbic_drive + anxiety_arousal*(arousal - 1) : 1
        d(anxiety)     = (logistic(tension) - anxiety)/anxiety_lag : 1/hour
        anxiety(0)     = logistic(anxiety_offset + anxiety_limbic*healthy_limbic_drive)

        wakefulness    = sleep_arousal*(arousal - 1) + sleep_rhythm*(1 - circadian_integrity) : 1
        sleeplessness  = sleep_offset + sleep_limbic*limbic_drive + wakefulness : 1
        d(insomnia)    = (logistic(sleeplessness) - insomnia)/sleep_lag : 1/hour
        insomnia(0)    = logistic(sleep_offset + sleep_limbic*healthy_limbic_drive)

        sickness       = somatic_inflammation*(inflammation - 1) + somatic_cortisol*(cortisol - 1) : 1
        spent          = somatic_energy*(1 - atp_capacity) : 1
        exhaustion     = somatic_offset + somatic_limbic*limbic_drive + sickness + spent : 1
        d(somatic)     = (logistic(exhaustion) - somatic)/somatic_lag : 1/hour
        somatic(0)     = logistic(somatic_offset + somatic_limbic*healthy_limbic_drive)

        structure      = cognition_synapses*(stable_synapses - 1) + cognition_memory*(hippocampal_synapses - 1) : 1
        wear           = cognition_oxidative*(oxidative_stress - 1) - structure : 1
        distraction    = cognition_limbic*limbic_drive + wear - cognition_stimulation*prefrontal_gain : 1
        d(inattention) = (logistic(cognition_offset + distraction) - inattention)/cognition_lag : 1/hour
        inattention(0) = logistic(cognition_offset + cognition_limbic*healthy_limbic_drive)

        flatness       = anhedonia_reward*(1 - reward_response) - anhedonia_control*(prefrontal_control - 1) : 1
        joylessness    = anhedonia_offset + anhedonia_limbic*limbic_drive + flatness : 1
        d(anhedonia)   = (logistic(joylessness) - anhedonia)/anhedonia_lag : 1/hour
        anhedonia(0)   = logistic(anhedonia_offset + anhedonia_limbic*healthy_limbic_drive)
        """,
    )
