"""Whether direct and indirect evidence agree: the design-by-treatment test and node-splitting.

Q splits into what trials of one design disagree about and what designs disagree about (Higgins 2012; Krahn 2013).
Node-splitting by back-calculation (König 2013): what the network says beyond the direct trials is the indirect
estimate. The assumption that matters: one tau2 for the whole network. Left out: which loop is to blame.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from euthymia.evidence.synthesis.network import Network
from euthymia.evidence.synthesis.trial_arms import Contrasts


def decomposition(found: Network) -> dict[str, Any]:
    """Q in total, within designs and between designs, each with degrees of freedom and p."""
    from scipy.stats import chi2

    contrasts = found.contrasts
    designs: dict[frozenset[int], list[int]] = {}
    at = 0
    for trial, block in enumerate(contrasts.blocks):
        names = frozenset(index for pair in contrasts.pairs[at : at + len(block)] for index in pair)
        designs.setdefault(names, []).append(trial)
        at += len(block)
    within, df = 0.0, 0
    for trials in designs.values():
        one = contrasts.of(trials)
        weights, x = one.weights(0.0), one.design
        inner = weights @ x
        left = weights - inner @ np.linalg.pinv(x.T @ inner) @ inner.T
        within += float(one.y @ left @ one.y)
        df += len(one.y) - int(np.linalg.matrix_rank(x))
    between, gap = found.q - within, found.q_df - df

    def row(q: float, freedom: int) -> dict[str, Any]:
        return {"q": max(q, 0.0), "df": freedom, "p": float(chi2.sf(max(q, 0.0), freedom)) if freedom > 0 else 1.0}

    return {"total": row(found.q, found.q_df), "within": row(within, df), "between": row(between, gap)}


def node_split(found: Network) -> list[dict[str, Any]]:
    """Direct, indirect and network estimates of every pair that trials compare, with the test of their difference."""
    from scipy.stats import norm

    rows = []
    for (one, other), (direct, variance, trials) in _direct(found.contrasts, found.tau2).items():
        names = found.treatments[one], found.treatments[other]
        estimate, se = found.against(*names)
        rest = 1 / se**2 - 1 / variance
        row: dict[str, Any] = {
            "treatment": names[0],
            "comparator": names[1],
            "trials": trials,
            "direct": direct,
            "direct_se": float(np.sqrt(variance)),
            "network": estimate,
            "network_se": se,
            "share_direct": float(min(1.0, se**2 / variance)),
            "indirect": None,
            "indirect_se": None,
            "difference": None,
            "z": None,
            "p": None,
        }
        if rest > 1e-9 / variance:
            indirect, spread = (estimate / se**2 - direct / variance) / rest, 1 / rest
            z = float((direct - indirect) / np.sqrt(variance + spread))
            row |= {"indirect": float(indirect), "indirect_se": float(np.sqrt(spread))}
            row |= {"difference": float(direct - indirect), "z": z, "p": float(2 * norm.sf(abs(z)))}
        rows.append(row)
    return rows


def _direct(contrasts: Contrasts, tau2: float) -> dict[tuple[int, int], tuple[float, float, int]]:
    """Pair of treatments → pooled direct estimate, its variance and the number of trials."""
    sums: dict[tuple[int, int], list[float]] = {}
    at = 0
    for block in contrasts.blocks:
        pairs = contrasts.pairs[at : at + len(block)]
        values = contrasts.y[at : at + len(block)]
        full = block + tau2 * (np.eye(len(block)) + 1) / 2
        root = pairs[0][1]
        arms = [root, *(pair[0] for pair in pairs)]
        mean = np.concatenate([[0.0], values])
        covariance = np.zeros((len(arms), len(arms)))
        covariance[1:, 1:] = full
        for i in range(len(arms)):
            for j in range(i):
                y, v = mean[i] - mean[j], covariance[i, i] + covariance[j, j] - 2 * covariance[i, j]
                key, sign = ((arms[i], arms[j]), 1.0) if arms[i] < arms[j] else ((arms[j], arms[i]), -1.0)
                total = sums.setdefault(key, [0.0, 0.0, 0])
                total[0] += sign * y / v
                total[1] += 1 / v
                total[2] += 1
        at += len(block)
    return {key: (top / weight, 1 / weight, int(count)) for key, (top, weight, count) in sorted(sums.items())}
