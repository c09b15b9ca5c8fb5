"""Stops are landed on exactly, at any tolerance, and outputs never disturb them."""

import numpy as np
import pytest

from euthymia.engine.compiled import CompiledEngine
from euthymia.engine.reference import ReferenceEngine
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


@pytest.mark.parametrize("engine", [ENGINE, ReferenceEngine(workers=1)], ids=["compiled", "reference"])
def test_a_dose_in_the_past_is_refused(store, task, engine):
    with pytest.raises(ModelError, match=r"patient 0 adds to 'given' at -5 h, before the start of the run \(10 h\)"):
        engine.solve(task(store, None, [Bolus(-5.0, "given", 9.0)], [10.0], start=10.0))


@pytest.mark.parametrize("engine", [ENGINE, ReferenceEngine(workers=1)], ids=["compiled", "reference"])
def test_a_run_goes_on_from_given_states_with_the_past_behind_it(store, task, engine):
    """Doses before the start are in the states; what was switched on before it is still on."""
    events = [Bolus(5.0, "given", 9.0), Rate(8.0, "rate", 2.0, 4.0), Bolus(10.0, "given", 1.0)]
    late = task(store, None, events, [9.0, 10.0, 11.0, 13.0], ["given"], start=10.0 - 1.0, initial=np.array([[7.0, 0]]))
    np.testing.assert_allclose(engine.solve(late).values[0, :, 0], [7.0, 9.0, 12.0, 14.0], rtol=1e-14)


@pytest.mark.parametrize("engine", [ENGINE, ReferenceEngine(workers=1)], ids=["compiled", "reference"])
def test_each_patient_may_start_at_a_time_of_their_own(program, task, engine):
    problem = program("d(age) = 0*k + 1 ; 0", "k")
    starts = np.array([0.0, 2.5, 4.0, 9.0])
    solution = engine.solve(task(problem, np.ones((4, 1)), [[]] * 4, [1.0, 4.0, 5.0], ["age"], start=starts))
    expected = np.array([1.0, 4.0, 5.0]) - starts[:, None]
    expected[expected < 0] = np.nan
    np.testing.assert_allclose(solution.values[:, :, 0], expected, rtol=1e-12)
    assert all(status.ok for status in solution.status)


@pytest.mark.parametrize("engine", [ENGINE, ReferenceEngine(workers=1)], ids=["compiled", "reference"])
def test_an_output_at_a_stop_is_the_value_after_it_where_asked(store, task, engine):
    events = [Bolus(0.0, "given", 3.0), Bolus(5.0, "given", 4.0), Rate(8.0, "rate", 1.0, 1.0)]
    times = [0.0, 5.0, 5.0, 5.5, 8.0, 8.5, 9.0, 9.5]
    found = engine.solve(task(store, None, events, times, ["given", "rate"], after=True)).values[0]
    np.testing.assert_allclose(found[:, 0], [3, 7, 7, 7, 7, 7.5, 8, 8], rtol=1e-14)
    assert list(found[:, 1]) == [0, 0, 0, 0, 1, 1, 0, 0]


def test_values_after_a_stop_do_not_depend_on_neighbours(program, task):
    """A neighbour who begins just then makes the worker look at outputs early; the numbers stay the same."""
    problem = program("d(x) = -k*x ; 1\ntwice = 2*x", "k")
    rows = np.linspace(0.1, 3.0, 40)[:, None]
    events = [[Bolus(float(t), "x", 1.0) for t in range(i % 7)] for i in range(40)]
    whole = task(problem, rows, events, np.arange(8.0), after=True, rtol=1e-5)
    together = ENGINE.solve(whole).values
    for patient in (0, 13, 39):
        alone = ENGINE.solve(whole.subset(np.array([patient]))).values
        np.testing.assert_array_equal(alone[0], together[patient])


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


@pytest.mark.parametrize(
    "options, told",
    [
        ({"rtol": 0.0}, "a tolerance makes no sense"),
        ({"rtol": 3.0}, "a tolerance makes no sense"),
        ({"rtol": 1e-17}, "a tolerance makes no sense"),
        ({"rtol": float("nan")}, "a tolerance makes no sense"),
        ({"atol": -1.0}, "a tolerance makes no sense"),
        ({"atol": np.array([1e-8, np.inf])}, "a tolerance makes no sense"),
        ({"atol": np.full(3, 1e-8)}, "3 absolute tolerances for 2 states"),
        ({"max_steps": 0}, "limits of the steps make no sense"),
        ({"first_step": 1e-12}, "limits of the steps make no sense"),
        ({"start": float("inf")}, "a start is not a finite time"),
        ({"initial": np.zeros((1, 5))}, r"starts from values of shape \(1, 5\)"),
    ],
)
@pytest.mark.parametrize("engine", [ENGINE, ReferenceEngine(workers=1)], ids=["compiled", "reference"])
def test_what_makes_no_sense_is_refused_before_anything_runs(store, task, engine, options, told):
    with pytest.raises(ModelError, match=told):
        engine.solve(task(store, None, (), [1.0], **options))
