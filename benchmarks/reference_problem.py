"""The 61-state reference problem: the numerical character of a treatment model, with round values and no medical claim.

The equations are read from `reference_problem.txt`. Patients differ in 22 log-normal parameters; every patient takes
56 daily boluses of drug A and 16 forty-minute infusions of drug B. `stiff=True` makes binding a hundred times faster.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from euthymia.engine.program import Program
from euthymia.engine.schedule import Bolus, Event, Rate, tabulate
from euthymia.engine.task import Task
from euthymia.model.expression import parse

#: parameter → standard deviation of its logarithm, in the order in which the draws are made
SPREAD = {
    "kaA": 0.4, "CLA": 0.4, "V1A": 0.3, "fm": 0.2, "CLM": 0.4, "kinA": 0.25, "CLB": 0.3, "V1B": 0.25,
    "konS": 0.2, "EC1A": 0.2, "kdes": 0.3, "stress": 0.15, "infl": 0.2, "ECgr": 0.15, "ECtnf": 0.15,
    "ksyn": 0.25, "kelim": 0.25, "ksym": 0.3, "ECtk": 0.15, "kbd": 0.25, "EC2a": 0.2, "base": 0.1,
}  # fmt: skip
_BINDING = ("konS", "koffS", "konMS", "koffMS", "konN", "koffN")
_TIMES = np.concatenate([[0.0], 3.0 + 6.0 * np.arange(224)])


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


def patients(count: int, values: dict[str, float]) -> np.ndarray:
    """The first `count` patients: one row of parameters each."""
    generator = np.random.default_rng(1)
    table = np.tile(list(values.values()), (count, 1))
    for name, spread in SPREAD.items():
        table[:, list(values).index(name)] *= np.exp(spread * generator.standard_normal(1000)[:count])
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
    return Task(
        program=lowered,
        parameters=patients(count, values),
        schedule=tabulate(lowered, [events()] * count),
        times=_TIMES,
        outputs=lowered.states,
        rtol=rtol,
        atol=0.01 * rtol if atol is None else atol,
    )


def error(values: np.ndarray, reference: np.ndarray) -> float:
    """Largest deviation over patients, states and the later times, relative with a floor of 1e-3 of the largest."""
    floor = 1e-3 * np.abs(reference).max(axis=(0, 1))
    return float((np.abs(values - reference) / (np.abs(reference) + floor))[:, 1:].max())
