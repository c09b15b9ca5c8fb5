"""numbalsoda: LSODA in C++ called from numba, nothing interpreted between two stops."""

from __future__ import annotations

import time

import numpy as np

from contenders import Absent, Contender, Turn, numba_source, segments, timed, version_of
from euthymia.engine.task import Task


class NumbaLsoda(Contender):
    """Needs a wheel of numbalsoda, which not every Python and platform has."""

    name = "numbalsoda"
    tolerances = (1e-4, 1e-6)

    def __init__(self, example: Task):
        try:
            import numba
            import numbalsoda
        except (ImportError, OSError) as error:
            raise Absent(
                f"{error}; on PyPI it is a source that needs CMake and compilers for C++ and Fortran, without a wheel "
                "for every Python"
            ) from None
        self.version = f"{version_of('numbalsoda')}, numba {version_of('numba')}"
        began = time.process_time()
        size = len(example.program.states)
        numbers = len(example.program.parameters) + len(example.program.inputs)
        rates = numba_source.rates_in_place(example.program)

        @numba.cfunc(numbalsoda.lsoda_sig)
        def told(t, y, dy, p):
            rates(t, numba.carray(y, (size,)), numba.carray(dy, (size,)), numba.carray(p, (numbers,)))

        self._told = told  # the compiled function lives as long as this
        self.start = numba_source.start(example.program)
        self.lsoda = numbalsoda.lsoda
        self.lsoda(told.address, np.ones(size), np.array([0.0, 1e-6]), np.ones(numbers), 1e-3, 1e-6, 100)
        self.compile_cpu_seconds = time.process_time() - began

    def solve(self, task: Task) -> Turn:
        tolerance, steps = float(np.max(task.atol)), task.max_steps

        def stretch(states, numbers, points):
            path, solved = self.lsoda(self._told.address, states, points, numbers, task.rtol, tolerance, steps)
            return path if solved else np.full_like(path, np.nan)

        return timed(lambda: segments.run(task, self.start, stretch))
