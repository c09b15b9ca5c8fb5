"""What a fit says of itself, in sentences and lines: how many numbers it meets, before and without them, misses first.

The assumption that matters: of an honest 90 % interval between 80 and 97 % of published numbers lie inside; fewer is
too sure, more is too vague. Left out: the numbers of parameters, which are in `identifiability`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from euthymia.report.wording import arm_name, number, percent

if TYPE_CHECKING:
    from euthymia.model.parameter_table import Fit

HONEST = (0.80, 0.97)
TOO_SURE, TOO_VAGUE, FINE = "too sure", "too vague", "as an honest interval"
#: name of a check in fit.yaml → which predictions it is about, and of which of the targets
CHECKS = {
    "prior": ("before any data (prior)", "all"),
    "posterior_trials": ("trials, after the fit to them (posterior)", "trials"),
    "posterior_markers": ("markers, after the fit to them (posterior)", "markers"),
    "without_trial": ("trials, each predicted without its own trial", "trials"),
    "without_family": ("trials, each predicted without its whole treatment", "trials"),
}


def check_lines(fit: Fit | None) -> list[dict[str, Any]]:
    """Share of targets inside the 90 % predictive interval, those that are not as they should be first."""
    if fit is None:
        return []
    counts = target_counts(fit)
    lines = []
    for name, given in fit.told.get("checks", {}).items():
        meaning, of = CHECKS.get(name, (name.replace("_", " "), "all"))
        share = float(given)
        verdict = TOO_SURE if share < HONEST[0] else TOO_VAGUE if share > HONEST[1] else FINE
        lines.append(
            {
                "check": name,
                "meaning": meaning,
                "of": counts[of],
                "inside": percent(share),
                "outside": percent(1 - share),
                "outside_count": round((1 - share) * counts[of]),
                "share": share,
                "verdict": verdict,
                "miss": verdict != FINE,
            }
        )
    return sorted(lines, key=lambda line: (not line["miss"], line["share"]))


def target_counts(fit: Fit) -> dict[str, int]:
    """How many targets a fit answered to: all, of trials, of markers."""
    trials = sum(bool(target["trial"]) for target in fit.told["targets"])
    every = len(fit.told["targets"])
    return {"all": every, "trials": trials, "markers": every - trials}


def target_lines(fit: Fit | None) -> list[dict[str, Any]]:
    """Every target, published beside fitted, those outside their interval first and the farthest first among them."""
    if fit is None:
        return []
    lines = []
    for target in fit.told["targets"]:
        published, fitted = float(target["published"]), float(target["fitted"])
        low, high = (float(target[end]) if target.get(end) else None for end in ("low", "high"))
        inside = None if low is None or high is None else low <= published <= high
        half = max(((high or 0) - (low or 0)) / 2, 1e-9)
        centre = fitted if low is None or high is None else (low + high) / 2
        digits = 1 if max(abs(published), abs(fitted)) >= 3 else 2
        sent = target.get("without_trial")
        lines.append(
            {
                "trial": target["trial"] or "marker",
                "arms": arm_name(" minus ".join(target["arms"].split("; "))) if target["trial"] else target["arms"],
                "scale": target["scale"],
                "day": target["day"],
                "measure": target["measure"].replace("_", " "),
                "published": number(published, digits),
                "fitted": number(fitted, digits),
                "interval": "" if low is None or high is None else f"{number(low, digits)} to {number(high, digits)}",
                "without": ""
                if not sent
                else f"{number(float(sent), digits)} ± {number(float(target['without_trial_sd']), digits)}",
                "miss": inside is False,
                "distance": 0.0 if inside is not False else abs(published - centre) / half,
            }
        )
    return sorted(lines, key=lambda line: -line["distance"])


def first_page(fit: Fit | None) -> Mapping[str, Any]:
    """For the first page: what nothing identifies, of how many, and how many published numbers the fit misses."""
    from euthymia.report.identifiability import known

    every = known(fit)
    return {
        "fit": None if fit is None else fit.id,
        "free": 0 if fit is None else len(fit.names),
        "told": bool(every),
        "unidentified": [one.name for one in every if one.unidentified],
        "all": len(every),
        "checks": check_lines(fit),
    }
