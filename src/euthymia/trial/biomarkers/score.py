"""The scorecard of biology: every published marker beside what the model gives, misses first.

The interval is the posterior predictive one of the published number: the worlds of the fit, the error of the source and
that of translation. A direction without a number is right or wrong. The assumption that matters: worlds weigh alike.
Left out: rows the model does not express, which are listed with the reason and never counted as right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import NormalDist
from typing import Any, Literal

import numpy as np

from euthymia.engine.choose import default_engine
from euthymia.engine.task import Engine
from euthymia.errors import DataError, UnknownName
from euthymia.trial.biomarkers.observed import Item
from euthymia.trial.biomarkers.predict import PEOPLE, SEED, predict_all, prepare
from euthymia.trial.biomarkers.table import read_table
from euthymia.trial.enrol import base_model
from euthymia.trial.world import worlds as members

WORLDS = 16
PARTS = NormalDist().inv_cdf
STEPS = np.array([PARTS((i + 0.5) / 40) for i in range(40)])  # a normal distribution as forty equal parts
NULL = 1e-6  # of the published unit: no change at all has no sign


@dataclass(frozen=True)
class Row:
    """One published number: ours with a 90 % interval, in `unit` (SD, %, h, 1 or that of the marker).

    `sd` is the published number's error with that of translation. `status`: `predicted`, `sign` (a direction alone) or
    `not expressed`; `inside` is None where nothing was compared. `assumed` is what of the link nobody measured.
    """

    id: str
    marker: str
    comparison: str
    group: str
    kind: str
    unit: str
    predicted: float | None
    low: float | None
    high: float | None
    published: float | None
    sd: float | None
    direction: Literal["up", "down"] | None
    inside: bool | None
    status: Literal["predicted", "sign", "not expressed"]
    reason: str
    quantity: str
    confidence: str
    weight: float
    source: str
    assumed: tuple[str, ...]

    @property
    def z(self) -> float:
        """How many deviations the prediction is off; 0 where nothing was compared."""
        if self.predicted is None or self.published is None or not self.sd:
            return 0.0
        return (self.predicted - self.published) / self.sd

    def told(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self) | {"z": self.z if self.status == "predicted" else None}


@dataclass(frozen=True)
class Summary:
    """How one group did: numbers inside their interval, signs that are right, rows that are not expressed."""

    group: str
    rows: int
    compared: int
    inside: int
    signs: int
    right: int
    not_expressed: int
    mean_square_z: float

    def told(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def score(
    markers: Path | str | None = None,
    engine: Engine | None = None,
    worlds: int = WORLDS,
    people: int = PEOPLE,
    seed: int = SEED,
    hypotheses: Mapping[str, float] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> tuple[Row, ...]:
    """Every row of a table (ours, if none is named), misses first.

    `hypotheses` sets parameters in every world. A row without an error is not compared and says so with file and line;
    raises `DataError` for a file that is no table, or in which no row can be compared for such a fault.
    """
    for name in hypotheses or {}:
        if name not in (known := base_model().parameters):
            raise UnknownName("parameter", name, known)
    given = None if markers is None else read_table(Path(markers))
    prepared = prepare(people, seed, given)
    problems = [row.problem for row in prepared.rows if row.problem is not None]
    if given is not None and not prepared.items and problems:
        raise problems[0]
    lived = members(worlds, hypotheses)
    tell = progress or (lambda what, done, total: None)
    answers = []
    for done, world in enumerate(lived):
        tell("worlds", done, len(lived))
        answers.append(predict_all(prepared, world.parameters, engine or default_engine()))
    tell("done", len(lived), len(lived))
    numbers = {item.id: column for item, column in zip(prepared.items, np.array(answers).T, strict=True)}
    rows = [_row(item, numbers.get(item.id)) for item in prepared.rows]
    return tuple(sorted(rows, key=_order))


def problems(markers: Path | str) -> tuple[DataError, ...]:
    """What is wrong with the rows of a table, each with file and line; raises `DataError` for a file that is none."""
    return tuple(item.problem for item in read_table(Path(markers)) if item.problem is not None)


def summaries(rows: tuple[Row, ...]) -> tuple[Summary, ...]:
    """One summary a group."""
    found = []
    for group in dict.fromkeys(row.group for row in sorted(rows, key=lambda row: row.group)):
        mine = [row for row in rows if row.group == group]
        compared = [row for row in mine if row.status == "predicted"]
        signs = [row for row in mine if row.status == "sign"]
        square = float(np.mean([row.z**2 for row in compared])) if compared else float("nan")
        found.append(
            Summary(
                group, len(mine), len(compared), sum(bool(r.inside) for r in compared), len(signs),
                sum(bool(r.inside) for r in signs), sum(r.status == "not expressed" for r in mine), square,
            )
        )  # fmt: skip
    return tuple(found)


def _row(item: Item, answers: np.ndarray | None) -> Row:
    reason, seen = item.reason or "", item.observed
    if answers is not None:
        answers = answers[np.isfinite(answers)]
        if not len(answers):
            reason, answers = "the simulation gives no finite number", None
    done = answers is not None and not reason
    predicted = low = high = inside = None
    status: Literal["predicted", "sign", "not expressed"] = "not expressed"
    if done and answers is not None:
        predicted = float(answers.mean())
        spread = answers if seen is None else (answers[:, None] + seen.sd * STEPS).ravel()
        low, high = (float(q) for q in np.quantile(spread, [0.05, 0.95]))
        if seen is not None:
            status, inside = "predicted", low <= seen.published <= high
        else:
            status, inside = "sign", bool((item.direction or 0) * predicted > NULL)
    return Row(
        id=item.id,
        marker=item.marker,
        comparison=item.comparison,
        group=item.group,
        kind=item.experiment.kind if item.experiment else "",
        unit=("%" if status == "sign" else item.unit),
        predicted=predicted,
        low=low,
        high=high,
        published=seen.published if seen else None,
        sd=seen.sd if seen else None,
        direction=None if item.direction is None else "up" if item.direction > 0 else "down",
        inside=inside,
        status=status,
        reason=reason,
        quantity=(item.experiment.link.quantity or "") if item.experiment else "",
        confidence=item.confidence,
        weight=seen.weight if seen else 0.0,
        source=item.source,
        assumed=item.experiment.link.assumed if item.experiment else (),
    )


def _order(row: Row) -> tuple[int, float, str]:
    """Misses first, the largest before the others; then hits; then what is not expressed."""
    rank = {False: 0, True: 1, None: 2}[row.inside]
    return rank, -abs(row.z), row.id
