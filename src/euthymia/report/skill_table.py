"""The scorecard's summary as lines of a table: bias, error, ranked probability score and skill, in words.

The assumption that matters: a skill below zero is shown as what it is, worse than a forecast without a mechanism.
Left out: the rows behind it, which have a table of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from euthymia.report.wording import DASH, MINUS, number, percent
from euthymia.trial.scorecard import scorecard

if TYPE_CHECKING:
    from euthymia.trial.score import Row


#: what a row compares
KINDS = {
    "contrast": "difference between arms",
    "arm": "mean of an arm",
    "rate": "share with response or remission",
    "odds_ratio": "log odds ratio",
}
#: what a split says of its predictions
TRIALS = {
    "hold-out": "held out, never fitted",
    "without its trial": "calibration, each predicted without its own trial",
    "without its treatment": "calibration, each predicted without its whole treatment",
    "calibrate": "calibration, a fit may see them",
    "unused": "used for neither",
}


def skill_lines(rows: Iterable[Row]) -> list[dict[str, object]]:
    """One line for each split and kind of comparison; `worse` when either forecast without a mechanism is better."""
    found = []
    for one in scorecard(rows):
        digits = 1 if one.kind in ("arm", "contrast") else 2
        skills = [skill for skill in (one.skill_class, one.skill_all) if skill is not None]
        found.append(
            {
                "split": one.split,
                "trials": TRIALS.get(one.split, one.split),
                "kind": one.kind,
                "what": KINDS.get(one.kind, one.kind),
                "coverage": f"{one.covered} of {one.rows} ({percent(one.coverage)})",
                "bias": _signed(one.bias, digits),
                "error": number(one.error, digits),
                "crps": number(one.crps, 2),
                "class": _skill(one.skill_class, one.class_rows),
                "all": _skill(one.skill_all, one.all_rows),
                "worse": any(skill < 0 for skill in skills),
            }
        )
    return found


def _skill(skill: float | None, rows: int) -> str:
    return DASH if skill is None else f"{_signed(skill, 2)} ({rows})"


def _signed(value: float, digits: int) -> str:
    return f"{value:+.{digits}f}".replace("-", MINUS)
