"""What was done to see a published number, in terms of the model: who, under what, when, and which statistic.

The assumption that matters: the ill are the outpatients of our preset and the well are the same people with every
vulnerability at its reference and no stress; a plan of ours stands for the treatment a row names. Left out: moderation
by genotype or inflammation, for which the table prints no number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from euthymia.errors import EuthymiaError
from euthymia.evidence.marker import Marker
from euthymia.evidence.preclinical import CoursePoint
from euthymia.trial.biomarkers.link import Link, Links, first, links
from euthymia.trial.biomarkers.plans import WEEKS, named

Kind = Literal["case-control", "before-after", "level", "course"]
Statistic = Literal["smd", "percent", "difference", "level", "share of peak", "time of peak"]
HOURS = {"min": 1 / 60, "h": 1.0, "d": 24.0, "wk": 168.0, "week": 168.0}
WHEN = re.compile(
    r"(\d+(?:\.\d+)?)(?:\s*(?:-|to)\s*(\d+(?:\.\d+)?))?\s*(min|hours?|h|days?|d|wk|weeks?)\b"
    r"(?!-)",
    re.IGNORECASE,
)
NAMED = re.compile(r"\b(week|day|hour)s? (\d+(?:\.\d+)?)", re.IGNORECASE)


class CannotExpress(EuthymiaError):
    """The model cannot answer a row; the message says why."""


@dataclass(frozen=True)
class Experiment:
    """One experiment on the model. `weighting`: `ill`, `remitted` (people weighted by being well at `time_h`).

    `compared` says whether the treated are held against the healthy (case-control under a plan) or against themselves.
    """

    kind: Kind
    link: Link
    statistic: Statistic
    population: str = "outpatient-mdd"
    plan: str | None = None
    protocol: str | None = None
    time_h: float = 0.0
    until_h: float | None = None
    remitted: bool = False


def experiment_of(row: Marker, said: str, statistic: Statistic, table: Links | None = None) -> Experiment:
    """The experiment behind a row; `said` is the measure's own name; raises `CannotExpress`."""
    table = table or links()
    words = f"{row.marker} ; {row.comparison}"
    region = re.sub(r"[_]", " ", said)
    for outside in table.outside:
        if outside.fits(f"{words} ; {region}"):
            raise CannotExpress(outside.reason or "outside the model")
    link = link_of(row, region, table)
    kind = next((name for name, entry in table.comparisons.items() if _asked(entry, words, said)), None)
    if kind is None:
        raise CannotExpress(f"it is not said who is compared with whom: '{row.comparison}'")
    population = first(table.populations, words) or "outpatient-mdd"
    if kind == "case-control":
        remitted = re.search(r"\bremitted", words, re.IGNORECASE) is not None
        treated = re.search(r"(?<!un)medicated|\btreated(?<!untreated)", words, re.IGNORECASE) is not None
        plan = "ssri" if remitted or treated else None
        time = table.plans[plan].at_h if plan else 0.0
        return Experiment("case-control", link, statistic, population, plan, time_h=time, remitted=remitted)
    plan = named(words) or first(table.plans, words)
    if plan is None:
        if kind == "level":
            plan = "ssri"
        else:
            raise CannotExpress(f"it is not said which treatment was given, or we have no plan for it: '{words}'")
    usual = table.plans[plan].at_h if plan in table.plans else WEEKS * 168.0
    time = min(when(row, usual), usual) if plan not in table.plans else when(row, usual)
    return Experiment("level" if kind == "level" else "before-after", link, statistic, population, plan, time_h=time)


def link_of(row: Marker, region: str, table: Links) -> Link:
    """The link of a row's marker; the region or substance in the measure's name comes first; raises `CannotExpress`."""
    during = row.comparison if re.search("infusion|during", f"{row.marker} {row.comparison}", re.IGNORECASE) else ""
    own = re.search(r"glx|gaba|hippocampus|amygdala", region, re.IGNORECASE)
    text = f"{row.marker} {region}".strip()
    if own is not None and re.search(r"&|,|/| and ", row.marker):
        context = " infusion" if during or "infusion" in row.marker else ""
        text = f"{own[0]}{context}" if own[0].lower() in ("glx", "gaba") else text
    name = first(table.markers, f"{text} {during}".strip())
    if name is None:
        raise CannotExpress(f"no quantity of the model is linked to '{row.marker}'")
    link = table.markers[name]
    if link.quantity is None:
        raise CannotExpress(link.reason or f"the model has no quantity for '{row.marker}'")
    return link


def _asked(entry: object, words: str, said: str) -> bool:
    fits = entry.fits(words)  # type: ignore[attr-defined]
    needs = entry.needs  # type: ignore[attr-defined]
    return fits and (needs is None or needs in said)


def when(row: Marker, usual: float) -> float:
    """Hours after the start at which a row looks: what its effect or its words say, or `usual`."""
    for key in ("peak_min", "timepoint_min"):
        given = row.effect.get(key)
        if isinstance(given, int | float):
            return float(given) / 60
    if (named := NAMED.search(row.comparison)) is not None:
        return float(named[2]) * {"week": 168.0, "day": 24.0, "hour": 1.0}[named[1].lower()]
    found = WHEN.search(f"{row.marker} ; {row.comparison}")
    if found is None:
        return usual
    low = float(found[1])
    middle = (low + float(found[2])) / 2 if found[2] else low
    unit = found[3].lower()
    return middle * next(hours for name, hours in HOURS.items() if unit.startswith(name) or unit == name)


def course_experiment(row: CoursePoint, table: Links | None = None) -> Experiment:
    """The experiment behind one number of a course; raises `CannotExpress`."""
    table = table or links()
    if row.protocol not in table.protocols:
        raise CannotExpress(f"there is no protocol '{row.protocol}'", rule=f"Known: {', '.join(table.protocols)}.")
    link = Link(quantity=row.quantity, per=row.per)
    plan: str | None = table.protocols[row.protocol].plan
    return Experiment(
        "course", link, row.measure, plan=plan, protocol=row.protocol, time_h=row.time_h, until_h=row.until_h
    )


def resolved(name: str, names: Mapping[str, int]) -> str:
    """The full name of a quantity among a model's: its own, or the only private one so called; raises."""
    if name in names:
        return name
    private = [known for known in names if known.endswith(f".{name}")]
    if len(private) == 1:
        return private[0]
    raise CannotExpress(f"the model has no quantity '{name}'")
