"""Which state a patient failed on: evidence for the message, found after the fact.

The rates are evaluated once more where the patient got to. A rate that is not a number is to blame, and otherwise the
one that moves its state fastest for the tolerance asked. Left out: what made that rate what it is.
"""

from __future__ import annotations

import numpy as np

from euthymia.engine.arithmetic import Values, evaluate, evaluate_all
from euthymia.engine.schedule import Kind
from euthymia.engine.task import Task


def blamed(task: Task, patients: np.ndarray, times: np.ndarray, states: np.ndarray) -> list[str]:
    """For each patient (an index), the state to blame in words; `times` and `states` are of all patients."""
    program = task.program
    if not len(patients):
        return []
    if not program.states:
        return ["there is no state"] * len(patients)
    here = states[patients].T
    names: Values = dict(zip(program.parameters, task.parameters[patients].T, strict=True))
    names |= dict(zip(program.states, here, strict=True))
    names |= dict(zip(program.inputs, _inputs(task, patients, times), strict=True))
    names["time"] = times[patients]
    names = evaluate_all(program.algebraic, names)
    rates = np.array([np.broadcast_to(evaluate(e, names), len(patients)) for e in program.derivatives])
    absolute = np.broadcast_to(np.asarray(task.atol, float), (len(program.states),))
    haste = np.abs(rates) / (task.rtol * np.abs(here) + absolute[:, None])
    worst = np.where(np.isfinite(rates), haste, np.inf).argmax(axis=0)
    return [
        f"'{program.states[w]}' is {here[w, i]:.4g} and changes by {rates[w][i]:.4g} an hour"
        for i, w in enumerate(worst)
    ]


def _inputs(task: Task, patients: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Inputs in force (inputs, patients)."""
    table = task.schedule
    levels = np.zeros((len(task.program.inputs), len(patients)))
    for column, patient in enumerate(patients):
        rows = table.rows(patient)
        past = (table.kind[rows] == Kind.SET) & (table.time[rows] <= times[patient])
        levels[table.target[rows][past], column] = table.value[rows][past]  # the last one of each counts
    return levels
