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
    low, high = float(scores.min()), float(scores.max())
    if high - low < 1e-9:
        return np.full(len(scores), 1 / len(scores))
    wanted = float(np.clip(mean, low + 0.02 * (high - low), high - 0.02 * (high - low)))

    def weights(slope: float) -> np.ndarray:
        grown = np.exp(slope * (scores - scores.mean()) - np.max(slope * (scores - scores.mean())))
        return grown / grown.sum()

    below, above = -5.0, 5.0
    for _ in range(80):
        slope = (below + above) / 2
        if float(weights(slope) @ scores) < wanted:
            below = slope
        else:
            above = slope
    return weights((below + above) / 2)


def chosen(weights: np.ndarray, size: int, random: np.random.Generator) -> np.ndarray:
    """Indices of `size` people by systematic sampling; one with weight above 1/size may come more than once."""
    points = (random.random() + np.arange(size)) / size
    return np.searchsorted(np.cumsum(weights), points, side="left").clip(max=len(weights) - 1)
