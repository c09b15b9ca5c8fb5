"""libRoadRunner, CVODE: the model as Antimony text, each patient run from stop to stop."""

from __future__ import annotations

import os
import time

import numpy as np

from contenders import Absent, Contender, Turn, segments, timed, version_of
from euthymia.engine.program import Program
from euthymia.engine.task import Task
from euthymia.model.expression import written


class RoadRunner(Contender):
    """One loaded model, reset for each patient and told to start anew at each stop."""

    name = "libRoadRunner"
    tolerances = (1e-4, 1e-5, 1e-6, 1e-7, 5e-8)

    def __init__(self, example: Task):
        # CVODE writes a warning to standard output for every first step it finds too small
        os.environ.setdefault("SUNLOGGER_WARNING_FILENAME", os.devnull)
        try:
            import antimony
            import roadrunner
        except (ImportError, OSError) as error:
            raise Absent(f"{error}; install libroadrunner and antimony") from None
        self.version = f"{version_of('libroadrunner')}, antimony {version_of('antimony')}"
        values = dict(zip(example.program.parameters, example.parameters[0].tolist(), strict=True))
        if antimony.loadAntimonyString(antimony_text(example.program, values)) < 0:
            raise Absent(f"antimony cannot read the model: {antimony.getLastError()}")
        began = time.process_time()
        self.runner = roadrunner.RoadRunner(antimony.getSBMLString("reference"))
        self.compile_cpu_seconds = time.process_time() - began

    def solve(self, task: Task) -> Turn:
        runner, states = self.runner, list(task.program.states)
        names = task.program.parameters + task.program.inputs
        told: dict[str, float] = {}

        def starts(parameters):
            runner.resetAll()
            for name, value in zip(task.program.parameters, parameters, strict=True):
                runner[name] = value
            runner.reset()
            runner.integrator.relative_tolerance = task.rtol
            runner.integrator.absolute_tolerance = float(np.max(task.atol))
            runner.integrator.maximum_num_steps = task.max_steps
            runner.timeCourseSelections = ["time", *states]
            told.update(zip(states, (runner[name] for name in states), strict=True))
            told.update(dict.fromkeys(task.program.inputs, 0.0))
            return np.array([told[name] for name in states])

        def stretch(values, numbers, points):
            wanted = dict(zip(states, values, strict=True)) | dict(zip(names, numbers, strict=True))
            for name, known in told.items():  # only what a stop has changed
                if wanted[name] != known:
                    runner[name] = wanted[name]
            path = np.asarray(runner.simulate(times=points.tolist()))[:, 1:]
            told.update(zip(states, path[-1], strict=True))
            told.update({name: wanted[name] for name in task.program.inputs})
            return path

        return timed(lambda: segments.run(task, starts, stretch))


def antimony_text(program: Program, values: dict[str, float]) -> str:
    """Rate rules, and every number a parameter."""
    lines = ["model reference"]
    lines += [f"  {name} = {value!r};" for name, value in values.items()]
    lines += [f"  {name} = 0;" for name in program.inputs]
    for name, start, rate in zip(program.states, program.initial, program.derivatives, strict=True):
        lines += [f"  {name} = {written(start)};", f"  {name}' = {written(rate)};"]
    return "\n".join([*lines, "end"])
