"""Numbers a row of markers prints, and the standard error that follows from what is printed beside them.

An interval that holds the number comes first, then a standard error, a standard deviation with people, a p, and last
the number of people alone. The assumption that matters: a marker before and after in one person correlates by one half.
Left out: numbers in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from statistics import NormalDist
from typing import Any

from euthymia.evidence.datum import Z_95
from euthymia.evidence.marker import Marker
from euthymia.trial.biomarkers.experiment import Experiment, Statistic

WITHIN = 0.5  # correlation of a marker before and after in one person (assumed)
STANDARDISED = re.compile(r"(^|_)(cohens?_?d|hedges_?g|smd|d|g)(_|$)", re.IGNORECASE)
PERCENT = re.compile(r"(^|_)(pct|percent)(_|$)", re.IGNORECASE)
ABOUT_ERRORS = re.compile(r"(^|_)(ci\w*|se|sem|sd|p|i2|range|r|n)(_|$)", re.IGNORECASE)
OF_MEANS, OF_PAIR = "smd of the means", "pct of pre"
Found = tuple[str, Statistic, float]


def numbers_in(row: Marker) -> Iterator[Found]:
    """Every number in a row's effect that can be compared: its own name, the statistic, the number."""
    effect = row.effect
    for said, given in effect.items():
        if isinstance(given, bool) or not isinstance(given, int | float) or ABOUT_ERRORS.match(said):
            continue
        if said == "occupancy":
            yield said, "level", float(given)
        elif said.startswith("mean_diff_"):
            yield said, "difference", float(given)
        elif PERCENT.search(said):
            yield said, "percent", float(given)
        elif said in ("ratio", "fold_change", "fold"):
            yield said, "percent", 100 * (float(given) - 1)
        elif STANDARDISED.search(said):
            yield said, "smd", float(given)
    if _mean_and_sd(effect.get("pre")) and _mean_and_sd(effect.get("post")):
        yield OF_PAIR, "percent", 100 * (effect["post"][0] / effect["pre"][0] - 1)
    ill = next((key for key in effect if re.search(r"^mean\w*_MDD$", key)), None)
    well = next((key for key in effect if re.search(r"^mean\w*_HC$", key)), None)
    if ill and well and {"sd_MDD", "sd_HC"} <= set(effect):
        pooled = ((effect["sd_MDD"] ** 2 + effect["sd_HC"] ** 2) / 2) ** 0.5
        yield OF_MEANS, "smd", (effect[ill] - effect[well]) / pooled


def _mean_and_sd(given: Any) -> bool:
    return (
        isinstance(given, list)
        and len(given) == 2
        and all(isinstance(one, int | float) for one in given)
        and given[0] > 0
    )


def standard_error(row: Marker, said: str, statistic: Statistic, number: float, experiment: Experiment) -> float | None:
    """Standard error of a row's number, in its unit, from what the row prints; None where nothing printed gives one."""
    effect, groups = row.effect, people(row.n)
    if said not in (OF_MEANS, OF_PAIR) and (told := _told(effect, said, number, groups)) is not None:
        return 100 * told if said in ("ratio", "fold_change", "fold") else told
    if not groups:
        return None
    if said == OF_PAIR:
        (mean, sd), (_, after) = effect["pre"], effect["post"]
        return 100 * (sd**2 + after**2 - 2 * WITHIN * sd * after) ** 0.5 / mean / sum(groups) ** 0.5
    sides = groups if len(groups) == 2 else (groups[0] / 2, groups[0] / 2)
    apart = 1 / sides[0] + 1 / sides[1] if experiment.kind == "case-control" else 2 * (1 - WITHIN) / sum(groups)
    if statistic == "smd":
        return (apart + number**2 / (2 * sum(groups))) ** 0.5
    spread = experiment.link.cv * {"percent": 100.0, "difference": experiment.link.scale}.get(statistic, 1.0)
    return spread / sum(groups) ** 0.5 if statistic == "level" else spread * apart**0.5


def _told(effect: Mapping[str, Any], said: str, number: float, groups: tuple[float, ...]) -> float | None:
    """Standard error from an interval, an error, a standard deviation or a p that stands beside a number."""
    prefix = STANDARDISED.sub(r"\1", PERCENT.sub(r"\1", said)) if said not in effect else said
    own = re.split(r"(?:cohens?_?d|hedges_?g|smd|pct)", said, maxsplit=1)[0]
    for key in dict.fromkeys((f"{prefix}_ci95", f"{own}ci95", "ci95", "ci", "range")):
        given = effect.get(key)
        if isinstance(given, list) and len(given) == 2 and all(isinstance(one, int | float) for one in given):
            low, high = min(given), max(given)
            if high > low and (
                low <= number <= high or low <= -number <= high or said in ("ratio", "fold_change", "fold")
            ):
                return (high - low) / Z_95
    for key in (f"{said}_se", "se", "sem"):
        given = effect.get(key)
        if isinstance(given, int | float) and given > 0:
            return float(given)
    if isinstance(effect.get("sd"), int | float) and effect["sd"] > 0 and groups:
        return float(effect["sd"]) / sum(groups) ** 0.5
    return _from_p(effect.get("p"), number)


def _from_p(p: Any, number: float) -> float | None:
    """Standard error from a two-sided p; a bound such as '<.001' is taken at the bound."""
    try:
        chance = float(str(p).strip().lstrip("<=").strip())
    except ValueError:
        return None
    if not 0 < chance < 1 or number == 0:
        return None
    return abs(number) / NormalDist().inv_cdf(1 - chance / 2)


def people(n: int | str | None) -> tuple[float, ...]:
    """People in each group: one number, or two of 'n vs n'.

    >>> people(26), people("218 vs 261"), people("15 severe, 11 mild, 21 HC")
    ((26.0,), (218.0, 261.0), (15.0, 21.0))
    """
    if n is None:
        return ()
    sides = re.split(r"\bvs\b\.?|\bversus\b", str(n))
    counts = [float(found[0]) for side in sides if (found := re.search(r"\d+", side))]
    if len(sides) == 1 and re.search(r"\bHCs?\b|control", str(n)):
        every = re.findall(r"\d+", str(n))
        counts = [float(every[0]), float(every[-1])] if len(every) > 1 else counts
    return tuple(one for one in counts[:2] if one > 0)


def direction(text: str | None) -> int | None:
    """1 up, -1 down, None where the row says neither."""
    said = str(text or "").lower()
    if re.match(r"\W*(down|lower|reduc|decreas|weak down|fall)", said):
        return -1
    return 1 if re.match(r"\W*(up\b|higher|rais|increas)", said) else None
