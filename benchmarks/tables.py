"""A benchmark's figures as text tables."""

from __future__ import annotations


def report(figures: dict) -> str:
    """Everything but the versions, widest first."""
    machine = figures["machine"]
    check = figures["reference"]["cross_check"]
    return "\n\n".join(
        [
            f"{figures['date']}, {figures['mode']}\n{machine['processor']} ({machine['llvm_name']}), "
            f"{machine['lanes']} lanes, {machine['cores']} cores, load {machine['load_before_and_after']}",
            f"Reference values: {check['solver']} differs by at most {check['largest_difference']:.1e} "
            f"({check['patients']} patients, {check['times']} times).",
            _contenders(figures["contenders"]),
            _settings("Work against precision, all rounds", figures["settings"]),
            _matched(figures["matched_error"]),
            _settings("Stiffened: binding a hundred times faster", figures["stiffened"]["settings"])
            + f"\n{figures['stiffened']['failures']} failures among {figures['stiffened']['patients']} patients",
            _starts(figures),
            _table(
                "States (one thread)",
                ("states", "compile s", "CPU ms a patient"),
                [
                    (row["states"], f"{row['compile_seconds']:.2f}", f"{1e3 * row['cpu_seconds_per_patient']:.3f}")
                    for row in figures["states"]
                ],
            ),
            _table(
                f"Patients (all cores, {figures['patients'][0]['days']:g} days each)",
                ("patients", "seconds", "ms a patient", "peak memory MB"),
                [
                    (
                        row["patients"],
                        f"{row['seconds']:.3f}",
                        f"{1e3 * row['seconds_per_patient']:.3f}",
                        "-" if row["peak_resident_bytes"] is None else f"{row['peak_resident_bytes'] / 1e6:.0f}",
                    )
                    for row in figures["patients"]
                ],
            ),
            _table(
                "Targets",
                ("what", "bound", "measured", ""),
                [
                    (
                        row["what"],
                        f"{row['side']} {row['bound']:g}",
                        "not measured" if row["measured"] is None else f"{row['measured']:.3g}",
                        {True: "met", False: "MISSED", None: ""}[row["met"]],
                    )
                    for row in figures["targets"]
                ],
            ),
        ]
    )


def _contenders(rows: list[dict]) -> str:
    return _table(
        "Contenders",
        ("name", "version", "compile CPU s"),
        [
            (row["name"], f"absent: {row['absent']}", "")
            if row["absent"]
            else (row["name"], row["version"], f"{row['compile_cpu_seconds']:.2f}")
            for row in rows
        ],
    )


def _settings(title: str, rows: list[dict]) -> str:
    return _table(
        title,
        ("contender", "rtol", "error", "failed", "patients per CPU-second, each round"),
        [
            (
                row["contender"],
                f"{row['rtol']:.0e}",
                "-" if row["error"] is None else f"{row['error']:.1e}",
                row["failures"],
                row["trouble"] or "  ".join(f"{speed:.4g}" for speed in row["speeds"]),
            )
            for row in rows
        ],
    )


def _matched(rows: list[dict]) -> str:
    def cells(row: dict) -> tuple:
        their, own = row["opponent_setting"], row["own_setting"]
        found = (f"{row['target_error']:g}", row["opponent"], f"{their['rtol']:g}", f"{their['error']:.1e}")
        found += (f"{their['patients_per_cpu_second']:.4g}",)
        if own is None:
            return (*found, "-", "-", "-", "none of ours is as exact")
        speed = f"{own['patients_per_cpu_second']:.4g}"
        return (*found, f"{own['rtol']:g}", f"{own['error']:.1e}", speed, f"{row['ratio']:.0f}x")

    head = ("error near", "opponent", "rtol", "error", "speed", "our rtol", "our error", "our speed", "ratio")
    return _table("At matched error (speeds: patients per CPU-second, medians)", head, [cells(row) for row in rows])


def _starts(figures: dict) -> str:
    compiled, cached, threads = figures["cold_compile"], figures["cached_start"], figures["threads"]

    def each(seconds: list[float], unit: float = 1.0, digits: int = 2) -> str:
        return "  ".join(f"{unit * value:.{digits}f}" for value in seconds)

    rows = [
        ("cold compile, wall s", each(compiled["wall_seconds"])),
        ("   CPU s", each(compiled["cpu_seconds"])),
        (
            "   of it, CPU s",
            f"equations {compiled['equations_to_assembly_cpu_seconds']:.3f}, "
            f"LLVM {compiled['assembly_to_code_cpu_seconds']:.3f}; {compiled['code_bytes']} bytes of code",
        ),
        ("cached start, this process, ms", each(cached["in_process_seconds"], 1e3, 1)),
        ("cached start, new process, ms", each(cached["fresh_process_seconds"], 1e3, 1)),
        ("   CPU ms", each(cached["fresh_process_cpu_seconds"], 1e3, 1)),
        ("   imports before it, ms", each(cached["fresh_process_imports_seconds"], 1e3, 0)),
        ("   whole process, ms", each(cached["fresh_process_whole_seconds"], 1e3, 0)),
        ("two threads over one", each(threads["ratios"])),
        ("   CPU-seconds, two over one", f"{threads['cpu_seconds_two_over_one']:.2f}"),
    ]
    return _table("Starting, and threads", ("what", "each repeat"), rows)


def _table(title: str, head: tuple, rows: list[tuple]) -> str:
    """Columns as wide as they need to be; the last one runs free."""
    cells = [tuple(map(str, row)) for row in (head, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    widths[-1] = 0
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    return "\n".join([title, "-" * len(title), *lines])
