"""Time against threads, number of states and number of patients, on this engine alone."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import replace
from statistics import median
from unittest.mock import patch

import numpy as np
import reference_problem

from euthymia.engine.compiled import CompiledEngine, build
from euthymia.engine.task import Task

SIZES = (15, 30, 61, 122, 183, 244, 305, 400)
CROWDS = (1, 10, 100, 1_000, 10_000, 100_000)
#: patients solved at once in large crowds, so that memory does not grow with the crowd
CHUNK = 10_000


def threads(patients: int, rounds: int) -> dict:
    """One thread and two, in turns, by the clock; CPU-seconds of two over those of one. Eight outputs."""
    whole = reference_problem.task(patients)
    task = replace(whole, outputs=whole.outputs[:8])
    clock: dict[int, list[float]] = {1: [], 2: []}
    cpu: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(rounds):
        for count in clock:
            began, began_cpu = time.perf_counter(), time.process_time()
            CompiledEngine(threads=count).solve(task)
            clock[count].append(time.perf_counter() - began)
            cpu[count].append(time.process_time() - began_cpu)
    ratios = [one / two for one, two in zip(clock[1], clock[2], strict=True)]
    return {
        "patients": patients,
        "one_thread_seconds": clock[1],
        "two_threads_seconds": clock[2],
        "ratios": ratios,
        "median_ratio": median(ratios),
        "cpu_seconds_two_over_one": median(cpu[2]) / median(cpu[1]),
    }


def states(patients: int) -> list[dict]:
    """Time to compile and CPU time per patient against the number of states; eight outputs at 225 times."""
    rows = []
    for size in SIZES:
        print(f"{size} states", file=sys.stderr)
        program, values = reference_problem.composed(size)
        with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, EUTHYMIA_CACHE=folder):
            began = time.perf_counter()
            build(program)
            compiled = time.perf_counter() - began
            task = replace(reference_problem.task_of(program, values, patients, 1e-4), outputs=program.states[:8])
            began_cpu = time.process_time()
            solution = CompiledEngine(threads=1).solve(task)
            spent = time.process_time() - began_cpu
        row = {"states": size, "compile_seconds": compiled, "patients": patients, "failures": len(solution.failures)}
        rows.append(row | {"cpu_seconds_per_patient": spent / patients})
    return rows


def crowds(days: float) -> list[dict]:
    """Clock time per patient against the number of patients, all cores; one output, once a week.

    Includes loading the machine code from the cache, so the first row is what a single patient waits for.
    """
    rows = []
    for count in CROWDS:
        print(f"{count} patients", file=sys.stderr)
        spent = spent_cpu = 0.0
        failures = 0
        for first in range(0, count, CHUNK):
            task = _chunk(min(CHUNK, count - first), days)
            began, began_cpu = time.perf_counter(), time.process_time()
            failures += len(CompiledEngine().solve(task).failures)
            spent += time.perf_counter() - began
            spent_cpu += time.process_time() - began_cpu
        rows.append(
            {
                "patients": count,
                "days": days,
                "seconds": spent,
                "seconds_per_patient": spent / count,
                "cpu_seconds_per_patient": spent_cpu / count,
                "failures": failures,
                "peak_resident_bytes": _peak_memory(),
            }
        )
    return rows


def _chunk(patients: int, days: float) -> Task:
    weeks = np.arange(1.0, days // 7 + 1) * 7 * 24
    return replace(reference_problem.task(patients), times=weeks, outputs=("HAMD",))


def _peak_memory() -> int | None:
    """The most memory this process has held so far (bytes), where the system says so."""
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
