"""Verdicts: whether a published number lies where the model said it would, in one vocabulary for every view.

The assumption that matters: a prediction is its 90 % interval, so about one in ten misses is expected of an honest
model and a model that never misses is too vague. Left out: any judgement of the published trial.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from euthymia.trial.score import Row

INSIDE = "inside the 90 % interval"
MISS = "miss: outside the 90 % interval"
WRONG_SIGN = "miss: wrong direction"
NOT_COMPARED = "not compared"
NIL = 0.5  # points within which a published contrast without a standard error counts as no difference
#: the verdict where a column head says what it is about
SHORT = {INSIDE: "inside", MISS: "miss", WRONG_SIGN: "miss, wrong direction", NOT_COMPARED: NOT_COMPARED}


def verdict(row: Row) -> str:
    """The verdict on one comparison; a contrast of the wrong sign is a miss wherever its interval ends."""
    if row.predicted is None or row.published is None:
        return NOT_COMPARED
    if wrong_sign(row):
        return WRONG_SIGN
    return {True: INSIDE, False: MISS, None: NOT_COMPARED}[row.hit]


def wrong_sign(row: Row) -> bool:
    """Whether a contrast points the other way than a published one that is clearly not nil."""
    if row.kind != "contrast" or row.predicted is None or row.published is None:
        return False
    nil = NIL if row.published_se is None else row.published_se
    return row.predicted * row.published < 0 and abs(row.published) > nil


def is_miss(row: Row) -> bool:
    return verdict(row) in (MISS, WRONG_SIGN)


def mark(row: Row) -> str:
    """The mark of the published number: provisional when nobody has read it in its source yet."""
    return "provisional" if row.confidence == "recalled" else ""


def compared(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Rows with a verdict: misses first, and the farthest from its interval first among them."""
    found = [row for row in rows if verdict(row) != NOT_COMPARED]
    return tuple(sorted(found, key=lambda row: (not is_miss(row), -distance(row), row.trial, row.time_h or 0)))


def days(row: Row) -> float | None:
    """Days since the first dose, where the table gives a time."""
    return None if row.time_h is None else row.time_h / 24


def distance(row: Row) -> float:
    """How far the published number lies from the centre of the prediction, in half-widths of its interval."""
    if row.predicted is None or row.published is None or row.low is None or row.high is None:
        return 0.0
    return abs(row.published - row.predicted) / max((row.high - row.low) / 2, 1e-9)
