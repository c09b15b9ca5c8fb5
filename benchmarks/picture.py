"""The picture of a benchmark: work against precision, and how time grows; written beside its data."""

from __future__ import annotations

import json
from pathlib import Path

import altair as alt

_PALETTE = ["#0b6e4f", "#c8553d", "#6c5b7b", "#e09f3e", "#335c67", "#9e2a2b"]


def draw(figures: dict, folder: Path) -> list[Path]:
    """engine.json, .html, .svg and .png in `folder`; the page works offline and offers its data."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"engine.{kind}" for kind in ("json", "html", "svg", "png")]
    paths[0].write_text(json.dumps(figures, indent=2) + "\n")
    chart = _chart(figures)
    for path in paths[1:]:
        options = {"inline": True} if path.suffix == ".html" else {"scale_factor": 2.0} if path.suffix == ".png" else {}
        chart.save(path, **options)
    return paths


def _chart(figures: dict) -> alt.VConcatChart:
    machine = figures["machine"]
    subtitle = f"{machine['processor']} ({machine['llvm_name']}), {machine['cores']} cores, {figures['date']}"
    title = alt.Title("Engine benchmark: 61-state reference problem", subtitle=subtitle, anchor="start")
    below = alt.hconcat(_against_states(figures["states"]), _against_patients(figures["patients"]))
    return alt.vconcat(_work_precision(figures), below, title=title).configure_view(stroke=None)


def _work_precision(figures: dict) -> alt.LayerChart:
    rows = [
        {
            "contender": setting["contender"],
            "rtol": setting["rtol"],
            "error": setting["error"],
            "speed": setting["patients_per_cpu_second"],
            "slowest": min(setting["speeds"]),
            "fastest": max(setting["speeds"]),
        }
        for setting in figures["settings"]
    ]
    names = list(dict.fromkeys(row["contender"] for row in rows))
    base = alt.Chart(alt.Data(values=rows), width=640, height=300).encode(
        x=alt.X("error:Q", title="largest error (see docs/benchmarks.md)")
        .scale(type="log", reverse=True)
        .axis(format="~e"),
        color=alt.Color("contender:N", title=None).scale(domain=names, range=_PALETTE[: len(names)]),
        tooltip=["contender:N", alt.Tooltip("rtol:Q", format="~e"), alt.Tooltip("error:Q", format=".1e"), "speed:Q"],
    )
    height = alt.Y("speed:Q", title="patients per CPU-second").scale(type="log")
    points = base.mark_line(point=alt.OverlayMarkDef(size=60)).encode(y=height)
    spread = base.mark_rule().encode(y=alt.Y("slowest:Q", title=""), y2="fastest:Q")
    return alt.layer(spread, points).properties(title="Work against precision (up and to the right is better)")


def _against_states(rows: list[dict]) -> alt.Chart:
    return (
        alt.Chart(alt.Data(values=rows), width=285, height=200, title="Time per patient against states")
        .mark_line(point=True, color=_PALETTE[0])
        .transform_calculate(ms="1000*datum.cpu_seconds_per_patient")
        .encode(
            x=alt.X("states:Q", title="states").scale(type="log"),
            y=alt.Y("ms:Q", title="CPU ms per patient").scale(type="log"),
            tooltip=["states:Q", "ms:Q", "compile_seconds:Q"],
        )
    )


def _against_patients(rows: list[dict]) -> alt.Chart:
    days = rows[0]["days"]
    return (
        alt.Chart(alt.Data(values=rows), width=285, height=200, title="Time per patient against patients")
        .mark_line(point=True, color=_PALETTE[0])
        .transform_calculate(ms="1000*datum.seconds_per_patient")
        .encode(
            x=alt.X("patients:Q", title=f"patients ({days:g} days each)").scale(type="log").axis(format="~s"),
            y=alt.Y("ms:Q", title="ms per patient, by the clock").scale(type="log"),
            tooltip=["patients:Q", "ms:Q"],
        )
    )
