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
        if setting["speeds"] and setting["error"]
    ]
    names = list(dict.fromkeys(row["contender"] for row in rows))
    base = alt.Chart(alt.Data(values=rows), width=640, height=280).encode(
        x=_decades(alt.X("error:Q", title="largest error"), "~e", reverse=True),
        color=alt.Color("contender:N", title=None).scale(domain=names, range=_PALETTE[: len(names)]),
        tooltip=["contender:N", alt.Tooltip("rtol:Q", format="~e"), alt.Tooltip("error:Q", format=".1e"), "speed:Q"],
    )
    speed = _decades(alt.Y("speed:Q", title="patients per CPU-second"), "~s")
    points = base.mark_line(point=alt.OverlayMarkDef(size=60)).encode(y=speed)
    spread = base.mark_rule().encode(y="slowest:Q", y2="fastest:Q")
    return alt.layer(points, spread, title="Speed against error: medians, and all rounds (upper right is best)")


def _against_states(rows: list[dict]) -> alt.Chart:
    x, y = alt.X("states:Q", title="states"), alt.Y("ms:Q", title="CPU ms per patient")
    chart = _line(rows, "Time per patient against states").transform_calculate(ms="1000*datum.cpu_seconds_per_patient")
    return chart.encode(x=x, y=y, tooltip=["states:Q", "ms:Q", "compile_seconds:Q"])


def _against_patients(rows: list[dict]) -> alt.Chart:
    x = _decades(alt.X("patients:Q", title=f"patients ({rows[0]['days']:g} days each)"), "~s")
    y = _decades(alt.Y("ms:Q", title="ms per patient, by the clock"), "~g")
    chart = _line(rows, "Time per patient against patients").transform_calculate(ms="1000*datum.seconds_per_patient")
    return chart.encode(x=x, y=y, tooltip=["patients:Q", "ms:Q"])


def _line(rows: list[dict], title: str) -> alt.Chart:
    chart = alt.Chart(alt.Data(values=rows), width=285, height=200, title=title)
    return chart.mark_line(point=alt.OverlayMarkDef(color=_PALETTE[0]), color=_PALETTE[0])


def _decades(channel, written: str, reverse: bool = False):
    """A logarithmic axis with a line at each power of ten."""
    powers = [10.0**power for power in range(-12, 9)]
    return channel.scale(type="log", reverse=reverse).axis(values=powers, format=written)
