"""Per-patient schedules as compressed rows: every moment at which something is added or switched.

A bolus adds to a state. A rate (an infusion, a session) raises an input for a while and lowers it again;
rates that overlap add up. Both ends are stops the solver lands on exactly, so no dose is smeared, missed or
doubled at any tolerance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from euthymia.engine.program import Program
from euthymia.errors import ModelError


class Kind(IntEnum):
    """What a stop does to its target."""

    ADD = 0  # add value to a state
    SET = 1  # set an input to value


@dataclass(frozen=True)
class Bolus:
    """Add `amount` to the state `target` at `time` (hours)."""

    time: float
    target: str
    amount: float


@dataclass(frozen=True)
class Rate:
    """Raise the input `target` by `rate` from `time` for `duration` hours."""

    time: float
    target: str
    rate: float
    duration: float


Event = Bolus | Rate


@dataclass(frozen=True)
class ScheduleTable:
    """Stops of all patients, sorted by time within a patient; rows of patient i are `offsets[i]:offsets[i+1]`.

    `target` is a state index for `Kind.ADD` and an input index for `Kind.SET`.
    """

    offsets: np.ndarray
    time: np.ndarray
    kind: np.ndarray
    target: np.ndarray
    value: np.ndarray

    @property
    def patients(self) -> int:
        return len(self.offsets) - 1

    def rows(self, patient: int) -> slice:
        return slice(int(self.offsets[patient]), int(self.offsets[patient + 1]))


def tabulate(program: Program, events: Sequence[Sequence[Event]]) -> ScheduleTable:
    """One table from each patient's events; raises `ModelError` for a target the program does not have."""
    state_at = {name: i for i, name in enumerate(program.states)}
    input_at = {name: i for i, name in enumerate(program.inputs)}
    rows: list[tuple[float, int, int, float]] = []
    offsets = [0]
    for patient in events:
        own: list[tuple[float, int, int, float]] = []
        changes: dict[str, list[tuple[float, float]]] = {}
        for event in patient:
            known = state_at if isinstance(event, Bolus) else input_at
            if event.target not in known:
                raise ModelError(
                    f"the schedule wants to reach '{event.target}', which the model does not have",
                    rule="A bolus reaches a state and a rate reaches an input of the assembled model.",
                    fix="Assemble the model with the block of every drug and device in the plan.",
                )
            if isinstance(event, Bolus):
                own.append((event.time, Kind.ADD, state_at[event.target], event.amount))
            elif event.duration > 0:
                ends = changes.setdefault(event.target, [])
                ends.append((event.time, event.rate))
                ends.append((event.time + event.duration, -event.rate))
        for target, ends in changes.items():
            own += [(time, Kind.SET, input_at[target], level) for time, level in _levels(ends)]
        own.sort(key=lambda row: row[:3])
        rows += own
        offsets.append(len(rows))
    time, kind, target, value = zip(*rows, strict=True) if rows else ((), (), (), ())
    return ScheduleTable(
        np.asarray(offsets, np.int64),
        np.asarray(time, float),
        np.asarray(kind, np.int64),
        np.asarray(target, np.int64),
        np.asarray(value, float),
    )


def _levels(ends: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Running level of an input: exactly zero again whenever nothing is on."""
    levels: list[tuple[float, float]] = []
    active: list[float] = []
    for time, change in sorted(ends):
        if change > 0:
            active.append(change)
        else:
            active.remove(-change)
        level = float(sum(active))
        if levels and levels[-1][0] == time:
            levels[-1] = (time, level)
        else:
            levels.append((time, level))
    return levels
