"""A patient's run cut at its stops, for solvers that know nothing of doses."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from euthymia.engine.schedule import Kind
from euthymia.engine.task import Task

#: (states, parameters then inputs, points) → states at every point, the first being where the segment starts
Solve = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def run(task: Task, starts: Callable[[np.ndarray], np.ndarray], solve: Solve) -> np.ndarray:
    """States of all patients at the task's times, (patients, times, states); an output at a stop is that before it."""
    count = len(task.parameters)
    values = np.full((count, len(task.times), len(task.program.states)), np.nan)
    for patient in range(count):
        _patient(task, patient, starts, solve, values[patient])
    return values


def _patient(task: Task, patient: int, starts: Callable, solve: Solve, values: np.ndarray) -> None:
    table, rows = task.schedule, task.schedule.rows(patient)
    parameters = len(task.program.parameters)
    numbers = np.concatenate([task.parameters[patient], np.zeros(len(task.program.inputs))])
    states = starts(task.parameters[patient])
    stops = np.unique(np.append(table.time[rows], task.start))
    values[task.times == task.start] = states
    for now, end in zip(stops, [*stops[1:], task.times[-1]], strict=True):
        for row in range(rows.start, rows.stop):
            if table.time[row] == now and table.kind[row] == Kind.ADD:
                states[table.target[row]] += table.value[row]
            elif table.time[row] == now:
                numbers[parameters + table.target[row]] = table.value[row]
        inside = (task.times > now) & (task.times <= end)
        points = np.unique([now, *task.times[inside], end])
        path = solve(states, numbers, points)
        values[inside] = path[np.searchsorted(points, task.times[inside])]
        states = path[-1].copy()
