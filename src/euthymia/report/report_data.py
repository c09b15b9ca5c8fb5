"""Everything a report shows, gathered before a word is written: frozen results and where they came from.

The assumption that matters: the report computes summaries, never simulations, so what it prints is what was run.
Left out: how the results were made; that is the caller's recipe, which it hands over as `command`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from euthymia.errors import TrialError, UnknownName

if TYPE_CHECKING:
    from euthymia.mechanism.state import EdgeState
    from euthymia.model.block import Model
    from euthymia.report.rivals import StrategyRivals
    from euthymia.report.shares import Shares
    from euthymia.trial.biomarkers.score import Row as MarkerRow
    from euthymia.trial.run import ArmRun, Run
    from euthymia.trial.score import Row


@dataclass(frozen=True)
class Typical:
    """The patient with every parameter at its centre: `times` in hours, `values` (times, outputs)."""

    times: np.ndarray
    outputs: tuple[str, ...]
    values: np.ndarray
    model: Model

    def output(self, name: str) -> np.ndarray:
        """One output over time; raises `UnknownName`."""
        if name not in self.outputs:
            raise UnknownName("output", name, self.outputs)
        return self.values[:, self.outputs.index(name)]


@dataclass(frozen=True)
class Comparison:
    """A published trial to lay over a virtual one: its id, and which of our arms each of its arms stands beside."""

    trial: str
    arms: Mapping[str, str]


@dataclass(frozen=True)
class Strategy:
    """One strategy of the report: a run, its active and control arm, a typical patient of each, published trials.

    `primary` is the day (of a visit) on which the arms are compared in words; the last visit when not given. `shares`
    take the active arm's effect apart by pathway.
    """

    key: str
    title: str
    sentence: str
    run: Run
    active: str
    control: str
    typical: Typical | None = None
    typical_control: Typical | None = None
    comparisons: tuple[Comparison, ...] = ()
    scale: str = "MADRS"
    primary: float | None = None
    shares: Shares | None = None

    def __post_init__(self) -> None:
        for name in (self.active, self.control, *(arm for one in self.comparisons for arm in one.arms.values())):
            self.run.arm(name)

    @property
    def arms(self) -> tuple[ArmRun, ArmRun]:
        """The active arm, then its control."""
        return self.run.arm(self.active), self.run.arm(self.control)

    @property
    def judged(self) -> float:
        """The day the strategy is judged on: its primary one, else the last visit."""
        return self.last_day if self.primary is None else self.primary

    @property
    def last_day(self) -> float:
        """Day of the last visit."""
        return self.run.trial.span


@dataclass(frozen=True)
class ReportData:
    """What `write_report` needs. `numbers` are extra results, by name, that open faults are judged by;
    `edge_states` those of an evidence base (the map's own sources are counted where there is none)."""

    title: str
    strategies: tuple[Strategy, ...]
    rows: tuple[Row, ...] = ()
    seed: int | None = None
    command: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)
    date: str = ""
    pages: Mapping[str, str] = field(default_factory=dict)  # title → file beside the report
    edge_states: tuple[EdgeState, ...] | None = None
    left_out: tuple[Row, ...] = ()  # calibration trials predicted without themselves, or without their treatment
    markers: tuple[MarkerRow, ...] = ()
    markers_note: str = ""  # on how many worlds and people the markers rest
    rivals: tuple[StrategyRivals, ...] = ()  # strategies under each alternative of the open hypotheses

    def __post_init__(self) -> None:
        if not self.strategies:
            raise TrialError(
                "the report has no strategy", rule="A report shows at least one run.", fix="Run a trial first."
            )

    @property
    def models(self) -> tuple[Model, ...]:
        """The model of every arm, each once."""
        found = {arm.model.hash: arm.model for one in self.strategies for arm in one.run.arms.values()}
        return tuple(found.values())
