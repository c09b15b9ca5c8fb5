"""One prediction under each alternative of each open hypothesis, and where they differ most.

Alternatives are read off the worlds a run already has; what none of them holds is run again with the alternative put on
every world, same patients and same luck. A world that tells no state holds the reference. The assumption that matters:
hypotheses are looked at one at a time, the others as the ensemble holds them. Left out: raters and drop-outs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from euthymia.engine.task import Engine
from euthymia.errors import EuthymiaError, TrialError
from euthymia.model.hypothesis import Hypothesis, hypotheses, hypothesis, posterior_weights, prior_weights
from euthymia.treatments.device import device
from euthymia.treatments.drug import drug
from euthymia.treatments.plan import Plan
from euthymia.trial.endpoints import scores
from euthymia.trial.restriction import restricted
from euthymia.trial.run import ArmRun, Run
from euthymia.trial.scale import scale as scale_called
from euthymia.trial.world import World

if TYPE_CHECKING:
    import polars

PLANNED = 100  # people an arm of the trial that is to decide
NINETY = 1.6449  # half a 90 % interval in standard deviations
LEAST = 0.05  # points that no trial could find
POWER = 2.8  # standard errors that a difference needs to be found in four of five trials, 1.96 + 0.84


@dataclass(frozen=True)
class Prediction:
    """A change (or a difference in change) under one alternative: mean and 90 % interval over the worlds that hold it.

    `weight` is what the alternative counts, by the fit where it says so (`weighed` posterior) and otherwise before it
    (prior); `members` are worlds; `how` says whether they held it, had it put on, or are the reference because no world
    says otherwise. `sd` is that of people as rated.
    """

    hypothesis: str
    alternative: str
    weight: float
    weighed: str
    members: int
    mean: float
    low: float
    high: float
    sd: float
    how: str

    @property
    def spread(self) -> float:
        """Half the interval as a standard deviation."""
        return (self.high - self.low) / 2 / NINETY


@dataclass(frozen=True)
class Disagreement:
    """How far the alternatives of a hypothesis are apart in one observation.

    `gap` in points, from the `lowest` alternative to the `highest`; `in_spreads` in units of the alternatives' own
    spread; `in_errors` in standard errors of a trial of 100 people an arm; `people` an arm would find it in four of
    five trials (None where there is nothing to find).
    """

    hypothesis: str
    trial: str
    arm: str
    control: str | None
    scale: str
    day: float
    lowest: str
    highest: str
    gap: float
    in_spreads: float
    in_errors: float
    people: int | None


def by_hypothesis(
    run: Run,
    arm: str,
    control: str | None = None,
    scale: str = "MADRS",
    day: float | None = None,
    names: Iterable[str] | None = None,
    again: bool = True,
    engine: Engine | None = None,
) -> polars.DataFrame:
    """One row an alternative: hypothesis, alternative, weight, weighed, members, mean, low, high, sd, how.

    Change on `scale` from baseline to `day` (default: the last visit) in `arm`, less that in `control` where one is
    named; the interval is 90 % over worlds. `names` are hypotheses (default: those that bear on the two arms). `again`
    runs the trial again for alternatives that no world of the run holds; without it they are left out. Raises
    `UnknownName`, and `TrialError` for a day without a visit.
    """
    asked = names if names is not None else bearing(*(run.arm(one).plan for one in (arm, control) if one))
    rivals = Rivals(run, engine, again)
    rows = [one for name in asked for one in rivals.predicted(name, arm, control, scale, day)]
    return _frame(Prediction, rows)


def hypotheses_disagree(
    runs: Iterable[tuple[Run, str, str | None]],
    scale: str = "MADRS",
    names: Iterable[str] | None = None,
    again: bool = True,
    engine: Engine | None = None,
) -> polars.DataFrame:
    """Where the alternatives of each hypothesis differ most: one row a `Disagreement`, the most telling first.

    `runs` are (run, arm, control or None); every visit of each is an observation that a trial could make.
    """
    chosen = None if names is None else tuple(names)
    found = [
        one
        for run, arm, control in runs
        for one in Rivals(run, engine, again).disagreements(arm, control, scale, chosen)
    ]
    found.sort(key=lambda one: -one.in_errors)
    return _frame(Disagreement, found)


def _frame(kind: type, rows: Sequence[Prediction | Disagreement]) -> polars.DataFrame:
    import polars

    types = {"str": polars.String, "str | None": polars.String, "float": polars.Float64, "int": polars.Int64}
    types["int | None"] = polars.Int64
    schema = {one.name: types[str(one.type)] for one in fields(kind)}
    return polars.DataFrame([asdict(one) for one in rows], schema=schema)


def bearing(*plans: Plan) -> tuple[str, ...]:
    """Hypotheses that change what some of these plans do: by their targets, or by their kinds of device."""
    touched: set[str] = set()
    for plan in plans:
        touched |= {target for name in plan.drugs for one in drug(name).compounds for target in one.targets}
        touched |= {device(session.protocol).kind for session in plan.sessions if not session.sham}
    return tuple(name for name, one in hypotheses().items() if not one.bears_on or touched & set(one.bears_on))


class Rivals:
    """A run and its twins under other alternatives, each run once and kept; `problems` are those that could not be."""

    def __init__(self, run: Run, engine: Engine | None = None, again: bool = True) -> None:
        self.run, self.engine, self.again = run, engine, again
        self.problems: dict[tuple[str, str], EuthymiaError] = {}
        self._twins: dict[tuple[str, str], Run] = {}

    def predicted(
        self, name: str, arm: str, control: str | None, scale: str, day: float | None = None
    ) -> tuple[Prediction, ...]:
        """The prediction under each alternative of a hypothesis, as far as there are worlds or twins for it."""
        one = hypothesis(name)
        day = self.run.trial.span if day is None else day
        posterior, prior = posterior_weights().get(name), prior_weights()[name]
        weighed = "prior" if posterior is None else "posterior"
        found = []
        for alternative in restricted(self.run.trial.hypotheses).states.get(name, one.names):
            run, how = self._holding(one, alternative)
            if run is None:
                continue
            sample = _Sample.of(run, one, alternative, arm, control, scale, day)
            if sample is None:
                continue
            mean, half = sample.mean, NINETY * sample.spread
            weight = (posterior or prior)[alternative]
            members = len(sample.means)
            found.append(
                Prediction(name, alternative, weight, weighed, members, mean, mean - half, mean + half, sample.sd, how)
            )
        return tuple(found)

    def disagreements(
        self, arm: str, control: str | None, scale: str, names: Sequence[str] | None = None
    ) -> Iterator[Disagreement]:
        """The most telling visit for each hypothesis that has two alternatives here."""
        plans = [self.run.arm(one).plan for one in (arm, control) if one]
        for name in names if names is not None else bearing(*plans):
            seen = [
                _disagreement(self.run.trial.name, arm, control, scale, day, found)
                for day in self.run.trial.visits
                if day > 0 and len(found := self.predicted(name, arm, control, scale, day)) > 1
            ]
            if seen:
                yield max(seen, key=lambda one: one.in_errors)

    def _holding(self, one: Hypothesis, alternative: str) -> tuple[Run | None, str]:
        """A run with worlds that hold the alternative, and how they came to."""
        if any(_state(world, one) == alternative for world in _worlds(self.run)):
            return self.run, _how(self.run, one)
        if not self.again:
            return None, ""
        key = (one.name, alternative)
        if key in self.problems:
            return None, ""
        if key not in self._twins:
            from euthymia.trial.conduct import run as conduct

            trial = self.run.trial
            try:
                twin = conduct(
                    trial.with_(hypotheses={**trial.hypotheses, one.name: alternative}), self.engine, grid_hours=1e9
                )
            except EuthymiaError as problem:
                self.problems[key] = problem
                return None, ""
            self._twins[key] = twin
        return self._twins[key], _how(self._twins[key], one)


@dataclass(frozen=True)
class _Sample:
    """World means (worlds,) of a change or difference, the sampling variance of each, and the deviation of people."""

    means: np.ndarray
    sampling: np.ndarray
    sd: float

    @classmethod
    def of(
        cls, run: Run, one: Hypothesis, alternative: str, arm: str, control: str | None, scale: str, day: float
    ) -> _Sample | None:
        first = _changes(run.arm(arm), scale, day)
        second = None if control is None else _changes(run.arm(control), scale, day)
        held = {p.world_number: p.world for p in run.arm(arm).people if _state(p.world, one) == alternative}
        means, sampling = [], []
        for number in sorted(held):
            a = _within(run.arm(arm), first, number)
            b = np.zeros(1) if second is None else _within(run.arm(control or ""), second, number)
            if not len(a) or not len(b):
                continue
            twins = run.trial.allocation == "twins" and len(a) == len(b)
            means.append(a.mean() - b.mean())
            sampling.append(_error(a - b) if twins else _error(a) + (0.0 if second is None else _error(b)))
        if not means:
            return None
        return cls(np.array(means), np.array(sampling), _rated_sd(run.arm(arm), scale, day))

    @property
    def mean(self) -> float:
        return float(self.means.mean())

    @property
    def spread(self) -> float:
        """Standard deviation of the prediction: worlds, and the people we drew."""
        many = len(self.means)
        between = max(0.0, float(self.means.var(ddof=1)) - float(np.mean(self.sampling))) if many > 1 else 0.0
        return float(np.sqrt(between * (1 + 1 / many) + np.mean(self.sampling) / many))


def _changes(arm: ArmRun, scale: str, day: float) -> np.ndarray:
    """Expected change (people,) from baseline to a visit, without rater error; raises `TrialError`."""
    at = np.flatnonzero(np.isclose(arm.times, day * 24, atol=1e-6))
    if not len(at):
        days = ", ".join(f"{visit / 24:g}" for visit in arm.visits)
        raise TrialError(f"there is no visit on day {day:g}", rule=f"Visits: days {days}.", fix="Ask for one of them.")
    totals = arm.total(scale_called(scale).name)
    return totals[:, int(at[0])] - totals[:, 0]


def _rated_sd(arm: ArmRun, scale: str, day: float) -> float:
    """Standard deviation of people's change as it is rated."""
    before, after = scores(arm, scale, day)
    return float(np.std(after - before, ddof=1)) if len(after) > 1 else 0.0


def _within(arm: ArmRun, changes: np.ndarray, world: int) -> np.ndarray:
    mine = np.array([person.world_number == world for person in arm.people]) & np.isfinite(changes)
    return changes[mine]


def _error(sample: np.ndarray) -> float:
    """Sampling variance of a mean; of one person it is unknown and taken as nothing."""
    return float(sample.var(ddof=1) / len(sample)) if len(sample) > 1 else 0.0


def _worlds(run: Run) -> Iterator[World]:
    for arm in run.arms.values():
        yield from {person.world_number: person.world for person in arm.people}.values()


def _how(run: Run, one: Hypothesis) -> str:
    """How the worlds of a run came to an alternative: they held it, it was put on them, or nobody said otherwise."""
    lived_in = tuple(_worlds(run))
    if any(one.name in world.imposed for world in lived_in):
        return "put on"
    return "held" if any(one.name in world.states for world in lived_in) else "reference"


def _state(world: World, one: Hypothesis) -> str:
    return world.states.get(one.name, one.reference.name)


def _disagreement(
    trial: str, arm: str, control: str | None, scale: str, day: float, found: Sequence[Prediction]
) -> Disagreement:
    lowest, highest = min(found, key=lambda one: one.mean), max(found, key=lambda one: one.mean)
    gap = highest.mean - lowest.mean
    own = float(np.sqrt(np.mean([one.spread**2 for one in found])))
    arms = 1 if control is None else 2
    sd = float(np.mean([one.sd for one in found]))
    error = sd * np.sqrt(arms / PLANNED)
    people = int(np.ceil(arms * (POWER * sd / gap) ** 2)) if gap > LEAST else None
    return Disagreement(
        found[0].hypothesis, trial, arm, control, scale, day, lowest.alternative, highest.alternative, gap,
        gap / own if own > 0 else 0.0, float(gap / error) if error > 0 else 0.0, people,
    )  # fmt: skip
