"""CREB, BDNF, TrkB's kinases ERK, GSK3-beta and mTORC1, and the translation that follows.

The assumption that matters: a fast release of BDNF and a slow change of its pool multiply. A pulse of release starts a
loop of transcription (CREB, C/EBP-beta) whose second wave of BDNF comes after about 18 hours, as in zhang2016; the loop
cannot be started again while it runs, and its wave waits until the pulse is over, so that steady release has none.
Translation reaches spines in three stages. The drive by R-ketamine and hydroxynorketamine, the need of mTORC1 and what
rapamycin does are hypotheses with switches (`hnk_sign`, `mtorc1_necessity`, `mtorc1_prolonging`); rapamycin is the
parameter `mtorc1_inhibition` or, on a schedule, the input `rapamycin`. Left out: TrkB binding by antidepressants,
proBDNF, mTORC2, a loop started by a stimulation session.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    return Block(
        name="neurotrophin",
        doc=__doc__,
        takes={
            "monoamine_drive": Port("1"),
            "glutamate_burst": Port("1"),
            "resting_block": Port("1"),
            "ampa_scaling": Port("1"),
            "cortisol": Port("1"),
            "inflammation": Port("1"),
            "r_ketamine_drive": Port("1", absent=0),
            "sigma1_agonism": Port("1", absent=0),
            "stimulation_drive": Port("session/hour", absent=0),
        },
        gives={
            "bdnf_pool": "1",
            "bdnf_release": "1",
            "erk": "1",
            "mtorc1": "1",
            "gsk3_activity": "1",
            "translation": "1",
            "mtorc1_bypass": "1",
            "synapse_protection": "1",
        },
        inputs={"rapamycin": "1"},
        parameters=values_for("neurotrophin"),
        equations="""
        d(creb)         = (1 + creb_gain*monoamine_drive - creb)/creb_time : 1/hour
        creb(0)         = 1
        stress_brake    = cortisol_brake*positive(cortisol - 1) : 1
        immune_brake    = inflammation_brake*positive(inflammation - 1) : 1
        d(bdnf_pool)    = (creb*plasticity/(1 + stress_brake + immune_brake) - bdnf_pool)/pool_time : 1/hour
        bdnf_pool(0)    = 1

        d(eef2_brake_release) = (resting_block - eef2_brake_release)/eef2_time : 1/hour
        burst_part      = burst_release*glutamate_burst*sqrt(ampa_scaling) + eef2_release*eef2_brake_release : 1
        hypotheses      = hnk_sign*r_ketamine_release*r_ketamine_drive + sigma1_release*sigma1_agonism : 1
        pulse           = activity_release*(burst_part + hypotheses) : 1
        started         = positive(pulse)^steepness/(positive(pulse)^steepness + loop_threshold^steepness) : 1
        idle            = positive(1 - loop_creb - loop_cebp - loop_bdnf) : 1
        d(loop_creb)    = loop_rate*started*idle - loop_creb/loop_time : 1/hour
        d(loop_cebp)    = (loop_creb - loop_cebp)/loop_time : 1/hour
        d(loop_bdnf)    = (loop_cebp - loop_bdnf)/loop_time : 1/hour
        quiet           = quiet_below^steepness/(positive(pulse)^steepness + quiet_below^steepness) : 1
        second_wave     = activity_release*second_wave_gain*loop_bdnf*quiet : 1
        activity        = pulse + second_wave : 1
        session         = stimulation_release*min(stimulation_drive/reference_session, 1) : 1
        released        = bdnf_pool*max(1 + activity + session, least_release) : 1
        d(bdnf_release) = (released - bdnf_release)/release_time : 1/hour
        bdnf_release(0) = 1

        d(erk)          = (hill(bdnf_release, cooperativity) - erk)/erk_time : 1/hour
        erk(0)          = 1
        uninhibited     = positive(1 - mtorc1_inhibition - rapamycin) : 1
        d(mtorc1)       = (hill(bdnf_release, cooperativity)*uninhibited - mtorc1)/mtorc1_time : 1/hour
        mtorc1(0)       = 1
        mtorc1_bypass   = (1 - mtorc1_necessity)*(erk - mtorc1) : 1
        synapse_protection = mtorc1_prolonging*min(mtorc1_inhibition + rapamycin, 1) : 1
        akt             = max(1 + gsk3_monoamine*monoamine_drive + gsk3_bdnf*(bdnf_release - 1), 0) : 1
        d(gsk3_activity)   = (2/(1 + akt) - gsk3_activity)/gsk3_time : 1/hour
        gsk3_activity(0)   = 1

        d(initiated)    = 3*(positive(mtorc1 + mtorc1_bypass - 1) - initiated)/translation_time : 1/hour
        d(transported)  = 3*(initiated - transported)/translation_time : 1/hour
        d(translation)  = 3*(transported - translation)/translation_time : 1/hour
        """,
    )
