"""libRoadRunner on the reference problem: the model as Antimony text, each patient run from stop to stop.

Needs `libroadrunner` and `antimony`; they are no dependencies of euthymia.
"""

from __future__ import annotations

import time
from importlib.util import find_spec

import numpy as np

from euthymia.engine.program import Program
from euthymia.engine.schedule import Kind
from euthymia.engine.task import Task
from euthymia.model.expression import written


def available() -> bool:
    return find_spec("roadrunner") is not None and find_spec("antimony") is not None


def antimony_text(program: Program, values: dict[str, float]) -> str:
    """Rate rules, and every number a parameter."""
    lines = ["model reference"]
    lines += [f"  {name} = {value!r};" for name, value in values.items()]
    lines += [f"  {name} = 0;" for name in program.inputs]
    for name, start, rate in zip(program.states, program.initial, program.derivatives, strict=True):
        lines += [f"  {name} = {written(start)};", f"  {name}' = {written(rate)};"]
    return "\n".join([*lines, "end"])


class RoadRunner:
    """One loaded model, reset for each patient."""

    name = "libRoadRunner, CVODE"

    def __init__(self, task: Task):
        import antimony
        import roadrunner

        values = dict(zip(task.program.parameters, task.parameters[0].tolist(), strict=True))
        if antimony.loadAntimonyString(antimony_text(task.program, values)) < 0:
            raise RuntimeError(antimony.getLastError())
        began = time.process_time()
        self.runner = roadrunner.RoadRunner(antimony.getSBMLString("reference"))
        self.compile_time = time.process_time() - began
        self.program = task.program

    def run(self, task: Task) -> np.ndarray:
        """States of all patients at the task's times; an output at a stop is the value before it."""
        return np.stack([self._patient(task, patient) for patient in range(len(task.parameters))])

    def _patient(self, task: Task, patient: int) -> np.ndarray:
        runner, states = self.runner, list(self.program.states)
        runner.resetAll()
        for name, value in zip(self.program.parameters, task.parameters[patient], strict=True):
            runner[name] = value
        runner.reset()
        runner.integrator.relative_tolerance = task.rtol
        runner.integrator.absolute_tolerance = float(task.atol)
        runner.timeCourseSelections = ["time", *states]
        table, rows = task.schedule, task.schedule.rows(patient)
        stops = np.unique(table.time[rows])
        found = np.empty((len(task.times), len(states)))
        for now, end in zip(stops, [*stops[1:], task.times[-1]], strict=True):
            for row in range(rows.start, rows.stop):
                if table.time[row] == now:
                    names = self.program.states if table.kind[row] == Kind.ADD else self.program.inputs
                    name, value = names[int(table.target[row])], float(table.value[row])
                    runner[name] = runner[name] + value if table.kind[row] == Kind.ADD else value
            inside = (task.times > now) & (task.times <= end)
            points = np.unique([now, *task.times[inside], end])
            path = np.asarray(runner.simulate(times=points.tolist()))
            found[inside] = path[np.searchsorted(points, task.times[inside]), 1:]
        found[task.times == task.start] = [runner.getValue(f"init({name})") for name in states]
        return found
