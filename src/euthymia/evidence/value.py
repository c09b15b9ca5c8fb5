"""One number as somebody published it: with its unit, its spread, where it stands and how far to trust it.

The assumption that matters: a number is only as good as its paper trail, so the trail travels with it and no
view can print the number without its mark. Left out: the choice among rival numbers, which belongs to whoever
uses one, and arithmetic on units, which belongs to `euthymia.units`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from euthymia.errors import Place


class Grade(StrEnum):
    """How the number came to be."""

    measured = "measured"
    derived = "derived"
    fitted = "fitted"
    assumed = "assumed"


class Confidence(StrEnum):
    """Whether somebody read it in the source, or wrote it down from general knowledge."""

    verified = "verified"
    recalled = "recalled"


class SpreadKind(StrEnum):
    """What a spread states; `cv` is a fraction, `gsd` a factor, `log_sd` is in natural logarithms."""

    sd = "sd"
    se = "se"
    cv = "cv"
    gsd = "gsd"
    log_sd = "log_sd"
    ci90 = "ci90"
    ci95 = "ci95"
    range = "range"

    @property
    def is_interval(self) -> bool:
        return self in (SpreadKind.ci90, SpreadKind.ci95, SpreadKind.range)


@dataclass(frozen=True, slots=True)
class Spread:
    """The spread beside a number: one `value`, or `low` and `high` for an interval, in the number's unit."""

    kind: SpreadKind
    value: float | None = None
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        if self.kind.is_interval:
            return f"{self.kind} {self.low:g} to {self.high:g}"
        return f"{self.kind} {self.value:g}"


@dataclass(frozen=True, slots=True)
class Value:
    """A published, derived, fitted or assumed number; `setting` holds who and what it was measured in.

    >>> print(Value(31, "L/h", source="sogaard2005", where="abstract"))
    31 L/h (sogaard2005, abstract)
    >>> print(Value(0.3, "1/day", grade=Grade.assumed, because="no study reports it"))
    0.3 1/day (because no study reports it) [assumed]
    """

    number: float
    unit: str
    spread: Spread | None = None
    source: str | None = None
    where: str | None = None
    grade: Grade = Grade.measured
    confidence: Confidence = Confidence.verified
    because: str | None = None
    formula: str | None = None
    inputs: tuple[str, ...] = ()
    fit: str | None = None
    meaning: str | None = None
    setting: tuple[tuple[str, Any], ...] = ()
    place: Place | None = None

    @property
    def mark(self) -> str:
        """What every view prints beside the number; empty when it was measured and read in its source."""
        marks = ["assumed"] if self.grade is Grade.assumed else []
        marks += ["provisional"] if self.confidence is Confidence.recalled else []
        return ", ".join(marks)

    def problems(self) -> tuple[str, ...]:
        """The rules of its grade that this value breaks, one sentence each."""
        needs = {
            Grade.measured: {"source": self.source, "where": self.where},
            Grade.derived: {"formula": self.formula, "inputs": self.inputs},
            Grade.fitted: {"fit": self.fit},
            Grade.assumed: {"because": self.because},
        }[self.grade]
        article = "An" if self.grade is Grade.assumed else "A"
        return tuple(f"{article} {self.grade} value needs '{key}'." for key, given in needs.items() if not given)

    def about(self, key: str) -> Any:
        """One entry of the setting (`population`, `n`, `assay` …), or None when the source does not say."""
        return dict(self.setting).get(key)

    def with_(self, **changes: Any) -> Value:
        """A changed copy, for a scenario; the original stays."""
        return replace(self, **changes)

    def __str__(self) -> str:
        number = f"{self.number:.6g} {self.unit}".rstrip()
        origin = {
            Grade.measured: ", ".join(part for part in (self.source, self.where) if part),
            Grade.derived: f"{self.formula}" if self.formula else "",
            Grade.fitted: f"fit {self.fit}" if self.fit else "",
            Grade.assumed: f"because {self.because}" if self.because else "",
        }[self.grade]
        return number + (f" ({origin})" if origin else "") + (f" [{self.mark}]" if self.mark else "")
