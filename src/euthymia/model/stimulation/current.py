"""What a session of direct current is worth: a weak bias on plasticity, not a stimulus.

Fields of usual currents are well below those that make neurons fire, so a session biases what goes on. Two rules of
dose: the one for treatment is largest at the reference session (2 mA bifrontal, 30 minutes) and falls off to both
sides; the one of motor physiology rises, flattens and reverses. Polarity is the sign of the field that points into
the cortex below the target. The assumption that matters: dose is that field times minutes. Left out: what the brain
does meanwhile.
"""

from __future__ import annotations

from functools import lru_cache

from euthymia.fields.stimulate import electrodes_of, montage_field
from euthymia.model.parameter_table import values_for
from euthymia.treatments.device import Current, device

REFERENCE = "tdcs-bifrontal-depressiondc"
MOTOR = "tdcs-m1-1ma"
POLARISED = (0.1, 0.3)  # mV of membrane potential per V/m (radman2009, recalled)


@lru_cache(maxsize=128)
def inward(poles: tuple[tuple[str, float], ...], area: float, target: str) -> float:
    """Field into the cortex below a site per mA, V/m."""
    return montage_field(electrodes_of(poles, 1.0, area)).inward_below(target)


def poles_of(protocol: Current) -> tuple[tuple[str, float], ...]:
    """Sites and shares of a montage."""
    return tuple((pole.site, pole.share) for pole in protocol.montage)


def dose(protocol: Current, current: float, seconds: float, target: str = "F3") -> float:
    """Field into the cortex below the target times time, over that of the reference session; negative for a cathode."""
    reference = device(REFERENCE)
    assert isinstance(reference, Current)
    full = inward(poles_of(reference), reference.electrode_area, "F3") * reference.intensity * reference.seconds
    return inward(poles_of(protocol), protocol.electrode_area, target) * current * seconds / full


def bias(relative: float) -> float:
    """Share of the reference session's worth at a relative dose: 2u/(1 + u²), with the sign of the polarity.

    >>> bias(1.0), bias(-1.0)
    (1.0, -1.0)
    """
    return 2 * relative / (1 + relative**2)


def after_effect(milliampere: float, minutes: float, field_share: float = 1.0) -> float:
    """After-effect on the motor cortex in units of its scale: x (1 - x/x0)/(1 + x²), x in reference doses.

    The reference dose is 1 mA for 13 minutes (nitschepaulus2001); `field_share` is the field per mA relative to it.
    """
    values = values_for("sessions")
    x = milliampere * field_share * minutes * 60 / values["current_seconds"].number
    return x * (1 - abs(x) / values["current_reversal"].number) / (1 + x**2)


def polarisation(milliampere: float = 2.0) -> tuple[float, float]:
    """Range of membrane polarisation (mV) below the anode of the reference montage."""
    reference = device(REFERENCE)
    assert isinstance(reference, Current)
    field = inward(poles_of(reference), reference.electrode_area, "F3") * milliampere
    return POLARISED[0] * field, POLARISED[1] * field
