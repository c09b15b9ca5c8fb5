"""What the fit leaves open: an ensemble of parameter sets that explain the targets about as well, and trial scatter.

Random-walk Metropolis from around the optimum, steps shaped by the fit's covariance; the last states of independent
chains are the ensemble. The assumption that matters: short chains started near one optimum see no other. Left out:
convergence to a full posterior, other optima, rival structures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from euthymia.engine.task import Engine
from euthymia.trial.calibrate import ARM_SD, CONTRAST_SD, EARLY_HOURS, POINTS, Fitted, Problem, residuals

CHAINS = 8
STEPS = 60
KEPT = 4  # states a chain, from its second half
SHRUNK = 0.6  # of the covariance's root, where a chain starts


@dataclass(frozen=True)
class Posterior:
    """Members (ensemble, parameters) in the order of the free parameters, and how often steps were taken."""

    members: np.ndarray
    accepted: float


def sample(
    problem: Problem, fitted: Fitted, engine: Engine, seed: int = 7, tell: Callable[[str], None] = lambda text: None
) -> Posterior:
    """The ensemble, deterministic for a seed and an engine; members are parameters, not logarithms."""
    random = np.random.default_rng(seed)
    free = list(problem.free.values())
    low, high = np.log([p.low for p in free]), np.log([p.high for p in free])
    values, vectors = np.linalg.eigh(fitted.covariance)
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    centre = np.log([fitted.parameters[name] for name in problem.free])
    stride = 2.38 / np.sqrt(len(free))
    kept: list[np.ndarray] = []
    taken = 0
    for chain in range(CHAINS):
        x = np.clip(centre + SHRUNK * root @ random.standard_normal(len(free)), low, high)
        cost = _cost(problem, x, engine)
        for step in range(STEPS):
            proposed = x + stride * root @ random.standard_normal(len(free))
            if np.all(proposed >= low) and np.all(proposed <= high):
                there = _cost(problem, proposed, engine)
                if np.log(random.random()) < (cost - there) / 2:
                    x, cost, taken = proposed, there, taken + 1
            if step >= STEPS // 2 and (step + 1) % (STEPS // 2 // KEPT) == 0 and len(kept) < (chain + 1) * KEPT:
                kept.append(np.exp(x))
        tell(f"chain {chain + 1} of {CHAINS}: cost {cost:.1f}")
    return Posterior(np.array(kept), taken / (CHAINS * STEPS))


def _cost(problem: Problem, x: np.ndarray, engine: Engine) -> float:
    found = residuals(problem, x, engine)
    return float(found @ found)


def scatter(problem: Problem, predicted: np.ndarray) -> Mapping[str, float]:
    """By how much trials differ from the fit beyond their standard errors, in MADRS points (method of moments).

    Each trial counts once, however many numbers it printed, so that one trial does not set every interval.
    """
    found = {}
    for kind, assumed in (("arm", ARM_SD), ("contrast", CONTRAST_SD)):
        excess: dict[str, list[float]] = {}
        for target, number in zip(problem.targets, predicted, strict=True):
            same = (target.measure == "difference") == (kind == "contrast")
            if target.measure == "baseline" or not same or target.day * 24 < EARLY_HOURS:
                continue
            points = POINTS[target.scale]
            error = (target.sd * points) ** 2 - assumed**2
            excess.setdefault(target.trial, []).append(((number - target.published) * points) ** 2 - error)
        found[kind] = float(np.sqrt(max(np.mean([np.mean(rows) for rows in excess.values()]), 0.0)))
    return found
