"""The plan that stands for the treatment a table names in words."""

from __future__ import annotations

from functools import cache

from euthymia.treatments.order import infusion, intranasal, light, oral, rtms
from euthymia.treatments.plan import Plan
from euthymia.treatments.regimen import Regimen
from euthymia.trial.biomarkers.link import Given, links


@cache
def plan_called(name: str) -> Plan:
    """The plan called so in `links.yaml`."""
    return _regimen(links().plans[name]).plan()


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
