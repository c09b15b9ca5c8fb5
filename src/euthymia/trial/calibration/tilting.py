"""Weights that give a crowd a published baseline, for many crowds at once.

As `cohort.weigh.tilted`, by halving on the slope. The assumption that matters and what is left out are the
same as there.
"""

from __future__ import annotations

import numpy as np


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
    for _ in range(60):
        slope = (below + above) / 2
        reached = (_grown(slope, centred, there) * known).sum(axis=1)
        below, above = np.where(reached < wanted, slope, below), np.where(reached < wanted, above, slope)
    return _grown(np.where(flat, 0.0, (below + above) / 2), centred, there)


def _grown(slope: np.ndarray, centred: np.ndarray, there: np.ndarray) -> np.ndarray:
    power = np.where(there, slope[:, None] * centred, -np.inf)
    top = power.max(axis=1, keepdims=True)
    grown = np.where(there, np.exp(power - np.where(np.isfinite(top), top, 0.0)), 0.0)
    return grown / np.maximum(grown.sum(axis=1, keepdims=True), 1e-300)
