"""What a solver is given and what it gives back: one interface for every engine.

Times are hours. A patient who cannot be solved is a `Status` in the answer, never an exception.
Left out: events triggered by the state; every stop is known before the run starts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from euthymia.engine.program import Program
from euthymia.engine.schedule import ScheduleTable


@dataclass(frozen=True)
class Task:
    """Patients to integrate: `parameters` is (patients, parameters), `times` (times,) in hours, ascending.

    Integration starts at `start` from the program's initial values; an output at the exact time of a stop is
    the value *before* it (the trough). `atol` is one number for all states, or one for each.
    """

    program: Program
    parameters: np.ndarray
    schedule: ScheduleTable
    times: np.ndarray
    outputs: tuple[str, ...]
    start: float = 0.0
    rtol: float = 1e-5
    atol: float | np.ndarray = 1e-8
    max_steps: int = 200_000


@dataclass(frozen=True)
class Status:
    """How one patient ended: `ok`, or what failed, when, and what to try."""

    ok: bool
    message: str = "ok"
    time: float | None = None


@dataclass(frozen=True)
class Solution:
    """`values` is (patients, times, outputs), not-a-number where a patient failed; one `Status` a patient."""

    values: np.ndarray
    status: tuple[Status, ...]

    @property
    def failures(self) -> tuple[tuple[int, Status], ...]:
        return tuple((i, s) for i, s in enumerate(self.status) if not s.ok)


class Engine(Protocol):
    """Anything that solves a `Task`."""

    @property
    def name(self) -> str:
        """What reports and run headers call it."""
        ...

    def solve(self, task: Task) -> Solution: ...
