"""What a published table says of a drug, as a regimen: how much, by which route, on which days.

The assumption that matters: of a flexible dose given as a range the first number is taken, of steps the last or, where
the table dates them, all; a dose in words is the drug's usual one, and said to be. Left out: dosing by response.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any

from euthymia.evidence.published_trial import Given, Schedule
from euthymia.treatments.drug import drug
from euthymia.treatments.order import (
    Order,
    infusion,
    injection,
    intranasal,
    oral,
    placebo,
    titrated_infusion,
    transdermal,
)
from euthymia.treatments.regimen import Regimen
from euthymia.trial.express_device import DAYS_ASSUMED, CannotExpress
from euthymia.trial.table_names import Named, is_usual, named, spelled

USUAL_DOSE = "the usual dose stands in"
#: schedules without days → times a week
TIMES_A_WEEK = {"biw": 2, "twice_weekly": 2, "2x": 2, "tiw": 3, "3x": 3, "weekly": 1, "qw": 1}
#: schedules of every day → times a day
TIMES_A_DAY = {"bid": 2, "twice_daily": 2, "tid": 3, "qid": 4}
ONCE = ("once", "single")
#: how a plan file writes an order → the route it goes by
WRITTEN = {
    "infusion": "intravenous", "intranasal": "intranasal", "injection": "intramuscular", "transdermal": "transdermal",
    "oral": "oral",
}  # fmt: skip


def dosing(given: Given, days: float) -> tuple[Regimen, str]:
    """The course of a drug or of its placebo, and what was taken for granted; raises `CannotExpress`."""
    called = named(given.intervention)
    if called is None:
        kind = "device or protocol" if given.montage or given.treatment_days else "drug"
        raise CannotExpress(f"there is no {kind} '{given.intervention}' in the treatments")
    route = _route(given, called)
    schedule = given.schedule
    if called.drug != "placebo" and schedule is not None and (schedule.steps_h or schedule.kind == "infusion_profile"):
        return _profile(given, called.drug, schedule), ""
    if schedule is not None and schedule.infusion_min and isinstance(given.dose, int | float) and _is_rate(given):
        step = (0.0, schedule.infusion_min / 60, float(given.dose))
        whole = [
            _profile(given, called.drug, schedule.model_copy(update={"start_d": day, "steps_h": (step,)}))
            for day in schedule.times_d or (schedule.start_d or 0.0,)
        ]
        return reduce(or_, whole), ""
    if isinstance(given.dose, list) and called.drug != "placebo":
        if dated := _dated(given.dose):
            return _steps(given, called, route, dated, days)
        last = given.dose[-1] if given.dose else None
        given = given.model_copy(update={"dose": last.get("dose") if isinstance(last, Mapping) else last})
    if called.drug == "placebo":
        order, said = placebo(route=route), ""
    else:
        amount, said = _amount(given, called.drug, route)
        order = _order(called.drug, amount, route, schedule)
    return _on_days(order, given, called.drug, route, days), "; ".join(t for t in (said, _days_said(given)) if t)


def _route(given: Given, called: Named) -> str:
    """The route in our words: what the table says, else what the name says, else by mouth, else the drug's first."""
    said = spelled(given.route or "")
    by = named(f"placebo_{said}") or named(f"placebo_{said.replace('_', '')}")
    route = (by.route if by else "") if said else called.route
    if not route and said:
        raise CannotExpress(f"the route '{given.route}' is not known")
    known = drug(called.drug).routes
    route = route or ("oral" if "oral" in known else next(iter(known)))
    if route == "oral" and f"oral {called.form}" in known:
        route = f"oral {called.form}"
    if route not in known:
        if drug(called.drug).role == "control":
            return "oral" if "oral" in known else next(iter(known))
        raise CannotExpress(f"{called.drug} has no {route} route in the treatments")
    return route


def _on_days(order: Order, given: Given, name: str, route: str, days: float) -> Regimen:
    schedule = given.schedule
    kind = schedule.kind.lower() if schedule else ""
    start = (schedule.start_d or 0.0) if schedule else 0.0
    end = schedule.end_d if schedule and schedule.end_d is not None else days
    if schedule and schedule.times_d:
        return order.at(days=list(schedule.times_d))
    if kind.startswith(ONCE) or (schedule and kind == "times" and schedule.end_d == start):
        return order.once(start)
    if (times_a_week := _times_a_week(given)) is not None:
        return order.times_per_week(times_a_week, weeks=max(1, round((end - start) / 7))).starting(start)
    if not route.startswith("oral") and route != "transdermal":
        if name == "placebo":
            return order.once()
        raise CannotExpress(f"the table gives no dosing days for '{given.intervention}'")
    length = max(1, round(end - start))
    match TIMES_A_DAY.get(kind, 1):
        case 1:
            regimen = order.daily(days=length)
        case 2:
            regimen = order.twice_daily(days=length)
        case many:
            regimen = order.at(days=[day + n / many for day in range(length) for n in range(many)])
    return regimen.starting(start) if start else regimen


def _days_said(given: Given) -> str:
    """That days spread over a week stand in, where the table names none."""
    none = given.schedule is not None and not given.schedule.times_d and _times_a_week(given) is not None
    return DAYS_ASSUMED if none else ""


def _times_a_week(given: Given) -> int | None:
    kind = given.schedule.kind.lower() if given.schedule else ""
    return next((times for word, times in TIMES_A_WEEK.items() if kind.startswith(word)), None)


def _profile(given: Given, name: str, schedule: Schedule) -> Regimen:
    """An infusion whose rate changes, from rows of hour, hour and rate per body weight."""
    rows = [tuple(row) for row in schedule.steps_h]
    if not rows or any(len(row) != 3 for row in rows):
        raise CannotExpress(f"the infusion of {given.intervention} has no rows of from hour, to hour and rate")
    pairs: list[tuple[str, str]] = []
    hour = rows[0][0]
    for begin, end, rate in rows:
        if begin < hour or end <= begin:
            raise CannotExpress(f"the steps of the infusion of {given.intervention} do not follow one another")
        if begin > hour:
            pairs.append(("0 mg/kg/h", f"{begin - hour:g} h"))
        pairs.append((f"{rate:g} {given.unit or 'ug/kg/h'}", f"{end - begin:g} h"))
        hour = end
    return titrated_infusion(name, pairs, at=(schedule.start_d or 0.0) + rows[0][0] / 24)


def _is_rate(given: Given) -> bool:
    """Whether a dose is an amount per body weight and hour."""
    return bool(re.fullmatch(r".+/kg/(h|hr|hour|min)", (given.unit or "").strip()))


def _dated(steps: list[Any]) -> list[tuple[float, float]]:
    """Start and amount of every step, in order; empty where one has no date."""
    found: list[tuple[float, float]] = []
    for step in steps:
        start, dose = (step.get("start_d"), step.get("dose")) if isinstance(step, Mapping) else (None, None)
        if not isinstance(start, int | float) or not isinstance(dose, int | float):
            return []
        found.append((float(start), float(dose)))
    return sorted(found)


def _steps(
    given: Given, called: Named, route: str, dated: list[tuple[float, float]], days: float
) -> tuple[Regimen, str]:
    """A titration as dated, one course after the other."""
    schedule = given.schedule or Schedule.model_validate({"kind": "qd"})
    end = schedule.end_d if schedule.end_d is not None else days
    whole, said = Regimen(), ""
    for (start, dose), (stop, _) in zip(dated, [*dated[1:], (end, 0.0)], strict=True):
        if stop <= start:
            continue
        times = tuple(t for t in schedule.times_d if start <= t < stop)
        part = {"start_d": start, "end_d": stop, "times_d": times}
        step = given.model_copy(update={"dose": dose, "schedule": schedule.model_copy(update=part)})
        amount, _ = _amount(step, called.drug, route)
        order = _order(called.drug, amount, route, schedule)
        whole, said = whole | _on_days(order, step, called.drug, route, days), _days_said(step)
    return whole, said


def _order(name: str, amount: str, route: str, schedule: Schedule | None) -> Order:
    match route.split(" ", 1):
        case ["intravenous"]:
            minutes = schedule.infusion_min if schedule else None
            return infusion(name, amount, over=f"{minutes or 40:g} min")
        case ["intranasal"]:
            return intranasal(name, amount)
        case ["transdermal"]:
            return transdermal(name, amount)
        case ["oral", *form]:
            fed = schedule.with_food if schedule and "fasted" in drug(name).routes[route].conditions else None
            return oral(name, amount, fed=fed, form="".join(form))
    return injection(name, amount, route)


def _amount(given: Given, name: str, route: str) -> tuple[str, str]:
    """The dose each time as text, and what was taken for granted; of a range the first number, of steps the last."""
    unit = re.sub(r"/(day|d|24 ?h)$", "", (given.unit or "mg").strip())
    share = TIMES_A_DAY.get(given.schedule.kind.lower(), 1) if given.schedule and unit != (given.unit or "mg") else 1
    if isinstance(given.dose, int | float):
        return f"{given.dose / share:g} {unit}", ""
    said = str(given.dose or "")
    numbers = [float(n) for n in re.findall(r"\d+\.?\d*", re.sub(r"\b(day|week|wk)s? ?\d+", "", said))]
    usual = is_usual(said) or is_usual(given.unit or "")
    if not numbers and (usual or not said):
        return _usual(given, name, route)
    if not re.fullmatch(r"(m|u|µ|mc)?g(/kg)?", unit) or not numbers:
        raise CannotExpress(f"the dose '{given.dose} {given.unit}' of {given.intervention} is not one amount")
    if len(numbers) == 2 and _of_components(name, numbers):
        return f"{sum(numbers) / share:g} {unit}", ""
    if usual and len(numbers) > 1 and (stands := _within(given, name, route, numbers)):
        return stands
    steps = len(numbers) > 2 or re.search(r"then|->|→|titrat", said.lower())
    return f"{(numbers[-1] if steps else numbers[0]) / share:g} {unit}", ""


def _of_components(name: str, numbers: list[float]) -> bool:
    """Whether two numbers are the amounts of a tablet's two components ('45/105')."""
    shares = sorted(drug(name).components.values())
    return len(shares) == 2 and abs(min(numbers) / sum(numbers) - shares[0]) < 0.02


def _within(given: Given, name: str, route: str, numbers: list[float]) -> tuple[str, str] | None:
    """The usual dose where it lies within a flexible range."""
    try:
        amount, said = _usual(given, name, route)
    except CannotExpress:
        return None
    return (amount, said) if min(numbers) <= float(amount.split()[0]) <= max(numbers) else None


def _usual(given: Given, name: str, route: str) -> tuple[str, str]:
    """The usual dose each time and the words that say so; raises `CannotExpress` where the drug's file has none."""
    found = drug(name)
    if found.usual_dose is not None and route.split(" ")[0] in ("oral", "transdermal"):
        a_day = found.usual_dose.number
        times = TIMES_A_DAY.get(given.schedule.kind.lower(), 1) if given.schedule else 1
        return f"{a_day / times:g} mg", f"{USUAL_DOSE}: {name} {a_day:g} mg a day"
    for usual in found.usual:
        for written, way in WRITTEN.items():
            if written in usual and route == way and usual.get("amount"):
                return str(usual["amount"]), f"{USUAL_DOSE}: {name} {usual['amount']}"
    raise CannotExpress(f"the dose '{given.dose} {given.unit}' of {given.intervention} is not one amount")
