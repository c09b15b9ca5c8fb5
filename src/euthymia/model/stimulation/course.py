"""A course of stimulation sessions as a drive on the cortex under the coil.

A session is a rate over its own length, so its whole is one session's worth however the solver steps. The assumption
that matters: a session of a protocol is worth a fixed share of the reference session (10 Hz, 3000 pulses, 120 % of
motor threshold), scaled by intensity above threshold. Left out: the electric field, the sign of a pattern, state of
the brain at the time.
"""

from __future__ import annotations

from collections.abc import Sequence

from euthymia.model.block import Block
from euthymia.model.pharmacokinetics.disposition import identifier
from euthymia.treatments.device import Protocol


def block(protocols: Sequence[Protocol]) -> Block:
    """The drive of all protocols in a plan; each has an input of its own, in sessions per hour."""
    names = [identifier(protocol.name) for protocol in protocols]
    drive = " + ".join(f"{name}_efficacy*{name}" for name in names)
    return Block(
        name="stimulation",
        doc=__doc__,
        gives={"stimulation_drive": "session/hour"},
        inputs=dict.fromkeys(names, "session/hour"),
        parameters={f"{identifier(p.name)}_efficacy": p.efficacy for p in protocols},
        equations=f"stimulation_drive = {drive} : session/hour",
    )
