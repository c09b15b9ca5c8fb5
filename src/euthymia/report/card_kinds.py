"""How each kind of thing becomes a card: drugs, devices, people, scales, trials, parts of the model, sources.

The assumption that matters: names are those of files and of the bibliography. Left out: users' own files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from euthymia.errors import UnknownName
from euthymia.report.cards import Card, Line, line
from euthymia.report.drug_card import drug_card
from euthymia.report.values_in import values_in
from euthymia.report.whole_model import whole_model
from euthymia.report.wording import DASH, arm_name, label, number, percent, when
from euthymia.treatments.measured import promised


def device_card(name: str) -> Card:
    """A stimulation protocol: its settings, dose at the cortex, usual course, limits it touches."""
    from euthymia.model.stimulation.summary import doses_of
    from euthymia.treatments.device import Current, Light, Protocol, device_called
    from euthymia.treatments.limits.stimulation import findings

    found = device_called(name)
    mark = " [provisional]" if found.confidence == "recalled" else ""
    facts = {"kind": found.kind, "target": found.target}
    match found:
        case Protocol():
            parts = (found, *found.also)
            facts |= {
                "coil": found.coil,
                "intensity": f"{found.intensity:g} % of resting motor threshold"
                + (", corrected for depth" if found.depth_corrected else ""),
                "pulses": f"{found.pulses}, in "
                + " then ".join(f"{one.trains} trains of {one.pulses_per_train}" for one in parts),
                "frequency": " then ".join(f"{one.frequency:g} pulses a second" for one in parts)
                + (f" in bursts of {found.burst.pulses}, {found.burst.rate:g} a second" if found.burst else ""),
            }
        case Current():
            facts |= {
                "montage": ", ".join(f"{pole.site} {pole.share:+.0%}" for pole in found.montage),
                "current": f"{found.intensity:g} mA, discs of {found.electrode_area:g} cm2",
                "charge": f"{found.charge:g} C, {found.density:.2f} A/m2 at an electrode",
            }
        case Light():
            pulsed = (
                "" if found.pulse_rate is None else f", pulsed at {found.pulse_rate:g} Hz ({percent(found.duty)} on)"
            )
            facts |= {
                "light": f"{found.emitter}, {found.wavelength:g} nm{pulsed}",
                "at the skin": f"{found.average:g} mW/cm2, {found.radiant_exposure:.3g} J/cm2 on each site",
                "sites": f"{found.sites} of {found.area:g} cm2",
            }
    days = found.session_days()
    facts |= {
        "session": f"{found.session_hours * 60:.0f} minutes",
        "course": f"{len(days)} sessions over {int(days[-1]) + 1} days" if days else "none is known",
        "source": f"{found.source}, {found.where}{mark}",
        "note": found.note,
    }
    for dose in doses_of(found, found.intensity, found.session_hours):
        low, high = dose.interval
        unit = "" if dose.unit == "1" else f" {dose.unit}"
        _add(
            facts,
            dose.quantity,
            f"{dose.value:.3g}{unit} ({low:.3g} to {high:.3g}: {dose.interval_kind}), {dose.metric}",
        )
    for one in findings(found, found.intensity):
        _add(facts, f"limit {one.rule}", f"{one.severity}: {one.message} ({one.source}, {one.confidence})")
    return Card("device", found.name, found.label, facts, tuple(line(path, value) for path, value in values_in(found)))


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
    for one, having in found.endophenotypes.items():
        facts[f"endophenotype {one}"] = f"to a degree of {having.degree:g} in {percent(having.share)}"
    return Card("cohort", name, found.label, facts)


def endophenotype_card(name: str) -> Card:
    """What carriers have, how it shows, what it foretells, and the parameters it moves."""
    from euthymia.cohort.endophenotype import endophenotype

    found = endophenotype(name)
    facts = {
        "because": _marked(found.because, found.confidence),
        "degree": f"{found.degree.low:g} (not at all) to {found.degree.high:g}; 1 is the typical carrier",
        "shows as": found.biomarker,
        "markers": ", ".join(found.markers),
        "foretells": found.prediction,
        "source": found.source or "",
    }
    for one, effect in found.effects.items():
        if effect.to is not None:
            spread = f"{effect.kind}, centre {effect.to.number:g}, spread {effect.spread:g}"
            facts[one] = f"{spread}, {effect.low:g} to {effect.high:g}"
        else:
            facts[one] = f"x {effect.factor.number:g}" if effect.factor else f"{promised(effect.shift).number:+g}"
    return Card("endophenotype", found.name, found.label, facts, _numbers(found))


def genotype_card(name: str) -> Card:
    """Alleles, the levels their pairs add up to, what a level multiplies, and allele frequencies."""
    from euthymia.cohort.genotype import genotype
    from euthymia.treatments.enzyme import enzyme

    found = genotype(name)
    facts = {
        "because": _marked(found.because, found.confidence),
        "also called": ", ".join(found.aliases),
        "alleles": ", ".join(f"{allele} ({score:g})" for allele, score in found.alleles.items()),
        "foretells": found.prediction,
        "source": found.source or "",
    }
    activity = {} if found.enzyme is None else enzyme(found.enzyme).phenotypes
    for level, told in found.levels.items():
        acts = [f"{one} x {size:g}" for one, size in found.factors(level)]
        acts += [f"enzyme activity {activity[level].number:g}"] if level in activity else []
        low, high = told.scores
        score = f"score {low:g}" if low == high else f"scores {low:g} to {high:g}"
        facts[level] = f"{score}: {', '.join(acts) or 'the reference'}"
    return Card("genotype", found.name, found.label, facts, _numbers(found))


def _numbers(found: object) -> tuple[Line, ...]:
    return tuple(line(path, value) for path, value in values_in(found))


def _marked(text: str, confidence: str) -> str:
    return f"{text} [provisional]" if confidence == "recalled" else text


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
    return Card(
        "scale",
        found.name,
        found.label,
        facts,
        tuple(line(of, getattr(found, of)) for of in ("rater_sd", "discrimination", "madrs_points")),
    )


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
    facts = {f"used in {q.name}": " ".join(q.printed.split()) for q in users} | _said_of(name)
    return Card("parameter", name, name, facts, (line(name, model.parameters[name]),))


def _said_of(name: str) -> dict[str, str]:
    """What the fit says the data say of a parameter."""
    from euthymia.model.parameter_table import current_fit
    from euthymia.report.identifiability import known_lines

    found = next((one for one in known_lines(current_fit()) if one["name"] == name), None)
    if found is None:
        return {}
    said = f"{found['prior']} before, {found['posterior']} after (log spread {found['spreads']})"
    return {"the data": f"{said}; {found['flag'] or found['by']}"}


def source_card(name: str) -> Card:
    """A publication: citation, link, the values read in it."""
    from euthymia.evidence.library import library

    found = library().source(name)
    facts = {"citation": found.citation, "title": found.title, "link": found.link or ""}
    facts |= {"not checked yet": ", ".join(found.unverified), "note": found.note or ""}
    values = [(key, value) for key, value in library().values.items() if key.startswith(f"{name}/")]
    return Card("source", name, found.citation, facts, tuple(line(key, value) for key, value in values))


def hypothesis_card(name: str) -> Card:
    """An open question: its alternatives with weights before and after the fit, what they set, what would decide."""
    from euthymia.model.hypothesis import hypothesis, posterior_weights

    found = hypothesis(name)
    posterior = posterior_weights().get(name)
    facts = {"why open": found.why_open, "bears on": ", ".join(found.bears_on) or "every treatment"}
    for one in found.alternatives:
        after = "the fit does not tell" if posterior is None else f"{percent(posterior[one.name])} after"
        sets = ", ".join(f"{parameter} = {held:g}" for parameter, held in one.sets.items()) or "nothing, as fitted"
        source = f" ({one.source})" if one.source else ""
        mark = f" [{one.mark}]" if one.mark else ""
        said = f"{one.meaning} Weight: {percent(one.weight)} before the fit, {after}. Sets: {sets}."
        facts[one.name] = f"{said} Because {one.because}{source}{mark}"
    mark = " [provisional]" if found.decides.confidence == "recalled" else ""
    facts["decides"] = f"{found.decides.text}" + (f" ({found.decides.source})" if found.decides.source else "") + mark
    facts["sources"] = ", ".join(found.sources)
    return Card("hypothesis", name, found.question, facts)


CARDS: Mapping[str, Callable[[str], Card]] = {
    "drug": drug_card,
    "device": device_card,
    "cohort": cohort_card,
    "endophenotype": endophenotype_card,
    "genotype": genotype_card,
    "scale": scale_card,
    "trial": trial_card,
    "model": model_card,
    "block": model_card,
    "parameter": parameter_card,
    "source": source_card,
    "hypothesis": hypothesis_card,
}


def names_of(kind: str) -> dict[str, str]:
    """Name → a few words, for everything of a kind."""
    from euthymia.cohort.endophenotype import endophenotype, endophenotypes
    from euthymia.cohort.genotype import genotype, genotypes
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
        case "endophenotype":
            return {name: endophenotype(name).label for name in endophenotypes()}
        case "genotype":
            return {name: genotype(name).label for name in genotypes()}
        case "scale":
            return {name: scale(name).label for name in scales()}
        case "trial":
            return {trial.id: f"{trial.split}, {trial.design or ''}" for trial in library().trials}
        case "source":
            return {key: source.citation for key, source in library().sources.items()}
        case "hypothesis":
            from euthymia.model.hypothesis import hypotheses

            return {name: f"{one.question} {' | '.join(one.names)}" for name, one in hypotheses().items()}
        case "parameter":
            return {name: str(value.meaning or "") for name, value in whole_model().parameters.items()}
    return {block.name: block.title for block in whole_model().blocks}
