"""What every device file must hold: a stimulation protocol of one of three kinds, as its trial gave it.

Magnetic (`rtms`): trains of pulses. Direct current (`tdcs`): a montage and a current. Light (`pbm`): a wavelength and
an irradiance. Each says its usual course and the totals that were published, which are checked against what its
settings add up to. The assumption that matters: a session's worth (`efficacy`) is a share of the reference session,
as trials found it. Left out: fields and fluence at the cortex, which `euthymia.fields` computes from these settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from euthymia.errors import DataError, UnknownName
from euthymia.evidence.checked import checked
from euthymia.evidence.value import Value
from euthymia.evidence.yaml_with_lines import read_yaml
from euthymia.treatments.numbers import resolved

FOLDER = Path(__file__).parent / "devices"
TOTALS_AGREE = 0.03  # share by which a printed total may differ from what the settings add up to


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Phase(_Part):
    """Part of a course: so many sessions a week for some weeks, or several a day on some days in a row."""

    per_week: int | None = Field(None, ge=1, le=7)
    weeks: float | None = Field(None, gt=0)
    per_day: int = Field(1, ge=1, le=24)
    days: int | None = Field(None, gt=0)
    gap_minutes: float = Field(50.0, ge=0, description="From the end of a session to the next one of the same day.")

    @model_validator(mode="after")
    def _one_way(self) -> Phase:
        if (self.days is None) == (self.weeks is None) or (self.weeks is not None and self.per_week is None):
            raise ValueError("a phase of a course has per_week and weeks, or days in a row")
        return self


class Published(_Part):
    """Totals as printed, to be met by the settings."""

    pulses: int | None = None
    session_seconds: float | None = None
    sessions: int | None = None
    course_pulses: int | None = None
    charge_coulomb: float | None = None
    radiant_exposure: float | None = None  # J/cm2 at the skin, each site
    energy_kilojoule: float | None = None


class _Device(_Part):
    """What all three kinds have in common."""

    name: str
    label: str
    target: str
    identity: Mapping[str, Any] = {}
    efficacy: Value = Field(description="A session's worth, as a share of the reference session.")
    course: tuple[Phase, ...] = Field((), description="The course its trial gave.")
    published: Published = Published()
    source: str
    where: str
    confidence: Literal["verified", "recalled"]
    note: str = ""

    @model_validator(mode="after")
    def _totals(self) -> _Device:
        for name, computed in self.totals().items():
            printed = getattr(self.published, name)
            if printed is None:
                continue
            spare = self._pause_after_the_last() if name == "session_seconds" else 0.0
            low, high = computed * (1 - TOTALS_AGREE), (computed + spare) * (1 + TOTALS_AGREE)
            if not low - 1e-9 <= printed <= high + 1e-9:
                raise ValueError(f"published.{name} is {printed:g}, but the settings add up to {computed:g}")
        return self

    def totals(self) -> dict[str, float]:
        """What the settings add up to, by the names of `Published`."""
        found: dict[str, float] = {"session_seconds": self.session_hours * 3600}
        if self.course:
            found["sessions"] = len(self.session_days())
        return found

    def _pause_after_the_last(self) -> float:
        return 0.0

    @property
    def session_hours(self) -> float:
        """Length of a session; each kind of device says how it follows from its settings."""
        raise NotImplementedError

    @property
    def pulses(self) -> int:
        """Pulses in a session; none for a current or light."""
        return 0

    def session_days(self) -> tuple[float, ...]:
        """Days (with fractions) of the sessions of the usual course."""
        days: list[float] = []
        start = 0.0
        for phase in self.course:
            step = self.session_hours / 24 + phase.gap_minutes / 1440
            within = [start + day for day in _days(phase)]
            days += [day + n * step for day in within for n in range(phase.per_day)]
            start += 7 * phase.weeks if phase.weeks is not None else float(phase.days or 0)
        return tuple(days)


def _days(phase: Phase) -> Iterator[float]:
    if phase.days is not None:
        yield from map(float, range(phase.days))
        return
    spread = {1: (0,), 2: (0, 3), 3: (0, 2, 4), 4: (0, 1, 3, 4)}.get(
        phase.per_week or 0, tuple(range(phase.per_week or 0))
    )
    for week in range(round(phase.weeks or 0)):
        yield from (7.0 * week + day for day in spread)


class Burst(_Part):
    """Bursts within a train: so many pulses each at the frequency of the train, so many bursts a second."""

    pulses: int = Field(gt=1)
    rate: float = Field(gt=0, description="Bursts a second.")


class Train(_Part):
    """Trains of pulses; times in seconds. A continuous pattern is one train."""

    frequency: float = Field(gt=0, description="Pulses a second within a train, or within a burst.")
    pulses_per_train: int = Field(gt=0)
    trains: int = Field(gt=0)
    train_seconds: float = Field(gt=0)
    pause_seconds: float = Field(ge=0)
    burst: Burst | None = None

    @model_validator(mode="after")
    def _holds_its_pulses(self) -> Train:
        if self.burst is not None and self.pulses_per_train % self.burst.pulses:
            raise ValueError(f"{self.pulses_per_train} pulses are no whole number of bursts of {self.burst.pulses}")
        last = self.pulse_times()[-1]
        if last > self.train_seconds + 1e-9:
            raise ValueError(
                f"{self.pulses_per_train} pulses take {last:g} s, but a train of pulses_per_train lasts train_seconds, "
                f"{self.train_seconds:g} s"
            )
        return self

    def pulse_times(self) -> tuple[float, ...]:
        """Seconds from the start of a train to each of its pulses."""
        if self.burst is None:
            return tuple(n / self.frequency for n in range(self.pulses_per_train))
        bursts = self.pulses_per_train // self.burst.pulses
        return tuple(b / self.burst.rate + n / self.frequency for b in range(bursts) for n in range(self.burst.pulses))

    @property
    def total(self) -> int:
        """Pulses of all trains."""
        return self.pulses_per_train * self.trains

    @property
    def seconds(self) -> float:
        """From the first pulse to the end of the last train."""
        return self.trains * (self.train_seconds + self.pause_seconds) - self.pause_seconds


class FurtherTrain(Train):
    """Trains that follow in the same session, at a target of their own."""

    target: str


class Protocol(_Device, Train):
    """Repetitive magnetic stimulation; intensity in % of resting motor threshold. `also` are further trains of the
    same session, as in sequential bilateral stimulation."""

    kind: Literal["rtms"]
    coil: str
    intensity: float = Field(gt=0, description="Per cent of resting motor threshold.")
    depth_corrected: bool = Field(False, description="Whether the threshold is corrected for scalp-cortex distance.")
    also: tuple[FurtherTrain, ...] = ()

    #: what a session's level is measured in
    unit: ClassVar[str] = "%RMT"

    @property
    def pulses(self) -> int:
        """Pulses in a session."""
        return sum(part.total for part in (self, *self.also))

    @property
    def session_hours(self) -> float:
        """Length of a session, from the first pulse to the end of the last train."""
        return sum(part.seconds for part in (self, *self.also)) / 3600

    def totals(self) -> dict[str, float]:
        found = super().totals() | {"pulses": float(self.pulses)}
        return found | ({"course_pulses": found["sessions"] * self.pulses} if "sessions" in found else {})

    def _pause_after_the_last(self) -> float:
        return self.pause_seconds


class Pole(_Part):
    """One electrode of a montage: a 10-10 site and its share of the current (anodes above zero)."""

    site: str
    share: float = Field(description="Share of the current into the head; negative for a cathode.")


class Current(_Device):
    """Transcranial direct current: milliampere through electrodes at 10-10 sites."""

    kind: Literal["tdcs"]
    montage: tuple[Pole, ...] = Field(min_length=2)
    intensity: float = Field(gt=0, description="Current in mA.")
    seconds: float = Field(gt=0, description="Length of a session.")
    electrode_area: float = Field(gt=0, description="cm2 of each electrode.")

    unit: ClassVar[str] = "mA"

    @model_validator(mode="after")
    def _balanced(self) -> Current:
        if abs(sum(pole.share for pole in self.montage)) > 1e-9:
            raise ValueError("the shares of the montage do not add up to zero: what goes in comes out")
        if abs(sum(pole.share for pole in self.montage if pole.share > 0) - 1) > 1e-9:
            raise ValueError("the shares of the anodes add up to 1")
        return self

    @property
    def session_hours(self) -> float:
        """Length of a session."""
        return self.seconds / 3600

    @property
    def charge(self) -> float:
        """Charge of a session in coulomb."""
        return self.intensity * 1e-3 * self.seconds

    @property
    def density(self) -> float:
        """Current density at the most loaded electrode in A/m2."""
        return max(abs(pole.share) for pole in self.montage) * self.intensity * 1e-3 / (self.electrode_area * 1e-4)

    def totals(self) -> dict[str, float]:
        return super().totals() | {"charge_coulomb": self.charge}


class Light(_Device):
    """Transcranial photobiomodulation: light on the scalp, continuous or pulsed."""

    kind: Literal["pbm"]
    emitter: Literal["LED", "laser"]
    wavelength: float = Field(gt=0, description="nm.")
    intensity: float = Field(gt=0, description="Irradiance at the skin in mW/cm2 while the light is on.")
    seconds: float = Field(gt=0, description="Light on each site, for a session.")
    sites: int = Field(gt=0)
    area: float = Field(gt=0, description="cm2 of each site.")
    one_after_the_other: bool = Field(False, description="Sites lit in turn, each for `seconds`.")
    pulse_rate: float | None = Field(None, gt=0, description="Pulses a second.")
    duty: float = Field(1.0, gt=0, le=1, description="Share of the time the light is on.")

    unit: ClassVar[str] = "mW/cm^2"

    @property
    def session_hours(self) -> float:
        """Length of a session."""
        return self.seconds * (self.sites if self.one_after_the_other else 1) / 3600

    @property
    def average(self) -> float:
        """Irradiance at the skin averaged over pulses, mW/cm2."""
        return self.intensity * self.duty

    @property
    def radiant_exposure(self) -> float:
        """J/cm2 at the skin of each site, for a session."""
        return self.average * 1e-3 * self.seconds

    @property
    def beam_radius(self) -> float:
        """Radius in mm of a round beam of the same area."""
        return 10 * (self.area / 3.141592653589793) ** 0.5

    def totals(self) -> dict[str, float]:
        energy = self.radiant_exposure * self.area * self.sites / 1000
        return super().totals() | {"radiant_exposure": self.radiant_exposure, "energy_kilojoule": energy}


Device = Protocol | Current | Light


KINDS: Mapping[str, type[Protocol | Current | Light]] = {"rtms": Protocol, "tdcs": Current, "pbm": Light}


def devices(kind: str | None = None) -> tuple[str, ...]:
    """Names of all device protocols, or of those of a kind (rtms, tdcs, pbm)."""
    names = tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))
    return names if kind is None else tuple(name for name in names if device(name).kind == kind)


@cache
def device(name: str) -> Device:
    """A protocol by name; raises `UnknownName` or `DataError`."""
    if name not in devices():
        raise UnknownName("device", name, devices())
    return read_device(FOLDER / f"{name}.yaml")


def device_called(name: str) -> Device:
    """A protocol by its name or by the id it has elsewhere (`identity.id`); raises `UnknownName`."""
    for known in devices():
        if device(known).identity.get("id") == name:
            return device(known)
    return device(name)


def read_device(path: Path) -> Device:
    """A protocol from a file of its own; raises `DataError` naming line, field and rule."""
    document = read_yaml(path)
    content = resolved(document)
    kind = content.get("kind")
    if kind not in KINDS:
        raise DataError(
            f"the kind of device is '{kind}'",
            place=document.place("kind") if "kind" in content else document.place(),
            rule=f"It is one of: {', '.join(KINDS)}.",
            fix="rtms is magnetic, tdcs direct current, pbm light.",
        )
    return checked(KINDS[kind], document, content=content)
