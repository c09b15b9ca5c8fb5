"""The typical patient: every parameter at its centre, every dose taken, no luck good or bad.

The assumption that matters: the middle of every parameter is not the middle of every outcome, so this patient
explains mechanisms and stands for no average. Left out: visits beyond those the plan itself brings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from euthymia.errors import UnknownName
from euthymia.report.report_data import Typical
from euthymia.report.wording import TARGET_EFFECTS

if TYPE_CHECKING:
    from euthymia.engine.task import Engine, Task
    from euthymia.model.block import Model
    from euthymia.treatments.plan import Plan

#: hours after a dose or session at which its effect is looked at closely
CLOSE = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 18.0)
WEIGHT = 70.0


def typical(
    plan: Plan,
    outputs: Sequence[str] | None = None,
    hours: float | None = None,
    engine: Engine | None = None,
    setting: str | None = None,
    visits: Sequence[float] | None = None,
    parameters: Mapping[str, float] | None = None,
    knock_out: Sequence[str] = (),
) -> Typical:
    """Simulate the typical patient under a plan to `hours` (default: its span and two weeks).

    `setting` and `visits` (days) are those of the trial he would be seen in; `outputs` default to symptoms, pathways
    and plasma; `knock_out` holds ports, edges or blocks at health (see `model.knock_out`). Raises `UnknownName` for an
    output or parameter the model does not have.
    """
    from euthymia.engine.choose import default_engine

    model, task = typical_task(plan, outputs, hours, setting, visits, parameters, knock_out)
    solution = (engine or default_engine()).solve(task)
    return Typical(task.times, task.outputs, solution.values[0], model)


def typical_task(
    plan: Plan,
    outputs: Sequence[str] | None = None,
    hours: float | None = None,
    setting: str | None = None,
    visits: Sequence[float] | None = None,
    parameters: Mapping[str, float] | None = None,
    knock_out: Sequence[str] = (),
) -> tuple[Model, Task]:
    """What `typical` integrates, with the same arguments: the model of the plan and one patient's task."""
    from euthymia.cohort.cohort import Patient
    from euthymia.engine.lower import lower
    from euthymia.engine.schedule import Rate, tabulate
    from euthymia.engine.task import Task
    from euthymia.model.knock_out import knock_out as knocked_out
    from euthymia.model.symptoms.domains import DOMAINS
    from euthymia.model.treatment import model_of
    from euthymia.trial.conduct import PATHWAYS
    from euthymia.trial.contact import contact_weights, contacts, setting_of
    from euthymia.trial.dosing import events_of
    from euthymia.trial.enrol import RUN_IN_HOURS
    from euthymia.trial.world import World

    model = knocked_out(model_of(plan).having(parameters or {}), *knock_out)
    end = float(hours if hours is not None else plan.span + 14 * 24)
    known = [quantity.name for quantity in (*model.states, *model.values)]
    if outputs is None:
        plasma = sorted(name for name in known if name.endswith("_plasma"))
        sites = sorted(name for name in known if name.endswith(("_occupancy", "_inhibition")))
        kept = dict.fromkeys((*DOMAINS, *PATHWAYS, *TARGET_EFFECTS, *sites, *plasma))
        outputs = tuple(name for name in kept if name in known)
    for name in outputs:
        if name not in known:
            raise UnknownName("output", name, known)
    times = close_times(plan, end)
    person = Patient(0, 0, {}, {}, {"weight": WEIGHT, "optics": "median"})
    days = np.arange(0.0, end / 24 + 1e-9, 7.0) if visits is None else np.asarray(visits, float)
    events = [event for event in events_of(plan, person, 1.0) if event.time <= end]
    events += contacts(days[days * 24 <= end] * 24)
    events.append(Rate(0.0, "life.course", 1.0, end + 1.0))
    worth = contact_weights(setting or setting_of([plan]), World({}))
    model = model.having({name: number for name, number in worth.items() if name not in (parameters or {})})
    program = lower(model)
    numbers = np.array([[model.parameters[name].number for name in program.parameters]])
    return model, Task(program, numbers, tabulate(program, [events]), times, tuple(outputs), start=-RUN_IN_HOURS)


def close_times(plan: Plan, end: float, most: int = 1500) -> np.ndarray:
    """Hours to look at: every six, and closely after each dose and session, no more than about `most`."""
    given = sorted({item.time for item in (*plan.doses, *plan.sessions) if item.time <= end})
    close = CLOSE if len(given) * len(CLOSE) <= most else CLOSE[::3]
    points = [np.arange(0.0, end + 3, 6.0), *(time + np.array(close) for time in given)]
    times = np.unique(np.round(np.concatenate(points), 4))
    return times[times <= end]
