"""Everything that solves the reference problem here, behind one interface.

A contender is built once from the equations (that is what `compile_cpu_seconds` counts) and then solves tasks. Its CPU
time is that of solving alone. One that is not installed raises `Absent` with the reason.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Protocol

import numpy as np

from euthymia.engine.task import Task


class Absent(Exception):
    """This contender cannot run here, and why."""


@dataclass(frozen=True)
class Turn:
    """What one run gave: values (patients, times, states), not-a-number where a patient failed, and its CPU time."""

    values: np.ndarray
    cpu_seconds: float

    @property
    def failures(self) -> int:
        return int(np.isnan(self.values).any(axis=(1, 2)).sum())


class Contender(Protocol):
    """A solver with the model already in it.

    `tolerances` are the relative tolerances worth measuring; one that is very slow takes `most_rounds` turns and rests.
    """

    name: str
    version: str
    compile_cpu_seconds: float
    tolerances: tuple[float, ...]
    most_rounds: int = 1_000

    def solve(self, task: Task) -> Turn: ...


def timed(call: Callable[[], np.ndarray]) -> Turn:
    """Run a call in this process and count its CPU time, of all threads."""
    began = time.process_time()
    values = call()
    return Turn(values, time.process_time() - began)


def version_of(package: str) -> str:
    """The installed version; raises `Absent` if there is none."""
    try:
        return version(package)
    except PackageNotFoundError:
        raise Absent(f"the package {package} is not installed") from None
