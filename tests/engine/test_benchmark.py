"""The benchmark is fair and says what it means: same problem for all, and the rule by which ratios are taken."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from euthymia.engine.compiled import CompiledEngine
from euthymia.model.expression import names_in

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module", autouse=True)
def beside_the_benchmarks():
    """The benchmark's modules import each other by name, as a script's do."""
    sys.path.insert(0, str(BENCHMARKS))
    yield
    sys.path.remove(str(BENCHMARKS))


@pytest.fixture(scope="module")
def first_days(beside_the_benchmarks):
    """Two patients, the first five days, and our values there."""
    import reference_problem

    whole = reference_problem.task(2, 1e-7)
    task = replace(whole, times=whole.times[whole.times <= 120])
    return task, CompiledEngine(threads=1).solve(replace(task, rtol=1e-10, atol=1e-13)).values


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("scipy_lsoda", "Plain"),
        ("scipy_lsoda", "Compiled"),
        ("libroadrunner", "RoadRunner"),
        ("numbalsoda", "NumbaLsoda"),
        ("mrgsolve", "Mrgsolve"),
    ],
)
def test_every_contender_solves_the_same_problem(first_days, module, name):
    from importlib import import_module

    import reference_problem
    from contenders import Absent

    task, exact = first_days
    try:
        contender = getattr(import_module(f"contenders.{module}"), name)(task)
    except Absent as reason:
        pytest.skip(f"{name} is absent: {reason}")
    turn = contender.solve(task)
    assert turn.failures == 0
    assert turn.cpu_seconds > 0
    assert reference_problem.error(turn.values, exact) < 3e-4


@pytest.mark.parametrize("states", [15, 30, 61, 122, 400])
def test_composed_problems_need_nothing_from_outside(states):
    import reference_problem

    program, values = reference_problem.composed(states)
    known = {*program.parameters, *program.inputs, *program.states, "time"}
    assert len(program.states) == len(set(program.states)) == states
    assert {name for rate in program.derivatives for name in names_in(rate)} <= known
    assert set(values) == set(program.parameters)


def test_copies_side_by_side_do_what_one_does(first_days):
    """Step control sees the same errors twice, so the steps are nearly those of one and the values agree."""
    import reference_problem

    _, exact = first_days
    program, values = reference_problem.composed(122)
    task = reference_problem.task_of(program, values, 2, 1e-8)
    found = CompiledEngine(threads=1).solve(replace(task, times=task.times[: exact.shape[1]])).values
    for copy in (found[:, :, :61], found[:, :, 61:]):
        np.testing.assert_allclose(copy, exact, rtol=1e-5, atol=1e-7)


def test_a_problem_that_cannot_be_composed_is_refused():
    import reference_problem

    with pytest.raises(ValueError, match="17 states cannot be composed; the nearest is 15"):
        reference_problem.composed(17)


def test_beside_each_opponent_stands_our_loosest_tolerance_that_is_no_worse():
    import matched_error

    def setting(name: str, rtol: float, error: float, speed: float) -> matched_error.Setting:
        return matched_error.Setting(name, rtol, rtol / 100, 8, [speed], error)

    own, other = "euthymia, Rodas5P", "libRoadRunner"
    ours = [setting(own, 1e-3, 5e-3, 900.0), setting(own, 1e-4, 8e-4, 600.0), setting(own, 1e-5, 1e-5, 400.0)]
    theirs = [setting(other, 1e-6, 9e-4, 10.0), setting(other, 1e-9, 1e-6, 5.0)]
    near, far = matched_error.compare([*ours, *theirs], targets=(1e-3, 1e-6))
    assert (near["own_setting"]["rtol"], near["ratio"]) == (1e-4, 60.0)
    assert (far["own_setting"], far["ratio"]) == (None, None)


def test_a_contender_that_breaks_is_a_row():
    import matched_error

    class Broken:
        def solve(self, task):
            raise RuntimeError("out of luck")

    setting = matched_error.Setting("broken", 1e-4, 1e-6, 1)
    setting.take_turn(Broken(), np.zeros((1, 1, 1)), False)
    assert setting.told() | {"trouble": "RuntimeError: out of luck", "error": None} == setting.told()
    assert setting.told()["patients_per_cpu_second"] is None
    assert matched_error.compare([setting]) == []


def test_mrgsolve_is_given_every_dose():
    import reference_problem
    from contenders import mrgsolve

    task = reference_problem.task(2)
    table = np.array(mrgsolve.doses(task))
    second = table[table[:, 0] == 2]
    boluses, infusions = second[second[:, 5] == 0], second[second[:, 5] > 0]
    assert boluses[:, 4].sum() == 56 * 20.0
    assert np.all(boluses[:, 3] == task.program.states.index("Adep") + 1)
    np.testing.assert_allclose(infusions[:, 4], 40.0)
    assert len(infusions) == 16
    assert np.all(infusions[:, 3] == task.program.states.index("Bcen") + 1)
    text = mrgsolve.model_text(task.program)
    assert all(f"dxdt_s_{name} = " in text for name in task.program.states)
