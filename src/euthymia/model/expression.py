"""Expressions as frozen trees, read from text.

The language: numbers, names, `+ - * / ^`, comparisons inside `where`, and a closed set of functions. Names are
case-sensitive; `time` is the time in hours. Shapes that recur in the field are functions too, so that an equation
reads as printed: `positive(x)` = max(x, 0), `logistic(x)` = 1/(1+e^-x), `saturating(x)` = 2x/(1+x) and
`hill(x, n)` = 2x^n/(1+x^n), the last two equal to 1 at x = 1.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from euthymia.errors import ModelError


@dataclass(frozen=True, slots=True)
class Number:
    value: float


@dataclass(frozen=True, slots=True)
class Name:
    id: str


@dataclass(frozen=True, slots=True)
class Call:
    """An operator or function applied to its arguments; `operator` is one of `OPERATORS`, `FUNCTIONS` or `FURTHER`."""

    operator: str
    arguments: tuple[Expression, ...]


Expression = Number | Name | Call

#: name → number of arguments; `neg` is unary minus, comparisons give 1 or 0
OPERATORS = {"+": 2, "-": 2, "*": 2, "/": 2, "^": 2, "neg": 1, "<": 2, "<=": 2, ">": 2, ">=": 2}
FUNCTIONS = {"exp": 1, "log": 1, "sqrt": 1, "sin": 1, "cos": 1, "abs": 1, "min": 2, "max": 2, "where": 3}
#: no words of the language, but engines know them: readers of other formats need them. `pow` is the power of IEEE
#: arithmetic, where `x^n` is 0 for any x that is not above 0
FURTHER = {"pow": 2, "atan": 1, "floor": 1}

_ONE, _TWO = Number(1.0), Number(2.0)


def _call(operator: str, *arguments: Expression) -> Call:
    return Call(operator, arguments)


def _hill(x: Expression, n: Expression) -> Expression:
    power = _call("^", x, n)
    return _call("/", _call("*", _TWO, power), _call("+", _ONE, power))


#: written out while reading, so that engines only ever meet `OPERATORS` and `FUNCTIONS`
SHORTHANDS: dict[str, tuple[int, Callable[..., Expression]]] = {
    "positive": (1, lambda x: _call("max", x, Number(0.0))),
    "logistic": (1, lambda x: _call("/", _ONE, _call("+", _ONE, _call("exp", _call("neg", x))))),
    "saturating": (1, lambda x: _call("/", _call("*", _TWO, x), _call("+", _ONE, x))),
    "hill": (2, _hill),
}

_BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "^", ast.BitXor: "^"}
_COMPARE = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


def parse(text: str) -> Expression:
    """Read one expression; raises `ModelError` naming the part that cannot be read.

    >>> parse("2*x + 1")
    Call(operator='+', arguments=(Call(operator='*', arguments=(Number(value=2.0), Name(id='x'))), Number(value=1.0)))
    """
    try:
        tree = ast.parse(text.strip().replace("^", "**"), mode="eval")
    except SyntaxError as error:
        raise ModelError(
            f"cannot read the expression '{text.strip()}' (column {error.offset})",
            rule="An expression is numbers, names, + - * / ^, and the functions of the equation language.",
            fix="Look for a missing operator or bracket.",
        ) from None
    return _read(tree.body, text)


def _read(node: ast.expr, text: str) -> Expression:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return Number(float(value))
        case ast.Name(id=name):
            return Name(name)
        case ast.Attribute(value=ast.Name(id=block), attr=name):
            return Name(f"{block}.{name}")
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _read(operand, text)
            return Number(-inner.value) if isinstance(inner, Number) else Call("neg", (inner,))
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _read(operand, text)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return Call(_BINARY[type(op)], (_read(left, text), _read(right, text)))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARE:
            return Call(_COMPARE[type(op)], (_read(left, text), _read(right, text)))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            return _apply(name, tuple(_read(arg, text) for arg in args), text)
    raise ModelError(
        f"cannot use '{ast.unparse(node)}' in the expression '{text.strip()}'",
        rule="An expression is numbers, names, + - * / ^, and the functions of the equation language.",
        fix=f"Functions: {', '.join(sorted({**FUNCTIONS, **SHORTHANDS}))}.",
    )


def _apply(name: str, arguments: tuple[Expression, ...], text: str) -> Expression:
    arity = FUNCTIONS.get(name) or SHORTHANDS.get(name, (None,))[0]
    if arity is None:
        raise ModelError(
            f"there is no function '{name}' (in '{text.strip()}')",
            rule=f"Functions: {', '.join(sorted({**FUNCTIONS, **SHORTHANDS}))}.",
            fix="Use one of them, or give the value as a port from another block.",
        )
    if len(arguments) != arity:
        raise ModelError(
            f"'{name}' takes {arity} argument{'s' * (arity != 1)}, not {len(arguments)} (in '{text.strip()}')",
            fix="Add or remove an argument.",
        )
    return SHORTHANDS[name][1](*arguments) if name in SHORTHANDS else Call(name, arguments)


def names_in(expression: Expression) -> Iterator[str]:
    """Every name used, with repeats, left to right."""
    match expression:
        case Name(id=name):
            yield name
        case Call(arguments=arguments):
            for argument in arguments:
                yield from names_in(argument)


def rename(expression: Expression, names: Mapping[str, str]) -> Expression:
    """The same expression under other names; names that are not in the mapping stay."""
    match expression:
        case Name(id=name):
            return Name(names.get(name, name))
        case Call(operator=operator, arguments=arguments):
            return Call(operator, tuple(rename(argument, names) for argument in arguments))
    return expression


_RANK = {"+": 1, "-": 1, "*": 2, "/": 2, "neg": 2, "^": 3, "<": 0, "<=": 0, ">": 0, ">=": 0}


def written(expression: Expression, power: str = "^") -> str:
    """The expression as text again, with as few brackets as reading it needs.

    >>> written(parse("(a + b)*c/(1 + d)"))
    '(a + b)*c/(1 + d)'
    """

    def bracket(part: Expression, least: int) -> str:
        text = written(part, power)
        low = isinstance(part, Call) and _RANK.get(part.operator, 9) < least
        return f"({text})" if low or (isinstance(part, Number) and part.value < 0) else text

    match expression:
        case Number(value=value):
            return f"{value:g}" if float(f"{value:g}") == value else repr(value)
        case Name(id=name):
            return name
        case Call(operator="neg", arguments=(inner,)):
            return f"-{bracket(inner, 3)}"
        case Call(operator=operator, arguments=(left, right)) if operator in _RANK:
            rank = _RANK[operator]
            space = "" if rank > 1 else " "
            sign = power if operator == "^" else operator
            tight = operator in ("-", "/", "^")
            right_text = bracket(right, rank + tight)
            return f"{bracket(left, rank + (operator == '^'))}{space}{sign}{space}{right_text}"
        case Call(operator=operator, arguments=arguments):
            return f"{operator}({', '.join(written(a, power) for a in arguments)})"
    raise AssertionError(expression)
