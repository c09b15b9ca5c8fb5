"""A condition that changes ends the run of that patient, at that moment, and of nobody else."""

from dataclasses import replace

import numpy as np
import pytest

from euthymia.engine.compiled import CompiledEngine
from euthymia.engine.methods import RODAS5P, TSIT5
from euthymia.engine.reference import ReferenceEngine
from euthymia.engine.schedule import Bolus, Rate
from euthymia.model.expression import parse

ENGINES = {
    "Rodas5P": CompiledEngine(threads=1),
    "Tsit5": CompiledEngine(threads=1, method=TSIT5),
    "reference": ReferenceEngine(workers=1),
}


@pytest.fixture(params=ENGINES.values(), ids=ENGINES.keys())
def engine(request):
    return request.param


@pytest.fixture(scope="module")
def decay(program):
    """Exponential decay, watched at a half."""
    return replace(program("d(x) = -k*x ; 1", "k"), triggers=(parse("x < 0.5"),))


def test_the_moment_is_the_closed_form_one(engine, decay, task):
    rates = np.geomspace(0.05, 5.0, 21)
    solution = engine.solve(task(decay, rates[:, None], [[]] * 21, [0.0, 50.0], rtol=1e-10, atol=1e-12))
    np.testing.assert_allclose(solution.stopped, np.log(2) / rates, rtol=1e-8)
    np.testing.assert_allclose(solution.states[:, 0], 0.5, rtol=1e-8)
    assert all(status.ok for status in solution.status)


def test_outputs_end_where_the_run_does(engine, decay, task):
    times = np.arange(0.0, 3.0, 0.25)
    found = engine.solve(task(decay, [[0.5]], (), times)).values[0, :, 0]
    before = times < np.log(2) / 0.5
    np.testing.assert_allclose(found[before], np.exp(-0.5 * times[before]), rtol=1e-6)
    assert np.isnan(found[~before]).all()


def test_a_patient_who_never_gets_there_runs_to_the_end(engine, decay, task):
    solution = engine.solve(task(decay, [[0.0], [1.0]], [[], []], [0.0, 9.0]))
    assert solution.stopped[0] == np.inf and solution.values[0, 1, 0] == 1.0
    assert solution.stopped[1] == pytest.approx(np.log(2), rel=1e-6)


def test_a_change_in_either_direction_counts_and_the_first_one_does(engine, program, task):
    problem = program("d(x) = cos(time) ; 0")
    both = replace(problem, triggers=(parse("where(x > 0.9, 1, 0)"), parse("where(x > -0.1, 1, 0)")))
    solution = engine.solve(task(both, None, (), [0.0, 9.0], rtol=1e-10, atol=1e-12))
    assert solution.stopped[0] == pytest.approx(np.arcsin(0.9), rel=1e-7)
    falling = replace(problem, triggers=(parse("where(x > -0.1, 1, 0)"),))
    solution = engine.solve(task(falling, None, (), [0.0, 9.0], rtol=1e-10, atol=1e-12))
    assert solution.stopped[0] == pytest.approx(np.pi + np.arcsin(0.1), rel=1e-7)


def test_going_on_from_where_it_stopped_gives_the_whole_run(engine, program, task):
    """A ball that bounces: on the ground, off it, and on it again."""
    ball = program("d(height) = speed ; 1\nd(speed) = -9.81 ; 0")
    watched = replace(ball, triggers=(parse("height <= 0"),))
    first = engine.solve(task(watched, None, (), [0.1, 5.0], rtol=1e-10, atol=1e-12))
    assert first.stopped[0] == pytest.approx(np.sqrt(2 / 9.81), rel=1e-9)
    bounced = first.states * [[0.0, -1.0]]
    options = {"rtol": 1e-10, "atol": 1e-12}
    airborne = engine.solve(task(watched, None, (), [0.1, 5.0], start=first.stopped, initial=bounced, **options))
    assert airborne.stopped[0] == pytest.approx(first.stopped[0], rel=1e-9)
    second = engine.solve(
        task(watched, None, (), [0.1, 5.0], start=airborne.stopped, initial=airborne.states, **options)
    )
    assert np.isnan(second.values[0, 0]).all()
    assert second.stopped[0] == pytest.approx(3 * np.sqrt(2 / 9.81), rel=1e-6)


def test_a_dose_may_change_a_condition(engine, program, task):
    problem = replace(program("d(x) = 0*rate ; 0", "", "rate"), triggers=(parse("x + 100*rate >= 5"),))
    events = [Bolus(1.0, "x", 2.0), Bolus(2.0, "x", 4.0)]
    solution = engine.solve(task(problem, None, events, [0.0, 3.0], ["x"]))
    assert (solution.stopped[0], solution.states[0, 0]) == (2.0, 6.0)
    solution = engine.solve(task(problem, None, [Rate(1.5, "rate", 1.0, 1.0)], [0.0, 3.0], ["x"]))
    assert solution.stopped[0] == 1.5


def test_a_condition_on_time_is_met_exactly(engine, program, task):
    problem = replace(program("d(x) = 1 ; 0"), triggers=(parse("time >= 3.25"),))
    solution = engine.solve(task(problem, None, (), [0.0, 9.0]))
    assert solution.stopped[0] == pytest.approx(3.25, abs=1e-12)


@pytest.mark.parametrize("method", [RODAS5P, TSIT5], ids=lambda method: method.name)
def test_neighbours_and_threads_do_not_matter(decay, task, method):
    rates = np.geomspace(0.05, 5.0, 37)
    whole = task(decay, rates[:, None], [[]] * 37, np.linspace(0, 20, 11), rtol=1e-5)
    together = CompiledEngine(threads=1, method=method).solve(whole)
    spread = CompiledEngine(threads=2, method=method).solve(whole)
    np.testing.assert_array_equal(together.stopped, spread.stopped)
    for patient in (0, 17, 36):
        alone = CompiledEngine(threads=1, method=method).solve(whole.subset(np.array([patient])))
        np.testing.assert_array_equal(alone.stopped[0], together.stopped[patient])
        np.testing.assert_array_equal(alone.values[0], together.values[patient])
