"""Meta-analysis of one effect a study: equal effects or random effects, with or without moderators.

After the general linear model of Viechtbauer 2005 and 2010 (metafor's `rma`): weights 1/(vi + tau2), tau2 by the named
estimator, tests by z or by Knapp and Hartung 2003. The assumption that matters: sampling variances are known. Left out:
dependent effects (one study, several rows), which the network takes care of for arms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from euthymia.errors import DataError
from euthymia.evidence.synthesis.effect_size import LOGS
from euthymia.evidence.synthesis.heterogeneity import METHODS, Fit, fit, profile

Z95 = 1.959963984540054


@dataclass(frozen=True)
class Pooled:
    """The result. Ratios are on the log scale; `i2` is in per cent; what does not exist is nan."""

    measure: str
    method: str
    test: str
    k: int
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    pi_low: float
    pi_high: float
    statistic: float
    p: float
    tau2: float
    se_tau2: float
    tau2_low: float
    tau2_high: float
    i2: float
    h2: float
    q: float
    q_df: int
    q_p: float
    level: float = 0.95
    studies: tuple[str, ...] = ()
    yi: tuple[float, ...] = ()
    vi: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()
    dropped: tuple[str, ...] = ()
    coefficients: tuple[dict[str, Any], ...] = field(default=())

    def told(self) -> dict[str, Any]:
        """As plain data, with `exp` for ratios and one row a study."""
        names = [name for name in self.__dataclass_fields__ if name not in ("studies", "yi", "vi", "weights")]
        found: dict[str, Any] = {name: getattr(self, name) for name in names}
        if self.measure in LOGS:
            ends = ("estimate", "ci_low", "ci_high", "pi_low", "pi_high")
            found["exp"] = {name: float(np.exp(getattr(self, name))) for name in ends}
        found["studies"] = [
            {"study": study, "yi": y, "vi": v, "weight": w}
            for study, y, v, w in zip(self.studies, self.yi, self.vi, self.weights, strict=True)
        ]
        return found

    def __str__(self) -> str:
        shown = np.exp if self.measure in LOGS else float
        low, high = shown(self.ci_low), shown(self.ci_high)
        lines = [
            f"{self.measure} {shown(self.estimate):.3f} ({100 * self.level:.0f} % CI {low:.3f} to {high:.3f}), "
            f"k = {self.k}, {self.method}, {'Knapp-Hartung' if self.test == 'knha' else 'z'}, p = {self.p:.3g}",
            f"tau2 {self.tau2:.4f} · I2 {self.i2:.1f} % · Q {self.q:.2f} on {self.q_df} df (p = {self.q_p:.3g})",
        ]
        if np.isfinite(self.pi_low):
            lines.append(f"a new study: {shown(self.pi_low):.3f} to {shown(self.pi_high):.3f}")
        lines += [f"left out: {name}" for name in self.dropped]
        return "\n".join(lines)


def pool(
    yi: Sequence[float] | np.ndarray,
    vi: Sequence[float] | np.ndarray,
    *,
    method: str = "REML",
    knha: bool = False,
    measure: str = "GEN",
    studies: Sequence[str] = (),
    moderators: Mapping[str, Sequence[float] | np.ndarray] | None = None,
    level: float = 0.95,
) -> Pooled:
    """Pool effects `yi` with variances `vi`, shape (k,); rows that are nan are left out and named.

    `method`: EE (also CE, FE), DL, HE, HS, SJ, ML, REML, EB or PM. With `moderators` (name → k numbers) `estimate` is
    the intercept and `coefficients` has them all. Raises `DataError` where nothing can be pooled.

    >>> print(pool([-0.9, -1.6, -0.5], [0.33, 0.19, 0.05], method="DL").estimate.__round__(4))
    -0.9336
    """
    method = {"FE": "EE", "CE": "EE"}.get(method.upper(), method.upper())
    if method not in METHODS:
        raise DataError(f"there is no method '{method}'", rule=f"Known: {', '.join(METHODS)}.")
    y, v = np.asarray(yi, float), np.asarray(vi, float)
    names = [str(name) for name in studies] or [f"row {row}" for row in range(1, len(y) + 1)]
    columns = {name: np.asarray(values, float) for name, values in (moderators or {}).items()}
    good = np.isfinite(y) & np.isfinite(v) & np.all([np.isfinite(one) for one in columns.values()] or [True], axis=0)
    if (v[good] < 0).any() or not good.any():
        raise DataError("no row can be pooled", rule="Each row needs an effect and a variance of zero or more.")
    if (v[good] == 0).any():
        raise DataError("a sampling variance is zero", fix="Leave the row out, or give its standard error.")
    x = np.column_stack([np.ones(good.sum()), *(one[good] for one in columns.values())])
    k, p = x.shape
    if k < p or np.linalg.matrix_rank(x) < p:
        raise DataError(
            f"{k} studies cannot carry {p} coefficients",
            fix="Take fewer moderators, or leave out one that is constant.",
        )
    found = fit(y[good], v[good], x, method)
    kept = tuple(name for name, ok in zip(names, good, strict=True) if ok)
    dropped = tuple(name for name, ok in zip(names, good, strict=True) if not ok)
    return _told(found, measure, method, knha, kept, dropped, tuple(columns), level)


def _told(
    found: Fit, measure: str, method: str, knha: bool, studies: tuple[str, ...], dropped: tuple[str, ...],
    names: tuple[str, ...], level: float,
) -> Pooled:  # fmt: skip
    from scipy import stats

    k, p = found.x.shape
    variance, tail = found.covariance, (1 + level) / 2
    if knha:
        scale = found.rss / (k - p) if k > p else np.nan
        variance = variance * scale
        critical = float(stats.t.ppf(tail, k - p)) if k > p else np.nan
    else:
        critical = float(stats.norm.ppf(tail))
    errors = np.sqrt(np.diag(variance))
    ratio = found.beta / errors
    chance = 2 * stats.t.sf(abs(ratio), k - p) if knha and k > p else 2 * stats.norm.sf(abs(ratio))
    estimate, se = float(found.beta[0]), float(errors[0])
    spread = critical * np.sqrt(se**2 + found.tau2) if method != "EE" and not names else np.nan
    df = k - p
    low, high = profile(found.y, found.v, found.x, level) if method != "EE" and df > 0 else (np.nan, np.nan)
    weights = 100 * found.weights / found.weights.sum()
    rows = tuple(
        {
            "name": name,
            "estimate": float(beta),
            "se": float(error),
            "ci_low": float(beta - critical * error),
            "ci_high": float(beta + critical * error),
            "p": float(value),
        }
        for name, beta, error, value in zip(("intercept", *names), found.beta, errors, chance, strict=True)
    )
    return Pooled(
        measure=measure.upper(),
        method=method,
        test="knha" if knha else "z",
        k=k,
        estimate=estimate,
        se=se,
        ci_low=estimate - critical * se,
        ci_high=estimate + critical * se,
        pi_low=float(estimate - spread),
        pi_high=float(estimate + spread),
        statistic=float(ratio[0]),
        p=float(chance[0]),
        tau2=found.tau2,
        se_tau2=found.se_tau2,
        tau2_low=low,
        tau2_high=high,
        i2=found.i2,
        h2=found.h2,
        q=found.q,
        q_df=df,
        q_p=float(stats.chi2.sf(found.q, df)) if df > 0 else 1.0,
        level=level,
        studies=studies,
        yi=tuple(found.y.tolist()),
        vi=tuple(found.v.tolist()),
        weights=tuple(weights.tolist()),
        dropped=dropped,
        coefficients=rows if names else (),
    )
