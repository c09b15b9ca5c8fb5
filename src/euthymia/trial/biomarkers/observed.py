"""Published rows as numbers with an error, each with the experiment that the model can do for it.

A printed interval or p gives the standard error; failing those, the number of people. The error of translation
(`links.yaml`) is added. What one study printed twice counts once. The assumption that matters: where only a direction
is known it is judged as a sign and is no part of a likelihood. Left out: correlations between markers of one person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from euthymia.errors import DataError, Place
from euthymia.evidence.library import library
from euthymia.evidence.marker import Marker
from euthymia.evidence.preclinical import CoursePoint
from euthymia.evidence.value import Confidence
from euthymia.trial.biomarkers.experiment import (
    CannotExpress,
    Experiment,
    Statistic,
    course_experiment,
    experiment_of,
)
from euthymia.trial.biomarkers.link import links
from euthymia.trial.biomarkers.printed import direction, numbers_in, standard_error

RECALLED = 0.7  # chance of being right where a recalled row states none
SIDE = re.compile(r"responder|remitt|_left|_right|recurrent|early_onset", re.IGNORECASE)
TABLE = "biomarkers.yaml"


@dataclass(frozen=True)
class Observed:
    """One published number: `sd` holds the error of the source and of translation; `weight` how far it is trusted."""

    id: str
    marker: str
    kind: str
    unit: str
    published: float
    sd: float
    weight: float
    confidence: str
    source: str
    group: str


@dataclass(frozen=True)
class Item:
    """A row as the score sees it: its number (if it has one), its experiment, or why there is none."""

    id: str
    marker: str
    comparison: str
    unit: str
    observed: Observed | None = None
    experiment: Experiment | None = None
    direction: int | None = None
    reason: str | None = None
    source: str = ""
    confidence: str = "recalled"
    group: str = "biomarker"
    problem: DataError | None = None


def items(
    rows: Iterable[Marker] | None = None,
    courses: Iterable[CoursePoint] | None = None,
    places: Mapping[str, Place] | None = None,
) -> tuple[Item, ...]:
    """Every number of every row; ours where no rows are given. `places` say where a row stands, for complaints."""
    if rows is None and courses is None:
        rows, courses = library().markers.values(), library().courses.values()
    found = [item for row in rows or () for item in _of_marker(row, (places or {}).get(row.id))]
    found += [_of_course(row, (places or {}).get(row.id)) for row in courses or ()]
    return _counted_once(found)


def observed(table: str | Path | None = None) -> tuple[Observed, ...]:
    """Rows with a number and an error that the present model can answer, ours or those of a table of your own.

    Raises `DataError` for a table in which a number has no error.
    """
    from euthymia.trial.biomarkers.predict import prepare

    if table is None:
        return prepare().observed
    from euthymia.trial.biomarkers.table import read_table

    read = read_table(Path(table))
    for item in read:
        if item.problem is not None:
            raise item.problem
    return prepare(rows=read).observed


def _of_marker(row: Marker, place: Place | None) -> list[Item]:
    numbers = list(numbers_in(row))
    shared: dict[str, Any] = {
        "marker": row.marker,
        "comparison": row.comparison,
        "direction": direction(row.direction),
        "source": str(row.source or row.where or ""),
        "confidence": row.confidence.value,
    }
    if not numbers:
        item = Item(row.id, unit="", **shared)
        if direction(row.direction) is None:
            return [replace(item, reason="the row prints no number that can be compared, and no direction")]
        try:
            experiment = experiment_of(row, "", "percent")
        except CannotExpress as why:
            return [replace(item, reason=why.problem)]
        return [replace(item, experiment=experiment, unit="sign")]
    return [_numbered(row, place, shared, *number) for number in numbers]


def _numbered(
    row: Marker, place: Place | None, shared: dict[str, Any], said: str, statistic: Statistic, number: float
) -> Item:
    name = row.id if len(list(numbers_in(row))) == 1 else f"{row.id}/{said}"
    unit = {"smd": "SD", "percent": "%", "level": "1"}.get(statistic, said.split("diff_")[-1].replace("_", "/"))
    item = Item(name, unit=unit, **shared)
    if SIDE.search(said):
        return replace(item, reason=f"'{said}' is about some of the people, whom the model does not tell apart")
    try:
        experiment = experiment_of(row, said, statistic)
        if statistic == "difference" and unit != experiment.link.unit:
            raise CannotExpress(f"the number is in {unit}, the link in {experiment.link.unit}")
    except CannotExpress as why:
        return replace(item, reason=why.problem)
    sign = direction(row.direction)
    if sign and statistic in ("smd", "percent", "difference"):
        number = sign * abs(number)
    error = standard_error(row, said, statistic, number, experiment)
    if error is None:
        problem = DataError(
            f"row '{row.id}' gives {said} {number:g} without an error",
            place=place or Place(TABLE, None, row.id),
            rule="A calibration table with missing errors cannot be weighed: a number needs ci95, se, sd, p or n.",
            fix="Add ci95: [low, high] or se: to the row's effect, or n: to the row.",
        )
        return replace(item, experiment=experiment, reason=str(problem).splitlines()[0], problem=problem)
    translation = links().translation[_translated(experiment)]
    sd = (error**2 + (translation.share * number) ** 2 + translation.least**2) ** 0.5
    found = Observed(
        name,
        row.marker,
        experiment.kind,
        unit,
        number,
        sd,
        _weight(row),
        row.confidence.value,
        item.source,
        "biomarker",
    )
    return replace(item, observed=found, experiment=experiment)


def _translated(experiment: Experiment) -> str:
    """Which error of translation a row about people has; a scale cancels unless the number has its unit."""
    assumed = set(experiment.link.assumed)
    if experiment.statistic == "level":
        return "levels"
    counted = {"slope", "power"} | ({"scale"} if experiment.statistic == "difference" else set())
    return "stand-ins" if assumed & counted else "people"


def _of_course(row: CoursePoint, place: Place | None) -> Item:
    confidence = "computed" if row.computed else row.confidence.value
    unit = "h" if row.measure == "time of peak" else "%"
    item = Item(
        row.id, row.marker, f"{row.protocol}, {row.time_h:g} h", unit, source=str(row.source or ""),
        confidence=confidence, group="preclinical", direction={"up": 1, "down": -1, None: None}[row.direction],
    )  # fmt: skip
    try:
        experiment = course_experiment(row)
    except CannotExpress as why:
        return replace(item, reason=why.problem)
    if row.value is None:
        return replace(item, experiment=experiment, unit="sign")
    if row.se is None:
        problem = DataError(
            f"row '{row.id}' gives {row.value:g} without an error",
            place=place or Place("preclinical.yaml", None, row.id),
            rule="A calibration table with missing errors cannot be weighed.",
            fix="Add se:, with se_assumed: true if nobody printed it.",
        )
        return replace(item, experiment=experiment, reason=str(problem).splitlines()[0], problem=problem)
    said = links().translation["computed" if row.computed else "animals"]
    least = said.least if row.measure != "time of peak" else 0.0
    sd = (row.se**2 + (said.share * row.value) ** 2 + least**2) ** 0.5
    found = Observed(
        row.id, row.marker, "course", unit, row.value, sd, said.weight * _weight(row), confidence, item.source,
        "preclinical",
    )  # fmt: skip
    return replace(item, observed=found, experiment=experiment)


def _weight(row: Marker | CoursePoint) -> float:
    return 1.0 if row.confidence is Confidence.verified else (row.p_correct or RECALLED) ** 2


def _counted_once(found: list[Item]) -> tuple[Item, ...]:
    """Numbers of one study about one quantity in one experiment share the weight of one."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for index, item in enumerate(found):
        if item.observed is not None and item.experiment is not None and item.group == "biomarker":
            one = item.experiment
            key = (
                item.source or item.id,
                one.link.quantity,
                one.kind,
                one.population,
                one.plan,
                one.time_h,
                one.remitted,
            )
            groups.setdefault(key, []).append(index)
    for indices in groups.values():
        for index in indices:
            old = found[index].observed
            assert old is not None
            found[index] = replace(found[index], observed=replace(old, weight=old.weight / len(indices)))
    return tuple(found)
