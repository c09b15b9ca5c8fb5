"""The plan that stands for the treatment a table names in words.

A row that names one of our drugs by mouth with its daily dose gets that; any other gets what `links.yaml` lets stand
for its words. The assumption that matters: a dose in mg by mouth is given once a day. Left out: titration.
"""

from __future__ import annotations

import re
from functools import cache

from euthymia.treatments.drug import drug, drugs
from euthymia.treatments.order import infusion, intranasal, light, oral, rtms
from euthymia.treatments.plan import Plan
from euthymia.treatments.regimen import Regimen
from euthymia.trial.biomarkers.link import Given, links

WEEKS = 8  # for which a drug named with its dose is given; a row looks when it says, or at the end


@cache
def plan_called(name: str) -> Plan:
    """The plan called so in `links.yaml`, or by a drug and its daily dose (`sertraline 50 mg`)."""
    if name in links().plans:
        return _regimen(links().plans[name]).plan()
    what, amount = name.split(" ", 1)
    return oral(what, amount).daily(weeks=WEEKS).plan()


def named(words: str) -> str | None:
    """The name of the plan of a drug by mouth that words name with its dose in mg, or None.

    >>> named("DAT occupancy ; sertraline 50 mg for 4 weeks"), named("after vs before SSRI")
    ('sertraline 50 mg', None)
    """
    for name in sorted(drugs(), key=len, reverse=True):
        found = re.search(
            rf"\b{re.escape(name.replace('_', ' '))}\b\D{{0,12}}(\d+(?:\.\d+)?) ?mg\b(?!/)", words, re.IGNORECASE
        )
        if found is not None and "oral" in drug(name).routes:
            return f"{name} {found[1]} mg"
    return None


def _regimen(given: Given) -> Regimen:
    match given.order:
        case "oral":
            order = oral(given.what, given.amount or "")
        case "infusion":
            order = infusion(given.what, given.amount or "", over=given.over or "40 min")
        case "intranasal":
            order = intranasal(given.what, given.amount or "")
        case "rtms":
            order = rtms(given.what)
        case "light":
            order = light(given.what)
    if given.once:
        return order.once()
    if given.as_published:
        return order.as_published()
    if given.per_week is not None:
        return order.course(per_week=given.per_week, weeks=given.weeks or 5)
    return order.daily(weeks=given.weeks, days=given.days)
