"""What many tests share: one patient under a plan, and quick ways to make a plan.

Times are hours. The patient is the typical one: every parameter at its centre, every dose taken, 70 kg.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest

from euthymia.cohort.cohort import Patient
from euthymia.engine.lower import lower
from euthymia.engine.reference import ReferenceEngine
from euthymia.engine.schedule import Event, Rate, tabulate
from euthymia.engine.task import Task
from euthymia.model.block import Model
from euthymia.model.treatment import model_of
from euthymia.treatments.plan import Plan
from euthymia.trial.dosing import events_of

RUN_IN = 2 * 365 * 24.0

Curves = dict[str, np.ndarray]


def solved(
    model: Model,
    times: Sequence[float],
    outputs: Sequence[str],
    events: Sequence[Event] = (),
    parameters: Mapping[str, float] | None = None,
    start: float = 0.0,
    rtol: float = 1e-8,
) -> Curves:
    """One patient by the reference engine: output → values at `times`."""
    changed = model.having(parameters or {})
    program = lower(changed)
    numbers = np.array([[changed.parameters[name].number for name in program.parameters]])
    table, at = tabulate(program, [events]), np.asarray(times, float)
    task = Task(program, numbers, table, at, tuple(outputs), start=start, rtol=rtol)
    solution = ReferenceEngine(workers=1).solve(task)
    assert solution.status[0].ok, solution.status[0].message
    return {name: solution.values[0, :, i] for i, name in enumerate(outputs)}


def treated(
    plan: Plan,
    times: Sequence[float],
    outputs: Sequence[str],
    parameters: Mapping[str, float] | None = None,
    ill: bool = False,
) -> Curves:
    """The typical patient under a plan with no trial around him: `ill` runs the episode in first."""
    events = list(events_of(plan, Patient(0, 0, {}, {}, {"weight": 70.0}), 1.0))
    life = {} if ill else {"life.episode": 0.0, "life.habitual": 0.0}
    events.append(Rate(0.0, "life.course", 1.0, float(times[-1]) + 1))
    start = -RUN_IN if ill else 0.0
    return solved(model_of(plan), times, outputs, events, life | dict(parameters or {}), start, 1e-7)


@pytest.fixture(scope="session")
def solve() -> Callable[..., Curves]:
    return solved


@pytest.fixture(scope="session")
def treat() -> Callable[..., Curves]:
    return treated


def pytest_terminal_summary(terminalreporter):
    """Tallies that tests have recorded, shown even where tests run side by side."""
    for report in terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", []):
        for name, told in report.user_properties:
            if report.when == "call" and name == "tally":
                terminalreporter.write_line(told)
