"""One plan, a whole crowd: trajectories of as many patients as asked for, kept chunk by chunk.

Patients are the candidates of the cohort by number, as a trial would meet them: ill under their own stress, seen
weekly, taking their doses or not, with good and bad weeks. The assumption that matters: nobody is screened out, so that
the numbers of patients say who they are. Left out: ratings, drop-out and endpoints, which belong to a trial.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property

import numpy as np

from euthymia.cohort.cohort import Cohort
from euthymia.engine.choose import default_engine
from euthymia.engine.job import Job, usual_chunk
from euthymia.engine.layouts import LayoutName, Precision
from euthymia.engine.program import Program
from euthymia.engine.results import Store
from euthymia.engine.schedule import ScheduleTable
from euthymia.engine.shards import run_shards
from euthymia.engine.task import Engine
from euthymia.errors import EuthymiaError, UnknownName
from euthymia.model.parameter_table import current_fit
from euthymia.model.symptoms.domains import DOMAINS
from euthymia.treatments.plan import Plan
from euthymia.treatments.regimen import Regimen
from euthymia.trial.conduct import drawn, ready, seen_hours
from euthymia.trial.enrol import RUN_IN_HOURS, Person
from euthymia.trial.protocol import Trial, trial
from euthymia.trial.restriction import Given, restricted
from euthymia.trial.simulation import Simulation
from euthymia.trial.world import told
from euthymia.trial.world import worlds as members
from euthymia.units import quantity

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Treated:
    """A cohort under one plan, as shards need it: it travels as names and numbers, and draws by patient number."""

    cohort: Cohort
    plan: Plan
    days: float
    setting: str | None = None
    adherence: float = 0.9
    worlds: int = 0
    hypotheses: Given = field(default_factory=dict)

    @property
    def program(self) -> Program:
        return ready(self.plan)[1]

    @cached_property
    def design(self) -> Trial:
        """The trial whose only arm this is: everybody is seen weekly and on the last day."""
        visits = (*np.arange(7.0, self.days, 7.0).tolist(), self.days)
        return trial(
            self.cohort, {"plan": self.plan}, visits=visits, setting=self.setting, adherence=self.adherence,
            worlds=self.worlds, hypotheses=self.hypotheses,
        )  # fmt: skip

    def draw(self, first: int, last: int) -> tuple[np.ndarray, ScheduleTable]:
        """Parameters and schedules of candidates `first … last - 1`."""
        lived_in = members(self.worlds, self.hypotheses)
        people = tuple(
            Person(patient, lived_in[patient.number % len(lived_in)], patient.number % len(lived_in))
            for patient in self.cohort.candidates(first, last)
        )
        return drawn(self.design, self.plan, people, seen_hours(self.design, np.array(self.design.visits) * 24.0))

    def __getstate__(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)


def simulate(
    cohort: Cohort,
    plan: Regimen | Plan,
    *,
    outputs: Sequence[str] | None = None,
    times: Sequence[float] | None = None,
    every: str | float = "24 h",
    weeks: float | None = None,
    store: str | os.PathLike[str] | None = None,
    cluster: str | None = None,
    chunk: int | None = None,
    seed: int | None = None,
    precision: Precision = "float32",
    layout: LayoutName = "parquet",
    setting: str | None = None,
    adherence: float = 0.9,
    worlds: int = 0,
    hypotheses: Given | None = None,
    engine: Engine | None = None,
    progress: Progress | None = None,
) -> Simulation:
    """Give a plan to all people of a cohort, candidates 0 … size - 1, and keep chosen quantities over time.

    `outputs` are quantities of the model (default: the symptom domains). `times` are hours; if not given, `every` so
    often ("6 h", or a number of hours) for `weeks` (default: as long as the plan). `store` is a folder or an fsspec
    address and is gone on with if it holds part of this very run; without one the data live as long as the answer.
    `cluster` is nothing (threads), "local" (processes) or a dask scheduler's address. Raises `UnknownName` for an
    output, `StoreError` for a store with another run or without room, and what the plan and the cohort raise.
    """
    given = plan if isinstance(plan, Plan) else plan.plan()
    crowd = cohort if seed is None else cohort.with_(seed=int(seed))
    _check(chunk, weeks, adherence)
    moments = _times(given, times, every, weeks)
    treated = Treated(
        crowd, given, moments[-1] / 24, setting, adherence, worlds, dict(restricted(hypotheses or {}).given)
    )
    model, program = ready(given)
    wanted = tuple(dict.fromkeys(outputs if outputs is not None else DOMAINS))
    if not wanted:
        raise EuthymiaError(
            "no output is asked for", rule="A run keeps what it is asked for.", fix="outputs=('cortisol',)"
        )
    for name in wanted:
        if name not in program.names:
            raise UnknownName("output", name, program.names)
    folder = None
    if store is None:
        folder = tempfile.TemporaryDirectory(prefix="euthymia-")
        store = folder.name
    fit = current_fit()
    asked = {
        "model": model.hash, "fit": None if fit is None else fit.id, "cohort": crowd.preset.name,
        "cohort_hash": _hash(crowd.preset.model_dump_json()), **crowd.told(), "setting": treated.design.setting,
        "adherence": adherence, "worlds": worlds, "visits_d": list(treated.design.visits),
        "doses": [asdict(dose) for dose in given.doses], "sessions": [asdict(session) for session in given.sessions],
        "span_h": given.span,
    }  # fmt: skip
    if hypotheses:
        asked |= told(members(worlds, treated.hypotheses), treated.hypotheses)
    job = Job(
        treated, crowd.size, crowd.seed, given.hash, moments, wanted, Store(os.fspath(store)),
        chunk or usual_chunk(len(moments), len(wanted)), engine or default_engine(), -RUN_IN_HOURS, precision, layout,
        asked,
    )  # fmt: skip
    tell = progress or (lambda what, done, total: None)
    header = run_shards(job, cluster, lambda done, total: tell("patients", done, total))
    return Simulation(job.store, header, folder)


def _times(plan: Plan, times: Sequence[float] | None, every: str | float, weeks: float | None) -> tuple[float, ...]:
    """Hours to look at; raises `EuthymiaError` for none, for one before the first dose, or for a step of nothing."""
    if times is None:
        step = quantity(every, "h") if isinstance(every, str) else float(every)
        end = plan.span if weeks is None else weeks * 168.0
        if not (step > 0 and np.isfinite(step)):
            raise EuthymiaError(f"every {every} is no step", rule="A step is longer than nothing.", fix="every='6 h'")
        times = (np.arange(int(np.floor(end / step + 1e-9)) + 1) * step).tolist()
    found = np.asarray(times, float)
    if not len(found) or found[-1] <= 0 or found[0] < 0 or np.any(np.diff(found) <= 0) or not np.isfinite(found).all():
        raise EuthymiaError(
            "the times are not ascending hours from the first dose on",
            rule="Times are hours, each later than the one before, none below 0, the last above 0.",
            fix="times=range(0, 57 * 24, 24), or every='24 h' and weeks=8.",
        )
    return tuple(found.tolist())


def _check(chunk: int | None, weeks: float | None, adherence: float) -> None:
    if chunk is not None and chunk < 1:
        raise EuthymiaError(f"a chunk of {chunk} patients", rule="A chunk holds at least one.", fix="chunk=2000")
    if weeks is not None and not weeks > 0:
        raise EuthymiaError(f"{weeks:g} weeks is no time to look at", fix="weeks=8")
    if not 0 < adherence <= 1:
        raise EuthymiaError(
            f"adherence is {adherence:g}", rule="It is a share above 0, at most 1.", fix="adherence=0.9"
        )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
