"""People an experiment is done on, made once and asked again under other parameters.

A person's parameters are affine in the world's (own traits stay, factors multiply), so they are found by asking twice
and then cost a multiplication. Schedules depend on the world through the weights of contact alone and are kept by them.
The assumption that matters: nothing a person is depends on two parameters of the world at once. Left out: adherence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from euthymia.cohort.cohort import Cohort, Patient
from euthymia.engine.program import Program
from euthymia.engine.schedule import ScheduleTable, tabulate
from euthymia.engine.task import Task
from euthymia.model.block import Model
from euthymia.trial.calendars import schedules
from euthymia.trial.conduct import drawn, ready, seen_hours
from euthymia.trial.enrol import RUN_IN_HOURS, Person, traits
from euthymia.trial.protocol import Trial
from euthymia.trial.world import World

RTOL, ATOL = 1e-4, 1e-6
CALM = {"life.episode": 0.0, "life.habitual": 0.0}
KEPT = 4  # schedules remembered


@dataclass(frozen=True)
class Crowd:
    """People in one program: parameters are `intercept + slope * world` (people, parameters)."""

    program: Program
    numbers: np.ndarray
    intercept: np.ndarray
    slope: np.ndarray
    schedule_in: Callable[[World], ScheduleTable]
    start: float
    _kept: dict[tuple[tuple[str, float], ...], ScheduleTable] = field(default_factory=dict, compare=False, repr=False)

    def parameters(self, world: World) -> np.ndarray:
        """Everybody's parameters in a world, (people, parameters)."""
        base = self.numbers.copy()
        for index, name in enumerate(self.program.parameters):
            if name in world.parameters:
                base[index] = world.parameters[name]
        return self.intercept + self.slope * base

    def schedule(self, world: World) -> ScheduleTable:
        """Everybody's schedule in a world."""
        key = tuple(sorted((name, value) for name, value in world.parameters.items() if name.startswith("contacts.")))
        if key not in self._kept:
            if len(self._kept) >= KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = self.schedule_in(world)
        return self._kept[key]

    def task(self, world: World, times: np.ndarray, outputs: tuple[str, ...]) -> Task:
        """The integration that reads `outputs` at `times` (hours)."""
        return Task(
            self.program, self.parameters(world), self.schedule(world), times, outputs, start=self.start,
            rtol=RTOL, atol=ATOL,
        )  # fmt: skip


def untreated(model: Model, program: Program, patients: tuple[Patient, ...]) -> Crowd:
    """People at the end of their run-in, before anything is done."""
    table = tabulate(program, [()] * len(patients))

    def asked(world: World) -> np.ndarray:
        return np.stack([traits(model, Person(patient, world, 0)) for patient in patients])

    return Crowd(program, *_affine(model, asked), lambda world: table, -RUN_IN_HOURS)


def treated(design: Trial, patients: tuple[Patient, ...]) -> Crowd:
    """People in the only arm of a trial."""
    plan = next(iter(design.arms.values()))
    model, program = ready(plan)
    seen = seen_hours(design, np.array(design.visits) * 24.0)

    def people(world: World) -> tuple[Person, ...]:
        return tuple(Person(patient, world, 0) for patient in patients)

    def asked(world: World) -> np.ndarray:
        return drawn(design, plan, people(world), seen)[0]

    return Crowd(
        program,
        *_affine(model, asked),
        lambda world: schedules(program, design, plan, people(world), seen),
        -RUN_IN_HOURS,
    )


def _affine(model: Model, asked: Callable[[World], np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The model's own numbers, and how everybody's parameters follow the world's, from two worlds."""
    own = np.array([value.number for value in model.parameters.values()])
    moved = 1.1 * own + 0.1
    one = asked(World(dict(zip(model.parameters, own.tolist(), strict=True))))
    other = asked(World(dict(zip(model.parameters, moved.tolist(), strict=True))))
    slope = (other - one) / (moved - own)
    slope[other == one] = 0.0
    return own, one - slope * own, slope


def well(patient: Patient, people: Cohort) -> Patient:
    """The same person without vulnerability and without stress: genotype and gains stay, loads and life do not."""
    spreads: Mapping[str, object] = people.preset.varies
    kept = {
        name: number
        for name, number in patient.parameters.items()
        if getattr(spreads.get(name), "kind", None) == "choice"
    }
    factors = {name: number for name, number in patient.factors.items() if name not in CALM}
    return replace(patient, parameters=kept | CALM, factors=factors)
