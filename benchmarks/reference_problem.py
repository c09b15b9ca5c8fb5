"""The 61-state reference problem: the numerical character of a treatment model, with round values and no medical claim.

The equations are read from `reference_problem.txt`. Patients differ in 22 log-normal parameters; every patient takes
56 daily boluses of drug A and 16 forty-minute infusions of drug B. `stiff=True` makes binding a hundred times faster.
`composed` makes smaller and larger problems out of the same equations.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from euthymia.engine.program import Program
from euthymia.engine.schedule import Bolus, Event, Rate, ScheduleTable, tabulate
from euthymia.engine.task import Task
from euthymia.model.expression import names_in, parse, rename

#: parameter → standard deviation of its logarithm, in the order in which the draws are made
SPREAD = {
    "kaA": 0.4, "CLA": 0.4, "V1A": 0.3, "fm": 0.2, "CLM": 0.4, "kinA": 0.25, "CLB": 0.3, "V1B": 0.25,
    "konS": 0.2, "EC1A": 0.2, "kdes": 0.3, "stress": 0.15, "infl": 0.2, "ECgr": 0.15, "ECtnf": 0.15,
    "ksyn": 0.25, "kelim": 0.25, "ksym": 0.3, "ECtk": 0.15, "kbd": 0.25, "EC2a": 0.2, "base": 0.1,
}  # fmt: skip
_BINDING = ("konS", "koffS", "konMS", "koffMS", "konN", "koffN")
TIMES = np.concatenate([[0.0], 3.0 + 6.0 * np.arange(224)])

#: parts that need no state outside themselves, by size: both drugs with binding, and drug A without brain
_PARTS = {
    15: (
        *("Adep", "Acen", "Aper", "Amet", "Abr", "Mbr", "CYP"),
        *("Bcen", "Bper", "Bmet", "Bbr", "HNK"),
        *("ROa", "ROm", "RON"),
    ),
    4: ("Adep", "Acen", "Aper", "CYP"),
}


def program() -> tuple[Program, dict[str, float]]:
    """The equations, and the value of every parameter in them."""
    text = Path(__file__).with_suffix(".txt").read_text()
    states = re.findall(r"^d\((\w+)\) = (.+) ; (.+)$", text, re.MULTILINE)
    values = {
        name: float(number)
        for line in re.findall(r"^let (.+)$", text, re.MULTILINE)
        for name, number in (pair.split() for pair in line.split(", "))
    }
    values.pop("RinB")  # an input: the infusion rate
    names, rates, initial = zip(*states, strict=True)
    lowered = Program(
        parameters=tuple(values),
        inputs=("RinB",),
        input_initial=(parse("0"),),
        states=names,
        initial=tuple(map(parse, initial)),
        algebraic=(),
        derivatives=tuple(map(parse, rates)),
    )
    return lowered, values


def composed(states: int) -> tuple[Program, dict[str, float]]:
    """A problem of this many states: copies of the whole problem and of parts of it, side by side and not coupled.

    Possible are 61a + 15b + 4c. The copies of one patient have the same parameters.
    """
    whole, values = program()
    sizes: list[int] = []
    for size in (len(whole.states), *_PARTS):
        sizes += [size] * ((states - sum(sizes)) // size)
    if sum(sizes) != states:
        raise ValueError(f"{states} states cannot be composed; the nearest is {sum(sizes)}")
    copies = [_copy(_part(whole, size), f"_{number}") for number, size in enumerate(sizes)]
    joined = {
        field: tuple(entry for copy in copies for entry in getattr(copy, field))
        for field in ("parameters", "inputs", "input_initial", "states", "initial", "algebraic", "derivatives")
    }
    return Program(**joined), {name: values[name.rsplit("_", 1)[0]] for name in joined["parameters"]}


def _part(whole: Program, size: int) -> Program:
    """The whole problem, or one of `_PARTS` with what it needs."""
    kept = whole.states if size == len(whole.states) else _PARTS[size]
    rows = [whole.states.index(name) for name in kept]
    rates = tuple(whole.derivatives[row] for row in rows)
    used = {name for rate in rates for name in names_in(rate)}
    inputs = tuple(name for name in whole.inputs if name in used)
    return Program(
        parameters=tuple(name for name in whole.parameters if name in used),
        inputs=inputs,
        input_initial=whole.input_initial[: len(inputs)],
        states=tuple(kept),
        initial=tuple(whole.initial[row] for row in rows),
        algebraic=(),
        derivatives=rates,
    )


def _copy(part: Program, ending: str) -> Program:
    """The same equations under names of their own."""
    own = {name: name + ending for name in (*part.parameters, *part.inputs, *part.states)}
    return Program(
        parameters=tuple(own[name] for name in part.parameters),
        inputs=tuple(own[name] for name in part.inputs),
        input_initial=part.input_initial,
        states=tuple(own[name] for name in part.states),
        initial=part.initial,
        algebraic=(),
        derivatives=tuple(rename(rate, own) for rate in part.derivatives),
    )


def patients(count: int, values: dict[str, float]) -> np.ndarray:
    """The first `count` patients, one row of parameters each; after a thousand they come again.

    In a composed problem all copies of a parameter are those of the patient.
    """
    generator = np.random.default_rng(1)
    table = np.tile(list(values.values()), (count, 1))
    place: dict[str, list[int]] = {}
    for i, name in enumerate(values):
        place.setdefault(re.sub(r"_\d+$", "", name), []).append(i)
    for name, spread in SPREAD.items():
        drawn = np.exp(spread * np.resize(generator.standard_normal(1000), count))
        table[:, place.get(name, [])] *= drawn[:, None]
    return table


def events() -> list[Event]:
    """Eight weeks: drug A every day, drug B twice a week."""
    boluses: list[Event] = [Bolus(24.0 * day, "Adep", 20.0) for day in range(56)]
    starts = [24.0 * (7 * week + day) + 10.0 for week in range(8) for day in (0, 3)]
    return boluses + [Rate(start, "RinB", 60.0, 40.0 / 60.0) for start in starts]


def task(count: int, rtol: float = 1e-4, atol: float | None = None, stiff: bool = False) -> Task:
    """All states of the first `count` patients at 225 times."""
    lowered, values = program()
    if stiff:
        values = {name: value * (100.0 if name in _BINDING else 1.0) for name, value in values.items()}
    return task_of(lowered, values, count, rtol, atol)


def task_of(lowered: Program, values: dict[str, float], count: int, rtol: float, atol: float | None = None) -> Task:
    """The plan of the reference problem on these equations, composed or not."""
    reached = []
    for event in events():
        targets = lowered.states if isinstance(event, Bolus) else lowered.inputs
        reached += [replace(event, target=name) for name in targets if re.sub(r"_\d+$", "", name) == event.target]
    return Task(
        program=lowered,
        parameters=patients(count, values),
        schedule=_for_all(tabulate(lowered, [reached]), count),
        times=TIMES,
        outputs=lowered.states,
        rtol=rtol,
        atol=0.01 * rtol if atol is None else atol,
    )


def _for_all(one: ScheduleTable, count: int) -> ScheduleTable:
    """One patient's schedule, for every patient."""
    columns = (np.tile(column, count) for column in (one.time, one.kind, one.target, one.value))
    return ScheduleTable(len(one.time) * np.arange(count + 1), *columns)


def error(values: np.ndarray, reference: np.ndarray) -> float:
    """Largest deviation over patients, states and the later times, relative with a floor of 1e-3 of the largest."""
    floor = 1e-3 * np.abs(reference).max(axis=(0, 1))
    return float((np.abs(values - reference) / (np.abs(reference) + floor))[:, 1:].max())
