"""Forest and funnel plots of a meta-analysis.

The assumption that matters: the area of a square is the study's weight, the diamond is the pooled interval, and a
line below it is where a new study would be expected. Ratios stand on a log axis. Left out: risk of bias, which needs
reading.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from euthymia.errors import EuthymiaError
from euthymia.evidence.synthesis.effect_size import LOGS
from euthymia.report.drawing import ACTIVE, INK, QUIET, Figure, look, svg

if TYPE_CHECKING:
    from euthymia.evidence.synthesis.pooled import Pooled

Z95 = 1.959963984540054
NAMES = {
    "OR": "Odds ratio", "RR": "Risk ratio", "RD": "Risk difference", "PETO": "Peto odds ratio", "MD": "Mean difference",
    "SMD": "Standardised mean difference (Hedges' g)", "ROM": "Ratio of means", "GEN": "Effect",
}  # fmt: skip


def forest_plot(found: Pooled) -> Figure:
    """Every study with its interval, the pooled diamond and the prediction interval."""
    import altair as alt
    import polars as pl

    turn = np.exp if found.measure in LOGS else (lambda value: value)
    rows = [
        {"study": study, "row": index, "effect": float(turn(y)), "low": float(turn(y - Z95 * v**0.5)),
         "high": float(turn(y + Z95 * v**0.5)), "weight": w}
        for index, (study, y, v, w) in enumerate(zip(found.studies, found.yi, found.vi, found.weights, strict=True))
    ]  # fmt: skip
    for row in rows:
        row["label"] = f"{row['study'][:48]}"
        row["said"] = f"{row['effect']:.2f} [{row['low']:.2f}, {row['high']:.2f}]  {row['weight']:.1f} %"
    k = len(rows)
    pooled = [float(turn(value)) for value in (found.ci_low, found.estimate, found.ci_high)]
    test = "Knapp-Hartung" if found.test == "knha" else "z"
    table = pl.DataFrame(rows)
    diamond = [
        {"x": pooled[0], "y": k + 0.9, "order": 0},
        {"x": pooled[1], "y": k + 0.55, "order": 1},
        {"x": pooled[2], "y": k + 0.9, "order": 2},
        {"x": pooled[1], "y": k + 1.25, "order": 3},
        {"x": pooled[0], "y": k + 0.9, "order": 4},
    ]
    shown: list[float] = [row["low"] for row in rows] + [row["high"] for row in rows] + pooled
    scale: Any = alt.Scale(
        type="log" if found.measure in LOGS else "linear", domain=_domain(shown, found.measure in LOGS)
    )
    x = alt.X("effect:Q", scale=scale, title=NAMES.get(found.measure, found.measure), axis=alt.Axis(grid=False))
    y = alt.Y("row:Q", scale=alt.Scale(domain=[k + 2.4, -0.8]), axis=None)
    base = alt.Chart(alt.Data(values=rows))
    null = 1.0 if found.measure in LOGS else 0.0
    layers: list[Any] = [
        alt.Chart(alt.Data(values=[{"null": null}]))
        .mark_rule(color=QUIET, strokeDash=[3, 3])
        .encode(x=alt.X("null:Q", scale=scale)),
        base.mark_rule(color=INK).encode(x=alt.X("low:Q", scale=scale), x2="high:Q", y=y),
        base.mark_square(color=ACTIVE, opacity=1).encode(
            x=x, y=y, size=alt.Size("weight:Q", scale=alt.Scale(range=[20, 220]), legend=None)
        ),
        alt.Chart(alt.Data(values=diamond))
        .mark_line(color=INK, filled=True, fill=INK, strokeWidth=1)
        .encode(
            x=alt.X("x:Q", scale=scale),
            y=alt.Y("y:Q", scale=alt.Scale(domain=[k + 2.4, -0.8]), axis=None),
            order="order:Q",
        ),
    ]
    if np.isfinite(found.pi_low):
        span = [{"low": float(turn(found.pi_low)), "high": float(turn(found.pi_high)), "row": k + 1.75}]
        layers.append(
            alt.Chart(alt.Data(values=span))
            .mark_rule(color=ACTIVE, strokeWidth=2, clip=True)
            .encode(x=alt.X("low:Q", scale=scale), x2="high:Q", y=y)
        )
    plot = alt.layer(*layers).properties(width=360, height=22 * (k + 3))
    words = [{"row": row["row"], "label": row["label"], "said": row["said"]} for row in rows]
    words.append(
        {
            "row": k + 0.9,
            "label": f"Pooled ({found.method}, {test}), k = {k}",
            "said": f"{pooled[1]:.2f} [{pooled[0]:.2f}, {pooled[2]:.2f}]",
        }
    )
    if np.isfinite(found.pi_low):
        words.append(
            {
                "row": k + 1.75,
                "label": "Prediction for a new study",
                "said": f"[{turn(found.pi_low):.2f}, {turn(found.pi_high):.2f}]",
            }
        )
    left, right = (_column(alt, words, name, y, k, width) for name, width in (("label", 260), ("said", 170)))
    caption = (
        f"{k} studies. Squares: effect, area by weight; lines: 95 % intervals; diamond: pooled interval. "
        f"tau2 {found.tau2:.3f}, I2 {found.i2:.0f} %, Q {found.q:.1f} on {found.q_df} df (p = {found.q_p:.2g})."
    )
    title = f"{NAMES.get(found.measure, found.measure)}, {k} studies"
    chart = look(alt.hconcat(left, plot, right, spacing=4).resolve_scale(y="shared"))
    alt_text = f"Forest plot of {k} studies; pooled {pooled[1]:.2f}, 95 % interval {pooled[0]:.2f} to {pooled[2]:.2f}."
    return Figure("forest", title, caption, alt_text, chart, table)


def _column(alt, words, name: str, y, k: int, width: int) -> Any:
    """A column of texts beside the plot."""
    return (
        alt.Chart(alt.Data(values=words))
        .mark_text(align="left" if name == "label" else "right", color=INK, fontSize=11)
        .encode(y=y, text=f"{name}:N", x=alt.value(0 if name == "label" else width))
        .properties(width=width, height=22 * (k + 3))
    )


def _domain(values: list[float], log: bool) -> list[float]:
    """Ends that hold every interval, with a little air."""
    found = np.array([value for value in values if np.isfinite(value) and (value > 0 or not log)])
    low, high = float(found.min()), float(found.max())
    if log:
        return [low / 1.15, high * 1.15]
    air = 0.06 * (high - low or 1.0)
    return [min(low - air, 0.0), max(high + air, 0.0)]


def funnel_plot(found: Pooled) -> Figure:
    """Effect against standard error, with the lines between which 95 % would fall were there no heterogeneity."""
    import altair as alt
    import polars as pl

    errors = [v**0.5 for v in found.vi]
    table = pl.DataFrame({"study": list(found.studies), "effect": list(found.yi), "error": errors})
    top = 1.08 * max(errors)
    wall = [
        {"x": found.estimate - Z95 * top, "y": top, "order": 0}, {"x": found.estimate, "y": 0.0, "order": 1},
        {"x": found.estimate + Z95 * top, "y": top, "order": 2},
    ]  # fmt: skip
    scale = alt.Scale(domain=[top, 0.0])
    name = NAMES.get(found.measure, found.measure)
    name = f"{name} (log)" if found.measure in LOGS else name
    chart = alt.layer(
        alt.Chart(alt.Data(values=wall)).mark_line(color=QUIET, strokeDash=[4, 3]).encode(
            x=alt.X("x:Q", title=name), y=alt.Y("y:Q", scale=scale, title="Standard error"), order="order:Q"
        ),
        alt.Chart(alt.Data(values=[{"x": found.estimate}])).mark_rule(color=QUIET).encode(x="x:Q"),
        alt.Chart(alt.Data(values=table.to_dicts())).mark_circle(color=ACTIVE, size=60, opacity=0.9).encode(
            x=alt.X("effect:Q"), y=alt.Y("error:Q", scale=scale), tooltip=["study:N", "effect:Q", "error:Q"]
        ),
    ).properties(width=420, height=320)  # fmt: skip
    caption = f"{found.k} studies. Dashed: where 95 % would fall around the pooled effect without heterogeneity."
    return Figure("funnel", "Funnel plot", caption, f"Funnel plot of {found.k} studies.", look(chart), table)


def write_figure(figure: Figure, path: Path) -> Path:
    """Write a figure as .svg, .png or .json (Vega-Lite with its data); raises `EuthymiaError`."""
    kind = path.suffix.lower()
    if kind not in (".svg", ".png", ".json"):
        raise EuthymiaError(f"'{path.name}' is no kind of picture we write", fix="End it in .svg, .png or .json.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if kind == ".svg":
            path.write_text(svg(figure), encoding="utf-8")
        elif kind == ".png":
            import vl_convert

            path.write_bytes(vl_convert.svg_to_png(svg(figure), scale=2))
        else:
            import json

            from euthymia.report.drawing import specification

            path.write_text(json.dumps(specification(figure)), encoding="utf-8")
    except OSError as fault:
        raise EuthymiaError(
            f"cannot write '{path}' ({fault.strerror})", fix="Choose a folder you may write to."
        ) from None
    return path
