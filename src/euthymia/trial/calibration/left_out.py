"""Predictions of a trial, or of a whole family of treatments, by a fit that never saw it.

The optimum without those numbers follows from the curvature with them taken out; the model then predicts them anew,
with the spread that the other data leave and the scatter between trials. The assumption that matters: leaving some
numbers out moves the optimum little enough for one step. Left out: fitting again from the start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from euthymia.engine.task import Engine
from euthymia.trial.calibration.optimum import LONGEST, Point, curvature
from euthymia.trial.calibration.problem import Problem


@dataclass(frozen=True)
class LeftOut:
    """What a fit without a trial (or family) said of one of its targets: mean and standard deviation."""

    target: int
    mean: float
    sd: float


def left_out(
    problem: Problem,
    best: Point,
    jacobian: np.ndarray,
    engine: Engine,
    by: str,
    done: Callable[[int, int], None] = lambda n, total: None,
) -> tuple[LeftOut, ...]:
    """Every target of a trial, predicted without its trial (`by` = "trial") or its family ("family")."""
    of_trial = problem.of_trial
    families = np.array([*problem.groups])
    labels = of_trial if by == "trial" else np.where(of_trial == "", "", families)
    names = [name for name in dict.fromkeys(labels.tolist()) if name]
    found: list[LeftOut] = []
    for number, name in enumerate(names):
        rows = labels == name
        found += _without(problem, best, jacobian, rows, frozenset(of_trial[rows].tolist()), engine)
        done(number + 1, len(names))
    return tuple(sorted(found, key=lambda one: one.target))


def _without(
    problem: Problem, best: Point, jacobian: np.ndarray, rows: np.ndarray, trials: frozenset[str], engine: Engine
) -> list[LeftOut]:
    slopes, misses, _ = curvature(problem, best, jacobian)
    slopes, misses = slopes[~rows], misses[~rows]  # whitening joins numbers of one trial only
    square = slopes.T @ slopes + np.diag(1 / problem.prior_sd**2)
    gradient = slopes.T @ misses + problem.prior_misses(best.x) / problem.prior_sd
    low, high = problem.bounds
    x = np.clip(best.x - np.clip(np.linalg.solve(square, gradient), -LONGEST, LONGEST), low, high)
    predicted = problem.predict(x[None], engine, only=trials)[0]
    open_ = jacobian[rows] @ np.linalg.solve(square, jacobian[rows].T)
    spread = np.sqrt(np.diag(open_) + problem.sd[rows] ** 2)
    return [LeftOut(int(i), float(predicted[i]), float(sd)) for i, sd in zip(np.flatnonzero(rows), spread, strict=True)]
