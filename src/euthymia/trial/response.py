"""How likely a person is to be rated a responder or remitter, from symptom domains and without a random draw.

The rating's error stands as a normal curve, so that probabilities are smooth in every parameter of the model and their
mean over people is the expected rate. The assumption that matters: the errors of two ratings of one person are
independent, and ratings are whole points (half a point of continuity). Left out: that people were let in by a rating,
so that a first rating is on average too high.
"""

from __future__ import annotations

import numpy as np

from euthymia.trial.scale import Scale, scale

CONTINUITY = 0.5  # of a point: a total of x is rated wherever the smooth one lies below x + 1/2


def response_probability(
    before: np.ndarray, after: np.ndarray, rating: str | Scale, share: float | None = None
) -> np.ndarray:
    """Probability (people,) of a total fallen by `share` or more (default: the scale's own, half).

    `before` and `after` are symptom domains (people, 7); NaN stays NaN. Raises `UnknownName` for a scale.

    >>> ill, well = np.full((1, 7), 0.6), np.full((1, 7), 0.1)
    >>> float(response_probability(ill, well, "MADRS")[0]) > 0.99
    True
    """
    one = scale(rating) if isinstance(rating, str) else rating
    kept = 1 - (one.response if share is None else share)
    short = kept * one.total(before) - one.total(after) + CONTINUITY
    return _normal(short / (one.rater_sd.number * np.hypot(1, kept)))


def remission_probability(after: np.ndarray, rating: str | Scale, threshold: float | None = None) -> np.ndarray:
    """Probability (people,) of a total at or below `threshold` (default: the scale's own) from domains (people, 7)."""
    one = scale(rating) if isinstance(rating, str) else rating
    limit = (one.remission if threshold is None else threshold) + CONTINUITY
    return _normal((limit - one.total(after)) / one.rater_sd.number)


def _normal(deviations: np.ndarray) -> np.ndarray:
    from scipy.special import ndtr

    return ndtr(deviations)
