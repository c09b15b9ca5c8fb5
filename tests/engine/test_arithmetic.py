"""The plain evaluation of expressions, and the operators that only other formats need, on every engine."""

from __future__ import annotations

import math

import numpy as np
import pytest

from euthymia.engine.arithmetic import evaluate, in_order
from euthymia.engine.compiled import CompiledEngine
from euthymia.engine.program import Program
from euthymia.engine.reference import ReferenceEngine
from euthymia.engine.schedule import tabulate
from euthymia.engine.task import Task
from euthymia.errors import ModelError
from euthymia.model.expression import Call, Name, Number, parse

X, N = Name("x"), Name("n")
BASES = [-8.0, -2.5, -1.0, 0.0, 0.5, 2.0, 30.0]
EXPONENTS = [-17.0, -3.0, -0.5, 0.0, 1.0, 2.0, 2.5, 20.0, 21.0]


@pytest.mark.parametrize("engine", [CompiledEngine(threads=1), ReferenceEngine(workers=1)], ids=lambda e: e.name)
@pytest.mark.parametrize(
    "expression, exact",
    [
        (Call("pow", (X, N)), np.power),
        (Call("floor", (X,)), lambda x, n: np.floor(x)),
        (Call("atan", (X,)), lambda x, n: np.arctan(x)),
    ],
    ids=["pow", "floor", "atan"],
)
def test_operators_of_other_formats(engine, expression, exact):
    """As a value of a state and as the value it starts from, for every pair of base and exponent at once."""
    given = np.array([(base, exponent) for base in BASES for exponent in EXPONENTS])
    program = Program(
        ("x", "n"), (), (), ("y", "s"), (X, Number(0.0)), (("v", _of_state(expression)),), (Number(0.0),) * 2
    )
    task = Task(program, given, tabulate(program, [[]] * len(given)), np.array([1.0]), ("v",))
    found = engine.solve(task).values[:, 0, 0]
    with np.errstate(all="ignore"):
        expected = exact(*given.T)
        assert np.array([evaluate(expression, {"x": x, "n": n}) for x, n in given]) == pytest.approx(
            expected, rel=1e-14, nan_ok=True
        )
    assert found == pytest.approx(expected, rel=1e-13, nan_ok=True)


def _of_state(expression: Call) -> Call:
    return Call(expression.operator, (Name("y"), *expression.arguments[1:]))


def test_slopes_of_operators_of_other_formats():
    """A state that follows dy/dt = atan(y) - pow(y, 3)/8, whose Jacobian needs both slopes."""
    rate = Call("-", (Call("atan", (Name("y"),)), Call("/", (Call("pow", (Name("y"), N)), Number(8.0)))))
    program = Program(("n",), (), (), ("y",), (Number(0.3),), (), (rate,))
    task = Task(
        program,
        np.array([[3.0], [2.5]]),
        tabulate(program, [[]] * 2),
        np.array([1.0, 5.0]),
        ("y",),
        rtol=1e-9,
        atol=1e-12,
    )
    fast, slow = CompiledEngine(threads=1).solve(task), ReferenceEngine(workers=1).solve(task)
    assert all(status.ok for status in fast.status)
    np.testing.assert_allclose(fast.values, slow.values, rtol=1e-7)


def test_arrays_and_numbers_alike():
    expression = parse("where(x > 1, x^0.5, -x) + min(x, 2)*(x <= 1) + sqrt(x - 1)")
    points = np.array([-1.0, 0.0, 1.0, 4.0])
    whole = evaluate(expression, {"x": points})
    np.testing.assert_array_equal(whole, [float(evaluate(expression, {"x": point})) for point in points])
    np.testing.assert_allclose(whole, [0.0, 0.0, 0.0, 2 + math.sqrt(3)])


def test_definitions_are_put_in_order_and_a_ring_is_named():
    ordered = in_order({"a": parse("b + c"), "b": parse("c*2"), "c": parse("k")})
    assert [name for name, _ in ordered] == ["c", "b", "a"]
    with pytest.raises(ModelError, match="a → b → a"):
        in_order({"a": parse("b"), "b": parse("a + 1")})
