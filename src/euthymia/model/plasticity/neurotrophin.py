"""CREB, BDNF, mTORC1 and the translation that follows.

The assumption that matters: a fast release of BDNF (glutamate burst, resting block, stimulation) and a slow change of
its pool (monoamines through CREB, cortisol, inflammation) multiply. The drive by R-ketamine and hydroxynorketamine is a
hypothesis, not a finding. Left out: TrkB binding by antidepressants, ERK, GSK3-beta.
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
        gives={"bdnf_pool": "1", "bdnf_release": "1", "mtorc1": "1", "translation": "1"},
        parameters=values_for("neurotrophin"),
        equations="""
        d(creb)         = (1 + creb_gain*monoamine_drive - creb)/creb_time : 1/hour
        creb(0)         = 1
        stress_brake    = cortisol_brake*positive(cortisol - 1) : 1
        immune_brake    = inflammation_brake*positive(inflammation - 1) : 1
        d(bdnf_pool)    = (creb*plasticity/(1 + stress_brake + immune_brake) - bdnf_pool)/pool_time : 1/hour
        bdnf_pool(0)    = 1
        burst_part      = burst_release*glutamate_burst*sqrt(ampa_scaling) + eef2_release*resting_block : 1
        hypotheses      = r_ketamine_release*r_ketamine_drive + sigma1_release*sigma1_agonism : 1
        activity        = activity_release*(burst_part + hypotheses) : 1
        session         = stimulation_release*min(stimulation_drive/reference_session, 1) : 1
        d(bdnf_release) = (bdnf_pool*(1 + activity + session) - bdnf_release)/release_time : 1/hour
        bdnf_release(0) = 1
        d(mtorc1)       = (hill(bdnf_release, cooperativity)*(1 - mtorc1_inhibition) - mtorc1)/mtorc1_time : 1/hour
        mtorc1(0)       = 1
        d(translation)  = (positive(mtorc1 - 1) - translation)/translation_time : 1/hour
        """,
    )
