"""Own elementary functions against numpy in extended precision, in units of the last place."""

import numpy as np
import pytest

from euthymia.engine import vector_maths
from euthymia.engine.instructions import Function, module
from euthymia.engine.machine import host, load, translate

SAMPLES = 8192
RNG = np.random.default_rng(7)


def evaluate(function, x: np.ndarray) -> np.ndarray:
    """The values of a vector function, computed by the code it writes."""
    lanes = host().lanes
    f = Function("run", lanes, (("ptr", "%work"), ("ptr", "%task")), exported=True)
    with f.each(len(x) // lanes) as i:
        offset = f.on_integers("mul", i, lanes)
        f.store(function(f, f.load(f.at("%work", offset))), f.at("%task", offset))
    values = aligned(np.zeros(len(x)))
    argument = aligned(np.asarray(x, float))
    load(translate(module([f], host().triple), host()), host()).run(argument.ctypes.data, values.ctypes.data)
    return values


def aligned(values: np.ndarray) -> np.ndarray:
    room = np.zeros(len(values) + 8)
    first = (-room.ctypes.data // 8) % 8
    room[first : first + len(values)] = values
    return room[first : first + len(values)]


def last_places(found: np.ndarray, exact: np.ndarray) -> float:
    """The largest error, in units of the last place of the exact value."""
    spacing = np.spacing(np.abs(exact.astype(float)))
    return float(np.max(np.abs((found.astype(exact.dtype) - exact) / spacing)))


def extended(x: np.ndarray) -> np.ndarray:
    return x.astype(np.longdouble)


def test_exp():
    x = RNG.uniform(-700, 700, SAMPLES)
    assert last_places(evaluate(vector_maths.exp, x), np.exp(extended(x))) < 1.25


def test_exp_is_clamped():
    x = np.resize([-1e6, -701.0, 701.0, 1e300, 0.0], SAMPLES)
    np.testing.assert_allclose(evaluate(vector_maths.exp, x), np.exp(np.clip(x, -700, 700)), rtol=1e-15)


@pytest.mark.parametrize("spread", [1e-8, 0.3, 600.0])
def test_log(spread):
    x = np.exp(RNG.uniform(-spread, spread, SAMPLES))
    assert last_places(evaluate(vector_maths.log, x), np.log(extended(x))) < 1.0


def test_log_of_one_is_exactly_zero():
    assert np.all(evaluate(vector_maths.log, np.ones(SAMPLES)) == 0.0)


def test_log_of_what_has_none_is_not_a_number():
    assert np.all(np.isnan(evaluate(vector_maths.log_or_nan, np.resize([0.0, -1.0, np.nan], SAMPLES))))


@pytest.mark.parametrize("name", ["sin", "cos"])
def test_turns(name):
    x = RNG.uniform(-1e4, 1e4, SAMPLES)
    exact = getattr(np, name)(extended(x))
    found = evaluate(getattr(vector_maths, name), x)
    far_from_zero = np.abs(exact) > 1e-3
    assert last_places(found[far_from_zero], exact[far_from_zero]) < 2.5
    assert np.max(np.abs(found - exact.astype(float))) < 3e-16


def test_sin_of_small_angles():
    x = RNG.uniform(-1e-3, 1e-3, SAMPLES)
    assert last_places(evaluate(vector_maths.sin, x), np.sin(extended(x))) < 1.0


@pytest.mark.parametrize("exponent", [0.3, 1.8, 4.0, -2.5])
def test_power(exponent):
    def raised(f, x):
        product = f.multiply(f.constant(exponent), vector_maths.log_positive(f, x))
        return vector_maths.power(f, x, product)

    x = np.exp(RNG.uniform(-7, 7, SAMPLES))
    error = np.abs(evaluate(raised, x) / (extended(x) ** np.longdouble(exponent)) - 1)
    assert float(np.max(error / (1 + np.abs(exponent * np.log(x))))) < 3e-16
    assert np.all(evaluate(raised, np.resize([0.0, -0.0, -3.0], SAMPLES)) == 0.0)


def test_atan():
    x = np.tan(RNG.uniform(-1.57, 1.57, SAMPLES))
    assert last_places(evaluate(vector_maths.atan, x), np.arctan(extended(x))) < 2.5
    ends = np.resize([np.inf, -np.inf, 0.0, 1.0, -1.0, 1e300], SAMPLES)
    np.testing.assert_allclose(evaluate(vector_maths.atan, ends), np.arctan(ends), rtol=1e-15)
    assert np.all(np.isnan(evaluate(vector_maths.atan, np.full(SAMPLES, np.nan))))


def test_floor():
    x = np.concatenate([RNG.uniform(-1e3, 1e3, SAMPLES // 2), np.arange(SAMPLES // 2) - 100.0])
    np.testing.assert_array_equal(evaluate(lambda f, value: f.floor(value), x), np.floor(x))
