"""What the data say of each parameter: how far it moved, how much narrower it got, and which data did it.

A parameter is `unidentified` when its spread shrank by less than `LITTLE` and its centre moved by less than `NEAR` of
its prior's spread: then it is an assumption, whatever its number. The assumption that matters: spreads are those of
the quadratic around the optimum, and information is counted there, each group of data by itself. Left out:
combinations of parameters that are known better than each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from euthymia.trial.calibration.optimum import Point, curvature
from euthymia.trial.calibration.problem import Problem

LITTLE, NEAR = 0.1, 0.5


@dataclass(frozen=True)
class Identified:
    """One parameter before and after. Spreads are of logarithms; `moved` is in prior spreads; `by` names groups of data
    with their share of the information, largest first."""

    name: str
    prior: float
    prior_sd: float
    posterior: float
    posterior_sd: float
    moved: float
    shrunk: float
    by: tuple[tuple[str, float], ...]

    @property
    def unidentified(self) -> bool:
        return self.shrunk < LITTLE and abs(self.moved) < NEAR


def identified(problem: Problem, best: Point, jacobian: np.ndarray) -> tuple[Identified, ...]:
    """Every free parameter, in their order."""
    slopes, _, square = curvature(problem, best, jacobian)
    mean, spread = best.x, np.sqrt(np.diag(np.linalg.inv(square)))
    groups = np.array(problem.groups)
    told = {name: (slopes[groups == name] ** 2).sum(axis=0) for name in dict.fromkeys(problem.groups)}
    found = []
    for i, name in enumerate(problem.names):
        total = sum(information[i] for information in told.values())
        shares = sorted(((group, float(info[i] / total)) for group, info in told.items() if total > 0), key=_second)
        found.append(
            Identified(
                name,
                float(np.exp(problem.centre[i])),
                float(problem.prior_sd[i]),
                float(np.exp(mean[i])),
                float(spread[i]),
                float((mean[i] - problem.centre[i]) / problem.prior_sd[i]),
                float(1 - spread[i] / problem.prior_sd[i]),
                tuple((group, share) for group, share in shares[:3] if share >= 0.05),
            )
        )
    return tuple(found)


def _second(pair: tuple[str, float]) -> float:
    return -pair[1]
