"""Bounds on speed as ratios or with much slack, so that a busy computer passes and a lost factor does not."""

import sys
import time
from dataclasses import replace

import numpy as np

from euthymia.engine.compiled import assembly, available, build
from euthymia.engine.machine import host, translate
from euthymia.engine.methods import RODAS5P
from euthymia.engine.reference import ReferenceEngine


def cpu_seconds(call) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began


def test_a_patient_costs_a_small_part_of_what_scipy_takes(reference_problem):
    """Measured: about 500 times faster at equal tolerance."""
    task = replace(reference_problem.task(32, 1e-4), times=np.arange(0.0, 240.0, 6.0))
    alone = replace(reference_problem.task(1, 1e-4), times=task.times)
    compiled = build(task.program)
    own = min(cpu_seconds(lambda: compiled.run(task, 1)) for _ in range(3)) / 32
    scipy = cpu_seconds(lambda: ReferenceEngine(workers=1).solve(alone))
    assert scipy / own > 60


def test_sixty_states_compile_in_a_second_and_load_in_no_time(reference_problem):
    """Measured: 0.45 and 0.003 CPU-seconds."""
    program, _ = reference_problem.program()
    text, _ = assembly(program, RODAS5P, host())
    assert cpu_seconds(lambda: translate(text, host())) < 2.0
    build(program)
    assert min(cpu_seconds(lambda: build(program)) for _ in range(3)) < 0.05


def test_without_llvmlite_the_engine_says_so(monkeypatch):
    assert available()
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    monkeypatch.setitem(sys.modules, "llvmlite.binding", None)
    assert not available()
