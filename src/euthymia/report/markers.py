"""Biomarkers and preclinical courses in the report: ours beside the published, misses first.

Unlike units share one axis by counting in deviations of each published number (its error with that of translation).
The assumption that matters: a row is judged by its 90 % predictive interval. Left out: rows the model does not express,
which are listed with reasons and never counted as right.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from euthymia.report.drawing import INK, MISSED, Figure, look, named_data
from euthymia.report.wording import DASH, label, number

if TYPE_CHECKING:
    import polars

    from euthymia.trial.biomarkers.score import Row

FARTHEST = 12.0  # deviations; what lies farther is drawn here and says so in its name
NULL = 1e-6  # as in the score: no change at all has no sign
INSIDE, MISS = "inside", "miss"
STEP, WIDTH = 14, 470


def marker_lines(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Every number that was compared, misses first and the farthest first among them."""
    return [
        {
            "id": row.id,
            "quantity": label(row.quantity) if row.quantity else row.marker,
            "group": row.group,
            "unit": row.unit,
            "predicted": _rounded(row.predicted),
            "interval": f"{_rounded(row.low)} to {_rounded(row.high)}",
            "published": f"{_rounded(row.published)} ± {_rounded(row.sd)}",
            "off": number(row.z),
            "miss": not row.inside,
            "verdict": INSIDE if row.inside else MISS,
            "assumed": ", ".join(row.assumed) or DASH,
            "mark": "provisional" if row.confidence == "recalled" else "",
            "source": row.source,
        }
        for row in _ordered(rows, "predicted")
    ]


def sign_lines(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Directions without a number: which way each was published to go and which way ours goes, wrong ones first."""
    return [
        {
            "id": row.id,
            "quantity": label(row.quantity) if row.quantity else row.marker,
            "published": row.direction,
            "ours": _way(row.predicted),
            "size": f"{_rounded(row.predicted)} {row.unit}",
            "miss": not row.inside,
            "mark": "provisional" if row.confidence == "recalled" else "",
        }
        for row in _ordered(rows, "sign")
    ]


def not_expressed(rows: Iterable[Row]) -> list[dict[str, str]]:
    """Rows the model says nothing about, with the reason."""
    left = [row for row in rows if row.status == "not expressed"]
    return [{"id": row.id, "marker": row.marker, "reason": row.reason} for row in sorted(left, key=lambda row: row.id)]


def marker_table(rows: Iterable[Row]) -> polars.DataFrame:
    """One row a published number: ours, its interval, and both in deviations of the published number from it."""
    import polars

    found = []
    for row in _ordered(rows, "predicted"):
        if not row.sd or row.published is None or row.predicted is None or row.low is None or row.high is None:
            continue
        off, low, high = ((one - row.published) / row.sd for one in (row.predicted, row.low, row.high))
        far = f" ({off:+.0f})" if abs(off) > FARTHEST else ""
        found.append(
            {
                "row": f"{row.id}{far}",
                "group": row.group,
                "quantity": row.quantity,
                "unit": row.unit,
                "predicted": row.predicted,
                "low": row.low,
                "high": row.high,
                "published": row.published,
                "sd": row.sd,
                "off": off,
                "off_low": low,
                "off_high": high,
                "verdict": INSIDE if row.inside else MISS,
            }
        )
    return polars.DataFrame(found)


def marker_figure(rows: Iterable[Row]) -> Figure | None:
    """Dot and 90 % interval of every marker around its published number, misses first; None where none was compared."""
    import altair as alt

    table = marker_table(rows)
    if table.is_empty():
        return None
    seen = [word for word in (MISS, INSIDE) if word in table["verdict"].to_list()]
    colours = alt.Scale(domain=seen, range=[{MISS: MISSED, INSIDE: INK}[word] for word in seen])
    shapes = alt.Scale(domain=seen, range=[{MISS: "diamond", INSIDE: "circle"}[word] for word in seen])
    colour = alt.Color("verdict:N", title="Published number", scale=colours)
    shape = alt.Shape("verdict:N", title="Published number", scale=shapes)
    scale = alt.Scale(domain=[-FARTHEST, FARTHEST], clamp=True)
    title = "Predicted minus published, in deviations of the published number"
    parts = []
    for group in sorted(table["group"].unique().to_list()):
        part = table.filter(table["group"] == group)
        order = part["row"].to_list()
        base = alt.Chart().transform_filter(alt.datum.group == group)
        y = alt.Y("row:N", sort=order, title=None, axis=alt.Axis(labelLimit=330, ticks=False, domain=False, grid=True))
        layers = [
            base.mark_rule(color="#444").encode(x=alt.datum(0)),
            base.mark_rule(strokeWidth=2).encode(
                x=alt.X("off_low:Q", scale=scale, title=title), x2="off_high:Q", y=y, color=colour
            ),
            base.mark_point(filled=True, size=48, opacity=1).encode(
                x=alt.X("off:Q", scale=scale, title=title), y=y, color=colour, shape=shape
            ),
        ]
        head = {"biomarker": "In people", "preclinical": "In animals and cells"}.get(group, group)
        parts.append(alt.layer(*layers).properties(width=WIDTH, height=alt.Step(STEP), title=head))
    chart = alt.vconcat(*parts, data=named_data(), spacing=22).resolve_scale(x="shared")
    missed = int((table["verdict"] == MISS).sum())
    caption = (
        "Line at zero: what was published. Point and line: ours with its 90 % predictive interval, which holds the "
        "error of the published number and of its translation into the model. A line that does not cross zero is a "
        f"miss. What is more than {FARTHEST:g} deviations off is drawn at the edge, its distance beside its name."
    )
    return Figure(
        "markers", "Markers and preclinical courses, predicted and published", caption,
        f"{len(table)} published markers, of which {missed} are misses.", look(chart), table,
    )  # fmt: skip


def marker_counts(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """For each group: numbers inside, signs right, rows not expressed, mean square of the distance."""
    from euthymia.trial.biomarkers.score import summaries

    return [
        one.told() | {"outside": one.compared - one.inside, "square": number(one.mean_square_z)}
        for one in summaries(tuple(rows))
    ]


def markers_shown(rows: Iterable[Row]) -> dict[str, Any]:
    """Everything the page needs, the figure not yet drawn."""
    rows = tuple(rows)
    return {
        "lines": marker_lines(rows),
        "signs": sign_lines(rows),
        "left": not_expressed(rows),
        "counts": marker_counts(rows),
        "figure": marker_figure(rows),
    }


def _ordered(rows: Iterable[Row], status: str) -> list[Row]:
    return sorted(
        (row for row in rows if row.status == status), key=lambda row: (bool(row.inside), -abs(row.z), row.id)
    )


def _way(predicted: float | None) -> str:
    if predicted is None:
        return DASH
    return "no change" if abs(predicted) <= NULL else "up" if predicted > 0 else "down"


def _rounded(value: float | None) -> str:
    return DASH if value is None else f"{value:.3g}".replace("-", "\u2212")
