"""Figures of one strategy: symptoms over time, plasma and targets, pathways.

The assumption that matters: bands hold people, and a typical patient is said to be one. Left out: comparisons over
all trials, which have figures of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from euthymia.report import figure_data as tables
from euthymia.report.drawing import (
    ACTIVE,
    CONTROL,
    SERIES,
    VERDICT_COLOURS,
    VERDICT_SHAPES,
    Figure,
    look,
    named_data,
    of_verdicts,
)  # fmt: skip
from euthymia.report.report_data import Strategy
from euthymia.report.verdict import is_miss

if TYPE_CHECKING:
    import polars

    from euthymia.trial.score import Row

FIRST_DAYS = 3.0


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
        panels.append(alt.layer(*layers).properties(width=270, height=240, title=_wrapped(said)))
    chart = alt.hconcat(*panels, data=named_data(), spacing=24)
    missed = sum(is_miss(row) for row in rows if row.trial in {one.trial for one in strategy.comparisons})
    caption = (
        "Line: mean of virtual patients. Bands in the arm panels: the middle 50 % and 90 % of patients. Band in the "
        "difference panel: 90 % interval of the mean difference. Points: published means with 95 % intervals; "
        "whether one is a miss is judged on that trial's own virtual twin, in the table further down."
    )
    alt_text = (
        f"{strategy.scale} change over {strategy.last_day:g} days for {active} and {control}, with {points} published "
        f"points; {missed} comparisons with these trials are misses."
    )
    return Figure(f"{strategy.key}-curves", "Symptoms over time", caption, alt_text, look(chart), table)


def _overlay(points: Any, x: Any, y: Any, table: polars.DataFrame) -> list[Any]:
    import altair as alt

    colour = alt.Color("verdict:N", title="Published", scale=of_verdicts(VERDICT_COLOURS, table))
    shape = alt.Shape("verdict:N", title="Published", scale=of_verdicts(VERDICT_SHAPES, table))
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
        for end, width, head in ((FIRST_DAYS, 260, "First days"), (typical.times[-1] / 24, 640, "Whole course")):
            base = alt.Chart().transform_filter(alt.datum.day <= end).transform_fold([*order], as_=["curve", "value"])
            x = alt.X("day:Q", title=said, axis=_days(end), scale=alt.Scale(domain=[0, end]))
            y = alt.Y("value:Q", title=title, axis=alt.Axis(minExtent=30, tickCount=5))
            line = base.mark_line(strokeWidth=1.4, clip=True).encode(x=x, y=y, color=colour)
            panels.append(line.properties(width=width, height=140, **({} if rows else {"title": head})))
        rows.append(alt.hconcat(*panels, spacing=20))
    if not rows:
        return None
    chart = alt.vconcat(*rows, data=named_data(), spacing=14).resolve_scale(color="independent")
    named = ", ".join(column for column in table.columns if column != "day")
    caption = "One typical patient: every parameter at its centre, every dose taken. Not an average over patients."
    return Figure(
        f"{strategy.key}-exposure", "In plasma and at the target", caption,
        f"Concentrations and target effects over time in the typical patient: {named}.", look(chart), table,
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
        .properties(width=205, height=100)
        for column in order
    ]
    chart = alt.concat(*panels, data=named_data(), columns=4, spacing=18)
    caption = (
        "Days since the first dose or session. States of the model in the typical patient, relative to health (1) "
        "where not said otherwise. They are quantities of a model, not measurements."
    )
    return Figure(
        f"{strategy.key}-pathways", "Pathways over time", caption,
        f"{len(order)} pathway states over time in the typical patient under {names[0]} and {names[1]}.",
        look(chart), table,
    )  # fmt: skip


def _span(column: polars.Series, least: float = 0.1) -> Any:
    """A scale that holds a column and is never so narrow that nothing looks like something."""
    import altair as alt

    low, high = float(column.to_numpy().min()), float(column.to_numpy().max())
    spare = max(0.0, least - (high - low)) / 2
    return alt.Scale(domain=[low - spare, high + spare], zero=False, nice=True)


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
