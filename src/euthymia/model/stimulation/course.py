"""A course of stimulation sessions as a drive on the cortex under the coil.

A session is a rate over its own length, so its whole is one session's worth however the solver steps. Magnetic pulses
and direct current meet here; `current_effect = 0` is the hypothesis that current does nothing. The assumption that
matters: a session of a protocol is worth a share of the reference session (10 Hz, 3000 pulses, 120 % of motor
threshold), which `worth` takes from trials and from the dose at the cortex. Left out: state of the brain at the time.
"""

from __future__ import annotations

from collections.abc import Sequence

from euthymia.model.block import Block
from euthymia.model.parameter_table import values_for
from euthymia.model.pharmacokinetics.disposition import identifier
from euthymia.treatments.device import Current, Protocol


def block(protocols: Sequence[Protocol | Current]) -> Block:
    """The drive of all protocols in a plan; each has an input of its own, in sessions per hour.

    A current has a second one, for sessions of the other polarity.
    """
    inputs: list[str] = []
    parts: list[str] = []
    for protocol in protocols:
        name = identifier(protocol.name)
        if isinstance(protocol, Current):
            inputs += [name, f"{name}_reversed"]
            parts.append(f"current_effect*{name}_efficacy*({name} - {name}_reversed)")
        else:
            inputs.append(name)
            parts.append(f"{name}_efficacy*{name}")
    direct = any(isinstance(protocol, Current) for protocol in protocols)
    return Block(
        name="stimulation",
        doc=__doc__,
        gives={"stimulation_drive": "session/hour"},
        inputs=dict.fromkeys(inputs, "session/hour"),
        parameters={f"{identifier(p.name)}_efficacy": p.efficacy for p in protocols}
        | (dict(values_for("stimulation")) if direct else {}),
        equations=f"stimulation_drive = {' + '.join(parts)} : session/hour",
    )
