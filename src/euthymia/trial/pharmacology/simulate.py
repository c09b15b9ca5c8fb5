"""An arm of a setting, run: plasma curves of every compound, occupancies, and the doses that made them.

The typical person with the covariates of the group; kinetics and targets only, nothing downstream. The assumption that
matters: a published mean is near what the typical person has. Left out: spread between people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from euthymia.cohort.cohort import Patient
from euthymia.engine.lower import lower
from euthymia.engine.program import Program
from euthymia.engine.schedule import tabulate
from euthymia.engine.task import Engine, Task
from euthymia.model.assemble import assemble
from euthymia.model.block import Model
from euthymia.model.pharmacokinetics.disposition import plasma_port
from euthymia.model.treatment import compounds_of, enzymes_of, treatment_blocks
from euthymia.treatments.enzyme import enzyme
from euthymia.treatments.plan import Dose, Plan
from euthymia.trial.dosing import events_of
from euthymia.trial.exposure import capacity, typical_exposure
from euthymia.trial.pharmacology.setting import Arm, CannotExpress

RTOL = 1e-7


@dataclass(frozen=True)
class Curves:
    """Hours from the first dose, and curves by port name (plasma in ng/mL, targets and enzymes as shares)."""

    times: np.ndarray
    levels: Mapping[str, np.ndarray]

    def plasma(self, compound: str) -> np.ndarray:
        """Plasma concentration of a compound (ng/mL)."""
        return self.levels[plasma_port(compound)]


def run(arm: Arm, engine: Engine, changes: tuple[tuple[str, float], ...] = ()) -> Curves:
    """Simulate an arm; `changes` multiplies model parameters by full name, for a fit; raises `CannotExpress`."""
    plan = Plan(arm.doses, (), arm.until)
    model, program = _ready(tuple(sorted({(d.drug, d.route, d.condition) for d in arm.doses})))
    patient = Patient(0, 0, {}, {}, dict(arm.covariates))
    numbers = {name: model.parameters[name].number for name in program.parameters}
    compounds = compounds_of(plan)
    for compound in compounds:
        numbers |= typical_exposure(compound, patient)
    for name in enzymes_of(compounds):
        numbers |= capacity(enzyme(name), patient)
    numbers |= {name: numbers[name] * factor for name, factor in changes if name in numbers}
    times = _times(arm)
    outputs = tuple(
        q.name for q in (*model.values, *model.states)
        if q.name.endswith(("_plasma", "_occupancy", "_inhibition", "_agonism", "_block", "_potentiation", "_activity"))
    )  # fmt: skip
    task = Task(
        program,
        np.array([[numbers[name] for name in program.parameters]]),
        tabulate(program, [events_of(plan, patient, 1.0)]),
        times,
        outputs,
        rtol=RTOL,
        atol=1e-10,
    )
    solution = engine.solve(task)
    if not solution.status[0].ok:
        raise CannotExpress(f"the simulation failed: {solution.status[0].message}")
    return Curves(times, {name: np.maximum(solution.values[0, :, i], 0.0) for i, name in enumerate(outputs)})


@lru_cache(maxsize=512)
def _ready(ways: tuple[tuple[str, str, str], ...]) -> tuple[Model, Program]:
    doses = tuple(Dose(0.0, name, 1.0, "mg", route, 0.0, condition) for name, route, condition in ways)
    model = assemble(treatment_blocks(Plan(doses, (), 1.0)))
    return model, lower(model)


def _times(arm: Arm) -> np.ndarray:
    """Fine after the first and the last dose, coarse elsewhere; the end of every infusion is a sample."""
    fine = np.concatenate([np.arange(0, 2, 0.025), np.arange(2, 26, 0.1)])
    ends = [dose.time + dose.duration for dose in arm.doses if dose.duration]
    tail = np.arange(arm.last, arm.until, 1.0)
    early = arm.doses[0].time + fine
    whole = np.concatenate(
        [
            [0.0],
            early,
            arm.last + fine,
            tail,
            ends,
            [arm.until],
            np.arange(0, arm.last, 2.0 if arm.last < 800 else 6.0),
            [arm.last],
        ]
    )
    if arm.tau:
        whole = np.concatenate([whole, [arm.last + arm.tau]])
    whole = np.round(whole[(whole >= 0) & (whole <= arm.until)], 6)
    return np.unique(whole)
