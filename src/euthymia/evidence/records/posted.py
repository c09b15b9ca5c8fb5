"""Outcomes posted in a registration, laid out one row per arm, class, category and time.

The assumption that matters: a title may hide several time points as classes and several levels as categories, so all
are kept and each row says which it is; what was posted as NA or not reported stays unknown, never zero. Left out: any
choice among them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_WEEKS = {"hour": 1 / 168, "day": 1 / 7, "week": 1.0, "month": 365.25 / 12 / 7, "year": 365.25 / 7}
_TIME = re.compile(
    r"\b(hour|day|week|month|year)s?\s*(\d+(?:\.\d+)?)\b|\b(\d+(?:\.\d+)?)[\s-]*(hour|day|week|month|year)s?\b", re.I
)


def number(text: Any) -> float | None:
    """A posted number; NA, empty and 'not reported' are None.

    >>> number("1,234.5"), number("NA"), number("<0.001")
    (1234.5, None, None)
    """
    if isinstance(text, int | float):
        return float(text)
    try:
        return float(str(text).replace(",", "").replace("\u2212", "-").strip())
    except ValueError:
        return None


def weeks_of(*texts: str) -> float | None:
    """The last time point a text names, in weeks; the first text that names one decides.

    >>> weeks_of("Baseline, Week 8"), weeks_of("", "24 hours"), weeks_of("at discharge")
    (8.0, 0.14285714285714285, None)
    """
    for text in texts:
        found = [
            float(match[1] or match[2]) * _WEEKS[(match[0] or match[3]).lower()] for match in _TIME.findall(text or "")
        ]
        if found:
            return max(found)
    return None


def measurements_of(study: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every posted outcome of a study of API version 2, each with its measurements and analyses as plain data."""
    posted = study.get("resultsSection", {}).get("outcomeMeasuresModule", {}).get("outcomeMeasures", [])
    return [_outcome(index, one) for index, one in enumerate(posted)]


def _outcome(index: int, one: Mapping[str, Any]) -> dict[str, Any]:
    groups = {group["id"]: group.get("title", "") for group in one.get("groups", [])}
    whole = _counts(one.get("denoms", []))
    rows = []
    for klass in one.get("classes", []):
        own = _counts(klass.get("denoms", [])) or whole
        for category in klass.get("categories", []):
            for measured in category.get("measurements", []):
                group = measured.get("groupId", "")
                rows.append(
                    {
                        "group": group,
                        "arm": groups.get(group, ""),
                        "class": klass.get("title", ""),
                        "category": category.get("title", ""),
                        "n": own.get(group),
                        "value": number(measured.get("value")),
                        "spread": number(measured.get("spread")),
                        "lower": number(measured.get("lowerLimit")),
                        "upper": number(measured.get("upperLimit")),
                        "posted": measured.get("value"),
                        "comment": measured.get("comment", ""),
                        "weeks": weeks_of(klass.get("title", ""), one.get("timeFrame", ""), one.get("title", "")),
                    }
                )
    return {
        "index": index,
        "type": one.get("type", ""),
        "title": one.get("title", ""),
        "description": one.get("description", ""),
        "population": one.get("populationDescription", ""),
        "status": one.get("reportingStatus", ""),
        "param_type": one.get("paramType", ""),
        "dispersion_type": one.get("dispersionType", ""),
        "unit": one.get("unitOfMeasure", ""),
        "time_frame": one.get("timeFrame", ""),
        "groups": [{"id": key, "title": title} for key, title in groups.items()],
        "measurements": rows,
        "analyses": [_analysis(analysis, groups) for analysis in one.get("analyses", [])],
    }


def _counts(denoms: list[Mapping[str, Any]]) -> dict[str, int]:
    """Group → participants; another unit, such as eyes, only where participants are not given."""
    best = next((one for one in denoms if one.get("units", "").lower() == "participants"), denoms[0] if denoms else {})
    counts = {one.get("groupId", ""): number(one.get("value")) for one in best.get("counts", [])}
    return {group: int(count) for group, count in counts.items() if count is not None}


def _analysis(one: Mapping[str, Any], groups: Mapping[str, str]) -> dict[str, Any]:
    return {
        "groups": list(one.get("groupIds", [])),
        "arms": [groups.get(group, "") for group in one.get("groupIds", [])],
        "description": one.get("groupDescription", ""),
        "method": one.get("statisticalMethod", ""),
        "param_type": one.get("paramType", ""),
        "value": number(one.get("paramValue")),
        "dispersion_type": one.get("dispersionType", ""),
        "dispersion": number(one.get("dispersionValue")),
        "ci_percent": number(one.get("ciPctValue")),
        "ci_sides": one.get("ciNumSides", ""),
        "ci_lower": number(one.get("ciLowerLimit")),
        "ci_upper": number(one.get("ciUpperLimit")),
        "p": one.get("pValue", ""),
        "non_inferiority": one.get("nonInferiorityType", ""),
    }
