"""A crowd that costs little, in a file of its own so that other processes find it.

Run as a script it does one large run and prints the most memory it held (MiB).
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from dataclasses import dataclass, replace

import numpy as np

from euthymia.engine.compiled import CompiledEngine
from euthymia.engine.job import Job
from euthymia.engine.program import Program
from euthymia.engine.results import Store
from euthymia.engine.schedule import Bolus, ScheduleTable, tabulate
from euthymia.engine.shards import run_shards
from euthymia.engine.task import Engine, Solution, Task
from euthymia.model.expression import parse

RATES = {"a": "-k*a", "b": "k*a - 0.1*b*b"}
VALUES = {"c": "a + b", "d": "a*b", "e": "b*b", "f": "a - b", "g": "2*a", "h": "3*b"}
OUTPUTS = (*RATES, *VALUES)


@dataclass(frozen=True)
class Cheap:
    """Two states, eight outputs, two doses. `pause` seconds a draw; patient `ill` cannot be solved."""

    seed: int = 1
    pause: float = 0.0
    ill: int = -1

    @property
    def program(self) -> Program:
        return Program(
            parameters=("k", "broken"), inputs=(), input_initial=(), states=tuple(RATES),
            initial=(parse("1"), parse("log(1 - broken)*0")),
            algebraic=tuple((name, parse(text)) for name, text in VALUES.items()),
            derivatives=tuple(map(parse, RATES.values())),
        )  # fmt: skip

    def draw(self, first: int, last: int) -> tuple[np.ndarray, ScheduleTable]:
        time.sleep(self.pause)
        numbers = np.arange(first, last)
        drawn = [np.random.Generator(np.random.Philox(key=[self.seed, n])).uniform(0.05, 0.5) for n in numbers]
        parameters = np.column_stack([drawn, np.where(numbers == self.ill, 2.0, 0.0)])
        table = tabulate(self.program, [[Bolus(1.0, "a", 1.0), Bolus(5.0, "a", 2.0)]])
        rows, people = len(table.time), len(numbers)
        tiled = (np.tile(column, people) for column in (table.time, table.kind, table.target, table.value))
        return parameters, ScheduleTable(np.arange(people + 1) * rows, *tiled)


@dataclass
class Counting:
    """An engine that says how often it was used, and stops as Ctrl-C would after so many times."""

    engine: Engine
    most: int = 10**9
    used: int = 0

    @property
    def name(self) -> str:
        return self.engine.name

    def solve(self, task: Task) -> Solution:
        if self.used >= self.most:
            raise KeyboardInterrupt
        self.used += 1
        return self.engine.solve(task)


def job(store: str, patients: int = 100, chunk: int = 16, times: int = 9, **changes: object) -> Job:
    """A run of the cheap crowd."""
    plain = Job(
        crowd=Cheap(), patients=patients, seed=1, plan="two doses", times=tuple(np.linspace(0, 24, times).tolist()),
        outputs=OUTPUTS, store=Store(store), chunk=chunk, engine=CompiledEngine(threads=1),
    )  # fmt: skip
    return replace(plain, **changes)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("store")
    options.add_argument("--patients", type=int, default=100)
    options.add_argument("--chunk", type=int, default=16)
    options.add_argument("--times", type=int, default=9)
    options.add_argument("--pause", type=float, default=0.0)
    options.add_argument("--largest-file", type=int, default=0)
    given = options.parse_args()
    if given.largest_file:
        resource.setrlimit(resource.RLIMIT_FSIZE, (given.largest_file, given.largest_file))
    crowd = Cheap(pause=given.pause)
    run_shards(
        job(given.store, given.patients, given.chunk, given.times, crowd=crowd, engine=CompiledEngine()),
        tell=lambda done, of: print(done, flush=True, file=sys.stderr),
    )
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
