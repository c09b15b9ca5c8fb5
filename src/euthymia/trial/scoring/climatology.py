"""Two forecasts that know nothing of mechanism, to be better than: the mean of the class, and of everything.

For an arm, the mean change of arms of its treatment class in the calibration table, and of all arms of its role (active
or control); for a contrast, the same of differences from control; for a response or remission rate the mean rate, for
an odds ratio the mean logarithm. Each is a normal curve as wide as trials of one class (or all trials) differ. Each
trial counts once, whatever it printed, and a trial is never among those that forecast it. The assumption that matters:
time since the first dose is ignored, which is what makes the forecast dumb. Left out: baseline severity, except where a
score or a per cent change has to be turned into a change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np

from euthymia.evidence.library import calibration_trials
from euthymia.evidence.published_trial import Arm, Contrast, Outcome, PublishedTrial
from euthymia.trial.calibration.target import CONTROLS, POINTS
from euthymia.trial.express import rated_as
from euthymia.trial.links import madrs_points
from euthymia.trial.scoring.crps import Mixture

TYPICAL_BASELINE = 32.5  # MADRS, where a table prints none
#: what all arms of a trial have in common, by how tables begin its name
BACKGROUND = ("stable_", "standard_of_care", "new_oral_", "inpatient", "antidepressant_switch", "none", "no_", "wait")


@dataclass(frozen=True)
class Published:
    """One published number with what it belongs to: MADRS points of change (kind arm) or difference (contrast), a share
    (rate:response, rate:remission) or the logarithm of an odds ratio (odds:response, odds:remission)."""

    trial: str
    kind: str
    role: str
    family: str | None
    points: float


@dataclass(frozen=True)
class Forecast:
    """A forecast, in MADRS points or as `Published` says, from `trials` other trials."""

    mean: float
    sd: float
    trials: int

    @property
    def mixture(self) -> Mixture:
        return Mixture((self.mean,), self.sd)


@dataclass(frozen=True)
class Climatology:
    """Forecasts from the published numbers of a table."""

    numbers: tuple[Published, ...]
    families: Mapping[str, str]

    @cached_property
    def known(self) -> frozenset[str]:
        """Every treatment family of the table."""
        return frozenset(one.family for one in self.numbers if one.family and one.kind in ("arm", "contrast"))

    def of_class(self, trial: PublishedTrial, arm: Arm | None, kind: str) -> Forecast | None:
        """The forecast of the treatment class; None where no other trial of the class is in the table."""
        family, role = self.family(trial, arm), role_of(arm)
        found = self._means(trial.id, kind, role, family) if family else np.empty(0)
        if not len(found):
            return None
        sd = self._within.get((kind, role)) or self._spread(trial.id, kind, role)
        return _forecast(found, sd) if sd else None

    def of_all(self, trial: PublishedTrial, arm: Arm | None, kind: str) -> Forecast | None:
        """The forecast of everything with this role."""
        found = self._means(trial.id, kind, role_of(arm), None)
        return _forecast(found, float(found.std(ddof=1))) if len(found) > 2 else None

    def family(self, trial: PublishedTrial, arm: Arm | None) -> str | None:
        """The trial's treatment family if the table knows it, else the family that gives what the arm gives."""
        if trial.treatment_family in self.known:
            return trial.treatment_family
        given = Counter(self.families[name] for name in _interventions(arm) if name in self.families)
        return given.most_common(1)[0][0] if given else None

    def _means(self, but: str, kind: str, role: str, family: str | None) -> np.ndarray:
        """One mean a trial (trials,), without the trial `but`."""
        points: dict[str, list[float]] = {}
        for one in self.numbers:
            if one.trial != but and one.kind == kind and one.role == role and family in (None, one.family):
                points.setdefault(one.trial, []).append(one.points)
        return np.array([np.mean(of_trial) for of_trial in points.values()])

    def _spread(self, but: str, kind: str, role: str) -> float:
        found = self._means(but, kind, role, None)
        return float(found.std(ddof=1)) if len(found) > 2 else 0.0

    @cached_property
    def _within(self) -> Mapping[tuple[str, str], float]:
        """Standard deviation of trials of one class around their class, pooled over classes, by kind and role."""
        pooled = {}
        for key in {(one.kind, one.role) for one in self.numbers}:
            families = sorted({one.family for one in self.numbers if one.family})
            groups = [self._means("", *key, family) for family in families]
            groups = [group for group in groups if len(group) > 1]
            freedom = sum(len(group) - 1 for group in groups)
            if freedom > 2:
                pooled[key] = float(np.sqrt(sum(((g - g.mean()) ** 2).sum() for g in groups) / freedom))
        return pooled


def climatology(trials: Iterable[PublishedTrial]) -> Climatology:
    """Forecasts from these trials; give it the calibration trials alone."""
    numbers: list[Published] = []
    families: dict[str, Counter[str]] = {}
    for trial in trials:
        for arm, outcome in trial.outcomes:
            points = change_points(arm, outcome)
            if points is not None and (outcome.time_d or 0) > 0:
                numbers.append(Published(trial.id, "arm", role_of(arm), trial.treatment_family, points))
        for one in trial.contrasts:
            points = difference_points(one)
            if points is not None and role_of(trial.arm(one.reference)) == "control":
                role = role_of(trial.arm(one.arm))
                numbers.append(Published(trial.id, "contrast", role, trial.treatment_family, points))
        numbers += _rates(trial)
        if trial.treatment_family:
            for arm in trial.arms:
                for name in _interventions(arm):
                    families.setdefault(name, Counter())[trial.treatment_family] += 1
    usual = {name: counts.most_common(1)[0][0] for name, counts in families.items()}
    return Climatology(tuple(numbers), usual)


@cache
def calibration_climate() -> Climatology:
    """The forecasts that the calibration trials allow."""
    return climatology(calibration_trials())


def judge(
    published: PublishedTrial,
    arm: Arm | None,
    kind: str,
    measure: str,
    scale: str | None,
    seen: float | None,
    ours: Mixture | None,
) -> dict[str, Any]:
    """How `ours` and the two forecasts did on a published number, in its own unit, by name of a `Row`'s field."""
    table = calibration_climate()
    told: dict[str, Any] = {"family": table.family(published, arm)}
    if seen is not None and ours is not None:
        told["crps"] = ours.crps(seen)
    known = rated_as(scale)
    if seen is None or known is None:
        return told
    unit, shift = 1.0, 0.0
    if kind in ("arm", "contrast"):
        points = madrs_points(known)
        start = _start(arm, points)
        unit = 1 / points * (100 / max(start, 1.0) if measure == "percent_change" else 1.0)
        shift = start if measure == "score" else 0.0
    for name, forecast in (
        ("class", table.of_class(published, arm, kind)),
        ("all", table.of_all(published, arm, kind)),
    ):
        if forecast is not None:
            there = Mixture((forecast.mean * unit + shift,), forecast.sd * unit)
            told |= {f"{name}_mean": there.mean, f"{name}_crps": there.crps(seen), f"{name}_trials": forecast.trials}
    return told


def _start(arm: Arm | None, points: float) -> float:
    """An arm's baseline on a scale, or the typical one where none is printed."""
    printed = arm.baseline.mean if arm is not None and arm.baseline is not None else None
    return TYPICAL_BASELINE / points if printed is None else printed


def role_of(arm: Arm | None) -> str:
    """Whether an arm is a control; an arm nobody describes is taken to be active."""
    if arm is None:
        return "active"
    return "active" if _interventions(arm) else "control"


def change_points(arm: Arm, outcome: Outcome) -> float | None:
    """A published arm mean as change in MADRS points; None where it is on another scale or not a change."""
    points = POINTS.get(outcome.scale or "")
    if points is None or outcome.mean is None:
        return None
    baseline = _start(arm, points)
    match outcome.kind:
        case "change" | "change_LS":
            return outcome.mean * points
        case "score":
            return (outcome.mean - baseline) * points
        case "percent_change":
            return outcome.mean / 100 * baseline * points
    return None


def difference_points(one: Contrast) -> float | None:
    """A published difference in MADRS points."""
    points = POINTS.get(one.scale or "")
    return None if points is None or one.difference is None else one.difference * points


def _rates(trial: PublishedTrial) -> list[Published]:
    """Response and remission of a trial's arms, and their odds ratios; of one arm the last visit alone."""
    found: dict[tuple[str, str], Published] = {}
    for arm, rate in trial.rates:
        kind = next((name for name in ("response", "remission") if rate.outcome.startswith(name)), None)
        if kind and rate.rate is not None and "maintained" not in rate.outcome and "any_time" not in rate.outcome:
            role = role_of(arm)
            found[arm.arm, kind] = Published(trial.id, f"rate:{kind}", role, trial.treatment_family, rate.rate)
    ratios = []
    for one in trial.contrasts:
        for name, ratio in one.effects.items():
            if name in ("odds_ratio", "odds_ratio_response", "odds_ratio_remission") and ratio > 0:
                kind = "remission" if name.endswith("remission") else "response"
                role = role_of(trial.arm(one.arm))
                ratios.append(Published(trial.id, f"odds:{kind}", role, trial.treatment_family, float(np.log(ratio))))
    return [*found.values(), *ratios]


def _interventions(arm: Arm | None) -> tuple[str, ...]:
    """What an arm gives beyond controls and what everybody gets."""
    given = arm.regimen if arm is not None else ()
    names = (str(row.intervention).lower() for row in given)
    return tuple(name for name in names if not name.startswith((*CONTROLS, *BACKGROUND)) and not name.endswith("sham"))


def _forecast(found: np.ndarray, sd: float) -> Forecast:
    """A new trial of these: their mean, with its own uncertainty."""
    return Forecast(float(found.mean()), float(sd * np.sqrt(1 + 1 / len(found))), len(found))
