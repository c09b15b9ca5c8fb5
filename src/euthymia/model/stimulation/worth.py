"""What a session is worth, in reference sessions: 10 Hz, 3000 pulses, 120 % of motor threshold, left prefrontal.

Three layers, each leaving the reference session at 1: a protocol's own worth as trials found it (its `efficacy`); what
this session's pulses and intensity recruit of it; and what sessions shortly before have left of responsiveness. The
assumption that matters: trials, not the calcium rule, say what a pattern is worth, because the sign of a pattern is a
fit of that rule and not a prediction (`calcium`). Left out: state of the brain, drugs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from euthymia.fields.head import site_called
from euthymia.fields.stimulate import relative_field
from euthymia.model.hypothesis import hypothesis
from euthymia.model.parameter_table import values_for
from euthymia.model.stimulation import current
from euthymia.model.stimulation.recruitment import recruited
from euthymia.treatments.device import Current, Light, Protocol, device
from euthymia.treatments.plan import Session

COIL = "Magstim_D70"  # stands for every figure-8 coil when intensities are compared


def worth(session: Session) -> float:
    """Worth of a session beside its protocol's efficacy: pulses and intensity, or dose of current; 0 for a sham.

    A session as its protocol has it is worth 1 (a current: relative to the reference current session).
    """
    if session.sham:
        return 0.0
    protocol = device(session.protocol)
    match protocol:
        case Protocol():
            pulses = session.pulses / protocol.pulses
            beyond = values_for("sessions")["pulses_beyond"].number
            counted = pulses if pulses <= 1 else 1 + beyond * (pulses - 1)
            return counted * _intensity(session.protocol, session.intensity)
        case Current():
            return current.bias(current.dose(protocol, session.intensity, session.duration * 3600))
        case Light():
            return session.intensity / protocol.intensity
    raise AssertionError(protocol)


@lru_cache(maxsize=512)
def _intensity(name: str, level: float) -> float:
    """What an intensity recruits, over what the protocol's own does."""
    protocol = device(name)
    assert isinstance(protocol, Protocol)
    if level == protocol.intensity:
        return 1.0
    return recruited(field_share(protocol, level)) / recruited(field_share(protocol, protocol.intensity))


def field_share(protocol: Protocol, level: float) -> float:
    """Field at the target over the motor threshold field, at `level` per cent of threshold."""
    if protocol.depth_corrected:
        return level / 100
    return level / 100 * relative_field(COIL, site_called(protocol.target))


def responsiveness(times: Sequence[float], worths: Sequence[float], durations: Sequence[float]) -> list[float]:
    """What sessions shortly before leave of each session's effect, from 0 to 1; all in hours.

    A session of worth w uses up a share 1 - exp(-fatigue w), which comes back in under an hour, so that sessions a day
    apart are whole. Sessions are in order of time.
    """
    values = values_for("sessions")
    fatigue, recovery = values["fatigue"].number, values["responsiveness_time"].number
    found, left, ended = [], 1.0, -math.inf
    for time, size, lasting in zip(times, worths, durations, strict=True):
        left = 1 - (1 - left) * math.exp(-max(time - ended, 0.0) / recovery)
        found.append(left)
        left *= math.exp(-fatigue * abs(size))
        ended = time + lasting
    return found


def sessions_to_plateau(pulses: float = 2300, per_week: int = 5, share: float = 0.9, levelling: float = 1.0) -> int:
    """Sessions of so many pulses after which `share` of the greatest gain of a course is reached, at most 80.

    Walks the equations of `plasticity.metaplasticity` with BDNF at rest. 2300 pulses are the total over the sessions at
    which benefit levelled off in wangz2025. With `levelling` 0, the reference of the hypothesis `tms-levelling`, the
    fitted threshold alone slows a course; otherwise the threshold is where that hypothesis holds it.
    """
    now = {name: value.number for name, value in values_for("metaplasticity").items()}
    if levelling:
        held = hypothesis("tms-levelling").alternative("levelling").sets
        now |= {name.removeprefix("metaplasticity."): number for name, number in held.items()}
    size, steps = min(pulses / 3000, 1.0), 40
    gain = threshold = hours = 0.0
    found = []
    for number in range(80):
        at = 24.0 * (7 * (number // per_week) + number % per_week)
        gain *= math.exp(-(at - hours) / now["decay_time"])
        threshold *= math.exp(-(at - hours) / now["threshold_time"])
        hours = at
        for _ in range(steps):
            growing, level = now["gain"] * (now["ceiling"] - gain), now["level_gain"] * (now["level_ceiling"] - gain)
            gain += size / steps * max(1 - threshold, 0.0) * (growing + levelling * (level - growing))
            threshold += size / steps * now["threshold_shift"]
        found.append(gain)
    return 1 + next(i for i, one in enumerate(found) if one >= share * max(found))
