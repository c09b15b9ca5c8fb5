"""The coefficients satisfy the theory they come from (hairer1996, section IV.7)."""

from functools import cache
from math import prod

import numpy as np
import pytest

from euthymia.engine.methods import RODAS5P, TSIT5

Tree = tuple


@cache
def trees(order: int) -> tuple[Tree, ...]:
    """All rooted trees with this many vertices, each as the sorted tuple of the trees on its root."""

    def forests(vertices: int, largest: int):
        if vertices == 0:
            yield ()
        for size in range(min(vertices, largest), 0, -1):
            for tree in trees(size):
                for rest in forests(vertices - size, size):
                    yield (tree, *rest)

    return tuple({tuple(sorted(forest)) for forest in forests(order - 1, order - 1)})


def vertices(tree: Tree) -> int:
    return 1 + sum(map(vertices, tree))


def density(tree: Tree) -> int:
    return vertices(tree) * prod(map(density, tree))


def elementary_weight(tree: Tree) -> np.ndarray:
    """A vertex with one branch goes on through A + Γ, one with several through A."""
    explicit, implicit, _ = RODAS5P.butcher
    matrix = explicit + implicit if len(tree) == 1 else explicit
    return np.prod([np.ones(RODAS5P.stages)] + [matrix @ elementary_weight(branch) for branch in tree], axis=0)


def residual(weights: np.ndarray, order: int, share: float = 1.0) -> float:
    return max(abs(weights @ elementary_weight(t) - share**order / density(t)) for t in trees(order))


def in_stages(weights) -> np.ndarray:
    """Weights of the u as weights of the stages k."""
    return np.asarray(weights) @ RODAS5P.butcher[1]


def test_there_are_as_many_trees_as_the_theory_counts():
    assert [len(trees(order)) for order in range(1, 7)] == [1, 1, 2, 4, 9, 20]


@pytest.mark.parametrize("order", range(1, 6))
def test_the_result_has_order_five(order):
    assert residual(in_stages(RODAS5P.weights), order) < 1e-13


def test_the_result_has_no_higher_order():
    assert residual(in_stages(RODAS5P.weights), 6) > 1e-3


@pytest.mark.parametrize("order", range(1, 5))
def test_the_embedded_result_has_order_four_and_no_more(order):
    embedded = in_stages((*RODAS5P.weights[:-1], 0.0))
    assert residual(embedded, order) < 1e-13
    assert residual(embedded, 5) > 1e-3


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("order", range(1, 5))
def test_the_interpolant_has_order_four_everywhere(order, share):
    first, second, third = map(np.asarray, RODAS5P.dense)
    weights = share * (np.asarray(RODAS5P.weights) + (1 - share) * (first + share * (second + share * third)))
    assert residual(in_stages(weights), order, share) < 1e-13


def test_nodes_and_slopes_are_the_row_sums():
    explicit, implicit, _ = RODAS5P.butcher
    np.testing.assert_allclose(explicit.sum(axis=1), RODAS5P.nodes, atol=1e-13)
    np.testing.assert_allclose(implicit.sum(axis=1), RODAS5P.slopes, atol=1e-13)


def amplification(z: complex) -> complex:
    """The factor by which one step multiplies the solution of y' = λ y, with z = h λ."""
    explicit, implicit, weights = RODAS5P.butcher
    stages = np.linalg.solve(np.eye(RODAS5P.stages) - z * (explicit + implicit), np.ones(RODAS5P.stages))
    return 1 + z * (weights @ stages)


def test_the_method_is_l_stable():
    assert all(abs(amplification(1j * y)) <= 1 + 1e-12 for y in np.geomspace(1e-3, 1e4, 400))
    assert abs(amplification(-1e10)) < 1e-6


def explicit_weight(tree: Tree) -> np.ndarray:
    matrix = np.zeros((TSIT5.stages, TSIT5.stages))
    for i, row in enumerate(TSIT5.explicit, start=1):
        matrix[i, : len(row)] = row
    return np.prod([np.ones(TSIT5.stages)] + [matrix @ explicit_weight(branch) for branch in tree], axis=0)


def explicit_residual(weights, order: int, share: float = 1.0) -> float:
    return max(abs(np.asarray(weights) @ explicit_weight(t) - share**order / density(t)) for t in trees(order))


@pytest.mark.parametrize("order", range(1, 6))
def test_tsit5_has_order_five(order):
    assert explicit_residual(TSIT5.weights, order) < 1e-13


def test_tsit5_has_no_higher_order():
    assert explicit_residual(TSIT5.weights, 6) > 1e-4


@pytest.mark.parametrize("order", range(1, 5))
def test_the_embedded_result_of_tsit5_has_order_four_and_no_more(order):
    embedded = np.asarray(TSIT5.weights) - TSIT5.errors
    assert explicit_residual(embedded, order) < 1e-12
    assert explicit_residual(embedded, 5) > 1e-4


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("order", range(1, 5))
def test_the_interpolant_of_tsit5_has_order_four_everywhere(order, share):
    first, second, third = map(np.asarray, TSIT5.dense)
    common = share * (np.asarray(TSIT5.weights) + (1 - share) * (first + share * (second + share * third)))
    printed = [sum(c * share ** (m + 1) for m, c in enumerate(row)) for row in TSIT5.polynomials]
    np.testing.assert_allclose(common, printed, atol=1e-13)
    assert explicit_residual(common, order, share) < 1e-12
