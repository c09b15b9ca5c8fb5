"""Endophenotypes: kinds of depressed people who differ in a few parameters, as files.

A person has one to a `degree`: 0 is not at all, 1 is the typical carrier. Whatever a file does not name stays as the
clinic draws it, with the correlations of the clinic, because a carrier keeps the scores he was drawn with. The
assumption that matters: endophenotypes are ends of a continuum, not classes. Left out: how they change over a life.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from euthymia.cohort.effect import Effect, Part, check_parameters
from euthymia.errors import DataError, TrialError, UnknownName
from euthymia.evidence.checked import checked
from euthymia.evidence.library import library
from euthymia.evidence.yaml_with_lines import Document, read_yaml
from euthymia.treatments.numbers import resolved

FOLDER = Path(__file__).parent / "endophenotypes"


class Degrees(Part):
    """How far an endophenotype may go, 1 being the typical carrier."""

    low: float = Field(0.0, ge=0)
    high: float = Field(1.0, gt=0)

    @model_validator(mode="after")
    def _ascending(self) -> Degrees:
        if self.low >= self.high:
            raise ValueError("low is below high")
        return self


class Endophenotype(Part):
    """What moves in carriers, how it shows in the body, and what it foretells."""

    name: str
    label: str
    because: str
    source: str | None = None
    confidence: Literal["verified", "recalled"]
    degree: Degrees = Field(default_factory=lambda: Degrees(low=0.0, high=1.0))
    effects: Mapping[str, Effect] = Field(min_length=1)
    markers: tuple[str, ...] = Field((), description="Rows of evidence/biomarkers.yaml that should move with it.")
    biomarker: str
    prediction: str


@dataclass(frozen=True)
class Carried:
    """An endophenotype in a cohort: to what degree, and by which share of the people."""

    endophenotype: Endophenotype
    degree: float = 1.0
    share: float = 1.0

    @property
    def name(self) -> str:
        return self.endophenotype.name


def endophenotypes() -> tuple[str, ...]:
    """Names of the endophenotypes that ship."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def endophenotype(name: str) -> Endophenotype:
    """An endophenotype by name or by the path of a YAML file; raises `UnknownName` or `DataError`."""
    path = Path(name) if name.endswith((".yaml", ".yml")) else FOLDER / f"{name}.yaml"
    if not path.exists():
        raise UnknownName("endophenotype", name, endophenotypes())
    document = read_yaml(path)
    found = checked(Endophenotype, document, content=resolved(document))
    check_parameters(found.effects, document, "effects")
    _check_markers(found, document)
    return found


def _check_markers(found: Endophenotype, document: Document) -> None:
    known = library().markers
    for row, marker in enumerate(found.markers):
        if marker not in known:
            raise DataError(
                f"there is no biomarker '{marker}'",
                place=document.place("markers", row),
                rule="Markers are ids of evidence/biomarkers.yaml.",
                fix="Correct the id, or say it in words under 'biomarker'.",
            )


def carried(name: str, degree: Any = 1.0, share: Any = 1.0) -> Carried:
    """An endophenotype to a degree in a share of people; raises `UnknownName`, `DataError` or `TrialError`."""
    found = endophenotype(name)
    allowed = found.degree
    if not _number(degree) or not allowed.low <= degree <= allowed.high:
        raise TrialError(
            f"the degree of endophenotype '{found.name}' is {_shown(degree)}",
            rule=f"Its file allows {allowed.low:g} to {allowed.high:g}; 0 is not at all, 1 the typical carrier.",
            fix=f"For example {found.name}: {allowed.high:g}.",
        )
    if not _number(share) or not 0 < share <= 1:
        raise TrialError(
            f"the share of people with endophenotype '{found.name}' is {_shown(share)}",
            rule="A share is above 0 and at most 1.",
            fix=f"For example {found.name}: {{degree: 1, share: 0.3}}.",
        )
    return Carried(found, float(degree), float(share))


def carried_from(name: str, given: Any) -> Carried:
    """As people write it: nothing (all of it), a degree, or `{degree, share}`; raises as `carried`."""
    if given is None:
        return carried(name)
    if not isinstance(given, Mapping):
        return carried(name, given)
    for key in given:
        if key not in ("degree", "share"):
            raise TrialError(
                f"endophenotype '{name}' has no '{key}'",
                rule="It has a degree and a share.",
                fix=f"{name}: {{degree: 0.5, share: 0.3}}",
            )
    return carried(name, given.get("degree", 1.0), given.get("share", 1.0))


def pairs(given: object) -> dict[str, Any]:
    """Name → what was said of it, from a list of names or a mapping; raises `TrialError`."""
    if isinstance(given, str):
        given = (given,)
    if isinstance(given, Mapping):
        return {str(name): said for name, said in given.items()}
    if isinstance(given, Iterable):
        names = list(given)
        if all(isinstance(name, str) for name in names):
            if twice := next((name for name in names if names.count(name) > 1), None):
                raise TrialError(f"endophenotype '{twice}' is given twice", fix="Name it once, with one degree.")
            return dict.fromkeys(names)
    raise TrialError(
        f"endophenotypes cannot be read: {_shown(given)}",
        rule="A list of names, or name: degree, or name: {degree, share}.",
        fix="endophenotypes: {inflamed: 0.5}",
    )


def check_together(all_carried: Iterable[Carried]) -> None:
    """Raise `TrialError` where two endophenotypes say where one parameter lies."""
    owner: dict[str, str] = {}
    for one in all_carried:
        for name, effect in one.endophenotype.effects.items():
            if effect.to is None:
                continue
            if name in owner:
                raise TrialError(
                    f"endophenotypes '{owner[name]}' and '{one.name}' both say where {name} lies",
                    rule="A parameter is drawn from one spread; shifts and factors add up, spreads do not.",
                    fix="Keep one of the two, or mix two cohorts.",
                )
            owner[name] = one.name


def _number(given: object) -> bool:
    return isinstance(given, (int, float)) and not isinstance(given, bool)


def _shown(given: object) -> str:
    return f"{given:g}" if isinstance(given, (int, float)) and not isinstance(given, bool) else f"'{given}'"
