"""The fast engine: a program becomes machine code for this computer, and every processor core runs patients.

A patient's numbers depend on that patient alone: not on who else is in the task, on their order or on the number of
threads. Patients who cannot be solved are handed to `fallback`, if there is one.
Assumes 64-bit and llvmlite (see `available`). Left out: what happens once a trigger stops a patient (see `events`).
"""

from __future__ import annotations

import ctypes
import os
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from euthymia.engine import cache, lanes, outputs, stepper, watch
from euthymia.engine.blame import blamed
from euthymia.engine.instructions import module
from euthymia.engine.kernels import kernels, plan
from euthymia.engine.machine import Loaded, Processor, available, host, load, translate
from euthymia.engine.methods import RODAS5P, Method
from euthymia.engine.program import Program
from euthymia.engine.task import Engine, Solution, Status, Task, checked
from euthymia.model.expression import names_in

__all__ = ["Compiled", "CompiledEngine", "Outcome", "assembly", "available", "build"]

_REASON = {
    stepper.NOT_A_NUMBER: "a value is not a number",
    stepper.TOO_SMALL: "the steps became too small",
    stepper.TOO_MANY: "too many steps",
}
_ADVICE = {
    stepper.NOT_A_NUMBER: "look for a division by zero or the logarithm of a negative number",
    stepper.TOO_SMALL: "loosen the tolerance, or look for a rate that grows without bound",
    stepper.TOO_MANY: "loosen the tolerance or raise max_steps",
}


@dataclass(frozen=True)
class Outcome:
    """What came out of a run, patient by patient: values, failure codes, when they ended, steps tried.

    `stopped` is when a trigger changed (infinite if none did); `states` are those of patients who failed or stopped.
    """

    values: np.ndarray
    failures: np.ndarray
    ended: np.ndarray
    steps: np.ndarray
    stopped: np.ndarray
    states: np.ndarray


@dataclass(frozen=True)
class Compiled:
    """A program as machine code; `memory` is the bytes each worker needs."""

    program: Program
    loaded: Loaded
    memory: int

    @cached_property
    def longest_step(self) -> float:
        """Hours, unless the task says otherwise."""
        return stepper.LONGEST_TIMED_STEP if _timed(self.program) else stepper.LONGEST_STEP

    def run(self, task: Task, threads: int) -> Outcome:
        """Integrate all patients of a task on this many threads."""
        parameters = np.ascontiguousarray(task.parameters, float)
        patients = len(parameters)
        times = np.ascontiguousarray(task.times, float)
        values = np.full((patients, len(times), len(task.outputs)), np.nan)
        failures = np.zeros(patients, np.int64)
        ended = np.zeros(patients)
        steps = np.zeros(patients, np.int64)
        states = len(self.program.states)
        stopped, final = np.full(patients, np.inf), np.full((patients, states), np.nan)
        outcome = Outcome(values, failures, ended, steps, stopped, final)
        if not patients or not len(times):
            return outcome
        sources = task.sources
        initial = final if task.initial is None else np.ascontiguousarray(task.initial, float)
        absolute = np.ascontiguousarray(np.broadcast_to(np.asarray(task.atol, float), (states,)))
        counter = ctypes.c_int64(0)
        table = task.schedule
        arrays = {
            "parameters": parameters,
            "offsets": np.ascontiguousarray(table.offsets, np.int64),
            "stop_time": np.ascontiguousarray(table.time, float),
            "stop_kind": np.ascontiguousarray(table.kind, np.int64),
            "stop_target": np.ascontiguousarray(table.target, np.int64),
            "stop_value": np.ascontiguousarray(table.value, float),
            "times": times,
            "sources": sources,
            "values": values,
            "failures": failures,
            "failure_times": ended,
            "steps": steps,
            "absolute": absolute,
            "starts": task.starts,
            "initial": initial,
            "stopped": stopped,
            "final": final,
        }
        told = lanes.WorkerTask(
            counter=ctypes.addressof(counter),
            patients=patients,
            time_count=len(times),
            source_count=len(sources),
            algebra_wanted=int(any(sources >= states + len(self.program.inputs))),
            resumed=int(task.initial is not None),
            after=int(task.after),
            relative=task.rtol,
            max_steps=task.max_steps,
            first_step=task.first_step,
            least_step=task.least_step,
            longest_step=task.longest_step or self.longest_step,
            **{name: array.ctypes.data for name, array in arrays.items()},
        )
        self._work(told, min(threads, patients))
        return outcome

    def _work(self, told: lanes.WorkerTask, threads: int) -> None:
        """Run the workers to their end. If interrupted (Ctrl-C), they finish the patients they hold and no more."""
        memories = [np.zeros(self.memory + 64, np.uint8) for _ in range(threads)]
        if told.patients == 1:  # sooner done than a thread is started
            self.loaded.run(_aligned(memories[0]), ctypes.addressof(told))
            return
        with ThreadPoolExecutor(threads) as pool:
            try:
                waiting = {
                    pool.submit(self.loaded.run, _aligned(memory), ctypes.addressof(told)) for memory in memories
                }
                while waiting:
                    done, waiting = wait(waiting, timeout=0.5)
                    for worker in done:
                        worker.result()
            except BaseException:
                ctypes.c_int64.from_address(told.counter).value = told.patients
                raise


@dataclass(frozen=True)
class CompiledEngine:
    """Solves tasks with machine code.

    `threads` defaults to the cores this process may use; `fallback` solves the patients that fail here.
    """

    threads: int | None = None
    fallback: Engine | None = None
    method: Method = RODAS5P
    name: str = "compiled"

    def solve(self, task: Task) -> Solution:
        checked(task)
        outcome = _recent(task.program, self.method).run(task, self.threads or _cores())
        values = outcome.values
        status = [Status(True)] * len(values)
        failed = np.flatnonzero(outcome.failures)
        for patient, state in zip(failed, blamed(task, failed, outcome.ended, outcome.states), strict=True):
            time = float(outcome.ended[patient])
            what = f"{_REASON[int(outcome.failures[patient])]} at {time:.6g} h, where {state}"
            status[patient] = Status(False, f"{what}: {_ADVICE[int(outcome.failures[patient])]}", time)
        values[failed] = np.nan
        if self.fallback is not None and len(failed):
            again = self.fallback.solve(task.subset(failed))
            values[failed] = again.values
            outcome.stopped[failed], outcome.states[failed] = again.stopped, again.states
            for patient, ended in zip(failed, again.status, strict=True):
                note = f"{ended.message} ({self.fallback.name}: {status[patient].message})"
                status[patient] = replace(ended, message=note)
        return Solution(values, tuple(status), outcome.stopped, outcome.states)


def build(program: Program, method: Method = RODAS5P, processor: Processor | None = None) -> Compiled:
    """Machine code of a program: from memory's cache on disk if it is there, else made and kept."""
    processor = processor or host()
    name = cache.key(program.hash, method.name, processor)
    entry = cache.recall(name)
    if entry is not None:
        try:
            return Compiled(program, load(entry.code, processor), entry.memory)
        except RuntimeError:
            entry = None
    text, memory = assembly(program, method, processor)
    entry = cache.Entry(translate(text, processor), memory)
    cache.keep(name, entry)
    return Compiled(program, load(entry.code, processor), entry.memory)


#: machine code used last, so that solving again does not load it again; the oldest leaves first
_KEPT, _MOST_KEPT = OrderedDict[tuple[str, str], Compiled](), 32


def _recent(program: Program, method: Method) -> Compiled:
    """As `build`, from memory if this process has used it lately."""
    key = (program.hash, method.name)
    found = _KEPT.pop(key, None) or build(program, method)
    _KEPT[key] = found
    while len(_KEPT) > _MOST_KEPT:
        with suppress(KeyError):  # another thread took it first
            _KEPT.popitem(last=False)
    return found


def assembly(program: Program, method: Method, processor: Processor) -> tuple[str, int]:
    """LLVM assembly of a program and its stepper, and the bytes of memory a worker needs."""
    worked_out = plan(program, method, processor.lanes)
    layout, states, watched = worked_out.layout, len(program.states), bool(program.triggers)
    functions = [
        *kernels(worked_out),
        stepper.attempt(layout, method, states, worked_out.timed),
        stepper.judge(layout, method),
        stepper.settle(layout, states),
        lanes.apply(layout, program),
        lanes.replace(layout, program),
        lanes.enter(layout, program),
        outputs.write(layout),
        outputs.observe(layout, method, program),
        lanes.serve(layout, watched),
        lanes.run(layout, states, watched),
    ]
    if watched:
        functions += [watch.arm(layout, program), watch.watch(layout, method, program), watch.halt(layout, program)]
    return module(functions, processor.triple), layout.bytes


def _timed(program: Program) -> bool:
    """Whether time stands in the equations themselves."""
    expressions = (*program.derivatives, *(e for _, e in program.algebraic), *program.triggers)
    return any("time" in names_in(expression) for expression in expressions)


def _cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _aligned(memory: np.ndarray) -> int:
    """The first address in a piece of memory that is a multiple of 64."""
    return -(-memory.ctypes.data // 64) * 64
