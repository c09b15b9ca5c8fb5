"""The compiled engine against closed forms and against SciPy."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from euthymia.engine.compiled import CompiledEngine
from euthymia.engine.schedule import Bolus, Rate

ENGINE = CompiledEngine(threads=1)

ORAL = """
    d(depot) = -ka*depot ; 0
    d(central) = ka*depot + rate - cl/v*central ; 0
    concentration = central/v
"""


@pytest.fixture(scope="module")
def oral(program):
    return program(ORAL, "ka cl v", "rate")


def after_bolus(times, amount, ka, k):
    """Amount in the body after a single oral dose at time zero."""
    t = np.clip(times, 0, None)
    return amount * ka / (ka - k) * (np.exp(-k * t) - np.exp(-ka * t))


def after_infusion(times, rate, duration, k):
    """Amount in the body during and after an infusion from time zero."""
    t = np.clip(times, 0, None)
    return rate / k * (1 - np.exp(-k * np.minimum(t, duration))) * np.exp(-k * np.clip(t - duration, 0, None))


@pytest.mark.parametrize("rtol", [1e-4, 1e-6, 1e-9])
def test_oral_doses_and_an_infusion_follow_the_closed_form(oral, task, rtol):
    ka = np.linspace(0.4, 3.0, 11)
    cl = np.linspace(9.0, 4.0, 11)
    rows = np.column_stack([ka, cl, np.full(11, 50.0)])
    times = np.linspace(0, 96, 193)
    events = [Bolus(0.0, "depot", 100.0), Bolus(24.0, "depot", 60.0), Rate(30.25, "rate", 12.0, 3.5)]
    solution = ENGINE.solve(task(oral, rows, events, times, ["concentration"], rtol=rtol, atol=rtol * 1e-2))
    assert not solution.failures
    for row, found in zip(rows, solution.values[:, :, 0], strict=True):
        k = row[1] / row[2]
        exact = after_bolus(times, 100, row[0], k) + after_bolus(times - 24, 60, row[0], k)
        exact += after_infusion(times - 30.25, 12, 3.5, k)
        np.testing.assert_allclose(found, exact / row[2], rtol=20 * rtol, atol=20 * rtol)


def test_order_five_is_what_is_measured(program, task):
    """Stops that add nothing cut the run into equal steps; halving them divides the error by about 32."""
    problem = program("d(x) = -3*x*x*y + sin(9*time) ; 1\nd(y) = 8*(x - y*y*y) ; 0.5")
    exact = solve_ivp(
        lambda t, s: [-3 * s[0] ** 2 * s[1] + np.sin(9 * t), 8 * (s[0] - s[1] ** 3)],
        (0, 0.8), [1, 0.5], "DOP853", rtol=1e-13, atol=1e-15,
    ).y[:, -1]  # fmt: skip
    errors = []
    for steps in (20, 40, 80):
        stops = [Bolus(0.8 * i / steps, "x", 0.0) for i in range(steps + 1)]
        found = ENGINE.solve(task(problem, None, stops, [0.8], rtol=1.0, atol=1e9)).values[0, 0]
        errors.append(np.max(np.abs(found - exact)))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert np.all((orders > 4.6) & (orders < 5.6)), (errors, orders)


def test_the_interpolant_has_order_four_between_steps(program, task):
    """Outputs in the middle of steps of known length are as exact as the method says."""
    problem = program("d(x) = -30*x + cos(50*time) ; 1")
    errors = []
    for steps in (20, 40, 80):
        length = 0.8 / steps
        middles = (np.arange(steps) + 0.5) * length
        stops = [Bolus(length * i, "x", 0.0) for i in range(steps + 1)]
        found = ENGINE.solve(task(problem, None, stops, middles, rtol=1.0, atol=1e9)).values[0, :, 0]
        part = 30 / (30**2 + 50**2)
        exact = part * np.cos(50 * middles) + 50 / (30**2 + 50**2) * np.sin(50 * middles)
        errors.append(np.max(np.abs(found - exact - (1 - part) * np.exp(-30 * middles))))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert np.all(orders > 3.8), (errors, orders)


def test_a_stiff_reaction_agrees_with_radau(program, task):
    """Robertson's problem (hairer1996, section IV.1), rates per hour."""
    problem = program("""
        d(a) = -0.04*a + 1e4*b*c ; 1
        d(b) = 0.04*a - 1e4*b*c - 3e7*b^2 ; 0
        d(c) = 3e7*b^2 ; 0
    """)
    times = np.array([0.0, 0.4, 4.0, 40.0, 400.0, 4000.0])

    def rates(_, y):
        fast, slow = 3e7 * y[1] ** 2, 1e4 * y[1] * y[2]
        return [-0.04 * y[0] + slow, 0.04 * y[0] - slow - fast, fast]

    exact = solve_ivp(rates, (0, 4000), [1, 0, 0], "Radau", times, rtol=1e-10, atol=1e-14).y.T
    solution = ENGINE.solve(task(problem, None, (), times, rtol=1e-8, atol=1e-12))
    assert not solution.failures
    np.testing.assert_allclose(solution.values[0], exact, rtol=1e-6, atol=1e-11)


def test_time_in_the_equations_keeps_the_accuracy(program, task):
    problem = program("d(x) = -k*(x - sin(w*time)) ; 0", "k w")
    times = np.linspace(0, 100, 401)
    k, w = 40.0, 0.2617993877991494
    solution = ENGINE.solve(task(problem, [k, w], (), times, rtol=1e-9, atol=1e-11))
    size = k / (k * k + w * w)
    exact = size * (k * np.sin(w * times) - w * np.cos(w * times)) + size * w * np.exp(-k * times)
    np.testing.assert_allclose(solution.values[0, :, 0], exact, atol=2e-8)


def test_branches_and_powers_agree_with_scipy(program, task):
    problem = program(
        """
        drive = where(time < 10, max(sin(time), 0.2), min(x, 0.5))
        gate = (x/ec)^h/(1 + (x/ec)^h)
        d(x) = drive - k*x*abs(cos(time))*gate - 0.1*x ; 0
        d(y) = exp(-x) + log(1 + y) - sqrt(y)*(x >= 0.3) - y^2 ; 0.1
        """,
        "ec h k",
    )
    row = [0.8, 1.7, 0.6]
    times = np.linspace(0, 30, 61)

    def rates(t, s):
        x, y = s
        drive = max(np.sin(t), 0.2) if t < 10 else min(x, 0.5)
        power = (max(x, 0) / row[0]) ** row[1]
        rate_y = np.exp(-x) + np.log(1 + y) - np.sqrt(y) * (x >= 0.3) - y**2
        return [drive - row[2] * x * abs(np.cos(t)) * power / (1 + power) - 0.1 * x, rate_y]

    exact = solve_ivp(rates, (0, 30), [0, 0.1], "DOP853", times, rtol=1e-10, atol=1e-12, max_step=0.02).y.T
    solution = ENGINE.solve(task(problem, row, (), times, ["x", "y", "gate"], rtol=1e-9, atol=1e-11))
    assert not solution.failures
    np.testing.assert_allclose(solution.values[0, :, :2], exact, atol=3e-6)
    power = (exact[:, 0] / row[0]) ** row[1]
    np.testing.assert_allclose(solution.values[0, :, 2], power / (1 + power), atol=3e-6)


def test_a_start_may_follow_from_parameters(program, task):
    problem = program("d(x) = -x ; a*exp(b)", "a b")
    solution = ENGINE.solve(task(problem, [[2.0, 0.5], [3.0, -1.0]], (), [0.0]))
    np.testing.assert_allclose(solution.values[:, 0, 0], [2 * np.exp(0.5), 3 * np.exp(-1.0)], rtol=1e-15)


def test_the_reference_problem_keeps_its_tolerance(reference_problem):
    tight = ENGINE.solve(reference_problem.task(8, 1e-9, 1e-12)).values
    loose = ENGINE.solve(reference_problem.task(8, 1e-4)).values
    assert reference_problem.error(loose, tight) < 1e-3


def test_the_reference_problem_agrees_with_scipy(reference_problem):
    from dataclasses import replace

    from euthymia.engine.reference import ReferenceEngine

    short = replace(reference_problem.task(1, 1e-10, 1e-12), times=np.array([0.0, 3.0, 12.0, 33.0, 60.0]))
    plain = ReferenceEngine(workers=1).solve(short).values
    assert reference_problem.error(ENGINE.solve(short).values, plain) < 1e-7


def test_comparisons_tell_equal_from_less(program, task):
    problem = program("below = a < b\natmost = a <= b\nabove = a > b\natleast = a >= b\nd(x) = 0*a*b ; 0", "a b")
    names = ["below", "atmost", "above", "atleast"]
    found = ENGINE.solve(task(problem, [[1.0, 1.0], [1.0, 2.0], [2.0, 1.0]], (), [0.0], names)).values[:, 0]
    np.testing.assert_array_equal(found, [[0, 1, 0, 1], [1, 1, 0, 0], [0, 0, 1, 1]])


def test_what_has_washed_out_becomes_nothing(program, task):
    """No denormal numbers, which are slow on some processors."""
    found = ENGINE.solve(task(program("d(x) = -x ; 1"), None, (), np.arange(0.0, 30_000.0, 50.0))).values
    assert np.all((found == 0) | (np.abs(found) > 1e-201))
    assert found[0, -1, 0] == 0.0


def test_a_program_may_have_no_states(program, task):
    from euthymia.engine.program import Program
    from euthymia.model.expression import parse

    still = Program(("a",), (), (), (), (), (("rhythm", parse("a*sin(time)")),), ())
    times = np.linspace(0, 100, 7)
    found = ENGINE.solve(task(still, [[2.0]], (), times)).values[0, :, 0]
    np.testing.assert_allclose(found, 2 * np.sin(times), rtol=1e-13)


def test_each_state_may_have_a_tolerance_of_its_own(program, task):
    """The small fast state is solved closely only if its own tolerance asks for it."""
    problem = program("d(large) = -0.3*large ; 1000\nd(small) = 1e-6*sin(5*time) - 0.1*small ; 0")
    times = np.linspace(0, 20, 41)
    part = 1e-6 / (0.1**2 + 25)
    exact = part * (0.1 * np.sin(5 * times) - 5 * np.cos(5 * times) + 5 * np.exp(-0.1 * times))
    errors = []
    for atol in (1e-3, np.array([1e-3, 1e-12])):
        found = ENGINE.solve(task(problem, None, (), times, ["small"], rtol=1e-6, atol=atol)).values[0, :, 0]
        errors.append(np.max(np.abs(found - exact)))
    assert errors[1] < 1e-11 < 1e-9 < errors[0]
