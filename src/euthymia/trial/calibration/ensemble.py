"""A weighted ensemble of parameter sets, each with its own answers to the open questions.

Every member draws alternatives, a prior and noise of the data, and moves from where its alternatives fit best to its
own optimum (randomised maximum likelihood, oliver1996): two Gauss-Newton steps, predictions made after each.
Alternatives that are unlikely are drawn more often than their weight and count less. The assumption that matters:
slopes at the optimum serve everywhere near it. Left out: exact sampling; members whose own fit failed are dropped and
counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from euthymia.engine.task import Engine
from euthymia.trial.calibration.optimum import LONGEST, Point, curvature
from euthymia.trial.calibration.problem import Problem, softened_square
from euthymia.trial.calibration.rivals import Rival

MEMBERS = 256
CHUNK = 8  # members moved together, and kept together when a calibration stops
SHARE_DRAWN = 0.15  # an alternative with any prior weight is drawn at least this often, relative to an even share
WORST = 4.0  # deviations beyond the usual objective at which a member is dropped

States = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Member:
    """One parameter set (free,) in logarithms, what it holds, what it predicts, and how much it counts."""

    x: np.ndarray
    states: States
    predicted: np.ndarray
    objective: float
    weight: float


def plan_states(rivals: Sequence[Rival], members: int, random: np.random.Generator) -> list[tuple[States, float]]:
    """Alternatives of every member, and by how much drawing them so often must be undone."""
    plans: list[tuple[list[tuple[str, str]], float]] = [([], 1.0) for _ in range(members)]
    for name in dict.fromkeys(rival.hypothesis for rival in rivals):
        group = [rival for rival in rivals if rival.hypothesis == name]
        weights = np.array([rival.weight for rival in group])
        drawn = np.where(weights > 0, np.maximum(weights, SHARE_DRAWN / len(group)), 0.0)
        drawn /= drawn.sum()
        points = (random.permutation(members) + random.random(members)) / members
        where = np.searchsorted(np.cumsum(drawn)[:-1], points, side="right")
        plans = [
            ([*states, (name, group[i].alternative)], undone * float(weights[i] / drawn[i]))
            for (states, undone), i in zip(plans, where, strict=True)
        ]
    return [(tuple(states), undone) for states, undone in plans]


def ensemble(
    problem: Problem,
    best: Point,
    jacobian: np.ndarray,
    rivals: Sequence[Rival],
    engine: Engine,
    members: int = MEMBERS,
    seed: int = 7,
    kept: Callable[[int, Callable[[], list[Member]]], list[Member]] = lambda chunk, make: make(),
) -> tuple[Member, ...]:
    """Members with weights that add to 1; deterministic for a seed and an engine. `kept` may keep chunks on disk."""
    plans = plan_states(rivals, members, np.random.default_rng(seed))
    others = {(rival.hypothesis, rival.alternative): rival for rival in rivals if not rival.reference}

    def chunk(first: int) -> list[Member]:
        return _moved(problem, best, jacobian, plans[first : first + CHUNK], others, seed, first, engine)

    found = [m for first in range(0, members, CHUNK) for m in kept(first // CHUNK, lambda first=first: chunk(first))]
    return screened(found)


def _moved(
    problem: Problem,
    best: Point,
    jacobian: np.ndarray,
    plans: Sequence[tuple[States, float]],
    others: Mapping[tuple[str, str], Rival],
    seed: int,
    first: int,
    engine: Engine,
) -> list[Member]:
    """One chunk of members: start, two steps towards their own optimum, predictions after each."""
    low, high = problem.bounds
    count = len(plans)
    random = np.random.Generator(np.random.Philox(key=[seed, first]))
    noise = random.standard_normal((count, problem.count))
    prior = problem.centre + problem.prior_sd * random.standard_normal((count, len(problem.names)))
    states = [tuple(s for s in told if s in others) for told, _ in plans]
    x = np.stack([best.x + sum((others[s].x - best.x for s in told), np.zeros_like(best.x)) for told in states])
    x = np.clip(x, low, high)
    steps = [_steps(problem, best, jacobian + sum(others[s].awake for s in told)) for told in states]
    predicted = problem.predict(x, engine, states=states)
    objective = _objective(problem, x, predicted, noise, prior)
    for _ in range(2):
        misses = np.clip(problem.misses(predicted), -6, 6) - noise
        pull = (x - prior) / problem.prior_sd**2
        move = np.stack(
            [gain @ miss + inverse @ own for (gain, inverse), miss, own in zip(steps, misses, pull, strict=True)]
        )
        tried = np.clip(x - np.clip(move, -2 * LONGEST, 2 * LONGEST), low, high)
        there = problem.predict(tried, engine, states=states)
        cost = _objective(problem, tried, there, noise, prior)
        better = (cost < objective)[:, None]
        x, predicted = np.where(better, tried, x), np.where(better, there, predicted)
        objective = np.minimum(cost, objective)
    return [
        Member(x[i], told, predicted[i], float(objective[i]), undone) for i, (told, undone) in enumerate(plans)
    ]  # fmt: skip


def _steps(problem: Problem, best: Point, slopes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What turns whitened misses, and the pull of a prior, into a Gauss-Newton step: (free, targets), (free, free)."""
    soft, _, square = curvature(problem, best, slopes)
    inverse = np.linalg.inv(square)
    return inverse @ soft.T, inverse


def _objective(
    problem: Problem, x: np.ndarray, predicted: np.ndarray, noise: np.ndarray, prior: np.ndarray
) -> np.ndarray:
    told = softened_square(problem.misses(predicted) - noise).sum(axis=1)
    return told + (((x - prior) / problem.prior_sd) ** 2).sum(axis=1)


def screened(members: Sequence[Member]) -> tuple[Member, ...]:
    """Without those whose own fit failed, weights adding to 1."""
    objectives = np.array([member.objective for member in members])
    middle = np.median(objectives)
    wide = 1.4826 * np.median(np.abs(objectives - middle)) or 1.0
    good = [m for m in members if np.isfinite(m.objective) and m.objective <= middle + WORST * wide]
    total = sum(member.weight for member in good)
    return tuple(Member(m.x, m.states, m.predicted, m.objective, m.weight / total) for m in good)


def effective(members: Sequence[Member]) -> float:
    """Effective size of a weighted ensemble."""
    weights = np.array([member.weight for member in members])
    return float(weights.sum() ** 2 / (weights**2).sum())
