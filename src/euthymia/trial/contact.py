"""Contact with a trial: who sees the patient, when, and how much that feeds expectancy.

The setting is a property of the trial, not of an arm, so every arm of a trial has the same contacts. The first
contact acts within hours; each later one acts over the days that lead up to it. The assumption that matters: a
setting is known by its heaviest route. Left out: unblinding, a switchable hypothesis.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from euthymia.engine.schedule import Rate
from euthymia.errors import UnknownName
from euthymia.treatments.drug import drug
from euthymia.treatments.plan import Plan
from euthymia.trial.world import World, contact_weight

SETTINGS = ("oral", "short_course", "infusion", "nasal", "device", "inpatient")
FIRST_HOURS = 1.0
SHORT_COURSE_DAYS = 21


def setting_of(plans: Iterable[Plan]) -> str:
    """The setting of a trial from what its arms do: device, infusion, nasal, short oral course or oral."""
    plans = tuple(plans)
    routes = {dose.route for plan in plans for dose in plan.doses}
    if any(plan.sessions for plan in plans):
        return "device"
    for route, setting in (("intravenous", "infusion"), ("intranasal", "nasal")):
        if route in routes:
            return setting
    active = [plan for plan in plans if not inert(plan)]
    longest = max((plan.span for plan in active or plans), default=0.0)
    return "short_course" if 0 < longest <= SHORT_COURSE_DAYS * 24 else "oral"


def inert(plan: Plan) -> bool:
    """Whether a plan is a control: nothing in it reaches the model."""
    doses = any(drug(dose.drug).contains for dose in plan.doses)
    return not doses and all(session.sham for session in plan.sessions)


def contacts(setting: str, times: np.ndarray, world: World, certain: bool = False) -> list[Rate]:
    """Contact as rates on the expectancy block; `times` are the hours of all visits, as `world` weighs them.

    `certain` says that everybody knows the treatment is active, because no arm is a control.
    """
    if setting not in SETTINGS:
        raise UnknownName("setting", setting, SETTINGS)
    factor = contact_weight(world, "certainty") if certain else 1.0
    first = factor * contact_weight(world, f"first_{setting}")
    later = factor * contact_weight(world, f"visit_{setting}")
    target = "expectancy.contact"
    events = [Rate(0.0, target, first / FIRST_HOURS, FIRST_HOURS)]
    visits = np.unique(times[times > FIRST_HOURS])
    start = FIRST_HOURS
    for visit in visits:
        events.append(Rate(start, target, later / (visit - start), visit - start))
        start = float(visit)
    return events
