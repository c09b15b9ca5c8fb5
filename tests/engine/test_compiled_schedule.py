"""Stops are landed on exactly, at any tolerance, and outputs never disturb them."""

import numpy as np
import pytest

from euthymia.engine.compiled import CompiledEngine
from euthymia.engine.schedule import Bolus, Rate
from euthymia.errors import ModelError, UnknownName

ENGINE = CompiledEngine(threads=1)


@pytest.fixture(scope="module")
def store(program):
    """Nothing leaves: what is in the store is exactly what was given."""
    return program("d(given) = rate ; 0\nd(other) = 0 ; 1", "", "rate")


@pytest.mark.parametrize("rtol", [1.0, 1e-3, 1e-9])
def test_no_dose_is_missed_or_doubled(store, task, rtol):
    events = [Bolus(0.1 * i, "given", 1.0) for i in range(200)] + [Rate(7.3, "rate", 5.0, 2.0)]
    found = ENGINE.solve(task(store, None, events, [50.0], ["given"], rtol=rtol)).values[0, 0, 0]
    assert found == pytest.approx(210.0, rel=1e-13)


def test_an_output_at_a_stop_is_the_value_before_it(store, task):
    events = [Bolus(0.0, "given", 3.0), Bolus(5.0, "given", 4.0), Rate(8.0, "rate", 1.0, 1.0)]
    times = [0.0, 5.0, 5.0, 5.5, 8.0, 8.5, 9.0, 9.5]
    found = ENGINE.solve(task(store, None, events, times, ["given", "rate"])).values[0]
    np.testing.assert_allclose(found[:, 0], [0, 3, 3, 7, 7, 7.5, 8, 8], rtol=1e-14)
    assert list(found[:, 1]) == [0, 0, 0, 0, 0, 1, 1, 0]


def test_all_stops_of_one_moment_count(store, task):
    events = [Bolus(2.0, "given", 1.0), Bolus(2.0, "given", 2.0), Bolus(2.0, "other", 5.0)]
    found = ENGINE.solve(task(store, None, events, [2.0, 3.0], ["given", "other"])).values[0]
    np.testing.assert_array_equal(found, [[0.0, 1.0], [3.0, 6.0]])


def test_stops_a_hair_apart_both_count(store, task):
    events = [Bolus(24.0, "given", 1.0), Bolus(np.nextafter(24.0, 25.0), "given", 1.0)]
    assert ENGINE.solve(task(store, None, events, [25.0], ["given"])).values[0, 0, 0] == 2.0


def test_stops_before_the_start_are_ignored(store, task):
    events = [Bolus(-5.0, "given", 9.0), Bolus(10.0, "given", 1.0), Bolus(12.0, "given", 1.0)]
    late = task(store, None, events, [10.0, 11.0, 13.0], ["given"], start=10.0)
    np.testing.assert_array_equal(ENGINE.solve(late).values[0, :, 0], [0.0, 1.0, 2.0])


def test_each_patient_has_a_schedule_of_their_own(program, task):
    problem = program("d(given) = 0*k ; 0", "k")
    events = [[Bolus(float(j), "given", 1.0) for j in range(i)] for i in range(23)]
    found = ENGINE.solve(task(problem, np.ones((23, 1)), events, [100.0])).values[:, 0, 0]
    np.testing.assert_array_equal(found, np.arange(23.0))


def test_asking_for_more_outputs_changes_none(program, task):
    problem = program("d(x) = 1 - x*x + y ; 0\nd(y) = -x ; 1")
    few, many = np.linspace(0, 50, 6), np.linspace(0, 50, 501)
    coarse = ENGINE.solve(task(problem, None, [Bolus(17.0, "x", 1.0)], few, rtol=1e-5)).values[0]
    fine = ENGINE.solve(task(problem, None, [Bolus(17.0, "x", 1.0)], many, rtol=1e-5)).values[0]
    np.testing.assert_array_equal(fine[::100], coarse)


def test_names_that_cannot_be_asked_for_are_refused(store, task):
    with pytest.raises(UnknownName, match="no output 'gvien'"):
        ENGINE.solve(task(store, None, (), [1.0], ["gvien"]))


@pytest.mark.parametrize("times", [[1.0, 0.5], [-1.0, 2.0], [0.0, np.nan]])
def test_times_out_of_order_are_refused(store, task, times):
    with pytest.raises(ModelError, match="output times"):
        ENGINE.solve(task(store, None, (), times))


@pytest.mark.parametrize("patients, times", [(0, [1.0]), (3, [])])
def test_nothing_to_do_is_done_at_once(program, task, patients, times):
    problem = program("d(x) = -k*x ; 1", "k")
    solution = ENGINE.solve(task(problem, np.ones((patients, 1)), [[]] * patients, times))
    assert solution.values.shape == (patients, len(times), 1)
    assert len(solution.status) == patients
