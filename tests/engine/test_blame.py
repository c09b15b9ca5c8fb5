"""A failure names the state it happened to, and when."""

import numpy as np
import pytest

from euthymia.engine.compiled import CompiledEngine
from euthymia.engine.schedule import Rate

ENGINE = CompiledEngine(threads=1)


def test_the_state_whose_rate_is_no_number_is_named(program, task):
    problem = program("d(x) = -x ; 1\nd(y) = log(0.5 - time)*k ; 0\nd(z) = 1000*x ; 5", "k")
    (status,) = ENGINE.solve(task(problem, [[1.0]], (), [1.0])).status
    assert status.time == pytest.approx(0.5, abs=1e-4)
    assert "a value is not a number at 0." in status.message
    assert "where 'y' is" in status.message
    assert "logarithm of a negative number" in status.message


def test_the_state_that_runs_away_is_named_with_inputs_in_force(program, task):
    """Growth is fed by an infusion that starts at 1 h: x' = x^2 from x(1) = 1 ends at 2 h."""
    problem = program("d(slow) = 1 - slow ; 0\nd(x) = feed*x*x + 0*k ; 1", "k", "feed")
    (status,) = ENGINE.solve(task(problem, [[1.0]], [Rate(1.0, "feed", 1.0, 9.0)], [5.0])).status
    assert not status.ok
    assert status.time == pytest.approx(2.0, rel=1e-3)
    assert "'x' is" in status.message


def test_each_of_many_is_told_its_own(program, task):
    problem = program("d(x) = a*x*x ; 1\nd(y) = b*y*y ; 1", "a b")
    rows = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    solution = ENGINE.solve(task(problem, rows, [[]] * 3, [3.0]))
    assert "'x' is" in solution.status[0].message
    assert "'y' is" in solution.status[1].message
    assert solution.status[2].message == "ok"
