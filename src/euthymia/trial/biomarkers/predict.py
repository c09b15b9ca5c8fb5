"""What the model gives for every published biological number, all experiments that share a plan in one integration.

People are the candidates of the preset, run into their episode as a trial would and weighed by how likely the severity
rule lets each of them in, which is smooth in every parameter. The well are the same people without vulnerability or
stress. The assumption that matters: what spreads a marker between healthy people and measurements is the link's `cv`.
Left out: drop-out, adherence, raters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from euthymia.cohort.cohort import Cohort, Patient, cohort
from euthymia.engine.lower import lower
from euthymia.engine.program import Program
from euthymia.engine.schedule import tabulate
from euthymia.engine.task import Engine, Task
from euthymia.errors import EuthymiaError
from euthymia.model.block import Model
from euthymia.model.symptoms.domains import DOMAINS
from euthymia.treatments.order import infusion, intranasal, light, oral, rtms
from euthymia.treatments.plan import Plan
from euthymia.treatments.regimen import Regimen
from euthymia.trial.biomarkers.bench import bench, holding
from euthymia.trial.biomarkers.experiment import CannotExpress, Experiment, resolved
from euthymia.trial.biomarkers.link import Given, links
from euthymia.trial.biomarkers.observed import Item, Observed, items
from euthymia.trial.conduct import arm_task, ready
from euthymia.trial.dosing import events_of
from euthymia.trial.enrol import RUN_IN_HOURS, Person, base_model, traits
from euthymia.trial.protocol import Trial, trial
from euthymia.trial.scale import scale
from euthymia.trial.world import World

PEOPLE = 24
SEED = 20261
RTOL, ATOL = 1e-4, 1e-6
RULE_WIDTH = 3.0  # points over which the severity rule goes from letting nobody in to letting everybody in (assumed)
WELL, WELL_WIDTH = 10.0, 3.0  # MADRS of the remitted, and over how many points
TYPICAL = Patient(0, 0, {}, {}, {"weight": 70.0, "optics": "median"})
LOOKS = np.unique(
    np.round(np.concatenate([np.geomspace(0.05, 48, 60), np.arange(0, 96.5, 1.5), np.arange(96, 505, 12)]), 4)
)
Group = tuple[str, str | None, str]


@dataclass(frozen=True)
class Asked:
    """One experiment that can be done: `output` (and `per`) by full name in its own model."""

    index: int
    experiment: Experiment
    output: str
    per: str | None


@dataclass(frozen=True)
class Prepared:
    """Everything a prediction needs but the parameters: what was observed, and experiments by who and which plan."""

    observed: tuple[Observed, ...]
    items: tuple[Item, ...]
    groups: Mapping[Group, tuple[Asked, ...]]
    cohorts: Mapping[str, Cohort]
    trials: Mapping[Group, Trial]
    rows: tuple[Item, ...]


def prepare(people: int = PEOPLE, seed: int = SEED, rows: Iterable[Item] | None = None) -> Prepared:
    """Experiments of every row with a number that the present model can answer; `rows` are ours unless given."""
    if rows is None:
        return _ours(people, seed)
    return _prepared(tuple(rows), people, seed)


@cache
def _ours(people: int, seed: int) -> Prepared:
    return _prepared(items(), people, seed)


def _prepared(rows: tuple[Item, ...], people: int, seed: int) -> Prepared:
    kept: list[Item] = []
    every: list[Item] = []
    groups: dict[Group, list[Asked]] = {}
    for row in rows:
        if row.experiment is None or row.reason is not None:
            every.append(row)
            continue
        try:
            asked = _asked(len(kept), row.experiment)
        except EuthymiaError as why:
            every.append(replace(row, reason=why.problem))
            continue
        every.append(row)
        kept.append(row)
        groups.setdefault(group_of(row.experiment), []).append(asked)
    cohorts = {group[0]: cohort(group[0], people, seed) for group in groups if group[2] == "people"}
    trials = {
        group: _trial(cohorts[group[0]], group[1], groups[group])
        for group in groups
        if group[2] == "people" and group[1] is not None
    }
    seen = tuple(row.observed for row in kept if row.observed is not None)
    return Prepared(seen, tuple(kept), {k: tuple(v) for k, v in groups.items()}, cohorts, trials, tuple(every))


def group_of(experiment: Experiment) -> Group:
    """Who, which plan, and on the bench or in people: what one integration answers."""
    if experiment.kind == "course":
        return ("typical", experiment.plan, "bench")
    return (experiment.population, experiment.plan, "people")


def _asked(index: int, experiment: Experiment) -> Asked:
    program = program_of(experiment)
    names = {name: i for i, name in enumerate(program.names)}
    link = experiment.link
    if experiment.protocol is not None and experiment.plan is None:
        holding(links().protocols[experiment.protocol], experiment.time_h)
    return Asked(
        index,
        experiment,
        resolved(link.quantity or "", names),
        None if link.per is None else resolved(link.per, names),
    )


def program_of(experiment: Experiment) -> Program:
    """The program that answers an experiment."""
    if experiment.plan is not None:
        return ready(plan_called(experiment.plan))[1]
    return bench()[1] if experiment.kind == "course" else _base()[1]


@cache
def _base() -> tuple[Model, Program]:
    model = base_model()
    return model, lower(model)


@cache
def plan_called(name: str) -> Plan:
    """The plan that stands for a treatment in a table's words."""
    return _regimen(links().plans[name]).plan()


def _regimen(given: Given) -> Regimen:
    match given.order:
        case "oral":
            order = oral(given.what, given.amount or "")
        case "infusion":
            order = infusion(given.what, given.amount or "", over=given.over or "40 min")
        case "intranasal":
            order = intranasal(given.what, given.amount or "")
        case "rtms":
            order = rtms(given.what)
        case "light":
            order = light(given.what)
    if given.once:
        return order.once()
    if given.as_published:
        return order.as_published()
    if given.per_week is not None:
        return order.course(per_week=given.per_week, weeks=given.weeks or 5)
    return order.daily(weeks=given.weeks, days=given.days)


def _trial(people: Cohort, plan: str | None, asked: Iterable[Asked]) -> Trial:
    last = max(one.experiment.time_h for one in asked) / 24
    visits = (*np.arange(7.0, last, 7.0).tolist(), max(last, 0.01))
    return trial(people, {"arm": plan_called(plan or "")}, visits=visits, adherence=1.0, certain=True, staying=None)


def predict(prepared: Prepared, parameters: Mapping[str, float], engine: Engine) -> np.ndarray:
    """Predicted value of every observed number (observed,) under `parameters`; not a number where it failed."""
    found = predict_all(prepared, parameters, engine)
    numbered = [i for i, item in enumerate(prepared.items) if item.observed is not None]
    return found[numbered]


def predict_all(prepared: Prepared, parameters: Mapping[str, float], engine: Engine) -> np.ndarray:
    """As `predict`, with the rows of which a direction alone is known: (items,)."""
    answers = np.full(len(prepared.items), np.nan)
    world = World(dict(parameters))
    ill: dict[str, _Crowd] = {}
    for group, asked in prepared.groups.items():
        try:
            if group[2] == "bench":
                found = _on_bench(asked, world, engine)
            else:
                crowd = ill.setdefault(group[0], _Crowd.of(prepared.cohorts[group[0]], world))
                found = _in_people(group, asked, prepared, crowd, engine)
        except (EuthymiaError, ArithmeticError):
            continue
        for one, value in zip(asked, found, strict=True):
            answers[one.index] = value
    return answers


@dataclass(frozen=True)
class _Crowd:
    """The ill of a cohort in one world, and the same people well."""

    ill: tuple[Person, ...]
    well: tuple[Person, ...]
    cohort: Cohort

    @classmethod
    def of(cls, people: Cohort, world: World) -> _Crowd:
        patients = people.candidates(0, people.size)
        return cls(
            tuple(Person(patient, world, 0) for patient in patients),
            tuple(Person(well(patient, people), world, 0) for patient in patients),
            people,
        )


def well(patient: Patient, people: Cohort) -> Patient:
    """The same person without vulnerability and without stress: genotype and gains stay, loads and life do not."""
    spreads = people.preset.varies
    kept = {name: number for name, number in patient.parameters.items() if spreads[name].kind == "choice"}
    calm = {"life.episode": 0.0, "life.habitual": 0.0}
    factors = {name: number for name, number in patient.factors.items() if name not in calm}
    return replace(patient, parameters=kept | calm, factors=factors)


def _in_people(
    group: Group, asked: tuple[Asked, ...], prepared: Prepared, crowd: _Crowd, engine: Engine
) -> list[float]:
    outputs = tuple(dict.fromkeys([*DOMAINS, *_outputs(asked)]))
    times = np.unique([0.0, *(one.experiment.time_h for one in asked)])
    if group[1] is None:
        task = _untreated(crowd.ill, outputs)
    else:
        one = prepared.trials[group]
        task = arm_task(one, one.arms["arm"], crowd.ill, times, outputs)
    ill = engine.solve(replace(task, rtol=RTOL, atol=ATOL)).values
    healthy: np.ndarray | None = None
    if compared := [one for one in asked if one.experiment.kind == "case-control"]:
        wanted = tuple(dict.fromkeys(_outputs(compared)))
        solved = engine.solve(replace(_untreated(crowd.well, wanted), rtol=RTOL, atol=ATOL)).values[:, 0]
        healthy = np.full((len(solved), len(outputs)), np.nan)
        healthy[:, [outputs.index(name) for name in wanted]] = solved
    madrs = scale("MADRS").total(ill[:, :, : len(DOMAINS)])
    let_in = _eligible(crowd.cohort, ill[:, 0, : len(DOMAINS)])
    found = []
    for one in asked:
        at = int(np.searchsorted(times, one.experiment.time_h))
        weights = let_in
        if one.experiment.remitted:
            weights = let_in * _logistic((WELL - madrs[:, at]) / WELL_WIDTH)
        after = _marker(one, ill[:, at], outputs)
        if one.experiment.kind == "case-control":
            assert healthy is not None
            before, even = _marker(one, healthy, outputs), np.ones(len(ill))
        else:
            before, even = _marker(one, ill[:, 0], outputs), weights
        found.append(statistic(one.experiment, after, weights, before, even))
    return found


def _untreated(people: tuple[Person, ...], outputs: tuple[str, ...]) -> Task:
    """People before a trial, at the end of their run-in."""
    model, program = _base()
    parameters = np.stack([traits(model, person) for person in people])
    return Task(
        program, parameters, tabulate(program, [()] * len(people)), np.array([0.0]), outputs, start=-RUN_IN_HOURS
    )


def _eligible(people: Cohort, domains: np.ndarray) -> np.ndarray:
    rule = people.preset.severity
    totals = scale(rule.scale).total(domains)
    return _logistic((totals - rule.low) / RULE_WIDTH) * _logistic((rule.high - totals) / RULE_WIDTH)


def _logistic(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(x, -50, 50)))


def _outputs(asked: Iterable[Asked]) -> list[str]:
    return [name for one in asked for name in (one.output, one.per) if name is not None]


def _marker(one: Asked, values: np.ndarray, outputs: tuple[str, ...]) -> np.ndarray:
    quantity = values[..., outputs.index(one.output)]
    if one.per is not None:
        quantity = quantity / values[..., outputs.index(one.per)]
    return one.experiment.link.read(quantity)


def statistic(
    experiment: Experiment, after: np.ndarray, weights: np.ndarray, before: np.ndarray, even: np.ndarray
) -> float:
    """One number from a marker in the treated or ill (people,) against before or the well (people,), each weighed."""
    m1, v1 = _moments(after, weights)
    if experiment.statistic == "level":
        return m1
    m0, v0 = _moments(before, even)
    match experiment.statistic:
        case "difference":
            return m1 - m0
        case "percent":
            return 100 * (m1 / m0 - 1) if m0 > 0 else np.nan
        case "smd":
            noise = (experiment.link.cv * experiment.link.read(np.array(1.0))) ** 2
            return float((m1 - m0) / np.sqrt((v1 + v0) / 2 + noise))
    raise CannotExpress(f"'{experiment.statistic}' is not read from people")


def _moments(values: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    good = np.isfinite(values) & np.isfinite(weights) & (weights > 0)
    if not good.any():
        return np.nan, np.nan
    share = weights[good] / weights[good].sum()
    mean = float(share @ values[good])
    return mean, float(share @ (values[good] - mean) ** 2)


def _on_bench(asked: tuple[Asked, ...], world: World, engine: Engine) -> list[float]:
    outputs = tuple(dict.fromkeys(_outputs(asked)))
    longest = max(one.experiment.time_h for one in asked)
    ends = [one.experiment.time_h for one in asked] + [one.experiment.until_h or 0.0 for one in asked]
    times = np.unique(np.concatenate([[0.0], LOOKS[max(ends) >= LOOKS], ends]))
    names = tuple(dict.fromkeys(one.experiment.protocol or "" for one in asked))
    plan = asked[0].experiment.plan
    model, program = bench() if plan is None else ready(plan_called(plan))
    calm = Person(replace(TYPICAL, parameters={} if plan is None else CALM), world, 0)
    index = {name: i for i, name in enumerate(program.parameters)}
    parameters = np.stack([traits(model, calm)] * len(names))
    schedules = []
    for row, name in enumerate(names):
        protocol = links().protocols[name]
        for parameter, factor in protocol.multiply.items():
            parameters[row, index[parameter]] *= factor
        schedules.append(
            holding(protocol, longest + 1)
            if plan is None
            else [event for event in events_of(plan_called(plan), TYPICAL, 1.0) if event.time <= times[-1]]
        )
    task = Task(program, parameters, tabulate(program, schedules), times, outputs, rtol=RTOL, atol=ATOL)
    values = engine.solve(task).values
    return [
        course_number(one.experiment, times, _marker(one, values[names.index(one.experiment.protocol or "")], outputs))
        for one in asked
    ]


CALM = {"life.episode": 0.0, "life.habitual": 0.0}


def course_number(experiment: Experiment, times: np.ndarray, course: np.ndarray) -> float:
    """The number a course (times,) gives: change in per cent, share of its greatest rise in %, or hours of its peak."""
    at, start = int(np.searchsorted(times, experiment.time_h)), course[0]
    if experiment.statistic == "percent":
        return float(100 * (course[at] / start - 1)) if start else np.nan
    seen = times <= (experiment.until_h or experiment.time_h)
    rise = course[seen] - start
    peak = int(np.argmax(rise))
    if not rise[peak] > 0:
        return np.nan
    if experiment.statistic == "time of peak":
        return _peak_time(times[seen], rise, peak)
    return float(100 * (course[at] - start) / rise[peak])


def _peak_time(times: np.ndarray, rise: np.ndarray, peak: int) -> float:
    """The top of the parabola through the highest point and its neighbours, so that the answer is smooth."""
    if not 0 < peak < len(times) - 1:
        return float(times[peak])
    coefficients = np.polyfit(times[peak - 1 : peak + 2] - times[peak], rise[peak - 1 : peak + 2], 2)
    shift = -coefficients[1] / (2 * coefficients[0]) if coefficients[0] < 0 else 0.0
    return float(np.clip(times[peak] + shift, times[peak - 1], times[peak + 1]))
