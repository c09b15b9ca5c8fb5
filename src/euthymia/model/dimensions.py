"""Units through an expression: checked once, and scaled where two names for one dimension meet.

`amount/volume : ng/mL` with mg and L is accepted and multiplied by 1000; mg where ng/mL is due is refused. A literal
number is dimensionless, except 0, which fits anywhere. Nothing here runs after assembly.
"""

from __future__ import annotations

from collections.abc import Callable

from euthymia.errors import UnitError
from euthymia.model.expression import Call, Expression, Name, Number, written
from euthymia.units import Unit, unit

Checked = tuple[Expression, Unit | None]  # no unit: a literal zero, at home in any


def in_unit(expression: Expression, wanted: Unit, unit_of: Callable[[str], Unit]) -> Expression:
    """The expression scaled to `wanted`; raises `UnitError` if its dimensions differ."""
    checked, found = _check(expression, unit_of)
    return _scaled(checked, found, wanted, expression)


def _check(expression: Expression, unit_of: Callable[[str], Unit]) -> Checked:
    match expression:
        case Number(value=0.0):
            return expression, None
        case Number():
            return expression, unit("1")
        case Name(id=name):
            return expression, unit_of(name)
        case Call(operator="neg" | "abs" as operator, arguments=(inner,)):
            checked, found = _check(inner, unit_of)
            return Call(operator, (checked,)), found
        case Call(operator="*" | "/" as operator, arguments=(left, right)):
            (a, of_a), (b, of_b) = _check(left, unit_of), _check(right, unit_of)
            if of_a is None or of_b is None:
                return Call(operator, (a, b)), of_a or of_b if operator == "*" else of_a
            return Call(operator, (a, b)), of_a * of_b if operator == "*" else of_a / of_b
        case Call(operator="+" | "-" | "min" | "max" as operator, arguments=(left, right)):
            a, b, found = _alike(left, right, unit_of, expression)
            return Call(operator, (a, b)), found
        case Call(operator="<" | "<=" | ">" | ">=" as operator, arguments=(left, right)):
            a, b, _ = _alike(left, right, unit_of, expression)
            return Call(operator, (a, b)), unit("1")
        case Call(operator="where", arguments=(test, left, right)):
            checked, _ = _check(test, unit_of)
            a, b, found = _alike(left, right, unit_of, expression)
            return Call("where", (checked, a, b)), found
        case Call(operator="^", arguments=(base, exponent)):
            power = in_unit(exponent, unit("1"), unit_of)
            checked, found = _check(base, unit_of)
            if found is not None and found.dimensions and isinstance(exponent, Number):
                return Call("^", (checked, power)), found**exponent.value
            return Call("^", (_scaled(checked, found, unit("1"), base), power)), unit("1")
        case Call(operator="sqrt", arguments=(inner,)):
            checked, found = _check(inner, unit_of)
            return Call("sqrt", (checked,)), None if found is None else found**0.5
        case Call(operator=operator, arguments=arguments):  # exp, log, sin, cos
            return Call(operator, tuple(in_unit(a, unit("1"), unit_of) for a in arguments)), unit("1")
    raise AssertionError(expression)


def _alike(
    left: Expression, right: Expression, unit_of: Callable[[str], Unit], whole: Expression
) -> tuple[Expression, Expression, Unit | None]:
    (a, of_a), (b, of_b) = _check(left, unit_of), _check(right, unit_of)
    if of_a is None or of_b is None:
        return a, b, of_a or of_b
    if of_a.dimensions != of_b.dimensions:
        raise UnitError(
            f"'{written(left)}' is in {of_a.text} but '{written(right)}' is in {of_b.text}",
            rule="Only quantities of one dimension can be added or compared.",
            fix=f"Look at '{written(whole)}': a factor with a unit is missing, or a name is the wrong one.",
        )
    return a, _scaled(b, of_b, of_a, right), of_a


def _scaled(checked: Expression, found: Unit | None, wanted: Unit, whole: Expression) -> Expression:
    if found is None or (found.dimensions == wanted.dimensions and found.scale == wanted.scale):
        return checked
    if found.dimensions != wanted.dimensions:
        raise UnitError(
            f"'{written(whole)}' is in {found.text or '1'}, and {wanted.text or '1'} is due",
            rule="An equation's two sides, and a port's two ends, have one dimension.",
            fix="Correct the unit after the colon, or the expression.",
        )
    factor = found.scale / wanted.scale
    if abs(factor - 1) < 1e-12:
        return checked
    return Call("*", (Number(factor), checked))
