"""One line of a scorecard: what was published, what we predict, and whether the two agree.

The assumption that matters: a row says everything about its comparison, so that any view can be made from rows alone.
Left out: how a prediction is made (`score`, `score_rates`), and what rows come to together (`scorecard`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Row:
    """One comparison; times in hours; the interval is 90 %; `reason` says why `predicted` is missing, or what was taken
    for granted. `status`: predicted or not expressed. `kind` and the unit of its numbers: arm and contrast, in points
    (or per cent) of the scale; rate, a share from 0 to 1; odds_ratio, the natural logarithm of one.

    `crps` is the continuous ranked probability score of our prediction; `class_mean`, `class_crps` and `all_mean`,
    `all_crps` are those of two forecasts without a mechanism (see `climatology`), all in the unit of `published`.
    """

    trial: str
    arm: str
    reference: str | None
    kind: str
    measure: str
    scale: str | None
    time_h: float | None
    predicted: float | None
    low: float | None
    high: float | None
    published: float | None
    published_se: float | None
    status: str
    reason: str
    confidence: str
    split: str
    crps: float | None = None
    family: str | None = None
    class_mean: float | None = None
    class_crps: float | None = None
    class_trials: int | None = None
    all_mean: float | None = None
    all_crps: float | None = None
    all_trials: int | None = None

    @property
    def hit(self) -> bool | None:
        """Whether the published number lies in the interval; None when there is nothing to compare."""
        if self.low is None or self.high is None or self.published is None:
            return None
        return self.low <= self.published <= self.high

    def told(self) -> dict:
        return asdict(self)
