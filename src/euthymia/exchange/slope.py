"""How fast a formula changes: its derivative in time, by the chain rule.

For `rateOf` of what follows an assignment rule. A kink takes the slope of the branch in force; a step (floor, a
comparison) has slope 0.
"""

from __future__ import annotations

from collections.abc import Callable

from euthymia.exchange.mathml_functions import ONE, TWO, ZERO, call, where
from euthymia.model.expression import Call, Expression, Name, Number


def slope(formula: Expression, rate: Callable[[str], Expression]) -> Expression:
    """The rate of change of a formula, given that of each of its names.

    >>> from euthymia.model.expression import parse, written
    >>> written(slope(parse("k*x^2"), lambda name: Name("v") if name == "x" else ZERO))
    'k*2*x^(2 - 1)*v'
    """
    match formula:
        case Number():
            return ZERO
        case Name(id="time"):
            return ONE
        case Name(id=name):
            return rate(name)
        case Call(operator="+" | "-" as operator, arguments=(left, right)):
            return _sum(operator, slope(left, rate), slope(right, rate))
        case Call(operator="*", arguments=(left, right)):
            return _sum("+", _times(slope(left, rate), right), _times(left, slope(right, rate)))
        case Call(operator="/", arguments=(left, right)):
            top = _sum("-", slope(left, rate), _times(formula, slope(right, rate)))
            return ZERO if top == ZERO else call("/", top, right)
        case Call(operator="^" | "pow", arguments=(base, exponent)):
            return _power(formula, base, exponent, rate)
        case Call(operator="where", arguments=(test, yes, no)):
            a, b = slope(yes, rate), slope(no, rate)
            return a if a == b else where(test, a, b)
        case Call(operator="min" | "max" as operator, arguments=(left, right)):
            a, b = slope(left, rate), slope(right, rate)
            return a if a == b else where(call("<" if operator == "min" else ">", left, right), a, b)
        case Call(operator=operator, arguments=(inner,)) if operator in _OUTER:
            return _times(_OUTER[operator](inner), slope(inner, rate))
    return ZERO  # comparisons and floor


def _power(
    formula: Expression, base: Expression, exponent: Expression, rate: Callable[[str], Expression]
) -> Expression:
    lower = call(formula.operator, base, call("-", exponent, ONE)) if isinstance(formula, Call) else formula
    by_base = _times(_times(exponent, lower), slope(base, rate))
    by_exponent = _times(_times(formula, call("log", base)), slope(exponent, rate))
    return _sum("+", by_base, by_exponent)


_OUTER: dict[str, Callable[[Expression], Expression]] = {
    "neg": lambda x: Number(-1.0),
    "exp": lambda x: call("exp", x),
    "log": lambda x: call("/", ONE, x),
    "sqrt": lambda x: call("/", ONE, call("*", TWO, call("sqrt", x))),
    "sin": lambda x: call("cos", x),
    "cos": lambda x: call("neg", call("sin", x)),
    "atan": lambda x: call("/", ONE, call("+", ONE, call("*", x, x))),
    "abs": lambda x: where(call("<", x, ZERO), Number(-1.0), ONE),
}


def _times(left: Expression, right: Expression) -> Expression:
    if ZERO in (left, right):
        return ZERO
    if left == ONE:
        return right
    return left if right == ONE else call("*", left, right)


def _sum(operator: str, left: Expression, right: Expression) -> Expression:
    if right == ZERO:
        return left
    if left == ZERO:
        return right if operator == "+" else call("neg", right)
    return call(operator, left, right)
