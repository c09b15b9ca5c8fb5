"""SciPy's LSODA: with the right-hand side in plain Python, and with one compiled by numba."""

from __future__ import annotations

import time

import numpy as np
from scipy.integrate import odeint

from contenders import Contender, Turn, numba_source, segments, timed, version_of
from euthymia.engine.reference import ReferenceEngine
from euthymia.engine.task import Task


class Plain(Contender):
    """What a first script does; also our reference engine."""

    name = "SciPy LSODA"
    tolerances = (1e-4, 1e-6)
    most_rounds = 1
    compile_cpu_seconds = 0.0

    def __init__(self, example: Task):
        self.version = version_of("scipy")
        self.engine = ReferenceEngine(workers=1)

    def solve(self, task: Task) -> Turn:
        return timed(lambda: self.engine.solve(task).values)


class Compiled(Contender):
    """What a careful script does: the same solver, and a right-hand side in machine code."""

    name = "SciPy LSODA, numba"
    tolerances = (1e-4, 1e-6)

    def __init__(self, example: Task):
        self.version = f"{version_of('scipy')}, numba {version_of('numba')}"
        began = time.process_time()
        self.rates = numba_source.rates(example.program)
        self.start = numba_source.start(example.program)
        self.rates(0.0, np.ones(len(example.program.states)), np.ones(_numbers(example)))
        self.compile_cpu_seconds = time.process_time() - began

    def solve(self, task: Task) -> Turn:
        def stretch(states, numbers, points):
            return odeint(
                self.rates, states, points, args=(numbers,), tfirst=True, rtol=task.rtol, atol=task.atol,
                mxstep=task.max_steps,
            )  # fmt: skip

        return timed(lambda: segments.run(task, self.start, stretch))


def _numbers(task: Task) -> int:
    return len(task.program.parameters) + len(task.program.inputs)
