"""From simulated markers to the number a paper prints.

A standardised difference divides by the spread in both groups: what the model gives between people, and what the link
says of healthy people and of measurement. The assumption that matters: the latter two are one share of the healthy
mean. Left out: the correction of Hedges for small groups, which is below one per cent here.
"""

from __future__ import annotations

import numpy as np

from euthymia.trial.biomarkers.experiment import CannotExpress, Experiment


def from_people(
    experiment: Experiment, after: np.ndarray, weights: np.ndarray, before: np.ndarray, even: np.ndarray
) -> float:
    """One number from a marker in the treated or ill (people,) against before or the well (people,), each weighed."""
    m1, v1 = moments(after, weights)
    if experiment.statistic == "level":
        return m1
    m0, v0 = moments(before, even)
    match experiment.statistic:
        case "difference":
            return m1 - m0
        case "percent":
            return 100 * (m1 / m0 - 1) if m0 > 0 else np.nan
        case "smd":
            noise = (experiment.link.cv * float(experiment.link.read(np.array(1.0)))) ** 2
            return float((m1 - m0) / np.sqrt((v1 + v0) / 2 + noise))
    raise CannotExpress(f"'{experiment.statistic}' is not read from people")


def moments(values: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Weighted mean and variance of those who could be solved."""
    good = np.isfinite(values) & np.isfinite(weights) & (weights > 0)
    if not good.any():
        return np.nan, np.nan
    share = weights[good] / weights[good].sum()
    mean = float(share @ values[good])
    return mean, float(share @ (values[good] - mean) ** 2)


def from_course(experiment: Experiment, times: np.ndarray, course: np.ndarray) -> float:
    """The number a course (times,) gives: change in per cent, share of its greatest rise in %, or hours of its peak."""
    at, start = int(np.searchsorted(times, experiment.time_h)), course[0]
    if experiment.statistic == "percent":
        return float(100 * (course[at] / start - 1)) if start else np.nan
    seen = times <= (experiment.until_h or experiment.time_h)
    rise = course[seen] - start
    peak = int(np.argmax(rise))
    if not rise[peak] > 0:
        return np.nan
    if experiment.statistic == "time of peak":
        return _peak_time(times[seen], rise, peak)
    return float(100 * (course[at] - start) / rise[peak])


def _peak_time(times: np.ndarray, rise: np.ndarray, peak: int) -> float:
    """The top of the parabola through the highest point and its neighbours, so that the answer is smooth."""
    if not 0 < peak < len(times) - 1:
        return float(times[peak])
    coefficients = np.polyfit(times[peak - 1 : peak + 2] - times[peak], rise[peak - 1 : peak + 2], 2)
    shift = -coefficients[1] / (2 * coefficients[0]) if coefficients[0] < 0 else 0.0
    return float(np.clip(times[peak] + shift, times[peak - 1], times[peak + 1]))
