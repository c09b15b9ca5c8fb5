"""Knock-outs: what an edge, a block or a drug target carries, by holding it at its healthy value.

Nothing is removed, so units and the shape of every equation stay: where a block takes a port, the port's name gives way
to a number. The healthy value is the port's own in this model before any stress, drug or session. The assumption that
matters: a held pathway is cured as well as cut, so in an ill patient a knock-out also takes the illness off that
pathway; `trial.shares` cuts the treatment's part alone. Left out: parameters, which `Model.with_` changes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from euthymia.errors import ModelError, UnknownName
from euthymia.model.block import Held, Model, Quantity
from euthymia.model.expression import Call, Expression, Name, Number, names_in
from euthymia.units import quantity, unit

ARROW = "->"
Q = TypeVar("Q", bound=Quantity)


@dataclass(frozen=True)
class Edge:
    """A port and one block that takes it."""

    port: str
    block: str

    def __str__(self) -> str:
        return f"{self.port} {ARROW} {self.block}"


def knock_out(model: Model, *targets: str, at: Mapping[str, float | str] | None = None) -> Model:
    """The model with each target held at its healthy value; what is held is in `Model.held`.

    A target is a port (`bdnf_release`; a drug target such as `sert_occupancy` is one), held for every equation but its
    own; an edge (`bdnf_release -> synapse`); or a block (`gaba`, or `block gaba`: every port it gives to others). `at`
    holds a port elsewhere: a number in the port's own unit, or text with a unit. Raises `UnknownName`, `UnitError`, or
    `ModelError` for an edge that is not there or a port that nobody takes.
    """
    given = dict(at or {})
    health = healthy(model)
    edges = dict.fromkeys(edge for target in targets for edge in edges_of(model, target))
    for port in given:
        if port not in {edge.port for edge in edges}:
            raise UnknownName("port among the knocked-out", port, {edge.port for edge in edges})
    units = {one.name: one.unit for one in (*model.states, *model.values)}
    held = []
    for edge in edges:
        value, written = given.get(edge.port, health[edge.port]), units.get(edge.port, _taken_unit(model, edge))
        number = quantity(value, written) if isinstance(value, str) else float(value)
        held.append(Held(edge.port, edge.block, number, unit(written).text or "1"))
    return _holding(model, held)


def edges_of(model: Model, target: str) -> tuple[Edge, ...]:
    """The edges a target names, sorted; raises as `knock_out` does."""
    takers = _takers(model)
    if ARROW in target:
        port, block = (part.strip() for part in target.split(ARROW, 1))
        if port not in takers:
            raise UnknownName("port", port, takers)
        if block not in takers[port]:
            raise ModelError(
                f"the block '{block}' does not take '{port}'",
                rule=f"'{port}' is taken by: {', '.join(takers[port])}.",
                fix="Name one of them after the arrow.",
            )
        return (Edge(port, block),)
    name = target.removeprefix("block ").strip()
    if name in takers and name == target:
        return tuple(Edge(name, block) for block in takers[name])
    blocks = {block.name: block for block in model.blocks}
    if name in blocks:
        given = blocks[name].gives
        found = [Edge(port, taker) for port in given for taker in takers.get(port, ()) if taker != name]
        if found:
            return tuple(sorted(found, key=str))
    if name in model.ports or name in blocks:
        raise ModelError(
            f"nothing takes what '{name}' gives, so there is nothing to knock out",
            rule="A knock-out holds what one block hands to another.",
            fix=f"Ports that are taken: {', '.join(takers)}.",
        )
    raise UnknownName("port or block", target, [*takers, *blocks])


def healthy(model: Model) -> dict[str, float]:
    """Every port's value in health, in its own unit: states at their start, inputs at 0, and what a block can do
    without (stress, expectancy, drugs, sessions) at what then holds."""
    known = {name: value.number for name, value in model.parameters.items()}
    known |= {"time": 0.0} | {given.name: 0.0 for given in model.inputs}
    known |= {
        port: taken.absent for block in model.blocks for port, taken in block.takes.items() if taken.absent is not None
    }
    absent = set(known)
    for state in model.states:
        if state.name not in absent:
            known[state.name] = valued(state.initial, known)
    for value in model.values:
        if value.name not in absent:
            known[value.name] = valued(value.expression, known)
    return {port: known[port] for block in model.blocks for port in (*block.takes, *block.gives)}


def _takers(model: Model) -> dict[str, tuple[str, ...]]:
    """Port somebody gives → blocks that take it, its own among them where another of its equations uses it."""
    found: dict[str, set[str]] = {}
    for block in model.blocks:
        for port in block.takes:
            if port in model.ports:
                found.setdefault(port, set()).add(block.name)
    for one in (*model.states, *model.values):
        for name in names_in(one.expression):
            if model.ports.get(name) == one.block and name != one.name:
                found.setdefault(name, set()).add(one.block)
    return {port: tuple(sorted(blocks)) for port, blocks in sorted(found.items())}


def _taken_unit(model: Model, edge: Edge) -> str:
    block = model.block(edge.block)
    return block.takes[edge.port].unit if edge.port in block.takes else block.gives[edge.port]


def _holding(model: Model, held: list[Held]) -> Model:
    numbers = {(one.block, one.port): one.value for one in held}

    def changed(one: Q) -> Q:
        named = [name for name in dict.fromkeys(names_in(one.expression)) if name != one.name]
        own = {name: numbers[one.block, name] for name in named if (one.block, name) in numbers}
        if not own:
            return one
        said = ", ".join(f"{name} held at {number:g}" for name, number in own.items())
        expression = replaced(one.expression, lambda name: Number(own[name]) if name in own else None)
        return replace(one, expression=expression, printed=f"{one.printed}  # {said}")

    return replace(
        model,
        states=tuple(changed(state) for state in model.states),
        values=tuple(changed(value) for value in model.values),
        held=(*model.held, *held),
    )


def replaced(expression: Expression, other: Callable[[str], Expression | None]) -> Expression:
    """The expression with names given way to what `other` returns for them, unless that is None."""
    match expression:
        case Name(id=name):
            return other(name) or expression
        case Call(operator=operator, arguments=arguments):
            return Call(operator, tuple(replaced(argument, other) for argument in arguments))
    return expression


_OPERATORS: Mapping[str, Callable[..., float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": lambda a, b: a**b if a > 0 or b == int(b) else 0.0,
    "neg": lambda a: -a,
    "<": lambda a, b: float(a < b),
    "<=": lambda a, b: float(a <= b),
    ">": lambda a, b: float(a > b),
    ">=": lambda a, b: float(a >= b),
    "where": lambda test, yes, no: yes if test else no,
    "exp": math.exp, "log": math.log, "sqrt": math.sqrt, "sin": math.sin, "cos": math.cos,
    "abs": math.fabs, "min": min, "max": max,
}  # fmt: skip


def valued(expression: Expression, known: Mapping[str, float]) -> float:
    """The number an expression comes to where every name has one."""
    match expression:
        case Number(value=value):
            return value
        case Name(id=name):
            return known[name]
        case Call(operator=operator, arguments=arguments):
            return float(_OPERATORS[operator](*(valued(argument, known) for argument in arguments)))
    raise AssertionError(expression)
