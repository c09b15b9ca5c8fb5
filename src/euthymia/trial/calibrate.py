"""Fit the free downstream parameters to the calibration trials, all treatments at once.

Maximum a posteriori: residuals of published arm changes and contrasts, plus one residual a parameter for its prior.
The same patients (same seed) answer at every step, weighted to each trial's baseline, so the target is smooth. The
covariance handed on is that of the quadratic around the optimum, prior included, and is what worlds are drawn from.
The assumption that matters: trials scatter around the model by `ARM_SD` and `CONTRAST_SD` beyond their standard
errors. Left out: distributions, items, biomarkers; drop-outs; a full posterior.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from euthymia.cohort.weigh import tilted
from euthymia.engine.task import Engine
from euthymia.evidence.library import calibration_trials
from euthymia.evidence.published_trial import Arm, Contrast, Outcome, PublishedTrial
from euthymia.model.downstream import MODULES
from euthymia.model.parameter_table import Prior, priors
from euthymia.model.symptoms.domains import DOMAINS
from euthymia.treatments.device import device
from euthymia.treatments.plan import Plan
from euthymia.trial.conduct import arm_task
from euthymia.trial.enrol import Person
from euthymia.trial.express import DAYS_ASSUMED, SCALES, TYPICAL, express
from euthymia.trial.protocol import Trial
from euthymia.trial.scale import scale
from euthymia.trial.world import World

PEOPLE = 24
RTOL, ATOL = 1e-3, 1e-5  # within 0.02 MADRS points of 1e-8
STEP = 0.05  # of a logarithm, for slopes
ARM_SD = 2.5  # points of MADRS by which trials of one design differ in an arm's change (assumed)
CONTRAST_SD = 1.0  # and in a contrast
UNKNOWN_SE = 2.0  # where a table gives a mean without its error
BASELINE_SD = 4.0  # by which clinics of one kind differ in mean severity
EARLY_HOURS = 6.0  # a rating this soon recalls hours, not days: it counts a quarter
CONTRAST_WEIGHT = 2.0  # a contrast is the biology, an arm mostly the trial
CONTROLS = ("placebo", "sham", "saline", "midazolam")
POINTS = {"MADRS": 1.0, "HAMD17": 1.3}  # scale points worth one HAM-D17 point on MADRS (leucht2018)
#: what the fit may see beside stimulation; the weights that other drugs need downstream are assumed, not fitted
FITTED_DRUGS = frozenset(("placebo", "midazolam", "escitalopram", "ketamine", "esketamine", "arketamine", "zuranolone"))
Seen = tuple[str, float, float]  # scale, day and number of what a table says


@dataclass(frozen=True)
class Target:
    """One published number: what was seen, how exactly, and in which arms of which trial."""

    trial: str
    arms: tuple[str, ...]
    scale: str
    day: float
    measure: str
    published: float
    sd: float
    weight: float


@dataclass(frozen=True)
class Problem:
    """Everything a fit needs: virtual trials, targets, and free parameters with their priors."""

    trials: Mapping[str, Trial]
    targets: tuple[Target, ...]
    free: Mapping[str, Prior]

    @property
    def hash(self) -> str:
        """Hash of the targets, so that a fit says what it was fitted to."""
        return hashlib.sha256(repr(self.targets).encode()).hexdigest()[:16]


def free_parameters() -> dict[str, Prior]:
    """Every parameter with a prior, by full name."""
    names = [module.block().name for module in MODULES] + ["life", "expectancy", "contacts"]
    return {f"{block}.{name}": prior for block in names for name, prior in priors(block).items()}


def problem(people: int = PEOPLE, seed: int = 20251) -> Problem:
    """The calibration problem from the calibration trials alone."""
    virtual: dict[str, Trial] = {}
    targets: list[Target] = []
    for published in calibration_trials():
        expressed = express(published, people, seed, 0)
        if expressed.trial is None:
            continue
        assumed = {arm for arm, said in expressed.liberties.items() if DAYS_ASSUMED in said}
        covered = {
            name: plan
            for name, plan in expressed.trial.arms.items()
            if set(plan.drugs) <= FITTED_DRUGS and _fitted(plan)
        }
        arms = {name: plan for name, plan in covered.items() if name not in assumed}
        if not arms:
            continue
        found = _targets(published, replace(expressed.trial, arms=arms))
        if any(target.measure != "baseline" for target in found):
            needed = {arm for target in found for arm in target.arms}
            arms = {name: plan for name, plan in covered.items() if name in needed}
            virtual[published.id] = replace(expressed.trial, arms=arms, adherence=1.0)
            targets += found
    return Problem(virtual, tuple(targets), free_parameters())


def _fitted(plan: Plan) -> bool:
    """Whether a fit may see a plan: currents, light and accelerated courses are predicted, not fitted."""
    active = [session for session in plan.sessions if not session.sham]
    days = [int(session.time // 24) for session in active]
    return all(device(s.protocol).kind == "rtms" for s in active) and len(days) == len(set(days))


def _targets(published: PublishedTrial, virtual: Trial) -> list[Target]:
    found: list[Target] = []
    days = set(virtual.visits)
    if virtual.baseline is not None and virtual.baseline is not TYPICAL:
        sd, mean = BASELINE_SD / POINTS[virtual.baseline.scale], virtual.baseline.mean
        first = next(iter(virtual.arms))
        found.append(Target(published.id, (first,), virtual.baseline.scale, 0.0, "baseline", mean, sd, 1.0))
    for arm, outcome in published.outcomes:
        seen = _seen(outcome.scale, outcome.time_d, outcome.mean, days)
        if seen and arm.arm in virtual.arms and (target := _arm_target(published, arm.arm, outcome, seen)):
            found.append(target)
    for one in published.contrasts:
        arms = [published.arm(one.arm), published.arm(one.reference)]
        names = tuple(arm.arm for arm in arms if arm is not None and arm.arm in virtual.arms)
        seen = _seen(one.scale, one.time_d, one.difference, days)
        if seen and len(names) == 2:
            found.append(_contrast_target(published, names, one, seen))
    return found + _derived_contrasts(published, virtual, found)


def _derived_contrasts(published: PublishedTrial, virtual: Trial, found: Sequence[Target]) -> list[Target]:
    """Differences from a control arm that follow from two arm changes where the table prints no contrast."""
    changes = {(t.arms[0], t.scale, t.day): t for t in found if t.measure in ("change", "score")}
    printed = {(t.arms[0], t.scale, t.day) for t in found if t.measure == "difference"}
    controls = [name for name in virtual.arms if name.startswith(CONTROLS)]
    derived = []
    for (arm, scale_name, day), target in changes.items():
        control = changes.get((_control_of(arm, controls), scale_name, day))
        if control is None or arm in controls or (arm, scale_name, day) in printed:
            continue
        if control.measure != target.measure or control.arms[0].startswith("period2") != arm.startswith("period2"):
            continue
        shift = _baseline_gap(published, arm, control.arms[0]) if target.measure == "score" else 0.0
        if shift is None:
            continue
        noise = [np.sqrt(max(t.sd**2 - (ARM_SD / POINTS[scale_name]) ** 2, 0.0)) for t in (target, control)]
        sd = float(np.hypot(np.hypot(*noise), CONTRAST_SD / POINTS[scale_name]))
        weight = CONTRAST_WEIGHT * min(target.weight, control.weight)
        gap = target.published - control.published - shift
        derived.append(Target(published.id, (arm, control.arms[0]), scale_name, day, "difference", gap, sd, weight))
    return derived


def _control_of(arm: str, controls: Sequence[str]) -> str:
    """The control an arm belongs to: the one that shares most of its name's end, or the only one."""
    if len(controls) == 1:
        return controls[0]
    return next((c for c in controls if c.split("_", 1)[-1] == arm.split("_", 1)[-1]), "")


def _baseline_gap(published: PublishedTrial, arm: str, control: str) -> float | None:
    one, other = _baseline(published.arm(arm)), _baseline(published.arm(control))
    return None if one is None or other is None else one - other


def _baseline(arm: Arm | None) -> float | None:
    return arm.baseline.mean if arm is not None and arm.baseline else None


def _seen(scale_name: str | None, day: float | None, number: float | None, days: set[float]) -> Seen | None:
    """Scale, day and number where the model has all three: a scale of ours, after the start, at a visit."""
    if scale_name not in SCALES or day is None or day <= 0 or number is None or day not in days:
        return None
    return scale_name, day, number


def _arm_target(published: PublishedTrial, arm: str, outcome: Outcome, seen: Seen) -> Target | None:
    measure = {"change_LS": "change"}.get(outcome.kind, outcome.kind)
    if measure not in ("change", "score"):
        return None
    scale_name, day, mean = seen
    points = POINTS[scale_name]
    se = outcome.standard_error or UNKNOWN_SE / points
    sd = np.hypot(se, ARM_SD / points)
    return Target(published.id, (arm,), scale_name, day, measure, mean, float(sd), _trust(outcome))


def _contrast_target(published: PublishedTrial, arms: tuple[str, ...], one: Contrast, seen: Seen) -> Target:
    scale_name, day, difference = seen
    points = POINTS[scale_name]
    sd = float(np.hypot(one.standard_error or UNKNOWN_SE / points, CONTRAST_SD / points))
    weight = CONTRAST_WEIGHT * _trust(one)
    return Target(published.id, arms, scale_name, day, "difference", difference, sd, weight)


def _trust(datum: Outcome | Contrast) -> float:
    """Weight of a datum: full when read in its source, its chance of being right, squared, when recalled."""
    early = 0.25 if (datum.time_d or 0) * 24 < EARLY_HOURS else 1.0
    return early if str(datum.confidence) == "verified" else early * (datum.p_correct or 0.7) ** 2


def predict(problem: Problem, parameters: Mapping[str, float], engine: Engine) -> np.ndarray:
    """Predicted value of every target (targets,) under `parameters`."""
    world = World(dict(parameters))
    answers = np.full(len(problem.targets), np.nan)
    for name, virtual in problem.trials.items():
        people = tuple(Person(p, world, 0) for p in virtual.cohort.candidates(0, virtual.cohort.size))
        wanted = [(i, t) for i, t in enumerate(problem.targets) if t.trial == name]
        days = np.unique([0.0, *(t.day for _, t in wanted)])
        domains = {arm: _domains(virtual, arm, people, days, engine) for arm in virtual.arms}
        for index, target in wanted:
            answers[index] = _answer(virtual, target, domains, days)
    return answers


def _domains(virtual: Trial, arm: str, people: tuple[Person, ...], days: np.ndarray, engine: Engine) -> np.ndarray:
    """Symptom domains (people, days, 7) of one arm."""
    task = arm_task(virtual, virtual.arms[arm], people, days * 24, DOMAINS)
    return engine.solve(replace(task, rtol=RTOL, atol=ATOL)).values


def _answer(virtual: Trial, target: Target, domains: Mapping[str, np.ndarray], days: np.ndarray) -> float:
    rating, at = scale(target.scale), int(np.searchsorted(days, target.day))
    values = []
    for arm in target.arms:
        totals = rating.total(domains[arm])
        before, after = totals[:, 0], totals[:, at]
        if target.measure == "baseline":
            return float(np.nanmean(before))
        good = np.isfinite(before) & np.isfinite(after)
        weights = _weights(virtual, domains[arm][good, 0])
        values.append(float(weights @ (after if target.measure == "score" else after - before)[good]))
    return values[0] - values[1] if len(values) == 2 else values[0]


def _weights(virtual: Trial, domains: np.ndarray) -> np.ndarray:
    """People weighted to the trial's baseline; evenly where it published none."""
    if virtual.baseline is None:
        return np.full(len(domains), 1 / len(domains))
    return tilted(scale(virtual.baseline.scale).total(domains), virtual.baseline.mean)


@dataclass(frozen=True)
class Fitted:
    """A fit: parameters, covariance of their logarithms, and the prediction of every target."""

    parameters: Mapping[str, float]
    covariance: np.ndarray
    predicted: np.ndarray
    cost: float
    evaluations: int


def fit(
    problem: Problem,
    engine: Engine,
    start: Mapping[str, float] | None = None,
    rounds: int = 12,
    tell: Callable[[str], None] = lambda text: None,
) -> Fitted:
    """Levenberg-Marquardt on the logarithms with bounds by clipping; deterministic for a seed and an engine."""
    names = tuple(problem.free)
    free = [problem.free[name] for name in names]
    low, high = np.log([p.low for p in free]), np.log([p.high for p in free])

    x = np.clip(np.log([(start or {}).get(n, p.centre) for n, p in zip(names, free, strict=True)]), low, high)
    damping, count = 0.3, 1
    now = residuals(problem, x, engine)
    tell(f"start: cost {now @ now:.1f}, {len(problem.targets)} targets, {len(names)} parameters")
    jacobian = np.zeros((len(now), len(names)))
    for number in range(rounds):
        steps = np.where(x + STEP <= high, STEP, -STEP)
        moved = [residuals(problem, x + step, engine) for step in np.diag(steps)]
        jacobian = np.stack([(there - now) / step for there, step in zip(moved, steps, strict=True)], axis=1)
        count += len(names)
        gradient, square = jacobian.T @ now, jacobian.T @ jacobian
        better = False
        for _ in range(6):
            move = -np.linalg.solve(square + damping * np.diag(np.diag(square)), gradient)
            trial_x = np.clip(x + np.clip(move, -0.7, 0.7), low, high)
            there = residuals(problem, trial_x, engine)
            count += 1
            if there @ there < now @ now:
                better = now @ now - there @ there > 1e-3 * (now @ now)
                x, now, damping = trial_x, there, damping / 3
                break
            damping *= 3
        tell(f"round {number + 1}: cost {now @ now:.1f}")
        if not better:
            break
    covariance = np.linalg.inv(jacobian.T @ jacobian)
    parameters = dict(zip(names, (float(v) for v in np.exp(x)), strict=True))
    predicted = predict(problem, parameters, engine)
    return Fitted(parameters, covariance, predicted, float(now @ now), count)


def residuals(problem: Problem, point: np.ndarray, engine: Engine) -> np.ndarray:
    """Weighted misses of every target, then of every prior, at logarithms `point` of the free parameters."""
    free = problem.free
    predicted = predict(problem, dict(zip(free, map(float, np.exp(point)), strict=True)), engine)
    misses = [
        (number - t.published if np.isfinite(number) else 20.0) * np.sqrt(t.weight) / t.sd
        for t, number in zip(problem.targets, predicted, strict=True)
    ]
    priors = [(x - np.log(p.centre)) / p.log_sd for x, p in zip(point, free.values(), strict=True)]
    return np.concatenate([_softened(np.array(misses)), priors])


def _softened(misses: np.ndarray) -> np.ndarray:
    """Residuals whose square grows like their size once beyond two deviations, so that one odd trial cannot rule."""
    size = np.abs(misses)
    return np.sign(misses) * np.sqrt(np.where(size <= 2, size**2, 4 * size - 4))
