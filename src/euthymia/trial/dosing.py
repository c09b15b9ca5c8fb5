"""From a plan to what one patient's body really gets: boluses and rates on the model's states and inputs.

The assumption that matters: supervised doses and sessions are all taken; a dose taken at home is taken with this
patient's own probability. Left out: doses taken late or twice.
"""

from __future__ import annotations

import numpy as np

from euthymia.cohort.cohort import TAKING, Patient
from euthymia.engine.schedule import Bolus, Event, Rate
from euthymia.model.pharmacokinetics.absorption import Entry, entries, name_of
from euthymia.model.pharmacokinetics.disposition import identifier
from euthymia.treatments.drug import drug
from euthymia.treatments.measured import promised
from euthymia.treatments.plan import Dose, Plan, Session
from euthymia.treatments.product import single

CONCENTRATION = 12.0  # of the beta distribution of individual adherence


def events_of(plan: Plan, patient: Patient, adherence: float) -> list[Event]:
    """Everything in the plan that this patient takes, as events; amounts per kg use the patient's weight."""
    random = patient.random(TAKING)
    own = random.beta(adherence * CONCENTRATION, (1 - adherence) * CONCENTRATION) if adherence < 1 else 1.0
    events: list[Event] = []
    for dose in plan.doses:
        if dose.supervised or random.random() < own:
            weight = float(patient.covariates.get("weight", 70.0))
            events += [event for one in single(dose) for event in _dose(one, weight)]
    for session in plan.sessions:
        events += _session(session)
    return events


def _dose(dose: Dose, weight: float) -> list[Event]:
    given = drug(dose.drug)
    route = given.routes[dose.route]
    amount = dose.amount * weight if dose.unit == "mg/kg" else dose.amount
    if not given.contains or route.kind == "none":
        return []  # a control without a modelled compound
    if given.base_factor is not None:
        amount *= given.base_factor.number
    match route.kind:
        case "infusion":
            return [
                Rate(dose.time, f"{identifier(name)}.infusion", share * amount / dose.duration, dose.duration)
                for name, share in given.contains.items()
            ]
        case "nasal":
            sprays = max(1.0, amount / promised(route.spray_dose).number)
            first, later = promised(route.absorbed_fraction).number, promised(route.later_spray_factor).number
            kept = amount * first * (1 + (sprays - 1) * later) / sprays
            changed = route.conditions.get(dose.condition) if route.conditions else None
            if changed is not None and changed.bioavailability_factor is not None:
                kept = min(amount, kept * changed.bioavailability_factor.number)
            swallowed = (amount - kept) * promised(route.gut_fraction).number
            block = name_of(given, dose.route, dose.condition)
            lasting = promised(route.swallowed_duration).number
            return [
                Bolus(dose.time, f"{block}.mucosa", kept),
                Rate(dose.time, f"{block}.swallowing", swallowed / lasting, lasting),
            ]
    share = route.bioavailability.number if route.bioavailability is not None else 1.0
    changed = route.conditions.get(dose.condition) if route.conditions else None
    if changed is not None and changed.bioavailability_factor is not None:
        share *= changed.bioavailability_factor.number
    return [_entered(dose.time, part, share * amount) for part in entries(given, dose.route, dose.condition)]


def _entered(time: float, part: Entry, amount: float) -> Event:
    """One share of a dose: at once into a depot, or at an even rate over a while."""
    if not part.duration:
        return Bolus(time + part.lag, part.target, part.share * amount)
    return Rate(time + part.lag, part.target, part.share * amount / part.duration, part.duration)


def _session(session: Session) -> list[Event]:
    if session.sham:
        return []
    worth = _worth(session)
    target = f"stimulation.{identifier(session.protocol)}"
    return [Rate(session.time, target, worth / session.duration, session.duration)]


def _worth(session: Session) -> float:
    """Share of the protocol's own session that this one delivers: its pulses, saturating, and its intensity."""
    from euthymia.treatments.device import device

    protocol = device(session.protocol)
    pulses = session.pulses / protocol.pulses
    intensity = np.clip((session.intensity - 0.6 * protocol.intensity) / (0.4 * protocol.intensity), 0, 1.25)
    return float(min(pulses, 1 + 0.25 * (pulses - 1)) * intensity) if pulses > 1 else float(pulses * intensity)
