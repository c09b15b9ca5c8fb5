"""What a solver is given and what it gives back: one interface for every engine.

Times are hours. A patient who cannot be solved is a `Status` in the answer, never an exception.
The assumption that matters: every stop is known before the run starts. What a state triggers ends the run of that
patient (`Program.triggers`); carrying on from there is another task, which starts at `Solution.states`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from euthymia.engine.program import Program
from euthymia.engine.schedule import Kind, ScheduleTable
from euthymia.errors import ModelError, UnknownName


@dataclass(frozen=True)
class Task:
    """Patients to integrate: `parameters` is (patients, parameters), `times` (times,) in hours, ascending.

    Integration starts at `start`, one time for all or one for each patient, from the program's initial values or from
    `initial` (patients, states). With `initial`, boluses before the start have been given and are passed over; without
    it they are a mistake. Inputs set before the start are in force. Outputs before a start of one's own are not a
    number. An output at the exact time of a stop is the value before it (the trough), or with `after` the one after it.
    `atol` is one number for all states, or one for each. `longest_step` is a day where time stands in the equations and
    a week elsewhere, unless given.
    """

    program: Program
    parameters: np.ndarray
    schedule: ScheduleTable
    times: np.ndarray
    outputs: tuple[str, ...]
    start: float | np.ndarray = 0.0
    initial: np.ndarray | None = None
    after: bool = False
    rtol: float = 1e-5
    atol: float | np.ndarray = 1e-8
    max_steps: int = 200_000
    first_step: float = 0.05
    least_step: float = 1e-9
    longest_step: float | None = None

    @property
    def starts(self) -> np.ndarray:
        """Start of every patient (patients,)."""
        return np.ascontiguousarray(np.broadcast_to(np.asarray(self.start, float), (len(self.parameters),)))

    @property
    def sources(self) -> np.ndarray:
        """Where each output stands among everything that can be observed; raises `UnknownName`."""
        where = {name: i for i, name in enumerate(self.program.names)}
        for name in self.outputs:
            if name not in where:
                raise UnknownName("output", name, where)
        return np.asarray([where[name] for name in self.outputs], np.int64)

    def subset(self, patients: np.ndarray) -> Task:
        """The same task for some of its patients, by index."""
        table = self.schedule
        rows = [table.rows(patient) for patient in patients]
        chosen = np.concatenate([np.arange(r.start, r.stop) for r in rows] or [np.empty(0)]).astype(np.int64)
        offsets = np.cumsum([0] + [r.stop - r.start for r in rows])
        part = ScheduleTable(offsets, table.time[chosen], table.kind[chosen], table.target[chosen], table.value[chosen])
        return replace(
            self,
            parameters=self.parameters[patients],
            schedule=part,
            start=self.starts[patients],
            initial=None if self.initial is None else self.initial[patients],
        )


@dataclass(frozen=True)
class Status:
    """How one patient ended: `ok`, or what failed, when, and what to try."""

    ok: bool
    message: str = "ok"
    time: float | None = None


@dataclass(frozen=True)
class Solution:
    """`values` is (patients, times, outputs), not-a-number where a patient failed; one `Status` a patient.

    `stopped` (patients,) is when a trigger of the program changed, infinite if none did, and `states`
    (patients, states) are the states at that moment. Outputs after it are not a number.
    """

    values: np.ndarray
    status: tuple[Status, ...]
    stopped: np.ndarray
    states: np.ndarray

    @property
    def failures(self) -> tuple[tuple[int, Status], ...]:
        return tuple((i, s) for i, s in enumerate(self.status) if not s.ok)


class Engine(Protocol):
    """Anything that solves a `Task`."""

    @property
    def name(self) -> str:
        """What reports and run headers call it."""
        ...

    def solve(self, task: Task) -> Solution: ...


#: tolerances beyond these make no sense: rounding alone is larger, or the answer would have no digit
TIGHTEST, LOOSEST = 1e-14, 1.0


def checked(task: Task) -> Task:
    """The task itself, if it can be solved; raises `ModelError` or `UnknownName` before anything is."""
    patients, parameters = len(task.parameters), len(task.program.parameters)
    if task.parameters.shape != (patients, parameters) or task.schedule.patients != patients:
        raise ModelError(
            f"the task has parameters of shape {task.parameters.shape} and schedules for "
            f"{task.schedule.patients} patients",
            rule=f"One row of {parameters} parameters and one schedule for each patient.",
            fix="Build both from the same list of patients.",
        )
    _check_times(task)
    _check_tolerances(task)
    _check_past(task)
    states = len(task.program.states)
    if task.initial is not None and task.initial.shape != (patients, states):
        raise ModelError(
            f"the task starts from values of shape {task.initial.shape}",
            rule=f"One row of {states} states for each of {patients} patients.",
            fix="Leave `initial` out to start from the program's own values.",
        )
    task.sources  # raises for an output the program does not have  # noqa: B018
    return task


def _check_times(task: Task) -> None:
    times = np.asarray(task.times)
    start = float(task.start) if np.ndim(task.start) == 0 else -np.inf
    if not np.all(np.isfinite(task.start)):
        raise ModelError("a start is not a finite time", rule="Starts are finite hours.", fix="Start at 0.")
    if np.any(np.diff(times) < 0) or np.any(times < start) or not np.all(np.isfinite(times)):
        raise ModelError(
            "the output times are not ascending from the start of the run",
            rule=f"Times are finite hours, ascending, none before the start ({start:g} h).",
            fix="Sort them, or start the run earlier.",
        )


def _check_tolerances(task: Task) -> None:
    absolute = np.asarray(task.atol, float)
    if not (TIGHTEST <= task.rtol <= LOOSEST and np.all(absolute > 0) and np.all(np.isfinite(absolute))):
        raise ModelError(
            f"a tolerance makes no sense (rtol {task.rtol:g}, smallest atol {absolute.min(initial=np.inf):g})",
            rule=f"rtol is between {TIGHTEST:g} and {LOOSEST:g}; atol is finite and above zero.",
            fix="Take 1e-5 and 1e-8, for example.",
        )
    if absolute.shape not in ((), (1,), (len(task.program.states),)):
        raise ModelError(
            f"there are {absolute.size} absolute tolerances for {len(task.program.states)} states",
            rule="atol is one number, or one for each state.",
            fix="Give one number to start with.",
        )
    longest = np.inf if task.longest_step is None else task.longest_step
    if not (0 < task.least_step <= task.first_step <= longest and task.max_steps > 0):
        raise ModelError(
            f"the limits of the steps make no sense (least {task.least_step:g}, first {task.first_step:g}, "
            f"longest {longest:g}, at most {task.max_steps})",
            rule="0 < least_step <= first_step <= longest_step, and max_steps is above zero.",
            fix="Leave them out.",
        )


def _check_past(task: Task) -> None:
    """A dose before the start would be lost without a word."""
    if task.initial is not None:
        return
    table = task.schedule
    owner = np.repeat(np.arange(table.patients), np.diff(table.offsets))
    past = np.flatnonzero((table.kind == Kind.ADD) & (table.time < task.starts[owner]))
    if len(past):
        first = int(past[0])
        state = task.program.states[int(table.target[first])]
        raise ModelError(
            f"the schedule of patient {int(owner[first])} adds to '{state}' at {table.time[first]:g} h, before the "
            f"start of the run ({task.starts[owner[first]]:g} h)",
            rule="A run cannot give what lies in its past.",
            fix="Start earlier, or give `initial` if the run goes on from a state that has had these doses.",
        )
