"""What the model gives for every published biological number, all experiments that share a plan in one integration.

The ill are the candidates of a preset, run into their episode as a trial would and weighed by how likely its severity
rule lets each of them in, which is smooth in every parameter. The assumption that matters: a plan of ours stands for
the treatments of many papers. Left out: drop-out, raters, controls' arms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from euthymia.cohort.cohort import Cohort, Patient, cohort
from euthymia.engine.compiled import CompiledEngine
from euthymia.engine.lower import lower
from euthymia.engine.program import Program
from euthymia.engine.schedule import tabulate
from euthymia.engine.task import Engine, Task
from euthymia.errors import EuthymiaError
from euthymia.model.block import Model
from euthymia.model.symptoms.domains import DOMAINS
from euthymia.trial.biomarkers.bench import bench, holding
from euthymia.trial.biomarkers.crowd import ATOL, CALM, RTOL, Crowd, treated, untreated, well
from euthymia.trial.biomarkers.experiment import Experiment, resolved
from euthymia.trial.biomarkers.link import links
from euthymia.trial.biomarkers.observed import Item, Observed, items
from euthymia.trial.biomarkers.plans import plan_called
from euthymia.trial.biomarkers.statistic import from_course, from_people
from euthymia.trial.conduct import ready
from euthymia.trial.dosing import events_of
from euthymia.trial.enrol import Person, base_model, traits
from euthymia.trial.protocol import Trial, trial
from euthymia.trial.scale import scale
from euthymia.trial.world import World

PEOPLE = 24
SEED = 20261
RULE_WIDTH = 3.0  # points over which the severity rule goes from letting nobody in to letting everybody in (assumed)
WELL, WELL_WIDTH = 10.0, 3.0  # MADRS of the remitted, and over how many points (assumed)
TYPICAL = Patient(0, 0, {}, {}, {"weight": 70.0, "optics": "median"})
LOOKS = np.unique(
    np.round(np.concatenate([np.geomspace(0.05, 48, 60), np.arange(0, 96.5, 1.5), np.arange(96, 505, 12)]), 4)
)
Group = tuple[str, str | None, str]


@dataclass(frozen=True)
class Asked:
    """One experiment that can be done: `output` (and `per`) by full name in its own model."""

    index: int
    numbered: bool
    experiment: Experiment
    output: str
    per: str | None


@dataclass(frozen=True)
class Population:
    """A preset's people before any treatment, the ill first and then the same well."""

    cohort: Cohort
    crowd: Crowd


@dataclass(frozen=True)
class Prepared:
    """Everything a prediction needs but the parameters.

    `observed` are the numbers that `predict` answers, in order; `items` adds rows of which a direction alone is known;
    `rows` is every row asked for, with the reason where it cannot be done.
    """

    observed: tuple[Observed, ...]
    items: tuple[Item, ...]
    rows: tuple[Item, ...]
    groups: Mapping[Group, tuple[Asked, ...]]
    populations: Mapping[str, Population]
    crowds: Mapping[Group, Crowd]


def prepare(people: int = PEOPLE, seed: int = SEED, rows: Iterable[Item] | None = None) -> Prepared:
    """Experiments of every row that the present model can answer, ours unless `rows` are given."""
    return _ours(people, seed) if rows is None else _prepared(tuple(rows), people, seed)


@cache
def _ours(people: int, seed: int) -> Prepared:
    return _prepared(items(), people, seed)


def _prepared(given: tuple[Item, ...], people: int, seed: int) -> Prepared:
    kept: list[Item] = []
    rows: list[Item] = []
    groups: dict[Group, list[Asked]] = {}
    for row in given:
        if row.experiment is not None and row.reason is None:
            try:
                asked = _asked(len(kept), row.observed is not None, row.experiment)
            except EuthymiaError as why:
                row = replace(row, reason=why.problem)
            else:
                kept.append(row)
                groups.setdefault(_group(row.experiment), []).append(asked)
        rows.append(row)
    populations = {group[0]: _population(group[0], people, seed) for group in groups if group[2] == "people"}
    crowds = {
        group: treated(_trial(populations[group[0]].cohort, group[1], asked), _candidates(populations[group[0]].cohort))
        for group, asked in groups.items()
        if group[2] == "people" and group[1] is not None
    }
    seen = tuple(row.observed for row in kept if row.observed is not None)
    return Prepared(seen, tuple(kept), tuple(rows), {k: tuple(v) for k, v in groups.items()}, populations, crowds)


def _population(name: str, people: int, seed: int) -> Population:
    crowd = cohort(name, people, seed)
    ill = _candidates(crowd)
    model, program = _base()
    return Population(crowd, untreated(model, program, (*ill, *(well(patient, crowd) for patient in ill))))


def _candidates(crowd: Cohort) -> tuple[Patient, ...]:
    return crowd.candidates(0, crowd.size)


def _group(experiment: Experiment) -> Group:
    """Who, which plan, and on the bench or in people: what one integration answers."""
    if experiment.kind == "course":
        return ("typical", experiment.plan, "bench")
    return (experiment.population, experiment.plan, "people")


def _asked(index: int, numbered: bool, experiment: Experiment) -> Asked:
    link, names = experiment.link, _names(program_of(experiment))
    if experiment.protocol is not None and experiment.plan is None:
        holding(links().protocols[experiment.protocol], experiment.time_h)
    output = resolved(link.quantity or "", names)
    per = None if link.per is None else resolved(link.per, names)
    if experiment.kind == "case-control":  # the well are untreated
        for name in (output, *([per] if per else [])):
            resolved(name, _names(_base()[1]))
    return Asked(index, numbered, experiment, output, per)


def _names(program: Program) -> dict[str, int]:
    return {name: i for i, name in enumerate(program.names)}


def program_of(experiment: Experiment) -> Program:
    """The program that answers an experiment."""
    if experiment.plan is not None:
        return ready(plan_called(experiment.plan))[1]
    return bench()[1] if experiment.kind == "course" else _base()[1]


@cache
def _base() -> tuple[Model, Program]:
    model = base_model()
    return model, lower(model)


def _trial(people: Cohort, plan: str | None, asked: Iterable[Asked]) -> Trial:
    last = max(one.experiment.time_h for one in asked) / 24
    visits = (*np.arange(7.0, last, 7.0).tolist(), max(last, 0.01))
    return trial(people, {"arm": plan_called(plan or "")}, visits=visits, adherence=1.0, certain=True, staying=None)


def predict(prepared: Prepared, parameters: Mapping[str, float], engine: Engine) -> np.ndarray:
    """Predicted value of every observed number (observed,) under `parameters`; not a number where it failed."""
    found = _answers(prepared, parameters, engine, numbered=True)
    return found[[i for i, item in enumerate(prepared.items) if item.observed is not None]]


def predict_all(prepared: Prepared, parameters: Mapping[str, float], engine: Engine) -> np.ndarray:
    """As `predict`, with the rows of which a direction alone is known: (items,)."""
    return _answers(prepared, parameters, engine, numbered=False)


def _answers(prepared: Prepared, parameters: Mapping[str, float], engine: Engine, numbered: bool) -> np.ndarray:
    answers = np.full(len(prepared.items), np.nan)
    world, engine = World(dict(parameters)), _alone(engine)
    groups = {
        group: tuple(one for one in asked if one.numbered or not numbered) for group, asked in prepared.groups.items()
    }
    before = {
        name: _Before.of(population, [one for group, asked in groups.items() if group[0] == name for one in asked])
        for name, population in prepared.populations.items()
    }
    for group, asked in groups.items():
        if not asked:
            continue
        try:
            if group[2] == "bench":
                found = _on_bench(asked, world, engine)
            else:
                found = _in_people(asked, prepared.crowds.get(group), before[group[0]], world, engine)
        except (EuthymiaError, ArithmeticError):
            continue
        for one, value in zip(asked, found, strict=True):
            answers[one.index] = value
    return answers


def _alone(engine: Engine) -> Engine:
    """The engine without the slow one behind it: a fit wants to know at once who cannot be solved."""
    return replace(engine, fallback=None) if isinstance(engine, CompiledEngine) else engine


@dataclass
class _Before:
    """A population before treatment, solved when it is first needed: outputs (2 x people, outputs), ill first."""

    population: Population
    outputs: tuple[str, ...]
    values: np.ndarray | None = None

    @classmethod
    def of(cls, population: Population, asked: list[Asked]) -> _Before:
        compared = [one for one in asked if one.experiment.kind == "case-control"]
        return cls(population, (*DOMAINS, *_outputs(compared)))

    def solved(self, world: World, engine: Engine) -> np.ndarray:
        if self.values is None:
            task = self.population.crowd.task(world, np.array([0.0]), self.outputs)
            self.values = engine.solve(task).values[:, 0]
        return self.values


def _in_people(
    asked: tuple[Asked, ...], crowd: Crowd | None, before: _Before, world: World, engine: Engine
) -> list[float]:
    """The numbers of one group; without a crowd nobody was treated."""
    size = before.population.cohort.size
    if crowd is None:
        times, outputs = np.array([0.0]), before.outputs
        values = before.solved(world, engine)[:size, None]
    else:
        times = np.unique([0.0, *(one.experiment.time_h for one in asked)])
        outputs = (*DOMAINS, *_outputs(asked))
        values = engine.solve(crowd.task(world, times, outputs)).values
    domains = values[:, :, : len(DOMAINS)]
    let_in = _eligible(before.population.cohort, domains[:, 0])
    found = []
    for one in asked:
        at = int(np.searchsorted(times, one.experiment.time_h))
        weights = let_in
        if one.experiment.remitted:
            weights = let_in * _logistic((WELL - scale("MADRS").total(domains[:, at])) / WELL_WIDTH)
        after = _marker(one, values[:, at], outputs)
        if one.experiment.kind == "case-control":
            healthy = before.solved(world, engine)[size:]
            compared, even = _marker(one, healthy, before.outputs), np.ones(size)
        else:
            compared, even = _marker(one, values[:, 0], outputs), weights
        found.append(from_people(one.experiment, after, weights, compared, even))
    return found


def _eligible(people: Cohort, domains: np.ndarray) -> np.ndarray:
    rule = people.preset.severity
    totals = scale(rule.scale).total(domains)
    return _logistic((totals - rule.low) / RULE_WIDTH) * _logistic((rule.high - totals) / RULE_WIDTH)


def _logistic(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(x, -50, 50)))


def _outputs(asked: Iterable[Asked]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for one in asked for name in (one.output, one.per) if name is not None))


def _marker(one: Asked, values: np.ndarray, outputs: tuple[str, ...]) -> np.ndarray:
    quantity = values[..., outputs.index(one.output)]
    if one.per is not None:
        quantity = quantity / values[..., outputs.index(one.per)]
    return one.experiment.link.read(quantity)


def _on_bench(asked: tuple[Asked, ...], world: World, engine: Engine) -> list[float]:
    outputs = _outputs(asked)
    ends = [one.experiment.until_h or 0.0 for one in asked] + [one.experiment.time_h for one in asked]
    times = np.unique(np.concatenate([[0.0], LOOKS[max(ends) >= LOOKS], ends]))
    names = tuple(dict.fromkeys(one.experiment.protocol or "" for one in asked))
    plan = asked[0].experiment.plan
    model, program = bench() if plan is None else ready(plan_called(plan))
    calm = Person(replace(TYPICAL, parameters={} if plan is None else dict(CALM)), world, 0)
    index = {name: i for i, name in enumerate(program.parameters)}
    parameters = np.tile(traits(model, calm), (len(names), 1))
    schedules = []
    for row, name in enumerate(names):
        protocol = links().protocols[name]
        for parameter, factor in protocol.multiply.items():
            parameters[row, index[parameter]] *= factor
        if plan is None:
            own = max(end for one, end in zip(asked * 2, ends, strict=True) if one.experiment.protocol == name)
            schedules.append(holding(protocol, own + 1))
        else:
            schedules.append([e for e in events_of(plan_called(plan), TYPICAL, 1.0) if e.time <= times[-1]])
    task = Task(program, parameters, tabulate(program, schedules), times, outputs, rtol=RTOL, atol=ATOL)
    values = engine.solve(task).values
    rows = [names.index(one.experiment.protocol or "") for one in asked]
    return [
        from_course(one.experiment, times, _marker(one, values[row], outputs))
        for one, row in zip(asked, rows, strict=True)
    ]
