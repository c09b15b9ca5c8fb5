"""What the data say of each parameter: prior beside posterior, least identified first, and the figure of both.

Read from the tables that a calibration ships, so nothing is computed again. The assumption that matters: a parameter
is *unidentified* by the rule of the calibration (little narrower and little moved); then its number is an assumption,
whatever the fit says. Left out: combinations of parameters that are known better than each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from euthymia.errors import DataError, Place
from euthymia.report.drawing import ACTIVE, MISSED, Figure, look, named_data
from euthymia.report.wording import DASH, MINUS

if TYPE_CHECKING:
    import polars

    from euthymia.model.parameter_table import Fit

NINETY = 1.645
SAID, SILENT = "the data say something", "nothing identifies it"
TABLE = "identified.csv"
#: of the figure, in pixels
WIDTH, STEP = 235, 13


@dataclass(frozen=True)
class Known:
    """One parameter before and after the data. Spreads are those of logarithms; `moved` is in prior spreads; `shrunk`
    is the share of the prior spread that is gone; `by` names the data that moved it, with shares."""

    name: str
    prior: float
    prior_sd: float
    posterior: float
    posterior_sd: float
    moved: float
    shrunk: float
    unidentified: bool
    by: str

    def told(self) -> dict[str, Any]:
        """As plain data."""
        return dict(vars(self))


def known(fit: Fit | None) -> tuple[Known, ...]:
    """Every free parameter of a fit, least identified first; empty if the fit does not tell. Raises `DataError`."""
    rows = () if fit is None else fit.identified
    found = [_known(row, line) for line, row in enumerate(rows, start=2)]
    return tuple(sorted(found, key=lambda one: (not one.unidentified, one.shrunk, abs(one.moved))))


def _known(row: Mapping[str, Any], line: int) -> Known:
    try:
        numbers = {
            key: float(row[key]) for key in ("prior", "prior_sd", "posterior", "posterior_sd", "moved", "shrunk")
        }
        silent = {"yes": True, "no": False}[row["unidentified"]]
        return Known(row["parameter"], **numbers, unidentified=silent, by=row["by"])
    except (KeyError, ValueError, TypeError) as wrong:
        raise DataError(
            f"a row of the fit cannot be read ({type(wrong).__name__}: {wrong})",
            place=Place(TABLE, line),
            rule="parameter, prior, prior_sd, posterior, posterior_sd, moved, shrunk, unidentified (yes or no), by.",
            fix="Write the fit again with 'euthymia calibrate'.",
        ) from wrong


def known_lines(fit: Fit | None) -> list[dict[str, Any]]:
    """Every parameter as text, least identified first, with its meaning and why its prior is where it is."""
    return [
        {
            "name": one.name,
            "prior": f"{one.prior:.3g}",
            "posterior": f"{one.posterior:.3g}",
            "spreads": f"{one.prior_sd:.2f} → {one.posterior_sd:.2f}",
            "moved": f"{one.moved:+.2f}".replace("-", MINUS),
            "shrunk": f"{100 * one.shrunk:.0f} %".replace("-", MINUS),
            "by": one.by.replace(" %", "\u00a0%").replace("_", " ") or DASH,
            "unidentified": one.unidentified,
            "flag": SILENT if one.unidentified else "",
            **_why(one.name),
        }
        for one in known(fit)
    ]


def _why(name: str) -> dict[str, str]:
    """What a parameter is and what its starting value rests on; empty for one that the model no longer has."""
    from euthymia.errors import EuthymiaError
    from euthymia.model.parameter_table import starting_values

    block, _, own = name.partition(".")
    try:
        value = starting_values(block).get(own)
    except (EuthymiaError, OSError):
        value = None
    if value is None:
        return {"meaning": "", "because": "", "mark": ""}
    return {
        "meaning": value.meaning or "",
        "because": value.because or value.formula or value.source or "",
        "mark": value.mark,
    }


def known_table(fit: Fit | None) -> polars.DataFrame:
    """One row a parameter: 90 % intervals before and after, as multiples of the prior's centre."""
    import numpy as np
    import polars

    rows = [
        {
            "parameter": one.name,
            "place": place,
            "prior_low": float(np.exp(-NINETY * one.prior_sd)),
            "prior_high": float(np.exp(NINETY * one.prior_sd)),
            "posterior": one.posterior / one.prior,
            "low": float(one.posterior / one.prior * np.exp(-NINETY * one.posterior_sd)),
            "high": float(one.posterior / one.prior * np.exp(NINETY * one.posterior_sd)),
            "moved": one.moved,
            "shrunk": one.shrunk,
            "data": SILENT if one.unidentified else SAID,
            "by": one.by,
        }
        for place, one in enumerate(known(fit))
    ]
    return polars.DataFrame(rows)


def known_figure(fit: Fit | None) -> Figure | None:
    """Prior and posterior of every free parameter on one logarithmic axis, in two columns; None without any."""
    import altair as alt

    table = known_table(fit)
    if table.is_empty():
        return None
    half = -(-len(table) // 2)
    ends = [table["prior_low"].min(), table["low"].min(), table["prior_high"].max(), table["high"].max()]
    scale = alt.Scale(type="log", domain=[float(min(ends)), float(max(ends))])  # pyright: ignore[reportArgumentType]
    ticks = [t for t in (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100) if min(ends) <= t <= max(ends)]  # pyright: ignore
    x = alt.X("posterior:Q", scale=scale, title="Times the prior's centre", axis=alt.Axis(values=ticks, format="~g"))
    seen = [word for word in (SILENT, SAID) if word in table["data"].to_list()]
    colours = {SILENT: MISSED, SAID: ACTIVE}
    shapes = {SILENT: "diamond", SAID: "circle"}
    colour = alt.Color("data:N", title=None, scale=alt.Scale(domain=seen, range=[colours[one] for one in seen]))
    shape = alt.Shape("data:N", title=None, scale=alt.Scale(domain=seen, range=[shapes[one] for one in seen]))
    parts = []
    for first in (0, half):
        order = table["parameter"][first : first + half].to_list()
        if not order:
            continue
        base = alt.Chart().transform_filter(
            (alt.datum.place >= first) & (alt.datum.place < first + half)  # pyright: ignore[reportOperatorIssue]
        )
        y = alt.Y(
            "parameter:N", sort=order, title=None, axis=alt.Axis(labelLimit=230, ticks=False, domain=False, grid=True)
        )
        layers = [
            base.mark_rule(strokeWidth=8, color="#d2d2d2").encode(
                x=alt.X("prior_low:Q", scale=scale, title="Times the prior's centre"), x2="prior_high:Q", y=y
            ),
            base.mark_rule(color="#444", strokeWidth=1).encode(x=alt.datum(1)),
            base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", scale=scale), x2="high:Q", y=y, color=colour),
            base.mark_point(filled=True, size=42, opacity=1).encode(x=x, y=y, color=colour, shape=shape),
        ]
        title = "Least identified" if first == 0 else "Better identified"
        parts.append(alt.layer(*layers).properties(width=WIDTH, height=alt.Step(STEP), title=title))
    chart = alt.hconcat(*parts, data=named_data(), spacing=24)
    silent = int((table["data"] == SILENT).sum())
    caption = (
        "Grey bar: 90 % of the prior. Coloured line and point: 90 % and centre of what the data leave. Where a "
        "coloured line is as long as its grey bar, the data did not narrow the parameter; orange diamonds mark those "
        "that nothing identifies."
    )
    return Figure(
        "identified", "Each parameter before and after the data", caption,
        f"Prior and posterior intervals of {len(table)} parameters, of which nothing identifies {silent}.",
        look(chart), table,
    )  # fmt: skip
