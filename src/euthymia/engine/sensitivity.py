"""Exact forward sensitivities: how every output moves when a parameter does.

For each parameter p the slopes s = dy/dp obey s' = J s + df/dp with the same Jacobian J as the model. They are added to
the program as further states, so any engine can solve them; the compiled one factors J once for all of them
(`Program.copies`). Inside, a slope is per relative change, |p| dy/dp, so it is held to the tolerances of y itself.
Assumes that doses do not depend on the parameter, and that the branches of where, min, max and abs in force stay so.
Left out: second derivatives, and sensitivities across a trigger.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from euthymia.engine.differentiate import Gradient, gradients
from euthymia.engine.program import Program
from euthymia.engine.share import LEAVES, Graph, Node, share
from euthymia.engine.task import Engine, Status, Task, checked
from euthymia.errors import ModelError, UnknownName
from euthymia.model.expression import Call, Expression, Name, Number

#: states solved together, at most: beyond it compiling takes longer than solving again
MOST_STATES = 400


@dataclass(frozen=True)
class Sensitivities:
    """Outputs and how they move with the parameters.

    `values` is (patients, times, outputs) and `slopes`, d output / d parameter, (patients, times, outputs, parameters).
    Both are not-a-number where a patient failed.
    """

    values: np.ndarray
    slopes: np.ndarray
    parameters: tuple[str, ...]
    status: tuple[Status, ...]


def sensitivities(engine: Engine, task: Task, parameters: Sequence[str]) -> Sensitivities:
    """Solve a task together with the slopes of its outputs in the parameters named.

    Raises `UnknownName` for a parameter the program does not have and `ModelError` for a program with triggers.
    """
    checked(task)
    shape = (len(task.parameters), len(task.times), len(task.outputs))
    values, slopes = np.full(shape, np.nan), np.full((*shape, len(parameters)), np.nan)
    status = [Status(True)] * shape[0]
    for first, group in _groups(len(task.program.states), parameters):
        program = with_sensitivities(task.program, group, task.outputs)
        outputs = (*task.outputs, *(slope(o, p) for p in group for o in task.outputs))
        solution = engine.solve(_widened(task, program, outputs, len(group)))
        count = len(task.outputs)
        values = solution.values[:, :, :count]
        found = solution.values[:, :, count:].reshape(*shape[:2], len(group), count)
        slopes[..., first : first + len(group)] = found.swapaxes(2, 3)
        status = [old if not old.ok else new for old, new in zip(status, solution.status, strict=True)]
    failed = [i for i, one in enumerate(status) if not one.ok]
    values[failed], slopes[failed] = np.nan, np.nan
    return Sensitivities(values, slopes, tuple(parameters), tuple(status))


def slope(output: str, parameter: str) -> str:
    """What the slope of an output in a parameter is called."""
    return f"d({output})/d({parameter})"


def with_sensitivities(program: Program, parameters: Sequence[str], outputs: Sequence[str]) -> Program:
    """The program with a state for each slope |p| dy/dp, and a value `slope(o, p)` for each output and parameter."""
    for name in parameters:
        if name not in program.parameters:
            raise UnknownName("parameter", name, program.parameters)
    if program.triggers or program.copies:
        raise ModelError(
            "this program cannot be given sensitivities",
            rule="A program with triggers, or one that has sensitivities already, has none.",
            fix="Leave the triggers out, or start from the program itself.",
        )
    equations = share(program)
    graph = equations.graph
    changing = {graph.leaf("parameter", program.parameters.index(name)): name for name in parameters}
    variables = [*equations.states, *changing]
    seen = {name: node for (name, _), node in zip(program.algebraic, equations.algebraic, strict=True)}
    wanted = [name for name in outputs if name in seen]
    found = gradients(graph, [*equations.rates, *equations.start, *(seen[o] for o in wanted)], variables)
    rates, rest = found[: len(program.states)], found[len(program.states) :]
    starts, outer = rest[: len(program.states)], dict(zip(wanted, rest[len(program.states) :], strict=True))
    told = _Telling(program, graph)
    states, initial, derivatives = list(program.states), list(program.initial), list(program.derivatives)
    values: list[tuple[str, Expression]] = []
    for leaf, parameter in changing.items():
        scale = _scale(parameter)
        names = {
            node: _relative(state, parameter) for node, state in zip(equations.states, program.states, strict=True)
        }
        for state, rate, start in zip(program.states, rates, starts, strict=True):
            states.append(_relative(state, parameter))
            derivatives.append(told.along(rate, names, leaf, scale))
            initial.append(told.along(start, {}, leaf, scale, everything=True))
        for output in outputs:
            if output in outer:
                total = told.along(outer[output], names, leaf, scale)
            else:
                total = Name(_relative(output, parameter)) if output in program.states else Number(0.0)
            values.append((slope(output, parameter), Call("/", (total, scale))))
    algebraic = (*program.algebraic, *told.named, *values)
    return replace(
        program,
        states=tuple(states),
        initial=tuple(initial),
        algebraic=algebraic,
        derivatives=tuple(derivatives),
        copies=len(changing),
    )


def _relative(state: str, parameter: str) -> str:
    return f"|{parameter}| d({state})/d({parameter})"


def _scale(parameter: str) -> Expression:
    """|p|, or 1 where p is 0."""
    name = Name(parameter)
    size = Call("abs", (name,))
    return Call("where", (Call("<=", (size, Number(0.0))), Number(1.0), size))


def _groups(states: int, parameters: Sequence[str]) -> Iterator[tuple[int, Sequence[str]]]:
    size = max(1, MOST_STATES // max(states, 1) - 1)
    for first in range(0, len(parameters), size):
        yield first, parameters[first : first + size]


def _widened(task: Task, program: Program, outputs: tuple[str, ...], copies: int) -> Task:
    """The task for the wider program; states given at the start do not depend on parameters."""
    absolute = np.broadcast_to(np.asarray(task.atol, float), (len(task.program.states),))
    initial = task.initial
    if initial is not None:
        initial = np.hstack([initial, np.zeros((len(initial), copies * initial.shape[1]))])
    return replace(task, program=program, outputs=outputs, atol=np.tile(absolute, 1 + copies), initial=initial)


class _Telling:
    """Nodes told as expressions again; `named` grows by a value for each node that would be told twice."""

    def __init__(self, program: Program, graph: Graph):
        self.program, self.graph = program, graph
        self.named: list[tuple[str, Expression]] = []
        self._told: dict[Node, Expression] = {}

    def along(
        self, gradient: Gradient, names: dict[Node, str], leaf: Node, scale: Expression, everything: bool = False
    ) -> Expression:
        """Σ slope·s over the states, and the slope in the parameter itself times its scale.

        With `everything`, nothing is named: a starting value may use parameters and numbers only.
        """
        tell = self._whole if everything else self.tell
        terms = [Call("*", (tell(node), Name(names[state]))) for state, node in gradient.items() if state in names]
        if leaf in gradient:
            terms.append(Call("*", (tell(gradient[leaf]), scale)))
        total: Expression | None = None
        for term in terms:
            total = term if total is None else Call("+", (total, term))
        return Number(0.0) if total is None else total

    def tell(self, root: Node) -> Expression:
        """The node as a name, or as an expression if it is a number or a leaf."""
        for node in self.graph.reachable([root]):
            if node in self._told:
                continue
            expression = self._leaf(node) or Call(
                self.graph.operators[node], tuple(self._told[part] for part in self.graph.parts(node))
            )
            if isinstance(expression, Call):
                name = f"node {node}"
                self.named.append((name, expression))
                expression = Name(name)
            self._told[node] = expression
        return self._told[root]

    def _whole(self, node: Node) -> Expression:
        return self._leaf(node) or Call(
            self.graph.operators[node], tuple(self._whole(part) for part in self.graph.parts(node))
        )

    def _leaf(self, node: Node) -> Expression | None:
        operator = self.graph.operators[node]
        if operator == "number":
            return Number(self.graph.arguments[node][0])
        if operator not in LEAVES:
            return None
        if operator == "time":
            return Name("time")
        names = {"parameter": self.program.parameters, "state": self.program.states, "input": self.program.inputs}
        return Name(names[operator][self.graph.arguments[node][0]])
