"""The engine of this project, on one thread: its default method, and the explicit one."""

from __future__ import annotations

import os
import tempfile
import time
from unittest.mock import patch

from contenders import Contender, Turn, timed, version_of
from euthymia.engine.compiled import CompiledEngine, build
from euthymia.engine.methods import RODAS5P, TSIT5, Method
from euthymia.engine.task import Task


class Own(Contender):
    """Compiled without a cache, so that the time to compile is that of a first use."""

    name = "euthymia, Rodas5P"
    method: Method = RODAS5P
    tolerances = (1e-3, 3e-4, 2e-4, 1e-4, 3e-5, 1e-5, 5e-6, 1e-6)

    def __init__(self, example: Task):
        self.version = version_of("euthymia")
        self.engine = CompiledEngine(threads=1, method=self.method)
        with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, EUTHYMIA_CACHE=folder):
            began = time.process_time()
            build(example.program, self.method)
            self.compile_cpu_seconds = time.process_time() - began
        build(example.program, self.method)

    def solve(self, task: Task) -> Turn:
        return timed(lambda: self.engine.solve(task).values)


class OwnExplicit(Own):
    """For models that are not stiff; this one is, a little."""

    name = "euthymia, Tsit5"
    method = TSIT5
    tolerances = (1e-4, 1e-6)
