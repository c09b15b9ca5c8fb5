"""Contact with a trial: who sees the patient, when, and how much that feeds expectancy.

The setting is a property of the trial, not of an arm, so every arm of a trial has the same contacts. The first
contact acts within hours; each later one acts over the days that lead up to it. A schedule holds plain contacts; what
one is worth in this setting and this world are parameters of the expectancy block. The assumption that matters: a
setting is known by its heaviest route. Left out: unblinding, which is a switch of that block.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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


def contacts(times: np.ndarray) -> list[Rate]:
    """Contacts as rates on the expectancy block, one each whatever it is worth; `times` are the hours of all visits."""
    events = [Rate(0.0, "expectancy.first_contact", 1.0 / FIRST_HOURS, FIRST_HOURS)]
    start = FIRST_HOURS
    for visit in np.unique(times[times > FIRST_HOURS]):
        events.append(Rate(start, "expectancy.contact", 1.0 / (visit - start), visit - start))
        start = float(visit)
    return events


def contact_weights(setting: str, world: World, certain: bool = False) -> Mapping[str, float]:
    """What contacts are worth in a setting, as `world` has it: parameters of the expectancy block, by full name.

    `certain` says that everybody knows the treatment is active, because no arm is a control. Raises `UnknownName`.
    """
    if setting not in SETTINGS:
        raise UnknownName("setting", setting, SETTINGS)
    return {
        "expectancy.first_weight": contact_weight(world, f"first_{setting}"),
        "expectancy.visit_weight": contact_weight(world, f"visit_{setting}"),
        "expectancy.certainty": contact_weight(world, "certainty") if certain else 1.0,
    }
