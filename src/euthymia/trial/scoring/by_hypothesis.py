"""The scorecard under each alternative of each open hypothesis: which of them the published trials like better.

Every alternative is held in all worlds and the trials it bears on are scored again, the other hypotheses as the
ensemble holds them. The assumption that matters: a better score here is no weight, because the free parameters were
not fitted again (`euthymia calibrate` does that). Left out: trials that a hypothesis does not bear on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from euthymia.engine.task import Engine
from euthymia.evidence.published_trial import PublishedTrial
from euthymia.model.hypothesis import hypotheses, hypothesis
from euthymia.trial.by_hypothesis import bearing
from euthymia.trial.express import express
from euthymia.trial.score import PEOPLE, WORLDS, Row, score


@dataclass(frozen=True)
class RivalRow:
    """A row of the scorecard under one alternative."""

    hypothesis: str
    alternative: str
    row: Row

    def told(self) -> dict[str, Any]:
        return {"hypothesis": self.hypothesis, "alternative": self.alternative} | self.row.told()


@dataclass(frozen=True)
class RivalSummary:
    """How an alternative scores: rows compared, how many lie inside the 90 % interval, bias and mean CRPS in points."""

    hypothesis: str
    alternative: str
    kind: str
    rows: int
    covered: int
    bias: float
    crps: float

    def told(self) -> dict[str, Any]:
        return vars(self)


def score_by_hypothesis(
    trials: Iterable[PublishedTrial],
    names: Iterable[str] | None = None,
    engine: Engine | None = None,
    people: int = PEOPLE,
    worlds: int = WORLDS,
    seed: int = 1,
    progress: Callable[[str, int, int], None] | None = None,
) -> tuple[RivalRow, ...]:
    """Rows of `trials` under every alternative of the hypotheses `names` (default: all); raises `UnknownName`."""
    trials = tuple(trials)
    asked = [hypothesis(name) for name in (names if names is not None else hypotheses())]
    touched = {trial.id: _bearing(trial) for trial in trials}
    steps = [(one, alternative) for one in asked for alternative in one.names]
    found: list[RivalRow] = []
    for done, (one, alternative) in enumerate(steps):
        if progress:
            progress(f"{one.name}={alternative}", done, len(steps))
        mine = [trial for trial in trials if one.name in touched[trial.id]]
        rows = score(mine, engine, people, worlds, seed, hypotheses={one.name: alternative})
        found += [RivalRow(one.name, alternative, row) for row in rows]
    if progress:
        progress("done", len(steps), len(steps))
    return tuple(found)


def summed_up(rows: Iterable[RivalRow]) -> tuple[RivalSummary, ...]:
    """A line for each alternative and kind of comparison, in the order of the rows."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for one in rows:
        if one.row.hit is not None and one.row.crps is not None:
            groups.setdefault((one.hypothesis, one.alternative, one.row.kind), []).append(one.row)
    return tuple(
        RivalSummary(
            *key,
            len(found),
            sum(bool(row.hit) for row in found),
            float(np.mean([(row.predicted or 0.0) - (row.published or 0.0) for row in found])),
            float(np.mean([row.crps for row in found if row.crps is not None])),
        )
        for key, found in groups.items()
    )


def _bearing(published: PublishedTrial) -> tuple[str, ...]:
    """Hypotheses that bear on the arms we can express."""
    expressed = express(published, 1, 1, 0)
    return () if expressed.trial is None else bearing(*expressed.trial.arms.values())
