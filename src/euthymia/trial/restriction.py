"""Restrictions: which alternatives of the open hypotheses a prediction may use, and which parameters are set by hand.

    {"ketamine-versus-esketamine": "unblinding"}    one alternative
    {"mtorc1": ("required", "prolonging")}          either, in proportion to their weights
    {"light.specific_effect": 0}                    a parameter by its full name

The assumption that matters: what is not restricted stays as open as the ensemble leaves it. Left out: bounds on
parameters.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from types import MappingProxyType

from euthymia.errors import EuthymiaError, UnknownName
from euthymia.model.hypothesis import contradiction, hypotheses, hypothesis, prior_weights

Given = Mapping[str, "str | float | Sequence[str]"]
RULE = "A set of hypotheses leaves at least one alternative of each that counts for something."


@dataclass(frozen=True)
class Restriction:
    """What may be used: `states` hold the alternatives left of each hypothesis named, `parameters` numbers."""

    states: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    parameters: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def __bool__(self) -> bool:
        return bool(self.states or self.parameters)

    @property
    def given(self) -> Mapping[str, tuple[str, ...] | float]:
        """As it may be given again."""
        return MappingProxyType({**self.states, **self.parameters})

    def told(self) -> dict[str, str | float]:
        """As words and numbers for a header."""
        return {name: ",".join(left) for name, left in self.states.items()} | dict(self.parameters)


def restricted(given: Given) -> Restriction:
    """A restriction as checked values; raises `UnknownName`, and `EuthymiaError` where it excludes everything."""
    states: dict[str, tuple[str, ...]] = {}
    parameters: dict[str, float] = {}
    for name, wanted in given.items():
        if name in hypotheses():
            states[name] = _left(name, wanted)
        elif "." in name:
            parameters[name] = _number(name, wanted)
        else:
            raise UnknownName("hypothesis", name, hypotheses())
    for name, left in states.items():
        states[name] = _fitting(name, left, parameters)
    _agreeing(states)
    return Restriction(MappingProxyType(states), MappingProxyType(parameters))


def from_words(words: Iterable[str]) -> dict[str, str | float | tuple[str, ...]]:
    """A restriction from the command line: NAME=ALTERNATIVE, NAME=ONE,OTHER or PARAMETER=NUMBER, once for each.

    A name given twice leaves both alternatives. Raises `EuthymiaError`.

    >>> from_words(["tdcs=none", "mtorc1=required,prolonging", "light.specific_effect=0"])
    {'tdcs': ('none',), 'mtorc1': ('required', 'prolonging'), 'light.specific_effect': 0.0}
    """
    found: dict[str, str | float | tuple[str, ...]] = {}
    for word in words:
        name, equals, wanted = (part.strip() for part in word.partition("="))
        if not (name and equals and wanted):
            raise EuthymiaError(
                f"'{word}' is no hypothesis and alternative",
                rule="A hypothesis is chosen as NAME=ALTERNATIVE, a parameter as NAME=NUMBER.",
                fix="--hypothesis ketamine-versus-esketamine=unblinding",
            )
        if name in hypotheses() or "." not in name:
            before = found.get(name, ())
            chosen = tuple(part.strip() for part in wanted.split(",") if part.strip())
            found[name] = (*before, *chosen) if isinstance(before, tuple) else chosen
        else:
            found[name] = _number(name, wanted)
    return found


def _left(name: str, wanted: str | float | Sequence[str]) -> tuple[str, ...]:
    """The alternatives left of a hypothesis, in the order of its file."""
    asked = (wanted,) if isinstance(wanted, str) else tuple(wanted) if isinstance(wanted, Sequence) else (f"{wanted}",)
    one = hypothesis(name)
    for alternative in asked:
        one.alternative(alternative)
    if not asked:
        raise EuthymiaError(
            f"every alternative of '{name}' is excluded", rule=RULE, fix=f"Keep one of: {', '.join(one.names)}."
        )
    left = tuple(alternative for alternative in one.names if alternative in asked)
    if not sum(prior_weights()[name][alternative] for alternative in left):
        raise no_weight(name, left)
    return left


def no_weight(name: str, left: Sequence[str]) -> EuthymiaError:
    """The error of alternatives that count for nothing."""
    others = [other for other in hypothesis(name).names if other not in left]
    return EuthymiaError(
        f"the alternatives left of '{name}' ({', '.join(left)}) have no weight",
        rule=RULE,
        fix=f"Allow another: {', '.join(others)}." if others else "Give one of them a weight in its file.",
    )


def _number(name: str, wanted: object) -> float:
    try:
        number = float(wanted)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise EuthymiaError(
            f"the parameter '{name}' is set to '{wanted}'",
            rule="A parameter is set to a finite number in its own unit; alternatives belong to hypotheses.",
            fix=f"Run 'euthymia show parameter {name}' for its unit, or 'euthymia show hypotheses' for their names.",
        )
    return number


def _fitting(name: str, left: tuple[str, ...], parameters: Mapping[str, float]) -> tuple[str, ...]:
    """Those alternatives that the parameters set by hand do not contradict."""
    fitting, clash = [], None
    for alternative in left:
        sets = hypothesis(name).alternative(alternative).sets
        against = [p for p, number in sets.items() if p in parameters and parameters[p] != number]
        if not against:
            fitting.append(alternative)
        else:
            p = against[0]
            clash = contradiction(p, f"{name}={alternative}", sets[p], f"{p}={parameters[p]:g}", parameters[p])
    if not fitting and clash is not None:
        raise clash
    return tuple(fitting)


def _agreeing(states: Mapping[str, tuple[str, ...]]) -> None:
    """Raises `EuthymiaError` where two hypotheses have no pair of alternatives that can both hold."""
    for one, other in combinations(states, 2):
        clashes = [_clash(one, a, other, b) for a in states[one] for b in states[other]]
        found = [clash for clash in clashes if clash is not None]
        if found and len(found) == len(clashes):
            raise found[0]


def _clash(one: str, a: str, other: str, b: str) -> EuthymiaError | None:
    first, second = hypothesis(one).alternative(a).sets, hypothesis(other).alternative(b).sets
    for parameter, number in first.items():
        if second.get(parameter, number) != number:
            return contradiction(parameter, f"{one}={a}", number, f"{other}={b}", second[parameter])
    return None
