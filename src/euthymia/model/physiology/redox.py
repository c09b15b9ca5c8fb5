"""Oxidative stress, fed by inflammation and cortisol, relieved by mitochondrial capacity that light may add.

The assumption that matters: defence is constant, so load decides. Left out: mitochondria
of their own, glutathione, Nrf2.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    return Block(
        name="redox",
        doc=__doc__,
        takes={
            "inflammation": Port("1"),
            "cortisol": Port("1"),
            "mitochondrial_capacity": Port("1", absent=0),
        },
        gives={"oxidative_stress": "1"},
        parameters=values_for("redox"),
        equations="""
        level               = 1 + load + from_inflammation*(inflammation - 1) + from_cortisol*(cortisol - 1) : 1
        relieved            = level - capacity_relief*mitochondrial_capacity : 1
        d(oxidative_stress) = (relieved - oxidative_stress)/adjustment_time : 1/hour
        oxidative_stress(0) = 1
        """,
    )
