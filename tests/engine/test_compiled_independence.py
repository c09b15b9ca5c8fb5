"""A patient's numbers depend on that patient alone; one who fails fails alone."""

import _thread
import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from euthymia.engine.compiled import CompiledEngine, build
from euthymia.engine.machine import host
from euthymia.engine.reference import ReferenceEngine
from euthymia.engine.schedule import Bolus

PATIENTS = 37


@pytest.fixture(scope="module")
def problem(program):
    return program(
        "d(x) = a*x^n/(1 + x^n) - x*y ; 1\nd(y) = b*(x*x - y) ; 0.5\nd(z) = exp(-y)*sin(time) - z ; 0\nw = x*y",
        "a b n",
    )


@pytest.fixture(scope="module")
def cohort(problem, task):
    random = np.random.default_rng(3)
    rows = np.exp(random.standard_normal((PATIENTS, 3)))
    events = [[Bolus(t, "x", 1.0) for t in sorted(random.uniform(0, 90, i % 7))] for i in range(PATIENTS)]
    return task(problem, rows, events, np.linspace(0, 100, 51), rtol=1e-5, atol=1e-8)


@pytest.fixture(scope="module")
def values(cohort):
    return CompiledEngine(threads=1).solve(cohort).values


def test_order_does_not_matter(cohort, values):
    order = np.random.default_rng(4).permutation(PATIENTS)
    np.testing.assert_array_equal(CompiledEngine(threads=1).solve(cohort.subset(order)).values, values[order])


def test_neighbours_do_not_matter(cohort, values):
    for patient in (0, 11, PATIENTS - 1):
        alone = CompiledEngine(threads=1).solve(cohort.subset(np.array([patient]))).values
        np.testing.assert_array_equal(alone[0], values[patient])


@pytest.mark.parametrize("threads", [2, 3, 64])
def test_threads_do_not_matter(cohort, values, threads):
    np.testing.assert_array_equal(CompiledEngine(threads=threads).solve(cohort).values, values)


@pytest.mark.parametrize("lanes", [1, 2, 4])
def test_the_width_of_registers_does_not_matter(cohort, values, lanes):
    if "+fma" not in host().features.split(","):
        pytest.skip("without fused multiply-add the last bits may differ")
    narrow = build(cohort.program, processor=replace(host(), lanes=lanes))
    np.testing.assert_array_equal(narrow.run(cohort, 1).values, values)


@pytest.mark.parametrize("name, exact", [("x86-64-v3", True), ("x86-64", False)])
def test_older_processors_agree(cohort, values, name, exact):
    """Bit for bit where they have fused multiply-add, within the tolerance where they have not."""
    if not host().triple.startswith("x86_64") or "+avx2" not in host().features.split(","):
        pytest.skip("this processor cannot run the others' code")
    older = replace(host(), name=name, features="", lanes=4 if exact else 2)
    found = build(cohort.program, processor=older).run(cohort, 1).values
    if exact:
        np.testing.assert_array_equal(found, values)
    np.testing.assert_allclose(found, values, rtol=1e-9, atol=1e-12)


@pytest.fixture(scope="module")
def fragile(program):
    """Grows without bound before time 1 wherever k is above 1; log(c) has no value where c is negative."""
    return program("d(x) = k*x*x ; 1\nd(y) = log(c)*0 - y ; 1", "k c")


def test_failures_stay_with_the_patient(fragile, task):
    rows = np.column_stack([np.linspace(0.1, 0.9, 20), np.ones(20)])
    healthy = CompiledEngine(threads=1).solve(task(fragile, rows, (), [0.0, 0.5, 1.0]))
    ill = rows.copy()
    ill[[3, 11]] = [[5.0, 1.0], [0.5, -1.0]]
    solution = CompiledEngine(threads=1).solve(task(fragile, ill, (), [0.0, 0.5, 1.0]))
    assert [patient for patient, _ in solution.failures] == [3, 11]
    kept = np.delete(np.arange(20), [3, 11])
    np.testing.assert_array_equal(solution.values[kept], healthy.values[kept])
    assert np.all(np.isnan(solution.values[[3, 11]]))
    assert solution.status[3].time == pytest.approx(0.2, rel=1e-4)
    assert "too small" in solution.status[3].message or "not a number" in solution.status[3].message
    assert "not a number" in solution.status[11].message
    assert solution.status[11].time == 0.0


def test_too_many_steps_is_a_status(fragile, task):
    solution = CompiledEngine(threads=1).solve(task(fragile, [[0.5, 1.0]], (), [1.0], rtol=1e-10, max_steps=5))
    assert "too many steps" in solution.status[0].message


def test_a_cancelled_pivot_rejects_the_step(program, task):
    """Where exchange is fast beyond the last bit, elimination loses the slow part; a wrong answer is not returned."""
    problem = program("d(x) = k*(y - x) - 0.1*x*y ; 1\nd(y) = k*(x - y) - 0.2*x*y ; 0", "k")
    solution = CompiledEngine(threads=1).solve(task(problem, [[1e30], [1e8]], (), [1.0], rtol=1e-6))
    assert not solution.status[0].ok
    np.testing.assert_allclose(solution.values[1, 0], 0.5 / (1 + 0.075), rtol=1e-5)


def test_the_fallback_takes_over_and_says_so(fragile, task):
    rows = np.array([[0.5, 1.0], [0.25, 1.0]])
    short = task(fragile, rows, (), [0.0, 1.0], max_steps=4, rtol=1e-6)

    class Patient(ReferenceEngine):
        def solve(self, task):
            return super().solve(replace(task, max_steps=10_000))

    solution = CompiledEngine(threads=1, fallback=Patient(workers=1)).solve(short)
    assert not solution.failures
    assert all(status.message.startswith("ok (reference: too many steps") for status in solution.status)
    np.testing.assert_allclose(solution.values[:, 1, 0], [1 / (1 - 0.5), 1 / (1 - 0.25)], rtol=1e-4)


def test_ctrl_c_stops_within_a_patient(problem, task):
    rows = np.tile([1.0, 1.0, 2.0], (100_000, 1))
    long = task(problem, rows, (), [2000.0], rtol=1e-10)
    timer = threading.Timer(1.0, _thread.interrupt_main)
    build(problem)
    timer.start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        CompiledEngine(threads=2).solve(long)
    assert time.monotonic() - began < 5.0
