"""Exact derivatives of the graph's nodes, as nodes of the same graph.

Every node's gradient is kept as the few entries that are not zero, so that the Jacobian comes out sparse.
A kink (min, max, abs, where) takes the slope of the branch in force. Left out: second derivatives.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from euthymia.engine.share import SMALLEST_BASE, Graph, Node

Gradient = dict[Node, Node]


def gradients(graph: Graph, roots: Sequence[Node], variables: Iterable[Node]) -> list[Gradient]:
    """For each root, its derivative with respect to each variable it depends on."""
    known: dict[Node, Gradient] = {variable: {variable: graph.number(1.0)} for variable in variables}
    for node in graph.reachable(roots):
        if node not in known:
            known[node] = _gradient(graph, node, known)
    return [known[root] for root in roots]


def _gradient(graph: Graph, node: Node, known: dict[Node, Gradient]) -> Gradient:
    """The chain rule at one node whose arguments are done."""
    parts = graph.parts(node)
    moving = list(dict.fromkeys(variable for part in parts for variable in known[part]))
    if not moving:
        return {}
    zero = graph.number(0.0)
    slope = _rule(graph, node)
    result = {}
    for variable in moving:
        derivative = slope(*(known[part].get(variable, zero) for part in parts))
        if graph.value(derivative) != 0.0:
            result[variable] = derivative
    return result


def _rule(graph: Graph, node: Node):
    """How the derivatives of a node's arguments make up its own."""
    parts = graph.parts(node)
    times, number = graph.multiply, graph.number
    match graph.operators[node]:
        case "+":
            return graph.add
        case "*":
            left, right = parts
            return lambda dl, dr: graph.add(times(dl, right), times(left, dr))
        case "reciprocal":
            outer = graph.negate(times(node, node))
        case "power":
            return lambda _, exponent: times(node, exponent)
        case "log_positive":
            outer = graph.reciprocal(graph.apply("max", parts[0], number(SMALLEST_BASE)))
        case "log":
            outer = graph.reciprocal(parts[0])
        case "exp":
            outer = node
        case "sqrt":
            floor = graph.apply("max", parts[0], number(SMALLEST_BASE))
            outer = times(number(0.5), times(node, graph.reciprocal(floor)))
        case "sin":
            outer = graph.apply("cos", parts[0])
        case "cos":
            outer = graph.negate(graph.apply("sin", parts[0]))
        case "abs":
            outer = graph.where(graph.apply("<", parts[0], number(0.0)), number(-1.0), number(1.0))
        case "min":
            left_in_force = graph.apply("<", *parts)
            return lambda dl, dr: graph.where(left_in_force, dl, dr)
        case "max":
            left_in_force = graph.apply("<", *reversed(parts))
            return lambda dl, dr: graph.where(left_in_force, dl, dr)
        case "where":
            condition = parts[0]
            return lambda _, yes, no: graph.where(condition, yes, no)
        case "atan":
            outer = graph.reciprocal(graph.add(number(1.0), times(parts[0], parts[0])))
        case "<" | "<=" | "floor":
            return lambda *_: number(0.0)
        case operator:
            raise AssertionError(operator)
    return lambda inner: times(outer, inner)
