"""One schedule table for many patients who share a plan, from arrays instead of an event each.

Says the same as `schedule.tabulate` of every patient's own events, bit for bit, without making those events. The
assumption that matters: most of what patients get is the same for all, or differs only in amount and in being taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from euthymia.engine.program import Program
from euthymia.engine.schedule import Bolus, Kind, Rate, ScheduleTable, tabulate


@dataclass(frozen=True)
class Boluses:
    """Boluses of many patients: row r adds `amount[p, r]` to the state `target[r]` at `time[r]` (hours), for every
    patient p with `given[p, r]`."""

    time: np.ndarray
    target: tuple[str, ...]
    amount: np.ndarray
    given: np.ndarray


@dataclass(frozen=True)
class Shared:
    """Rates that all of `patients` (row numbers) get alike."""

    patients: np.ndarray
    rates: Sequence[Rate]


def tabulate_many(
    program: Program, boluses: Boluses, shared: Sequence[Shared], own: Mapping[int, Sequence[Rate]] | None = None
) -> ScheduleTable:
    """The table of `boluses`, of rates that groups of patients share, and of those only patient p gets (`own[p]`).

    Groups overlap only where their rates reach different inputs. Raises `ModelError` for a target the program does not
    have.
    """
    patients, own = len(boluses.given), own or {}
    apart = {rate.target for rates in own.values() for rate in rates}
    state = np.array([_state(program, name) for name in boluses.target], np.int64)
    who, row = np.nonzero(boluses.given)
    added = (who, boluses.time[row], np.full(len(row), int(Kind.ADD)), state[row], boluses.amount[who, row])
    pieces: list[tuple[np.ndarray, ...]] = [added]
    mixed: list[list[Rate]] = [list(own.get(patient, ())) for patient in range(patients)] if apart else []
    for group in shared:
        alike = [rate for rate in group.rates if rate.target not in apart]
        pieces.append(_repeated(tabulate(program, [alike]), group.patients))
        if others := [rate for rate in group.rates if rate.target in apart]:
            for patient in group.patients:
                mixed[patient] += others
    if apart:
        pieces.append(_rows(tabulate(program, mixed)))
    who, time, kind, target, value = (np.concatenate(column) for column in zip(*pieces, strict=True))
    order = np.lexsort((kind * len(program.names) + target, time, who))  # stable: doses at one moment keep their order
    offsets = np.concatenate([[0], np.cumsum(np.bincount(who, minlength=patients))]).astype(np.int64)
    return ScheduleTable(offsets, time[order], kind[order], target[order], value[order])


def _state(program: Program, name: str) -> int:
    return int(tabulate(program, [[Bolus(0.0, name, 0.0)]]).target[0])


def _rows(table: ScheduleTable) -> tuple[np.ndarray, ...]:
    who = np.repeat(np.arange(table.patients), np.diff(table.offsets))
    return who, table.time, table.kind, table.target, table.value


def _repeated(table: ScheduleTable, patients: np.ndarray) -> tuple[np.ndarray, ...]:
    """The rows of a table of one patient, for each of many."""
    columns = (table.time, table.kind, table.target, table.value)
    return (np.repeat(patients, len(table.time)), *(np.tile(column, len(patients)) for column in columns))
