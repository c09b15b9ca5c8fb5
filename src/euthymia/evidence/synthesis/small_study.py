"""Whether small studies tell another story than large ones: Egger's test, and trim and fill.

Egger 1997: the effect over its standard error on precision, an intercept away from zero is asymmetry. Duval and
Tweedie 2000: the studies that would make the funnel even (estimator L0). The assumption that matters: asymmetry has
many causes, and missing studies are only one. Left out: selection models.
"""

from __future__ import annotations

import numpy as np

from euthymia.errors import DataError


def asymmetry(yi: np.ndarray, vi: np.ndarray) -> dict[str, float]:
    """Egger's test on effects (k,) and variances (k,): intercept, its error, t, p; raises `DataError` below 3."""
    from scipy import stats

    k = len(yi)
    if k < 3:
        raise DataError(f"{k} studies are too few for Egger's test", rule="It needs three; ten to mean something.")
    se = np.sqrt(vi)
    x = np.column_stack([np.ones(k), 1 / se])
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ (yi / se)
    scale = np.sum((yi / se - x @ beta) ** 2) / (k - 2)
    error = float(np.sqrt(scale * inverse[0, 0]))
    t = float(beta[0] / error)
    return {
        "intercept": float(beta[0]),
        "se": error,
        "t": t,
        "df": k - 2,
        "p": float(2 * stats.t.sf(abs(t), k - 2)),
        "limit": float(beta[1]),
    }


def trim_and_fill(yi: np.ndarray, vi: np.ndarray, method: str = "REML") -> dict[str, float]:
    """Studies filled in by L0 and the estimate with them, for effects (k,) and variances (k,)."""
    from euthymia.evidence.synthesis.pooled import pool

    k = len(yi)
    right = asymmetry(yi, vi)["intercept"] < 0 if k > 2 else False  # the empty side of the funnel
    sign = -1.0 if right else 1.0
    order = np.argsort(sign * yi)
    y, v = sign * yi[order], vi[order]
    filled, before = 0, -1
    for _ in range(100):
        if filled == before or filled >= k - 2:
            break
        before = filled
        centre = pool(y[: k - filled], v[: k - filled], method=method).estimate
        away = y - centre
        ranks = np.sign(away) * (np.argsort(np.argsort(np.abs(away))) + 1)
        above = float(np.sum(ranks[ranks > 0]))
        filled = max(0, round((4 * above - k * (k + 1)) / (2 * k - 1)))
    centre = pool(y[: k - filled], v[: k - filled], method=method).estimate
    extra = 2 * centre - y[k - filled :]
    found = pool(np.concatenate([y, extra]), np.concatenate([v, v[k - filled :]]), method=method)
    ends = sorted((sign * found.ci_low, sign * found.ci_high))
    return {"filled": filled, "estimate": sign * found.estimate, "ci_low": ends[0], "ci_high": ends[1]}
