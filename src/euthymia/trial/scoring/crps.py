"""The continuous ranked probability score: how far a whole prediction lies from what was published, in its own unit.

A prediction is a mixture of normal curves of one width around the members of an ensemble, for which the score has a
closed form (grimit2006); with no width it is the score of the bare ensemble, and of one member the absolute error. The
assumption that matters: what scatters around a member is normal. Left out: fair scores for small ensembles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Mixture:
    """Equally likely `centres`, each with a normal scatter of standard deviation `width` (may be 0)."""

    centres: tuple[float, ...]
    width: float

    @property
    def mean(self) -> float:
        return float(np.mean(self.centres))

    @property
    def sd(self) -> float:
        """Standard deviation of the whole."""
        return float(np.hypot(np.std(self.centres), self.width))

    def crps(self, observed: float) -> float:
        """The score at `observed`: not below 0, in the unit of the prediction, smaller is better."""
        centres = np.asarray(self.centres)
        to_observed = _mean_distance(observed - centres, self.width).mean()
        among = _mean_distance(centres[:, None] - centres[None, :], self.width * np.sqrt(2)).mean()
        return float(to_observed - among / 2)


def ensemble(draws: np.ndarray) -> Mixture:
    """A bare ensemble as a prediction."""
    return Mixture(tuple(float(draw) for draw in draws), 0.0)


def of_worlds(sample: np.ndarray, worlds: np.ndarray, mean: float, sd: float, between: float) -> Mixture:
    """Mean of a virtual trial in each world, drawn together to the variance `between` worlds that is no luck of the
    draw, with the rest of `sd` as scatter; `sample` and `worlds` are (people,)."""
    keep = np.isfinite(sample)
    centres = np.array([sample[keep & (worlds == world)].mean() for world in np.unique(worlds[keep])])
    own = centres.std()
    share = np.sqrt(min(between, sd**2)) / own if own > 0 else 0.0
    return Mixture(
        tuple(float(mean + (centre - centres.mean()) * share) for centre in centres),
        float(np.sqrt(max(sd**2 - min(between, sd**2), 0.0))),
    )


def _mean_distance(shift: np.ndarray, sd: float) -> np.ndarray:
    """Mean absolute value of a normal variable with mean `shift` and standard deviation `sd`."""
    from scipy.special import erf

    if sd <= 0:
        return np.abs(shift)
    with np.errstate(over="ignore"):  # a far shift in a narrow curve: clipped, since nothing of the curve is left there
        scaled = np.clip(shift / sd, -40, 40)
    return sd * np.sqrt(2 / np.pi) * np.exp(-(scaled**2) / 2) + shift * erf(scaled / np.sqrt(2))
