"""Problems that every solver is tried on, each against an answer that is not ours.

`data/*.yaml` holds a problem each: equations as in the model, times, and what to compare with. That is a solution
published with its source, a closed form, or SciPy at a tolerance far below ours, named in the file.
`smallest`: for each state, the size below which it counts as nothing. Absolute tolerances are rtol times it, and errors
are taken relative to |y| + smallest.
`steps`: limits of steps, where those of a treatment do not fit.
`growth`: how many times larger an early error may be at the end, where the problem itself makes it larger.
`misses`: a method that does not reach the tolerance, and why; that test must fail.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML
from scipy.integrate import solve_ivp

from euthymia.engine import methods
from euthymia.engine.compiled import CompiledEngine
from euthymia.engine.program import Program
from euthymia.engine.reference import ReferenceEngine, Translation
from euthymia.engine.schedule import tabulate
from euthymia.engine.task import Task
from euthymia.model.expression import parse

PATHS = {path.stem: path for path in sorted(Path(__file__).with_name("data").glob("*.yaml"))}
NAMES = list(PATHS)
ENGINES = {"Rodas5P": CompiledEngine(threads=1), "reference": ReferenceEngine(workers=1)}
if hasattr(methods, "TSIT5"):
    ENGINES["Tsit5"] = CompiledEngine(threads=1, method=methods.TSIT5)
TOLERANCES = (1e-4, 1e-6, 1e-8)
#: the error at the end may be this many times rtol: step by step, errors add up; LSODA's more than ours
ALLOWED = {"Rodas5P": 30.0, "Tsit5": 30.0, "reference": 150.0}


@dataclass(frozen=True)
class Problem:
    """One file, and the values it is compared with: `expected` is (times, states), not-a-number where unknown."""

    program: Program
    stiff: bool
    growth: float
    misses: Mapping[str, str]
    steps: Mapping[str, float]
    smallest: np.ndarray
    times: np.ndarray
    expected: np.ndarray

    def error(self, engine, rtol: float) -> float:
        """Largest error at any time in any state, relative to its size or to the smallest that counts."""
        task = Task(
            program=self.program,
            parameters=np.zeros((1, 0)),
            schedule=tabulate(self.program, [[]]),
            times=self.times,
            outputs=self.program.states,
            rtol=rtol,
            atol=rtol * self.smallest,
            **self.steps,
        )
        solution = engine.solve(task)
        assert solution.status[0].ok, solution.status[0].message
        share = np.abs(solution.values[0] - self.expected) / (np.abs(self.expected) + self.smallest)
        return float(np.nanmax(share))


@cache
def problem(name: str) -> Problem:
    told = YAML(typ="safe").load(PATHS[name])
    program = read(told["equations"])
    said = told.get("smallest", {})
    smallest = np.array([said.get(s, 1e-3) if isinstance(said, Mapping) else said for s in program.states], float)
    times = np.array(told.get("times", []), float)
    expected = np.full((len(times), len(program.states)), np.nan)
    if "exact" in told:
        for state, text in told["exact"].items():
            expected[:, program.states.index(state)] = eval(text, {"time": times, **vars(np)})
    elif "reference" in told:
        expected[:] = by_scipy(program, times, smallest, **told["reference"])
    if "published" in told:
        row = [told["published"]["values"].get(state, np.nan) for state in program.states]
        times, expected = np.append(times, told["published"]["time"]), np.vstack([expected, row])
    return Problem(
        program,
        told.get("stiff", False),
        told.get("growth", 1.0),
        told.get("misses", {}),
        told.get("steps", {}),
        smallest,
        times,
        expected,
    )


def read(text: str) -> Program:
    """`d(x) = rate ; start` and `name = expression`, one a line, `#` before a remark."""
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    states = [found.groups() for line in lines if (found := re.fullmatch(r"d\((\w+)\) = (.+) ; (.+)", line))]
    algebraic = [found.groups() for line in lines if (found := re.fullmatch(r"(\w+) = (.+)", line))]
    assert len(states) + len(algebraic) == len(lines)
    return Program(
        parameters=(),
        inputs=(),
        input_initial=(),
        states=tuple(name for name, _, _ in states),
        initial=tuple(parse(start) for _, _, start in states),
        algebraic=tuple((name, parse(expression)) for name, expression in algebraic),
        derivatives=tuple(parse(rate) for _, rate, _ in states),
    )


def by_scipy(
    program: Program, times: np.ndarray, smallest: np.ndarray, method: str, rtol: float, shift: np.ndarray | float = 0.0
) -> np.ndarray:
    """SciPy's values at `times`, from a start moved by `shift`; the tolerance stands in the problem's file."""
    translated = Translation(program)
    start = np.asarray(translated.initial([]), float) + shift
    options = {"t_eval": times, "args": ([], []), "rtol": rtol, "atol": rtol * smallest}
    found = solve_ivp(translated.rhs, (0.0, times[-1]), start, method, **options)
    assert found.success, found.message
    return found.y.T


CASES = [(engine, name) for name in NAMES for engine in ENGINES if engine != "Tsit5" or not problem(name).stiff]


def test_the_collection_is_whole():
    """Enough of each kind, every one with something to compare with."""
    problems = [problem(name) for name in NAMES]
    assert sum(p.stiff for p in problems) >= 8
    assert sum(not p.stiff for p in problems) >= 9
    assert all(np.isfinite(p.expected).any(axis=1).all() and len(p.times) for p in problems)


@pytest.mark.parametrize(("engine", "name"), CASES)
def test_the_error_is_near_the_tolerance_asked_for(engine, name, request):
    solved = problem(name)
    if engine in solved.misses:
        request.applymarker(pytest.mark.xfail(reason=solved.misses[engine], strict=True))
    errors = {rtol: solved.error(ENGINES[engine], rtol) for rtol in TOLERANCES}
    for rtol, error in errors.items():
        assert error < ALLOWED[engine] * solved.growth * rtol, errors


@pytest.mark.parametrize(("engine", "name"), [case for case in CASES if case[0] != "reference"])
def test_asking_for_more_gives_more(engine, name):
    """Four digits more are asked for; at least two come, or the answer was already as exact."""
    errors = [problem(name).error(ENGINES[engine], rtol) for rtol in (1e-4, 1e-8)]
    assert errors[1] < max(1e-2 * errors[0], 1e-8), errors


@pytest.mark.parametrize("name", [name for name in NAMES if problem(name).growth > 1])
def test_errors_grow_at_least_as_told(name):
    """The growth in the file excuses no more than what the problem does to a start that is a little off."""
    given = problem(name)
    base, moved = 0.0, []
    for shift in np.vstack([np.zeros(len(given.smallest)), 1e-8 * np.diag(given.smallest)]):
        path = by_scipy(given.program, given.times, given.smallest, "DOP853", 1e-13, shift)
        moved.append(np.max(np.abs(path - base) / (np.abs(path) + given.smallest)))
        base = path if not shift.any() else base
    assert max(moved[1:]) > given.growth * 1e-8
