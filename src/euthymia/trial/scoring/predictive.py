"""The interval of a published mean or difference: worlds, scatter of trials, the published sample, and our own.

The assumption that matters: what scatters around a world's mean is normal. Left out: skewed intervals, so that those
of shares near 0 or 1 are cut there by whoever asks.
"""

from __future__ import annotations

import numpy as np

from euthymia.trial.scoring.crps import Mixture, of_worlds


def predictive(
    sample: np.ndarray, worlds: np.ndarray, n: float, scatter: float, least: float = 0.0
) -> tuple[float, float, float]:
    """Mean and 90 % interval of a published mean of `n` people: worlds, scatter, people, and our own sample.

    People vary by a variance of `least` or more.
    """
    keep = np.isfinite(sample)
    sample, worlds = sample[keep], worlds[keep]
    between, within = components(sample, worlds)
    within = max(within, least)
    many = len(np.unique(worlds))
    spread = np.sqrt(between * (1 + 1 / many) + scatter**2 + within / max(n, 1) + within / len(sample))
    mean, width = float(sample.mean()), quantile(many)
    return mean, float(mean - width * spread), float(mean + width * spread)


def predictive_contrast(
    a: np.ndarray, b: np.ndarray, worlds: np.ndarray, n: float, m: float, scatter: float
) -> tuple[float, float, float]:
    """As `predictive` for a difference of two arms that share their virtual patients."""
    keep = np.isfinite(a) & np.isfinite(b)
    between, within = components((a - b)[keep], worlds[keep])
    many = len(np.unique(worlds[keep]))
    arms = sampling_error(a, b, n, m) ** 2
    spread = np.sqrt(between * (1 + 1 / many) + scatter**2 + within / keep.sum() + arms)
    mean, width = float((a - b)[keep].mean()), quantile(many)
    return mean, float(mean - width * spread), float(mean + width * spread)


def sampling_error(a: np.ndarray, b: np.ndarray, n: float, m: float) -> float:
    """Standard error of a difference between arms of `n` and `m` people, from virtual ones (people,)."""
    keep = np.isfinite(a) & np.isfinite(b)
    return float(np.sqrt(a[keep].var(ddof=1) / max(n, 1) + b[keep].var(ddof=1) / max(m, 1)))


def mixture(sample: np.ndarray, worlds: np.ndarray, mean: float, low: float, high: float) -> Mixture:
    """The prediction behind an interval: its worlds, and the rest of its spread around each."""
    keep = np.isfinite(sample)
    between, _ = components(sample[keep], worlds[keep])
    sd = (high - low) / 2 / quantile(len(np.unique(worlds[keep])))
    return of_worlds(sample, worlds, mean, sd, between)


def quantile(worlds: int) -> float:
    """Half-width of a 90 % interval in standard deviations, wider the fewer worlds the spread was estimated from."""
    from scipy.stats import t

    return float(t.ppf(0.95, max(worlds - 1, 15)))


def components(sample: np.ndarray, worlds: np.ndarray) -> tuple[float, float]:
    """Variance between world means and within worlds (one-way analysis of variance, never negative)."""
    groups = [sample[worlds == world] for world in np.unique(worlds)]
    sizes = np.array([len(group) for group in groups])
    if len(groups) < 2 or sizes.max() < 2:
        return 0.0, float(sample.var(ddof=1))
    within = sum(((g - g.mean()) ** 2).sum() for g in groups) / max(sizes.sum() - len(groups), 1)
    square = sum(n * (g.mean() - sample.mean()) ** 2 for n, g in zip(sizes, groups, strict=True)) / (len(groups) - 1)
    typical = (sizes.sum() - (sizes**2).sum() / sizes.sum()) / (len(groups) - 1)
    return float(max(0.0, (square - within) / typical)), float(within)
