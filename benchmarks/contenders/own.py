"""The engine of this project, on one thread."""

from __future__ import annotations

import os
import tempfile
import time
from unittest.mock import patch

from contenders import Contender, Turn, timed, version_of
from euthymia.engine.compiled import CompiledEngine, build
from euthymia.engine.methods import RODAS5P
from euthymia.engine.task import Task


class Own(Contender):
    """Compiled without a cache, so that the time to compile is that of a first use."""

    def __init__(self, example: Task, method=RODAS5P, tolerances=(1e-3, 3e-4, 2e-4, 1e-4, 3e-5, 1e-5, 5e-6, 1e-6)):
        self.name = f"euthymia, {method.name}"
        self.version = version_of("euthymia")
        self.tolerances = tolerances
        self.engine = CompiledEngine(threads=1, method=method)
        with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, EUTHYMIA_CACHE=folder):
            began = time.process_time()
            build(example.program, method)
            self.compile_cpu_seconds = time.process_time() - began
        build(example.program, method)

    def solve(self, task: Task) -> Turn:
        return timed(lambda: self.engine.solve(task).values)
