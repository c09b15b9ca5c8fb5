"""Variance between studies: nine estimators on one linear model, and its interval by the Q profile.

DerSimonian-Laird 1986, Hedges 1985 (HE), Hunter-Schmidt, Sidik-Jonkman 2005, maximum and restricted maximum likelihood,
empirical Bayes (Morris 1983), Paule-Mandel 1982; with moderators as in Viechtbauer 2005. Standard errors of tau2 are
the asymptotic ones. The assumption that matters: tau2 is one number, zero at least. Left out: robust variances.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

EPSILON = float(np.finfo(float).eps)
METHODS = ("EE", "DL", "HE", "HS", "SJ", "ML", "REML", "EB", "PM")


@dataclass(frozen=True)
class Fit:
    """A fitted model: data `y v x`, coefficients, their covariance, and what is left over."""

    y: np.ndarray
    v: np.ndarray
    x: np.ndarray
    tau2: float
    se_tau2: float
    beta: np.ndarray
    covariance: np.ndarray
    weights: np.ndarray
    rss: float
    q: float
    i2: float
    h2: float


def fit(y: np.ndarray, v: np.ndarray, x: np.ndarray, method: str) -> Fit:
    """Fit `y` (k,) with variances `v` (k,) on `x` (k, p) by a method of `METHODS`."""
    k, p = x.shape
    q = _rss(y, x, 1 / v)
    tau2, start = _TAU2[method](y, v, x) if k > p and method != "EE" else (0.0, 0.0)
    weights = 1 / (v + tau2)
    covariance = np.linalg.inv((x.T * weights) @ x)
    beta = covariance @ (x.T @ (weights * y))
    i2, h2 = _shares(q, tau2, v, x, method)
    error = _se_tau2(method, tau2, start, v, x) if k > p else np.nan
    return Fit(y, v, x, float(tau2), float(error), beta, covariance, weights, _rss(y, x, weights), float(q), i2, h2)


def _projection(x: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """W - W X (X'WX)^-1 X'W, shape (k, k)."""
    wx = x * weights[:, None]
    return np.diag(weights) - wx @ np.linalg.inv(x.T @ wx) @ wx.T


def _rss(y: np.ndarray, x: np.ndarray, weights: np.ndarray) -> float:
    wx = x * weights[:, None]
    beta = np.linalg.solve(x.T @ wx, wx.T @ y)
    return float(np.sum(weights * (y - x @ beta) ** 2))


def _moment(y, v, x) -> tuple[float, float]:
    k, p = x.shape
    return max(0.0, (_rss(y, x, 1 / v) - (k - p)) / np.trace(_projection(x, 1 / v))), 0.0


def _hedges(y, v, x) -> tuple[float, float]:
    k, p = x.shape
    plain = _projection(x, np.ones(k))
    return max(0.0, (y @ plain @ y - np.trace(plain * v)) / (k - p)), 0.0


def _hunter(y, v, x) -> tuple[float, float]:
    return max(0.0, (_rss(y, x, 1 / v) - len(y)) / np.sum(1 / v)), 0.0


def _sidik(y, v, x) -> tuple[float, float]:
    k, p = x.shape
    start = float(np.var(y))
    if start == 0:
        return 0.0, 0.0
    return start * _rss(y, x, 1 / (v + start)) / (k - p), start


def _paule(y, v, x) -> tuple[float, float]:
    """As metafor gives it: its search runs over 0 to 100 and stops at a step of 1.2e-4; EB solves the same exactly."""
    k, p = x.shape
    wanted = lambda tau2: _rss(y, x, 1 / (v + tau2)) - (k - p)  # noqa: E731
    if wanted(0.0) <= 0:
        return 0.0, 0.0
    return (brent(wanted, 0.0, 100.0, EPSILON**0.25) if wanted(100.0) < 0 else _root(wanted, y, v)), 0.0


def _bayes(y, v, x) -> tuple[float, float]:
    k, p = x.shape
    return _root(lambda tau2: _rss(y, x, 1 / (v + tau2)) - (k - p), y, v), 0.0


def brent(function: Callable[[float], float], low: float, high: float, tolerance: float) -> float:
    """A root between `low` and `high`, where the signs differ (Brent 1973, chapter 4), to a step of `tolerance`."""
    a, b = low, high
    fa, fb = function(a), function(b)
    c, fc = a, fa
    for _ in range(1000):
        before = b - a
        if abs(fc) < abs(fb):
            a, b, c = b, c, b
            fa, fb, fc = fb, fc, fb
        enough = 2 * EPSILON * abs(b) + tolerance / 2
        step = (c - b) / 2
        if abs(step) <= enough or fb == 0:
            break
        if abs(before) >= enough and abs(fa) > abs(fb):
            step = _interpolated(a, b, c, fa, fb, fc, before, enough, step)
        if abs(step) < enough:
            step = enough if step > 0 else -enough
        a, fa = b, fb
        b += step
        fb = function(b)
        if (fb > 0) == (fc > 0):
            c, fc = a, fa
    return b


def _interpolated(a, b, c, fa, fb, fc, before, enough, halving) -> float:
    """The step of inverse quadratic (or linear) interpolation where it is safe, else half the interval."""
    whole, t1 = c - b, fb / fa
    if a == c:
        p, q = whole * t1, 1 - t1
    else:
        q, t1, t2 = fa / fc, fb / fc, fb / fa
        p = t2 * (whole * q * (q - t1) - (b - a) * (t1 - 1))
        q = (q - 1) * (t1 - 1) * (t2 - 1)
    p, q = (p, -q) if p > 0 else (-p, q)
    safe = p < 0.75 * whole * q - abs(enough * q) / 2 and p < abs(before * q / 2)
    return p / q if safe else halving


def _likelihood(y, v, x, restricted: bool) -> tuple[float, float]:
    """Root of the score in tau2; where there is more than one, the one of highest likelihood."""

    def score(tau2: float) -> float:
        weights = 1 / (v + tau2)
        p = _projection(x, weights)
        py = p @ y
        return float(py @ py - (np.trace(p) if restricted else np.sum(weights)))

    top = _upper(y, v)
    grid = np.concatenate([[0.0], np.geomspace(top * 1e-8, top, 80)])
    values = [score(tau2) for tau2 in grid]
    roots = [0.0] + [
        _brentq(score, float(grid[at]), float(grid[at + 1]))
        for at in range(len(grid) - 1)
        if values[at] > 0 >= values[at + 1]
    ]
    return float(max(roots, key=lambda tau2: _log_likelihood(y, v, x, tau2, restricted))), 0.0


def _log_likelihood(y, v, x, tau2: float, restricted: bool) -> float:
    weights = 1 / (v + tau2)
    found = 0.5 * np.sum(np.log(weights)) - 0.5 * _rss(y, x, weights)
    return found - 0.5 * np.linalg.slogdet((x.T * weights) @ x)[1] if restricted else found


def _upper(y, v) -> float:
    return 10 * float(np.ptp(y) ** 2 + np.max(v)) + 1e-12


def _root(function: Callable[[float], float], y, v) -> float:
    """Where a falling function of tau2 crosses zero; zero if it starts below."""

    if function(0.0) <= 0:
        return 0.0
    top = _upper(y, v)
    while function(top) > 0:
        top *= 10
    return _brentq(function, 0.0, top)


def _brentq(function: Callable[[float], float], low: float, high: float) -> float:
    """A root to the last digits."""
    from scipy.optimize import brentq

    found: Any = brentq(function, low, high, xtol=1e-15, rtol=8.9e-16, maxiter=1000)  # pyright: ignore[reportArgumentType]
    return float(found)


_TAU2: dict[str, Callable[..., tuple[float, float]]] = {
    "DL": _moment,
    "HE": _hedges,
    "HS": _hunter,
    "SJ": _sidik,
    "ML": lambda y, v, x: _likelihood(y, v, x, restricted=False),
    "REML": lambda y, v, x: _likelihood(y, v, x, restricted=True),
    "EB": _bayes,
    "PM": _paule,
}


def _se_tau2(method: str, tau2: float, start: float, v: np.ndarray, x: np.ndarray) -> float:
    k, p = x.shape
    weights = 1 / (v + tau2)
    if method == "EE":
        return np.nan
    if method == "ML":
        return np.sqrt(2 / np.sum(weights**2))
    if method == "REML":
        return np.sqrt(2 / np.sum(_projection(x, weights) ** 2))
    if method in ("EB", "PM"):
        return np.sqrt(2 * k**2 / (k - p)) / np.sum(weights)
    if method == "HE":
        plain = _projection(x, np.ones(k)) * v
        return np.sqrt(2 * np.sum(plain * plain.T) + 4 * tau2 * np.trace(plain) + 2 * tau2**2 * (k - p)) / (k - p)
    if method == "SJ":
        if start == 0:
            return np.nan
        inner = _projection(x, 1 / (v + start))
        pv = inner * v
        spread = 2 * np.sum(pv * pv.T) + 4 * tau2 * np.sum(pv * inner) + 2 * tau2**2 * np.sum(inner**2)
        return start / (k - p) * np.sqrt(spread)
    inner = _projection(x, 1 / v)
    spread = 2 * (k - p) + 4 * tau2 * np.trace(inner) + 2 * tau2**2 * np.sum(inner**2)
    return np.sqrt(spread) / (np.trace(inner) if method == "DL" else np.sum(1 / v))


def _shares(q: float, tau2: float, v: np.ndarray, x: np.ndarray, method: str) -> tuple[float, float]:
    """I2 in per cent and H2 (Higgins and Thompson 2002), from the typical sampling variance."""
    k, p = x.shape
    if k <= p:
        return (np.nan, np.nan) if method == "EE" else (0.0, 1.0)
    if method == "EE":
        return float(max(0.0, 100 * (q - (k - p)) / q)) if q > 0 else 0.0, float(q / (k - p))
    typical = (k - p) / np.trace(_projection(x, 1 / v))
    return float(100 * tau2 / (tau2 + typical)), float(tau2 / typical + 1)


def profile(y: np.ndarray, v: np.ndarray, x: np.ndarray, level: float = 0.95) -> tuple[float, float]:
    """Interval of tau2 by the Q profile (Viechtbauer 2007)."""
    from scipy.stats import chi2

    k, p = x.shape
    ends = (float(chi2.ppf((1 + level) / 2, k - p)), float(chi2.ppf((1 - level) / 2, k - p)))
    low, high = (_root(lambda tau2, end=end: _rss(y, x, 1 / (v + tau2)) - end, y, v) for end in ends)
    return low, high
