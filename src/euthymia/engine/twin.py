"""A program and its untreated twin in one: each edge passes on what the treated side has, or what the twin has.

Both sides share parameters, inputs and all that a treatment cannot reach. A switch, a parameter that is 1 or 0, says
for a group of edges whether it passes the treated value. All combinations of switches are then patients of one task.
The assumption that matters: what is cut still runs, only its difference from the twin is not handed on. Left out:
triggers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from euthymia.engine.arithmetic import in_order
from euthymia.engine.program import Program
from euthymia.model.expression import Call, Expression, Name, Number, rename

UNTREATED = "untreated "


@dataclass(frozen=True)
class Switched:
    """One use of a name: in the equation of `quantity`, by the switch `switch`; `instead` is what holds where it is
    off: the twin's own quantity of that name, or a number where the twin has none."""

    quantity: str
    name: str
    switch: str
    instead: float | None = None


def twin(treated: Program, untreated: Program, affected: frozenset[str], uses: tuple[Switched, ...]) -> Program:
    """The two programs as one. States of `treated` come first, in their order; those of the twin follow.

    `affected` are the quantities of `untreated` that a treatment can change; the others are one for both sides. The
    twin's names begin with `UNTREATED`. Switches are parameters after those of `treated`, in order of first use.
    """
    names = {name: UNTREATED + name for name in affected}
    own = {quantity: {} for quantity in (one.quantity for one in uses)}
    for one in uses:
        other = Number(one.instead) if one.instead is not None else Name(names.get(one.name, one.name))
        on = Call(">", (Name(one.switch), Number(0.5)))
        own[one.quantity][one.name] = Call("where", (on, Name(one.name), other))
    values = {name: _put(expression, own.get(name, {})) for name, expression in treated.algebraic}
    values |= {names[name]: rename(expression, names) for name, expression in untreated.algebraic if name in affected}
    copied = [i for i, state in enumerate(untreated.states) if state in affected]
    rates = [_put(rate, own.get(s, {})) for s, rate in zip(treated.states, treated.derivatives, strict=True)]
    return replace(
        treated,
        parameters=(*treated.parameters, *dict.fromkeys(one.switch for one in uses)),
        states=(*treated.states, *(names[untreated.states[i]] for i in copied)),
        initial=(*treated.initial, *(untreated.initial[i] for i in copied)),
        algebraic=in_order(values),
        derivatives=(*rates, *(rename(untreated.derivatives[i], names) for i in copied)),
    )


def _put(expression: Expression, instead: Mapping[str, Expression]) -> Expression:
    match expression:
        case Name(id=name):
            return instead.get(name, expression)
        case Call(operator=operator, arguments=arguments):
            return Call(operator, tuple(_put(argument, instead) for argument in arguments))
    return expression
