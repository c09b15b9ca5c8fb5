"""Negative bias: how the world is read, relearned slowly and at the speed plasticity allows.

The assumption that matters: mood follows relearning, so a drug that acts at once on the circuit still needs weeks; no
delay is written anywhere. Left out: behavioural activation, therapy, social feedback.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    return Block(
        name="bias",
        doc=__doc__,
        takes={"limbic_drive": Port("1"), "healthy_limbic_drive": Port("1"), "bdnf_release": Port("1")},
        gives={"negative_bias": "1"},
        parameters=values_for("bias"),
        equations="""
        plasticity       = min(max(bdnf_release, slowest), fastest) : 1
        d(negative_bias) = (limbic_drive - negative_bias)*plasticity/relearning_time : 1/hour
        negative_bias(0) = healthy_limbic_drive
        """,
    )
