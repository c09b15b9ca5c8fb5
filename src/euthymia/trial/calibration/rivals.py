"""How well each alternative of each hypothesis explains the data, and what it then predicts.

Every alternative is fitted again from the optimum, the other hypotheses at their reference: a few Gauss-Newton steps
with the slopes at hand, corrected after each by what the step really did (Broyden), and with slopes of its own where
it then lies behind. Its weight is its prior weight times the likelihood it reaches. The assumption that matters:
alternatives have equally narrow optima, and hypotheses are judged one at a time. Left out: combinations that explain
what neither explains alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from euthymia.engine.task import Engine
from euthymia.model.hypothesis import hypotheses
from euthymia.trial.calibration.optimum import DAMPING, LONGEST, STEP, Point, curvature, slopes
from euthymia.trial.calibration.problem import Problem
from euthymia.trial.calibration.virtual_trials import States

STEPS = 3
CLOSE = 2.0  # cost: an alternative that is further behind gets slopes of its own before it is judged,
HOPELESS = 100.0  # unless it is so far behind that no slopes could bring it back
ANEW = 2  # times at most
LEAST = 0.01  # weight below which an alternative is not kept out of sight: the fit is no better judge than that


@dataclass(frozen=True)
class Rival:
    """One alternative after its own fit: where it ended, what it predicts, what it costs and how much it weighs.

    `awake` (targets, free) are slopes on parameters that do nothing at the reference and something here.
    """

    hypothesis: str
    alternative: str
    reference: bool
    prior: float
    x: np.ndarray
    predicted: np.ndarray
    cost: float
    awake: np.ndarray
    weight: float = float("nan")


def awakened(problem: Problem, point: Point, jacobian: np.ndarray, state: States, engine: Engine) -> np.ndarray:
    """Slopes under an alternative on the parameters on which nothing depends at the reference (targets, free)."""
    asleep = np.flatnonzero(~jacobian.any(axis=0))
    found = np.zeros_like(jacobian)
    if len(asleep):
        there = problem.predict(point.x + STEP * np.eye(len(point.x))[asleep], engine, states=[state] * len(asleep))
        found[:, asleep] = np.nan_to_num((there - point.predicted) / STEP).T
    return found


def refitted(
    problem: Problem, best: Point, jacobian: np.ndarray, state: States, engine: Engine
) -> tuple[Point, np.ndarray]:
    """The optimum moved to where one alternative explains the data best, and the slopes it wakes; the best itself if
    it changes nothing."""
    sets = problem.sets_of(state)
    free = np.array([name not in sets for name in problem.names])
    predicted = problem.predict(best.x[None], engine, states=[state])[0]
    if state and np.array_equal(predicted, best.predicted, equal_nan=True):
        return best, np.zeros_like(jacobian)
    awake = np.zeros_like(jacobian)
    if state:
        awake = awakened(problem, replace(best, predicted=predicted), jacobian, state, engine)
    now = replace(best, predicted=predicted, cost=float(problem.cost(best.x[None], predicted[None])[0]))
    now = _nearer(problem, now, (jacobian + awake) * free, state, engine)
    for _ in range(ANEW if state else 0):
        before = now.cost
        if not CLOSE < before - best.cost < HOPELESS:
            break
        there = slopes(problem, now, engine, state)
        awake = np.where(jacobian.any(axis=0), 0.0, there)
        now = _nearer(problem, now, there * free, state, engine)
        if before - now.cost < CLOSE / 2:
            break
    return now, awake


def _nearer(problem: Problem, now: Point, around: np.ndarray, state: States, engine: Engine) -> Point:
    """A few steps towards the optimum with the slopes `around` (0 for what is held), each corrected by the last."""
    low, high = problem.bounds
    free = around.any(axis=0)
    for _ in range(STEPS):
        soft, misses, square = curvature(problem, now, around)
        gradient = soft.T @ misses + problem.prior_misses(now.x) / problem.prior_sd
        dampings = DAMPING * np.array([0.1, 1.0, 10.0])
        moves = np.stack([-np.linalg.solve(square + d * np.diag(np.diag(square)), gradient) for d in dampings])
        tried = np.clip(now.x + np.clip(moves, -LONGEST, LONGEST) * free, low, high)
        there = problem.predict(tried, engine, states=[state] * len(tried))
        costs = problem.cost(tried, there)
        first = int(np.nanargmin(costs))
        move = tried[first] - now.x
        surprise = np.nan_to_num(there[first] - now.predicted - around @ move)
        around = around + np.outer(surprise, move) / max(move @ move, 1e-12)
        if costs[first] < now.cost:
            now = replace(now, x=tried[first], predicted=there[first], cost=float(costs[first]))
    return now


def rivals(
    problem: Problem, best: Point, jacobian: np.ndarray, engine: Engine, done: Callable[[int, int], None]
) -> tuple[Rival, ...]:
    """Every alternative of every hypothesis, weighted within its hypothesis."""
    found: list[Rival] = []
    met: dict[bytes, tuple[Point, np.ndarray]] = {}  # alternatives that come to the same are fitted once
    best, _ = refitted(problem, best, jacobian, (), engine)  # as far as any alternative may go
    total = sum(len(one.alternatives) for one in hypotheses().values())
    for name, told in hypotheses().items():
        group = []
        for one in told.alternatives:
            reference = one.name == told.reference.name
            point, awake = best, np.zeros_like(jacobian)
            if not reference:
                state = ((name, one.name),)
                start = problem.predict(best.x[None], engine, states=[state]).tobytes()
                if start not in met:
                    met[start] = refitted(problem, best, jacobian, state, engine)
                point, awake = met[start]
            group.append(Rival(name, one.name, reference, one.weight, point.x, point.predicted, point.cost, awake))
            done(len(found) + len(group), total)
        found += weighted(group)
    return tuple(found)


def weighted(group: list[Rival]) -> list[Rival]:
    """Weights of one hypothesis' alternatives, adding to 1; one whose prior is not 0 keeps at least `LEAST`."""
    best = min(rival.cost for rival in group)
    raw = np.array([rival.prior * np.exp(-(rival.cost - best) / 2) for rival in group])
    shares = np.where(np.array([r.prior for r in group]) > 0, np.maximum(raw / raw.sum(), LEAST), 0.0)
    return [replace(rival, weight=float(w)) for rival, w in zip(group, shares / shares.sum(), strict=True)]
