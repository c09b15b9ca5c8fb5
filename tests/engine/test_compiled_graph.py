"""The symbolic stages by themselves: sharing, differentiating, eliminating, with plain numbers put in."""

import math

import numpy as np
import pytest

from euthymia.engine.differentiate import gradients
from euthymia.engine.eliminate import eliminate, elimination_order, substitute
from euthymia.engine.share import Graph, Level
from euthymia.model.expression import parse

OPERATIONS = {
    "+": lambda a, b: a + b,
    "*": lambda a, b: a * b,
    "reciprocal": lambda a: 1 / a,
    "power": lambda base, exponent: math.exp(exponent) if base > 0 else 0.0,
    "log_positive": lambda a: math.log(max(a, 1e-300)),
    "log": math.log,
    "exp": math.exp,
    "sqrt": math.sqrt,
    "sin": math.sin,
    "cos": math.cos,
    "abs": abs,
    "min": min,
    "max": max,
    "<": lambda a, b: float(a < b),
    "<=": lambda a, b: float(a <= b),
    "where": lambda condition, yes, no: yes if condition else no,
}


def evaluate(graph, root, values):
    """The number a node stands for, given those of the leaves."""
    found = {}
    for node in graph.reachable([root]):
        operator = graph.operators[node]
        if node in values:
            found[node] = values[node]
        elif operator == "number":
            found[node] = graph.arguments[node][0]
        else:
            found[node] = OPERATIONS[operator](*(found[part] for part in graph.parts(node)))
    return found[root]


@pytest.fixture
def graph():
    return Graph()


@pytest.fixture
def names(graph):
    known = {name: graph.leaf("state", i) for i, name in enumerate("xyz")}
    known |= {name: graph.leaf("parameter", i) for i, name in enumerate("abk")}
    return known | {"time": graph.leaf("time")}


POINT = {"x": 0.7, "y": 1.9, "z": -0.4, "a": 1.3, "b": 0.2, "k": 2.4, "time": 5.0}

EXPRESSIONS = [
    "x*y/(a + x)",
    "a*(1 - x/b)*y - k*x*(2 + z)",
    "(x/a)^k/(b^k + (x/a)^k)",
    "x^3 - y^-2 + z^2",
    "x^y",
    "exp(-x*y) + log(y/b) + sqrt(x*y)",
    "sin(a*time + x)*cos(z)",
    "abs(z)*x + min(x, y*z) + max(x*x, z)",
    "where(x < y, x*y, z) + where(z >= 0, x, y^2) + (x < y)*z",
    "-(x - y)/-(k*z)",
    "1/(1/x + 1/y)",
]


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_a_shared_expression_keeps_its_value(graph, names, text):
    values = {node: POINT[name] for name, node in names.items()}
    plain = eval(
        text.replace("^", "**"),
        {"where": lambda c, a, b: a if c else b, "min": min, "max": max, "abs": abs}
        | {name: getattr(math, name) for name in ("exp", "log", "sqrt", "sin", "cos")},
        POINT,
    )
    assert evaluate(graph, graph.read(parse(text), names), values) == pytest.approx(plain, rel=1e-13)


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_derivatives_match_differences(graph, names, text):
    root = graph.read(parse(text), names)
    variables = [names[name] for name in ("x", "y", "z", "time")]
    (gradient,) = gradients(graph, [root], variables)
    values = {node: POINT[name] for name, node in names.items()}
    for variable in variables:
        step = 1e-6
        above, below = values | {variable: values[variable] + step}, values | {variable: values[variable] - step}
        slope = (evaluate(graph, root, above) - evaluate(graph, root, below)) / (2 * step)
        found = evaluate(graph, gradient[variable], values) if variable in gradient else 0.0
        assert found == pytest.approx(slope, rel=1e-7, abs=1e-8)


def test_equal_expressions_are_one_node(graph, names):
    assert graph.read(parse("x*y + a"), names) == graph.read(parse("a + y*x"), names)


@pytest.mark.parametrize(
    "text, steps", [("k*a/b*x", 1), ("k*(1 - a*x)", 2), ("x*a*y*b", 2), ("(a + x) + (b + y)", 2), ("x/a/b", 1)]
)
def test_what_is_known_per_patient_is_split_off(graph, names, text, steps):
    root = graph.read(parse(text), names)
    moving = [n for n in graph.reachable([root]) if graph.levels[n] == Level.STEP and graph.parts(n)]
    assert len(moving) == steps


def test_the_slope_of_a_power_is_finite_at_zero(graph, names):
    root = graph.read(parse("x^k/(b^k + x^k)"), names)
    (gradient,) = gradients(graph, [root], [names["x"]])
    values = {node: POINT[name] for name, node in names.items()} | {names["x"]: 0.0}
    assert evaluate(graph, root, values) == 0.0
    assert evaluate(graph, gradient[names["x"]], values) == 0.0


def test_an_arrow_is_eliminated_from_its_tip_without_filling_in():
    size = 9
    arrow = {(0, i) for i in range(size)} | {(i, 0) for i in range(size)} | {(i, i) for i in range(size)}
    assert elimination_order(size, arrow)[-2:] in ((0, 8), (8, 0))
    graph = Graph()
    jacobian = {entry: graph.leaf("state", 10 * entry[0] + entry[1]) for entry in arrow}
    factors = eliminate(graph, jacobian, size)
    assert sum(len(factors.below[p]) + len(factors.right[p]) for p in factors.order) == 2 * (size - 1)


@pytest.mark.parametrize("size, share", [(1, 1.0), (5, 1.0), (12, 0.2), (30, 0.1)])
def test_substitution_solves_the_system(size, share):
    random = np.random.default_rng(size)
    matrix = random.standard_normal((size, size)) * (random.random((size, size)) < share)
    graph = Graph()
    entries = {(i, j): graph.leaf("state", i * size + j) for i, j in zip(*np.nonzero(matrix), strict=True)}
    values = {node: float(matrix[entry]) for entry, node in entries.items()} | {graph.leaf("shift"): 7.0}
    factors = eliminate(graph, entries, size)
    right = random.standard_normal(size)
    found = substitute(
        factors,
        right,
        lambda node, x, total: evaluate(graph, node, values) * x + total,
        lambda node, x: evaluate(graph, node, values) * x,
    )
    np.testing.assert_allclose(found, np.linalg.solve(7.0 * np.eye(size) - matrix, right), rtol=1e-9)
