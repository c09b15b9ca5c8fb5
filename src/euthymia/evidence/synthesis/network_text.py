"""A network meta-analysis in words, and its league table as CSV.

The assumption that matters: a cell of a CSV that begins like a formula would run in a spreadsheet, so it is quoted
away.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

import numpy as np

from euthymia.evidence.synthesis.network import Network


def text(said: Mapping[str, Any]) -> str:
    """Lines to read of what `network.told` gives, with inconsistency and node-splits where they are there."""
    lines = [
        f"{said['studies']} trials, {len(said['treatments'])} treatments, {said['measure']}, {said['method']}: "
        f"tau2 {said['tau2']:.4f} · I2 {said['i2']:.1f} % · Q {said['q']:.1f} on {said['q_df']} df"
    ]
    width = max(len(row["treatment"]) for row in said["effects"])
    for row in said["effects"]:
        shown = row.get("exp", row)
        lines.append(
            f"  {row['treatment'].ljust(width)}  {shown['estimate']:7.3f} ({shown['ci_low']:.3f} to "
            f"{shown['ci_high']:.3f})"
            f"  P-score {said['p_scores'][row['treatment']]:.2f}"
        )
    lines.append(f"  against {said['reference']}")
    for name, row in said.get("inconsistency", {}).items():
        lines.append(f"  Q {name}: {row['q']:.2f} on {row['df']} df, p = {row['p']:.3g}")
    odd = [row for row in said.get("node_split", ()) if row["p"] is not None and row["p"] < 0.05]
    if "node_split" in said:
        lines.append(f"  direct and indirect differ (p < 0.05) in {len(odd)} of {len(said['node_split'])} pairs")
    for row in odd:
        lines.append(
            f"    {row['treatment']} against {row['comparator']}: direct {row['direct']:.3f}, "
            f"indirect {row['indirect']:.3f}, p = {row['p']:.3g}"
        )
    lines += [f"left out: {one}" for one in said["dropped"]]
    return "\n".join(lines)


def league_table(found: Network, level: float = 0.95) -> str:
    """The league table as CSV: row against column."""
    from scipy.stats import norm

    critical, turn = float(norm.ppf((1 + level) / 2)), np.exp if found.measure in ("OR", "RR") else float
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["", *(safe(name) for name in found.treatments)])
    for one in found.treatments:
        cells = [safe(one)]
        for other in found.treatments:
            y, se = found.against(one, other)
            ends = turn(y - critical * se), turn(y + critical * se)
            cells.append("" if one == other else f"{turn(y):.2f} ({ends[0]:.2f} to {ends[1]:.2f})")
        writer.writerow(cells)
    return out.getvalue()


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula.

    >>> safe("=1+1"), safe("placebo")
    ("'=1+1", 'placebo')
    """
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell[:1] else cell
