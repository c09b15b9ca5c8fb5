"""A drawing: a chart with its table, one look for all, and SVG that can share a page with others.

Colours can be told apart without colour vision, and a miss has a shape of its own. The assumption that matters: a
figure draws its table and nothing else. Left out: interaction; a report works without scripts.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from euthymia.report.verdict import INSIDE, MISS, NOT_COMPARED, WRONG_SIGN

if TYPE_CHECKING:
    import altair
    import polars

ACTIVE, CONTROL, INK, MISSED, QUIET = "#00558c", "#6b6b6b", "#111111", "#c43a00", "#8a8a8a"
#: after Okabe and Ito, darkened for thin lines on white
SERIES = ["#00558c", "#b35900", "#00795c", "#9a3a78", "#555555", "#2a8fc9", "#8f7a00"]
VERDICTS = [INSIDE, MISS, WRONG_SIGN, NOT_COMPARED]
VERDICT_COLOURS = [INK, MISSED, MISSED, QUIET]
VERDICT_SHAPES = ["circle", "diamond", "cross", "square"]
FONT = "Helvetica, Arial, sans-serif"


@dataclass(frozen=True)
class Figure:
    """A chart, its table, and what it shows in words for those who cannot see it.

    The chart names its data `table`; `specification` puts the table in, so that it is copied once.
    """

    key: str
    title: str
    caption: str
    alt: str
    chart: altair.TopLevelMixin
    table: polars.DataFrame

    @cached_property
    def spec(self) -> dict[str, Any]:
        """The specification without data."""
        return self.chart.to_dict(validate=False)


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
    drawn = re.sub(r'(?<= )(?:d|transform)="[^"]*"', _shorter, _IDLE.sub("", _IDLE.sub("", drawn)))
    return re.sub(r"<g></g>|<g transform=\"translate\(0,0\)\"></g>", "", drawn)


def _shorter(part: re.Match[str]) -> str:
    """Coordinates to a tenth of a pixel."""
    return re.sub(r"(\.\d)\d+", r"\1", part[0])


def specification(figure: Figure) -> dict[str, Any]:
    """The Vega-Lite specification, data included."""
    return figure.spec | {"data": {"values": figure.table.to_dicts()}}


def of_verdicts(marks: list[str], table: polars.DataFrame) -> Any:
    """Colours or shapes of those verdicts that occur."""
    import altair as alt

    pairs = [(word, sign) for word, sign in zip(VERDICTS, marks, strict=True) if word in table["verdict"].to_list()]
    return alt.Scale(domain=[word for word, _ in pairs], range=[sign for _, sign in pairs])


def named_data() -> Any:
    """The data of every chart, by name; `specification` fills it in."""
    import altair as alt

    return alt.NamedData("table")


def look(chart: Any) -> Any:
    """The chart in the house's fonts, colours and lines."""
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
