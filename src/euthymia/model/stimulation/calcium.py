"""What a session of pulses leaves in a synapse: calcium-dependent plasticity with a sliding threshold and inhibition.

Calcium flows through receptors that glutamate and depolarisation open; above one level synapses weaken, above a
second they strengthen (fung2014, wilson2016; constants verified in NFTsim). An inhibitory population fills up with
pulses and empties in seconds, and takes depolarisation away; without it (`inhibition=False`) continuous theta burst
comes out with the wrong sign. The assumption that matters: the amplitude of a pulse was set by the signs of four
patterns, so signs are a fit and not a prediction. Left out: waves between regions, short-term depression, drugs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from euthymia.model.parameter_table import values_for
from euthymia.treatments.device import Protocol, Train, device

#: constants in the order the compiled walk takes them
ORDER = (
    "glutamate", "glutamate_time", "depolarisation", "depolarisation_time", "lingering", "lingering_time",
    "inhibition", "inhibition_rise", "inhibition_time", "calcium_time", "conductance", "threshold_time", "recovery",
    "rest", "ceiling", "drift", "potentiation", "depression", "expression", "depression_at", "potentiation_at",
)  # fmt: skip
MICRO = ("glutamate", "rest", "ceiling", "depression_at", "potentiation_at")
SCALED = ("glutamate", "depolarisation", "lingering")
#: patterns whose sign was observed: sign, device, how many of its trains, and where it was seen
OBSERVED = (
    ("intermittent theta burst strengthens", "left-dlpfc-itbs", 20, 1, "chung2016"),
    ("continuous theta burst weakens", "control-ctbs", 1, -1, "chung2016"),
    ("10 Hz strengthens (1200 pulses)", "left-dlpfc-10hz", 30, 1, "fung2014"),
    ("1 Hz weakens (900 pulses)", "right-dlpfc-1hz", 1, -1, "fung2014"),
)


@dataclass(frozen=True)
class AfterEffect:
    """Synaptic strength relative to rest, minus 1: at the end of the session and expressed then; for how many minutes
    at least a third of the first is left; and what is left after five."""

    strength: float
    expressed: float
    minutes: float
    after_five: float


def constants(amplitude: float = 1.0, inhibition: bool = True) -> tuple[float, ...]:
    """Constants of the walk in SI units at a pulse amplitude (1: full recruitment as set)."""
    values = values_for("calcium")
    found = []
    for name in ORDER:
        number = values[name].number * (1e-6 if name in MICRO else 1.0)
        number *= amplitude if name in SCALED else 1.0
        found.append(0.0 if name == "inhibition" and not inhibition else number)
    return tuple(found)


def pulse_times(parts: Sequence[Train], trains: int | None = None) -> np.ndarray:
    """Seconds of every pulse of a session; `trains` cuts the first part short."""
    times, start = [], 0.0
    for number, part in enumerate(parts):
        count = trains if trains is not None and number == 0 else part.trains
        one = np.array(part.pulse_times())
        times += [start + k * (part.train_seconds + part.pause_seconds) + one for k in range(count)]
        start += part.seconds
    return np.concatenate(times)


@lru_cache(maxsize=256)
def session_effect(
    name: str, amplitude: float = 1.0, inhibition: bool = True, trains: int | None = None, pulses: int | None = None
) -> AfterEffect:
    """The after-effect of a session of a magnetic protocol, computed once for each pattern and amplitude.

    `trains` or `pulses` cut the session. Of a sequential protocol only the first part is walked.
    """
    protocol = device(name)
    if not isinstance(protocol, Protocol):
        raise TypeError(f"{name} has no pulses")
    times = pulse_times((protocol,), trains)[:pulses]
    return after_effect(times, amplitude, inhibition)


#: seconds after the last pulse at which an after-effect is looked at
LOOKS = np.array([1e-3, *(60.0 * minute for minute in range(5, 125, 5))])


def after_effect(times: np.ndarray, amplitude: float = 1.0, inhibition: bool = True) -> AfterEffect:
    """The after-effect of pulses at `times` (seconds)."""
    from euthymia.model.stimulation.calcium_kernel import walk

    left = walk(np.asarray(times, float), LOOKS, constants(amplitude, inhibition))[:, :2] - 1
    gone = (np.abs(left[:, 0]) < abs(left[0, 0]) / 3) | (left[:, 0] * left[0, 0] < 0)
    last = int(np.argmax(gone)) - 1 if gone.any() else len(LOOKS) - 1
    return AfterEffect(float(left[0, 0]), float(left[0, 1]), float(LOOKS[last] // 60), float(left[1, 0]))


@dataclass(frozen=True)
class Decision:
    """One observation and what each hypothesis says of it, over amplitudes within a tenth of the set one."""

    observation: str
    source: str
    sign: int
    with_inhibition: tuple[float, float, float]
    one_population: tuple[float, float, float]

    @property
    def decides(self) -> bool:
        """Whether the hypotheses differ in sign here, at the set amplitude."""
        return self.with_inhibition[1] * self.one_population[1] < 0

    def right(self, inhibition: bool) -> bool:
        """Whether a hypothesis has the observed sign at the set amplitude."""
        return (self.with_inhibition if inhibition else self.one_population)[1] * self.sign > 0


def decisions() -> tuple[Decision, ...]:
    """Every observed sign beside both hypotheses. Each has the amplitude that serves it best: the rival's is lower, for
    without inhibition slow pulses strengthen at the amplitude set here."""
    found = []
    for text, name, trains, sign, source in OBSERVED:
        pulses = 900 if name == "right-dlpfc-1hz" else None
        both = []
        for inhibition, middle in ((True, 1.0), (False, ONE_POPULATION)):
            amplitudes = (0.95 * middle, middle, 1.1 * middle)
            both.append(tuple(session_effect(name, a, inhibition, trains, pulses).strength for a in amplitudes))
        found.append(Decision(text, source, sign, both[0], both[1]))  # type: ignore[arg-type]
    return tuple(found)


#: amplitude at which one population has the most signs right (three of four)
ONE_POPULATION = 0.8
