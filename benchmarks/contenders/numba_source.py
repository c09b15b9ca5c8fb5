"""A program's right-hand side as numba functions. Parameters come first in `p`, then inputs."""

from __future__ import annotations

import math

import numpy as np

from contenders import infix
from euthymia.engine.program import Program
from euthymia.engine.reference import Translation

_CHOICE = "({1} if {0} else {2})"


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
        lines.append(f"v{i} = {infix.text(expression, names, _CHOICE)}")
        names[name] = f"v{i}"
    lines += [f"dy[{i}] = {infix.text(expression, names, _CHOICE)}" for i, expression in enumerate(program.derivatives)]
    lines += [last] if last else []
    scope = {"np": np, "exp": math.exp, "log": math.log, "sqrt": math.sqrt, "sin": math.sin, "cos": math.cos}

    @numba.njit
    def power(base, exponent):
        return base**exponent if base > 0.0 else 0.0

    scope["power"] = power
    exec(f"def f({arguments}):\n    " + "\n    ".join(lines), scope)
    return numba.njit(scope["f"])
