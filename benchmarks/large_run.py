"""Time and memory of large runs: eight weeks of a tablet a day, 8 outputs at 225 times, kept as Parquet.

    python benchmarks/large_run.py --quick
    python benchmarks/large_run.py --json > figures.json

Each run is a process of its own that starts from nothing but a cache of machine code, so that time and memory are what
a user sees; times include the start of Python. Sizes are run in the order printed and nothing is selected. The second
part takes one shard apart: drawing together against drawing one by one, solving, and writing. The third, with
`--cluster`, is the largest size again on a local dask cluster. Publish no figure without its date and processor.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

OUTPUTS = "sert_occupancy,bdnf_pool,cortisol,inflammation,stable_synapses,limbic_drive,negative_bias,life_stress"
SIZES = (1, 10, 100, 1_000, 10_000, 100_000)
QUICK = (1, 100, 3_000)
ONE_BY_ONE = 200


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--quick", action="store_true", help=f"sizes {QUICK} instead of {SIZES}")
    options.add_argument("--json", action="store_true", help="one JSON object with every figure")
    options.add_argument("--cluster", action="store_true", help="the largest size again on a local dask cluster")
    options.add_argument("--one", nargs=3, metavar=("PEOPLE", "STORE", "CLUSTER"), help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        print(json.dumps(one_run(int(given.one[0]), given.one[1], given.one[2])))
        return
    sizes = QUICK if given.quick else SIZES
    runs = [apart(people, "") for people in (1, *sizes)][1:]  # the first fills the cache of machine code
    figures: dict[str, Any] = {
        "date": time.strftime("%Y-%m-%d"), "processor": processor(), "cores": len(os.sched_getaffinity(0)),
        "load_before": os.getloadavg()[0], "runs": runs, "shard": shard(500 if given.quick else 2000),
    }  # fmt: skip
    if given.cluster:
        figures["cluster"] = apart(sizes[-1], "local")
    print(json.dumps(figures, indent=1) if given.json else told(figures))


def apart(people: int, cluster: str) -> dict[str, Any]:
    """One run in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--one", str(people), str(Path(folder) / "run"), cluster]
        began = time.monotonic()
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        wall = time.monotonic() - began
    return {**json.loads(done.stdout), "wall_s": wall, "people_per_s": people / wall}


def one_run(people: int, store: str, cluster: str) -> dict[str, Any]:
    from euthymia.cohort.cohort import cohort
    from euthymia.treatments.regimen_file import regimen_from
    from euthymia.trial.simulate import simulate

    plan = regimen_from({"oral": "escitalopram", "amount": "10 mg", "daily": {"weeks": 8}})
    done = simulate(
        cohort("outpatient-mdd", n=people, seed=1), plan, outputs=OUTPUTS.split(","), every="6 h", store=store,
        cluster=cluster or None,
    )  # fmt: skip
    used = resource.getrusage(resource.RUSAGE_SELF)
    workers = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "people": people,
        "failures": len(done.failures),
        "chunk": done.header["chunk"],
        "cpu_s": used.ru_utime + used.ru_stime + workers.ru_utime + workers.ru_stime,
        "peak_MiB": max(used.ru_maxrss, workers.ru_maxrss) / 1024,
        "bytes_per_person": sum(chunk["bytes"] for chunk in done.header["chunks"]) / people,
    }


def shard(people: int) -> dict[str, float]:
    """Microseconds of this process's CPU a patient, part by part, on one thread."""
    import numpy as np

    from euthymia.cohort.cohort import cohort
    from euthymia.engine.compiled import CompiledEngine
    from euthymia.engine.layouts import Parquet
    from euthymia.engine.schedule import tabulate
    from euthymia.engine.task import Task
    from euthymia.treatments.order import oral
    from euthymia.trial.calendars import events
    from euthymia.trial.conduct import seen_hours
    from euthymia.trial.enrol import RUN_IN_HOURS, Person
    from euthymia.trial.simulate import Treated
    from euthymia.trial.world import World

    plan = oral("escitalopram", "10 mg").daily(weeks=8).plan()
    clinic = cohort("outpatient-mdd", n=people, seed=1)
    treated = Treated(clinic, plan, 56.0)
    seen = seen_hours(treated.design, np.array(treated.design.visits) * 24.0)
    program, engine = treated.program, CompiledEngine(threads=1)
    outputs, times = tuple(OUTPUTS.split(",")), np.arange(225) * 6.0
    found: dict[str, float] = {}

    def timed(name: str, among: int, work: Callable[[], Any]) -> Any:
        began = time.process_time()
        made = work()
        found[f"{name}_us"] = (time.process_time() - began) / among * 1e6
        return made

    def one_by_one() -> None:
        lived_in = World({})
        some = [Person(clinic.candidate(number), lived_in, 0) for number in range(ONE_BY_ONE)]
        tabulate(program, [events(treated.design, plan, person, seen) for person in some])

    treated.draw(0, 2)
    timed("patients_and_schedules_one_by_one", ONE_BY_ONE, one_by_one)
    timed("patients_together", people, lambda: clinic.candidates(0, people))
    parameters, schedule = timed("all_drawing_together", people, lambda: treated.draw(0, people))
    task = Task(
        program=program, parameters=parameters, schedule=schedule, times=times, outputs=outputs, start=-RUN_IN_HOURS
    )
    engine.solve(Task(program=program, parameters=parameters[:0], schedule=tabulate(program, []), times=times,
                      outputs=outputs))  # fmt: skip
    solution = timed("solving", people, lambda: engine.solve(task))
    layout = Parquet(tuple(times.tolist()), outputs)
    layout.encoded(0, solution.values[:1])  # loads polars
    timed("writing", people, lambda: layout.encoded(0, solution.values))
    return found


def processor() -> str:
    from euthymia.engine.machine import host

    return host().name


def told(figures: dict[str, Any]) -> str:
    lines = [f"{figures['date']}  {figures['processor']}, {figures['cores']} cores, load {figures['load_before']:.1f}"]
    lines.append(f"{'people':>8}{'wall s':>9}{'CPU s':>9}{'people/s':>10}{'peak MiB':>10}{'kB each':>9}{'failed':>8}")
    runs = [*figures["runs"], *([figures["cluster"]] if "cluster" in figures else [])]
    for run in runs:
        lines.append(
            f"{run['people']:>8}{run['wall_s']:>9.1f}{run['cpu_s']:>9.1f}{run['people_per_s']:>10.0f}"
            f"{run['peak_MiB']:>10.0f}{run['bytes_per_person'] / 1000:>9.1f}{run['failures']:>8}"
        )
    if "cluster" in figures:
        lines.append("  (the last line: a local cluster; its peak is that of the largest process)")
    lines += ["one shard, microseconds of CPU a patient:"]
    lines += [
        f"{value:>10.0f}  {name.removesuffix('_us').replace('_', ' ')}" for name, value in figures["shard"].items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
