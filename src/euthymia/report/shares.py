"""Shares: how much of a predicted effect each pathway carries, by Shapley values over every combination of them.

Each patient runs beside an untreated twin: same person, same life, same contact, nothing given. A pathway that is cut
hands on what the twin has, so cutting takes away what the treatment does there and leaves the illness. All combinations
of cut pathways are patients of one task. The assumption that matters: a share is of this model's prediction, not of the
patient's cure. Left out: drop-outs and raters; who is lost to the solver is left out of all combinations.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from euthymia.errors import EuthymiaError, ModelError
from euthymia.report.share_game import Effect, Game, Measured

if TYPE_CHECKING:
    from euthymia.engine.task import Engine, Task
    from euthymia.treatments.plan import Plan
    from euthymia.treatments.regimen import Regimen
    from euthymia.trial.restriction import Given
    from euthymia.trial.world import World

MOST_PATHWAYS = 10  # 1024 combinations
GRID_HOURS = 24.0
EARLY_HOURS = (2.0, 4.0, 8.0, 12.0)


@dataclass(frozen=True)
class Shares:
    """Shares of an effect on `endpoint` over `times` (hours); `at` indexes the time asked about.

    `idle` are pathways that carry nothing under this plan. `cohort` is None where nobody was drawn; `ensemble` is the
    typical patient in each of several worlds, so that a share has a band for what the data leave open.
    """

    endpoint: str
    unit: str
    by: str
    pathways: tuple[str, ...]
    idle: tuple[str, ...]
    times: np.ndarray
    at: int
    typical: Effect | None
    cohort: Effect | None
    lost_people: int = 0
    ensemble: Effect | None = None

    @property
    def day(self) -> float:
        return float(self.times[self.at] / 24)

    def told(self) -> dict[str, Any]:
        """The shares at the day asked about as plain data: per pathway, its interactions, and the sums."""
        found: dict[str, Any] = {"endpoint": self.endpoint, "unit": self.unit, "day": self.day, "by": self.by}
        for name, effect in (("typical", self.typical), ("ensemble", self.ensemble), ("cohort", self.cohort)):
            if effect is not None:
                found[name] = _told(self, effect)
        return found | {"carry nothing": list(self.idle), "people not solved": self.lost_people}

    def __str__(self) -> str:
        from euthymia.report.shares_text import text

        return text(self)


def shares(
    plan: Plan | Regimen,
    endpoint: str = "MADRS",
    day: float | None = None,
    people: int = 0,
    cohort: str = "outpatient-mdd",
    seed: int = 1,
    by: str | Path = "pathways",
    scale: str = "MADRS",
    engine: Engine | None = None,
    setting: str | None = None,
    worlds: int = 0,
    hypotheses: Given | None = None,
) -> Shares:
    """Shares of a plan's effect on an endpoint, a scale or a quantity, on a day (default: the last of the plan).

    `by` is `pathways`, `targets`, or a file like model/pathways.yaml. The typical patient is always asked, and `people`
    of a cohort beside him; `response` and `remission` are shares of people and need a cohort. `worlds` members of the
    ensemble, restricted to `hypotheses` (see `trial.restriction`), give every share of the typical patient a band, and
    the cohort lives in them; 0 is the central estimate alone. Raises `UnknownName`,
    `ModelError` for more than 10 pathways that carry something, and `EuthymiaError`.
    """
    from euthymia.engine.choose import default_engine
    from euthymia.treatments.regimen import Regimen
    from euthymia.trial.world import worlds as members

    plan = plan.plan() if isinstance(plan, Regimen) else plan
    measured = Measured.of(endpoint, scale)
    if measured.dichotomous and not people:
        raise EuthymiaError(
            f"'{endpoint}' is a share of people, and nobody was drawn",
            rule="Response and remission need a cohort.",
            fix="Ask for --people 16, or for the endpoint change.",
        )
    if not plan.doses and not plan.sessions:
        raise EuthymiaError("the plan gives nothing", rule="An effect needs a treatment.", fix="Add a dose or session.")
    end = (plan.span if day is None else day * 24.0) or 24.0
    if end <= 0:
        raise EuthymiaError(f"day {day:g} lies before the treatment", rule="Day 0 is the first dose.")
    engine = engine or default_engine()
    task = _typical(plan, end, setting)
    game = Game.of(plan, by, measured.outputs)
    game = game.without_idle(engine, task)
    if not game.players:
        raise EuthymiaError(
            "no pathway carries anything under this plan",
            rule="An effect is the difference from an untreated twin.",
            fix="A control has no effect to share out; ask about an active treatment.",
        )
    if len(game.players) > MOST_PATHWAYS:
        raise ModelError(
            f"{len(game.players)} pathways carry something",
            rule=f"Shares are exact, over all combinations of at most {MOST_PATHWAYS} pathways.",
            fix="Group them in a file of your own and name it with --by.",
        )
    early = [hour for hour in EARLY_HOURS if hour < end]
    times = np.unique([*np.arange(0.0, end, GRID_HOURS), *early, end])
    typical, crowd, lost = None, None, 0
    if not measured.dichotomous:
        typical, missing = game.effect(engine, task, times, measured)
        if missing:
            raise ModelError("the typical patient could not be solved in every combination of pathways")
    ensemble = None
    lived_in = members(worlds, hypotheses)
    if (worlds or hypotheses) and not measured.dichotomous:
        ensemble, _ = game.effect(engine, _in_worlds(task, plan, lived_in, setting), times, measured)
    if people:
        crowd_task = _crowd(plan, end, people, cohort, seed, setting, engine, lived_in)
        crowd, lost = game.effect(engine, crowd_task, times, measured)
    return Shares(
        measured.name, measured.unit, str(by), tuple(one.name for one in game.players), game.idle, times,
        len(times) - 1, typical, crowd, lost, ensemble,
    )  # fmt: skip


def _typical(plan: Plan, end: float, setting: str | None) -> Task:
    from euthymia.report.typical import typical_task

    return typical_task(plan, ("limbic_drive",), end, setting)[1]


def _in_worlds(task: Task, plan: Plan, lived_in: tuple[World, ...], setting: str | None) -> Task:
    """The typical patient once in each world."""
    from euthymia.trial.contact import contact_weights, setting_of

    index = {name: i for i, name in enumerate(task.program.parameters)}
    rows = np.repeat(task.parameters, len(lived_in), axis=0)
    for row, world in zip(rows, lived_in, strict=True):
        for name, number in {**contact_weights(setting or setting_of([plan]), world), **world.parameters}.items():
            if name in index:
                row[index[name]] = number
    return replace(task.subset(np.zeros(len(lived_in), dtype=int)), parameters=rows)


def _crowd(
    plan: Plan,
    end: float,
    people: int,
    name: str,
    seed: int,
    setting: str | None,
    engine: Engine,
    lived_in: tuple[World, ...],
) -> Task:
    """People of a cohort as a trial enrols them, each with his own exposure, life and adherence."""
    from euthymia.cohort.cohort import cohort
    from euthymia.trial.conduct import arm_task
    from euthymia.trial.enrol import enrol
    from euthymia.trial.protocol import trial

    visits = tuple(np.unique([*np.arange(0.0, end / 24, 7.0), end / 24]))
    planned = trial(cohort(name, people, seed), {"treated": plan}, visits=visits, setting=setting, certain=False)
    enrolled = enrol(planned, engine, lived_in).people
    return arm_task(planned, plan, enrolled, np.array([0.0]), ("limbic_drive",))


def _told(found: Shares, effect: Effect) -> dict[str, Any]:
    at, total = found.at, float(effect.total[found.at] - effect.unexplained[found.at])
    rows = []
    for player, name in enumerate(found.pathways):
        share, each = float(effect.shares[player, at]), effect.each[player, :, at]
        row: dict[str, Any] = {"pathway": name, "share": share, "fraction": share / total if total else None}
        row |= {"alone": float(effect.alone(player)[at]), "lost_if_cut": float(effect.lost(player)[at])}
        if effect.people > 1:
            row |= {"low": float(np.quantile(each, 0.05)), "high": float(np.quantile(each, 0.95))}
        rows.append(row)
    pairs = [
        {"pathways": [found.pathways[i], found.pathways[j]], "interaction": float(effect.interactions[i, j, at])}
        for i in range(len(found.pathways))
        for j in range(i)
    ]
    summed = float(effect.shares[:, at].sum())
    return {
        "people": effect.people,
        "effect": float(effect.total[at]),
        "through_nothing_listed": float(effect.unexplained[at]),
        "sum_of_shares": summed,
        "sum_less_effect": summed + float(effect.unexplained[at]) - float(effect.total[at]),
        "shares": sorted(rows, key=lambda row: -abs(row["share"])),
        "interactions": sorted(pairs, key=lambda pair: -abs(pair["interaction"])),
    }
