"""A published trial as a virtual one: every arm we can express, and for the others the reason.

The assumption that matters: a treatment that patients already took for weeks belongs to their baseline and is not
simulated; a newly started oral antidepressant stands for escitalopram 10 mg. Both are said in the answer. Left out:
open-label extensions, relapse designs, effects on scales we do not model.
"""

from __future__ import annotations

from dataclasses import dataclass

from euthymia.cohort.cohort import cohort
from euthymia.errors import EuthymiaError
from euthymia.evidence.published_trial import Arm, PublishedTrial
from euthymia.treatments.order import oral, placebo
from euthymia.treatments.plan import Plan
from euthymia.treatments.regimen import Regimen
from euthymia.trial.express_device import DAYS_ASSUMED as DAYS_ASSUMED
from euthymia.trial.express_device import CannotExpress, is_device, stimulation
from euthymia.trial.express_drug import dosing
from euthymia.trial.links import convert
from euthymia.trial.protocol import Baseline, Trial, trial
from euthymia.trial.table_names import is_newly_started, is_ongoing

SCALES = ("MADRS", "HAMD17")  # what a fit compares
RATED = (*SCALES, "HAMD6", "QIDS_SR16")  # what the score compares as well
NEW_ORAL = ("escitalopram", "10 mg")
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
    for arm in (*published.arms, *published.implied):
        try:
            regimen, taken = _regimen(arm, published, days)
            plans[arm.arm] = regimen.plan()
            if taken:
                liberties[arm.arm] = taken
        except (CannotExpress, EuthymiaError) as reason:
            reasons[arm.arm] = str(reason).splitlines()[0]
            if arm in published.implied:
                reasons[arm.arm] = f"the table gives no arm '{arm.arm}', and by its name alone: {reasons[arm.arm]}"
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
    arms = (*published.arms, *published.implied)
    given = [g.intervention.lower() for arm in arms for g in arm.regimen]
    return any(word in text for text in (*given, *(arm.arm.lower() for arm in arms)) for word in words)


def clinic_of(published: PublishedTrial) -> str:
    """The cohort preset nearest to a trial's population."""
    if _says(published, "postpartum", "ppd"):
        return "postpartum"
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
    """The arms' mean severity, weighted by size; the typical one where the table gives none on a scale of ours.

    Each baseline is on the scale it names, else on the trial's. Of several scales the trial's own is taken, else the
    one that most arms have; what is neither MADRS nor HAM-D17 is converted to MADRS by published links.
    """
    found: dict[str, list[tuple[float, float]]] = {}
    for arm in published.arms:
        if arm.baseline is not None and arm.baseline.mean is not None:
            on = rated_as(arm.baseline.scale or published.scale) or ""
            found.setdefault(on, []).append((arm.baseline.mean, arm.n.value if arm.n and arm.n.value else 1))
    ours = {name: means for name, means in found.items() if name}
    if not ours:
        return TYPICAL
    name = max(ours, key=lambda one: (one == rated_as(published.scale), len(ours[one])))
    mean = sum(m * n for m, n in ours[name]) / sum(n for _, n in ours[name])
    return Baseline(name, mean) if name in SCALES else Baseline("MADRS", float(convert(mean, name, "MADRS")))


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
        if is_ongoing(name):
            taken.append("the ongoing antidepressant is part of the baseline")
        elif is_newly_started(name):
            parts.append(oral(*NEW_ORAL).daily(days=int(days) + 1))
            taken.append(f"the new oral antidepressant stands for {' '.join(NEW_ORAL)}")
        else:
            course, said = stimulation(given, name, published, days) if is_device(name) else dosing(given, days)
            parts.append(course)
            taken += [said] if said else []
    if not parts:
        parts.append(placebo().daily(days=int(days) + 1))
    whole = parts[0]
    for part in parts[1:]:
        whole = whole | part
    return whole, "; ".join(dict.fromkeys(taken))
