"""Effect sizes of two groups and their sampling variances, as rows of arrays.

Definitions as in metafor's `escalc` (Viechtbauer 2010, J Stat Softw 36(3)): log ratios, the exact small-sample
correction for the standardised mean difference (Hedges 1981), a half added to every cell where one is zero. The
assumption that matters: the two groups are independent. Left out: crossover and cluster designs, single groups.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from euthymia.errors import DataError

#: measure → what its rows need; counts may give totals instead of non-events
COUNTS, MEANS = ("ai", "bi", "ci", "di"), ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")
MEASURES = {
    "OR": COUNTS, "RR": COUNTS, "RD": COUNTS, "PETO": COUNTS, "MD": MEANS, "SMD": MEANS, "ROM": MEANS,
    "GEN": ("yi", "vi"),
}  # fmt: skip
#: measures on a log scale
LOGS = ("OR", "RR", "PETO", "ROM")


def effects(measure: str, given: Mapping[str, Any], drop_double_zero: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Effects `yi` and variances `vi`, shape (rows,); a row that cannot be computed is nan in both.

    `given`: for OR, RR, RD and PETO events and non-events `ai bi ci di` (or `ai n1i ci n2i`); for MD, SMD and ROM
    `m1i sd1i n1i m2i sd2i n2i`; for GEN `yi vi`. Rows with no event in either group (or no non-event) say nothing of
    OR and RR; `drop_double_zero` makes them nan. Raises `DataError` for an unknown measure.

    >>> y, v = effects("OR", {"ai": [4], "bi": [119], "ci": [11], "di": [128]})
    >>> f"{y[0]:.6f} {v[0]:.6f}"
    '-0.938694 0.357125'
    """
    measure = measure.upper()
    if measure not in MEASURES:
        raise DataError(f"there is no measure '{measure}'", rule=f"Known: {', '.join(MEASURES)}.")
    columns = {name: np.asarray(values, float) for name, values in given.items()}
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "GEN":
            yi, vi = columns["yi"].copy(), columns["vi"].copy()
        elif MEASURES[measure] is COUNTS:
            yi, vi = _from_counts(measure, four_cells(columns), drop_double_zero)
        else:
            yi, vi = _from_means(measure, *(columns[name] for name in MEANS))
    bad = ~(np.isfinite(yi) & np.isfinite(vi)) | (vi < 0)
    yi[bad] = vi[bad] = np.nan
    return yi, vi


def four_cells(columns: Mapping[str, np.ndarray]) -> tuple[np.ndarray, ...]:
    """Events and non-events of both groups; totals are turned into non-events."""
    a, c = columns["ai"], columns["ci"]
    b = columns["bi"] if "bi" in columns else columns["n1i"] - a
    d = columns["di"] if "di" in columns else columns["n2i"] - c
    wrong = (a < 0) | (b < 0) | (c < 0) | (d < 0)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0]) + 1
        raise DataError(
            f"row {row} has more events than people, or a negative count", fix="Check the columns of counts and totals."
        )
    return a, b, c, d


def _from_counts(measure: str, cells: tuple[np.ndarray, ...], drop: bool) -> tuple[np.ndarray, np.ndarray]:
    a, b, c, d = cells
    n1, n2 = a + b, c + d
    if measure == "PETO":
        events, rest, total = a + c, b + d, n1 + n2
        expected = events * n1 / total
        variance = events * rest * (n1 / total) * (n2 / total) / (total - 1)
        return (a - expected) / variance, 1 / variance
    none = ((a == 0) & (c == 0)) | ((b == 0) & (d == 0))
    half = np.where((a == 0) | (b == 0) | (c == 0) | (d == 0), 0.5, 0.0)
    a, b, c, d = a + half, b + half, c + half, d + half
    n1, n2 = a + b, c + d
    if measure == "OR":
        yi, vi = np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d
    elif measure == "RR":
        yi, vi = np.log((a / n1) / (c / n2)), 1 / a - 1 / n1 + 1 / c - 1 / n2
    else:
        yi, vi = a / n1 - c / n2, a * b / n1**3 + c * d / n2**3
    if drop and measure in ("OR", "RR"):
        yi, vi = np.where(none, np.nan, yi), np.where(none, np.nan, vi)
    return yi, vi


def _from_means(measure: str, m1, sd1, n1, m2, sd2, n2) -> tuple[np.ndarray, np.ndarray]:
    if measure == "MD":
        return m1 - m2, sd1**2 / n1 + sd2**2 / n2
    if measure == "ROM":
        return np.log(m1 / m2), sd1**2 / (n1 * m1**2) + sd2**2 / (n2 * m2**2)
    freedom = n1 + n2 - 2
    pooled = np.sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / freedom)
    yi = small_sample(freedom) * (m1 - m2) / pooled
    return yi, 1 / n1 + 1 / n2 + yi**2 / (2 * (n1 + n2))


def small_sample(freedom: np.ndarray) -> np.ndarray:
    """Hedges' exact correction for `freedom` degrees of freedom (nan below 2).

    >>> float(small_sample(np.array([10.0]))[0].round(6))
    0.922746
    """
    from scipy.special import gammaln

    freedom = np.asarray(freedom, float)
    safe = np.where(freedom > 1, freedom, np.nan)
    return np.exp(gammaln(safe / 2) - 0.5 * np.log(safe / 2) - gammaln((safe - 1) / 2))
