"""Blocks that fit together become one model.

Joined by port name: what one block takes, exactly one other gives, or the port says what holds when nobody does.
Private names are qualified as `block.name`. Units are checked and scaled here, once; the order of equations is found
here, once. What does not fit is refused with the block, the line and the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from types import MappingProxyType

from euthymia.errors import EuthymiaError, ModelError, Place
from euthymia.model.block import Block, Input, Model, Quantity, State
from euthymia.model.dimensions import in_unit
from euthymia.model.equations import Equation, read_equations
from euthymia.model.expression import FUNCTIONS, SHORTHANDS, Call, Expression, Name, Number, names_in, rename
from euthymia.units import Unit, unit

_HOUR = "hour"


def assemble(blocks: Iterable[Block]) -> Model:
    """One `Model` from blocks; raises `ModelError` or `UnitError` naming block, line, rule and fix."""
    blocks = tuple(sorted(blocks, key=lambda block: block.name))
    givers = _givers(blocks)
    _check_takers(blocks, givers)
    equations = {block.name: read_equations(block.equations, block.name) for block in blocks}
    for block in blocks:
        _check_gives(block, equations[block.name])
    units = _units(blocks, equations)
    absent = _absent(blocks, givers)

    states: list[State] = []
    values: list[Quantity] = []
    for block in blocks:
        own = _own_names(block, equations[block.name], givers)
        starts = {e.name: e for e in equations[block.name] if e.kind == "start"}
        for equation in equations[block.name]:
            if equation.kind == "start":
                continue
            expression = _resolve(equation, own, units, absent, block)
            name = own[equation.name]
            line, printed = equation.line, equation.text
            if equation.kind == "value":
                values.append(Quantity(name, equation.unit or "1", block.name, expression, line, printed))
                continue
            start = starts.get(equation.name)
            initial = (
                Number(0.0) if start is None else _resolve(start, own, units, absent, block, unit_text=units[name].text)
            )
            states.append(State(name, units[name].text, block.name, expression, line, printed, initial=initial))
    inputs = [Input(f"{b.name}.{name}", text, b.name) for b in blocks for name, text in b.inputs.items()]
    parameters = {f"{b.name}.{name}": value for b in blocks for name, value in b.parameters.items()}
    by_name = {value.name: value.expression for value in values}
    states = [replace(state, initial=_unfolded(state, by_name, parameters)) for state in states]
    return Model(
        blocks,
        tuple(states),
        _ordered(values),
        tuple(inputs),
        MappingProxyType(parameters),
        MappingProxyType(givers),
    )


def _givers(blocks: Sequence[Block]) -> dict[str, str]:
    givers: dict[str, str] = {}
    names = [block.name for block in blocks]
    for block in blocks:
        if names.count(block.name) > 1:
            raise ModelError(
                f"two blocks are called '{block.name}'",
                rule="A block name is used once in a model.",
                fix="Leave one out or rename it.",
            )
        for port in block.gives:
            if port in givers:
                raise ModelError(
                    f"port '{port}' is given by two blocks, {givers[port]} and {block.name}",
                    place=Place(f"block {block.name}"),
                    rule="A port has exactly one giver.",
                    fix="Rename one port, or let one block take the other's and combine them.",
                )
            givers[port] = block.name
    return givers


def _check_takers(blocks: Sequence[Block], givers: Mapping[str, str]) -> None:
    for block in blocks:
        for port, taken in block.takes.items():
            if port not in givers and taken.absent is None:
                near = get_close_matches(port, list(givers), n=1)
                raise ModelError(
                    f"nobody gives the port '{port}' ({taken.unit})",
                    place=Place(f"block {block.name}"),
                    rule="Every port a block takes is given by another, unless it says what holds in its absence.",
                    fix=f"Did you mean '{near[0]}'?" if near else "Add the block that gives it.",
                )


def _check_gives(block: Block, equations: Sequence[Equation]) -> None:
    defined = {e.name for e in equations if e.kind != "start"}
    for port in block.gives:
        if port not in defined:
            raise ModelError(
                f"the port '{port}' is given but has no equation",
                place=Place(f"block {block.name}"),
                rule="A block defines what it gives.",
                fix=f"Add a line '{port} = …' or 'd({port}) = …'.",
            )
    reserved = {*FUNCTIONS, *SHORTHANDS, "time", "d"}
    for name in (*defined, *block.parameters, *block.takes, *block.inputs):
        if name in reserved:
            raise ModelError(
                f"'{name}' is a word of the equation language",
                place=Place(f"block {block.name}"),
                rule="Names of functions and 'time' cannot be used for quantities.",
                fix=f"Rename it, for example '{name}_level'.",
            )
    for name in block.parameters:
        if name in defined or name in block.takes:
            raise ModelError(
                f"'{name}' is both a parameter and {'an equation' if name in defined else 'a port'}",
                place=Place(f"block {block.name}"),
                rule="A name means one thing in a block.",
                fix="Rename one of them.",
            )


def _own_names(block: Block, equations: Sequence[Equation], givers: Mapping[str, str]) -> dict[str, str]:
    """Names as the block writes them → names in the model."""
    own = {e.name: e.name if e.name in block.gives else f"{block.name}.{e.name}" for e in equations}
    own |= {name: f"{block.name}.{name}" for name in (*block.parameters, *block.inputs)}
    return own | {port: port for port in block.takes} | {"time": "time"}


def _units(blocks: Sequence[Block], equations: Mapping[str, Sequence[Equation]]) -> dict[str, Unit]:
    units: dict[str, Unit] = {"time": unit(_HOUR)}
    for block in blocks:
        for equation in equations[block.name]:
            if equation.unit is None:
                continue
            name = equation.name if equation.name in block.gives else f"{block.name}.{equation.name}"
            declared = _read_unit(equation.unit, block.name, equation.line)
            units[name] = unit(_state_unit(equation.unit)) if equation.kind == "rate" else declared
            if equation.name in block.gives:
                promised = _read_unit(block.gives[equation.name], block.name, equation.line)
                if (promised.dimensions, promised.scale) != (units[name].dimensions, units[name].scale):
                    raise ModelError(
                        f"the port '{name}' is promised in {promised.text}, its equation is in {units[name].text}",
                        place=Place(f"block {block.name}", equation.line),
                        rule="A port has the unit of its equation.",
                        fix="Make the two agree.",
                    )
        units |= {f"{block.name}.{name}": unit(text) for name, text in block.inputs.items()}
        units |= {
            f"{block.name}.{name}": _read_unit(value.unit, f"{block.name}, parameter {name}", None)
            for name, value in block.parameters.items()
        }
    for block in blocks:
        for port, taken in block.takes.items():
            if taken.absent is not None:
                units.setdefault(port, unit(taken.unit))
            if units[port].dimensions != unit(taken.unit).dimensions:
                raise ModelError(
                    f"the port '{port}' is taken in {taken.unit} but given in {units[port].text}",
                    place=Place(f"block {block.name}"),
                    rule="Both ends of a port have one dimension.",
                    fix="Correct the unit on one side.",
                )
    return units


def _state_unit(rate_unit: str) -> str:
    """Unit of a state from the unit of its rate: `mg/hour` → `mg`, `1/hour` → `1`."""
    text = rate_unit.replace(" ", "")
    return text.removesuffix("/hour") if text.endswith("/hour") else f"({text})*hour"


def _read_unit(text: str, block: str, line: int | None) -> Unit:
    try:
        return unit(text)
    except EuthymiaError as error:
        error.place = Place(f"block {block}", line)
        raise


def _absent(blocks: Sequence[Block], givers: Mapping[str, str]) -> dict[str, float]:
    return {
        port: taken.absent
        for block in blocks
        for port, taken in block.takes.items()
        if taken.absent is not None and port not in givers
    }


def _resolve(
    equation: Equation,
    own: Mapping[str, str],
    units: Mapping[str, Unit],
    absent: Mapping[str, float],
    block: Block,
    unit_text: str | None = None,
) -> Expression:
    place = Place(f"block {block.name}", equation.line)
    for name in names_in(equation.expression):
        if name not in own:
            near = get_close_matches(name, list(own), n=1)
            raise ModelError(
                f"'{name}' is not known here",
                place=place,
                rule="An equation uses the block's own names, its parameters, its inputs and the ports it takes.",
                fix=f"Did you mean '{near[0]}'?" if near else f"Add '{name}' to the parameters or to 'takes'.",
            )
    expression = rename(equation.expression, own)
    try:
        scaled = in_unit(expression, unit(unit_text or equation.unit or "1"), units.__getitem__)
    except EuthymiaError as error:
        error.place = place
        raise
    return _with_constants(scaled, absent)


def _with_constants(expression: Expression, absent: Mapping[str, float]) -> Expression:
    """Ports nobody gives, replaced by the value they then have."""
    match expression:
        case Name(id=name) if name in absent:
            return Number(absent[name])
        case Name() | Number():
            return expression
    return Call(expression.operator, tuple(_with_constants(a, absent) for a in expression.arguments))


def _unfolded(state: State, values: Mapping[str, Expression], parameters: Mapping[str, object]) -> Expression:
    """A starting value in parameters alone, or a `ModelError` naming what it must not use."""

    def unfold(expression: Expression) -> Expression:
        match expression:
            case Name(id=name) if name in values:
                return unfold(values[name])
            case Name(id=name) if name not in parameters:
                raise ModelError(
                    f"the starting value of '{state.name}' uses '{name}'",
                    place=Place(f"block {state.block}", state.line),
                    rule="A starting value depends on parameters alone.",
                    fix="Start from a parameter, or let the run-in find the value.",
                )
            case Call(operator=operator, arguments=arguments):
                return Call(operator, tuple(unfold(argument) for argument in arguments))
        return expression

    return unfold(state.initial)


def _ordered(values: Sequence[Quantity]) -> tuple[Quantity, ...]:
    """Each after those it uses; raises `ModelError` naming the ring if there is one."""
    by_name = {value.name: value for value in values}
    ordered: dict[str, Quantity] = {}
    open_: list[str] = []

    def visit(name: str) -> None:
        if name in ordered or name not in by_name:
            return
        if name in open_:
            ring = " → ".join([*open_[open_.index(name) :], name])
            raise ModelError(
                f"the equations go round in a ring: {ring}",
                place=Place(f"block {by_name[name].block}", by_name[name].line),
                rule="Quantities without d(…) are computed one after the other.",
                fix="Make one of them a state with its own time constant.",
            )
        open_.append(name)
        for used in names_in(by_name[name].expression):
            visit(used)
        open_.pop()
        ordered[name] = by_name[name]

    for name in sorted(by_name):
        visit(name)
    return tuple(ordered.values())
