"""Expectancy: hope that contact with a trial feeds and time wears out.

The assumption that matters: all arms of a trial get the same contact, so what an arm has beyond its control is
biology (unblinding would break this and is a hypothesis to switch on). Left out: nocebo, therapeutic alliance.
"""

from __future__ import annotations

from euthymia.model.block import Block
from euthymia.model.parameter_table import values_for


def block() -> Block:
    return Block(
        name="expectancy",
        doc=__doc__,
        gives={"expectancy": "1"},
        inputs={"contact": "contact/hour"},
        parameters=values_for("expectancy"),
        equations="""
        d(expectancy) = gain*contact*positive(ceiling - expectancy) - expectancy/decay_time : 1/hour
        """,
    )
