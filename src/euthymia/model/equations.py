"""Equation lines as printed, one quantity a line, its unit after a colon.

    occupancy          = plasma/(plasma + half_occupancy)                 : 1
    d(raphe_firing)    = (target - raphe_firing)/firing_time              : 1/hour
    raphe_firing(0)    = 1

`d(x)` makes x a state; the unit after the colon is that of the right-hand side, so a state in mg changes in
mg/hour. A state without a starting value starts at 0. `#` opens a comment. A line with an open bracket goes on in the
next one. Order does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from euthymia.errors import ModelError, Place
from euthymia.model.expression import Expression, parse

_LINE = re.compile(r"^(?:d\((?P<state>\w+)\)|(?P<start>\w+)\(0\)|(?P<name>\w+))\s*=(?P<right>[^=].*)$")


@dataclass(frozen=True)
class Equation:
    """One line: what it defines, how, and in which unit (`None` for a starting value)."""

    kind: Literal["value", "rate", "start"]
    name: str
    expression: Expression
    unit: str | None
    line: int
    text: str


def read_equations(text: str, block: str) -> tuple[Equation, ...]:
    """All equations of a block; raises `ModelError` with the block, the line and the rule."""
    equations: list[Equation] = []
    defined: dict[tuple[str, str], int] = {}
    for number, line in _lines(text):
        place = Place(f"block {block}", number)
        equation = _read_line(line, number, place)
        key = ("start" if equation.kind == "start" else "definition", equation.name)
        if key in defined:
            raise ModelError(
                f"'{equation.name}' is defined twice (first on line {defined[key]})",
                place=place,
                rule="One line defines one quantity.",
                fix="Rename one of them or join the two lines.",
            )
        defined[key] = number
        equations.append(equation)
    states = {equation.name for equation in equations if equation.kind == "rate"}
    for equation in equations:
        if equation.kind == "start" and equation.name not in states:
            raise ModelError(
                f"'{equation.name}(0)' starts something that is not a state",
                place=Place(f"block {block}", equation.line),
                rule="Only a quantity with a line d(name) = … has a starting value.",
                fix=f"Add 'd({equation.name}) = …' or remove the starting value.",
            )
    return tuple(equations)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Number and text of each equation, brackets closed and comments gone."""
    begun, number = "", 0
    for here, raw in enumerate(text.strip("\n").splitlines(), start=1):
        line = raw.split("#")[0].strip()
        if not line:
            continue
        number, begun = (number, f"{begun} {line}") if begun else (here, line)
        if begun.count("(") <= begun.count(")"):
            yield number, begun
            begun = ""
    if begun:
        yield number, begun


def _read_line(line: str, number: int, place: Place) -> Equation:
    match = _LINE.match(line)
    if not match:
        raise ModelError(
            f"cannot read the equation '{line}'",
            place=place,
            rule="A line is 'name = … : unit', 'd(state) = … : unit/hour' or 'state(0) = …'.",
            fix="Check the left side and the equals sign.",
        )
    right, _, unit = match["right"].partition(":")
    try:
        expression = parse(right)
    except ModelError as error:
        error.place = place
        raise
    if match["start"]:
        return Equation("start", match["start"], expression, None, number, line)
    if not unit.strip():
        raise ModelError(
            f"'{match['state'] or match['name']}' has no unit",
            place=place,
            rule="Every equation ends with a colon and the unit of its right-hand side; 1 means none.",
            fix=f"Write '{line} : 1' if it is dimensionless.",
        )
    if match["state"]:
        return Equation("rate", match["state"], expression, unit.strip(), number, line)
    return Equation("value", match["name"], expression, unit.strip(), number, line)
