"""Values of expressions, for numbers and whole arrays at once, by the rules of IEEE arithmetic.

For what is worked out now and then: values at the start, at an event, at the times of a table. Nothing raises: a
division by zero is infinite, a value that does not exist is not a number. `x^n` and `sqrt` keep the engine's rules
(0 where the base is not above 0; 0 for a negative number). Left out: the engine's limit of ±700 on the argument of
`exp`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from euthymia.errors import ModelError
from euthymia.model.expression import Call, Expression, Name, Number, names_in

Values = dict[str, Any]


def _power(base: Any, exponent: Any) -> Any:
    raised = np.power(base, exponent)
    whole = np.ndim(exponent) == 0 and float(exponent) == np.floor(exponent)
    return raised if whole else np.where(np.greater(base, 0), raised, 0.0)


_MEANING: dict[str, Callable] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "neg": np.negative, "^": _power, "pow": np.power,
    "<": lambda a, b: np.less(a, b) * 1.0, "<=": lambda a, b: np.less_equal(a, b) * 1.0,
    ">": lambda a, b: np.greater(a, b) * 1.0, ">=": lambda a, b: np.greater_equal(a, b) * 1.0,
    "exp": np.exp, "log": np.log, "sin": np.sin, "cos": np.cos, "atan": np.arctan, "abs": np.abs, "floor": np.floor,
    "sqrt": lambda a: np.sqrt(np.maximum(a, 0.0)), "min": np.minimum, "max": np.maximum,
    "where": lambda test, yes, no: np.where(np.not_equal(test, 0.0), yes, no),
    # what differentiated programs are written in (see `share` and `sensitivity`)
    "power": lambda base, exponent: np.where(np.greater(base, 0.0), np.exp(exponent), 0.0),
    "log_positive": lambda a: np.log(np.maximum(a, 1e-300)), "reciprocal": lambda a: np.divide(1.0, a),
}  # fmt: skip


def evaluate(expression: Expression, values: Mapping[str, Any]) -> Any:
    """The value of an expression, given those of its names.

    >>> from euthymia.model.expression import parse
    >>> float(evaluate(parse("where(x > 1, x/0, -x)"), {"x": 2.0}))
    inf
    """
    with np.errstate(all="ignore"):
        return _evaluate(expression, values)


def evaluate_all(definitions: Iterable[tuple[str, Expression]], values: Values) -> Values:
    """`values` with each definition's value added, one after the other."""
    known = dict(values)
    with np.errstate(all="ignore"):
        for name, expression in definitions:
            known[name] = _evaluate(expression, known)
    return known


def _evaluate(expression: Expression, values: Mapping[str, Any]) -> Any:
    match expression:
        case Number(value=value):
            return np.float64(value)
        case Name(id=name):
            return values[name]
        case Call(operator=operator, arguments=arguments):
            return _MEANING[operator](*(_evaluate(argument, values) for argument in arguments))


def in_order(definitions: Mapping[str, Expression]) -> tuple[tuple[str, Expression], ...]:
    """Definitions, each after those it uses; raises `ModelError` naming the ring if there is one."""
    ordered: dict[str, Expression] = {}
    for first in definitions:
        if first in ordered:
            continue
        path = [first]
        waiting = [iter(dict.fromkeys(names_in(definitions[first])))]
        while path:
            for used in waiting[-1]:
                if used in ordered or used not in definitions:
                    continue
                if used in path:
                    raise ModelError(
                        f"the equations go round in a ring: {' → '.join([*path[path.index(used) :], used])}",
                        rule="Quantities without a rate of change are computed one after the other.",
                        fix="Make one of them a state with its own time constant.",
                    )
                path.append(used)
                waiting.append(iter(dict.fromkeys(names_in(definitions[used]))))
                break
            else:
                waiting.pop()
                done = path.pop()
                ordered[done] = definitions[done]
    return tuple(ordered.items())
