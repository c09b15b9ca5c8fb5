"""What kinetics add to the rules of safety: what is left of one drug when the next begins, and what enzymes make of it.

The plan is simulated in the typical person. Residual MAO inhibition and transporter occupancy are read off at the first
dose of the drug that must not meet them; exposure ratios follow from enzyme activity. The assumption that matters:
levels at which a residue matters are stated here and assumed. Left out: people who clear more slowly than the typical.
"""

from __future__ import annotations

import numpy as np

from euthymia.engine.task import Engine
from euthymia.treatments.compound import Compound
from euthymia.treatments.drug import drug
from euthymia.treatments.finding import Finding
from euthymia.treatments.plan import Plan
from euthymia.treatments.safety.look import look
from euthymia.treatments.safety.rules import rules
from euthymia.trial.pharmacology.setting import Arm
from euthymia.trial.pharmacology.simulate import Curves, run

#: share of MAO-A inhibited, and of transporters occupied, above which a meeting is told
MATTERS = {"mao_a_inhibition": 0.2, "sert_occupancy": 0.2}
EXPOSURE = 1.5  # fold change of exposure that is told
SOURCE = ("the model of this project", "simulation of the plan in the typical person")


def findings(plan: Plan, engine: Engine, conditions: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    """Rules the plan touches, with what the model computes about residues and interactions; refusals first."""
    curves = _curves(plan, engine)
    told = [*look(plan, conditions), *_residues(plan, curves), *_exposures(plan, curves)]
    return tuple(sorted(told, key=lambda one: (one.severity != "refuse", one.rule)))


def _curves(plan: Plan, engine: Engine) -> Curves:
    last = max(dose.time for dose in plan.doses)
    return run(Arm(plan.doses, (), last, None, 1.0, last + 24.0), engine)


def _first(plan: Plan) -> dict[str, float]:
    first: dict[str, float] = {}
    for dose in plan.doses:
        first.setdefault(dose.drug, dose.time)
    return first


def _residues(plan: Plan, curves: Curves) -> list[Finding]:
    """Inhibited MAO-A where a serotonergic drug starts, occupied transporters where an MAO inhibitor starts."""
    book, first, found = rules(), _first(plan), []
    inhibitors = book.drugs(("irreversible-maoi", "reversible-maoi"))
    for name, hour in first.items():
        given = drug(name)
        if not given.compounds:
            continue
        targets = {target for compound in given.compounds for target in compound.targets}
        port = "sert_occupancy" if name in inhibitors else "mao_a_inhibition" if "sert" in targets else None
        if port is None or port not in curves.levels or hour == 0:
            continue
        left = float(np.interp(hour, curves.times, curves.levels[port]))
        if left > MATTERS[port]:
            what = "MAO-A inhibited" if port == "mao_a_inhibition" else "serotonin transporters occupied"
            message = f"when {name} starts on day {hour / 24:g}, {100 * left:.0f} % of {what} from before"
            found.append(Finding(f"residual-{port.split('_')[0]}", "warn", message, *SOURCE, "recalled"))
    return found


def _exposures(plan: Plan, curves: Curves) -> list[Finding]:
    """Drugs whose exposure the enzymes of the others change, from the last day of the plan."""
    found = []
    day = curves.times >= curves.times[-1] - 48
    names = set(plan.drugs)
    for name in sorted(names):
        own = {compound.name for compound in drug(name).compounds}
        for compound in (c for c in drug(name).compounds if c.name in drug(name).contains):
            others = _acting(names - {name}, own, compound)
            if not others:
                continue
            capacity = _capacity(compound, curves, day)
            if capacity > 0 and (1 / capacity >= EXPOSURE or capacity >= EXPOSURE):
                message = (
                    f"{' and '.join(others)} change the exposure to {name} {1 / capacity:.1f}-fold through enzymes"
                )
                found.append(Finding("exposure-by-enzymes", "warn", message, *SOURCE, "recalled"))
    return found


def _acting(others: set[str], own: set[str], victim: Compound) -> list[str]:
    acting = []
    for name in sorted(others):
        for compound in drug(name).compounds:
            touched = {*compound.inhibits, *compound.induces, *compound.suppresses}
            if compound.name not in own and touched & set(victim.enzymes):
                acting.append(name)
                break
    return acting


def _capacity(compound: Compound, curves: Curves, day: np.ndarray) -> float:
    """Clearing capacity of all pathways at the mean enzyme activity of these hours, relative to undisturbed."""
    rest = 1 - sum(path.share.number for path in compound.pathways)
    whole = rest
    for path in compound.pathways:
        port = f"{path.enzyme.lower()}_activity" if path.enzyme else ""
        level = float(np.mean(curves.levels[port][day])) if port in curves.levels else 1.0
        whole += path.share.number * level
    return whole
