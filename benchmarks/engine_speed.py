"""Speed and error of the engine on the reference problem, beside whatever else is installed.

    python benchmarks/engine_speed.py --patients 256 --rounds 3

Speed is patients per CPU-second, on one thread, without compilation. All rounds are printed, in the order run, and
nothing is selected. Contenders take turns, so that a busy computer is busy for all of them. The error is that of
`reference_problem.error`, against this engine at rtol 1e-10, which is itself compared with SciPy's LSODA.
A ratio compares the loosest tolerance of ours whose error is not above the other's.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from unittest.mock import patch

import numpy as np
import reference_problem
import roadrunner_contender

from euthymia.engine import cache
from euthymia.engine.compiled import Compiled, assembly
from euthymia.engine.machine import host, llvm_version, load, translate
from euthymia.engine.methods import RODAS5P
from euthymia.engine.reference import ReferenceEngine
from euthymia.engine.task import Task

ERROR_PATIENTS = 8


@dataclass
class Contender:
    """Something that solves the problem: how, for how many patients a round, and what came of it."""

    name: str
    rtol: float
    solve: Callable[[Task], np.ndarray]
    patients: int
    speeds: list[float] = field(default_factory=list)
    error: float = np.nan

    @property
    def speed(self) -> float:
        return float(np.median(self.speeds))

    def take_turn(self, exact: np.ndarray, stiff: bool) -> None:
        task = reference_problem.task(self.patients, self.rtol, stiff=stiff)
        began = time.process_time()
        values = self.solve(task)
        self.speeds.append(self.patients / (time.process_time() - began))
        known = min(self.patients, ERROR_PATIENTS)
        self.error = reference_problem.error(values[:known], exact[:known])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--patients", type=int, default=256, help="patients a round for this engine")
    options.add_argument("--others", type=int, default=2, help="patients a round for the others")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--stiff", action="store_true", help="binding a hundred times faster")
    given = options.parse_args()

    print(f"{host().name}, {host().lanes} lanes, llvmlite and LLVM {llvm_version()}")
    compiled = time_compilation()
    exact = reference_values(compiled, given.stiff)

    def own(task: Task) -> np.ndarray:
        return compiled.run(task, 1).values

    contenders = [Contender("euthymia", rtol, own, given.patients) for rtol in (1e-3, 1e-4, 1e-5, 1e-6)]
    scipy = ReferenceEngine(workers=1)
    contenders += [
        Contender("SciPy, LSODA", rtol, lambda task: scipy.solve(task).values, given.others) for rtol in (1e-4, 1e-6)
    ]
    if roadrunner_contender.available():
        runner = roadrunner_contender.RoadRunner(reference_problem.task(1, stiff=given.stiff))
        print(f"libRoadRunner: compiled in {runner.compile_time:.2f} CPU s")
        contenders += [Contender(runner.name, rtol, runner.run, given.others) for rtol in (1e-4, 1e-6)]
    for _ in range(given.rounds):
        for contender in contenders:
            contender.take_turn(exact, given.stiff)
    report(contenders)
    time_threads(compiled, given.patients, given.stiff)


def time_compilation() -> Compiled:
    """Compile once cold, load once from the cache, and say how long each took."""
    program, _ = reference_problem.program()
    translate(*_warm_up())
    began, began_cpu = time.perf_counter(), time.process_time()
    text, memory = assembly(program, RODAS5P, host())
    written = time.process_time()
    code = translate(text, host())
    made, made_cpu = time.perf_counter(), time.process_time()
    print(
        f"compile: {made - began:.2f} s, of it equations to assembly {written - began_cpu:.3f} CPU s "
        f"and LLVM {made_cpu - written:.3f} CPU s; {len(code)} bytes, {memory} bytes of memory a worker"
    )
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, EUTHYMIA_CACHE=folder):
        name = cache.key(program.hash, RODAS5P.name, host())
        cache.keep(name, cache.Entry(code, memory))
        began = time.perf_counter()
        entry = cache.recall(cache.key(program.hash, RODAS5P.name, host()))
        assert entry is not None
        compiled = Compiled(program, load(entry.code, host()), entry.memory)
        print(f"reload: {1e3 * (time.perf_counter() - began):.1f} ms")
    return compiled


def _warm_up():
    """LLVM starts up once per process; that is not part of compiling a model."""
    return "define void @nothing() { ret void }", host()


def reference_values(compiled: Compiled, stiff: bool) -> np.ndarray:
    """What errors are measured against, and how far SciPy is from it over the first days of one patient."""
    task = reference_problem.task(ERROR_PATIENTS, 1e-10, 1e-13, stiff)
    exact = compiled.run(task, 1).values
    days = task.times <= 96
    short = replace(reference_problem.task(1, 1e-11, 1e-13, stiff), times=task.times[days])
    plain = ReferenceEngine(workers=1).solve(short).values
    print(f"reference: differs from LSODA at 1e-11 by {reference_problem.error(plain, exact[:1, days]):.1e}")
    return exact


def report(contenders: list[Contender]) -> None:
    """All rounds, and each opponent's ratio."""
    print(f"{'contender':24}{'rtol':>8}{'error':>10}{'ratio':>8}   patients per CPU-second, each round")
    own = [c for c in contenders if c.name == "euthymia"]
    for contender in contenders:
        ratio = ""
        if contender not in own:
            equal = [c.speed for c in own if c.error <= contender.error]
            ratio = f"{max(equal) / contender.speed:.0f}x" if equal else "none"
        speeds = "  ".join(f"{speed:.4g}" for speed in contender.speeds)
        print(f"{contender.name:24}{contender.rtol:8.0e}{contender.error:10.1e}{ratio:>8}   {speeds}")


def time_threads(compiled: Compiled, patients: int, stiff: bool) -> None:
    """Two threads against one, by the clock and in CPU-seconds, and failures."""
    task = reference_problem.task(min(2 * patients, 1000), 1e-4, stiff=stiff)
    clock, cpu = [], []
    for threads in (1, 2):
        began, began_cpu = time.perf_counter(), time.process_time()
        outcome = compiled.run(task, threads)
        clock.append(time.perf_counter() - began)
        cpu.append(time.process_time() - began_cpu)
    print(f"two threads: {clock[0] / clock[1]:.2f} times as fast as one by the clock, ", end="")
    print(f"{cpu[1] / cpu[0]:.2f} times the CPU-seconds")
    print(f"failures: {np.count_nonzero(outcome.failures)} of {len(outcome.failures)}; ", end="")
    print(f"steps tried per patient: {outcome.steps.mean():.0f}")


if __name__ == "__main__":
    main()
