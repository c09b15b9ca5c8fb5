"""The functions that know the equations; everything else is the same for every model.

`begin`   parameters → everything known once per patient, and the values to start from
`factor`  time and states at the start of a step → factors of M, time derivative, right-hand side of stage one
`rates`   time and states of a stage → right-hand side + what it carries over from earlier stages
`solve`   right-hand side → the stage's u
`algebra` time and states → the algebraic quantities
`trigger` time and states → the conditions that end a run

Explicit methods need neither `factor` nor `solve`, and carry nothing over. Each works on the memory of one worker, for
all its lanes. Left out: anything that decides (steps, stops, outputs).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from euthymia.engine.differentiate import gradients
from euthymia.engine.eliminate import Factors, eliminate, substitute
from euthymia.engine.emit import Leaf, Writer
from euthymia.engine.instructions import Function, Value
from euthymia.engine.layout import Layout, arrange
from euthymia.engine.methods import Method, Rosenbrock
from euthymia.engine.program import Program
from euthymia.engine.share import LEAVES, Equations, Graph, Level, Node, share

#: a pivot that keeps less than this share of its diagonal, the rest having cancelled, spoils the step
PIVOT_LIMIT = 1e-12


@dataclass(frozen=True)
class Hoist:
    """Nodes known once per patient that a step reads, each with a place in the worker's memory.

    Of a value and its negative only one is kept; `mirrored` leads from the other to it.
    """

    slots: Mapping[Node, int]
    mirrored: Mapping[Node, Node]


@dataclass(frozen=True)
class Plan:
    """A program worked out: equations, time derivatives, factors of the step matrix, and where all of it stands.

    `coupling` holds the slopes of the added sensitivities (rows) in the model's own states (columns); the model and
    each set of sensitivities share the same factors.
    """

    program: Program
    method: Method
    equations: Equations
    slopes: tuple[Node, ...]
    factors: Factors
    coupling: Mapping[tuple[int, int], Node]
    hoist: Hoist
    stored: Mapping[Node, int]
    layout: Layout

    @property
    def graph(self) -> Graph:
        return self.equations.graph

    @property
    def timed(self) -> bool:
        """Whether time stands in the equations themselves."""
        return any(self.graph.value(slope) != 0.0 for slope in self.slopes)

    def function(self, name: str, *arguments: tuple[str, str]) -> Function:
        return Function(name, self.layout.lanes, (("ptr", "%work"), *arguments))

    def leaf(self, f: Function, states: str, time: str) -> Leaf:
        """Loads from memory: states and time from the given blocks, once per value."""
        block = {"parameter": "parameters", "input": "inputs", "state": states, "time": time, "shift": "shift"}
        loaded: dict[Node, Value] = {}

        def load(node: Node) -> Value | None:
            if node not in loaded:
                operator = self.graph.operators[node]
                if operator in block:
                    loaded[node] = self.layout.load(f, block[operator], self.graph.arguments[node][0])
                elif node in self.hoist.slots:
                    loaded[node] = self.layout.load(f, "hoisted", self.hoist.slots[node])
                elif node in self.hoist.mirrored:
                    kept = load(self.hoist.mirrored[node])
                    assert kept is not None
                    loaded[node] = f.negate(kept)
            return loaded.get(node)

        return load


def plan(program: Program, method: Method, lanes: int) -> Plan:
    """Work out a program: share, differentiate, eliminate, hoist, arrange."""
    equations = share(program)
    graph = equations.graph
    states = len(program.states)
    implicit = isinstance(method, Rosenbrock)
    slopes, factors, coupling = ((), Factors((), {}, {}, {}, ()), {})
    if implicit:
        slopes, factors, coupling = _linearise(equations, program.own_states)
    matrix = list(dict.fromkeys([*factors.nodes, *coupling.values()]))
    guards = [node for guard in factors.guards for node in guard]
    hoist = _hoist(graph, [*equations.rates, *equations.algebraic, *equations.triggers, *slopes, *matrix, *guards])
    moving = [node for node in matrix if graph.levels[node] == Level.STEP]
    stored = {node: place for place, node in enumerate(moving)}
    per_state = ("halt",) if program.triggers else ()
    per_state += ("between",) if implicit else ()
    per_state += ("start", "states", "next", "stage", "carry", "right", "slope", "absolute")
    lengths = {
        **dict.fromkeys(per_state, states),
        "parameters": len(program.parameters),
        "hoisted": len(hoist.slots),
        "input_start": len(program.inputs),
        "inputs": len(program.inputs),
        "matrix": len(stored),
        "u": method.stages * states,
        "interpolation": method.stages,
        "observed": len(program.names),
        "armed": len(program.triggers),
        "watched": len(program.triggers),
    }
    return Plan(program, method, equations, slopes, factors, coupling, hoist, stored, arrange(lanes, lengths))


def kernels(plan: Plan) -> tuple[Function, ...]:
    """All of them that the program and the method need."""
    functions = [begin(plan), rates(plan), algebra(plan)]
    if isinstance(plan.method, Rosenbrock):
        functions += [factor(plan), solve(plan)]
    if plan.program.triggers:
        functions.append(trigger(plan))
    return tuple(functions)


def begin(plan: Plan) -> Function:
    f = plan.function("begin")
    equations, slots, layout = plan.equations, plan.hoist.slots, plan.layout

    def parameter(node: Node) -> Value | None:
        if plan.graph.operators[node] == "parameter":
            return layout.load(f, "parameters", plan.graph.arguments[node][0])
        return None

    write = Writer(f, plan.graph, [*slots, *equations.start, *equations.input_start], parameter)
    for node, slot in slots.items():
        layout.store(f, write.value(node), "hoisted", slot)
    for block, nodes in (("start", equations.start), ("input_start", equations.input_start)):
        for i, node in enumerate(nodes):
            layout.store(f, write.value(node), block, i)
    return f


def factor(plan: Plan) -> Function:
    f = plan.function("factor")
    equations, graph, layout = plan.equations, plan.graph, plan.layout
    guards = [node for guard in plan.factors.guards for node in guard]
    roots = [*equations.rates, *plan.slopes, *plan.stored, *guards]
    write = Writer(f, graph, roots, plan.leaf(f, "states", "time"))
    for i, (rate, slope) in enumerate(zip(equations.rates, plan.slopes, strict=True)):
        right = write.value(rate)
        if plan.timed:
            layout.store(f, write.value(slope), "slope", i)
        if graph.value(slope) != 0.0:
            right = f.fused(layout.load(f, "slope_time"), write.value(slope), right)
        layout.store(f, right, "right", i)
    for node, place in plan.stored.items():
        layout.store(f, write.value(node), "matrix", place)
    norm = f.constant(0.0)
    for pivot, before in plan.factors.guards:
        limit = f.multiply(f.constant(PIVOT_LIMIT), f.absolute(write.value(before)))
        cancelled = f.compare("olt", f.absolute(write.value(pivot)), limit)
        norm = f.select(cancelled, f.constant(math.nan), norm)
    layout.store(f, norm, "norm")
    return f


def rates(plan: Plan) -> Function:
    f = plan.function("rates")
    write = Writer(f, plan.graph, plan.equations.rates, plan.leaf(f, "stage", "stage_time"))
    for i, node in enumerate(plan.equations.rates):
        right = write.value(node)
        if isinstance(plan.method, Rosenbrock):
            right = f.add(right, plan.layout.load(f, "carry", i))
        plan.layout.store(f, right, "right", i)
    return f


def solve(plan: Plan) -> Function:
    f = plan.function("solve", ("ptr", "%u"))
    loaded = plan.leaf(f, "states", "time")

    def entry(node: Node) -> Value:
        if node in plan.stored:
            return plan.layout.load(f, "matrix", plan.stored[node])
        number = plan.graph.value(node)
        value = loaded(node) if number is None else f.constant(number)
        assert value is not None
        return value

    def solved(right: list[Value]) -> list[Value]:
        return substitute(
            plan.factors,
            right,
            lambda node, value, total: f.fused(entry(node), value, total),
            lambda node, value: f.multiply(entry(node), value),
        )

    count = plan.program.own_states
    own = solved([plan.layout.load(f, "right", i) for i in range(count)])
    for i, value in enumerate(own):
        f.store(value, f.at("%u", i * plan.layout.lanes))
    for first in range(count, len(plan.slopes), count or 1):
        right = [plan.layout.load(f, "right", first + i) for i in range(count)]
        for (row, column), node in plan.coupling.items():
            if first <= row < first + count:
                right[row - first] = f.fused(entry(node), own[column], right[row - first])
        for i, value in enumerate(solved(right)):
            f.store(value, f.at("%u", (first + i) * plan.layout.lanes))
        f.cut()
    return f


def algebra(plan: Plan) -> Function:
    f = plan.function("algebra")
    nodes = plan.equations.algebraic
    write = Writer(f, plan.graph, nodes, plan.leaf(f, "observed", "output_time"))
    first = len(plan.program.names) - len(nodes)
    for i, node in enumerate(nodes):
        plan.layout.store(f, write.value(node), "observed", first + i)
    return f


def trigger(plan: Plan) -> Function:
    f = plan.function("trigger")
    nodes = plan.equations.triggers
    write = Writer(f, plan.graph, nodes, plan.leaf(f, "observed", "output_time"))
    for i, node in enumerate(nodes):
        plan.layout.store(f, write.value(node), "watched", i)
    return f


def _linearise(equations: Equations, own: int) -> tuple[tuple[Node, ...], Factors, dict[tuple[int, int], Node]]:
    """The time derivative of the right-hand side, the factors of the step matrix, and the coupling of `Plan`."""
    graph = equations.graph
    time = graph.leaf("time")
    column = {state: i for i, state in enumerate(equations.states[:own])}
    slopes, entries = [], {}
    for row, gradient in enumerate(gradients(graph, equations.rates, [*column, time])):
        slopes.append(gradient.pop(time, graph.number(0.0)))
        entries |= {(row, column[state]): node for state, node in gradient.items()}
    jacobian = {(row, state): node for (row, state), node in entries.items() if row < own}
    coupling = {(row, state): node for (row, state), node in entries.items() if row >= own}
    return tuple(slopes), eliminate(graph, jacobian, own), coupling


def _hoist(graph: Graph, roots: Iterable[Node]) -> Hoist:
    """Every node known once per patient that is a root or an argument of something that moves."""
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
            kept = mirrored[node] = graph.negate(node)
        if graph.operators[kept] not in LEAVES:
            slots.setdefault(kept, len(slots))
    return Hoist(slots, mirrored)
