"""A calibration that is done, and what follows from its parts without solving anything again.

The assumption that matters: a published number scatters around its prediction as a normal curve. Left out: files, which
are `written`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from euthymia.trial.calibration.ensemble import Member, effective
from euthymia.trial.calibration.identified import Identified
from euthymia.trial.calibration.left_out import LeftOut
from euthymia.trial.calibration.optimum import Point, curvature
from euthymia.trial.calibration.problem import Problem
from euthymia.trial.calibration.rivals import Rival
from euthymia.trial.calibration.target import EARLY_HOURS, POINTS

NINETY = 1.645
#: what scatters alike
SCATTER = {"arm": ("change", "score"), "contrast": ("difference",), "rate": ("response", "remission")}


@dataclass(frozen=True)
class Finished:
    """Everything a calibration found. `prior_spread` is mean and standard deviation of predictions (2, targets) before
    anything was seen; `asked` is how many members were wanted."""

    problem: Problem
    best: Point
    jacobian: np.ndarray
    rivals: tuple[Rival, ...]
    members: tuple[Member, ...]
    identified: tuple[Identified, ...]
    left_out: Mapping[str, tuple[LeftOut, ...]]
    prior_spread: np.ndarray
    engine: str
    seed: int
    people: int
    asked: int

    @property
    def effective(self) -> float:
        return effective(self.members)

    @property
    def dropped(self) -> int:
        return self.asked - len(self.members)

    @cached_property
    def covariance(self) -> np.ndarray:
        """Of the logarithms around the optimum (free, free)."""
        _, _, square = curvature(self.problem, self.best, self.jacobian)
        return np.linalg.inv(square)

    @cached_property
    def _spread(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of predictions over the ensemble (targets,)."""
        weights = np.array([member.weight for member in self.members])
        told = np.stack([member.predicted for member in self.members])
        mean = np.array([np.average(c[np.isfinite(c)], weights=weights[np.isfinite(c)]) for c in told.T])
        square = np.where(np.isfinite(told), (told - mean) ** 2, 0.0)
        return mean, np.sqrt(weights @ square)

    @cached_property
    def band(self) -> tuple[np.ndarray, np.ndarray]:
        """Ends of the 90 % posterior predictive interval of every target."""
        mean, sd = self._spread
        half = NINETY * np.hypot(sd, self.problem.sd)
        return mean - half, mean + half

    @cached_property
    def checks(self) -> Mapping[str, float]:
        """Share of targets inside predictive intervals: before the data, after them, and without the own trial."""
        published, trials = self.problem.published, len(self.problem.trials.targets)
        low, high = self.band
        inside = (low <= published) & (published <= high)
        mean, sd = self.prior_spread
        before = np.abs(published - mean) <= NINETY * np.hypot(sd, self.problem.sd)
        told = {
            "prior": float(before.mean()),
            "posterior_trials": float(inside[:trials].mean()),
            **({"posterior_markers": float(inside[trials:].mean())} if len(published) > trials else {}),
        }
        for by, rows in self.left_out.items():
            hits = [abs(published[one.target] - one.mean) <= NINETY * one.sd for one in rows]
            told[f"without_{by}"] = float(np.mean(hits))
        return told

    @cached_property
    def scatter(self) -> Mapping[str, float]:
        """By how much trials differ from predictions made without them, beyond their standard errors and what is open
        in the fit, each trial counting once (method of moments): MADRS points for arms and contrasts, else logits."""
        found = {}
        for name, measures in SCATTER.items():
            excess: dict[str, list[float]] = {}
            for one in self.left_out.get("trial", ()):
                target = self.problem.trials.targets[one.target]
                if target.measure not in measures or target.day * 24 < EARLY_HOURS:
                    continue
                points = 1.0 if name == "rate" else POINTS[target.scale]
                open_ = max(one.sd**2 - self.problem.sd[one.target] ** 2, 0.0)
                own = (one.mean - target.published) ** 2 - target.se**2 - open_
                excess.setdefault(target.trial, []).append(own * points**2)
            if excess:
                found[name] = float(np.sqrt(max(np.mean([np.mean(rows) for rows in excess.values()]), 0.0)))
        return found

    @cached_property
    def decides(self) -> Mapping[tuple[str, str], str]:
        """For each alternative, the target on which it and its reference differ most, in deviations of that number."""
        found = {}
        for name in {rival.hypothesis for rival in self.rivals}:
            group = [rival for rival in self.rivals if rival.hypothesis == name]
            reference = next(rival for rival in group if rival.reference)
            for rival in group:
                apart = np.abs(rival.predicted - reference.predicted) / self.problem.sd
                apart = np.where(np.isfinite(apart), apart, 0.0)
                most = int(np.argmax(apart))
                if not rival.reference:
                    found[name, rival.alternative] = f"{self._named(most)}: {apart[most]:.1f} deviations apart"
        return found

    def _named(self, index: int) -> str:
        targets = self.problem.trials.targets
        if index >= len(targets):
            return self.problem.markers.observed[index - len(targets)].id
        target = targets[index]
        return f"{target.trial}, {' against '.join(target.arms)}, day {target.day:g}"
