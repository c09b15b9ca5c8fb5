"""Expectancy: hope that contact with a trial feeds and time wears out.

The assumption that matters: all arms of a trial get the same contact, so what an arm has beyond its control is
biology. Unblinding would break this and is a switch: what is acutely felt (NMDA-receptor block, GABA-A potentiation,
an active session) then counts as contact for as long as it is felt, by one law for all treatments. Left out: nocebo,
therapeutic alliance, habituation to what is felt.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    return Block(
        name="expectancy",
        doc=__doc__,
        takes={
            "nmda_block": Port("1", absent=0),
            "gabaa_potentiation": Port("1", absent=0),
            "stimulation_drive": Port("session/hour", absent=0),
        },
        gives={"expectancy": "1"},
        inputs={"first_contact": "contact/hour", "contact": "contact/hour"},
        parameters=values_for("expectancy"),
        equations="""
        felt          = nmda_block + gabaa_potentiation + session_length*stimulation_drive : 1
        unblinded     = unblinding*unblinding_gain*felt : contact/hour
        met           = certainty*(first_weight*first_contact + visit_weight*contact) + unblinded : contact/hour
        d(expectancy) = gain*met*positive(ceiling - expectancy) - expectancy/decay_time : 1/hour
        """,
    )
