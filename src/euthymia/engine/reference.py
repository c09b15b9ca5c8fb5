"""The slow obvious solver every fast path is tested against: SciPy, one patient at a time.

Each stretch between two stops is integrated on its own, so every dose lands exactly. LSODA does the work; a stretch
it cannot finish is tried again with Radau, and a patient neither can finish becomes a `Status`.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np

from euthymia.engine.program import Program
from euthymia.engine.schedule import Kind
from euthymia.engine.task import Solution, Status, Task, checked
from euthymia.model.expression import OPERATORS, Call, Expression, Name, Number, rename


class ReferenceEngine:
    """SciPy's LSODA with Radau behind it; `workers` processes share the patients (the answer does not depend on it)."""

    name = "reference"

    def __init__(self, workers: int | None = None):
        self.workers = workers or os.cpu_count() or 1

    def solve(self, task: Task) -> Solution:
        """Integrate every patient of `task`; failures are statuses, never exceptions."""
        checked(task)
        patients = task.parameters.shape[0]
        if self.workers == 1 or patients < 4:
            return _solve(task)
        cuts = np.linspace(0, patients, min(self.workers * 4, patients) + 1).astype(int)
        shares = [task.subset(np.arange(a, b)) for a, b in itertools.pairwise(cuts)]
        with ProcessPoolExecutor(self.workers) as pool:
            parts = list(pool.map(_solve, shares))
        return Solution(
            np.concatenate([part.values for part in parts]),
            tuple(s for part in parts for s in part.status),
            np.concatenate([part.stopped for part in parts]),
            np.concatenate([part.states for part in parts]),
        )


def _solve(task: Task) -> Solution:
    translation = Translation(task.program)
    patients = task.parameters.shape[0]
    values = np.full((patients, len(task.times), len(task.outputs)), np.nan)
    stopped, states = np.full(patients, np.inf), np.full((patients, len(task.program.states)), np.nan)
    statuses = []
    for patient in range(patients):
        try:
            stopped[patient], states[patient] = _solve_patient(translation, task, patient, values[patient])
            statuses.append(Status(True))
        except _Stuck as stuck:
            values[patient] = np.nan
            statuses.append(Status(False, str(stuck), stuck.time))
        except (ArithmeticError, ValueError) as error:
            values[patient] = np.nan
            reason = f"an equation has no value here ({error}); look at this patient's parameters"
            statuses.append(Status(False, reason))
    return Solution(values, tuple(statuses), stopped, states)


class _Stuck(Exception):
    def __init__(self, time: float, reason: str):
        super().__init__(f"{reason} at {time:.1f} h; loosen the tolerance or look at this patient's parameters")
        self.time = time


def _solve_patient(translation: Translation, task: Task, patient: int, answer: np.ndarray) -> tuple[float, np.ndarray]:
    """Fill `answer` (times, outputs); when a trigger stopped the patient, and the states there."""
    parameters = task.parameters[patient].tolist()
    initial = translation.initial(parameters) if task.initial is None else task.initial[patient]
    state = np.array(initial, float)
    inputs = list(translation.input_initial(parameters))
    now = float(task.starts[patient])
    table, rows = task.schedule, task.schedule.rows(patient)
    columns = (table.time[rows], table.kind[rows], table.target[rows], table.value[rows])
    stops = [(float(t), int(k), int(at), float(v)) for t, k, at, v in zip(*columns, strict=True)]
    while stops and stops[0][0] < now:  # boluses given before the start are in `initial`
        _, kind, target, value = stops.pop(0)
        if kind == Kind.SET:
            inputs[target] = value
    read = translation.reader(task.outputs)
    armed = translation.triggers(now, state, parameters, inputs)
    at = int(np.searchsorted(task.times, now, side="left"))
    while at < len(task.times):
        end = min(stops[0][0], task.times[-1]) if stops else task.times[-1]
        lands = bool(stops) and stops[0][0] <= end
        upto = int(np.searchsorted(task.times, end, side="left" if task.after and lands else "right"))
        wanted = task.times[at:upto]
        points = np.append(wanted, end)
        changed = np.inf
        if armed:
            watched = (translation, armed, task, state, now, points, parameters, inputs)
            changed, path = _watched_stretch(*watched)
        else:
            path = _stretch(translation.rhs, state, now, points, (parameters, inputs), task)
        for row, (time, y) in enumerate(zip(wanted, path, strict=False)):
            if time <= changed:
                answer[at + row] = read(time, y, parameters, inputs)
        state, now, at = path[-1].copy(), end, upto
        if changed < np.inf:
            return changed, state
        while stops and stops[0][0] <= now:
            _, kind, target, value = stops.pop(0)
            if kind == Kind.ADD:
                state[target] += value
            else:
                inputs[target] = value
    return np.inf, np.full(len(state), np.nan)


def _stretch(
    rhs: Callable, state: np.ndarray, start: float, times: np.ndarray, arguments: tuple, task: Task
) -> np.ndarray:
    """States at `times` (ascending, all ≥ start) with nothing switched on the way."""
    from scipy.integrate import odeint, solve_ivp

    if times[-1] == start:
        return np.repeat(state[None, :], len(times), axis=0)
    points = np.concatenate([[start], times])
    path, told = odeint(
        rhs, state, points, args=arguments, tfirst=True, rtol=task.rtol, atol=task.atol,
        mxstep=task.max_steps, full_output=True, printmessg=False,
    )  # fmt: skip
    if told["message"] == "Integration successful." and np.all(np.isfinite(path)):
        return path[1:]
    apart, place = np.unique(times, return_inverse=True)  # solve_ivp refuses a time that comes twice
    again = solve_ivp(
        rhs, (start, times[-1]), state, "Radau", t_eval=apart, args=arguments, rtol=task.rtol, atol=task.atol
    )
    if not again.success or not np.all(np.isfinite(again.y)):
        reached = float(again.t[-1]) if len(again.t) else start
        raise _Stuck(reached, "neither LSODA nor Radau could go on")
    return again.y.T[place]


#: looks along one step for a trigger that changed, and halvings between two looks
_LOOKS, _HALVINGS = 8, 50


def _watched_stretch(
    translation: Translation,
    armed: tuple[float, ...],
    task: Task,
    state: np.ndarray,
    start: float,
    times: np.ndarray,
    parameters: list[float],
    inputs: list[float],
) -> tuple[float, np.ndarray]:
    """As `_stretch`, but up to the first change of a trigger: its time, and states with that moment's as the last."""
    from scipy.integrate import LSODA

    def changed(time: float, y: np.ndarray) -> bool:
        return translation.triggers(time, y, parameters, inputs) != armed

    path = np.full((len(times), len(state)), np.nan)
    if changed(start, state):
        path[:] = state
        return start, path
    if times[-1] == start:
        return np.inf, np.repeat(state[None, :], len(times), axis=0)

    def rhs(time: float, y: np.ndarray) -> np.ndarray:
        return np.asarray(translation.rhs(time, y, parameters, inputs))

    absolute: Any = task.atol  # SciPy takes one for each state too
    solver = LSODA(rhs, start, state, times[-1], rtol=task.rtol, atol=absolute)
    while solver.status == "running":
        told = solver.step()
        if solver.status == "failed":
            raise _Stuck(float(solver.t), f"LSODA could not go on ({told})")
        before, between = float(solver.t_old or start), solver.dense_output()
        inside = (times >= before) & (times <= solver.t)
        path[inside] = between(times[inside]).T
        low = before
        for high in np.linspace(before, solver.t, _LOOKS + 1)[1:]:
            if changed(high, between(high)):
                for _ in range(_HALVINGS):
                    middle = low + (high - low) / 2
                    low, high = (low, middle) if changed(middle, between(middle)) else (middle, high)
                path[times > high] = np.nan
                path[-1] = between(high)
                return float(high), path
            low = high
    path[-1] = solver.y
    return np.inf, path


class Translation:
    """A program as Python functions of (time, state, parameters, inputs)."""

    def __init__(self, program: Program):
        self.program = program
        self._names = {name: f"p[{i}]" for i, name in enumerate(program.parameters)}
        self._names |= {name: f"y[{i}]" for i, name in enumerate(program.states)}
        self._names |= {name: f"u[{i}]" for i, name in enumerate(program.inputs)}
        self._names |= {name: f"v{i}" for i, (name, _) in enumerate(program.algebraic)}
        lines = [f"    {self._names[name]} = {self._text(e)}" for name, e in program.algebraic]
        self._values = "\n".join(lines)
        rates = "".join(f"{self._text(e)}, " for e in program.derivatives)
        self.rhs = self._function(f"def f(time, y, p, u):\n    y = y.tolist()\n{self._values}\n    return ({rates})")
        conditions = "".join(f"float({self._text(e)}), " for e in program.triggers)
        self.triggers = self._function(f"def f(time, y, p, u):\n{self._values}\n    return ({conditions})")
        self.initial = self._start(program.initial)
        self.input_initial = self._start(program.input_initial)

    def reader(self, outputs: tuple[str, ...]) -> Callable:
        """A function giving `outputs` at one time."""
        wanted = ", ".join(self._names[name] for name in outputs)
        return self._function(f"def f(time, y, p, u):\n{self._values}\n    return ({wanted},)")

    def _start(self, expressions: tuple[Expression, ...]) -> Callable:
        inner = ", ".join(self._text(e) for e in expressions)
        return self._function(f"def f(p):\n    return ({inner}{',' if expressions else ''})")

    def _text(self, expression: Expression) -> str:
        return _python(rename(expression, self._names))

    @staticmethod
    def _function(source: str) -> Callable:
        scope: dict = dict(_SCOPE)
        exec(source, scope)  # source is made from parsed expression trees alone
        return scope["f"]


def _python(expression: Expression) -> str:
    """Python source, fully bracketed, with powers as calls: to a fraction, a non-positive base gives 0."""
    match expression:
        case Number(value=value):
            return f"({value!r})"  # `inf` and `nan` are names in the scope
        case Name(id=name):
            return name
        case Call(operator="^", arguments=(base, Number(value=whole))) if whole == int(whole):
            return f"({_python(base)} ** {int(whole)})"
        case Call(operator="^", arguments=(base, exponent)):
            return f"raised({_python(base)}, {_python(exponent)})"
        case Call(operator="neg", arguments=(inner,)):
            return f"(-{_python(inner)})"
        case Call(operator="where", arguments=(test, yes, no)):
            return f"({_python(yes)} if {_python(test)} else {_python(no)})"
        case Call(operator=operator, arguments=(left, right)) if operator in OPERATORS:
            return f"({_python(left)} {operator} {_python(right)})"
        case Call(operator=operator, arguments=arguments):
            return f"{operator}({', '.join(_python(a) for a in arguments)})"


def _raised(base: float, exponent: float) -> float:
    return base**exponent if base > 0 else 0.0


def _pow(base: float, exponent: float) -> float:
    """As IEEE arithmetic has it; Python raises where that gives ∞ or not-a-number."""
    try:
        return math.pow(base, exponent)
    except ValueError:
        return math.inf if base == 0 else math.nan
    except OverflowError:
        return math.inf if base > 0 or exponent % 2 == 0 else -math.inf


def _exp(x: float) -> float:
    return math.exp(min(max(x, -700.0), 700.0))


_SCOPE = {
    "__builtins__": {}, "float": float,
    "raised": _raised, "exp": _exp, "log": math.log, "sqrt": math.sqrt, "sin": math.sin, "cos": math.cos,
    "abs": abs, "min": min, "max": max, "pow": _pow, "atan": math.atan, "inf": math.inf, "nan": math.nan,
    "floor": lambda x: float(math.floor(x)) if math.isfinite(x) else x,
    # what differentiated programs are written in (see `share` and `sensitivity`)
    "power": lambda base, exponent: _exp(exponent) if base > 0 else 0.0,
    "log_positive": lambda x: math.log(max(x, 1e-300)), "reciprocal": lambda x: 1 / x,
}  # fmt: skip
