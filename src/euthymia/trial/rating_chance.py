"""The chance that a rater will write a response or a remission, without drawing a rating.

A rating scatters around the expected total by the scale's standard error. The assumption that matters: that scatter is
normal and the same at both visits. Left out: whole points.
"""

from __future__ import annotations

import numpy as np

from euthymia.trial.scale import Scale


def response_probability(before: np.ndarray, after: np.ndarray, rating: Scale, share: float = 0.5) -> np.ndarray:
    """Chance that the rated total fell by `share` of baseline, from domains (..., 7) before and after: (...)."""
    from scipy.special import ndtr

    start, now = rating.total(before), rating.total(after)
    sd = rating.rater_sd.number * np.hypot(1.0, 1 - share)
    return ndtr(((1 - share) * start - now) / sd)


def remission_probability(after: np.ndarray, rating: Scale, cut: float | None = None) -> np.ndarray:
    """Chance that the rated total is at or below `cut` (the scale's own, if not given), from domains (..., 7)."""
    from scipy.special import ndtr

    limit = rating.remission if cut is None else cut
    return ndtr((limit + 0.5 - rating.total(after)) / rating.rater_sd.number)
