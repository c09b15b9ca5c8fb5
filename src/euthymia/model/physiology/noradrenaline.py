"""Noradrenaline in the forebrain and the alpha-2 autoreceptor that holds the locus coeruleus back.

Built like the serotonin terminal: release and uptake are algebraic, firing and receptor adapt. Blocking the transporter
or MAO-A raises the level, blocking alpha-2 receptors lets the neurons fire. The assumption that matters: the same law
of adaptation as for 5-HT1A. Without a drug everything here is 1 and its drive is exactly 0. Left out: beta receptors.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    return Block(
        name="noradrenaline",
        doc=__doc__,
        takes={
            "net_occupancy": Port("1", absent=0),
            "mao_a_inhibition": Port("1", absent=0),
            "alpha2_occupancy": Port("1", absent=0),
            "postsynaptic_response": Port("1", absent=1),
        },
        gives={"noradrenaline_level": "1", "noradrenaline_drive": "1", "coeruleus_firing": "1"},
        parameters=values_for("noradrenaline"),
        equations="""
        kept                = (1 - clearance_share*net_occupancy)*(1 - metabolism_share*mao_a_inhibition) : 1
        noradrenaline_level = coeruleus_firing/kept : 1
        sensed              = noradrenaline_level*(1 - alpha2_occupancy) : 1
        braked_firing       = (1 + feedback)/(1 + feedback*autoreceptor*sensed) : 1
        d(coeruleus_firing) = (braked_firing - coeruleus_firing)/firing_time : 1/hour
        coeruleus_firing(0) = 1
        desensitised        = 1/(1 + desensitisation*positive(sensed - 1)) : 1
        d(autoreceptor)     = (desensitised - autoreceptor)/adaptation_time : 1/hour
        autoreceptor(0)     = 1
        noradrenaline_drive = postsynaptic_response*(saturating(noradrenaline_level) - 1) : 1
        """,
    )
