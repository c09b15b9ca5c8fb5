"""The equations as straight-line vector code: five functions of one worker's memory.

`begin`   parameters → everything known once per patient, and the values to start from
`rates`   time and states of a stage → right-hand side + `carry`
`factor`  time and states at the start of a step → factors of M, time derivative, right-hand side of stage one
`solve`   right-hand side → the stage's u
`algebra` time and states → the algebraic quantities

Left out: anything that decides (steps, stops, outputs); that is `stepper` and `lanes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from euthymia.engine import vector_maths
from euthymia.engine.differentiate import gradients
from euthymia.engine.eliminate import Factors, eliminate, solve
from euthymia.engine.instructions import Function, Value
from euthymia.engine.layout import Layout, arrange
from euthymia.engine.methods import Rosenbrock
from euthymia.engine.program import Program
from euthymia.engine.share import LEAVES, Equations, Graph, Level, Node, share

#: a pivot that loses more than this share of its diagonal to cancellation spoils the step
PIVOT_LIMIT = 1e-12


@dataclass(frozen=True)
class Kernels:
    """The five functions, where their values stand, and whether time enters the equations itself."""

    functions: tuple[Function, ...]
    layout: Layout
    timed: bool


class _Writer:
    """Writes the nodes a function needs, each once, as late as possible before its first use."""

    def __init__(self, f: Function, graph: Graph, roots: Iterable[Node], leaf: Callable[[Node], Value | None]):
        self.f, self.graph, self.leaf = f, graph, leaf
        self.values: dict[Node, Value] = {}
        self.masks: dict[Node, Value] = {}
        self.uses: dict[Node, int] = {}
        for root in roots:
            self.uses[root] = self.uses.get(root, 0) + 1
        for node in graph.reachable(self.uses):
            for part in graph.parts(node):
                self.uses[part] = self.uses.get(part, 0) + 1

    def value(self, root: Node) -> Value:
        """The name of a node's value; writes it, and what it needs, if that has not been done."""
        waiting = [root]
        while waiting:
            node = waiting[-1]
            if node in self.values:
                waiting.pop()
                continue
            loaded = self.leaf(node)
            needed = [] if loaded else [n for n in self._needs(node) if n not in self.values]
            if needed:
                waiting += reversed(needed)
            else:
                self.values[node] = loaded or self._write(node)
                waiting.pop()
        return self.values[root]

    def _needs(self, node: Node) -> list[Node]:
        """What must be written before this node: a sum needs its terms, a fused product its factors."""
        if self.graph.operators[node] != "+":
            return list(self.graph.parts(node))
        return [n for term in self._terms(node) for n in (term if isinstance(term, tuple) else (term,))]

    def _terms(self, node: Node) -> list[Node | tuple[Node, Node]]:
        """The terms of a sum, with inner sums used nowhere else dissolved; a product used once as its factors."""
        terms: list[Node | tuple[Node, Node]] = []
        waiting = list(reversed(self.graph.parts(node)))
        while waiting:
            term = waiting.pop()
            alone = self.uses.get(term) == 1 and self.leaf(term) is None
            if alone and self.graph.operators[term] == "+":
                waiting += reversed(self.graph.parts(term))
            elif alone and self.graph.operators[term] == "*":
                terms.append(self.graph.parts(term))
            else:
                terms.append(term)
        return sorted(terms, key=lambda term: isinstance(term, tuple))

    def _sum(self, node: Node) -> Value:
        total: Value | None = None
        for term in self._terms(node):
            if isinstance(term, tuple):
                left, right = (self.values[factor] for factor in term)
                minus_one = self.graph.value(term[0]) == -1.0
                if total is None:
                    total = self.f.negate(right) if minus_one else self.f.multiply(left, right)
                else:
                    subtracted = minus_one and self.f.subtract(total, right)
                    total = subtracted or self.f.fused(left, right, total)
            else:
                value = self.values[term]
                total = value if total is None else self.f.add(total, value)
        assert total is not None
        return total

    def _mask(self, condition: Node) -> Value:
        """A condition as one bit per lane."""
        if condition not in self.masks:
            value = self.values[condition]
            self.masks[condition] = self.f.compare("une", value, self.f.constant(0.0))
        return self.masks[condition]

    def _write(self, node: Node) -> Value:
        f = self.f
        values = [self.values[part] for part in self.graph.parts(node) if part in self.values]
        match self.graph.operators[node]:
            case "number":
                return f.constant(self.graph.arguments[node][0])
            case "+":
                return self._sum(node)
            case "*":
                minus_one = self.graph.value(self.graph.parts(node)[0]) == -1.0
                return f.negate(values[1]) if minus_one else f.multiply(*values)
            case "reciprocal":
                return f.divide(f.constant(1.0), *values)
            case "<" | "<=" as relation:
                self.masks[node] = f.compare("olt" if relation == "<" else "ole", *values)
                return f.select(self.masks[node], f.constant(1.0), f.constant(0.0))
            case "where":
                return f.select(self._mask(self.graph.parts(node)[0]), *values[1:])
            case "min":
                return f.minimum(*values)
            case "max":
                return f.maximum(*values)
            case "abs":
                return f.absolute(*values)
            case "sqrt":
                return f.sqrt(f.maximum(*values, f.constant(0.0)))
            case "log":
                return vector_maths.log_or_nan(f, *values)
            case "exp" | "sin" | "cos" | "power" | "log_positive" as name:
                return getattr(vector_maths, name)(f, *values)
            case operator:
                raise AssertionError(operator)


@dataclass(frozen=True)
class _Hoist:
    """Nodes known once per patient that step code reads, each with a place in the worker's memory.

    Of a value and its negative only one is kept.
    """

    slots: dict[Node, int]
    mirrored: dict[Node, Node]


def _hoist(graph: Graph, roots: Iterable[Node]) -> _Hoist:
    roots = list(roots)
    wanted = dict.fromkeys(root for root in roots if graph.levels[root] == Level.PATIENT)
    for node in graph.reachable(roots):
        if graph.levels[node] == Level.STEP:
            wanted |= dict.fromkeys(part for part in graph.parts(node) if graph.levels[part] == Level.PATIENT)
    slots: dict[Node, int] = {}
    mirrored: dict[Node, Node] = {}
    for node in wanted:
        kept = node
        sign = graph.value(graph.parts(node)[0]) if graph.operators[node] == "*" else None
        if sign is not None and sign < 0:
            kept = graph.negate(node)
            mirrored[node] = kept
        if graph.operators[kept] not in LEAVES:
            slots.setdefault(kept, len(slots))
    return _Hoist(slots, mirrored)


def kernels(program: Program, method: Rosenbrock, lanes: int) -> Kernels:
    """All five functions of a program, and the memory they share with the stepper."""
    equations = share(program)
    graph = equations.graph
    factors, slopes = _linearise(equations)
    jacobian_nodes = [
        node
        for pivot in factors.order
        for node in (factors.inverse[pivot], *(n for _, n in (*factors.below[pivot], *factors.right[pivot])))
    ]
    guards = [node for guard in factors.guards for node in guard]
    step_roots = [*equations.rates, *equations.algebraic, *slopes, *jacobian_nodes, *guards]
    hoist = _hoist(graph, step_roots)
    stored = {node: i for i, node in enumerate(dict.fromkeys(jacobian_nodes)) if graph.levels[node] == Level.STEP}
    stored = {node: i for i, node in enumerate(stored)}
    states = len(program.states)
    layout = arrange(
        lanes,
        {
            "parameters": len(program.parameters),
            "hoisted": len(hoist.slots),
            "start": states,
            "input_start": len(program.inputs),
            "inputs": len(program.inputs),
            "states": states,
            "next": states,
            "absolute": states,
            "stage": states,
            "carry": states,
            "right": states,
            "slope": states,
            "matrix": len(stored),
            "u": method.stages * states,
            "interpolation": method.stages,
            "observed": len(program.names),
        },
    )

    def leaf(f: Function, state_block: str, time_block: str) -> Callable[[Node], Value | None]:
        """How a function finds the values it does not compute itself."""
        sources = {"parameter": "parameters", "input": "inputs", "state": state_block}
        loaded: dict[Node, Value] = {}

        def load(node: Node) -> Value | None:
            if node in loaded:
                return loaded[node]
            operator = graph.operators[node]
            if operator in sources:
                value = layout.load(f, sources[operator], graph.arguments[node][0])
            elif operator == "time":
                value = layout.load(f, time_block)
            elif operator == "shift":
                value = layout.load(f, "shift")
            elif node in hoist.mirrored and state_block:
                kept = load(hoist.mirrored[node])
                assert kept is not None
                value = f.negate(kept)
            elif node in hoist.slots and state_block:
                value = layout.load(f, "hoisted", hoist.slots[node])
            else:
                return None
            loaded[node] = value
            return value

        return load

    def begin() -> Function:
        f = Function("begin", lanes)
        roots = [*hoist.slots, *equations.start, *equations.input_start]
        write = _Writer(f, graph, roots, leaf(f, "", ""))
        for node, slot in hoist.slots.items():
            layout.store(f, write.value(node), "hoisted", slot)
        for block, nodes in (("start", equations.start), ("input_start", equations.input_start)):
            for i, node in enumerate(nodes):
                layout.store(f, write.value(node), block, i)
        return f

    def rates() -> Function:
        f = Function("rates", lanes)
        write = _Writer(f, graph, equations.rates, leaf(f, "stage", "stage_time"))
        for i, node in enumerate(equations.rates):
            layout.store(f, f.add(write.value(node), layout.load(f, "carry", i)), "right", i)
        return f

    def factor() -> Function:
        f = Function("factor", lanes)
        roots = [*equations.rates, *slopes, *stored, *guards]
        write = _Writer(f, graph, roots, leaf(f, "states", "time"))
        for i, (rate, slope) in enumerate(zip(equations.rates, slopes, strict=True)):
            value = write.value(rate)
            if graph.value(slope) != 0.0:
                layout.store(f, write.value(slope), "slope", i)
                value = f.fused(layout.load(f, "slope_time"), write.value(slope), value)
            elif timed:
                layout.store(f, f.constant(0.0), "slope", i)
            layout.store(f, value, "right", i)
        for node, place in stored.items():
            layout.store(f, write.value(node), "matrix", place)
        spoiled = f.compare("one", f.constant(0.0), f.constant(0.0))
        for pivot, before in factors.guards:
            limit = f.multiply(f.constant(PIVOT_LIMIT), f.absolute(write.value(before)))
            spoiled = f.either(spoiled, f.compare("olt", f.absolute(write.value(pivot)), limit))
        layout.store(f, f.select(spoiled, f.constant(float("nan")), f.constant(0.0)), "norm")
        return f

    def substitute() -> Function:
        f = Function("solve", lanes, (("ptr", "%work"), ("ptr", "%u")))
        hoisted = leaf(f, "states", "time")

        def entry(node: Node) -> Value:
            if node in stored:
                return layout.load(f, "matrix", stored[node])
            number = graph.value(node)
            return f.constant(number) if number is not None else hoisted(node) or "missing"

        found = solve(
            factors,
            [layout.load(f, "right", i) for i in range(states)],
            lambda node, value, total: f.fused(entry(node), value, total),
            lambda value, node: f.multiply(value, entry(node)),
        )
        for i, value in enumerate(found):
            f.store(value, f.at("%u", i * lanes))
        return f

    def algebra() -> Function:
        f = Function("algebra", lanes)
        write = _Writer(f, graph, equations.algebraic, leaf(f, "observed", "output_time"))
        first = states + len(program.inputs)
        for i, node in enumerate(equations.algebraic):
            layout.store(f, write.value(node), "observed", first + i)
        return f

    timed = any(graph.value(slope) != 0.0 for slope in slopes)
    return Kernels((begin(), rates(), factor(), substitute(), algebra()), layout, timed)


def _linearise(equations: Equations) -> tuple[Factors, list[Node]]:
    """Factors of the step matrix and the time derivative of the right-hand side."""
    graph = equations.graph
    time = graph.leaf("time")
    column = {state: i for i, state in enumerate(equations.states)}
    slopes, entries = [], {}
    for row, gradient in enumerate(gradients(graph, equations.rates, [*equations.states, time])):
        slopes.append(gradient.pop(time, graph.number(0.0)))
        entries |= {(row, column[state]): node for state, node in gradient.items()}
    return eliminate(graph, entries, len(column)), slopes
