"""Endpoints from ratings: change, response, remission and effect size, with intervals.

Kept apart from the simulation, so that changing an endpoint simulates nothing again. `everyone` is the value every
enrolled person would have had; `observed` keeps only those who came; `locf` carries the last rating forward. The
assumption that matters: intervals are those of the virtual sample (t for means, Wilson for shares). Left out: MMRM.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from euthymia.errors import TrialError
from euthymia.trial.run import ArmRun, Run
from euthymia.trial.scale import scale

Estimand = Literal["everyone", "observed", "locf"]


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval, and how many people it rests on."""

    arm: str
    endpoint: str
    scale: str
    day: float
    value: float
    low: float
    high: float
    n: int
    reference: str | None = None


def scores(arm: ArmRun, scale_name: str, day: float, estimand: Estimand = "everyone") -> tuple[np.ndarray, np.ndarray]:
    """Baseline and endpoint ratings of one arm, people who count under `estimand`; raises `TrialError`."""
    hour = day * 24
    at = np.flatnonzero(np.isclose(arm.visits, hour, atol=1e-6))
    if not len(at):
        days = ", ".join(f"{visit / 24:g}" for visit in arm.visits)
        raise TrialError(f"there is no visit on day {day:g}", rule=f"Visits: days {days}.", fix="Ask for one of them.")
    rated, index = arm.rated[scale(scale_name).name], int(at[0])
    solved = np.array([status.ok for status in arm.status])
    if estimand == "locf":
        seen = np.where(arm.observed[:, : index + 1], np.arange(index + 1), 0).max(axis=1)
        end = rated[np.arange(len(rated)), seen]
        keep = solved
    else:
        end = rated[:, index]
        keep = solved & (arm.observed[:, index] if estimand == "observed" else True)
    return rated[keep, 0], end[keep]


def endpoint(
    run: Run, kind: str, scale_name: str = "MADRS", day: float | None = None, estimand: Estimand = "everyone"
) -> tuple[Estimate, ...]:
    """`change`, `score`, `response` or `remission` in every arm at a day (default: the last visit)."""
    day = run.trial.span if day is None else day
    rating = scale(scale_name)
    found = []
    for name, arm in run.arms.items():
        before, after = scores(arm, rating.name, day, estimand)
        match kind:
            case "change":
                value, low, high = _mean(after - before)
            case "score":
                value, low, high = _mean(after)
            case "response":
                value, low, high = _share(after <= (1 - rating.response) * before)
            case "remission":
                value, low, high = _share(after <= rating.remission)
            case _:
                raise TrialError(
                    f"there is no endpoint '{kind}'",
                    rule="Endpoints: change, score, response, remission.",
                    fix="Use effect() for differences between arms.",
                )
        found.append(Estimate(name, kind, rating.name, day, value, low, high, len(after)))
    return tuple(found)


def effect(
    run: Run, arm: str, reference: str, scale_name: str = "MADRS", day: float | None = None, standardised: bool = False
) -> Estimate:
    """Difference in change, `arm` minus `reference` (negative favours the arm), or Hedges' g when standardised."""
    from scipy.stats import t

    day = run.trial.span if day is None else day
    name = scale(scale_name).name
    a = np.subtract(*scores(run.arm(arm), name, day)[::-1])
    b = np.subtract(*scores(run.arm(reference), name, day)[::-1])
    n, m = len(a), len(b)
    difference = float(a.mean() - b.mean())
    if standardised:
        pooled = np.sqrt(((n - 1) * a.var(ddof=1) + (m - 1) * b.var(ddof=1)) / (n + m - 2))
        g = difference / pooled * (1 - 3 / (4 * (n + m) - 9))
        width = 1.96 * np.sqrt((n + m) / (n * m) + g**2 / (2 * (n + m)))
        return Estimate(arm, "hedges_g", name, day, g, g - width, g + width, n + m, reference)
    if run.trial.allocation == "twins" and n == m:
        low, high = _mean(a - b)[1:]
    else:
        va, vb = a.var(ddof=1) / n, b.var(ddof=1) / m
        freedom = (va + vb) ** 2 / (va**2 / (n - 1) + vb**2 / (m - 1))
        width = t.ppf(0.975, freedom) * np.sqrt(va + vb)
        low, high = difference - width, difference + width
    return Estimate(arm, "difference", name, day, difference, float(low), float(high), n + m, reference)


def _mean(sample: np.ndarray) -> tuple[float, float, float]:
    from scipy.stats import t

    mean = float(sample.mean())
    if len(sample) < 2:
        return mean, float("nan"), float("nan")
    width = float(t.ppf(0.975, len(sample) - 1) * sample.std(ddof=1) / np.sqrt(len(sample)))
    return mean, mean - width, mean + width


def _share(hits: np.ndarray) -> tuple[float, float, float]:
    """Share with Wilson's interval."""
    n, p, z = len(hits), float(hits.mean()), 1.959964
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return p, max(0.0, float(centre - half)), min(1.0, float(centre + half))
