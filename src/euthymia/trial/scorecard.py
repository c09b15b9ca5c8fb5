"""What a scorecard comes to: coverage, bias, error, ranked probability score and skill, for each split and kind.

Arms and contrasts are in MADRS points (a HAM-D17 point is worth 1.3, a per cent of change 0.325), rates are shares and
odds ratios natural logarithms. Skill is 1 - ours/theirs:
above 0 we are better than the forecast without a mechanism, and it is taken over the rows that both can say something
about. The assumption that matters: every row counts once, so a trial that prints much counts much. Left out: tests of
significance; rows of one trial are not independent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from euthymia.trial.express import rated_as
from euthymia.trial.links import madrs_points
from euthymia.trial.scoring.left_out import SPLITS as LEFT_OUT

if TYPE_CHECKING:
    from euthymia.trial.score import Row

#: as honest as they come first: never seen by a fit, then predicted by a fit that did not see them
SPLITS = ("hold-out", *LEFT_OUT.values(), "calibrate", "unused")
KINDS = ("contrast", "arm", "rate", "odds_ratio")


@dataclass(frozen=True)
class Summary:
    """One line of the scorecard, in MADRS points (rates: shares; odds ratios: logarithms). `rows` were compared;
    `class_rows` and `all_rows` of them have a forecast to be better than. `skill_*` compares the ranked probability
    score, `error_skill_*` absolute errors."""

    split: str
    kind: str
    rows: int
    covered: int
    coverage: float
    bias: float
    error: float
    crps: float
    class_rows: int
    skill_class: float | None
    error_skill_class: float | None
    all_rows: int
    skill_all: float | None
    error_skill_all: float | None

    def told(self) -> dict:
        return asdict(self)


def scorecard(rows: Iterable[Row]) -> tuple[Summary, ...]:
    """A summary of every split and kind that has a row to compare: held-out first, contrasts before arms.

    Rows of `left_out_rows` have splits of their own, so they may be given together with those of `score`.
    """
    compared = [row for row in rows if row.predicted is not None and row.published is not None and row.hit is not None]
    found = []
    for split in SPLITS:
        for kind in KINDS:
            part = [row for row in compared if row.split == split and row.kind == kind]
            if part:
                found.append(_summary(split, kind, part))
    return tuple(found)


def points(row: Row) -> float:
    """MADRS points worth one unit of what the row is published in; rates and odds ratios stay as they are."""
    ours = rated_as(row.scale)
    if row.kind not in ("arm", "contrast") or ours is None:
        return 1.0
    return madrs_points(ours) * (0.325 if row.measure == "percent_change" else 1.0)


def _summary(split: str, kind: str, rows: Sequence[Row]) -> Summary:
    worth = np.array([points(row) for row in rows])
    misses = np.array([(row.predicted or 0.0) - (row.published or 0.0) for row in rows]) * worth
    scores = np.array([np.nan if row.crps is None else row.crps for row in rows]) * worth
    covered = sum(bool(row.hit) for row in rows)
    told = {}
    for name in ("class", "all"):
        theirs = np.array([_or_nan(getattr(row, f"{name}_crps")) for row in rows]) * worth
        means = np.array([_or_nan(getattr(row, f"{name}_mean")) for row in rows])
        errors = np.abs(means - [row.published or 0.0 for row in rows]) * worth
        both = np.isfinite(theirs) & np.isfinite(scores)
        told[f"{name}_rows"] = int(both.sum())
        told[f"skill_{name}"] = _skill(scores[both], theirs[both])
        told[f"error_skill_{name}"] = _skill(np.abs(misses)[both], errors[both])
    known = scores[np.isfinite(scores)]
    return Summary(
        split=split,
        kind=kind,
        rows=len(rows),
        covered=covered,
        coverage=covered / len(rows),
        bias=float(misses.mean()),
        error=float(np.abs(misses).mean()),
        crps=float(known.mean()) if len(known) else float("nan"),
        **told,
    )


def _skill(ours: np.ndarray, theirs: np.ndarray) -> float | None:
    if not len(ours) or theirs.mean() <= 0:
        return None
    return float(1 - ours.mean() / theirs.mean())


def _or_nan(given: float | None) -> float:
    return float("nan") if given is None else given
