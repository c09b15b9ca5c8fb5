"""The card of a drug: how its model is built, what a usual dose brings, whom it meets at enzymes, what is disputed.

Exposure and occupancy are simulated in the typical person at the drug's usual regimens. The assumption that matters: a
card shows what is missing as plainly as what is known. Left out: effects on symptoms, which trials show.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from euthymia.errors import EuthymiaError
from euthymia.report.cards import Card, line
from euthymia.report.values_in import values_in
from euthymia.report.wording import percent
from euthymia.treatments.compound import TARGETS, Compound
from euthymia.treatments.drug import Drug, drug, drugs
from euthymia.treatments.regimen_file import regimen_from

if TYPE_CHECKING:
    from euthymia.treatments.plan import Plan

LEAST_EFFECT = 0.05  # share of a target that is worth a line


def drug_card(name: str) -> Card:
    """A drug: structure, every number, exposure and occupancy at usual doses, interactions, contradictions, gaps."""
    found = drug(name)
    facts = {
        "kind": found.kind,
        "also called": ", ".join(found.also),
        "identifiers": ", ".join(f"{key} {_identity(value)}" for key, value in found.identity.items()),
        "contains": ", ".join(f"{one} ({percent(share)})" for one, share in found.contains.items())
        or ", ".join(f"{one} ({percent(share)} of the mass)" for one, share in found.components.items()),
        "routes": ", ".join(f"{route} ({way.kind})" for route, way in found.routes.items()),
        "compounds": ", ".join(one.name for one in found.compounds),
        "targets": ", ".join(f"{TARGETS[name]} ({one.name})" for one in found.compounds for name in one.targets),
        "turns into": ", ".join(product for one in found.compounds for product in one.products),
    }
    facts |= {f"model of {one.name}": _structure(one) for one in found.compounds}
    for number, given in enumerate(found.usual if found.role == "treatment" else (), start=1):
        facts |= _at(number, dict(given), found)
    for number, said in enumerate(_interactions(found), start=1):
        facts[f"interaction {number}"] = said
    facts |= {f"disputed {number}": said for number, said in enumerate(found.contradictions, start=1)}
    facts |= {f"missing: {what}": cost for what, cost in found.missing.items()}
    facts["not modelled"] = found.limits
    return Card("drug", name, found.label, facts, tuple(line(path, value) for path, value in values_in(found)))


def _identity(value: Any) -> str:
    if isinstance(value, dict):
        mark = " [provisional]" if value.get("confidence") == "recalled" else ""
        return f"{value.get('value')}{mark}"
    return str(value)


def _structure(compound: Compound) -> str:
    """The compartments and the ways out, in words."""
    size = 1 + len(compound.peripherals)
    said = [f"{size} compartment{'s' * (size > 1)}"]
    if compound.liver is not None:
        said.append("well-stirred liver" + (" of its own volume" if compound.liver.volume is not None else ""))
    if compound.gut is not None:
        said.append("gut wall")
    if compound.brain is not None:
        said.append("brain")
    ways = []
    for path in compound.pathways:
        how = f"{percent(path.share.number)} by {path.enzyme or 'other ways'}"
        how += f" to {path.forms}" if path.forms else ""
        ways.append(how + (" (saturable)" if path.half_saturation is not None else ""))
    ways += [f"to {m.compound}" for m in compound.metabolites]
    if compound.renal_clearance is not None:
        ways.append("renal")
    if ways:
        said.append("cleared " + ", ".join(ways))
    for word, effects in (
        ("inhibits", compound.inhibits),
        ("induces", compound.induces),
        ("lowers", compound.suppresses),
    ):
        if effects:
            lost = {enzyme for enzyme, effect in effects.items() if effect.inactivation is not None}
            said.append(f"{word} " + ", ".join(f"{one} (irreversibly)" if one in lost else one for one in effects))
    moved = [*compound.phenotypes, *(trend.covariate for trend in compound.trends), *compound.allometry]
    if moved:
        said.append("moved by " + ", ".join(dict.fromkeys(moved)))
    return "; ".join(said)


def _at(number: int, given: dict[str, Any], found: Drug) -> dict[str, str]:
    """Exposure and occupancy of one usual regimen at its last dose."""
    from euthymia.engine.choose import default_engine
    from euthymia.trial.noncompartmental import area
    from euthymia.trial.pharmacology.setting import Arm
    from euthymia.trial.pharmacology.simulate import run

    try:
        plan = regimen_from(given).plan()
        last, step = _last(plan)
        curves = run(Arm(plan.doses, (), last, None, 1.0, last + max(step, 24.0)), default_engine())
    except EuthymiaError as error:
        return {f"regimen {number}": f"cannot be simulated: {error.problem}"}
    inside = (curves.times >= last) & (curves.times <= last + step)
    told = []
    for compound in found.compounds:
        level = curves.plasma(compound.name)
        mean = area(curves.times, level, last, last + step) / step
        if level[inside].max() > 0:
            told.append(f"{compound.name} peak {level[inside].max():.3g}, mean {mean:.3g} ng/mL")
    facts = {f"regimen {number}": f"{_said(given)}: " + "; ".join(told)}
    effects = []
    for port, level in curves.levels.items():
        if port.endswith(("_occupancy", "_inhibition", "_block", "_potentiation")):
            mean = float(np.trapezoid(level[inside], curves.times[inside]) / step)
            if mean >= LEAST_EFFECT:
                effects.append(f"{port.replace('_', ' ')} {percent(mean)}")
    if effects:
        facts[f"at targets {number}"] = ", ".join(effects)
    return facts


def _last(plan: Plan) -> tuple[float, float]:
    """The hour of the last dose and the hours between doses (a day for a single one)."""
    times = sorted({dose.time for dose in plan.doses})
    return times[-1], (min(24.0, times[-1] - times[-2]) if len(times) > 1 else 24.0)


def _said(given: dict[str, Any]) -> str:
    return ", ".join(f"{key} {value}" if not isinstance(value, dict) else key for key, value in given.items())


def _interactions(found: Drug) -> Iterator[str]:
    """Who changes this drug's enzymes, and whose enzymes it changes; from the files alone."""
    own = {enzyme for one in found.compounds for path in one.pathways if path.enzyme for enzyme in (path.enzyme,)}
    acts = {enzyme for one in found.compounds for enzyme in (*one.inhibits, *one.induces, *one.suppresses)}
    slowed: dict[str, set[str]] = {}
    affected: dict[str, set[str]] = {}
    mine = {one.name for one in found.compounds}
    for name in drugs():
        try:
            other = drug(name)
        except EuthymiaError:
            continue
        if {one.name for one in other.compounds} & mine:
            continue
        for one in other.compounds:
            for enzyme in {*one.inhibits, *one.induces, *one.suppresses} & own:
                slowed.setdefault(enzyme, set()).add(name)
            for path in one.pathways:
                if path.enzyme in acts and path.share.number >= 0.3:
                    affected.setdefault(path.enzyme, set()).add(name)
    for enzyme, names in sorted(slowed.items()):
        yield f"{enzyme} that clears it is changed by {', '.join(sorted(names))}"
    for enzyme, names in sorted(affected.items()):
        yield f"it changes {enzyme}, which clears {', '.join(sorted(names))}"
