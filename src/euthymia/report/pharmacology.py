"""Predicted beside observed pharmacology: one picture, tables by kind and drug, every miss, and what was not expressed.

The assumption that matters: a reader looks for the misses, so they come first; rows whose study gave a parameter are
drawn apart. Left out: curves over time, which the card of a drug describes.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from euthymia.report.drawing import ACTIVE, CONTROL, MISSED, Figure, look, named_data
from euthymia.report.html import PAGES, drawn
from euthymia.report.wording import NOTICE

if TYPE_CHECKING:
    from euthymia.trial.pharmacology.score import Row

BASES = ("independent", "fitted", "same study")
COLOURS = (MISSED, ACTIVE, CONTROL)
SHAPES = ("circle", "triangle-up", "square")


def picture(rows: Sequence[Row]) -> Figure | None:
    """Fold error of every compared row by kind, on a logarithmic axis, with the 1.5-fold band; None without any."""
    import altair as alt
    import polars

    compared = [row for row in rows if row.fold_error is not None and row.predicted and row.observed]
    if not compared:
        return None
    table = polars.DataFrame(
        {
            "id": [row.id for row in compared],
            "drug": [row.drug for row in compared],
            "measure": [row.metric for row in compared],
            "kind": [row.group for row in compared],
            "basis": [row.basis for row in compared],
            "predicted": [float(row.predicted or 0) for row in compared],
            "observed": [float(row.observed or 0) for row in compared],
            "unit": [row.unit for row in compared],
            "ratio": [min(8.0, max(0.125, abs((row.predicted or 0) / (row.observed or 1)))) for row in compared],
            "place": [_place(row.id) for row in compared],
        }
    )
    kinds = [kind for kind, _ in Counter(table["kind"].to_list()).most_common()]
    present = [basis for basis in BASES if basis in table["basis"].to_list()]
    at = [BASES.index(basis) for basis in present]
    colour = alt.Color("basis:N", title="Observation", scale=alt.Scale(domain=present, range=[COLOURS[i] for i in at]))
    shape = alt.Shape("basis:N", title="Observation", scale=alt.Scale(domain=present, range=[SHAPES[i] for i in at]))
    axis = alt.Axis(values=[0.125, 0.25, 0.5, 0.667, 1, 1.5, 2, 4, 8], format=".3~g")
    x = alt.X("ratio:Q", title="Predicted over observed (8-fold and more at the edge)",
              scale=alt.Scale(type="log", domain=[0.12, 8.4]), axis=axis)  # fmt: skip
    base = alt.Chart()
    band = base.mark_rect(color="#dfeaf2").encode(x=alt.XDatum(1 / 1.5), x2=alt.X2Datum(1.5))
    line = base.mark_rule(color="#444").encode(x=alt.XDatum(1.0))
    dots = base.mark_point(size=38, filled=True, opacity=0.65).encode(
        x=x,
        y=alt.Y("kind:N", title=None, sort=kinds),
        yOffset=alt.YOffset("place:Q", scale=alt.Scale(domain=[-0.5, 0.5])),
        color=colour,
        shape=shape,
    )
    chart = alt.layer(band, line, dots, data=named_data()).properties(width=640, height=44 * len(kinds))
    inside = sum(row.fold_error <= 1.5 for row in compared if row.fold_error is not None)
    return Figure(
        "pharmacology", "Predicted over observed",
        "Each point is one published number. Shaded: within 1.5-fold. Fitted: a parameter of the drug was fitted to "
        "this row among others; same study: the study gave the parameters.",
        f"{inside} of {len(compared)} published numbers lie within 1.5-fold of the simulation.", look(chart), table,
    )  # fmt: skip


def _place(name: str) -> float:
    """A height within the row's lane that depends on the id alone, so that the same rows give the same picture."""
    import zlib

    return (zlib.crc32(name.encode()) % 1000) / 1000 - 0.5


def write_page(path: Path, rows: Sequence[Row]) -> Path:
    """Write the page in one piece; returns its path."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(environment.get_template("pharmacology.html.j2").render(context(rows)), encoding="utf-8")
    os.replace(temporary, path)
    return path


def context(rows: Sequence[Row]) -> dict[str, Any]:
    """What the page shows, as plain data."""
    from euthymia.trial.pharmacology.score import points_off, summaries

    compared = sorted((r for r in rows if r.predicted is not None), key=lambda row: -(row.fold_error or math.inf))
    figure = picture(compared)
    off = points_off(compared)
    return {
        "notice": NOTICE,
        "css": (PAGES / "report.css").read_text(encoding="utf-8"),
        "figure": None if figure is None else drawn(figure),
        "misses": [row for row in compared if row.fold_error is None or row.fold_error > 1.5],
        "rows": compared,
        "kinds": {basis: summaries([r for r in compared if r.basis == basis]) for basis in BASES},
        "drugs": summaries(compared, lambda row: row.drug),
        "unexpressed": [row for row in rows if row.predicted is None],
        "occupancy": (sum(one <= 12 for one in off), len(off)),
        "inside": sum(row.fold_error is not None and row.fold_error <= 1.5 for row in compared),
    }
