"""A meta-analysis of a plain table: effect sizes, pooling, and the checks a reader asks for.

The assumption that matters: one row is one comparison of one study. Left out: reading a protocol; what to pool is the
caller's decision and is told in the result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from euthymia.errors import DataError, Place
from euthymia.evidence.synthesis.effect_size import COUNTS, MEANS, MEASURES, effects
from euthymia.evidence.synthesis.pooled import Pooled, pool
from euthymia.evidence.synthesis.small_study import asymmetry, trim_and_fill
from euthymia.evidence.synthesis.table_in import Table, kept, read_table


@dataclass(frozen=True)
class Analysis:
    """A pooled result with what was asked beside it; `parts` is empty for what was not asked."""

    pooled: Pooled
    parts: Mapping[str, Any]

    def told(self) -> dict[str, Any]:
        return self.pooled.told() | dict(self.parts)

    def __str__(self) -> str:
        lines = [str(self.pooled)]
        for name in ("subgroups", "leave_one_out", "cumulative"):
            for row in self.parts.get(name, ()):
                shown = f"{row['estimate']:.3f} ({row['ci_low']:.3f} to {row['ci_high']:.3f}), k = {row['k']}"
                lines.append(f"  {name.replace('_', ' ')} {row['name']}: {shown}")
        if "subgroup_test" in self.parts:
            test = self.parts["subgroup_test"]
            lines.append(f"  between groups: Q {test['q']:.2f} on {test['df']} df, p = {test['p']:.3g}")
        for name in ("egger", "trim_and_fill"):
            if name in self.parts:
                said = ", ".join(f"{key} {value:.3g}" for key, value in self.parts[name].items())
                lines.append(f"  {name.replace('_', ' ')}: {said}")
        for row in self.pooled.coefficients:
            lines.append(f"  {row['name']}: {row['estimate']:.4f} (SE {row['se']:.4f}, p = {row['p']:.3g})")
        return "\n".join(lines)


def analyse(
    data: str | Path | Table,
    *,
    measure: str = "GEN",
    method: str = "REML",
    knha: bool = False,
    columns: Mapping[str, str] | None = None,
    where: Sequence[str] = (),
    subgroup: str | None = None,
    moderators: Sequence[str] = (),
    leave_one_out: bool = False,
    cumulative: str | None = None,
    egger: bool = False,
    fill: bool = False,
    drop_double_zero: bool = False,
    level: float = 0.95,
) -> Analysis:
    """Pool a table. `subgroup`, `moderators` and `cumulative` name its columns; raises `DataError`."""
    table = data if isinstance(data, Table) else read_table(data, columns)
    table = kept(table, where) if where else table
    measure = measure.upper()
    yi, vi = effects_of(table, measure, drop_double_zero)
    names = table.text("study") if table.has("study") else [f"row {row}" for row in range(1, len(yi) + 1)]
    say = {"method": method, "knha": knha, "measure": measure, "level": level}
    found = pool(yi, vi, studies=names, moderators={one: table.numbers(one) for one in moderators}, **say)
    parts: dict[str, Any] = {}
    good = np.isfinite(yi) & np.isfinite(vi)
    labels = np.array(names, dtype=object)
    if subgroup:
        parts |= _subgroups(yi, vi, np.array(table.text(subgroup), dtype=object), labels, good, say)
    if leave_one_out:
        rows = np.flatnonzero(good)
        parts["leave_one_out"] = [
            _row(f"without {labels[at]}", pool(yi[rows[rows != at]], vi[rows[rows != at]], **say)) for at in rows
        ] if len(rows) > 1 else []  # fmt: skip
    if cumulative:
        order = np.flatnonzero(good)[np.argsort(table.numbers(cumulative)[good], kind="stable")]
        parts["cumulative"] = [
            _row(f"to {labels[at]}", pool(yi[order[: n + 1]], vi[order[: n + 1]], **say)) for n, at in enumerate(order)
        ]
    if egger:
        parts["egger"] = asymmetry(yi[good], vi[good])
    if fill:
        parts["trim_and_fill"] = trim_and_fill(yi[good], vi[good], method)
    return Analysis(found, parts)


def effects_of(table: Table, measure: str, drop_double_zero: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Effects and variances of a table's rows, shape (rows,); given ones win where the measure's parts are absent."""
    if measure not in MEASURES:
        raise DataError(f"there is no measure '{measure}'", rule=f"Known: {', '.join(MEASURES)}.")
    needs: tuple[str, ...] = MEASURES[measure]
    if needs is COUNTS and not table.has(*COUNTS):
        needs = ("ai", "n1i", "ci", "n2i")
    if table.has(*needs):
        return effects(measure, {name: table.numbers(name) for name in needs}, drop_double_zero)
    if table.has("yi") and (table.has("vi") or table.has("sei")):
        vi = table.numbers("vi") if table.has("vi") else table.numbers("sei") ** 2
        return effects("GEN", {"yi": table.numbers("yi"), "vi": vi})
    missing = [name for name in needs if not table.has(name)]
    raise DataError(
        f"for {measure} there is no column {', '.join(missing)}",
        place=Place(table.file, 1),
        rule=f"OR, RR, RD, PETO: ai bi ci di or ai n1i ci n2i. MD, SMD, ROM: {' '.join(MEANS)}. GEN: yi vi or yi sei.",
        fix=f"Say which columns they are: --columns {missing[0]}=NAME",
    )


def _row(name: str, one: Pooled) -> dict[str, Any]:
    names = ("k", "estimate", "se", "ci_low", "ci_high", "p", "tau2", "i2", "q")
    return {"name": name} | {field: getattr(one, field) for field in names}


def _subgroups(yi, vi, groups, labels, good, say) -> dict[str, Any]:
    """Each group pooled alone, and Q between them."""
    from scipy.stats import chi2

    rows = []
    for group in dict.fromkeys(groups[good]):
        inside = good & (groups == group)
        rows.append(_row(str(group) or "(none)", pool(yi[inside], vi[inside], studies=list(labels[inside]), **say)))
    estimates = np.array([row["estimate"] for row in rows])
    weights = 1 / np.array([row["se"] for row in rows]) ** 2
    centre = np.sum(weights * estimates) / np.sum(weights)
    q, df = float(np.sum(weights * (estimates - centre) ** 2)), len(rows) - 1
    return {"subgroups": rows, "subgroup_test": {"q": q, "df": df, "p": float(chi2.sf(q, df)) if df else 1.0}}
