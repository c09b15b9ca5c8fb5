"""A published number that a calibration answers to, and how far from the truth such numbers lie.

The assumption that matters: trials of one design differ beyond their standard errors, by `ARM_SD` in an arm's change
and by `CONTRAST_SD` in a contrast, and most of that difference is the trial's own and shared by its visits (`SHARED`).
Left out: judgements of bias beyond the size of a trial.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

ARM_SD = 3.0  # points of MADRS by which trials of one design differ in an arm's change
CONTRAST_SD = 1.5  # and in a contrast
SHARED = 0.7  # share of that variance which the visits and arms of one trial have in common
BASELINE_SD = 4.0  # by which clinics of one kind differ in mean severity
SPREAD_SD = 1.5  # and in the standard deviation of change
LOGIT_SD = 0.35  # between trials, of the log odds of response in an arm; two thirds of it in a contrast
UNKNOWN_SE = 2.0  # points of MADRS, where a table gives a mean without its error
EARLY_HOURS = 6.0  # a rating this soon recalls hours, not days: it counts a quarter
CONTROLS = ("placebo", "sham", "saline", "midazolam")
#: scale points worth one point on MADRS (leucht2018)
POINTS = {"MADRS": 1.0, "HAMD17": 1.3}

PER_CENT = 3.0  # per cent of a usual baseline that a point of MADRS is
ARM_MEASURES = ("change", "score", "percent_change")
BETWEEN = {"response": LOGIT_SD, "remission": LOGIT_SD, "log_odds_ratio": LOGIT_SD * 2 / 3}


@dataclass(frozen=True)
class Target:
    """One published number: what was seen, how exactly, and in which arms of which trial.

    `measure` is baseline, change, score (points of `scale`) or percent_change, difference (first arm minus second, of
    changes) or percent_difference, spread (standard
    deviation of change), response or remission (logit of a rate) or log_odds_ratio. `se` is the standard error of
    `published` in its own unit; `weight` is the square of the chance that it was remembered right; `share` or
    `cut` is what counts as response or remission.
    """

    trial: str
    family: str
    arms: tuple[str, ...]
    scale: str
    day: float
    measure: str
    published: float
    se: float
    weight: float
    cut: float = 0.0

    @property
    def between(self) -> float:
        """Standard deviation between trials, in the unit of `published`."""
        points = POINTS[self.scale]
        match self.measure:
            case "baseline":
                return BASELINE_SD / points
            case "difference":
                return CONTRAST_SD / points
            case "percent_change":
                return ARM_SD * PER_CENT
            case "percent_difference":
                return CONTRAST_SD * PER_CENT
            case "spread":
                return SPREAD_SD / points
            case "change" | "score":
                return ARM_SD / points
        return BETWEEN[self.measure]

    @property
    def sd(self) -> float:
        """By how much a right model may miss this number."""
        return float(np.hypot(self.se, self.between) / np.sqrt(self.weight))

    @property
    def kind(self) -> str:
        """Numbers of one kind in one trial share part of their trial's scatter."""
        return "arm" if self.measure in ARM_MEASURES else self.measure.removeprefix("percent_")


def covariance(targets: tuple[Target, ...]) -> np.ndarray:
    """Covariance of what a right model misses (targets, targets), in the units of the targets."""
    sizes = np.array([t.between / np.sqrt(t.weight) for t in targets])
    own = np.array([t.se / np.sqrt(t.weight) for t in targets])
    same = np.array([[a.trial == b.trial and a.kind == b.kind for b in targets] for a in targets])
    return np.diag(own**2 + (1 - SHARED) * sizes**2) + SHARED * np.outer(sizes, sizes) * same
