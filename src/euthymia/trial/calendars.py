"""What everybody in an arm really gets: doses taken, sessions, contact with the trial, and good and bad weeks.

`events` says it for one person, in words; `schedules` says the same for many at once, and a test holds them together
bit for bit. Nothing here depends on the world a person lives in, so a fit may keep a table while it moves parameters.
The assumption that matters: people of one arm differ in what they take, in amounts per kg, in their weeks and in how
light gets through their heads, and in nothing else. Left out: doses taken late or twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from euthymia.cohort.cohort import LIFE, TAKING, Patient, generators
from euthymia.engine.program import Program
from euthymia.engine.schedule import Bolus, Event, Rate, ScheduleTable
from euthymia.engine.schedule_arrays import Boluses, Shared, tabulate_many
from euthymia.model.parameter_table import values_for
from euthymia.treatments.device import Light, device
from euthymia.treatments.plan import Plan
from euthymia.trial.contact import contacts
from euthymia.trial.dosing import CONCENTRATION, events_of
from euthymia.trial.enrol import Person
from euthymia.trial.protocol import Trial

LIFE_STEP_HOURS = 168.0


def events(trial: Trial, plan: Plan, person: Person, seen: np.ndarray) -> list[Event]:
    """Everything that reaches one person until the last visit; `seen` are the hours somebody of the trial is met."""
    end = trial.span * 24.0
    found = [e for e in events_of(plan, person.patient, trial.adherence) if e.time <= end]
    found += contacts(seen[seen <= end])
    found.append(_course(end))
    found += life_events(person.patient, end)
    return found


def life_events(patient: Patient, end: float) -> list[Event]:
    """This patient's good and bad weeks: steps of a mean-reverting random walk (Ornstein-Uhlenbeck)."""
    moments, step = _weeks(end)
    shocks = patient.random(LIFE).standard_normal(len(moments)) * (step * _volatility(patient))
    return [Bolus(float(t), "life_stress", float(size)) for t, size in zip(moments, shocks, strict=True)]


def schedules(
    program: Program, trial: Trial, plan: Plan, people: tuple[Person, ...], seen: np.ndarray
) -> ScheduleTable:
    """The table of everybody's `events`."""
    end = trial.span * 24.0
    found = _Found(shared=[])
    _sessions(found, plan, people, end)
    _doses(found, trial, plan, people, end)
    found.shared.append(_course(end))
    moments, step = _weeks(end)
    steps = np.array([[step * _volatility(person.patient)] for person in people])
    for time, shocks in zip(moments, (_normal(people, len(moments)) * steps).T, strict=True):
        found.add(Bolus(float(time), "life_stress", 0.0), shocks, np.ones(len(people), bool))
    everybody = np.arange(len(people))
    shared = [Shared(everybody, found.shared), Shared(everybody, contacts(seen[seen <= end]))]
    return tabulate_many(program, found.boluses(len(people)), shared, found.own)


@dataclass
class _Found:
    """What is gathered while a table is made: boluses as columns, rates everybody gets, rates of one person."""

    shared: list[Rate]
    own: dict[int, list[Rate]] = field(default_factory=dict)
    columns: list[tuple[Bolus, np.ndarray, np.ndarray]] = field(default_factory=list)

    def add(self, event: Event, sizes: np.ndarray, took: np.ndarray) -> None:
        """One event that everybody in `took` gets, each in his own size."""
        if isinstance(event, Bolus):
            self.columns.append((event, sizes, took))
        elif took.all() and (sizes == sizes[0]).all():
            self.shared.append(event)
        else:
            for row in np.flatnonzero(took):
                self.own.setdefault(int(row), []).append(replace(event, rate=float(sizes[row])))

    def boluses(self, people: int) -> Boluses:
        sizes, given = np.empty((people, len(self.columns))), np.empty((people, len(self.columns)), bool)
        for column, (_, size, took) in enumerate(self.columns):
            sizes[:, column], given[:, column] = size, took
        events = [event for event, _, _ in self.columns]
        return Boluses(np.array([e.time for e in events]), tuple(e.target for e in events), sizes, given)


def _doses(found: _Found, trial: Trial, plan: Plan, people: tuple[Person, ...], end: float) -> None:
    """Every dose as the first person would take it, in the sizes of everybody, for those who take it."""
    taken = _taken(plan, people, trial.adherence)
    for dose, took in zip(plan.doses, taken.T, strict=True):
        alone = Plan((dose,), (), plan.span)
        first = events_of(alone, people[0].patient, 1.0)
        sizes = np.array([[_size(e) for e in first]])
        if dose.unit == "mg/kg":
            sizes = np.array([[_size(e) for e in events_of(alone, person.patient, 1.0)] for person in people])
        for event, size in zip(first, np.broadcast_to(sizes, (len(people), len(first))).T, strict=True):
            if event.time <= end:
                found.add(event, size, took)


def _sessions(found: _Found, plan: Plan, people: tuple[Person, ...], end: float) -> None:
    """Sessions as the first person would have them; light reaches everybody through a head of his own."""
    alone = replace(plan, doses=())
    own = any(isinstance(device(session.protocol), Light) for session in plan.sessions)
    each = [events_of(alone, person.patient, 1.0) for person in (people if own else people[:1])]
    everybody = np.ones(len(people), bool)
    for column, event in enumerate(each[0] if each else ()):
        if event.time <= end:
            sizes = np.array([_size(events[column]) for events in each])
            found.add(event, np.broadcast_to(sizes, len(people)), everybody)


def _size(event: Event) -> float:
    return event.amount if isinstance(event, Bolus) else event.rate


def _taken(plan: Plan, people: tuple[Person, ...], adherence: float) -> np.ndarray:
    """Who takes which dose, (people, doses), drawn as `events_of` draws it."""
    home = np.array([not dose.supervised for dose in plan.doses], bool)
    taken = np.ones((len(people), len(home)), bool)
    for row, random in enumerate(generators(_keys(people), TAKING)):
        own = random.beta(adherence * CONCENTRATION, (1 - adherence) * CONCENTRATION) if adherence < 1 else 1.0
        taken[row, home] = random.random(int(home.sum())) < own
    return taken


def _normal(people: tuple[Person, ...], count: int) -> np.ndarray:
    drawn = np.empty((len(people), count))
    for row, random in enumerate(generators(_keys(people), LIFE)):
        drawn[row] = random.standard_normal(count)
    return drawn


def _keys(people: tuple[Person, ...]) -> list[tuple[int, int]]:
    return [(person.patient.seed, person.patient.number) for person in people]


def _course(end: float) -> Rate:
    return Rate(0.0, "life.course", 1.0, end + 1.0)


def _volatility(patient: Patient) -> float:
    """How large this person's events of life are, relative to the typical patient's."""
    return patient.factors.get("life.volatility", 1.0)


def _weeks(end: float) -> tuple[np.ndarray, float]:
    """When weeks turn, and the spread of how they turn."""
    values = values_for("life")
    step = values["volatility"].number * np.sqrt(2 * LIFE_STEP_HOURS / values["reversion_time"].number)
    return np.arange(LIFE_STEP_HOURS / 2, end, LIFE_STEP_HOURS), float(step)
