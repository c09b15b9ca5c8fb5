"""Frequentist network meta-analysis: all treatments at once, arms of one trial kept together.

The contrast-based model of Rücker 2012 and Salanti 2008: each trial gives its arms' contrasts against its first arm
with their full covariance; heterogeneity is one tau2, half of it shared by contrasts of one trial. tau2 by generalised
DerSimonian and Laird (Jackson 2012), REML or ML. The assumption that matters: consistency, which `inconsistency` tests.
Left out: meta-regression in networks, components of combined treatments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from euthymia.errors import DataError
from euthymia.evidence.synthesis.trial_arms import Contrasts, components

METHODS = ("EE", "DL", "REML", "ML")


@dataclass(frozen=True)
class Network:
    """The fitted network. `effects` (T, T) is row against column on the measure's scale (log for ratios), `errors`
    its standard errors; treatments are in the order of `treatments`."""

    measure: str
    method: str
    treatments: tuple[str, ...]
    reference: str
    effects: np.ndarray
    errors: np.ndarray
    tau2: float
    q: float
    q_df: int
    i2: float
    studies: int
    people: float
    p_scores: Mapping[str, float]
    contrasts: Contrasts
    dropped: tuple[str, ...] = ()
    small_is_good: bool = False

    def against(self, treatment: str, other: str) -> tuple[float, float]:
        """Effect and standard error of one treatment against another."""
        row, column = self.treatments.index(treatment), self.treatments.index(other)
        return float(self.effects[row, column]), float(self.errors[row, column])


def network(
    contrasts: Contrasts,
    *,
    measure: str,
    method: str = "DL",
    reference: str | None = None,
    small_is_good: bool = False,
    dropped: Sequence[str] = (),
) -> Network:
    """Fit a network to contrasts; raises `DataError` where it falls into parts that nothing joins."""
    method = {"FE": "EE", "CE": "EE"}.get(method.upper(), method.upper())
    if method not in METHODS:
        raise DataError(f"there is no method '{method}' for networks", rule=f"Known: {', '.join(METHODS)}.")
    names = contrasts.treatments
    parts = components(contrasts)
    if len(parts) > 1:
        told = "; ".join(", ".join(sorted(part)[:6]) + (" …" if len(part) > 6 else "") for part in parts)
        raise DataError(
            f"the network falls into {len(parts)} parts that no trial joins",
            rule=f"The parts: {told}.",
            fix="Pool each part alone, or check the names of treatments for spellings.",
        )
    if reference is not None and reference not in names:
        raise DataError(f"no trial has the treatment '{reference}'", rule=f"Known: {', '.join(names)}.")
    reference = reference or next((name for name in names if name.lower() in ("placebo", "pla")), names[0])
    x = contrasts.design
    tau2, q, df = between(contrasts, x, method)
    weights = contrasts.weights(tau2)
    covariance = np.linalg.inv(x.T @ weights @ x)
    d = covariance @ x.T @ weights @ contrasts.y
    full = np.zeros((len(names), len(names)))
    full[1:, 1:] = covariance
    mean = np.concatenate([[0.0], d])
    effects = mean[:, None] - mean[None, :]
    variances = np.diag(full)[:, None] + np.diag(full)[None, :] - 2 * full
    errors = np.sqrt(np.maximum(variances, 0))
    return Network(
        measure=measure,
        method=method,
        treatments=names,
        reference=reference,
        effects=effects,
        errors=errors,
        tau2=tau2,
        q=q,
        q_df=df,
        i2=max(0.0, 100 * (q - df) / q) if q > 0 else 0.0,
        studies=len(contrasts.studies),
        people=contrasts.people,
        p_scores=_p_scores(names, effects, errors, small_is_good),
        contrasts=contrasts,
        dropped=tuple(dropped),
        small_is_good=small_is_good,
    )


def between(contrasts: Contrasts, x: np.ndarray, method: str) -> tuple[float, float, int]:
    """tau2, generalised Q and its degrees of freedom for a design matrix `x` (rows, p)."""
    from scipy.optimize import minimize_scalar

    weights = contrasts.weights(0.0)
    inner = weights @ x
    projection = weights - inner @ np.linalg.pinv(x.T @ inner) @ inner.T
    q = float(contrasts.y @ projection @ contrasts.y)
    df = len(contrasts.y) - int(np.linalg.matrix_rank(x))
    if method == "EE" or df <= 0:
        return 0.0, q, df
    moment = max(0.0, (q - df) / float(np.sum(projection * contrasts.shared)))
    if method == "DL":
        return moment, q, df
    restricted = method == "REML"

    def loss(tau2: float) -> float:
        w = contrasts.weights(tau2)
        xtwx = x.T @ w @ x
        rest = contrasts.y - x @ np.linalg.solve(xtwx, x.T @ (w @ contrasts.y))
        found = rest @ w @ rest - contrasts.log_determinant(tau2)
        return float(found + (np.linalg.slogdet(xtwx)[1] if restricted else 0.0))

    top = 10 * max(moment, float(np.var(contrasts.y)), 1e-6)
    best = minimize_scalar(loss, bounds=(0.0, top), method="bounded", options={"xatol": 1e-10 * top})
    return (float(best.x) if best.fun < loss(0.0) else 0.0), q, df


def _p_scores(names, effects, errors, small_is_good: bool) -> dict[str, float]:
    """P-scores (Rücker and Schwarzer 2015): how certainly a treatment is better than another, on average."""
    from scipy.stats import norm

    with np.errstate(divide="ignore", invalid="ignore"):
        better = norm.cdf((-effects if small_is_good else effects) / errors)
    np.fill_diagonal(better, 0.0)
    scores = better.sum(axis=1) / (len(names) - 1)
    return {name: float(score) for name, score in zip(names, scores, strict=True)}


def told(found: Network, level: float = 0.95) -> dict[str, Any]:
    """A network as plain data: effects against the reference, league table, P-scores, heterogeneity."""
    from scipy.stats import norm

    critical = float(norm.ppf((1 + level) / 2))
    ratio = found.measure in ("OR", "RR", "PETO", "ROM")

    def row(treatment: str, other: str) -> dict[str, Any]:
        estimate, se = found.against(treatment, other)
        low, high = estimate - critical * se, estimate + critical * se
        said: dict[str, Any] = {"estimate": estimate, "se": se, "ci_low": low, "ci_high": high}
        if ratio:
            said["exp"] = {name: float(np.exp(said[name])) for name in ("estimate", "ci_low", "ci_high")}
        return {"treatment": treatment, "comparator": other} | said

    others = [name for name in found.treatments if name != found.reference]
    return {
        "measure": found.measure,
        "method": found.method,
        "reference": found.reference,
        "treatments": list(found.treatments),
        "studies": found.studies,
        "k": found.studies,
        "people": found.people,
        "tau2": found.tau2,
        "q": found.q,
        "q_df": found.q_df,
        "i2": found.i2,
        "effects": [row(name, found.reference) for name in others],
        "league": [row(one, other) for one in found.treatments for other in found.treatments if one != other],
        "p_scores": dict(sorted(found.p_scores.items(), key=lambda pair: -pair[1])),
        "small_is_good": found.small_is_good,
        "dropped": list(found.dropped),
    }
