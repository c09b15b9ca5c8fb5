"""How each kind of thing becomes a card: drugs, devices, cohorts, scales, trials, parts of the model, sources.

The assumption that matters: names are those of files and of the bibliography. Left out: users' own files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from euthymia.errors import UnknownName
from euthymia.report.cards import Card, line
from euthymia.report.drug_card import drug_card
from euthymia.report.values_in import values_in
from euthymia.report.whole_model import whole_model
from euthymia.report.wording import DASH, arm_name, label, number, percent, when


def device_card(name: str) -> Card:
    """A stimulation protocol, pulse by pulse."""
    from euthymia.treatments.device import device

    found = device(name)
    mark = " [provisional]" if found.confidence == "recalled" else ""
    facts = {
        "target": found.target,
        "coil": found.coil,
        "intensity": f"{found.intensity:g} % of resting motor threshold",
        "pulses": f"{found.pulses}, in {found.trains} trains of {found.pulses_per_train}",
        "frequency": f"{found.frequency:g} pulses a second",
        "session": f"{found.session_hours * 60:.0f} minutes",
        "source": f"{found.source}, {found.where}{mark}",
    }
    return Card("device", name, found.label, facts, tuple(line(path, value) for path, value in values_in(found)))


def cohort_card(name: str) -> Card:
    """Who may come, and what varies between them."""
    from euthymia.cohort.preset import preset

    found = preset(name)
    rule = found.severity
    facts = {"let in": f"{rule.scale} {rule.low:g} to {rule.high:g}", "because": found.because}
    for one, spread in {**found.covariates, **found.varies}.items():
        if spread.kind == "choice":
            said = ", ".join(f"{value} {percent(share)}" for value, share in (spread.shares or {}).items())
        else:
            said = f"{spread.kind}, centre {spread.centre:g}, spread {spread.spread:g}"
            said += " (a factor)" if spread.factor else ""
        facts[one] = said
    return Card("cohort", name, found.label, facts)


def scale_card(name: str) -> Card:
    """Items with their symptom domains, and the cut-offs."""
    from euthymia.trial.scale import scale

    found = scale(name)
    facts = {
        "range": f"0 to {found.maximum:g}",
        "response": f"a fall of {percent(found.response)} of baseline or more",
        "remission": f"{found.remission:g} or less",
    }
    for item, row in found.items.items():
        share = "" if row.share == 1 else f" x {row.share:g}"
        facts[item] = f"0 to {row.maximum:g}{share}, follows {label(row.domain).lower()}"
    return Card("scale", found.name, found.label, facts, (line("rater_sd", found.rater_sd),))


def trial_card(name: str) -> Card:
    """A published trial: design, arms, what was seen, and whether a fit may see it."""
    from euthymia.evidence.library import library

    trials = {trial.id: trial for trial in library().trials}
    if name not in trials:
        raise UnknownName("trial", name, trials)
    found = trials[name]
    source = library().source(found.source or found.id)
    facts = {
        "source": " ".join(part for part in (source.citation, source.link) if part),
        "design": found.design or "",
        "use": f"{found.split}" + (f" ({found.split_because})" if found.split_because else ""),
    }
    for arm in found.arms:
        given = ", ".join(_given(one) for one in arm.regimen)
        people = f"{arm.n.value} people" if arm.n and arm.n.value else "people not given"
        facts[f"arm {arm_name(arm.arm)}"] = f"{given or 'regimen not given'}; {people}"
    for arm, outcome in found.outcomes:
        error = f" ± {number(outcome.standard_error)}" if outcome.standard_error is not None else ""
        said = f"{outcome.kind} {number(outcome.mean)}{error} {outcome.scale}{_mark(outcome)}"
        _add(facts, f"{arm_name(arm.arm)}, {when(outcome.time_d)}", said)
    for one in found.contrasts:
        said = DASH if one.difference is None else f"{number(one.difference)} {one.scale}{_mark(one)}"
        _add(facts, f"{arm_name(one.arm)} minus {arm_name(one.reference)}, {when(one.time_d)}", said)
    return Card("trial", name, found.acronym or found.id, facts)


def _add(facts: dict[str, str], label: str, said: str) -> None:
    """A fact beside others of the same label, so that a second analysis does not hide the first."""
    facts[label] = f"{facts[label]}; {said}" if label in facts else said


def _given(one) -> str:
    dose = f" {one.dose} {one.unit or ''}".rstrip() if one.dose is not None else ""
    return f"{one.intervention.replace('_', ' ')}{dose}"


def _mark(datum) -> str:
    return " [provisional]" if str(datum.confidence) == "recalled" else ""


def model_card(name: str) -> Card:
    """A part of the model by the name of its block: prose, ports, printed equations, parameters."""
    found = whole_model().block(name)
    facts = {
        "about": " ".join((found.doc or "").split()),
        "takes": ", ".join(f"{port} ({want.unit})" for port, want in found.takes.items()),
        "gives": ", ".join(f"{port} ({unit})" for port, unit in found.gives.items()),
        "schedule": ", ".join(found.inputs),
    }
    lines = enumerate(found.equations.strip("\n").splitlines(), start=1)
    facts |= {f"line {place}": printed.strip() for place, printed in lines if printed.strip()}
    return Card("model", name, found.title, facts, tuple(line(short, v) for short, v in found.parameters.items()))


def parameter_card(name: str) -> Card:
    """One parameter of the model, with the equations that use it."""
    from euthymia.report.why import uses

    model = whole_model()
    if name not in model.parameters:
        raise UnknownName("parameter", name, model.parameters)
    users = [q for q in (*model.states, *model.values) if name in uses(q)]
    facts = {f"used in {q.name}": " ".join(q.printed.split()) for q in users}
    return Card("parameter", name, name, facts, (line(name, model.parameters[name]),))


def source_card(name: str) -> Card:
    """A publication: citation, link, the values read in it."""
    from euthymia.evidence.library import library

    found = library().source(name)
    facts = {"citation": found.citation, "title": found.title, "link": found.link or ""}
    facts |= {"not checked yet": ", ".join(found.unverified), "note": found.note or ""}
    values = [(key, value) for key, value in library().values.items() if key.startswith(f"{name}/")]
    return Card("source", name, found.citation, facts, tuple(line(key, value) for key, value in values))


CARDS: Mapping[str, Callable[[str], Card]] = {
    "drug": drug_card,
    "device": device_card,
    "cohort": cohort_card,
    "scale": scale_card,
    "trial": trial_card,
    "model": model_card,
    "block": model_card,
    "parameter": parameter_card,
    "source": source_card,
}


def names_of(kind: str) -> dict[str, str]:
    """Name → a few words, for everything of a kind."""
    from euthymia.cohort.preset import preset, presets
    from euthymia.evidence.library import library
    from euthymia.treatments.device import device, devices
    from euthymia.treatments.drug import drug, drugs
    from euthymia.trial.scale import scale, scales

    match kind:
        case "drug":
            return {name: f"{drug(name).label} ({drug(name).kind})" for name in drugs()}
        case "device":
            return {name: device(name).label for name in devices()}
        case "cohort":
            return {name: preset(name).label for name in presets()}
        case "scale":
            return {name: scale(name).label for name in scales()}
        case "trial":
            return {trial.id: f"{trial.split}, {trial.design or ''}" for trial in library().trials}
        case "source":
            return {key: source.citation for key, source in library().sources.items()}
        case "parameter":
            return {name: str(value.meaning or "") for name, value in whole_model().parameters.items()}
    return {block.name: block.title for block in whole_model().blocks}
