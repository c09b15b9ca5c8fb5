"""SBML's functions in terms of the engine's own.

True is 1 and false is 0; any number but 0 counts as true where a truth is due. What the engine lacks is written out
in what it has: a logarithm to a base, secants, hyperbolic functions, inverses. Left out: functions that cannot be
written so; the reader refuses them by name.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce

from euthymia.model.expression import Call, Expression, Number

ZERO, ONE, TWO, HALF, NAN = Number(0.0), Number(1.0), Number(2.0), Number(0.5), Number(math.nan)


def call(operator: str, *arguments: Expression) -> Call:
    return Call(operator, arguments)


def where(test: Expression, yes: Expression, no: Expression) -> Expression:
    return call("where", test, yes, no)


def joined(
    join: Callable[[Expression, Expression], Expression], values: Sequence[Expression], empty: Expression
) -> Expression:
    """Many terms as a tree of pairs, as shallow as it can be."""
    if not values:
        return empty
    if len(values) == 1:
        return values[0]
    middle = (len(values) + 1) // 2
    return join(joined(join, values[:middle], empty), joined(join, values[middle:], empty))


# -- truths ------------------------------------------------------------------------------------------------

_TRUTHS = {"<", "<=", ">", ">="}


def truth(expression: Expression) -> Expression:
    """1 or 0 in place of any number."""
    match expression:
        case Number(value=value):
            return ZERO if value == 0 else ONE
        case Call(operator=operator) if operator in _TRUTHS:
            return expression
        case Call(operator="where", arguments=(_, yes, no)) if truth(yes) == yes and truth(no) == no:
            return expression
    return where(expression, ONE, ZERO)


def _not(value: Expression) -> Expression:
    return where(value, ZERO, ONE)


def all_true(values: Sequence[Expression]) -> Expression:
    return joined(lambda left, right: where(left, truth(right), ZERO), values, ONE)


def any_true(values: Sequence[Expression]) -> Expression:
    return joined(lambda left, right: where(left, ONE, truth(right)), values, ZERO)


def _and(values: Sequence[Expression]) -> Expression:
    return truth(all_true(values))


def _or(values: Sequence[Expression]) -> Expression:
    return truth(any_true(values))


def _xor(values: Sequence[Expression]) -> Expression:
    return truth(joined(lambda left, right: where(left, _not(right), truth(right)), values, ZERO))


def piecewise(pieces: Sequence[tuple[Expression, Expression]], otherwise: Expression) -> Expression:
    """The value of the first (condition, value) whose condition holds; many are told apart by halving."""
    if len(pieces) <= 16:
        for test, value in reversed(pieces):
            otherwise = where(test, value, otherwise)
        return otherwise
    middle = len(pieces) // 2
    early, late = pieces[:middle], pieces[middle:]
    return where(any_true([test for test, _ in early]), piecewise(early, NAN), piecewise(late, otherwise))


def _equal(left: Expression, right: Expression) -> Expression:
    return where(call("<=", left, right), call("<=", right, left), ZERO)


RELATIONS: dict[str, Callable[[Expression, Expression], Expression]] = {
    "lt": lambda a, b: call("<", a, b),
    "leq": lambda a, b: call("<=", a, b),
    "gt": lambda a, b: call(">", a, b),
    "geq": lambda a, b: call(">=", a, b),
    "eq": _equal,
    "neq": lambda a, b: _not(_equal(a, b)),
}


# -- functions ---------------------------------------------------------------------------------------------


def balanced(operator: str, values: Sequence[Expression], empty: Expression) -> Expression:
    """Many terms under one operator."""
    return joined(lambda left, right: call(operator, left, right), values, empty)


def _minus(values: Sequence[Expression]) -> Expression:
    if not values:
        return ZERO
    if len(values) == 1:
        return Number(-values[0].value) if isinstance(values[0], Number) else call("neg", values[0])
    return reduce(lambda left, right: call("-", left, right), values)


MANY: dict[str, Callable[[Sequence[Expression]], Expression]] = {
    "plus": lambda values: balanced("+", values, ZERO),
    "times": lambda values: balanced("*", values, ONE),
    "minus": _minus,
    "min": lambda values: balanced("min", values, NAN),
    "max": lambda values: balanced("max", values, NAN),
    "and": _and,
    "or": _or,
    "xor": _xor,
}


def root(value: Expression, degree: Expression | None) -> Expression:
    if degree is None or degree == TWO:
        return where(call("<", value, ZERO), NAN, call("sqrt", value))
    return call("pow", value, call("/", ONE, degree))


def _log(value: Expression) -> Expression:
    return call("log", value)


def logarithm(value: Expression, base: Expression | None) -> Expression:
    natural = Number(math.log(10.0)) if base is None else _log(base)
    return call("/", _log(value), natural)


def _inverse(value: Expression) -> Expression:
    return call("/", ONE, value)


def _times(left: Expression, right: Expression) -> Expression:
    return call("*", left, right)


def _plus(left: Expression, right: Expression) -> Expression:
    return call("+", left, right)


def _less(left: Expression, right: Expression) -> Expression:
    return call("-", left, right)


def _tan(x: Expression) -> Expression:
    return call("/", call("sin", x), call("cos", x))


def _square_root(x: Expression) -> Expression:
    return call("sqrt", x)


def _within_one(x: Expression, value: Expression) -> Expression:
    """Not a number where |x| is above 1."""
    return where(call("<=", call("abs", x), ONE), value, NAN)


def _asin(x: Expression) -> Expression:
    root = _square_root(_times(_less(ONE, x), _plus(ONE, x)))
    return _within_one(x, _times(TWO, call("atan", call("/", x, _plus(ONE, root)))))


def _acos(x: Expression) -> Expression:
    ratio = call("/", _less(ONE, x), _plus(ONE, x))
    turned = where(call("<=", x, Number(-1.0)), Number(math.pi), _times(TWO, call("atan", _square_root(ratio))))
    return _within_one(x, turned)


def _acot(x: Expression) -> Expression:
    return call("atan", _inverse(x))


def _sinh(x: Expression) -> Expression:
    return _times(HALF, _less(call("exp", x), call("exp", call("neg", x))))


def _cosh(x: Expression) -> Expression:
    return _times(HALF, _plus(call("exp", x), call("exp", call("neg", x))))


def _tanh(x: Expression) -> Expression:
    return _less(ONE, call("/", TWO, _plus(call("exp", _times(TWO, x)), ONE)))


def _asinh(x: Expression) -> Expression:
    size = call("abs", x)
    value = _log(_plus(size, _square_root(_plus(_times(x, x), ONE))))
    return where(call("<", x, ZERO), call("neg", value), value)


def _acosh(x: Expression) -> Expression:
    return where(
        call("<", x, ONE), NAN, _log(_plus(x, _times(_square_root(_less(x, ONE)), _square_root(_plus(x, ONE)))))
    )


def _atanh(x: Expression) -> Expression:
    return _times(HALF, _log(call("/", _plus(ONE, x), _less(ONE, x))))


def _ceiling(x: Expression) -> Expression:
    return call("neg", call("floor", call("neg", x)))


def _quotient(a: Expression, b: Expression) -> Expression:
    ratio = call("/", a, b)
    return where(call("<", ratio, ZERO), _ceiling(ratio), call("floor", ratio))


def _factorial(x: Expression) -> Expression:
    """n! for whole n up to 170, found by halving; infinite above, not a number between and below."""

    def between(low: int, high: int) -> Expression:
        if low == high:
            return Number(float(math.factorial(low)))
        middle = (low + high) // 2
        return where(call("<=", x, Number(float(middle))), between(low, middle), between(middle + 1, high))

    if isinstance(x, Number) and 0 <= x.value <= 170 and x.value == int(x.value):
        return Number(float(math.factorial(int(x.value))))
    found = where(call("<=", x, Number(170.0)), between(0, 170), Number(math.inf))
    whole = where(call("<=", x, call("floor", x)), call("<=", ZERO, x), ZERO)
    return where(whole, found, NAN)


FUNCTIONS_OF_ONE: dict[str, Callable[[Expression], Expression]] = {
    "abs": lambda x: call("abs", x),
    "exp": lambda x: call("exp", x),
    "ln": _log,
    "floor": lambda x: call("floor", x),
    "ceiling": _ceiling,
    "factorial": _factorial,
    "not": _not,
    "sin": lambda x: call("sin", x),
    "cos": lambda x: call("cos", x),
    "tan": _tan,
    "sec": lambda x: _inverse(call("cos", x)),
    "csc": lambda x: _inverse(call("sin", x)),
    "cot": lambda x: call("/", call("cos", x), call("sin", x)),
    "sinh": _sinh,
    "cosh": _cosh,
    "tanh": _tanh,
    "sech": lambda x: _inverse(_cosh(x)),
    "csch": lambda x: _inverse(_sinh(x)),
    "coth": lambda x: _inverse(_tanh(x)),
    "arcsin": _asin,
    "arccos": _acos,
    "arctan": lambda x: call("atan", x),
    "arcsec": lambda x: _acos(_inverse(x)),
    "arccsc": lambda x: _asin(_inverse(x)),
    "arccot": _acot,
    "arcsinh": _asinh,
    "arccosh": _acosh,
    "arctanh": _atanh,
    "arcsech": lambda x: _acosh(_inverse(x)),
    "arccsch": lambda x: _asinh(_inverse(x)),
    "arccoth": lambda x: _atanh(_inverse(x)),
}

FUNCTIONS_OF_TWO: dict[str, Callable[[Expression, Expression], Expression]] = {
    "divide": lambda a, b: call("/", a, b),
    "power": lambda a, b: call("pow", a, b),
    "quotient": _quotient,
    "rem": lambda a, b: _less(a, _times(b, _quotient(a, b))),
    "implies": lambda a, b: where(a, truth(b), ONE),
}
