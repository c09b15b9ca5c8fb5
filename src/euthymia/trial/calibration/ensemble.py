"""A weighted ensemble of parameter sets, each with its own answers to the open questions.

Every member draws alternatives, a prior and noise of the data, and moves from where its alternatives fit best to its
own optimum (randomised maximum likelihood, oliver1996) by Gauss-Newton steps with predictions made after each. Where
the model bends, that point may explain the data badly; then the member is drawn back along the way it came, until its
cost is one that a posterior of so many parameters usually has. Alternatives that are unlikely are drawn more often
than their weight and count less. The assumption that matters: slopes at the optimum serve near it. Left out: exact
sampling; drawing back makes spreads too narrow, and members that stay outside are dropped and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from euthymia.engine.task import Engine
from euthymia.trial.calibration.optimum import Point, curvature
from euthymia.trial.calibration.problem import Problem, softened_square
from euthymia.trial.calibration.rivals import Rival

MEMBERS = 192
CHUNK = 8  # members moved together, and kept together when a calibration stops
SHARE_DRAWN = 0.15  # an alternative with any prior weight is drawn at least this often, relative to an even share
CORRECTIONS = 1  # steps after the first, each tried whole and in part
DRAWN_BACK = (0.7, 0.5, 0.35, 0.2)  # shares of its way that a member keeps
SHARES = (1.0, 0.35)
FARTHEST = 6.0  # deviations of a miss that a step answers to, at most
WORST = 40.0  # cost beyond the usual at which a member is dropped

States = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Member:
    """One parameter set (free,) in logarithms, what it holds, what it predicts, and how much it counts."""

    x: np.ndarray
    states: States
    predicted: np.ndarray
    cost: float
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
    return screened(found, usual_cost(problem, best) + WORST)


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
    x = starts = np.clip(x, low, high)
    steps = [_steps(problem, best, jacobian + sum(others[s].awake for s in told)) for told in states]
    predicted = problem.predict(x, engine, states=states)
    objective = np.full(count, np.inf)  # the first step is taken whatever it does: it is where the linear model ends
    for _ in range(1 + CORRECTIONS):
        misses = np.clip(problem.misses(predicted), -FARTHEST, FARTHEST) - noise
        pull = (x - prior) / problem.prior_sd**2
        move = np.stack(
            [gain @ miss + inverse @ own for (gain, inverse), miss, own in zip(steps, misses, pull, strict=True)]
        )
        shares = (1.0,) if np.isinf(objective).all() else SHARES
        now = x
        for share in shares:
            tried = np.clip(now - share * move, low, high)
            there = problem.predict(tried, engine, states=states)
            cost = _objective(problem, tried, there, noise, prior)
            better = (cost < objective)[:, None]
            x, predicted = np.where(better, tried, x), np.where(better, there, predicted)
            objective = np.minimum(cost, objective)
    x, predicted, cost = _drawn_back(problem, starts, x, predicted, usual_cost(problem, best), states, engine)
    return [Member(x[i], told, predicted[i], float(cost[i]), undone) for i, (told, undone) in enumerate(plans)]


def usual_cost(problem: Problem, best: Point) -> float:
    """Cost below which a member of the posterior mostly lies: that of the optimum, and for each parameter one, with two
    standard deviations of such a sum."""
    many = len(problem.names)
    return best.cost + many + 2 * float(np.sqrt(2 * many))


def _drawn_back(
    problem: Problem,
    starts: np.ndarray,
    x: np.ndarray,
    predicted: np.ndarray,
    limit: float,
    states: Sequence[States],
    engine: Engine,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Members whose cost is beyond `limit`, moved towards where they started until it is not."""
    x, predicted, way = x.copy(), predicted.copy(), x - starts
    cost = problem.cost(x, predicted)
    for share in DRAWN_BACK:
        out = np.flatnonzero(~(cost <= limit))
        if not len(out):
            break
        x[out] = starts[out] + share * way[out]
        predicted[out] = problem.predict(x[out], engine, states=[states[i] for i in out.tolist()])
        cost[out] = problem.cost(x[out], predicted[out])
    return x, predicted, cost


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


def screened(members: Sequence[Member], limit: float) -> tuple[Member, ...]:
    """Without those that cost more than `limit`, weights adding to 1."""
    good = [m for m in members if m.cost <= limit]
    total = sum(member.weight for member in good)
    return tuple(Member(m.x, m.states, m.predicted, m.cost, m.weight / total) for m in good)


def effective(members: Sequence[Member]) -> float:
    """Effective size of a weighted ensemble."""
    weights = np.array([member.weight for member in members])
    return float(weights.sum() ** 2 / (weights**2).sum())
