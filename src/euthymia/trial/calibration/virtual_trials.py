"""Virtual twins of published trials, made once and then answered for many parameter sets at a time.

Patients, doses and visits do not depend on what is fitted, so each arm is one task whose parameters alone change. Which
entry of a patient's parameters follows which free parameter is found by moving all of them at once, each by a factor of
its own. The assumption that matters: every patient takes every dose, and free parameters enter by multiplication. Left
out: drop-outs, rater error beyond what rates and spreads need.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from euthymia.cohort.cohort import Patient
from euthymia.cohort.weigh import tilted_sets
from euthymia.engine.schedule import ScheduleTable
from euthymia.engine.task import Engine, Task
from euthymia.model.symptoms.domains import DOMAINS
from euthymia.treatments.plan import Plan
from euthymia.trial.calibration.target import Target
from euthymia.trial.conduct import arm_task, parameters_of, ready
from euthymia.trial.enrol import Person, enrol
from euthymia.trial.protocol import Trial
from euthymia.trial.response import remission_probability, response_probability
from euthymia.trial.scale import scale
from euthymia.trial.world import World

Alternative = tuple[str, str]  # hypothesis, alternative
States = Sequence[Alternative]  # alternatives that hold in one parameter set, the references left out
RTOL, ATOL = 1e-3, 1e-5  # within 0.02 MADRS points of 1e-8


@dataclass(frozen=True)
class Follows:
    """Which free parameters an array of numbers is proportional to: up to two for each, `count` for none."""

    numbers: np.ndarray
    one: np.ndarray
    other: np.ndarray

    def under(self, ratios: np.ndarray) -> np.ndarray:
        """The numbers under `ratios` (sets, free parameters) to their own values: (sets, *shape)."""
        ratios = np.concatenate([ratios, np.ones((len(ratios), 1))], axis=1)
        return self.numbers * ratios[:, self.one] * ratios[:, self.other]


def followed(before: np.ndarray, after: np.ndarray, factors: np.ndarray) -> Follows:
    """What follows what, from numbers before and after every free parameter grew by its own factor."""
    with np.errstate(divide="ignore", invalid="ignore"):
        grown = np.where(before == after, 1.0, after / before)
    count = len(factors)
    known = {1.0: (count, count)} | {float(f): (i, count) for i, f in enumerate(factors)}
    known |= {float(factors[i] * factors[j]): (i, j) for i in range(count) for j in range(i)}
    table = np.array(sorted(known))
    values, where = np.unique(grown, return_inverse=True)
    nearest = table[np.abs(table[None, :] - values[:, None]).argmin(axis=1)]
    if np.any(np.abs(nearest / values - 1) > 1e-9):
        raise ValueError("a number follows free parameters in another way than by multiplication")
    pairs = np.array([known[float(v)] for v in nearest])[where.reshape(grown.shape)]
    return Follows(before, pairs[..., 0], pairs[..., 1])


@dataclass(frozen=True)
class Held:
    """What an alternative of a hypothesis holds in one arm: columns of the parameters, and everybody's numbers."""

    columns: np.ndarray
    numbers: np.ndarray


@dataclass(frozen=True)
class Arm:
    """One arm ready to be solved: its task, what its parameters follow, and what each alternative holds in it."""

    task: Task
    follows: Follows
    held: Mapping[Alternative, Held]

    def domains(self, ratios: np.ndarray, states: Sequence[States], engine: Engine) -> np.ndarray:
        """Symptom domains (sets, people, days, 7)."""
        parameters = self.follows.under(ratios)
        for row, state in enumerate(states):
            for alternative in state:
                held = self.held[alternative]
                parameters[row][:, held.columns] = held.numbers
        sets, people = parameters.shape[:2]
        schedule = repeated(self.task.schedule, sets)
        task = replace(self.task, parameters=parameters.reshape(sets * people, -1), schedule=schedule)
        values = engine.solve(task).values
        return values.reshape(sets, people, *values.shape[1:])


@dataclass(frozen=True)
class VirtualTrial:
    """A trial ready to be answered: its arms, the days looked at, and the targets with their place in the whole."""

    trial: Trial
    arms: Mapping[str, Arm]
    days: np.ndarray
    targets: tuple[tuple[int, Target], ...]

    def answers(self, ratios: np.ndarray, states: Sequence[States], engine: Engine) -> np.ndarray:
        """Predicted targets of this trial (sets, its targets)."""
        domains = {name: arm.domains(ratios, states, engine) for name, arm in self.arms.items()}
        weights = self._weights(next(iter(domains.values()))[:, :, 0])
        found = [self._answer(target, domains, weights) for _, target in self.targets]
        return np.stack(found, axis=1)

    def _weights(self, start: np.ndarray) -> np.ndarray:
        """People weighted to the trial's baseline (sets, people); evenly where it published none."""
        if self.trial.baseline is None:
            return np.full(start.shape[:2], 1 / start.shape[1])
        return tilted_sets(scale(self.trial.baseline.scale).total(start), self.trial.baseline.mean)

    def _answer(self, target: Target, domains: Mapping[str, np.ndarray], weights: np.ndarray) -> np.ndarray:
        at = int(np.searchsorted(self.days, target.day))
        seen = [_seen(target, domains[name][:, :, 0], domains[name][:, :, at], weights) for name in target.arms]
        return seen[0] - seen[1] if len(seen) == 2 else seen[0]


def _seen(target: Target, before: np.ndarray, after: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """What one arm would have printed (sets,)."""
    rating = scale(target.scale)
    match target.measure:
        case "baseline":
            return np.nanmean(rating.total(before), axis=1)
        case "score":
            return (weights * rating.total(after)).sum(axis=1)
        case "percent_change" | "percent_difference":
            start = np.maximum(rating.total(before), 1.0)
            return (weights * 100 * (rating.total(after) - start) / start).sum(axis=1)
        case "spread":
            change = rating.total(after) - rating.total(before)
            mean = (weights * change).sum(axis=1, keepdims=True)
            within = (weights * (change - mean) ** 2).sum(axis=1)
            return np.sqrt(within + 2 * rating.rater_sd.number**2)
        case "response" | "log_odds_ratio":
            return _logit((weights * response_probability(before, after, rating, target.cut)).sum(axis=1))
        case "remission":
            return _logit((weights * remission_probability(after, rating, target.cut)).sum(axis=1))
    return (weights * (rating.total(after) - rating.total(before))).sum(axis=1)


def _logit(share: np.ndarray) -> np.ndarray:
    share = np.clip(share, 1e-4, 1 - 1e-4)
    return np.log(share / (1 - share))


def repeated(table: ScheduleTable, times: int) -> ScheduleTable:
    """The same schedule for `times` crowds after each other."""
    rows = table.offsets[-1]
    offsets = np.concatenate([[0], (table.offsets[None, 1:] + rows * np.arange(times)[:, None]).ravel()])
    return ScheduleTable(
        offsets.astype(np.int64), *(np.tile(a, times) for a in (table.time, table.kind, table.target, table.value))
    )


@dataclass(frozen=True)
class VirtualTrials:
    """Every virtual trial of a calibration, for the free parameters `names` at `start`."""

    names: tuple[str, ...]
    start: np.ndarray
    trials: tuple[VirtualTrial, ...]

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        placed = sorted((where, target) for one in self.trials for where, target in one.targets)
        return tuple(target for _, target in placed)

    def predict(
        self,
        points: np.ndarray,
        engine: Engine,
        only: frozenset[str] | None = None,
        states: Sequence[States] | None = None,
    ) -> np.ndarray:
        """Targets (sets, targets) under logarithms `points` (sets, free); with `only`, of these trials, else NaN.

        `states` are the alternatives that hold in each set, none if not given.
        """
        ratios = np.exp(points) / self.start
        held = states or [()] * len(points)
        answers = np.full((len(points), sum(len(one.targets) for one in self.trials)), np.nan)
        wanted = [one for one in self.trials if only is None or one.trial.name in only]
        with ThreadPoolExecutor(2) as pool:
            for one, found in zip(wanted, pool.map(lambda one: one.answers(ratios, held, engine), wanted), strict=True):
                answers[:, [where for where, _ in one.targets]] = found
        return answers


def virtual_trials(
    made: Sequence[tuple[Trial, Sequence[Target]]],
    names: tuple[str, ...],
    start: np.ndarray,
    rivals: Mapping[Alternative, Mapping[str, float]],
    engine: Engine,
) -> VirtualTrials:
    """Everything made once; `start` are the numbers of the free parameters `names` as patients are made with them, and
    `rivals` what each alternative of a hypothesis sets."""
    factors = 1.5 + np.random.default_rng(1).random(len(names))
    usual, moved = (dict(zip(names, map(float, numbers), strict=True)) for numbers in (start, start * factors))
    trials, count = [], 0
    for trial, targets in made:
        days = np.unique([0.0, *(target.day for target in targets)])
        needed = {name for target in targets for name in target.arms}
        patients = enrolled(trial, usual, engine)
        arms = {}
        for name in (arm for arm in trial.arms if arm in needed):
            plan = trial.arms[name]

            def numbers(world: Mapping[str, float], plan: Plan = plan) -> np.ndarray:
                return parameters_of(trial, plan, tuple(Person(p, World(dict(world)), 0) for p in patients))  # noqa: B023

            people = tuple(Person(p, World(usual), 0) for p in patients)
            task = replace(arm_task(trial, plan, people, days * 24, DOMAINS), rtol=RTOL, atol=ATOL)
            follows = followed(task.parameters, numbers(moved), factors)
            known = tuple(ready(plan)[0].parameters)
            held = {
                key: _held(known, sets, task.parameters, numbers(usual | dict(sets))) for key, sets in rivals.items()
            }
            arms[name] = Arm(task, follows, held)
        trials.append(VirtualTrial(trial, arms, days, tuple(enumerate(targets, start=count))))
        count += len(targets)
    return VirtualTrials(names, np.asarray(start, float), tuple(trials))


def enrolled(trial: Trial, world: Mapping[str, float], engine: Engine) -> tuple[Patient, ...]:
    """Patients as the trial would enrol them: eligible, and tilted towards its published baseline."""
    found = enrol(trial, engine, (World(dict(world)),))
    return tuple(person.patient for person in found.people)


def _held(known: Sequence[str], sets: Mapping[str, float], before: np.ndarray, after: np.ndarray) -> Held:
    named = np.array([name in sets for name in known])
    columns = np.flatnonzero(named | np.any(before != after, axis=0))
    return Held(columns, after[:, columns])
