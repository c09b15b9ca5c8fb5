"""Expressions as MathML, keeping what our engine means by them.

A power is 0 where its base is not above 0 unless its exponent is a whole number, as in the engine, so it is written
with that case. Left out: the engine's limit of ±700 on the argument of `exp`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement

from euthymia.model.expression import Call, Expression, Name, Number

MATHML = "http://www.w3.org/1998/Math/MathML"
TIME_SYMBOL = "http://www.sbml.org/sbml/symbols/time"

_APPLIED = {
    "+": "plus", "-": "minus", "neg": "minus", "*": "times", "/": "divide", "pow": "power", "exp": "exp", "log": "ln",
    "sin": "sin", "cos": "cos", "atan": "arctan", "abs": "abs", "floor": "floor", "min": "min", "max": "max",
}  # fmt: skip
_RELATIONS = {"<": "lt", "<=": "leq", ">": "gt", ">=": "geq"}


def write_math(parent: Element, expression: Expression, identifiers: Mapping[str, str]) -> None:
    """Append a `math` element to `parent`; `identifiers` are the names' SBML identifiers."""
    _write(SubElement(parent, _tag("math")), expression, identifiers)


def write_condition(parent: Element, condition: Call, identifiers: Mapping[str, str]) -> None:
    """Append a `math` element that holds a comparison."""
    _apply(SubElement(parent, _tag("math")), _RELATIONS[condition.operator], condition.arguments, identifiers)


def _tag(name: str) -> str:
    return f"{{{MATHML}}}{name}"


def _write(parent: Element, expression: Expression, identifiers: Mapping[str, str]) -> None:
    match expression:
        case Number(value=value):
            _number(parent, value)
        case Name(id="time"):
            symbol = SubElement(parent, _tag("csymbol"), {"encoding": "text", "definitionURL": TIME_SYMBOL})
            symbol.text = "time"
        case Name(id=name):
            SubElement(parent, _tag("ci")).text = identifiers[name]
        case Call(operator="where", arguments=(test, yes, no)):
            _piecewise(parent, test, yes, no, identifiers)
        case Call(operator="^", arguments=(base, exponent)):
            raised = Call("pow", (base, exponent))
            if isinstance(exponent, Number) and exponent.value == math.floor(exponent.value):
                _write(parent, raised, identifiers)
            else:
                _piecewise(parent, Call(">", (base, Number(0.0))), raised, Number(0.0), identifiers)
        case Call(operator="sqrt", arguments=(inner,)):
            clipped = Call("max", (inner, Number(0.0)))
            _apply(parent, "root", (clipped,), identifiers)
        case Call(operator=operator) if operator in _RELATIONS:  # a number, so written as one
            _piecewise(parent, expression, Number(1.0), Number(0.0), identifiers)
        case Call(operator=operator, arguments=arguments):
            _apply(parent, _APPLIED[operator], arguments, identifiers)


def _apply(parent: Element, name: str, arguments: tuple[Expression, ...], identifiers: Mapping[str, str]) -> None:
    applied = SubElement(parent, _tag("apply"))
    SubElement(applied, _tag(name))
    for argument in arguments:
        _write(applied, argument, identifiers)


def _piecewise(
    parent: Element, test: Expression, yes: Expression, no: Expression, identifiers: Mapping[str, str]
) -> None:
    pieces = SubElement(parent, _tag("piecewise"))
    piece = SubElement(pieces, _tag("piece"))
    _write(piece, yes, identifiers)
    if isinstance(test, Call) and test.operator in _RELATIONS:
        _apply(piece, _RELATIONS[test.operator], test.arguments, identifiers)
    else:
        _apply(piece, "neq", (test, Number(0.0)), identifiers)
    _write(SubElement(pieces, _tag("otherwise")), no, identifiers)


def _number(parent: Element, value: float) -> None:
    if math.isnan(value):
        SubElement(parent, _tag("notanumber"))
    elif math.isinf(value) and value > 0:
        SubElement(parent, _tag("infinity"))
    elif math.isinf(value):
        applied = SubElement(parent, _tag("apply"))
        SubElement(applied, _tag("minus"))
        SubElement(applied, _tag("infinity"))
    else:
        digits, power, exponent = repr(value).partition("e")
        number = SubElement(parent, _tag("cn"), {"type": "e-notation"} if power else {})
        number.text = digits
        if power:
            SubElement(number, _tag("sep")).tail = str(int(exponent))
