"""Non-compartmental analysis of a concentration curve: right, or no number at all.

Linear trapezoids up, logarithmic ones down; the terminal slope by best adjusted r² over the last three or more points
after the peak. The assumption that matters: a parameter that its rules cannot give is None, never a guess. Left out:
sparse sampling, partial areas between samples beyond interpolation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LEAST_POINTS = 3
LEAST_R2 = 0.8
MOST_EXTRAPOLATED = 0.2  # of the area to infinity
LEAST_SPAN = 1.0  # half-lives that the terminal points cover


@dataclass(frozen=True)
class Terminal:
    """The terminal slope (1/h), how many points gave it, its adjusted r² and the half-lives they span."""

    rate: float
    points: int
    r_squared: float
    span: float

    @property
    def half_life(self) -> float:
        """Terminal half-life (h)."""
        return float(np.log(2) / self.rate)


@dataclass(frozen=True)
class Analysis:
    """What a curve gives; None where its rules are not met, with the reason in `refused`."""

    cmax: float | None
    tmax: float | None
    auc_last: float | None
    auc_inf: float | None
    terminal: Terminal | None
    clearance: float | None
    volume: float | None
    mean_residence: float | None
    refused: dict[str, str]


def area(times: np.ndarray, levels: np.ndarray, start: float | None = None, end: float | None = None) -> float:
    """Area under a curve between two hours; linear while rising or near zero, logarithmic while falling."""
    times, levels = _checked(times, levels)
    begin = float(times[0]) if start is None else float(start)
    stop = float(times[-1]) if end is None else float(end)
    if begin < times[0] - 1e-9 or stop > times[-1] + 1e-9 or stop <= begin:
        raise ValueError(f"the curve runs from {times[0]:g} to {times[-1]:g} h; {begin:g} to {stop:g} h is not in it")
    inside = (times > begin) & (times < stop)
    hours = np.concatenate([[begin], times[inside], [stop]])
    seen = np.concatenate([[_at(times, levels, begin)], levels[inside], [_at(times, levels, stop)]])
    return float(np.sum(_pieces(hours, seen)))


def analyse(
    times: np.ndarray, levels: np.ndarray, dose: float | None = None, tau: float | None = None, infusion: float = 0.0
) -> Analysis:
    """Everything the samples of one dose give; `tau` (h) makes clearance that of steady state, `dose` in amount."""
    times, levels = _checked(times, levels)
    refused: dict[str, str] = {}
    peak = int(np.argmax(levels))
    if levels[peak] <= 0:
        return Analysis(None, None, None, None, None, None, None, None, {"all": "no sample is above zero"})
    above = np.flatnonzero(levels > 0)
    last = int(above[-1])
    auc_last = area(times[: last + 1], levels[: last + 1]) if last > 0 else None
    terminal = terminal_slope(times[: last + 1], levels[: last + 1], refused)
    auc_inf = clearance = volume = residence = None
    if terminal is not None and auc_last is not None:
        rest = levels[last] / terminal.rate
        if rest / (auc_last + rest) > MOST_EXTRAPOLATED:
            refused["auc_inf"] = f"{100 * rest / (auc_last + rest):.0f} % of the area lies beyond the last sample"
        else:
            auc_inf = auc_last + rest
            moment = _moment(times[: last + 1], levels[: last + 1])
            moment += rest * times[last] + levels[last] / terminal.rate**2
            residence = moment / auc_inf - times[0] - infusion / 2
    whole = area(times, levels, times[0], times[0] + tau) if tau is not None and times[-1] >= times[0] + tau else None
    exposed = whole if tau is not None else auc_inf
    if dose is not None and exposed:
        clearance = dose / exposed
        if terminal is not None:
            volume = clearance / terminal.rate
    return Analysis(
        float(levels[peak]), float(times[peak] - times[0]), auc_last, auc_inf, terminal, clearance, volume, residence,
        refused,
    )  # fmt: skip


def terminal_slope(times: np.ndarray, levels: np.ndarray, refused: dict[str, str] | None = None) -> Terminal | None:
    """The slope of the last points after the peak that fit a line best; None, with a reason, when none does."""
    told = {} if refused is None else refused
    peak = int(np.argmax(levels))
    after = np.flatnonzero((np.arange(len(levels)) > peak) & (levels > 0))
    if len(after) < LEAST_POINTS:
        told["terminal"] = f"{len(after)} samples after the peak; {LEAST_POINTS} are needed"
        return None
    best: Terminal | None = None
    for count in range(LEAST_POINTS, len(after) + 1):
        x, y = times[after[-count:]], np.log(levels[after[-count:]])
        slope, intercept = np.polyfit(x, y, 1)
        spread = np.sum((y - y.mean()) ** 2)
        if slope >= 0 or spread == 0:
            continue
        r2 = 1 - np.sum((y - slope * x - intercept) ** 2) / spread
        adjusted = 1 - (1 - r2) * (count - 1) / (count - 2)
        span = (x[-1] - x[0]) * -slope / np.log(2)
        if best is None or adjusted > best.r_squared - 1e-4:
            best = Terminal(float(-slope), count, float(adjusted), float(span))
    if best is None:
        told["terminal"] = "the samples after the peak do not fall"
    elif best.r_squared < LEAST_R2:
        told["terminal"] = f"no straight end: adjusted r² {best.r_squared:.2f}"
        best = None
    elif best.span < LEAST_SPAN:
        told["terminal"] = f"the last samples span {best.span:.1f} half-lives; {LEAST_SPAN:g} is needed"
        best = None
    return best


def accumulation(first: float, steady: float) -> float | None:
    """Exposure over one interval at steady state over that after the first dose."""
    return steady / first if first > 0 else None


def fluctuation(levels: np.ndarray, mean: float) -> float | None:
    """Peak minus trough over the mean of one interval at steady state."""
    return float((np.max(levels) - np.min(levels)) / mean) if mean > 0 else None


def _checked(times: np.ndarray, levels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    times, levels = np.asarray(times, float), np.asarray(levels, float)
    if times.shape != levels.shape or len(times) < 2 or np.any(np.diff(times) <= 0):
        raise ValueError("times rise, and there is one level for each, two at least")
    if not np.all(np.isfinite(levels)) or np.any(levels < 0):
        raise ValueError("levels are finite and not below zero")
    return times, levels


def _falling(levels: np.ndarray) -> np.ndarray:
    before, after = levels[:-1], levels[1:]
    return (after < before * (1 - 1e-9)) & (after > 0)


def _pieces(times: np.ndarray, levels: np.ndarray) -> np.ndarray:
    step, before, after = np.diff(times), levels[:-1], levels[1:]
    linear = step * (before + after) / 2
    falling = _falling(levels)
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithmic = step * (before - after) / np.log(before / after)
    return np.where(falling, logarithmic, linear)


def _moment(times: np.ndarray, levels: np.ndarray) -> float:
    """Area under time x level from the first sample, by the same rule as the area."""
    hours = times - times[0]
    step, a, b = np.diff(hours), levels[:-1], levels[1:]
    linear = step * (hours[:-1] * a + hours[1:] * b) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.log(a / b) / step
        logarithmic = (hours[:-1] * a - hours[1:] * b) / rate + (a - b) / rate**2
    return float(np.sum(np.where(_falling(levels), logarithmic, linear))) + times[0] * float(
        np.sum(_pieces(times, levels))
    )


def _at(times: np.ndarray, levels: np.ndarray, hour: float) -> float:
    return float(np.interp(hour, times, levels))
