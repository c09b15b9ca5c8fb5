"""The map joined to the equations: which edge is which line, what has no equation, what has no edge, and the sign.

The assumption that matters: an edge is in an equation if the line of its quantity depends on what stands for its
source, private quantities of the block on the way included; its sign is what a small push at health does to that
line. Left out: absorption and disposition of drugs, which are no mechanism of the disease.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from euthymia.mechanism.graph import MechanismMap, mechanism_map
from euthymia.mechanism.map_file import Edge
from euthymia.model.block import Model, Quantity, State
from euthymia.model.expression import Call, Expression, Name, Number
from euthymia.report.why import uses


@dataclass(frozen=True)
class Joined:
    """The join: `broken` are edges whose equation is not there, `without_equation` edges that say why they have none,
    `without_edge` dependencies of the model that no edge stands for (quantity, depends on)."""

    on: MechanismMap
    model: Model
    broken: tuple[str, ...]
    without_equation: tuple[tuple[str, str], ...]
    without_edge: tuple[tuple[str, str], ...]
    wrong_sign: tuple[str, ...]

    @property
    def joined(self) -> int:
        """Edges that are in an equation."""
        return sum(edge.enters is not None for edge in self.on.edges) - len(self.broken)

    def told(self) -> dict[str, Any]:
        return {
            "nodes": len(self.on.nodes),
            "edges": len(self.on.edges),
            "edges_in_equations": self.joined,
            "edges_without_equation": [{"edge": edge, "because": why} for edge, why in self.without_equation],
            "equations_without_edge": [{"quantity": name, "depends_on": on} for name, on in self.without_edge],
            "problems": [*self.broken, *self.wrong_sign],
        }

    def text(self) -> str:
        """One line of counts."""
        return (
            f"map: {len(self.on.nodes)} nodes, {len(self.on.edges)} edges, {self.joined} in equations, "
            f"{len(self.without_equation)} without an equation; {len(self.without_edge)} dependencies of the model "
            "without an edge"
        )


def join(model: Model | None = None, on: MechanismMap | None = None) -> Joined:
    """Join the map that ships to the whole model, or what is given."""
    from euthymia.report.whole_model import whole_model

    return _Join(model or whole_model(), on or mechanism_map()).done()


@dataclass
class _Join:
    model: Model
    on: MechanismMap

    def done(self) -> Joined:
        broken, wrong, met = [], [], set()
        for edge in self.on.edges:
            if edge.enters is None:
                continue
            problem = self._problem(edge)
            if problem:
                broken.append(f"{edge.place}: {edge.id}: {problem}")
                continue
            if edge.enters.by:
                met.add((edge.enters.quantity, edge.enters.by))
                if sign := self._sign_problem(edge):
                    wrong.append(f"{edge.place}: {edge.id}: {sign}")
        without = tuple((edge.id, edge.left_out) for edge in self.on.edges if edge.left_out)
        missing = tuple(pair for pair in self.dependencies if pair not in met and not self._inside_node(*pair))
        return Joined(self.on, self.model, tuple(broken), without, missing, tuple(wrong))

    @cached_property
    def quantities(self) -> Mapping[str, Quantity]:
        return {one.name: one for one in (*self.model.values, *self.model.states)}

    @cached_property
    def shared(self) -> frozenset[str]:
        """Ports that other blocks may take, without those of absorption and disposition."""
        bodies = {block.name for block in self.model.blocks if any("plasma" in port for port in block.gives)}
        bodies |= {block.name for block in self.model.blocks if any("absorbed" in port for port in block.gives)}
        return frozenset(port for block in self.model.blocks if block.name not in bodies for port in block.gives)

    @cached_property
    def dependencies(self) -> tuple[tuple[str, str], ...]:
        """Shared quantity and shared quantity it depends on, through private ones of its block."""
        return tuple(
            (name, used)
            for name in sorted(self.shared)
            for used in sorted(self.used_by(name))
            if used != name and not self._constant(used)
        )

    def _constant(self, name: str) -> bool:
        """A value that depends on parameters alone says where health is; it is no influence."""
        one = self.quantities[name]
        return not isinstance(one, State) and all(used in self.model.parameters for used in uses(one))

    def used_by(self, name: str) -> set[str]:
        """Ports a quantity depends on directly or through private quantities."""
        found: set[str] = set()
        seen: set[str] = set()
        queue = [name]
        while queue:
            for used in uses(self.quantities[queue.pop()]):
                if used in self.model.ports:
                    found |= {used} & self.shared
                elif used in self.quantities and used not in seen:
                    seen.add(used)
                    queue.append(used)
        return found

    def _inside_node(self, quantity: str, by: str) -> bool:
        """Both ends are one node of the map, such as a pool and its release."""
        return any({quantity, by} <= {node.quantity, *node.quantities} for node in self.on.nodes.values())

    def _problem(self, edge: Edge) -> str:
        entry = edge.enters
        assert entry is not None
        blocks = {block.name: block for block in self.model.blocks}
        if entry.block not in blocks:
            return f"the model has no block '{entry.block}'"
        if entry.quantity not in blocks[entry.block].gives:
            return f"block {entry.block} gives no '{entry.quantity}'"
        if entry.by is not None and entry.by not in self.used_by(entry.quantity):
            return f"the equation of '{entry.quantity}' does not depend on '{entry.by}'"
        if entry.parameter is not None and entry.parameter not in self.model.parameters:
            return f"there is no parameter '{entry.parameter}'"
        return ""

    def _sign_problem(self, edge: Edge) -> str:
        """Whether a push of the source at health moves the line against the edge's sign."""
        entry = edge.enters
        assert entry is not None and entry.by is not None
        source, target = self.on.nodes[edge.source], self.on.nodes[edge.target]
        flips = (source.opposite and entry.by == source.quantity) != (
            target.opposite and entry.quantity == target.quantity
        )
        expected = -edge.sign if flips else edge.sign
        found = self.slope(entry.quantity, entry.by)
        if expected and found and found != expected:
            return f"the edge says {edge.sign:+d}, but more '{entry.by}' moves '{entry.quantity}' the other way"
        return ""

    def slope(self, quantity: str, by: str) -> int:
        """Sign of the change of a line when `by` rises by a tenth at health, or falls where a rise does nothing."""
        for push in (0.1, -0.1):
            still, pushed = self._line(quantity, by, 0.0), self._line(quantity, by, push)
            change = (pushed - still) / push
            if abs(change) > 1e-12:
                return 1 if change > 0 else -1
        return 0

    @cached_property
    def _health(self) -> dict[str, float]:
        """Every quantity where all states stand at their start."""
        known = {name: value.number for name, value in self.model.parameters.items()}
        known |= {given.name: 0.0 for given in self.model.inputs} | {"time": 0.0}
        for port, taken in ((port, want.absent) for block in self.model.blocks for port, want in block.takes.items()):
            if port not in self.model.ports and taken is not None:
                known[port] = taken
        for state in self.model.states:
            known[state.name] = _value(state.initial, known)
        return known

    def _line(self, quantity: str, by: str, push: float) -> float:
        """The value (or rate) of `quantity` with `by` moved by `push` and everything else of other blocks at rest."""
        known = dict(self._health)
        block = self.quantities[quantity].block
        for one in self.model.values:
            known[one.name] = _value(one.expression, known)
            if one.name == by:
                known[by] += push
            elif one.block != block and push and one.name in self._rest:
                known[one.name] = self._rest[one.name]
        if by not in {one.name for one in self.model.values}:
            known = dict(self._health) | {by: self._health.get(by, 0.0) + push}
            for one in self.model.values:
                inside = one.block == block
                known[one.name] = _value(one.expression, known) if inside or not push else self._rest[one.name]
        return _value(self.quantities[quantity].expression, known)

    @cached_property
    def _rest(self) -> dict[str, float]:
        known = dict(self._health)
        for one in self.model.values:
            known[one.name] = _value(one.expression, known)
        return known


_OPERATORS: Mapping[str, Any] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b if b else math.nan,
    "^": lambda a, b: a**b,
    "neg": lambda a: -a,
    "<": lambda a, b: float(a < b),
    "<=": lambda a, b: float(a <= b),
    ">": lambda a, b: float(a > b),
    ">=": lambda a, b: float(a >= b),
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "sin": math.sin,
    "cos": math.cos,
    "abs": abs,
    "min": min,
    "max": max,
    "where": lambda c, a, b: a if c else b,
}


def _value(expression: Expression, known: Mapping[str, float]) -> float:
    match expression:
        case Number(value=value):
            return value
        case Name(id=name):
            return known.get(name, 0.0)
        case Call(operator=operator, arguments=arguments):
            return _OPERATORS[operator](*(_value(argument, known) for argument in arguments))


def outputs_of(edge: Edge, model: Model) -> tuple[str, ...]:
    """Shared quantities that depend on an edge's equation, nearest first; empty where it has none."""
    if edge.enters is None or edge.enters.quantity not in model.ports:
        return ()
    quantities = {one.name: one for one in (*model.values, *model.states)}
    below: dict[str, set[str]] = {}
    for name, one in quantities.items():
        for used in uses(one):
            below.setdefault(used, set()).add(name)
    found, queue = [], [edge.enters.quantity]
    seen = set(queue)
    while queue:
        name = queue.pop(0)
        if name in model.ports:
            found.append(name)
        for other in sorted(below.get(name, ())):
            if other not in seen:
                seen.add(other)
                queue.append(other)
    return tuple(found)


def lines_of(joined: Joined) -> Iterator[tuple[Edge, str]]:
    """Every edge with the printed line of its equation, or why it has none."""
    quantities: dict[str, Quantity | State] = {one.name: one for one in (*joined.model.values, *joined.model.states)}
    for edge in joined.on.edges:
        if edge.enters is None:
            yield edge, f"no equation: {edge.left_out}"
        elif edge.enters.quantity in quantities:
            one = quantities[edge.enters.quantity]
            yield edge, f"block {one.block}, line {one.line}: {' '.join(one.printed.split())}"
