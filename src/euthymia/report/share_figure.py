"""The figure of shares: what each pathway carries on the day asked about, and over the course.

The assumption that matters: bars that point left help; they add up to the effect. Left out: interactions, which are
told in text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from euthymia.report.drawing import ACTIVE, INK, SERIES, Figure, look, named_data
from euthymia.report.wording import number

if TYPE_CHECKING:
    import polars

    from euthymia.report.shares import Shares

WIDTH, COURSE_WIDTH, HEIGHT = 300, 300, 26


def share_table(found: Shares) -> polars.DataFrame:
    """One row a person group, pathway and day: who, pathway, day, share, and 90 % of people where there are several."""
    import numpy as np
    import polars

    rows = []
    for who, effect in _groups(found):
        for player, pathway in enumerate(found.pathways):
            each = effect.each[player]
            several = effect.people > 1
            for at, time in enumerate(found.times):
                rows.append(
                    {
                        "who": who,
                        "pathway": pathway,
                        "day": float(time / 24),
                        "share": float(effect.shares[player, at]),
                        "low": float(np.quantile(each[:, at], 0.05)) if several else None,
                        "high": float(np.quantile(each[:, at], 0.95)) if several else None,
                        "asked": at == found.at,
                    }
                )
    return polars.DataFrame(rows, schema_overrides={"low": polars.Float64, "high": polars.Float64})


def share_figure(found: Shares, key: str = "shares") -> Figure:
    """Bars for the day asked about, and the course of every share, for the typical patient and the cohort."""
    import altair as alt

    table = share_table(found)
    groups = _groups(found)
    lead = groups[-1][1]
    order = [found.pathways[i] for i in abs(lead.shares[:, found.at]).argsort()[::-1]]
    unit = found.unit or "own unit"
    colour = alt.Color(
        "pathway:N", title=None, legend=None, sort=order, scale=alt.Scale(domain=order, range=_colours(order))
    )
    parts = []
    for who, effect in groups:
        base = alt.Chart().transform_filter(alt.datum.who == who)
        asked = base.transform_filter(alt.datum.asked)
        y = alt.Y("pathway:N", title=None, sort=order, axis=alt.Axis(labelLimit=230, ticks=False, domain=False))
        x = alt.X("share:Q", title=f"Share of the effect ({unit})", axis=alt.Axis(tickCount=5))
        bars = asked.mark_bar(height=15).encode(x=x, y=y, color=colour)
        zero = asked.mark_rule(color="#444").encode(x=alt.datum(0))
        layers = [bars, zero]
        if effect.people > 1:
            layers.append(asked.mark_rule(color=INK, strokeWidth=1.2).encode(x="low:Q", x2="high:Q", y=y))
        summed = float(effect.shares[:, found.at].sum())
        head = f"{who}, day {found.day:g}: {number(summed)} {unit}"
        left = alt.layer(*layers).properties(width=WIDTH, height=HEIGHT * len(order), title=head)
        if len(found.times) > 2:
            course = base.mark_line(strokeWidth=2).encode(
                x=alt.X("day:Q", title="Days since first dose or session"),
                y=alt.Y("share:Q", title=f"Share ({unit})"),
                color=colour,
            )
            right = course.properties(width=COURSE_WIDTH, height=HEIGHT * len(order), title="Over the course")
            parts.append(alt.hconcat(left, right, spacing=24))
        else:
            parts.append(left)
    chart = alt.vconcat(*parts, data=named_data(), spacing=20)
    caption = (
        "Shapley values: each pathway's mean contribution over every order of adding it, beside a twin who is given "
        "nothing; they add up to the effect of the model. Thin lines: 90 % of people or of worlds. A prediction "
        "taken apart, not an observation."
    )
    first = order[0] if order else "nothing"
    alt_text = f"Shares of the effect on {found.endpoint} on day {found.day:g} by pathway; the largest is {first}."
    return Figure(key, f"What carries the effect on {found.endpoint}", caption, alt_text, look(chart), table)


def _groups(found: Shares) -> list:
    groups = [] if found.typical is None else [("Typical patient", found.typical)]
    if found.ensemble is not None:
        groups.append((f"Typical patient in {found.ensemble.people} worlds", found.ensemble))
    return groups if found.cohort is None else [*groups, (f"Cohort of {found.cohort.people}", found.cohort)]


def _colours(order: list[str]) -> list[str]:
    return [SERIES[i % len(SERIES)] if order else ACTIVE for i in range(len(order))]
