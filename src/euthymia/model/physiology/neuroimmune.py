"""Microglial activation: the brain's own immune cells, told by the periphery and by stress.

The assumption that matters: activation follows its two drives in proportion and with one time constant. Left out:
priming by earlier episodes, regions, the difference between activated and dystrophic cells.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    """Takes inflammation and stress input; gives microglial activation; all 1 in health."""
    return Block(
        name="neuroimmune",
        doc=__doc__,
        takes={"inflammation": Port("1", absent=1), "stress_input": Port("1", absent=1)},
        gives={"microglial_activation": "1"},
        parameters=values_for("neuroimmune"),
        equations="""
        called                   = from_inflammation*(inflammation - 1) + from_stress*(stress_input - 1) : 1
        d(microglial_activation) = (max(floor, 1 + called) - microglial_activation)/adjustment_time : 1/hour
        microglial_activation(0) = 1
        """,
    )
