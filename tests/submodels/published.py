"""Published submodels as data: equations, runs, and every figure a re-implementation has to reproduce.

A file `<submodel>.yaml` beside this one holds numbers in the units of its source and time in the source's unit; the
engine is indifferent to both. The assumption that matters: a figure is reproduced if it agrees to half a unit of the
last digit that was printed. Left out: unit checks, which belong to the blocks of the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import ruamel.yaml

from euthymia.engine.program import Program
from euthymia.engine.schedule import Rate, tabulate
from euthymia.engine.task import Engine, Task
from euthymia.model.expression import Expression, Number, names_in, parse

FOLDER = Path(__file__).parent
SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
NATIVE = {"second": "s", "minute": "min", "hour": "h"}


@dataclass(frozen=True)
class Figure:
    """One printed number, where it is read, and, where we cannot reproduce it, what we get and why."""

    submodel: str
    told: Mapping[str, Any]
    reasons: Mapping[str, str]

    @property
    def name(self) -> str:
        read = self.told.get("read") or self.told.get("at", "end")
        over = f" over {self.told['over']}" if "over" in self.told else ""
        return f"{self.submodel}: {self.told['run']}: {self.told['output']} at {read}{over}"

    @property
    def published(self) -> str:
        return str(self.told["published"])

    @property
    def miss(self) -> str | None:
        """Why it is not reproduced; None if it is."""
        return self.reasons[self.told["miss"]] if "miss" in self.told else None

    def agrees(self, computed: float, printed: str | None = None) -> bool:
        """Whether a number rounds to what was printed."""
        printed = self.published if printed is None else printed
        return abs(computed - float(printed)) <= 0.5 * unit_in_last_place(printed) * (1 + 1e-6)


def unit_in_last_place(printed: str) -> float:
    """One unit of the last printed digit.

    >>> unit_in_last_place("0.0372"), unit_in_last_place("393")
    (0.0001, 1.0)
    """
    digits = printed.lower().partition("e")[0].partition(".")[2]
    exponent = int(printed.lower().partition("e")[2] or 0)
    return float(f"1e{exponent - len(digits)}")


@dataclass(frozen=True)
class Course:
    """One solved run: hours are those of the source's unit."""

    times: np.ndarray
    names: tuple[str, ...]
    values: np.ndarray

    def at(self, name: str, time: float) -> float:
        return float(np.interp(time, self.times, self.values[:, self.names.index(name)]))

    def all(self, name: str) -> np.ndarray:
        return self.values[:, self.names.index(name)]


@dataclass(frozen=True)
class Submodel:
    """A published model that can be run on any engine."""

    name: str
    told: Mapping[str, Any]
    _solved: dict[tuple[str, str], Course] = field(default_factory=dict, compare=False)

    @property
    def figures(self) -> tuple[Figure, ...]:
        return tuple(Figure(self.name, row, self.told.get("misses", {})) for row in self.told.get("figures", ()))

    @property
    def runs_on_reference(self) -> tuple[str, ...]:
        """Runs that SciPy's solvers finish in reasonable time; all of them unless the file names some."""
        return tuple(self.told.get("reference_runs", self.told.get("runs", {})))

    def native(self, text: str) -> float:
        """A time such as `20.5 d` in the source's unit of time."""
        number, unit = text.split()
        return float(number) * SECONDS[unit] / SECONDS[NATIVE[self.told["time"]]]

    @cached_property
    def program(self) -> Program:
        rates: dict[str, Expression] = {}
        starts: dict[str, Expression] = {}
        values: dict[str, Expression] = {}
        for raw in self._lines():
            line = raw.split("#")[0].strip()
            if not line:
                continue
            left, _, right = line.partition(" = ")
            if left.startswith("d("):
                rates[left[2:-1]] = parse(right)
            elif left.endswith("(0)"):
                starts[left[:-3]] = parse(right)
            else:
                values[left] = parse(right)
        inputs = tuple(self.told.get("inputs", {}))
        return Program(
            parameters=tuple(self.told["parameters"]),
            inputs=inputs,
            input_initial=tuple(Number(0.0) for _ in inputs),
            states=tuple(rates),
            initial=tuple(starts.get(name, Number(0.0)) for name in rates),
            algebraic=_ordered(values),
            derivatives=tuple(rates.values()),
        )

    def _lines(self) -> list[str]:
        """The equations, with those under `for_each` written out for every combination of its names."""
        lines = self.told["equations"].splitlines()
        for group in self.told.get("for_each", ()):
            for chosen in product(*group["with"]):
                names = {key: name for names in chosen for key, name in names.items()}
                lines += group["equations"].format(**names).splitlines()
        return lines

    def run(self, name: str, engine: Engine) -> Course:
        """The run called `name`, solved once for each engine."""
        key = (name, engine.name)
        if key not in self._solved:
            self._solved[key] = self._run(self.told["runs"][name], engine)
        return self._solved[key]

    def _run(self, told: Mapping[str, Any], engine: Engine) -> Course:
        end = self.native(told["until"])
        looks = [self.native(row["at"]) for row in self.told.get("figures", ()) if "at" in row]
        times = np.unique([0.0, *np.linspace(0, end, 2001), *(t for t in looks if t <= end)])
        return self.solve(engine, times, told.get("parameters", {}), told.get("changes", ()), told.get("from"))

    def solve(
        self,
        engine: Engine,
        times: np.ndarray,
        parameters: Mapping[str, float] | None = None,
        changes: Any = (),
        start: str | None = None,
    ) -> Course:
        """Integrate with other parameters and scheduled changes of inputs, from the end of another run if named."""
        program, changed = self.program, dict(parameters or {})
        assert changed.keys() <= set(program.parameters), f"{changed} names a parameter {self.name} does not have"
        numbers = {name: row["value"] for name, row in self.told["parameters"].items()} | changed
        events = [event for change in changes for event in self._events(change)]
        initial = None
        if start is not None:
            before = self.run(start, engine)
            initial = np.array([[before.all(name)[-1] for name in program.states]])
        task = Task(
            program,
            np.array([[float(numbers[name]) for name in program.parameters]]).reshape(1, -1),
            tabulate(program, [events]),
            times,
            program.names,
            initial=initial,
            rtol=1e-9,
            atol=1e-14,
            max_steps=2_000_000,
            first_step=1e-3,
            least_step=1e-13,
            longest_step=1e9,
        )
        solution = engine.solve(task)
        assert solution.status[0].ok, f"{self.name} on {engine.name}: {solution.status[0].message}"
        return Course(times, program.names, solution.values[0])

    def _events(self, change: Mapping[str, Any]) -> list[Rate]:
        starts = [self.native(change["start"])]
        for count, every in change.get("repeats", ()):
            starts = [start + number * self.native(every) for number in range(count) for start in starts]
        last = self.native(change["last"])
        return [Rate(start, change["input"], float(change["add"]), last) for start in starts]

    def figure(self, figure: Figure, engine: Engine) -> float:
        """What this re-implementation makes of a printed figure."""
        told = figure.told
        path = self.run(told["run"], engine)
        if told.get("read") in ("max", "min"):
            found = float(getattr(path.all(told["output"]), told["read"])())
        else:
            found = path.at(told["output"], self.native(told["at"]) if "at" in told else path.times[-1])
        if "over" in told:
            found /= self.run(told["over"], engine).all(told["output"])[-1]
        return found * told.get("times", 1.0) - told.get("less", 0.0)


def circuit_switch(
    circuit: Submodel,
    engine: Engine,
    swept: str | Mapping[str, Any],
    interval: tuple[float, float],
    parameters: Mapping[str, float] | None = None,
    changes: Any = (),
    area: str = "vacc",
) -> float:
    """Where in an interval an area of the cingulo-frontal circuit goes on or off, to a ten-thousandth of it.

    `swept` is a parameter, or a cue whose height is sought. On is above 20 Hz a minute later; the area has to be on at
    one end of the interval and off at the other.
    """
    minute = np.array([0.0, 60.0])

    def on(level: float) -> bool:
        levels, cues = dict(parameters or {}), list(changes)
        if isinstance(swept, str):
            levels[swept] = level
        else:
            cues.append({**swept, "add": level})
        return bool(circuit.solve(engine, minute, levels, cues).all(area)[-1] > 20)

    low, high = interval
    first = on(low)
    assert on(high) != first, f"{area} does not switch between {low} and {high}"
    while abs(high - low) > 1e-4 * abs(interval[1] - interval[0]):
        middle = (low + high) / 2
        low, high = (middle, high) if on(middle) == first else (low, middle)
    return (low + high) / 2


def _ordered(values: Mapping[str, Expression]) -> tuple[tuple[str, Expression], ...]:
    ordered: dict[str, Expression] = {}

    def visit(name: str) -> None:
        if name in values and name not in ordered:
            for used in names_in(values[name]):
                visit(used)
            ordered[name] = values[name]

    for name in values:
        visit(name)
    return tuple(ordered.items())


def submodels() -> dict[str, Submodel]:
    """Every submodel that lies beside this file."""
    read = ruamel.yaml.YAML(typ="safe", pure=True).load
    return {path.stem: Submodel(path.stem, read(path.read_text("utf-8"))) for path in sorted(FOLDER.glob("*.yaml"))}


def tally(found: Mapping[str, Submodel]) -> list[str]:
    """A line for each submodel: how many printed figures are reproduced, and why the rest are not."""
    lines = []
    for submodel in found.values():
        figures = submodel.figures
        missed = [figure for figure in figures if figure.miss]
        if figures:
            lines.append(f"{submodel.name:22} {len(figures) - len(missed):3} of {len(figures):3} printed figures")
        for key, why in submodel.told.get("misses", {}).items():
            count = sum(figure.told.get("miss") == key for figure in missed)
            lines.append(f"    {count} missed ({key}): {why}")
        if why := submodel.told.get("not_reimplemented"):
            lines.append(f"{submodel.name:22} not re-implemented: {why}")
    return lines
