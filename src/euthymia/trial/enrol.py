"""Screening and enrolment: candidates fall ill under their own stress, are rated, and are let in or not.

A candidate's baseline is the state that two years of the episode's stress bring about. The severity rule is applied to
a rating with error, which by itself makes regression to the mean. Where a trial published its baseline, the eligible
are tilted towards that mean. Left out: every other inclusion rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from euthymia.cohort.cohort import RATER, Patient, generator
from euthymia.cohort.weigh import chosen, tilted
from euthymia.engine.lower import lower
from euthymia.engine.program import Program
from euthymia.engine.schedule import tabulate
from euthymia.engine.task import Engine, Task
from euthymia.errors import TrialError
from euthymia.model.assemble import assemble
from euthymia.model.block import Model
from euthymia.model.circumstances import expectancy, life
from euthymia.model.downstream import downstream
from euthymia.model.symptoms.domains import DOMAINS
from euthymia.trial.protocol import Trial
from euthymia.trial.scale import scale
from euthymia.trial.world import World

RUN_IN_HOURS = 2 * 365 * 24.0
POOL = 8  # eligible candidates wanted for each place when a baseline is to be matched
#: what varies between patients without being a parameter of the model: the size of life's events (`trial.calendars`)
OUTSIDE = ("life.volatility",)
MOST_SCREENED = 60  # candidates screened for each place before giving up


@dataclass(frozen=True)
class Person:
    """A patient in a trial: who, and in which world."""

    patient: Patient
    world: World
    world_number: int


@dataclass(frozen=True)
class Enrolment:
    """Who was let in, and how many were looked at."""

    people: tuple[Person, ...]
    screened: int
    too_mild: int
    too_severe: int
    unsolved: int


def base_model() -> Model:
    """Biology and circumstances without any treatment."""
    return assemble((*downstream(), life.block(), expectancy.block()))


def traits(model: Model, person: Person, setting: Mapping[str, float] | None = None) -> np.ndarray:
    """This person's parameter vector in the order of the model, before anything a drug adds.

    `setting` holds parameters by full name that the trial sets, unless the world or the patient says otherwise.
    """
    changed = dict(setting or {}) | person.world.parameters | person.patient.parameters
    for name, factor in person.patient.factors.items():
        if name not in OUTSIDE:
            changed[name] = factor * changed.get(name, model.parameters[name].number)
    return np.array([changed.get(name, value.number) for name, value in model.parameters.items()])


def enrol(trial: Trial, engine: Engine, worlds: tuple[World, ...]) -> Enrolment:
    """Screen candidates until every place is filled; raises `TrialError` if the clinic cannot fill them."""
    places = trial.cohort.size
    rule = trial.cohort.preset.severity
    pool_size = places * POOL if trial.baseline else places
    match_on = trial.baseline.scale if trial.baseline else rule.scale
    eligible: list[tuple[Person, float]] = []
    counts = {"screened": 0, "too_mild": 0, "too_severe": 0, "unsolved": 0}
    model = base_model()
    program = lower(model)
    while len(eligible) < pool_size:
        first = counts["screened"]
        if first >= MOST_SCREENED * places + 100:
            raise TrialError(
                f"only {len(eligible)} of {first} candidates are eligible, {pool_size} are needed",
                rule=f"Cohort '{trial.cohort.preset.name}' lets in {rule.scale} {rule.low:g} to {rule.high:g}.",
                fix="Widen the severity rule or choose another cohort.",
            )
        chunk = max(32, round(1.3 * (pool_size - len(eligible))))
        people = tuple(
            Person(patient, worlds[patient.number % len(worlds)], patient.number % len(worlds))
            for patient in trial.cohort.candidates(first, first + chunk)
        )
        rated_all, totals = _screen(model, program, people, engine, rule.scale, match_on)
        for person, rated, total in zip(people, rated_all, totals, strict=True):
            if len(eligible) == pool_size:
                break
            counts["screened"] += 1
            if np.isnan(rated):
                counts["unsolved"] += 1
            elif rated < rule.low:
                counts["too_mild"] += 1
            elif rated > rule.high:
                counts["too_severe"] += 1
            else:
                eligible.append((person, total))
    return Enrolment(_places(trial, eligible, len(worlds)), **counts)


def _screen(
    model: Model, program: Program, people: tuple[Person, ...], engine: Engine, rule_scale: str, match_on: str
) -> tuple[np.ndarray, np.ndarray]:
    """Each candidate as rated on the rule's scale, and the expected total on the scale to match a baseline on."""
    task = Task(
        program,
        np.stack([traits(model, person) for person in people]),
        tabulate(program, [()] * len(people)),
        np.array([0.0]),
        DOMAINS,
        start=-RUN_IN_HOURS,
    )
    domains = engine.solve(task).values[:, 0, :]
    rated = scale(rule_scale).rated(domains[:, None, :], [person.patient for person in people])[:, 0]
    return rated, scale(match_on).total(domains)


def _places(trial: Trial, eligible: list[tuple[Person, float]], worlds: int) -> tuple[Person, ...]:
    """The people who take the places: first come, or tilted to the published baseline within each world."""
    if trial.baseline is None:
        return tuple(person for person, _ in eligible)
    random = generator(trial.cohort.seed, 0, RATER)
    picked: list[Person] = []
    for world in range(worlds):
        group = [(person, total) for person, total in eligible if person.world_number == world]
        share = trial.cohort.size // worlds + (world < trial.cohort.size % worlds)
        if not group or not share:
            continue
        weights = tilted(np.array([total for _, total in group]), trial.baseline.mean)
        picked += [group[i][0] for i in chosen(weights, share, random)]
    return tuple(picked)
