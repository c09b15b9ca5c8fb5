"""A large run as it is asked for: whose trajectories, when, where they are kept, and by what the run is known.

What decides the numbers is the `question`; it stands in the header, and a store that holds another question's answer
is refused. The assumption that matters: `Crowd.draw` gives patient 4711 the same numbers in whatever range he is drawn.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from typing import Any, Protocol

import numpy as np

from euthymia.engine import cache
from euthymia.engine.layouts import Layout, LayoutName, Precision, layout_of
from euthymia.engine.machine import available, host
from euthymia.engine.program import Program
from euthymia.engine.results import Store
from euthymia.engine.schedule import ScheduleTable
from euthymia.engine.task import Engine

#: values of one chunk, in bytes, that a run aims at
CHUNK_BYTES = 32 * 2**20
MOST, LEAST = 10_000, 100
PACKAGES = ("euthymia", "numpy", "scipy", "llvmlite", "polars")
FORMAT = "euthymia large run, 1"


class Crowd(Protocol):
    """Where patients come from. It travels to every worker, so it pickles small: names and numbers, no model."""

    @property
    def program(self) -> Program:
        """The equations, made where they are needed."""
        ...

    def draw(self, first: int, last: int) -> tuple[np.ndarray, ScheduleTable]:
        """Parameters (patients, parameters) and schedules of patients `first … last - 1`."""
        ...


@dataclass(frozen=True)
class Shard:
    """What a worker is sent: which program and plan (hashes), which seed, which patients (`first … last - 1`)."""

    model: str
    plan: str
    seed: int
    first: int
    last: int


@dataclass(frozen=True)
class Job:
    """A large run as asked for. `asked` goes into the header as it is and must hold all that decides the numbers.

    `times` are hours; integration begins at `start`; `chunk` patients make a shard.
    """

    crowd: Crowd
    patients: int
    seed: int
    plan: str
    times: tuple[float, ...]
    outputs: tuple[str, ...]
    store: Store
    chunk: int
    engine: Engine
    start: float = 0.0
    precision: Precision = "float32"
    layout: LayoutName = "parquet"
    asked: Mapping[str, Any] = field(default_factory=dict)
    rtol: float = 1e-5
    atol: float = 1e-8

    @cached_property
    def model(self) -> str:
        """Hash of the program."""
        return self.crowd.program.hash

    @property
    def written(self) -> Layout:
        return layout_of(self.layout, self.times, self.outputs, self.chunk, self.precision)

    @cached_property
    def shards(self) -> tuple[Shard, ...]:
        edges = [*range(0, self.patients, self.chunk), self.patients]
        return tuple(Shard(self.model, self.plan, self.seed, a, b) for a, b in pairwise(edges))

    @cached_property
    def question(self) -> dict[str, Any]:
        """All that decides the numbers and how they are kept, as it stands in the header."""
        parameters, table = self.crowd.draw(0, min(self.patients, 4))
        columns = (parameters, table.offsets, table.time, table.kind, table.target, table.value)
        drawn = hashlib.sha256(b"".join(column.tobytes() for column in columns)).hexdigest()
        told = {
            "format": FORMAT, "program": self.model, "plan": self.plan, "seed": self.seed, "patients": self.patients,
            **self.asked, "outputs": list(self.outputs), "times_h": list(self.times),
            "start_h": self.start, "rtol": self.rtol, "atol": self.atol, "engine": self.engine.name,
            "layout": self.layout, "precision": self.precision, "chunk": self.chunk, "versions": versions(),
            "first_patients": drawn,
        }  # fmt: skip
        return json.loads(json.dumps(told))

    @cached_property
    def run(self) -> str:
        """Hash of the question, by which chunks know their run."""
        return hashlib.sha256(json.dumps(self.question, sort_keys=True).encode()).hexdigest()[:16]


def usual_chunk(times: int, outputs: int) -> int:
    """Patients whose values fill about 32 MiB, between 100 and 10,000.

    >>> usual_chunk(225, 8)
    2330
    """
    return int(np.clip(CHUNK_BYTES // (8 * times * outputs), LEAST, MOST))


def versions() -> dict[str, str]:
    """Versions of what decides the bits; `engine` is a hash of its source."""
    found = {"engine": cache.emitter_version()[:16]}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "absent"
    return found


def processor() -> str:
    """Name and features of the processor, as the compiler sees them."""
    if not available():
        return "unknown"
    return f"{host().name} {host().features}"
