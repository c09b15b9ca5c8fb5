"""MathML as SBML uses it, read into the engine's expressions.

True is 1 and false is 0; any number but 0 counts as true where a truth is due. Functions the engine lacks are written
out in those it has (a logarithm to a base, secants, hyperbolic functions and their inverses). `rateOf` stays a call
and the reader of models resolves it. What cannot be expressed is noted in `Scope.refused`, and reading goes on, so
that a refusal can name everything at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from xml.etree.ElementTree import Element

from euthymia.errors import DataError
from euthymia.exchange.unsupported import DELAY
from euthymia.exchange.xml_safely import local
from euthymia.model.expression import Call, Expression, Name, Number

#: the value SBML Level 3 gives the symbol (CODATA 2006)
AVOGADRO = 6.02214179e23
RATE_OF = "rateOf"
TIME = Name("time")
ZERO, ONE, TWO, HALF = Number(0.0), Number(1.0), Number(2.0), Number(0.5)
_NAN = Number(math.nan)


@dataclass(frozen=True)
class Function:
    """A function definition: its arguments and its body; the body is `None` where the file has no mathematics."""

    arguments: tuple[str, ...]
    body: Expression | None


@dataclass
class Scope:
    """What names mean: functions by id, and local names that stand for others. `refused` collects features."""

    functions: dict[str, Function] = field(default_factory=dict)
    names: Mapping[str, Expression] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def within(self, names: Mapping[str, Expression]) -> Scope:
        """The same scope with some names meaning something else."""
        return Scope(self.functions, {**self.names, **names}, self.refused)


def call(operator: str, *arguments: Expression) -> Call:
    return Call(operator, arguments)


def where(test: Expression, yes: Expression, no: Expression) -> Expression:
    return call("where", test, yes, no)


def read_math(math_element: Element, scope: Scope) -> Expression | None:
    """The expression inside a `math` element, or nothing if it is empty."""
    return _read(math_element[0], scope) if len(math_element) else None


def read_lambda(math_element: Element, scope: Scope) -> Function:
    """A function definition's mathematics."""
    element = _plain(math_element[0])
    if local(element) != "lambda":
        raise _misread(element, "a function definition holds a lambda")
    given = [(part[0].text or "").strip() for part in element if local(part) == "bvar" and len(part)]
    bodies = [part for part in element if local(part) != "bvar"]
    own = {name: Name(f"@{name}") for name in given}  # no other name begins so
    body = _read(bodies[0], scope.within(own)) if bodies else None
    return Function(tuple(name.id for name in own.values()), body)


def _plain(element: Element) -> Element:
    """The content of an element that only annotates."""
    while local(element) == "semantics" and len(element):
        element = element[0]
    return element


def _read(element: Element, scope: Scope) -> Expression:
    element = _plain(element)
    name = local(element)
    match name:
        case "cn":
            return Number(_number(element))
        case "ci":
            identifier = (element.text or "").strip()
            return scope.names.get(identifier) or Name(identifier)
        case "csymbol":
            return _symbol(element, scope)
        case "apply":
            return _apply(element, scope)
        case "piecewise":
            return _piecewise(element, scope)
    if name in _CONSTANTS:
        return Number(_CONSTANTS[name])
    scope.refused.append(f"MathML '{name}'")
    return _NAN


_CONSTANTS = {
    "true": 1.0,
    "false": 0.0,
    "pi": math.pi,
    "exponentiale": math.e,
    "infinity": math.inf,
    "notanumber": math.nan,
}


def _number(element: Element) -> float:
    parts = [element.text or "", *((part.tail or "") for part in element if local(part) == "sep")]
    try:
        numbers = [float(part.strip()) for part in parts]
    except ValueError:
        raise _misread(element, f"'{' '.join(parts).strip()}' is not a number") from None
    match element.get("type", "real"):
        case "e-notation" if len(numbers) == 2:
            return float(f"{parts[0].strip()}e{parts[1].strip()}")
        case "rational" if len(numbers) == 2:
            return numbers[0] / numbers[1] if numbers[1] else math.nan
    return numbers[0]


def _symbol(element: Element, scope: Scope) -> Expression:
    kind = (element.get("definitionURL") or "").rpartition("/")[2]
    match kind:
        case "time":
            return TIME
        case "avogadro":
            return Number(AVOGADRO)
    scope.refused.append(DELAY if kind == "delay" else f"csymbol '{kind or (element.text or '').strip()}'")
    return _NAN


def _piecewise(element: Element, scope: Scope) -> Expression:
    value: Expression = _NAN
    pieces = []
    for part in element:
        if local(part) == "piece" and len(part) == 2:
            pieces.append((_read(part[1], scope), _read(part[0], scope)))
        elif local(part) == "otherwise" and len(part):
            value = _read(part[0], scope)
    for test, chosen in reversed(pieces):
        value = where(test, chosen, value)
    return value


def _apply(element: Element, scope: Scope) -> Expression:
    if not len(element):
        raise _misread(element, "an apply needs a function")
    head, rest = _plain(element[0]), element[1:]
    name = local(head)
    if name == "csymbol":
        return _apply_symbol(head, rest, scope)
    if name == "ci":
        return _apply_function((head.text or "").strip(), [_read(part, scope) for part in rest], scope)
    qualified = {local(part): part for part in rest if local(part) in ("degree", "logbase")}
    arguments = [_read(part, scope) for part in rest if local(part) not in qualified]
    if name == "root":
        return _root(_one(arguments, head), _qualifier(qualified, "degree", scope))
    if name == "log":
        return _logarithm(_one(arguments, head), _qualifier(qualified, "logbase", scope))
    if name in _MANY:
        return _MANY[name](arguments)
    if name in _RELATIONS:
        pairs = list(zip(arguments, arguments[1:], strict=False))
        return _all([_RELATIONS[name](left, right) for left, right in pairs])
    if name in _ONE:
        return _ONE[name](_one(arguments, head))
    if name in _TWO:
        if len(arguments) != 2:
            raise _misread(head, f"'{name}' takes two arguments, not {len(arguments)}")
        return _TWO[name](*arguments)
    scope.refused.append(f"MathML '{name}'")
    return _NAN


def _apply_symbol(head: Element, rest: Sequence[Element], scope: Scope) -> Expression:
    kind = (head.get("definitionURL") or "").rpartition("/")[2]
    if kind == RATE_OF and len(rest) == 1:
        return call(RATE_OF, _read(rest[0], scope))
    return _symbol(head, scope)


def _apply_function(name: str, arguments: Sequence[Expression], scope: Scope) -> Expression:
    function = scope.functions.get(name)
    if function is None:
        scope.refused.append(f"a call of '{name}', which is no function definition")
        return _NAN
    if len(function.arguments) != len(arguments):
        raise DataError(f"'{name}' takes {len(function.arguments)} arguments, not {len(arguments)}")
    if function.body is None:
        scope.refused.append(f"a call of '{name}', a function definition without mathematics")
        return _NAN
    return replaced(function.body, dict(zip(function.arguments, arguments, strict=True)))


def replaced(expression: Expression, names: Mapping[str, Expression]) -> Expression:
    """The expression with expressions in place of names."""
    match expression:
        case Name(id=name):
            return names.get(name, expression)
        case Call(operator=operator, arguments=arguments):
            return Call(operator, tuple(replaced(argument, names) for argument in arguments))
    return expression


def _qualifier(found: Mapping[str, Element], name: str, scope: Scope) -> Expression | None:
    return _read(found[name][0], scope) if name in found and len(found[name]) else None


def _one(arguments: Sequence[Expression], head: Element) -> Expression:
    if len(arguments) != 1:
        raise _misread(head, f"'{local(head)}' takes one argument, not {len(arguments)}")
    return arguments[0]


def _misread(element: Element, why: str) -> DataError:
    return DataError(
        f"mathematics that cannot be read ({local(element)}: {why})",
        rule="Formulas are MathML as SBML Level 3 Version 2 defines it.",
        fix="Check the file with an SBML validator.",
    )


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


def _all(values: Sequence[Expression]) -> Expression:
    return reduce(lambda left, right: where(left, truth(right), ZERO), values, ONE) if len(values) != 1 else values[0]


def _and(values: Sequence[Expression]) -> Expression:
    return truth(_all(values))


def _or(values: Sequence[Expression]) -> Expression:
    return reduce(lambda left, right: where(left, ONE, truth(right)), values, ZERO)


def _xor(values: Sequence[Expression]) -> Expression:
    return reduce(lambda left, right: where(left, _not(right), truth(right)), values, ZERO)


def _equal(left: Expression, right: Expression) -> Expression:
    return where(call("<=", left, right), call("<=", right, left), ZERO)


_RELATIONS: dict[str, Callable[[Expression, Expression], Expression]] = {
    "lt": lambda a, b: call("<", a, b),
    "leq": lambda a, b: call("<=", a, b),
    "gt": lambda a, b: call(">", a, b),
    "geq": lambda a, b: call(">=", a, b),
    "eq": _equal,
    "neq": lambda a, b: _not(_equal(a, b)),
}


# -- functions ---------------------------------------------------------------------------------------------


def balanced(operator: str, values: Sequence[Expression], empty: Expression) -> Expression:
    """Many terms as a tree of pairs, as shallow as it can be."""
    if not values:
        return empty
    if len(values) == 1:
        return values[0]
    middle = (len(values) + 1) // 2
    return call(operator, balanced(operator, values[:middle], empty), balanced(operator, values[middle:], empty))


def _minus(values: Sequence[Expression]) -> Expression:
    if not values:
        return ZERO
    if len(values) == 1:
        return Number(-values[0].value) if isinstance(values[0], Number) else call("neg", values[0])
    return reduce(lambda left, right: call("-", left, right), values)


_MANY: dict[str, Callable[[Sequence[Expression]], Expression]] = {
    "plus": lambda values: balanced("+", values, ZERO),
    "times": lambda values: balanced("*", values, ONE),
    "minus": _minus,
    "min": lambda values: balanced("min", values, _NAN),
    "max": lambda values: balanced("max", values, _NAN),
    "and": _and,
    "or": _or,
    "xor": _xor,
}


def _root(value: Expression, degree: Expression | None) -> Expression:
    if degree is None or degree == TWO:
        return where(call("<", value, ZERO), _NAN, call("sqrt", value))
    return call("pow", value, call("/", ONE, degree))


def _log(value: Expression) -> Expression:
    return call("log", value)


def _logarithm(value: Expression, base: Expression | None) -> Expression:
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
    return where(call("<=", call("abs", x), ONE), value, _NAN)


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
        call("<", x, ONE), _NAN, _log(_plus(x, _times(_square_root(_less(x, ONE)), _square_root(_plus(x, ONE)))))
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
    return where(whole, found, _NAN)


_ONE: dict[str, Callable[[Expression], Expression]] = {
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

_TWO: dict[str, Callable[[Expression, Expression], Expression]] = {
    "divide": lambda a, b: call("/", a, b),
    "power": lambda a, b: call("pow", a, b),
    "quotient": _quotient,
    "rem": lambda a, b: _less(a, _times(b, _quotient(a, b))),
    "implies": lambda a, b: where(a, truth(b), ONE),
}
