"""Figures: one specification for screen and paper, with the table it draws.

Colours can be told apart without colour vision, and a miss has a shape of its own. The assumption that matters: a
figure draws its table and nothing else. Left out: interaction; the report works without scripts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from euthymia.report import figure_data as tables
from euthymia.report.report_data import Strategy
from euthymia.report.verdict import INSIDE, MISS, NOT_COMPARED, WRONG_SIGN, is_miss

if TYPE_CHECKING:
    import altair
    import polars

    from euthymia.trial.score import Row

ACTIVE, CONTROL, INK, MISSED, QUIET = "#00558c", "#6b6b6b", "#111111", "#c43a00", "#8a8a8a"
#: after Okabe and Ito, darkened for thin lines on white
SERIES = ["#00558c", "#b35900", "#00795c", "#9a3a78", "#555555", "#2a8fc9", "#8f7a00"]
FIRST_DAYS = 3.0
VERDICTS = [INSIDE, MISS, WRONG_SIGN, NOT_COMPARED]
VERDICT_COLOURS = [INK, MISSED, MISSED, QUIET]
VERDICT_SHAPES = ["circle", "diamond", "cross", "square"]
FONT = "Helvetica, Arial, sans-serif"


@dataclass(frozen=True)
class Figure:
    """A chart, its table, and what it shows in words for those who cannot see it."""

    key: str
    title: str
    caption: str
    alt: str
    chart: altair.TopLevelMixin
    table: polars.DataFrame


#: what a drawing says to scripts and pointers, which a still picture has no use for
_IDLE = re.compile(
    r' (?:aria-hidden|aria-roledescription|aria-label|pointer-events|role|class)="[^"]*"| opacity="1"'
    r'|<path(?: [a-z-]+="[^"]*")* d="(?:M0,0h0v0h0Z)?"(?: [a-z-]+="[^"]*")*/>'
)


def svg(figure: Figure) -> str:
    """The figure as SVG text whose ids belong to it alone, so that many can share a page."""
    import vl_convert

    drawn = vl_convert.vegalite_to_svg(json.dumps(specification(figure)))
    own = re.sub(r"[^a-z0-9]+", "-", figure.key.lower())
    drawn = re.sub(r'id="', f'id="{own}-', drawn)
    drawn = re.sub(r"url\(#", f"url(#{own}-", drawn)
    drawn = re.sub(r"(\.\d)\d+", r"\1", _IDLE.sub("", _IDLE.sub("", drawn)))
    return re.sub(r"<g></g>|<g transform=\"translate\(0,0\)\"></g>", "", drawn)


def specification(figure: Figure) -> dict[str, Any]:
    """The Vega-Lite specification, data included."""
    return figure.chart.to_dict(validate=False)


def curves(strategy: Strategy, rows: Iterable[Row] = ()) -> Figure:
    """Symptom curves of both arms and their difference, with bands, over the published points."""
    import altair as alt

    rows = tuple(rows)
    table = tables.curve_table(strategy, rows)
    active, control = (arm.name for arm in strategy.arms)
    points = table["kind"].eq("published").sum()
    within = table.filter(table["panel"] != tables.DIFFERENCE)
    ends = [end for name in ("low90", "high90", "low95", "high95", "mean") for end in within[name].drop_nulls()]
    low, high = min(ends), max(ends)
    panels = []
    for name, colour in ((active, ACTIVE), (control, CONTROL), (tables.DIFFERENCE, ACTIVE)):
        difference = name == tables.DIFFERENCE
        said = f"{active} minus {control}" if difference else name
        scale = alt.Scale() if difference else alt.Scale(domain=[low, high], nice=True)
        title = f"Difference in {strategy.scale} change (points)" if difference else f"{strategy.scale} change (points)"
        x = alt.X("day:Q", title="Days since first dose or session", axis=_days(strategy.last_day))
        base = alt.Chart().transform_filter(alt.datum.panel == name)
        model = base.transform_filter(alt.datum.kind == "model")
        y = alt.Y("mean:Q", title=title, scale=scale)
        layers: list[Any] = [model.mark_rule(color="#444", strokeWidth=1).encode(y=alt.datum(0))]
        layers.append(
            model.mark_area(color=colour, opacity=0.15).encode(
                x=x, y=alt.Y("low90:Q", scale=scale, title=title), y2="high90:Q"
            )
        )
        if not difference:
            layers.append(model.mark_area(color=colour, opacity=0.28).encode(x=x, y="low50:Q", y2="high50:Q"))
        layers.append(model.mark_line(color=colour, strokeWidth=2.5).encode(x=x, y=y))
        layers += _overlay(base.transform_filter(alt.datum.kind == "published"), x, y, table)
        panels.append(alt.layer(*layers).properties(width=250, height=230, title=_wrapped(said)))
    chart = alt.hconcat(*panels, data=_data(table), spacing=24)
    missed = sum(is_miss(row) for row in rows if row.trial in {one.trial for one in strategy.comparisons})
    caption = (
        "Line: mean of virtual patients. Bands in the arm panels: the middle 50 % and 90 % of patients. Band in the "
        "difference panel: 90 % interval of the mean difference. Points: published means with 95 % intervals."
    )
    alt_text = (
        f"{strategy.scale} change over {strategy.last_day:g} days for {active} and {control}, with {points} published "
        f"points; {missed} comparisons with these trials are misses."
    )
    return Figure(f"{strategy.key}-curves", "Symptoms over time", caption, alt_text, _look(chart), table)


def _overlay(points: Any, x: Any, y: Any, table: polars.DataFrame) -> list[Any]:
    import altair as alt

    colour = alt.Color("verdict:N", title="Published", scale=_of_verdicts(VERDICT_COLOURS, table))
    shape = alt.Shape("verdict:N", title="Published", scale=_of_verdicts(VERDICT_SHAPES, table))
    bars = points.mark_rule(strokeWidth=1.5).encode(x=x, y="low95:Q", y2="high95:Q", color=colour)
    halo = points.mark_point(filled=True, size=130, color="white", opacity=1).encode(x=x, y=y, shape=shape)
    dots = points.mark_point(filled=True, size=75, opacity=1).encode(x=x, y=y, color=colour, shape=shape)
    return [bars, halo, dots]


def exposure(strategy: Strategy) -> Figure | None:
    """Plasma concentrations and target effects of the typical patient, first days and whole course."""
    import altair as alt

    if strategy.typical is None:
        return None
    typical, table = strategy.typical, tables.exposure_table(strategy.typical)
    plasma, targets = tables.plasma_of(typical), tables.targets_of(typical)
    effect = "Effect at target (share)"
    if targets == ("stimulation_drive",):
        effect = "Sessions per hour"
    rows = []
    for names, title in ((plasma, "Plasma (ng/mL)"), (targets, effect)):
        if not names:
            continue
        order = [tables.short_label(name) for name in names]
        below = names is targets or not targets
        said = "Days since first dose or session" if below else None
        colour = alt.Color("curve:N", title=None, scale=alt.Scale(domain=order, range=SERIES), sort=order)
        panels = []
        for end, width, head in ((FIRST_DAYS, 230, "First days"), (typical.times[-1] / 24, 470, "Whole course")):
            base = alt.Chart().transform_filter(alt.datum.day <= end).transform_fold(order, as_=["curve", "value"])
            x = alt.X("day:Q", title=said, axis=_days(end), scale=alt.Scale(domain=[0, end]))
            y = alt.Y("value:Q", title=title, axis=alt.Axis(minExtent=30, tickCount=5))
            line = base.mark_line(strokeWidth=1.4, clip=True).encode(x=x, y=y, color=colour)
            panels.append(line.properties(width=width, height=140, **({} if rows else {"title": head})))
        rows.append(alt.hconcat(*panels, spacing=20))
    if not rows:
        return None
    chart = alt.vconcat(*rows, data=_data(table), spacing=14).resolve_scale(color="independent")
    named = ", ".join(column for column in table.columns if column != "day")
    caption = "One typical patient: every parameter at its centre, every dose taken. Not an average over patients."
    return Figure(
        f"{strategy.key}-exposure", "In plasma and at the target", caption,
        f"Concentrations and target effects over time in the typical patient: {named}.", _look(chart), table,
    )  # fmt: skip


def pathways(strategy: Strategy) -> Figure | None:
    """Pathway states of the typical patient under both arms, as small multiples."""
    import altair as alt

    if strategy.typical is None:
        return None
    names = (strategy.active, strategy.control)
    table = tables.pathway_table(strategy.typical, strategy.typical_control, names)
    if table.is_empty():
        return None
    order = [column for column in table.columns if column not in ("arm", "day")]
    colour = alt.Color("arm:N", title=None, scale=alt.Scale(domain=list(names), range=[ACTIVE, CONTROL]))
    dash = alt.StrokeDash("arm:N", title=None, scale=alt.Scale(domain=list(names), range=[[1, 0], [5, 3]]))
    axis = alt.Axis(tickCount=4, format=".3~g", minExtent=30)
    x = alt.X("day:Q", title=None, axis=_days(strategy.typical.times[-1] / 24, 4))
    panels = [
        alt.Chart(title=alt.Title(column, fontSize=11))
        .transform_calculate(value=f"datum[{column!r}]")
        .mark_line(strokeWidth=1.8)
        .encode(
            x=x,
            y=alt.Y("value:Q", title=None, scale=_span(table[column]), axis=axis),
            color=colour,
            strokeDash=dash,
        )
        .properties(width=160, height=90)
        for column in order
    ]
    chart = alt.concat(*panels, data=_data(table), columns=4, spacing=18)
    caption = (
        "Days since the first dose or session. States of the model in the typical patient, relative to health (1) "
        "where not said otherwise. They are quantities of a model, not measurements."
    )
    return Figure(
        f"{strategy.key}-pathways", "Pathways over time", caption,
        f"{len(order)} pathway states over time in the typical patient under {names[0]} and {names[1]}.",
        _look(chart), table,
    )  # fmt: skip


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
        colour = alt.Color("verdict:N", title="Published", scale=_of_verdicts(VERDICT_COLOURS, table))
        shape = alt.Shape("verdict:N", title="Published", scale=_of_verdicts(VERDICT_SHAPES, table))
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
        parts.append(alt.layer(*layers).properties(width=380, height=alt.Step(15), title=title))
    chart = alt.vconcat(*parts, data=_data(table), spacing=22).resolve_scale(x="shared")
    missed = table.filter(table["verdict"].is_in([MISS, WRONG_SIGN]))["comparison"].n_unique()
    caption = (
        "Blue bar: predicted difference with the 90 % interval for a trial of that size. Point: published difference "
        "with its 95 % interval. Diamonds and crosses are misses."
    )
    return Figure(
        "forest", "Contrasts, predicted and published", caption,
        f"{table['comparison'].n_unique()} contrasts, of which {missed} are misses.", _look(chart), table,
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
        colour = alt.Color("verdict:N", title="Published", scale=_of_verdicts(VERDICT_COLOURS, table))
        shape = alt.Shape("verdict:N", title="Published", scale=_of_verdicts(VERDICT_SHAPES, table))
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
        panels.append(alt.layer(bars, dots, same).properties(width=330, height=330, title=title))
    chart = alt.hconcat(*panels, data=_data(table), spacing=30)
    caption = "Bars: 90 % prediction intervals. On the dashed line the model says what was published."
    return Figure(
        "scatter", "Predicted against published", caption, f"{len(table)} comparisons as a scatter plot.",
        _look(chart), table,
    )  # fmt: skip


def _of_verdicts(marks: list[str], table: polars.DataFrame) -> Any:
    """Colours or shapes of those verdicts that occur."""
    import altair as alt

    pairs = [(word, sign) for word, sign in zip(VERDICTS, marks, strict=True) if word in table["verdict"].to_list()]
    return alt.Scale(domain=[word for word, _ in pairs], range=[sign for _, sign in pairs])


def _span(column: polars.Series, least: float = 0.1) -> Any:
    """A scale that holds a column and is never so narrow that nothing looks like something."""
    import altair as alt

    low, high = column.min(), column.max()
    spare = max(0.0, least - (high - low)) / 2
    return alt.Scale(domain=[low - spare, high + spare], zero=False, nice=True)


def _data(table: polars.DataFrame) -> Any:
    """The whole table as data of a chart."""
    import altair as alt

    return alt.Data(values=table.to_dicts())


def _days(end: float, ticks: int = 6) -> Any:
    """An axis in days whose ticks fall on whole weeks when the span is long."""
    import altair as alt

    if end >= 14:
        step = 7 * max(1, round(end / 7 / ticks))
        return alt.Axis(values=list(range(0, int(end) + 1, step)))
    return alt.Axis(tickCount=ticks)


def _wrapped(text: str) -> list[str]:
    import textwrap

    return textwrap.wrap(text, 36)


def _look(chart: Any) -> Any:
    return (
        chart.configure(font=FONT, background="white")
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=11, titleFontSize=11, titleFontWeight="normal", labelColor=INK, titleColor=INK,
            gridColor="#e4e4e4", domainColor="#777", tickColor="#777",
        )
        .configure_title(fontSize=12, anchor="start", color=INK, fontWeight="bold")
        .configure_header(labelFontSize=11, labelColor=INK, labelFontWeight="bold", labelAnchor="start")
        .configure_legend(
            orient="bottom", labelFontSize=11, titleFontSize=11, labelColor=INK, titleColor=INK, labelLimit=320,
            symbolOpacity=1,
        )
    )  # fmt: skip
