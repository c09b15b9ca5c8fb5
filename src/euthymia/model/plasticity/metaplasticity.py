"""What stimulation sessions leave behind in the left prefrontal cortex, under a threshold that slides.

The assumption that matters: each session potentiates in proportion to what is left to gain and to BDNF, and raises its
own threshold, so sessions close together give less each (after fung2014 in reduced form). Whether a course levels off
after about 15 sessions, as a meta-analysis found (wangz2025), or keeps growing is a switch, `levelling`, whose
ceiling was set by hand. Left out: the right side, calcium, the sign of a pattern.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    return Block(
        name="metaplasticity",
        doc=__doc__,
        takes={"stimulation_drive": Port("session/hour", absent=0), "bdnf_release": Port("1")},
        gives={"prefrontal_gain": "1", "plasticity_threshold": "1"},
        parameters=values_for("metaplasticity"),
        equations="""
        growing                 = gain*(ceiling - prefrontal_gain) : 1/session
        level                   = level_gain*(level_ceiling - prefrontal_gain) : 1/session
        step                    = positive(1 - plasticity_threshold)*(growing + levelling*(level - growing)) : 1/session
        d(prefrontal_gain)      = stimulation_drive*bdnf_release*step - prefrontal_gain/decay_time : 1/hour
        d(plasticity_threshold) = threshold_shift*stimulation_drive - plasticity_threshold/threshold_time : 1/hour
        """,
    )
