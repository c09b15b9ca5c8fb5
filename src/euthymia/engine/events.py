"""Events: what happens to a patient when a condition becomes true.

The engine integrates until a condition changes and stops there; here the events that are due are carried out, in
order of priority, until nothing more happens at that time, and integration goes on. An event that makes another
one's condition true is followed by it at the same time. A quantity that only events change is a parameter, of which
each patient has his own.
The assumption that matters: a condition that comes true and false again within one step is not seen, so steps are
bounded by the spacing of the outputs. Left out: a random order among events of equal priority; they go in the order
in which they are given.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from euthymia.engine.arithmetic import Values, evaluate, evaluate_all
from euthymia.engine.program import Program
from euthymia.engine.task import Engine, Solution, Status, Task
from euthymia.model.expression import Call, Expression, Name, Number

#: an output this close to an event, relative to its time, is taken after it (see `_Patient._before`)
TOGETHER = 1e-9
MOST_AT_ONCE = 10_000
#: how many times a patient may stop, over all
MOST_STOPS = 100_000
_ALARM = "alarm of delayed events"


@dataclass(frozen=True)
class Event:
    """When `trigger` turns true, `assignments` of states or parameters are made, all at once.

    `delay` puts them off; `use_trigger_values` then takes the values of the moment it was triggered. An event that is
    not `persistent` is dropped if its condition is false again before its turn. `fires_at_start`: a condition true at
    the start counts as having just become so. The highest `priority` goes first, none last. What a name is assigned is
    multiplied by its entry in `scales`, as that is just before the assignments are made.
    """

    trigger: Expression
    assignments: tuple[tuple[str, Expression], ...]
    priority: Expression | None = None
    persistent: bool = True
    fires_at_start: bool = False
    use_trigger_values: bool = True
    delay: Expression | None = None
    scales: tuple[tuple[str, Expression], ...] = ()
    name: str = ""


def solve_with_events(engine: Engine, task: Task, events: Sequence[Event]) -> Solution:
    """Every patient of a task to its end, events carried out; outputs may be parameters too.

    An output at the time of an event is the value after it. Failures are statuses, as from any engine.
    """
    if events and not task.program.states:
        task = _standing_still(task)
    carried = [_Patient(task, events, patient) for patient in range(len(task.parameters))]
    for patient in carried:
        patient.begin()
    watching = _watching(task, events)
    while active := [i for i, patient in enumerate(carried) if patient.going]:
        part = replace(
            watching.subset(np.asarray(active)),
            parameters=np.array([carried[i].row(events) for i in active]),
            initial=np.array([carried[i].states for i in active]),
            start=np.array([carried[i].time for i in active]),
        )
        found = engine.solve(part)
        for row, i in enumerate(active):
            carried[i].follow(found, row)
    values = np.array([patient.outputs() for patient in carried]).reshape(
        len(carried), len(task.times), len(task.outputs)
    )
    ended = np.array([patient.states for patient in carried]).reshape(len(carried), len(task.program.states))
    return Solution(values, tuple(p.status for p in carried), np.full(len(carried), math.inf), ended)


def _standing_still(task: Task) -> Task:
    """A state that never changes, so that an engine has something to carry while it watches the time."""
    still = replace(task.program, states=("nothing",), initial=(Number(0.0),), derivatives=(Number(0.0),))
    return replace(task, program=still, initial=None, atol=1.0)


def _watching(task: Task, events: Sequence[Event]) -> Task:
    """The task with the conditions of events, and the alarm that wakes delayed ones, watched."""
    program = task.program
    triggers = tuple(event.trigger for event in events)
    parameters = program.parameters
    if any(event.delay is not None for event in events):
        triggers += (Call(">=", (Name("time"), Name(_ALARM))),)
        parameters += (_ALARM,)
    return replace(
        task, program=replace(program, parameters=parameters, triggers=triggers), outputs=program.states, after=True
    )


@dataclass
class _Due:
    """An event whose turn comes at `time`; `values` are set if those of the moment it was triggered count."""

    time: float
    event: int
    values: list[float] | None


class _Patient:
    """One patient on his way: where he stands, what he waits for, what has been written down."""

    def __init__(self, task: Task, events: Sequence[Event], patient: int):
        self.task, self.events, self.program = task, events, task.program
        self.parameters = np.array(task.parameters[patient], float)
        self.time = float(task.starts[patient])
        self.states = self._initial(patient)
        self.truths = [not event.fires_at_start for event in events]
        self.waiting: list[_Due] = []
        self.status = Status(True)
        self.going = bool(len(task.times))
        self.stops = 0
        self.settled = np.zeros(len(task.times), bool)
        self.written = np.full((len(task.times), len(self.states)), np.nan)
        self.in_force = np.repeat(self.parameters[None, :], len(task.times), axis=0)

    def _initial(self, patient: int) -> np.ndarray:
        if self.task.initial is not None:
            return np.array(self.task.initial[patient], float)
        known = dict(zip(self.program.parameters, self.parameters, strict=True))
        return np.array([float(evaluate(e, known)) for e in self.program.initial])

    def row(self, events: Sequence[Event]) -> np.ndarray:
        """His parameters as the engine takes them, with the next alarm where events can be delayed."""
        if all(event.delay is None for event in events):
            return self.parameters
        return np.append(self.parameters, min((due.time for due in self.waiting), default=math.inf))

    def values(self, ahead: float = 0.0) -> Values:
        """Everything that has a value now, or `ahead` of now along the tangent."""
        known = self._known(self.states, self.time)
        if ahead:
            with np.errstate(all="ignore"):
                slopes = np.array([float(evaluate(e, known)) for e in self.program.derivatives])
                known = self._known(self.states + ahead * slopes, self.time + ahead)
        return known

    def _known(self, states: np.ndarray, time: float) -> Values:
        return values_at(self.program, self.parameters, states, time)

    # -- on the way ----------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Events that happen at the start; where nothing moves there is nothing to integrate."""
        self._carry_out(self._truths(self.values()))
        self._write(self._near())
        if not len(self.states):
            self.in_force[:] = self.parameters
            self.going = False

    def follow(self, found: Solution, row: int) -> None:
        """Take over what an engine found, and carry out what is due where it stopped."""
        times = np.asarray(self.task.times)
        status = found.status[row]
        if not status.ok:
            self.going, self.status = False, status
            return
        stopped = float(found.stopped[row])
        reached = (times >= self.time) & (times <= stopped) & ~self.settled
        self.written[reached] = found.values[row, reached]
        if not stopped <= times[-1]:
            self.going = False
            return
        self.time, self.states = stopped, np.array(found.states[row], float)
        self.stops += 1
        truths = self._changed()
        before = self._before(truths)
        self._write(before)
        self.settled |= before
        self._carry_out(truths)
        self._write(self._near())
        if self.stops > MOST_STOPS and self.going:
            self._fail(f"conditions changed more than {MOST_STOPS} times: look for an event that undoes itself")

    def outputs(self) -> np.ndarray:
        """The outputs asked for at every time, from the states and parameters written down."""
        times = np.asarray(self.task.times, float)
        if not self.status.ok or not len(times):
            return np.full((len(times), len(self.task.outputs)), np.nan)
        known = values_at(self.program, self.in_force.T, self.written.T, times)
        return np.array([np.broadcast_to(known[name], times.shape) for name in self.task.outputs]).T

    def _near(self) -> np.ndarray:
        """Which outputs are asked for just now."""
        return np.abs(np.asarray(self.task.times) - self.time) <= TOGETHER * self._scale

    @property
    def _scale(self) -> float:
        times = self.task.times
        return max(abs(self.time), float(times[-1] - times[0]))

    def _before(self, truths: list[bool]) -> np.ndarray:
        """Which outputs just now come before what happens: at 5, `time > 5` is still to come and `time >= 5` is not."""
        before = np.zeros(len(self.task.times), bool)
        turned = [e for e, is_true, was in zip(self.events, truths, self.truths, strict=True) if is_true and not was]
        if turned and any(near := self._near()):
            moment = 2 * TOGETHER * self._scale
            early, now, late = (self.values(ahead) for ahead in (-moment, 0.0, moment))
            before[near] = not any(_just_there(event.trigger, early, now, late) for event in turned)
        return before

    def _write(self, outputs: np.ndarray) -> None:
        """Write down what holds now for these outputs, and the parameters for all that are to come."""
        outputs = outputs & ~self.settled
        to_come = (np.asarray(self.task.times) > self.time) & ~self.settled
        self.written[outputs] = self.states
        self.in_force[outputs | to_come] = self.parameters

    def _fail(self, reason: str) -> None:
        self.going, self.status = False, Status(False, reason, self.time)

    # -- events --------------------------------------------------------------------------------------------

    def _truths(self, known: Values) -> list[bool]:
        return [bool(evaluate(event.trigger, known) != 0) for event in self.events]

    def _changed(self) -> list[bool]:
        """Conditions where the engine stopped. It may round otherwise, so if none has changed, look just ahead."""
        truths = self._truths(self.values())
        scale = max(abs(self.time), 1e-3)
        for ahead in (1e-14, 1e-13, 1e-12, 1e-11, 1e-10):
            if truths != self.truths or any(due.time <= self.time for due in self.waiting):
                break
            truths = self._truths(self.values(ahead * scale))
        return truths

    def _carry_out(self, truths: list[bool]) -> None:
        """Everything due now, and whatever follows from it at once."""
        self._notice(truths)
        for _ in range(MOST_AT_ONCE):
            due = [one for one in self.waiting if one.time <= self.time + 1e-12 * abs(self.time)]
            if not due:
                return
            known = self.values()
            first = max(due, key=lambda one: self._priority(one.event, known))
            self.waiting.remove(first)
            self._assign(first, known)
            self._notice(self._truths(self.values()))
        self._fail(f"more than {MOST_AT_ONCE} events follow from each other at one time")

    def _notice(self, truths: list[bool]) -> None:
        """Conditions that have just turned true put their event in line; some that turned false take it out."""
        before, self.truths = self.truths, truths
        known = self.values()
        for i, event in enumerate(self.events):
            if truths[i] and not before[i]:
                delay = 0.0 if event.delay is None else max(float(evaluate(event.delay, known)), 0.0)
                values = [float(evaluate(e, known)) for _, e in event.assignments] if event.use_trigger_values else None
                self.waiting.append(_Due(self.time + delay, i, values))
            elif before[i] and not truths[i] and not event.persistent:
                self.waiting = [due for due in self.waiting if due.event != i]

    def _priority(self, event: int, known: Values) -> float:
        formula = self.events[event].priority
        worth = -math.inf if formula is None else float(evaluate(formula, known))
        return -math.inf if math.isnan(worth) else worth

    def _assign(self, due: _Due, known: Values) -> None:
        assignments = self.events[due.event].assignments
        values = [float(evaluate(e, known)) for _, e in assignments] if due.values is None else due.values
        scales = {name: float(evaluate(scale, known)) for name, scale in self.events[due.event].scales}
        for (name, _), unscaled in zip(assignments, values, strict=True):
            value = unscaled * scales.get(name, 1.0)
            if name in self.program.states:
                self.states[self.program.states.index(name)] = value
            else:
                self.parameters[self.program.parameters.index(name)] = value


def _just_there(condition: Expression, early: Values, now: Values, late: Values) -> float:
    """A condition at the very moment at which what it compares meets: `a > b` is still false, `a >= b` is true.

    Two sides meet if their order is not the same a moment earlier and a moment later, so rounding has no say.
    """
    match condition:
        case Call(operator="<" | "<=" | ">" | ">=" as operator, arguments=(left, right)):
            before, after = (float(evaluate(left, at) - evaluate(right, at)) for at in (early, late))
            if before != after and before * after <= 0:
                return float(operator.endswith("="))
        case Call(operator="where", arguments=(test, yes, no)):
            chosen = yes if _just_there(test, early, now, late) else no
            return _just_there(chosen, early, now, late)
    return float(evaluate(condition, now))


def values_at(program: Program, parameters: np.ndarray, states: np.ndarray, time: float | np.ndarray) -> Values:
    """Every named quantity of a program, given parameters and states (first index) at one or many times."""
    known: Values = {"time": time}
    known |= dict(zip(program.parameters, parameters, strict=True))
    known |= dict(zip(program.states, states, strict=True))
    return evaluate_all(program.algebraic, known)
