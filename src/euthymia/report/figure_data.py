"""The numbers behind each figure as one tidy table: what is drawn is what is downloaded.

The assumption that matters: curves are expected scale totals, without rater error, so their bands hold people and not
the uncertainty of a mean. Left out: how anything looks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from euthymia.report.report_data import Strategy, Typical
from euthymia.report.verdict import NOT_COMPARED, compared, days, mark, verdict
from euthymia.report.wording import TARGET_EFFECTS, arm_name, label, when

if TYPE_CHECKING:
    import polars

    from euthymia.trial.run import ArmRun
    from euthymia.trial.score import Row

Z_95, Z_90 = 1.959964, 1.644854
DIFFERENCE = "Difference"


def curve_table(strategy: Strategy, rows: Iterable[Row] = ()) -> polars.DataFrame:
    """Change from baseline over time, per arm and as a difference, with published means; `kind` says which."""
    import polars

    rows = tuple(rows)
    records: list[dict[str, Any]] = []
    changes = []
    for arm in strategy.arms:
        change = _change(arm, strategy.scale)
        changes.append(change)
        levels = np.nanquantile(change, (0.05, 0.25, 0.75, 0.95), axis=0)
        for at, time in enumerate(arm.times):
            low90, low50, high50, high90 = levels[:, at]
            records.append(
                _record("model", arm.name, time / 24, float(np.nanmean(change[:, at])))
                | {"low90": low90, "low50": low50, "high50": high50, "high90": high90}
            )
    records += _difference(strategy, *changes)
    records += _published(strategy, rows)
    return polars.DataFrame(records, infer_schema_length=None)


def _change(arm: ArmRun, scale: str) -> np.ndarray:
    total = arm.total(scale)
    return total - total[:, :1]


def _record(kind: str, panel: str, day: float, mean: float) -> dict[str, Any]:
    empty = dict.fromkeys(("low50", "high50", "low90", "high90", "low95", "high95"))
    return {"kind": kind, "panel": panel, "day": float(day), "mean": float(mean), **empty} | dict.fromkeys(
        ("trial", "arm", "verdict", "mark"), ""
    )


def _difference(strategy: Strategy, active: np.ndarray, control: np.ndarray) -> list[dict[str, Any]]:
    """Mean difference of the arms with the 90 % interval of that mean; twins are compared pair by pair."""
    times = strategy.arms[0].times
    mean = np.nanmean(active, axis=0) - np.nanmean(control, axis=0)
    if strategy.run.trial.allocation == "twins" and active.shape == control.shape:
        both = active - control
        error = np.nanstd(both, axis=0, ddof=1) / np.sqrt(np.isfinite(both).sum(axis=0))
    else:
        parts = [np.nanvar(one, axis=0, ddof=1) / np.isfinite(one).sum(axis=0) for one in (active, control)]
        error = np.sqrt(sum(parts))
    return [
        _record("model", DIFFERENCE, time / 24, m) | {"low90": m - Z_90 * e, "high90": m + Z_90 * e}
        for time, m, e in zip(times, mean, error, strict=True)
    ]


def _published(strategy: Strategy, rows: Sequence[Row]) -> list[dict[str, Any]]:
    from euthymia.evidence.library import library

    trials = {trial.id: trial for trial in library().trials}
    found = []
    for one in strategy.comparisons:
        trial = trials[one.trial]
        for arm, outcome in trial.outcomes:
            change = _published_change(arm, outcome)
            if arm.arm not in one.arms or outcome.scale != strategy.scale or not outcome.time_d:
                continue
            if change is None or outcome.mean is None:
                continue
            said = _verdict(rows, trial.id, arm.arm, outcome.scale, outcome.time_d, outcome.mean)
            record = _record("published", one.arms[arm.arm], outcome.time_d, change)
            found.append(record | _interval(change, outcome) | {"trial": trial.id, "arm": arm.arm, **said})
        for contrast in trial.contrasts:
            if contrast.scale != strategy.scale or contrast.difference is None or not contrast.time_d:
                continue
            names = [trial.arm(name) for name in (contrast.arm, contrast.reference)]
            sides = [one.arms.get(name.arm) if name else None for name in names]
            if sides != [strategy.active, strategy.control]:
                continue
            said = _verdict(rows, trial.id, contrast.arm, strategy.scale, contrast.time_d, contrast.difference)
            record = _record("published", DIFFERENCE, contrast.time_d, contrast.difference)
            told = {"trial": trial.id, "arm": f"{contrast.arm} minus {contrast.reference}", **said}
            found.append(record | _interval(contrast.difference, contrast) | told)
    return found


def _published_change(arm: Any, outcome: Any) -> float | None:
    """A published mean as a change from baseline, or None when it cannot be one."""
    if outcome.mean is None:
        return None
    if outcome.kind in ("change", "change_LS"):
        return outcome.mean
    if outcome.kind == "score" and arm.baseline is not None and arm.baseline.mean is not None:
        return outcome.mean - arm.baseline.mean
    return None


def _interval(mean: float, datum: Any) -> dict[str, Any]:
    error = datum.standard_error
    return {} if error is None else {"low95": mean - Z_95 * error, "high95": mean + Z_95 * error}


def _verdict(rows: Sequence[Row], trial: str, arm: str, scale: str, day: float, published: float) -> dict[str, str]:
    for row in rows:
        same = (row.trial, row.arm, row.scale, row.published) == (trial, arm, scale, published)
        if same and row.time_h is not None and abs(row.time_h - day * 24) < 1e-6:
            return {"verdict": verdict(row), "mark": mark(row)}
    return {"verdict": NOT_COMPARED, "mark": ""}


def exposure_table(typical: Typical) -> polars.DataFrame:
    """Plasma concentrations (ng/mL) and target effects of the typical patient: a row a time, a column a curve."""
    import polars

    columns = {"day": _rounded(typical.times / 24)} | {
        short_label(name): _rounded(typical.output(name))
        for name in (*plasma_of(typical), *targets_of(typical))
    }  # fmt: skip
    return polars.DataFrame(columns)


def plasma_of(typical: Typical) -> tuple[str, ...]:
    """Outputs that are plasma concentrations."""
    return tuple(name for name in typical.outputs if name.endswith("_plasma"))


def targets_of(typical: Typical) -> tuple[str, ...]:
    """Outputs that a drug or device sets directly and that move."""
    return tuple(name for name in TARGET_EFFECTS if name in typical.outputs and np.ptp(typical.output(name)) > 0)


def short_label(name: str) -> str:
    """A curve's name in a legend."""
    return label(name).removesuffix(" in plasma")


def pathway_table(active: Typical, control: Typical | None, names: tuple[str, str]) -> polars.DataFrame:
    """Pathway states of the typical patient under both arms: a row a time and arm, a column a state that moves."""
    import polars

    from euthymia.trial.conduct import PATHWAYS

    both = [(names[0], active)] + ([(names[1], control)] if control is not None else [])
    shown = [
        name
        for name in PATHWAYS
        if name not in TARGET_EFFECTS
        and any(name in one.outputs and np.ptp(one.output(name)) > 1e-3 for _, one in both)
    ]
    parts = []
    for arm, one in both:
        keep = _thinned(one.times)
        columns = {"arm": [arm] * len(keep), "day": _rounded(one.times[keep] / 24)}
        columns |= {label(name): _rounded(one.output(name)[keep]) for name in shown if name in one.outputs}
        parts.append(polars.DataFrame(columns))
    return polars.concat(parts, how="diagonal") if shown else polars.DataFrame()


def _thinned(times: np.ndarray, points: int = 240) -> np.ndarray:
    """Indices of times at least a step apart, the last included."""
    step, kept, last = max(times[-1] / points, 0.25), [], -np.inf
    for index, time in enumerate(times):
        if time - last >= step or index == len(times) - 1:
            kept.append(index)
            last = time
    return np.array(kept)


def _rounded(numbers: np.ndarray) -> list[float]:
    """Five significant digits, which is more than any figure shows."""
    return [float(f"{number:.5g}") for number in numbers]


def forest_table(rows: Iterable[Row], kind: str = "contrast") -> polars.DataFrame:
    """Predicted and published side by side, a row each, misses first."""
    import polars

    records, seen = [], Counter()
    for order, row in enumerate(one for one in compared(rows) if one.kind == kind):
        title = row_title(row)
        seen[title] += 1
        title += f" ({seen[title]})" if seen[title] > 1 else ""
        same = {"order": order, "comparison": title, "trial": row.trial, "split": row.split, "scale": row.scale}
        same |= {"verdict": verdict(row), "mark": mark(row), "kind": row.kind}
        records.append(same | {"who": "predicted", "mean": row.predicted, "low": row.low, "high": row.high})
        error = row.published_se
        low = high = None
        if error is not None and row.published is not None:
            low, high = row.published - Z_95 * error, row.published + Z_95 * error
        records.append(same | {"who": "published", "mean": row.published, "low": low, "high": high})
    return polars.DataFrame(records, infer_schema_length=None)


def scatter_table(rows: Iterable[Row]) -> polars.DataFrame:
    """Predicted against published, one row a comparison in points of a scale."""
    import polars

    records = [
        {
            "comparison": row_title(row), "kind": row.kind, "measure": row.measure, "split": row.split,
            "published": row.published, "predicted": row.predicted, "low": row.low, "high": row.high,
            "verdict": verdict(row), "mark": mark(row),
        }
        for row in compared(rows)
        if row.measure in ("change", "difference")
    ]  # fmt: skip
    return polars.DataFrame(records, infer_schema_length=None)


def row_title(row: Row) -> str:
    """A comparison in words: trial, arms, what a rate is of, scale, time."""
    arms = arm_name(row.arm) + (f" vs {arm_name(row.reference)}" if row.reference else "")
    what = f"{row.measure}, " if row.kind in ("rate", "odds_ratio") else ""
    return f"{row.trial}: {arms}, {what}{row.scale}, {when(days(row))}"
