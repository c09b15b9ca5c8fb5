"""Figures of the scorecard: predicted beside published, misses first.

The assumption that matters: a point is judged by the model's 90 % interval for a trial of its size. Left out:
comparisons that could not be made, which the report lists with reasons.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from euthymia.report import figure_data as tables
from euthymia.report.drawing import ACTIVE, VERDICT_COLOURS, VERDICT_SHAPES, Figure, look, named_data, of_verdicts
from euthymia.report.verdict import MISS, WRONG_SIGN

if TYPE_CHECKING:
    from euthymia.trial.score import Row


def forest(rows: Iterable[Row]) -> Figure | None:
    """Predicted and published contrasts with their intervals, held-out trials apart, misses first."""
    import altair as alt

    table = tables.forest_table(rows)
    if table.is_empty():
        return None
    parts = []
    for split in ("hold-out", "calibrate", "unused"):
        part = table.filter(table["split"] == split)
        if part.is_empty():
            continue
        order = part["comparison"].unique(maintain_order=True).to_list()
        base = alt.Chart().transform_filter(alt.datum.split == split)
        y = alt.Y(
            "comparison:N", sort=order, title=None, axis=alt.Axis(labelLimit=430, ticks=False, domain=False, grid=True)
        )
        shift = alt.YOffset("who:N", scale=alt.Scale(domain=["predicted", "published"], paddingInner=0.2))
        x = alt.X("mean:Q", title="Difference from control (points; left of zero favours the treatment)")
        zero = base.mark_rule(color="#444").encode(x=alt.datum(0))
        predicted = base.transform_filter(alt.datum.who == "predicted")
        published = base.transform_filter(alt.datum.who == "published")
        colour = alt.Color("verdict:N", title="Published", scale=of_verdicts(VERDICT_COLOURS, table))
        shape = alt.Shape("verdict:N", title="Published", scale=of_verdicts(VERDICT_SHAPES, table))
        layers = [
            zero,
            predicted.mark_rule(strokeWidth=5, opacity=0.45, color=ACTIVE).encode(
                x="low:Q", x2="high:Q", y=y, yOffset=shift
            ),
            predicted.mark_tick(thickness=3, size=11, color=ACTIVE).encode(x=x, y=y, yOffset=shift),
            published.mark_rule(strokeWidth=1.5).encode(x="low:Q", x2="high:Q", y=y, yOffset=shift, color=colour),
            published.mark_point(filled=True, size=60, opacity=1).encode(
                x=x, y=y, yOffset=shift, color=colour, shape=shape
            ),
        ]
        said = {"hold-out": "Held out: never seen by a fit", "calibrate": "Calibration: a fit may see these"}
        title = said.get(split, "Used for neither")
        parts.append(alt.layer(*layers).properties(width=480, height=alt.Step(15), title=title))
    chart = alt.vconcat(*parts, data=named_data(), spacing=22).resolve_scale(x="shared")
    missed = table.filter(table["verdict"].is_in([MISS, WRONG_SIGN]))["comparison"].n_unique()
    caption = (
        "Blue bar: predicted difference with the 90 % interval for a trial of that size. Point: published difference "
        "with its 95 % interval. Diamonds and crosses are misses."
    )
    return Figure(
        "forest", "Contrasts, predicted and published", caption,
        f"{table['comparison'].n_unique()} contrasts, of which {missed} are misses.", look(chart), table,
    )  # fmt: skip


def scatter(rows: Iterable[Row]) -> Figure | None:
    """Predicted against published, arms and contrasts apart, with the line of agreement."""
    import altair as alt

    table = tables.scatter_table(rows)
    if table.is_empty():
        return None
    panels = []
    for kind, title in (("arm", "Change of an arm"), ("contrast", "Difference between arms")):
        part = table.filter(table["kind"] == kind)
        if part.is_empty():
            continue
        ends = [part["published"].min(), part["published"].max(), part["low"].min(), part["high"].max(), 0.0]
        scale = alt.Scale(domain=[min(ends), max(ends)], nice=True)
        base = alt.Chart().transform_filter(alt.datum.kind == kind)
        x = alt.X("published:Q", title="Published (points)", scale=scale)
        colour = alt.Color("verdict:N", title="Published", scale=of_verdicts(VERDICT_COLOURS, table))
        shape = alt.Shape("verdict:N", title="Published", scale=of_verdicts(VERDICT_SHAPES, table))
        line = alt.Chart(alt.Data(values=[{"x": min(ends), "y": min(ends)}, {"x": max(ends), "y": max(ends)}]))
        same = line.mark_line(color="#444", strokeDash=[4, 3], strokeWidth=1).encode(
            x=alt.X("x:Q", scale=scale), y=alt.Y("y:Q", scale=scale)
        )
        bars = base.mark_rule(strokeWidth=1, opacity=0.55).encode(
            x=x, y=alt.Y("low:Q", scale=scale, title="Predicted (points)"), y2="high:Q", color=colour
        )
        dots = base.mark_point(filled=True, size=55, opacity=0.9).encode(
            x=x, y=alt.Y("predicted:Q", scale=scale, title="Predicted (points)"), color=colour, shape=shape
        )
        panels.append(alt.layer(bars, dots, same).properties(width=400, height=400, title=title))
    chart = alt.hconcat(*panels, data=named_data(), spacing=30)
    caption = "Bars: 90 % prediction intervals. On the dashed line the model says what was published."
    return Figure(
        "scatter", "Predicted against published", caption, f"{len(table)} comparisons as a scatter plot.",
        look(chart), table,
    )  # fmt: skip
