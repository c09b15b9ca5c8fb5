"""Choose from a crowd so that it looks like the clinic: the published baseline, no one picked by hand.

Exponential tilting is the least change of weights that gives the wanted mean. The assumption that matters: people
with one baseline are alike in the rest. Left out: matching more than a mean and a range.
"""

from __future__ import annotations

import numpy as np


def tilted(scores: np.ndarray, mean: float) -> np.ndarray:
    """Weights (people,) adding to 1 whose weighted mean of `scores` is `mean`, or as near as the crowd allows.

    >>> weights = tilted(np.array([20.0, 30.0, 40.0]), 33.0)
    >>> round(float(weights @ [20, 30, 40]), 6)
    33.0
    """
    return tilted_sets(np.asarray(scores, float)[None], mean)[0]


def tilted_sets(scores: np.ndarray, mean: float) -> np.ndarray:
    """Weights (sets, people), each row adding to 1 with `mean` as its weighted mean of `scores` (sets, people), or as
    near as the crowd allows; people whose score is not a number get none."""
    there = np.isfinite(scores)
    known = np.where(there, scores, 0.0)
    low = np.where(there, scores, np.inf).min(axis=1)
    high = np.where(there, scores, -np.inf).max(axis=1)
    flat = ~(high - low > 1e-9)
    width = np.where(flat, 1.0, high - low)
    wanted = np.clip(mean, low + 0.02 * width, high - 0.02 * width)
    centred = known - (known.sum(axis=1) / np.maximum(there.sum(axis=1), 1))[:, None]
    below, above = np.full(len(scores), -5.0), np.full(len(scores), 5.0)
    for _ in range(80):
        slope = (below + above) / 2
        reached = (_grown(slope, centred, there) * known).sum(axis=1)
        below, above = np.where(reached < wanted, slope, below), np.where(reached < wanted, above, slope)
    return _grown(np.where(flat, 0.0, (below + above) / 2), centred, there)


def _grown(slope: np.ndarray, centred: np.ndarray, there: np.ndarray) -> np.ndarray:
    power = np.where(there, slope[:, None] * centred, -np.inf)
    top = power.max(axis=1, keepdims=True)
    grown = np.where(there, np.exp(power - np.where(np.isfinite(top), top, 0.0)), 0.0)
    return grown / np.maximum(grown.sum(axis=1, keepdims=True), 1e-300)


def chosen(weights: np.ndarray, size: int, random: np.random.Generator) -> np.ndarray:
    """Indices of `size` people by systematic sampling; one with weight above 1/size may come more than once."""
    points = (random.random() + np.arange(size)) / size
    return np.searchsorted(np.cumsum(weights), points, side="left").clip(max=len(weights) - 1)
