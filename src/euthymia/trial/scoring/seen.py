"""Where a published number is looked up in a virtual trial, or the reason why it has no counterpart there.

The assumption that matters: published means are compared with everyone's value, drop-outs included. Left out: scales
that are not modelled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from euthymia.evidence.published_trial import Arm
from euthymia.model.parameter_table import current_fit, values_for
from euthymia.trial.calibration.target import ARM_SD, CONTRAST_SD, CONTROLS
from euthymia.trial.express import RATED, Expressed, rated_as
from euthymia.trial.links import madrs_points
from euthymia.trial.run import Run

DEFAULT_N = 50  # published sample size when the table gives none


class CannotCompare(Exception):
    """Why a published number has no counterpart in our run; the text is shown to the user."""


@dataclass(frozen=True)
class Seen:
    """Where a published number is looked up: a run, a scale it was rated on and a day it has a visit on."""

    run: Run
    scale: str
    day: float

    def sample(self, arm: str, measure: str) -> np.ndarray:
        """Rated change, score or per cent change of every virtual patient (people,)."""
        before, after = self.both(arm)
        match measure:
            case "score":
                return after
            case "percent_change":
                return 100 * (after - before) / np.maximum(before, 1)
        return after - before

    def both(self, arm: str) -> tuple[np.ndarray, np.ndarray]:
        """Rated totals at baseline and at the visit, (people,) each."""
        result = self.run.arms[arm]
        at = int(np.argmin(np.abs(result.visits - self.day * 24)))
        return result.rated[self.scale][:, 0], result.rated[self.scale][:, at]

    def worlds(self, arm: str) -> np.ndarray:
        return np.array([person.world_number for person in self.run.arms[arm].people])


def size_of(arm: Arm) -> int:
    return arm.n.value if arm.n and arm.n.value else DEFAULT_N


def seen(
    arms: tuple[str, ...],
    scale: str | None,
    day: float | None,
    expressed: Expressed,
    finished: Run | None,
    problem: str,
) -> Seen:
    """Where to look a comparison up; raises `CannotCompare`."""
    for arm in arms:
        if arm in expressed.reasons:
            raise CannotCompare(expressed.reasons[arm])
    if finished is None:
        raise CannotCompare(problem.splitlines()[0] if problem else "the trial could not be expressed")
    ours = rated_as(scale)
    if ours is None:
        raise CannotCompare(f"the scale {scale} is not modelled (modelled: {', '.join(RATED)})")
    if day is None:
        raise CannotCompare("the table gives no time")
    if not np.any(np.isclose(finished.arms[arms[0]].visits, day * 24, atol=1e-6)):
        raise CannotCompare(f"day {day:g} lies outside the simulated trial")
    return Seen(finished, ours, day)


def scatter_of(kind: str, scale: str) -> float:
    """Standard deviation of trials around the fit, in points of `scale`."""
    fit = current_fit()
    told = fit.told.get("scatter", {}) if fit else {}
    return float(told.get(kind, {"arm": ARM_SD, "contrast": CONTRAST_SD}[kind])) / madrs_points(scale)


def overstated(reference: str, standard_error: float) -> float:
    """By how much print is taken to overstate a difference from a control arm (not below 0): small trials, with large
    standard errors, more than large ones. The size is part of the fit."""
    if not reference.startswith(CONTROLS):
        return 0.0
    return values_for("publication")["small_study"].number * standard_error


def hours_of(day: float | None) -> float | None:
    return None if day is None else day * 24
