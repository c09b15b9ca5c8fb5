"""A published trial as a virtual one: every arm we can express, and for the others the reason.

The assumption that matters: a treatment that patients already took for weeks belongs to their baseline and is not
simulated; a newly started oral antidepressant stands for escitalopram 10 mg. Both are said in the answer. Left out:
open-label extensions, relapse designs, effects on scales we do not model.
"""

from __future__ import annotations

from dataclasses import dataclass

from euthymia.cohort.cohort import cohort
from euthymia.errors import EuthymiaError
from euthymia.evidence.published_trial import Arm, Given, PublishedTrial, Schedule
from euthymia.treatments.drug import drug, drugs
from euthymia.treatments.order import Order, infusion, intranasal, oral, placebo
from euthymia.treatments.plan import Plan
from euthymia.treatments.regimen import Regimen
from euthymia.trial.express_device import DAYS_ASSUMED, CannotExpress, is_device, stimulation
from euthymia.trial.links import convert
from euthymia.trial.protocol import Baseline, Trial, trial

SCALES = ("MADRS", "HAMD17")  # what a fit compares
RATED = (*SCALES, "HAMD6", "QIDS_SR16")  # what the score compares as well
NEW_ORAL = ("escitalopram", "10 mg")
#: what tables call a thing → what it is called here
NAMES = {"racemic_ketamine": "ketamine", "saline": "placebo", "placebo_spray": "placebo", "s_ketamine": "esketamine"}
ONGOING = ("stable_ongoing", "ongoing", "continued", "treatment_as_usual")
NEWLY_STARTED = ("new_oral", "standard_of_care", "antidepressant_new")
#: schedules without days → times a week
TIMES_A_WEEK = {"biw": 2, "twice_weekly": 2, "2x": 2, "tiw": 3, "3x": 3, "weekly": 1, "qw": 1}
DEFAULT_DAYS = 42.0
#: mean of the baselines that the calibration trials print, taken where a trial prints none
TYPICAL = Baseline("MADRS", 32.5)


@dataclass(frozen=True)
class Expressed:
    """A virtual trial for the arms that can be expressed, reasons for the others, and what was taken for granted."""

    trial: Trial | None
    reasons: dict[str, str]
    liberties: dict[str, str]


def express(published: PublishedTrial, people: int, seed: int, worlds: int) -> Expressed:
    """The virtual counterpart of a published trial; never raises for what the trial says."""
    plans: dict[str, Plan] = {}
    reasons: dict[str, str] = {}
    liberties: dict[str, str] = {}
    days = _last_day(published)
    for arm in published.arms:
        try:
            regimen, taken = _regimen(arm, published, days)
            plans[arm.arm] = regimen.plan()
            if taken:
                liberties[arm.arm] = taken
        except (CannotExpress, EuthymiaError) as reason:
            reasons[arm.arm] = str(reason).splitlines()[0]
    if not plans:
        return Expressed(None, reasons, liberties)
    times = {o.time_d for _, o in published.outcomes if o.time_d is not None}
    times |= {c.time_d for c in published.contrasts if c.time_d is not None}
    times |= {r.time_d for _, r in published.rates if r.time_d is not None}
    visits = tuple(sorted(t for t in {*times, *_weekly(days)} if 0 <= t <= days + 0.5))
    try:
        virtual = trial(
            cohort(clinic_of(published), n=people, seed=seed),
            plans,
            name=published.id,
            visits=visits,
            scales=RATED,
            certain=False if _has_control(published) else None,
            setting="inpatient" if _says(published, "hospital", "inpatient", "suicid") else None,
            allocation="twins",
            staying=None,
            baseline=baseline_of(published),
            worlds=worlds,
        )
    except EuthymiaError as error:
        return Expressed(None, dict.fromkeys((arm.arm for arm in published.arms), str(error)), liberties)
    return Expressed(virtual, reasons, liberties)


def _has_control(published: PublishedTrial) -> bool:
    """Whether some arm of the published trial, expressed or not, was a control."""
    words = ("placebo", "sham", "midazolam", "saline")
    given = [g.intervention.lower() for arm in published.arms for g in arm.regimen]
    return any(word in text for text in (*given, *(arm.arm.lower() for arm in published.arms)) for word in words)


def clinic_of(published: PublishedTrial) -> str:
    """The cohort preset nearest to a trial's population."""
    resistant = _says(published, "trd", "resistant", "failed", "inadequate response")
    return "treatment-resistant" if resistant else "outpatient-mdd"


def _says(published: PublishedTrial, *words: str) -> bool:
    population = published.population
    told = population.values() if isinstance(population, dict) else [population]
    text = " ".join(str(part or "") for part in (*told, published.design, published.background)).lower()
    return any(word in text for word in words)


def _last_day(published: PublishedTrial) -> float:
    times = [o.time_d for _, o in published.outcomes] + [r.time_d for _, r in published.rates]
    known = [t for t in (*times, *(c.time_d for c in published.contrasts)) if t is not None]
    return max(known, default=DEFAULT_DAYS)


def _weekly(days: float) -> list[float]:
    return [7.0 * week for week in range(int(days // 7) + 1)]


def baseline_of(published: PublishedTrial) -> Baseline:
    """The arms' mean severity, weighted by size, on MADRS or HAM-D17; the typical one where the table gives none."""
    means = [
        (arm.baseline.mean, arm.n.value if arm.n and arm.n.value else 1)
        for arm in published.arms
        if arm.baseline is not None and arm.baseline.mean is not None
    ]
    ours = rated_as(published.scale)
    if not means or ours is None:
        return TYPICAL
    mean = sum(m * n for m, n in means) / sum(n for _, n in means)
    return Baseline(ours, mean) if ours in SCALES else Baseline("MADRS", float(convert(mean, ours, "MADRS")))


def rated_as(name: str | None) -> str | None:
    """Our name of the scale that a table means; None where it is not modelled."""
    known = (name or "").replace("-", "_").upper()
    return known if known in RATED else None


def _regimen(arm: Arm, published: PublishedTrial, days: float) -> tuple[Regimen, str]:
    """The arm's regimen and what was taken for granted; raises `CannotExpress`."""
    parts: list[Regimen] = []
    taken: list[str] = []
    if not arm.regimen:
        raise CannotExpress("the table gives no regimen for this arm")
    for given in arm.regimen:
        name = given.intervention.lower()
        if name.startswith(ONGOING):
            taken.append("the ongoing antidepressant is part of the baseline")
        elif name.startswith(NEWLY_STARTED):
            parts.append(oral(*NEW_ORAL).daily(days=int(days) + 1))
            taken.append(f"the new oral antidepressant stands for {' '.join(NEW_ORAL)}")
        elif is_device(name):
            course, said = stimulation(given, name, published, days)
            parts.append(course)
            taken += [said] if said else []
        else:
            given, said = _usual(given, NAMES.get(name, name))
            parts.append(_one(given, name, days))
            taken += [said] if said else []
            if _days_assumed(given):
                taken.append(DAYS_ASSUMED)
    if not parts:
        parts.append(placebo().daily(days=int(days) + 1))
    whole = parts[0]
    for part in parts[1:]:
        whole = whole | part
    return whole, "; ".join(taken)


def _usual(given: Given, name: str) -> tuple[Given, str]:
    """What stands for a dose that a table calls the licensed range: the middle of the drug's usual daily regimens."""
    if "licensed" not in str(given.dose) or name not in drugs():
        return given, ""
    usual = [one for one in drug(name).usual if one.get("oral") == name and {"daily", "twice_daily"} & set(one)]
    if not usual:
        return given, ""
    one = usual[(len(usual) - 1) // 2]
    amount, twice = str(one["amount"]), "twice_daily" in one
    schedule = given.schedule.model_copy(update={"kind": "bid"}) if given.schedule and twice else given.schedule
    changed = given.model_copy(update={"dose": amount.removesuffix(" mg"), "unit": "mg", "schedule": schedule})
    return changed, f"the licensed range of {name} stands for {amount} {'twice ' if twice else ''}daily"


def _days_assumed(given: Given) -> bool:
    """Whether the table names no days, so that days spread over a week stand in."""
    return given.schedule is not None and not given.schedule.times_d and _times_a_week(given) is not None


def _times_a_week(given: Given) -> int | None:
    kind = given.schedule.kind.lower() if given.schedule else ""
    return next((times for word, times in TIMES_A_WEEK.items() if kind.startswith(word)), None)


def _one(given: Given, name: str, days: float) -> Regimen:
    name = NAMES.get(name, name)
    if name == "placebo" or name in drugs():
        return _drug(given, name, days)
    kind = "device or protocol" if given.montage or given.treatment_days else "drug"
    raise CannotExpress(f"there is no {kind} '{given.intervention}' in the treatments")


def _drug(given: Given, name: str, days: float) -> Regimen:
    route = {"iv": "intravenous", "intranasal": "intranasal"}.get((given.route or "oral").lower(), "oral")
    schedule = given.schedule
    start = (schedule.start_d or 0.0) if schedule else 0.0
    end = schedule.end_d if schedule and schedule.end_d is not None else days
    if name != "placebo" and route not in drug(name).routes:
        raise CannotExpress(f"{name} has no {route} route in the treatments")
    order = placebo(route=route) if name == "placebo" else _order(name, _amount(given), route, schedule)
    times = list(schedule.times_d) if schedule else []
    if times:
        return order.at(days=times)
    if (times_a_week := _times_a_week(given)) is not None:
        return order.times_per_week(times_a_week, weeks=max(1, round((end - start) / 7))).starting(start)
    if route != "oral":
        if name == "placebo":
            return order.once()
        raise CannotExpress(f"the table gives no dosing days for '{given.intervention}'")
    if schedule is not None and schedule.kind == "bid":
        regimen = order.twice_daily(days=max(1, round(end - start)))
    else:
        regimen = order.daily(days=max(1, round(end - start)))
    return regimen.starting(start) if start else regimen


def _order(name: str, amount: str, route: str, schedule: Schedule | None) -> Order:
    match route:
        case "intravenous":
            minutes = schedule.infusion_min if schedule else None
            return infusion(name, amount, over=f"{minutes or 40:g} min")
        case "intranasal":
            return intranasal(name, amount)
    return oral(name, amount)


def _amount(given: Given) -> str:
    """The dose as text; of a range or a list the first number is the starting dose and the last the usual one."""
    import re

    unit = (given.unit or "mg").replace("/day", "")
    if isinstance(given.dose, int | float):
        return f"{given.dose:g} {unit}"
    numbers = re.findall(r"\d+\.?\d*", str(given.dose or "").replace("day 1", ""))
    if not numbers or unit not in ("mg", "mg/kg"):
        raise CannotExpress(f"the dose '{given.dose} {given.unit}' of {given.intervention} is not one amount")
    return f"{numbers[0] if len(numbers) < 3 else numbers[-1]} {unit}"
