"""How long until the first patient can run: compiling from nothing, and loading from the cache."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from unittest.mock import patch

from euthymia.engine.compiled import assembly, build
from euthymia.engine.machine import host, translate
from euthymia.engine.methods import RODAS5P
from euthymia.engine.program import Program

_FRESH = """
import json, sys, time
began = time.perf_counter()
sys.path.insert(0, sys.argv[1])
import reference_problem
from euthymia.engine.compiled import build
program, _ = reference_problem.program()
imported, imported_cpu = time.perf_counter(), time.process_time()
build(program)
ready, cpu = time.perf_counter() - imported, time.process_time() - imported_cpu
print(json.dumps({"imports": imported - began, "ready": ready, "cpu": cpu}))
"""


def cold_compile(program: Program, repeats: int = 3) -> dict:
    """`build` with an empty cache, and where its time goes. LLVM's own start is in the first repeat alone."""
    wall, cpu = [], []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, EUTHYMIA_CACHE=folder):
            began, began_cpu = time.perf_counter(), time.process_time()
            build(program)
            wall.append(time.perf_counter() - began)
            cpu.append(time.process_time() - began_cpu)
    began = time.process_time()
    text, memory = assembly(program, RODAS5P, host())
    written = time.process_time()
    code = translate(text, host())
    return {
        "states": len(program.states),
        "wall_seconds": wall,
        "cpu_seconds": cpu,
        "median_wall_seconds": median(wall),
        "equations_to_assembly_cpu_seconds": written - began,
        "assembly_to_code_cpu_seconds": time.process_time() - written,
        "code_bytes": len(code),
        "memory_per_worker_bytes": memory,
    }


def cached_start(program: Program, repeats: int = 3) -> dict:
    """`build` from a full cache: in this process, and in new ones, where LLVM has to be loaded as well.

    `imports` is the time to import the engine and read the equations; `process` is all from starting Python to its end.
    """
    within, ready, cpu, imports, process = [], [], [], [], []
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, EUTHYMIA_CACHE=folder):
        build(program)
        for _ in range(repeats):
            began = time.perf_counter()
            build(program)
            within.append(time.perf_counter() - began)
            began = time.perf_counter()
            command = [sys.executable, "-c", _FRESH, str(Path(__file__).parent)]
            told = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
            process.append(time.perf_counter() - began)
            ready.append(told["ready"])
            cpu.append(told["cpu"])
            imports.append(told["imports"])
    return {
        "in_process_seconds": within,
        "fresh_process_seconds": ready,
        "fresh_process_cpu_seconds": cpu,
        "fresh_process_imports_seconds": imports,
        "fresh_process_whole_seconds": process,
        "median_in_process_seconds": median(within),
        "median_fresh_process_seconds": median(ready),
    }
