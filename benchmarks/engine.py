"""Every figure about the engine's speed, from one run, on the 61-state reference problem.

    python benchmarks/engine.py                  # the full protocol: tables here, picture and data in runs/benchmark
    python benchmarks/engine.py --quick --json   # two to three minutes; one JSON object on standard output alone

What is measured and what the figures mean stands in docs/benchmarks.md. Progress is written to standard error.
Contenders that are not installed are named with the reason; requirements-dev.lock brings those that have wheels.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import matched_error
import reference_problem
import scaling
import starting
import tables
from contenders import Absent, version_of
from contenders.libroadrunner import RoadRunner

from euthymia.engine.compiled import available
from euthymia.engine.machine import host, llvm_version

_PACKAGES = ("euthymia", "numpy", "scipy", "llvmlite", "libroadrunner", "antimony", "numba", "numbalsoda")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--quick", action="store_true", help="fewer rounds, shorter runs for the crowds")
    options.add_argument("--json", action="store_true", help="print one JSON object; write no files unless --output")
    options.add_argument("--output", type=Path, help="folder for data and picture (default: runs/benchmark)")
    given = options.parse_args()
    if not available():
        sys.exit("The compiled engine is not available here: llvmlite does not load.")
    figures = _with_clean_output(given.quick)
    if given.output or not given.json:
        import picture

        written = picture.draw(figures, given.output or Path("runs/benchmark"))
        print("written: " + ", ".join(map(str, written)), file=sys.stderr)
    print(json.dumps(figures, allow_nan=False) if given.json else tables.report(figures))


def _with_clean_output(quick: bool) -> dict:
    """Measure while everything that libraries write to standard output goes to standard error."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        return measure(quick)
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


def measure(quick: bool) -> dict:
    """One run of everything, as the JSON object of docs/benchmarks.md."""
    loads, began = [_load()], time.perf_counter()
    program, _ = reference_problem.program()
    starts = {"cold_compile": starting.cold_compile(program), "cached_start": starting.cached_start(program)}
    present, contenders = matched_error.line_up()
    exact = matched_error.reference_values()
    print("cross-checking the reference values", file=sys.stderr)
    cross_check = matched_error.cross_check(exact)
    rounds, patients = (3, 256) if quick else (5, 1000)
    settings = matched_error.measure(present, exact, rounds, patients)
    compared = matched_error.compare(settings)
    stiff = matched_error.stiffened(present, 1000)
    threads = scaling.threads(1024 if quick else 4096, 5)
    states = scaling.states(64 if quick else 256)
    crowds = scaling.crowds(7.0 if quick else 56.0)
    figures = {
        "schema": 1,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "mode": "quick" if quick else "full",
        "run_seconds": {"wall": time.perf_counter() - began, "cpu": time.process_time()},
        "machine": _machine() | {"load_before_and_after": [*loads, _load()]},
        "versions": _versions(),
        "problem": {
            "states": len(program.states),
            "parameters": len(program.parameters) + len(program.inputs),
            "discontinuities": len(reference_problem.task(1).schedule.time),
            "output_times": len(reference_problem.TIMES),
            "error_patients": matched_error.ERROR_PATIENTS,
        },
        "reference": {"method": "Rodas5P, rtol 1e-10, atol 1e-13", "cross_check": cross_check},
        "contenders": contenders,
        "settings": [setting.told() for setting in settings],
        "matched_error": compared,
        **starts,
        "threads": threads,
        "stiffened": stiff,
        "states": states,
        "patients": crowds,
    }
    return figures | {"targets": _targets(figures)}


def _targets(figures: dict) -> list[dict]:
    """What the engine promises, the bound, what was measured, and whether it was met; null where not measured."""
    rows = []
    for target in matched_error.TARGETS:
        ratios = [
            row["ratio"]
            for row in figures["matched_error"]
            if row["opponent"] == RoadRunner.name and row["target_error"] == target
        ]
        what = f"patients per CPU-second over libRoadRunner's, error about {target:g}"
        rows.append(_target(what, "at least", 25.0, ratios[0] if ratios else None))
    compiled, start = figures["cold_compile"]["median_wall_seconds"], figures["cached_start"]
    rows.append(_target("cold compile, 61 states (seconds)", "at most", 1.0, compiled))
    ready = start["median_fresh_process_seconds"]
    rows.append(_target("cached start, new process (seconds)", "at most", 0.05, ready))
    rows.append(_target("two threads over one, by the clock", "at least", 1.8, figures["threads"]["median_ratio"]))
    rows.append(_target("failures, stiffened", "at most", 0, figures["stiffened"]["failures"]))
    return rows


def _target(what: str, side: str, bound: float, measured: float | None) -> dict:
    met = None if measured is None else measured >= bound if side == "at least" else measured <= bound
    return {"what": what, "side": side, "bound": bound, "measured": measured, "met": met}


def _machine() -> dict:
    return {
        "processor": _processor(),
        "llvm_name": host().name,
        "lanes": host().lanes,
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": platform.platform(),
    }


def _load() -> float | None:
    """How many programs wanted a core in the last minute, where the system says so."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def _processor() -> str:
    """What the processor calls itself."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _versions() -> dict:
    found: dict[str, str | None] = {"python": platform.python_version(), "llvmlite and LLVM": llvm_version()}
    for package in _PACKAGES:
        try:
            found[package] = version_of(package)
        except Absent:
            found[package] = None
    return found


if __name__ == "__main__":
    main()
