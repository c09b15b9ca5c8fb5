"""People an experiment is done on, made once and asked again under other parameters.

A person's parameters are affine in those of a person without traits (own traits stay, factors multiply), so they are
found by asking twice and then cost a multiplication. Schedules depend on the world through the weights of contact at
most, and are kept by them.
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
from euthymia.model.parameter_table import values_for
from euthymia.trial.calendars import schedules
from euthymia.trial.conduct import drawn, ready, seen_hours
from euthymia.trial.enrol import RUN_IN_HOURS, Person, traits
from euthymia.trial.protocol import Trial
from euthymia.trial.world import World

RTOL, ATOL = 1e-4, 1e-6
CALM = {"life.episode": 0.0, "life.habitual": 0.0}
KEPT = 4  # schedules remembered


#: nobody in particular: what the world alone makes of a person
NOBODY = Patient(0, 0, {}, {}, {"weight": 70.0, "optics": "median"})


@dataclass(frozen=True)
class Crowd:
    """People in one program: parameters are `intercept + slope * nobody's` (people, parameters).

    `nobody_in` gives the parameters of a person without traits in a world; `fixed` is the schedule where no world
    changes it.
    """

    program: Program
    intercept: np.ndarray
    slope: np.ndarray
    nobody_in: Callable[[World], np.ndarray]
    schedule_in: Callable[[World], ScheduleTable]
    start: float
    fixed: ScheduleTable | None = None
    _kept: dict[tuple[tuple[str, float], ...], ScheduleTable] = field(default_factory=dict, compare=False, repr=False)

    def parameters(self, world: World) -> np.ndarray:
        """Everybody's parameters in a world, (people, parameters)."""
        return self.intercept + self.slope * self.nobody_in(world)

    def schedule(self, world: World) -> ScheduleTable:
        """Everybody's schedule in a world."""
        if self.fixed is not None:
            return self.fixed
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

    def asked(those: tuple[Patient, ...], world: World) -> np.ndarray:
        return np.stack([traits(model, Person(patient, world, 0)) for patient in those])

    intercept, slope = _affine(model, lambda world: asked((*patients, NOBODY), world))
    return Crowd(
        program, intercept, slope, lambda world: asked((NOBODY,), world)[0], lambda world: table, -RUN_IN_HOURS, table
    )


def treated(design: Trial, patients: tuple[Patient, ...]) -> Crowd:
    """People in the only arm of a trial."""
    plan = next(iter(design.arms.values()))
    model, program = ready(plan)
    seen = seen_hours(design, np.array(design.visits) * 24.0)

    def asked(those: tuple[Patient, ...], world: World) -> tuple[np.ndarray, ScheduleTable]:
        return drawn(design, plan, tuple(Person(patient, world, 0) for patient in those), seen)

    def scheduled(world: World) -> ScheduleTable:
        return schedules(program, design, plan, tuple(Person(patient, world, 0) for patient in patients), seen)

    intercept, slope = _affine(model, lambda world: asked((*patients, NOBODY), world)[0])
    still, moved = scheduled(World({})), scheduled(World(_contacts(moved=True)))
    same = all(np.array_equal(getattr(still, part), getattr(moved, part)) for part in ("offsets", "time", "value"))
    return Crowd(
        program, intercept, slope, lambda world: asked((NOBODY,), world)[0][0], scheduled, -RUN_IN_HOURS,
        still if same else None,
    )  # fmt: skip


def _affine(model: Model, asked: Callable[[World], np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """How everybody's parameters follow those of nobody in particular, who is the last that `asked` gives.

    Found in two worlds in which every parameter and every weight of contact differs; a parameter that the weights set
    is left to them.
    """
    by_contact = asked(World({}))[-1] != asked(World(_contacts(moved=True)))[-1]
    own = {
        name: value.number
        for (name, value), set_by in zip(model.parameters.items(), by_contact, strict=True)
        if not set_by
    }
    one = asked(World(own | _contacts(moved=False)))
    other = asked(World({name: _moved(number) for name, number in own.items()} | _contacts(moved=True)))
    apart = other[-1] - one[-1]
    slope = np.where(apart != 0, (other - one) / np.where(apart != 0, apart, 1.0), 0.0)
    return (one - slope * one[-1])[:-1], slope[:-1]


def _contacts(moved: bool) -> dict[str, float]:
    """Every weight of contact, as it is or elsewhere."""
    found = {f"contacts.{name}": value.number for name, value in values_for("contacts").items()}
    return {name: _moved(number) for name, number in found.items()} if moved else found


def _moved(number: float) -> float:
    return 1.1 * number + 0.1


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
