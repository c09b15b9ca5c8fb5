"""The most probable parameters: damped Gauss-Newton on logarithms, from finite differences.

The assumption that matters: near the optimum predictions are close to linear in the logarithms. Left out: other optima;
a start elsewhere finds them (`start`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from euthymia.engine.task import Engine
from euthymia.trial.calibration.problem import Problem, softening
from euthymia.trial.calibration.virtual_trials import States

STEP = 0.08  # of a logarithm, for slopes
LONGEST = 0.7  # of a logarithm, in one round
BATCH = 8  # parameter sets solved together
TOLERANCE = 2e-3  # of the cost: less than this gained in a round ends the search
DAMPING = 0.1

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Point:
    """Where a search stands: logarithms (free,), predictions (targets,), cost, damping, and rounds done."""

    x: np.ndarray
    predicted: np.ndarray
    cost: float
    damping: float
    rounds: int
    finished: bool


def predicted_in_batches(problem: Problem, points: np.ndarray, engine: Engine, state: States = ()) -> np.ndarray:
    """Every target (sets, targets) where alternatives hold, a few sets at a time so that memory stays small."""
    batches = [points[i : i + BATCH] for i in range(0, len(points), BATCH)]
    return np.concatenate([problem.predict(some, engine, states=[state] * len(some)) for some in batches])


def standing(problem: Problem, x: np.ndarray, engine: Engine) -> Point:
    """A search that has not begun."""
    low, high = problem.bounds
    x = np.clip(x, low, high)
    predicted = problem.predict(x[None], engine)[0]
    return Point(x, predicted, float(problem.cost(x[None], predicted[None])[0]), DAMPING, 0, False)


def slopes(problem: Problem, point: Point, engine: Engine, state: States = ()) -> np.ndarray:
    """Change of every prediction with the logarithm of every free parameter (targets, free), where alternatives hold;
    0 where it failed."""
    _, high = problem.bounds
    steps = np.where(point.x + STEP <= high, STEP, -STEP)
    there = predicted_in_batches(problem, point.x + np.diag(steps), engine, state)
    found = (there - point.predicted) / steps[:, None]
    return np.where(np.isfinite(found), found, 0.0).T


def curvature(problem: Problem, point: Point, jacobian: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Softened whitened slopes (targets, free), misses (targets,), and half the second derivative of the cost."""
    misses = problem.misses(point.predicted[None])[0]
    soft = np.sqrt(softening(misses))
    slopes_ = soft[:, None] * (problem.whitener @ jacobian)
    return slopes_, soft * misses, slopes_.T @ slopes_ + np.diag(1 / problem.prior_sd**2)


def stepped(problem: Problem, point: Point, jacobian: np.ndarray, engine: Engine, tell: Tell) -> Point:
    """One round: the best of a few dampings, solved together."""
    low, high = problem.bounds
    slopes_, misses, square = curvature(problem, point, jacobian)
    gradient = slopes_.T @ misses + problem.prior_misses(point.x) / problem.prior_sd
    dampings = point.damping * np.array([0.1, 1.0, 10.0, 100.0])
    moves = np.stack([-np.linalg.solve(square + d * np.diag(np.diag(square)), gradient) for d in dampings])
    tried = np.clip(point.x + np.clip(moves, -LONGEST, LONGEST), low, high)
    predicted = problem.predict(tried, engine)
    costs = problem.cost(tried, predicted)
    best = int(np.nanargmin(costs))
    if costs[best] >= point.cost:
        tell(f"round {point.rounds + 1}: nothing better than {point.cost:.1f}")
        return Point(point.x, point.predicted, point.cost, point.damping * 30, point.rounds + 1, point.damping > 1e3)
    gained = point.cost - costs[best]
    tell(f"round {point.rounds + 1}: cost {costs[best]:.1f}")
    damping = float(np.clip(dampings[best], 1e-4, 1e3))
    done = bool(gained < TOLERANCE * point.cost)
    return Point(tried[best], predicted[best], float(costs[best]), damping, point.rounds + 1, done)
