"""The HPA axis with gland masses: cortisol over hours, glands over weeks.

After milo2025 (and karin2020): CRH and ACTH settle within minutes and are algebraic; plasma cortisol keeps its own
rate; corticotrophs and adrenal cortex grow under their hormone and set the axis back to where only the stress input
and CRH decide. Everything is relative to health, so health is exactly 1. The assumption that matters: gland masses
follow their trophic hormone alone. Glucocorticoid receptors lose sensitivity over weeks of high cortisol
(`receptor_resistance`, the handle of FKBP5), which weakens the feedback; with a resistance of 0 the axis is the
published one. Left out: ultradian and circadian rhythm, mineralocorticoid receptors as a state.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    return Block(
        name="stress",
        doc=__doc__,
        takes={
            "limbic_drive": Port("1"),
            "healthy_limbic_drive": Port("1"),
            "tonic_inhibition": Port("1"),
            "inflammation": Port("1"),
            "life_stress": Port("1", absent=0),
        },
        gives={"cortisol": "1", "stress_input": "1", "glucocorticoid_sensitivity": "1"},
        parameters=values_for("stress"),
        equations="""
        mind           = from_life*life_stress + from_limbic*(limbic_drive - healthy_limbic_drive) : 1
        body           = from_inflammation*(inflammation - 1) - from_inhibition*(tonic_inhibition - 1) : 1
        stress_input   = max(floor, 1 + hyperactivity + mind + body) : 1
        sensed         = glucocorticoid_sensitivity*cortisol/receptor_constant : 1
        brain_brake    = (1 + brain_feedback^3)/(1 + (brain_feedback*sensed)^3)   : 1
        plasma_brake   = (1 + plasma_feedback^3)/(1 + (plasma_feedback*sensed)^3) : 1
        crh            = stress_input/(crh_removal*cortisol)*brain_brake            : 1
        acth           = crh*corticotrophs*plasma_brake                             : 1
        d(cortisol)    = cortisol_removal*(adrenal_synthesis*acth*adrenal_cortex - cortisol) : 1/hour
        cortisol(0)    = 1
        d(corticotrophs)   = corticotroph_growth*corticotrophs*(crh - 1) : 1/hour
        corticotrophs(0)   = 1
        d(adrenal_cortex)  = adrenal_growth*adrenal_cortex*(acth - 1)    : 1/hour
        adrenal_cortex(0)  = 1
        sensitivity        = max(1 - receptor_resistance*(cortisol - 1), least_sensitivity) : 1
        d(glucocorticoid_sensitivity) = (sensitivity - glucocorticoid_sensitivity)/receptor_time : 1/hour
        glucocorticoid_sensitivity(0) = 1
        """,
    )
