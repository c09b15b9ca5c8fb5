"""The game behind shares: which pathways a plan can switch, and what each combination of them is worth.

A pathway that is cut hands on what the untreated twin has. The assumption that matters: both sides start from the state
the person is in at the first dose, which no treatment has touched. Left out: pathways that carry nothing, which are
found first and told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from euthymia.errors import ModelError, UnknownName
from euthymia.report.shapley import interactions, shapley

if TYPE_CHECKING:
    from euthymia.engine.program import Program
    from euthymia.engine.task import Engine, Task
    from euthymia.model.block import Model
    from euthymia.model.pathways import Pathway
    from euthymia.treatments.plan import Plan

NOTHING = 1e-9  # relative difference from the twin at which a pathway carries nothing
TOLERANCE = 1e-7


@dataclass(frozen=True)
class Effect:
    """What every combination of pathways achieves in some people: `worth` (2^n, people, times), treated minus twin.

    In points of a scale, in the unit of a quantity, or, for response and remission, as 1 or 0.
    """

    worth: np.ndarray

    @property
    def people(self) -> int:
        return self.worth.shape[1]

    @cached_property
    def mean(self) -> np.ndarray:
        """Mean over people (2^n, times)."""
        return self.worth.mean(axis=1)

    @cached_property
    def shares(self) -> np.ndarray:
        """Shapley value of each pathway, mean over people (n, times)."""
        return shapley(self.mean)

    @cached_property
    def each(self) -> np.ndarray:
        """Shapley value of each pathway in each person (n, people, times)."""
        return shapley(self.worth)

    @cached_property
    def interactions(self) -> np.ndarray:
        """Shapley interaction of each pair, mean over people (n, n, times)."""
        return interactions(self.mean)

    @property
    def total(self) -> np.ndarray:
        """The whole effect (times,)."""
        return self.mean[-1]

    @property
    def unexplained(self) -> np.ndarray:
        """What is left with every pathway cut (times,); 0 where the pathways cut everything."""
        return self.mean[0]

    def alone(self, player: int) -> np.ndarray:
        """What one pathway achieves with all others cut (times,)."""
        return self.mean[1 << player] - self.mean[0]

    def lost(self, player: int) -> np.ndarray:
        """What is lost when one pathway alone is cut (times,)."""
        return self.mean[-1] - self.mean[-1 - (1 << player)]


@dataclass(frozen=True)
class Measured:
    """What is looked at: a scale's total, or one quantity."""

    name: str
    unit: str
    outputs: tuple[str, ...]
    scale: str | None
    endpoint: str = "change"

    @property
    def dichotomous(self) -> bool:
        return self.endpoint in ("response", "remission")

    @classmethod
    def of(cls, endpoint: str, scale: str) -> Measured:
        from euthymia.model.symptoms.domains import DOMAINS
        from euthymia.report.why import ENDPOINTS
        from euthymia.trial.scale import scales

        named = {one.lower(): one for one in scales()}
        if endpoint.lower() in named:
            return cls(named[endpoint.lower()], "points", DOMAINS, named[endpoint.lower()])
        if endpoint in ENDPOINTS:
            if scale.lower() not in named:
                raise UnknownName("scale", scale, named.values())
            on = named[scale.lower()]
            unit = "share of people" if endpoint in ("response", "remission") else "points"
            return cls(f"{endpoint} on {on}", unit, DOMAINS, on, endpoint)
        return cls(endpoint, "", (endpoint,), None)

    def of_values(self, values: np.ndarray) -> np.ndarray:
        """(…, times) from outputs (…, times, outputs); baseline is the first time."""
        from euthymia.trial.scale import scale

        if self.scale is None:
            return values[..., 0]
        rating = scale(self.scale)
        total = rating.total(values)
        match self.endpoint:
            case "response":
                return (total <= (1 - rating.response) * total[..., :1]).astype(float)
            case "remission":
                return (total <= rating.remission).astype(float)
        return total


@dataclass(frozen=True)
class Game:
    """The players of a plan and the program in which each can be switched."""

    model: Model
    players: tuple[Pathway, ...]
    idle: tuple[str, ...]
    outputs: tuple[str, ...]
    program: Program
    affected: frozenset[str]

    @classmethod
    def of(cls, plan: Plan, by: str | Path, outputs: Sequence[str]) -> Game:
        from euthymia.model.pathways import OURS, pathways, targets
        from euthymia.model.treatment import model_of
        from euthymia.trial.enrol import base_model

        model, untreated = model_of(plan), base_model()
        known = {quantity.name for quantity in (*untreated.states, *untreated.values)}
        for name in outputs:
            if name not in known:
                raise UnknownName("endpoint or quantity", name, [*known, "change", "response", "remission"])
        players = targets(model, untreated) if by == "targets" else pathways(model, OURS if by == "pathways" else by)
        program, affected = _program(model, untreated, players)
        return cls(model, players, (), tuple(outputs), program, affected)

    def without_idle(self, engine: Engine, task: Task) -> Game:
        """The game of those players whose edges differ from the twin's, or from nothing given, at any time."""
        from euthymia.trial.enrol import base_model

        edges = {edge.port: edge for player in self.players for edge in player.edges}
        outputs = [name for port in edges for name in (port, self._twin(port)) if name]
        solved = engine.solve(self._task(engine, task, task.times, outputs, np.ones((1, len(self.players)))))
        values = dict(zip(outputs, np.moveaxis(solved.values, 2, 0), strict=True))
        carrying = set()
        for port, edge in edges.items():
            absent = self.model.block(edge.block).takes[port].absent or 0.0
            apart = values[port] - (values[self._twin(port)] if self._twin(port) else absent)
            unreached = port in base_model().ports and not self._twin(port)
            if not unreached and np.nanmax(np.abs(apart)) > NOTHING * (1 + np.nanmax(np.abs(values[port]))):
                carrying.add(port)
        active = tuple(p for p in self.players if any(edge.port in carrying for edge in p.edges))
        idle = tuple(player.name for player in self.players if player not in active)
        program, affected = _program(self.model, base_model(), active)
        return replace(self, players=active, idle=idle, program=program, affected=affected)

    def effect(self, engine: Engine, task: Task, times: np.ndarray, measured: Measured) -> tuple[Effect, int]:
        """The effect in every combination, and how many people could not be solved in all of them."""
        count, people = len(self.players), len(task.parameters)
        switches = (np.arange(1 << count)[:, None] >> np.arange(count)) & 1
        outputs = [*self.outputs, *(self._twin(name) or name for name in self.outputs)]
        solved = engine.solve(self._task(engine, task, times, outputs, switches))
        values = solved.values.reshape(len(switches), people, len(times), 2, len(self.outputs))
        treated, alone = (measured.of_values(values[..., side, :]) for side in (0, 1))
        worth = treated - alone
        good = np.isfinite(worth).all(axis=(0, 2))
        if not good.any():
            raise ModelError("nobody could be solved in every combination of pathways")
        return Effect(worth[:, good]), int((~good).sum())

    def _task(
        self, engine: Engine, task: Task, times: np.ndarray, outputs: Sequence[str], switches: np.ndarray
    ) -> Task:
        """Every person of `task` in every row of `switches`, from the state they are in at the first dose."""
        people, rows = len(task.parameters), len(switches)
        start = engine.solve(replace(task, times=np.array([0.0]), outputs=task.program.states)).values[:, 0, :]
        own = {name: start[:, i] for i, name in enumerate(task.program.states)}
        initial = np.stack([own[name.removeprefix("untreated ")] for name in self.program.states], axis=1)
        initial = np.nan_to_num(initial)
        everybody = np.tile(np.arange(people), rows)
        repeated = task.subset(everybody)
        return replace(
            repeated,
            program=self.program,
            parameters=np.hstack([task.parameters[everybody], np.repeat(switches, people, axis=0)]),
            initial=initial[everybody],
            start=0.0,
            times=times,
            outputs=tuple(outputs),
            rtol=TOLERANCE,
            atol=TOLERANCE * 1e-2,
        )

    def _twin(self, name: str) -> str:
        from euthymia.engine.twin import UNTREATED

        return UNTREATED + name if name in self.affected else ""


def _program(model: Model, untreated: Model, players: Sequence[Pathway]) -> tuple[Program, frozenset[str]]:
    """The switched program of these players, and the quantities a treatment can change."""
    from euthymia.engine.lower import lower
    from euthymia.engine.twin import Switched, twin
    from euthymia.model.expression import names_in

    reached = _reached(model, untreated)
    affected = frozenset(q.name for q in (*untreated.states, *untreated.values) if q.block in reached)
    uses = []
    for player in players:
        for edge in player.edges:
            absent = None if edge.port in untreated.ports else model.block(edge.block).takes[edge.port].absent
            for one in (*model.states, *model.values):
                if one.block == edge.block and edge.port in set(names_in(one.expression)):
                    uses.append(Switched(one.name, edge.port, f"pathway {player.name}", absent))
    return twin(lower(model), lower(untreated), affected, tuple(uses)), affected


def _reached(model: Model, untreated: Model) -> set[str]:
    """Blocks of the untreated model that anything of a treatment's own blocks leads to."""
    shared = {block.name for block in untreated.blocks}
    reached: set[str] = set()
    before = -1
    while before != len(reached):
        before = len(reached)
        for block in model.blocks:
            givers = {model.ports[port] for port in block.takes if port in model.ports}
            if block.name in shared and (givers - shared or givers & reached):
                reached.add(block.name)
    return reached
