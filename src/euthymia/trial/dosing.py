"""From a plan to what one patient's body really gets: boluses and rates on the model's states and inputs.

The assumption that matters: supervised doses and sessions are all taken; a dose taken at home is taken with this
patient's own probability. Left out: doses taken late or twice.
"""

from __future__ import annotations

from euthymia.cohort.cohort import OPTICS, TAKING, Patient
from euthymia.engine.schedule import Bolus, Event, Rate
from euthymia.model.pharmacokinetics.absorption import Entry, entries, name_of
from euthymia.model.pharmacokinetics.disposition import identifier
from euthymia.model.stimulation.worth import responsiveness, worth
from euthymia.treatments.device import Light, device
from euthymia.treatments.drug import drug
from euthymia.treatments.measured import promised
from euthymia.treatments.plan import Dose, Plan
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
    return events + _sessions(plan, patient)


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


def _sessions(plan: Plan, patient: Patient) -> list[Event]:
    """Sessions that stimulate: magnetic and direct current as a drive, light as irradiance at the cortex."""
    given = [session for session in plan.sessions if not session.sham]
    driving = [session for session in given if not isinstance(device(session.protocol), Light)]
    worths = [worth(session) for session in driving]
    left = responsiveness(
        [session.time for session in driving],
        [size * device(session.protocol).efficacy.number for session, size in zip(driving, worths, strict=True)],
        [session.duration for session in driving],
    )
    events: list[Event] = [
        Rate(
            session.time,
            f"stimulation.{identifier(session.protocol)}{'_reversed' if size < 0 else ''}",
            abs(size) * ready / session.duration,
            session.duration,
        )
        for session, size, ready in zip(driving, worths, left, strict=True)
    ]
    for session in given:
        protocol = device(session.protocol)
        if isinstance(protocol, Light):
            through = transmitted(protocol, patient)
            events.append(
                Rate(session.time, "light.irradiance", through * session.intensity * protocol.duty, session.duration)
            )
    return events


def transmitted(protocol: Light, patient: Patient) -> float:
    """Share of the irradiance on the scalp that reaches this patient's grey matter (mean under the beam).

    Nobody knows which table of optics is right nor how thick this head is, so each patient has one of the answers; the
    same in every arm. The typical patient (covariate `optics: median`) has the one in the middle.
    """
    from euthymia.fields.light import light_dose

    known = light_dose(protocol.wavelength, 1.0, protocol.beam_radius)
    if patient.covariates.get("optics") == "median":
        return known.value
    answers = known.alternatives
    return float(answers[int(patient.random(OPTICS).integers(len(answers)))][1])
