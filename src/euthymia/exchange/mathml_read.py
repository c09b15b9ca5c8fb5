"""MathML as SBML uses it, read into the engine's expressions.

`rateOf` stays a call, which the reader of models resolves. What cannot be expressed is noted in `Scope.refused`, and
reading goes on, so that a refusal can name everything at once. The assumption that matters: function definitions do
not call each other in rings, so they can be written out. Left out: units of numbers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from xml.etree.ElementTree import Element

from euthymia.errors import DataError
from euthymia.exchange.mathml_functions import (
    FUNCTIONS_OF_ONE,
    FUNCTIONS_OF_TWO,
    MANY,
    NAN,
    RELATIONS,
    all_true,
    call,
    logarithm,
    piecewise,
    root,
)
from euthymia.exchange.unsupported import DELAY
from euthymia.exchange.xml_safely import local
from euthymia.model.expression import Call, Expression, Name, Number

#: the value SBML Level 3 gives the symbol (CODATA 2006)
AVOGADRO = 6.02214179e23
RATE_OF = "rateOf"
TIME = Name("time")


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
    return NAN


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
    return NAN


def _piecewise(element: Element, scope: Scope) -> Expression:
    value: Expression = NAN
    pieces: list[tuple[Expression, Expression]] = []
    for part in element:
        if local(part) == "piece" and len(part) == 2:
            pieces.append((_read(part[1], scope), _read(part[0], scope)))
        elif local(part) == "otherwise" and len(part):
            value = _read(part[0], scope)
    return piecewise(pieces, value)


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
        return root(_one(arguments, head), _qualifier(qualified, "degree", scope))
    if name == "log":
        return logarithm(_one(arguments, head), _qualifier(qualified, "logbase", scope))
    if name in MANY:
        return MANY[name](arguments)
    if name in RELATIONS:
        return all_true([RELATIONS[name](left, right) for left, right in pairwise(arguments)])
    if name in FUNCTIONS_OF_ONE:
        return FUNCTIONS_OF_ONE[name](_one(arguments, head))
    if name in FUNCTIONS_OF_TWO:
        if len(arguments) != 2:
            raise _misread(head, f"'{name}' takes two arguments, not {len(arguments)}")
        return FUNCTIONS_OF_TWO[name](*arguments)
    scope.refused.append(f"MathML '{name}'")
    return NAN


def _apply_symbol(head: Element, rest: Sequence[Element], scope: Scope) -> Expression:
    kind = (head.get("definitionURL") or "").rpartition("/")[2]
    if kind == RATE_OF and len(rest) == 1:
        return call(RATE_OF, _read(rest[0], scope))
    return _symbol(head, scope)


def _apply_function(name: str, arguments: Sequence[Expression], scope: Scope) -> Expression:
    function = scope.functions.get(name)
    if function is None:
        scope.refused.append(f"a call of '{name}', which is no function definition")
        return NAN
    if len(function.arguments) != len(arguments):
        raise DataError(f"'{name}' takes {len(function.arguments)} arguments, not {len(arguments)}")
    if function.body is None:
        scope.refused.append(f"a call of '{name}', a function definition without mathematics")
        return NAN
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
