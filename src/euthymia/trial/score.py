"""Our arms against published arms: every number a published table lets us compare, and a reason where it does not.

Each published trial is simulated once, every virtual patient in every arm, spread over worlds. The interval is that of
a new trial's published mean: uncertainty of the fit, scatter of trials around it (from the fit's own residuals), the
published sample and ours. The assumption that matters: published means are compared with everyone's value, drop-outs
included. Left out: response rates and effect sizes, which are listed as not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass

import numpy as np

from euthymia.engine.choose import default_engine
from euthymia.engine.task import Engine
from euthymia.errors import EuthymiaError, UnknownName
from euthymia.evidence.published_trial import Arm, Contrast, Outcome, PublishedTrial
from euthymia.model.parameter_table import current_fit
from euthymia.trial.calibration.target import ARM_SD, CONTRAST_SD, POINTS
from euthymia.trial.climatology import judge
from euthymia.trial.conduct import ready, run
from euthymia.trial.crps import Mixture, of_worlds
from euthymia.trial.express import SCALES, Expressed, express
from euthymia.trial.restriction import Given, Restriction, restricted
from euthymia.trial.run import Run

PEOPLE = 64
WORLDS = 16
DEFAULT_N = 50  # published sample size when the table gives none


@dataclass(frozen=True)
class Row:
    """One comparison. `kind` is arm or contrast; times in hours; the interval is 90 %; `reason` says why `predicted`
    is missing, or what was taken for granted. `status`: predicted or not expressed.

    `crps` is the continuous ranked probability score of our prediction; `class_mean`, `class_crps` and `all_mean`,
    `all_crps` are those of two forecasts without a mechanism (see `climatology`), all in the unit of `published`.
    """

    trial: str
    arm: str
    reference: str | None
    kind: str
    measure: str
    scale: str | None
    time_h: float | None
    predicted: float | None
    low: float | None
    high: float | None
    published: float | None
    published_se: float | None
    status: str
    reason: str
    confidence: str
    split: str
    crps: float | None = None
    family: str | None = None
    class_mean: float | None = None
    class_crps: float | None = None
    class_trials: int | None = None
    all_mean: float | None = None
    all_crps: float | None = None
    all_trials: int | None = None

    @property
    def hit(self) -> bool | None:
        """Whether the published number lies in the interval; None when there is nothing to compare."""
        if self.low is None or self.high is None or self.published is None:
            return None
        return self.low <= self.published <= self.high

    def told(self) -> dict:
        return asdict(self)


def score(
    trials: Iterable[PublishedTrial],
    engine: Engine | None = None,
    people: int = PEOPLE,
    worlds: int = WORLDS,
    seed: int = 1,
    progress: Callable[[str, int, int], None] | None = None,
    hypotheses: Given | None = None,
) -> tuple[Row, ...]:
    """Rows for every arm outcome and contrast of `trials`, predicted where they can be expressed.

    `hypotheses` restricts the worlds (see `trial.restriction`), and raises what a restriction raises.
    """
    asked = restricted(hypotheses or {})
    engine = engine or default_engine()
    trials = tuple(trials)
    if asked.parameters:
        _known(asked, trials)
    rows: list[Row] = []
    for done, published in enumerate(trials):
        if progress:
            progress(published.id, done, len(trials))
        expressed = express(published, people, seed, worlds)
        finished, problem = None, ""
        if expressed.trial is not None:
            try:
                finished = run(expressed.trial.with_(hypotheses=asked.given), engine, grid_hours=1e9)
            except EuthymiaError as error:
                problem = str(error)
        rows += _rows(published, expressed, finished, problem)
    if progress:
        progress("done", len(trials), len(trials))
    return tuple(rows)


def _known(asked: Restriction, trials: Iterable[PublishedTrial]) -> None:
    """Raises `UnknownName` for a parameter that the model of no arm has."""
    virtual = [express(published, 1, 1, 0).trial for published in trials]
    plans = [plan for one in virtual if one is not None for plan in one.arms.values()]
    known = {name for plan in plans for name in ready(plan)[0].parameters}
    for name in asked.parameters:
        if name not in known:
            raise UnknownName("parameter", name, known)


def _rows(published: PublishedTrial, expressed: Expressed, finished: Run | None, problem: str) -> list[Row]:
    rows = [_arm_row(published, arm, outcome, expressed, finished, problem) for arm, outcome in published.outcomes]
    return rows + [_contrast_row(published, one, expressed, finished, problem) for one in published.contrasts]


class CannotCompare(Exception):
    """Why a published number has no counterpart in our run; the text is shown to the user."""


@dataclass(frozen=True)
class _Seen:
    """Where a published number is looked up: a run, a scale it was rated on and a day it has a visit on."""

    run: Run
    scale: str
    day: float

    def sample(self, arm: str, measure: str) -> np.ndarray:
        """Rated change, score or per cent change of every virtual patient (people,)."""
        result = self.run.arms[arm]
        at = int(np.argmin(np.abs(result.visits - self.day * 24)))
        before, after = result.rated[self.scale][:, 0], result.rated[self.scale][:, at]
        match measure:
            case "score":
                return after
            case "percent_change":
                return 100 * (after - before) / np.maximum(before, 1)
        return after - before

    def worlds(self, arm: str) -> np.ndarray:
        return np.array([person.world_number for person in self.run.arms[arm].people])


def _arm_row(
    published: PublishedTrial, arm: Arm, outcome: Outcome, expressed: Expressed, finished: Run | None, problem: str
) -> Row:
    measure = {"change_LS": "change"}.get(outcome.kind, outcome.kind)
    low = high = mean = mixture = None
    status, said = "predicted", expressed.liberties.get(arm.arm, "")
    try:
        seen = _seen((arm.arm,), outcome.scale, outcome.time_d, expressed, finished, problem)
        if measure not in ("change", "score", "percent_change"):
            raise CannotCompare(f"'{outcome.kind}' is not compared")
        scatter = _scatter("arm", seen.scale) * (100 / 32.5 if measure == "percent_change" else 1.0)
        sample, worlds = seen.sample(arm.arm, measure), seen.worlds(arm.arm)
        mean, low, high = _predictive(sample, worlds, outcome.n or DEFAULT_N, scatter)
        mixture = _mixture(sample, worlds, mean, low, high)
    except CannotCompare as reason:
        status, said = "not expressed", str(reason)
    judged = judge(published, arm, "arm", measure, outcome.scale, outcome.mean, mixture)
    return Row(
        published.id, arm.arm, None, "arm", measure, outcome.scale, _hours(outcome.time_d), mean, low, high,
        outcome.mean, outcome.standard_error, status, said, str(outcome.confidence), str(published.split), **judged,
    )  # fmt: skip


def _contrast_row(
    published: PublishedTrial, one: Contrast, expressed: Expressed, finished: Run | None, problem: str
) -> Row:
    low = high = mean = mixture = None
    status = "predicted"
    try:
        arm, reference = published.arm(one.arm), published.arm(one.reference)
        if arm is None or reference is None:
            raise CannotCompare("the table does not give both arms of this contrast")
        names = (arm.arm, reference.arm)
        seen = _seen(names, one.scale, one.time_d, expressed, finished, problem)
        if one.difference is None:
            other = ", ".join(one.effects) or "no difference"
            raise CannotCompare(f"the table gives {other}, and only differences in points are compared")
        a, b = (seen.sample(name, "change") for name in names)
        scatter = _scatter("contrast", seen.scale)
        mean, low, high = _predictive_contrast(a, b, seen.worlds(arm.arm), _size(arm), _size(reference), scatter)
        mixture = _mixture(a - b, seen.worlds(arm.arm), mean, low, high)
        said = "; ".join(dict.fromkeys(filter(None, (expressed.liberties.get(name) for name in names))))
    except CannotCompare as reason:
        status, said = "not expressed", str(reason)
    given = published.arm(one.arm)
    judged = judge(published, given, "contrast", "difference", one.scale, one.difference, mixture)
    return Row(
        published.id, one.arm, one.reference, "contrast", "difference", one.scale, _hours(one.time_d), mean, low,
        high, one.difference, one.standard_error, status, said, str(one.confidence), str(published.split), **judged,
    )  # fmt: skip


def _size(arm: Arm) -> int:
    return arm.n.value if arm.n and arm.n.value else DEFAULT_N


def _seen(
    arms: tuple[str, ...],
    scale: str | None,
    day: float | None,
    expressed: Expressed,
    finished: Run | None,
    problem: str,
) -> _Seen:
    """Where to look a comparison up; raises `CannotCompare`."""
    for arm in arms:
        if arm in expressed.reasons:
            raise CannotCompare(expressed.reasons[arm])
    if finished is None:
        raise CannotCompare(problem.splitlines()[0] if problem else "the trial could not be expressed")
    if scale not in SCALES:
        raise CannotCompare(f"the scale {scale} is not modelled (modelled: {', '.join(SCALES)})")
    if day is None:
        raise CannotCompare("the table gives no time")
    if not np.any(np.isclose(finished.arms[arms[0]].visits, day * 24, atol=1e-6)):
        raise CannotCompare(f"day {day:g} lies outside the simulated trial")
    return _Seen(finished, scale, day)


def _scatter(kind: str, scale: str) -> float:
    """Standard deviation of trials around the fit, in points of `scale`."""
    fit = current_fit()
    told = fit.told.get("scatter", {}) if fit else {}
    return float(told.get(kind, {"arm": ARM_SD, "contrast": CONTRAST_SD}[kind])) / POINTS[scale]


def _predictive(sample: np.ndarray, worlds: np.ndarray, n: float, scatter: float) -> tuple[float, float, float]:
    """Mean and 90 % interval of a published mean of `n` people: worlds, scatter, people, and our own sample."""
    keep = np.isfinite(sample)
    sample, worlds = sample[keep], worlds[keep]
    between, within = _components(sample, worlds)
    many = len(np.unique(worlds))
    spread = np.sqrt(between * (1 + 1 / many) + scatter**2 + within / max(n, 1) + within / len(sample))
    mean, quantile = float(sample.mean()), _quantile(many)
    return mean, float(mean - quantile * spread), float(mean + quantile * spread)


def _predictive_contrast(
    a: np.ndarray, b: np.ndarray, worlds: np.ndarray, n: float, m: float, scatter: float
) -> tuple[float, float, float]:
    """As `_predictive` for a difference of two arms that share their virtual patients."""
    keep = np.isfinite(a) & np.isfinite(b)
    between, within = _components((a - b)[keep], worlds[keep])
    many = len(np.unique(worlds[keep]))
    arms = a[keep].var(ddof=1) / max(n, 1) + b[keep].var(ddof=1) / max(m, 1)
    spread = np.sqrt(between * (1 + 1 / many) + scatter**2 + within / keep.sum() + arms)
    mean, quantile = float((a - b)[keep].mean()), _quantile(many)
    return mean, float(mean - quantile * spread), float(mean + quantile * spread)


def _mixture(sample: np.ndarray, worlds: np.ndarray, mean: float, low: float, high: float) -> Mixture:
    """The prediction behind an interval: its worlds, and the rest of its spread around each."""
    keep = np.isfinite(sample)
    between, _ = _components(sample[keep], worlds[keep])
    sd = (high - low) / 2 / _quantile(len(np.unique(worlds[keep])))
    return of_worlds(sample, worlds, mean, sd, between)


def _quantile(worlds: int) -> float:
    """Half-width of a 90 % interval in standard deviations, wider the fewer worlds the spread was estimated from."""
    from scipy.stats import t

    return float(t.ppf(0.95, max(worlds - 1, 15)))


def _components(sample: np.ndarray, worlds: np.ndarray) -> tuple[float, float]:
    """Variance between world means and within worlds (one-way analysis of variance, never negative)."""
    groups = [sample[worlds == world] for world in np.unique(worlds)]
    sizes = np.array([len(group) for group in groups])
    if len(groups) < 2 or sizes.max() < 2:
        return 0.0, float(sample.var(ddof=1))
    within = sum(((g - g.mean()) ** 2).sum() for g in groups) / max(sizes.sum() - len(groups), 1)
    square = sum(n * (g.mean() - sample.mean()) ** 2 for n, g in zip(sizes, groups, strict=True)) / (len(groups) - 1)
    typical = (sizes.sum() - (sizes**2).sum() / sizes.sum()) / (len(groups) - 1)
    return float(max(0.0, (square - within) / typical)), float(within)


def _hours(day: float | None) -> float | None:
    return None if day is None else day * 24
