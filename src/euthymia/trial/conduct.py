"""Conduct a trial: enrol, allocate, treat, follow up, rate, and lose some.

The assumption that matters: every arm of a trial shares one protocol of contact, whatever it is given. A person who
cannot be solved stays in the run as a failure. Left out: rescue medication, protocol deviations beyond missed doses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.metadata import version
from types import MappingProxyType

import numpy as np

from euthymia.cohort.cohort import STAYING
from euthymia.engine.choose import default_engine
from euthymia.engine.lower import lower
from euthymia.engine.program import Program
from euthymia.engine.schedule import ScheduleTable
from euthymia.engine.task import Engine, Solution, Task
from euthymia.model.block import Model
from euthymia.model.symptoms.domains import DOMAINS
from euthymia.model.treatment import compounds_of, enzymes_of, model_of
from euthymia.treatments.enzyme import enzyme
from euthymia.treatments.plan import Plan
from euthymia.trial.calendars import schedules
from euthymia.trial.contact import contact_weights
from euthymia.trial.enrol import RUN_IN_HOURS, Enrolment, Person, enrol, traits
from euthymia.trial.exposure import capacity, exposure
from euthymia.trial.protocol import Staying, Trial
from euthymia.trial.run import ArmRun, Run
from euthymia.trial.scale import scale
from euthymia.trial.world import World, told, worlds

#: pathway quantities kept beside symptoms and plasma
PATHWAYS = (
    "sert_occupancy", "nmda_block", "gabaa_potentiation", "serotonin_level", "raphe_firing",
    "glutamate_burst",
    "tonic_inhibition", "bdnf_release", "bdnf_pool", "mtorc1", "ampa_scaling", "labile_spines", "stable_synapses",
    "prefrontal_gain", "cortisol", "inflammation", "microglial_activation", "oxidative_stress", "atp_capacity",
    "dopamine_tone", "noradrenaline_level", "prefrontal_control", "limbic_drive", "negative_bias", "life_stress",
    "expectancy", "glutamate_tone", "neurosteroid", "gsk3_activity", "hippocampal_synapses", "amygdala_growth",
    "glucocorticoid_sensitivity", "circadian_integrity", "arousal", "reward_response", "behavioural_activation",
)  # fmt: skip

Progress = Callable[[str, int, int], None]


def run(trial: Trial, engine: Engine | None = None, progress: Progress | None = None, grid_hours: float = 24.0) -> Run:
    """Run the trial; `progress(what, done, total)` is told of each step; `grid_hours` spaces the trajectories."""
    engine = engine or default_engine()
    tell = progress or (lambda what, done, total: None)
    steps = len(trial.arms) + 1
    tell("screening", 0, steps)
    lived_in = worlds(trial.worlds, trial.hypotheses)
    enrolment = enrol(trial, engine, lived_in)
    visits = np.array(trial.visits) * 24.0
    times = np.unique(np.concatenate([visits, np.arange(0.0, visits[-1] + grid_hours / 2, grid_hours)]))
    times = times[times <= visits[-1]]
    seen = seen_hours(trial, visits)
    arms: dict[str, ArmRun] = {}
    for done, (name, plan) in enumerate(trial.arms.items(), start=1):
        tell(name, done, steps)
        people = _allocated(trial, enrolment, done - 1)
        arms[name] = _conduct_arm(trial, name, plan, people, engine, visits, times, seen)
    tell("done", steps, steps)
    return Run(trial, MappingProxyType(arms), enrolment, _header(trial, arms, engine, enrolment, lived_in))


def seen_hours(trial: Trial, visits: np.ndarray) -> np.ndarray:
    """Hours at which somebody of the trial sees the patient: visits, supervised doses and sessions of any arm.

    A day of several sessions is one contact.
    """
    supervised = [dose.time for plan in trial.arms.values() for dose in plan.doses if dose.supervised]
    sessions = [session.time for plan in trial.arms.values() for session in plan.sessions]
    first_of_day = {int(time // 24): time for time in sorted(sessions, reverse=True)}
    return np.unique(np.concatenate([visits, supervised, list(first_of_day.values())]))


def _allocated(trial: Trial, enrolment: Enrolment, arm: int) -> tuple[Person, ...]:
    """Everybody for twins; otherwise every k-th person, which is at random because patients are exchangeable."""
    if trial.allocation == "twins":
        return enrolment.people
    return enrolment.people[arm :: len(trial.arms)]


def _conduct_arm(
    trial: Trial,
    name: str,
    plan: Plan,
    people: tuple[Person, ...],
    engine: Engine,
    visits: np.ndarray,
    times: np.ndarray,
    seen: np.ndarray,
) -> ArmRun:
    model, _ = ready(plan)
    outputs = _outputs(model)
    solution = engine.solve(_task(trial, plan, people, times, outputs, seen))
    items = _items(trial, people, solution, outputs, np.searchsorted(times, visits))
    rated = {scale_name: scale(scale_name).graded.added(scores) for scale_name, scores in items.items()}
    observed = _observed(trial.staying, name, rated[scale(trial.scales[0]).name], visits, people)
    return ArmRun(
        name, plan, model, people, times, outputs, solution.values, solution.status, visits,
        MappingProxyType(rated), observed, MappingProxyType(items),
    )  # fmt: skip


def arm_task(trial: Trial, plan: Plan, people: tuple[Person, ...], times: np.ndarray, outputs: tuple[str, ...]) -> Task:
    """The integration of one arm on its own, as a fit needs it; `times` in hours."""
    seen = seen_hours(trial, np.array(trial.visits) * 24.0)
    return _task(trial, plan, people, times, outputs, seen)


@lru_cache(maxsize=256)
def ready(plan: Plan) -> tuple[Model, Program]:
    """The model of a plan and its program, assembled once in a process."""
    model = model_of(plan)
    return model, lower(model)


def _task(
    trial: Trial,
    plan: Plan,
    people: tuple[Person, ...],
    times: np.ndarray,
    outputs: tuple[str, ...],
    seen: np.ndarray,
) -> Task:
    _, program = ready(plan)
    parameters, schedule = drawn(trial, plan, people, seen)
    return Task(program, parameters, schedule, times, outputs, start=-RUN_IN_HOURS)


def drawn(trial: Trial, plan: Plan, people: tuple[Person, ...], seen: np.ndarray) -> tuple[np.ndarray, ScheduleTable]:
    """Parameters (people, parameters) and schedules of people in one arm; `seen` are the hours somebody meets them.

    The schedules depend on the patients and not on their worlds; contact weights are among the parameters.
    """
    return parameters_of(trial, plan, people), schedules(ready(plan)[1], trial, plan, people, seen)


def parameters_of(trial: Trial, plan: Plan, people: tuple[Person, ...]) -> np.ndarray:
    """Parameters of everybody in one arm, (people, parameters) in the order of the program."""
    model, _ = ready(plan)
    return np.stack([_individual(model, trial, plan, person) for person in people])


def _outputs(model: Model) -> tuple[str, ...]:
    known = {quantity.name for quantity in (*model.states, *model.values)}
    plasma = sorted(name for name in known if name.endswith("_plasma"))
    return (*DOMAINS, *(name for name in PATHWAYS if name in known), *plasma)


def _individual(model: Model, trial: Trial, plan: Plan, person: Person) -> np.ndarray:
    vector = traits(model, person, contact_weights(trial.setting, person.world, trial.certain))
    index = {name: i for i, name in enumerate(model.parameters)}
    compounds = compounds_of(plan)
    changes = [exposure(compound, person.patient) for compound in compounds]
    changes += [capacity(enzyme(name), person.patient) for name in enzymes_of(compounds)]
    for changed in changes:
        for name, number in changed.items():
            vector[index[name]] = number
    return vector


def _items(
    trial: Trial, people: tuple[Person, ...], solution: Solution, outputs: tuple[str, ...], at: np.ndarray
) -> dict[str, np.ndarray]:
    """Item scores (people, visits, items) of every scale of the trial, by its name."""
    domains = solution.values[:, at][:, :, [outputs.index(name) for name in DOMAINS]]
    patients = [person.patient for person in people]
    return {scale(name).name: scale(name).ratings(domains, patients) for name in trial.scales}


def _observed(
    staying: Staying | None, arm: str, rated: np.ndarray, visits: np.ndarray, people: tuple[Person, ...]
) -> np.ndarray:
    """Who still comes to each visit; the hazard follows the last rating that was seen, so leaving is not at random.

    An arm adds its own hazard of leaving because of adverse effects.
    """
    observed = np.isfinite(rated)
    if staying is None:
        return observed
    weeks = np.diff(visits) / 168.0
    for row, person in enumerate(people):
        random = person.patient.random(STAYING)
        for visit, length in enumerate(weeks):
            hazard = staying.weekly_hazard * np.exp(staying.per_point * (rated[row, visit] - staying.centre))
            hazard += staying.adverse.get(arm, 0.0)
            if random.random() > np.exp(-hazard * length):
                observed[row, visit + 1 :] = False
                break
    return observed


def _header(
    trial: Trial, arms: Mapping[str, ArmRun], engine: Engine, enrolment: Enrolment, lived_in: tuple[World, ...]
) -> Mapping[str, object]:
    failures = [
        {"arm": name, "patient": person.patient.number, "status": status.message}
        for name, arm in arms.items()
        for person, status in zip(arm.people, arm.status, strict=True)
        if not status.ok
    ]
    return MappingProxyType(
        {
            "trial": trial.name,
            "cohort": trial.cohort.preset.name,
            **trial.cohort.told(),
            "size": trial.cohort.size,
            "seed": trial.cohort.seed,
            "worlds": trial.worlds,
            **told(lived_in, trial.hypotheses),
            "setting": trial.setting,
            "engine": engine.name,
            "models": {name: arm.model.hash for name, arm in arms.items()},
            "plans": {name: arm.plan.hash for name, arm in arms.items()},
            "allowed": {name: list(arm.plan.allowed) for name, arm in arms.items() if arm.plan.allowed},
            "screened": enrolment.screened,
            "too_mild": enrolment.too_mild,
            "too_severe": enrolment.too_severe,
            "failures": failures,
            "versions": {package: version(package) for package in ("euthymia", "numpy", "scipy")},
        }
    )
