"""A program's right-hand side as numba functions. Parameters come first in `p`, then inputs."""

from __future__ import annotations

import math

import numpy as np

from euthymia.engine.program import Program
from euthymia.engine.reference import Translation
from euthymia.model.expression import Call, Expression, Name, Number


def rates(program: Program):
    """`f(time, y, p)` → a new array of rates, compiled at its first call."""
    size = len(program.states)
    return _compiled(program, "time, y, p", f"dy = np.empty({size})", "return dy")


def rates_in_place(program: Program):
    """`f(time, y, dy, p)`, compiled at its first call; for solvers that are given a place for the rates."""
    return _compiled(program, "time, y, dy, p", "", "")


def start(program: Program):
    """`f(parameters)` → initial states."""
    translated = Translation(program).initial
    return lambda parameters: np.asarray(translated(parameters.tolist()), float)


def _compiled(program: Program, arguments: str, first: str, last: str):
    import numba

    names = {name: f"p[{i}]" for i, name in enumerate(program.parameters + program.inputs)}
    names |= {name: f"y[{i}]" for i, name in enumerate(program.states)} | {"time": "time"}
    lines = [first] if first else []
    for i, (name, expression) in enumerate(program.algebraic):
        lines.append(f"v{i} = {_text(expression, names)}")
        names[name] = f"v{i}"
    lines += [f"dy[{i}] = {_text(expression, names)}" for i, expression in enumerate(program.derivatives)]
    lines += [last] if last else []
    scope = {"np": np, "exp": math.exp, "log": math.log, "sqrt": math.sqrt, "sin": math.sin, "cos": math.cos}

    @numba.njit
    def power(base, exponent):
        return base**exponent if base > 0.0 else 0.0

    scope["power"] = power
    exec(f"def f({arguments}):\n    " + "\n    ".join(lines), scope)
    return numba.njit(scope["f"])


def _text(expression: Expression, names: dict[str, str]) -> str:
    match expression:
        case Number(value=value):
            return repr(value)
        case Name(id=name):
            return names[name]
        case Call(operator=operator, arguments=arguments):
            inner = [_text(argument, names) for argument in arguments]
    match operator:
        case "^":
            return f"power({inner[0]}, {inner[1]})"
        case "neg":
            return f"(-{inner[0]})"
        case "where":
            return f"({inner[1]} if {inner[0]} else {inner[2]})"
        case "+" | "-" | "*" | "/" | "<" | "<=" | ">" | ">=":
            return f"({inner[0]} {operator} {inner[1]})"
    return f"{operator}({', '.join(inner)})"
