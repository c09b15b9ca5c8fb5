"""The equations as one graph in which nothing is written twice.

A node is an operator and the nodes it is applied to; equal nodes are the same node. Every node has a level: a
constant, known once per patient, or changing within a step. Sums and products are kept with the part that is known
once per patient split off, so that this part can be computed before the first step.
Assumes that reordering a sum or product is harmless (it moves the last bits, nothing else). Left out: collecting
like terms across long sums.

Division becomes multiplication by `reciprocal`, subtraction becomes addition of -1 times a term. A power with a
constant whole exponent is repeated multiplication. Any other power is e^(n log x) for x > 0, and 0 for x ≤ 0;
`pow` differs from it at x ≤ 0, where it does as IEEE arithmetic does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from euthymia.engine.program import Program
from euthymia.model.expression import Call, Expression, Name
from euthymia.model.expression import Number as Literal

#: below this a base counts as zero, so that the slope of a power stays finite
SMALLEST_BASE = 1e-30

Node = int


class Level(IntEnum):
    """When a value is known."""

    CONSTANT = 0
    PATIENT = 1
    STEP = 2


#: nodes without arguments: where a value is loaded from, and when it is known
LEAVES = {
    "parameter": Level.PATIENT,
    "input": Level.STEP,
    "state": Level.STEP,
    "time": Level.STEP,
    "shift": Level.STEP,
}

_FOLD = {
    "+": lambda a, b: a + b,
    "*": lambda a, b: a * b,
    "<": lambda a, b: float(a < b),
    "<=": lambda a, b: float(a <= b),
    "min": min,
    "max": max,
    "abs": abs,
    "sin": math.sin,
    "cos": math.cos,
    "exp": lambda a: math.exp(min(max(a, -700.0), 700.0)),
    "atan": math.atan,
    "floor": lambda a: float(math.floor(a)) if math.isfinite(a) else a,
}


class Graph:
    """Grows node by node; a node's number is always above those of its arguments."""

    def __init__(self) -> None:
        self.operators: list[str] = []
        self.arguments: list[tuple] = []
        self.levels: list[Level] = []
        self._known: dict[tuple, Node] = {}

    def number(self, value: float) -> Node:
        return self._node("number", (float(value),), Level.CONSTANT)

    def leaf(self, kind: str, index: int = 0) -> Node:
        """A value loaded from outside: `kind` is one of `LEAVES`."""
        return self._node(kind, (index,), LEAVES[kind])

    def value(self, node: Node) -> float | None:
        """The number this node is, if it is one."""
        return self.arguments[node][0] if self.operators[node] == "number" else None

    def parts(self, node: Node) -> tuple[Node, ...]:
        """The nodes this node is applied to."""
        operator = self.operators[node]
        return () if operator == "number" or operator in LEAVES else self.arguments[node]

    def reachable(self, roots: Iterable[Node]) -> list[Node]:
        """Every node the roots need, each after its arguments, in the order a depth-first reading meets them."""
        seen: set[Node] = set()
        ordered: list[Node] = []
        for root in roots:
            waiting = [(root, False)]
            while waiting:
                node, ready = waiting.pop()
                if ready:
                    ordered.append(node)
                elif node not in seen:
                    seen.add(node)
                    waiting.append((node, True))
                    waiting += [(part, False) for part in reversed(self.parts(node))]
        return ordered

    # -- sums and products ---------------------------------------------------------------------------------

    def add(self, left: Node, right: Node) -> Node:
        known_left, moving_left = self._split(left, "+")
        known_right, moving_right = self._split(right, "+")
        known = self._pair("+", known_left, known_right)
        moving = self._pair("+", moving_left, moving_right)
        if known is not None and self.value(known) == 0.0 and moving is not None:
            return moving
        return self._required(self._pair("+", known, moving))

    def multiply(self, left: Node, right: Node) -> Node:
        known_left, moving_left = self._split(left, "*")
        known_right, moving_right = self._split(right, "*")
        known = self._pair("*", known_left, known_right)
        moving = self._pair("*", moving_left, moving_right)
        if known is None or moving is None:
            return self._required(known if moving is None else moving)
        if self.value(known) == 0.0:
            return known
        if self.value(known) == 1.0:
            return moving
        offset, rest = self._split(moving, "+")
        if offset is not None and rest is not None:
            return self.add(self.multiply(known, offset), self.multiply(known, rest))
        return self._required(self._pair("*", known, moving))

    def subtract(self, left: Node, right: Node) -> Node:
        return self.add(left, self.negate(right))

    def negate(self, node: Node) -> Node:
        return self.multiply(self.number(-1.0), node)

    def reciprocal(self, node: Node) -> Node:
        number = self.value(node)
        if number:
            return self.number(1.0 / number)
        if self.operators[node] == "reciprocal":
            return self.arguments[node][0]
        known, moving = self._split(node, "*")
        if known is not None and moving is not None:
            return self.multiply(self.reciprocal(known), self.reciprocal(moving))
        return self.apply("reciprocal", node)

    def divide(self, left: Node, right: Node) -> Node:
        numerator, denominator = self.value(left), self.value(right)
        if numerator is not None and denominator:
            return self.number(numerator / denominator)
        return self.multiply(left, self.reciprocal(right))

    # -- everything else -----------------------------------------------------------------------------------

    def power(self, base: Node, exponent: Node) -> Node:
        whole = self.value(exponent)
        if whole is not None and abs(whole) <= 16 and whole == int(whole):
            repeated = self._repeated(base, abs(int(whole)))
            return repeated if whole >= 0 else self.reciprocal(repeated)
        number = self.value(base)
        if number is not None and whole is not None:
            return self.number(number**whole if number > 0 else 0.0)
        return self.apply("power", base, self.multiply(exponent, self.apply("log_positive", base)))

    def signed_power(self, base: Node, exponent: Node) -> Node:
        """The power of IEEE arithmetic: a negative base has one to whole exponents, and 0 to a negative one is ∞."""
        whole = self.value(exponent)
        if whole is not None and abs(whole) <= 16 and whole == int(whole):
            return self.power(base, exponent)
        zero, one, half = self.number(0.0), self.number(1.0), self.number(0.5)
        size = self.power(self.apply("abs", base), exponent)
        is_whole = self.apply("<=", exponent, self.apply("floor", exponent))
        halved = self.multiply(half, exponent)
        even = self.apply("<=", halved, self.apply("floor", halved))
        signed = self.where(even, size, self.negate(size))
        negative = self.where(is_whole, signed, self.number(math.nan))
        falling = self.apply("<", exponent, zero)
        at_zero = self.where(falling, self.number(math.inf), self.where(self.apply("<", zero, exponent), zero, one))
        below = self.where(self.apply("<", base, zero), negative, at_zero)
        return self.where(self.apply("<", zero, base), size, below)

    def where(self, condition: Node, yes: Node, no: Node) -> Node:
        if self.value(condition) is not None:
            return yes if self.value(condition) else no
        return yes if yes == no else self.apply("where", condition, yes, no)

    def apply(self, operator: str, *arguments: Node) -> Node:
        """Any operator, computed at once if all its arguments are numbers."""
        values = [self.value(argument) for argument in arguments]
        if operator in _FOLD and None not in values:
            return self.number(_FOLD[operator](*values))
        return self._node(operator, arguments, max(self.levels[argument] for argument in arguments))

    def read(self, expression: Expression, names: Mapping[str, Node]) -> Node:
        """The node of an expression whose names stand for `names`."""
        match expression:
            case Literal(value=value):
                return self.number(value)
            case Name(id=name):
                return names[name]
            case Call(operator=operator, arguments=arguments):
                return self._operation(operator, *(self.read(argument, names) for argument in arguments))
        raise AssertionError(expression)

    def _operation(self, operator: str, *arguments: Node) -> Node:
        match operator:
            case "+":
                return self.add(*arguments)
            case "-":
                return self.subtract(*arguments)
            case "*":
                return self.multiply(*arguments)
            case "/":
                return self.divide(*arguments)
            case "^":
                return self.power(*arguments)
            case "pow":
                return self.signed_power(*arguments)
            case "neg":
                return self.negate(*arguments)
            case "where":
                return self.where(*arguments)
            case ">" | ">=":
                return self.apply(operator.replace(">", "<"), *reversed(arguments))
        return self.apply(operator, *arguments)

    def _split(self, node: Node, operator: str) -> tuple[Node | None, Node | None]:
        """A sum or product as (the part known once per patient, the part that moves within a step)."""
        if self.levels[node] < Level.STEP:
            return node, None
        if self.operators[node] == operator and self.levels[self.arguments[node][0]] < Level.STEP:
            return self.arguments[node]
        return None, node

    def _pair(self, operator: str, left: Node | None, right: Node | None) -> Node | None:
        """A plain two-armed node; the part known earlier stands first, then the older."""
        if left is None or right is None:
            return right if left is None else left
        neutral = 0.0 if operator == "+" else 1.0
        if self.value(left) == neutral:
            return right
        if self.value(right) == neutral:
            return left
        first, second = sorted((left, right), key=lambda node: (self.levels[node], node))
        return self.apply(operator, first, second)

    @staticmethod
    def _required(node: Node | None) -> Node:
        assert node is not None
        return node

    def _repeated(self, base: Node, times: int) -> Node:
        if times == 0:
            return self.number(1.0)
        half = self._repeated(base, times // 2)
        whole = self.multiply(half, half)
        return self.multiply(whole, base) if times % 2 else whole

    def _node(self, operator: str, arguments: tuple, level: Level) -> Node:
        key = (operator, arguments)
        if key not in self._known:
            self._known[key] = len(self.operators)
            self.operators.append(operator)
            self.arguments.append(arguments)
            self.levels.append(level)
        return self._known[key]


@dataclass(frozen=True)
class Equations:
    """A program as nodes of one graph."""

    graph: Graph
    states: tuple[Node, ...]
    rates: tuple[Node, ...]
    algebraic: tuple[Node, ...]
    start: tuple[Node, ...]
    input_start: tuple[Node, ...]
    triggers: tuple[Node, ...]


def share(program: Program) -> Equations:
    """Read a program into one graph, in the order in which it can be executed."""
    graph = Graph()
    names = {name: graph.leaf("parameter", i) for i, name in enumerate(program.parameters)}
    start = tuple(graph.read(expression, names) for expression in program.initial)
    input_start = tuple(graph.read(expression, names) for expression in program.input_initial)
    states = tuple(graph.leaf("state", i) for i in range(len(program.states)))
    names |= dict(zip(program.states, states, strict=True))
    names |= {name: graph.leaf("input", i) for i, name in enumerate(program.inputs)}
    names["time"] = graph.leaf("time")
    for name, expression in program.algebraic:
        names[name] = graph.read(expression, names)
    rates = tuple(graph.read(expression, names) for expression in program.derivatives)
    algebraic = tuple(names[name] for name, _ in program.algebraic)
    triggers = tuple(graph.read(expression, names) for expression in program.triggers)
    return Equations(graph, states, rates, algebraic, start, input_start, triggers)
