"""The demonstration: five strategies against their controls, laid over the trials that tested them.

The assumption that matters: the designs in `demo.yaml` stand for the published ones nearest to them; every expressible
published number is scored beside them in the same run. Left out: everything a strategy is not compared with.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from euthymia.cohort.cohort import cohort
from euthymia.engine.choose import default_engine
from euthymia.engine.task import Engine
from euthymia.evidence.checked import checked
from euthymia.evidence.library import published_trials
from euthymia.evidence.yaml_with_lines import read_yaml
from euthymia.model.parameter_table import current_fit
from euthymia.report.comparisons import forest
from euthymia.report.drawing import svg
from euthymia.report.evidence_claims import base_states
from euthymia.report.fault_numbers import fault_numbers
from euthymia.report.html import write_report
from euthymia.report.identifiability import known
from euthymia.report.report_data import Comparison, ReportData, Strategy
from euthymia.report.rivals import strategy_rivals
from euthymia.report.typical import typical
from euthymia.treatments.regimen_file import regimen_from
from euthymia.trial.biomarkers.score import Row as MarkerRow
from euthymia.trial.biomarkers.score import score as score_biomarkers
from euthymia.trial.conduct import run
from euthymia.trial.express import baseline_of
from euthymia.trial.protocol import trial
from euthymia.trial.run import Run
from euthymia.trial.score import Row, score
from euthymia.trial.scoring.left_out import SPLITS as LEFT_OUT
from euthymia.trial.scoring.left_out import left_out_rows

DESIGNS = Path(__file__).parent / "demo.yaml"
PEOPLE = {"compiled": 200, "reference": 40}  # per arm
SCORED = {"compiled": (64, 16), "reference": (10, 5)}  # people and worlds for each published trial
MARKED = {"compiled": (4, 24), "reference": (1, 2)}  # worlds and people of each group for the markers

Progress = Callable[[str, int, int], None]


class Design(BaseModel):
    """One strategy as data: its trial in YAML, and which published arm stands beside which of ours."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    key: str
    title: str
    sentence: str
    cohort: str
    scale: str
    visits: tuple[float, ...]
    primary: float
    active: Mapping[str, Any]
    control: Mapping[str, Any]
    published: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Demonstration:
    """What the demonstration left behind: the report's path, its runs and its scorecard."""

    report: Path
    strategies: tuple[Strategy, ...]
    rows: tuple[Row, ...]


def designs() -> tuple[Design, ...]:
    """The strategies of `demo.yaml`; raises `DataError`."""
    document = read_yaml(DESIGNS)
    return tuple(checked(Design, document, index) for index in range(len(document.content)))


def demonstrate(
    out: str | Path = "runs/demo",
    people: int | None = None,
    seed: int = 1,
    engine: Engine | None = None,
    progress: Progress | None = None,
    scored_people: int | None = None,
    pharmacology: bool = False,
    evidence: str | None = None,
) -> Demonstration:
    """Run everything and write `out/report.html`; `people` are per arm (default: as the engine allows).

    `pharmacology` adds the page of predicted beside observed drug levels; `evidence` is the base whose claims give the
    edges of the map their states (the map's own sources if None).
    """
    edge_states = base_states(evidence)
    known(current_fit())  # a damaged table is told before anything runs
    engine = engine or default_engine()
    size = people or PEOPLE.get(engine.name, 40)
    tell = progress or (lambda what, done, total: None)
    found = designs()
    steps = len(found) + 1 + len(published_trials())
    strategies = []
    for done, design in enumerate(found):
        tell(design.title, done, steps)
        strategies.append(_strategy(design, size, seed, engine))
    in_trial, worlds = SCORED.get(engine.name, (16, 8))
    rows = score(
        published_trials(),
        engine,
        people=scored_people or in_trial,
        worlds=min(worlds, scored_people or worlds),
        seed=seed,
        progress=lambda what, done, total: tell(f"scoring {what}", len(found) + done, steps),
    )
    tell("markers", steps - 1, steps)
    markers, markers_note = _markers(engine, scored_people)
    tell("rival hypotheses", steps - 1, steps)
    rivals = tuple(strategy_rivals(one, engine, min(size, in_trial)) for one in strategies)
    tell("writing the report", steps - 1, steps)
    out = Path(out)
    pages = {}
    if pharmacology:
        from euthymia.evidence.observation import observations
        from euthymia.report.pharmacology import write_page
        from euthymia.trial.pharmacology.score import score as score_pharmacology

        write_page(out / "pharmacology.html", score_pharmacology(observations().rows, engine))
        pages = {"Drug levels: predicted and observed": "pharmacology.html"}
    data = ReportData(
        title="Five antidepressant strategies, simulated and laid over their trials",
        strategies=tuple(strategies),
        rows=rows,
        seed=seed,
        command=shlex.join(
            ["euthymia", "demo", "--people", str(size), "--seed", str(seed), "--engine", engine.name]
            + (["--evidence", evidence] if evidence else [])
        ),
        versions={package: version(package) for package in ("euthymia", "numpy", "scipy", "altair")},
        numbers=fault_numbers(engine),
        date=date.today().isoformat(),
        pages=pages,
        edge_states=edge_states,
        left_out=tuple(row for by in LEFT_OUT for row in left_out_rows(by)),
        markers=markers,
        markers_note=markers_note,
        rivals=rivals,
    )
    for strategy in strategies:
        strategy.run.save(out / strategy.key)
    report = write_report(out / "report.html", data)
    if (picture := forest(rows)) is not None:
        (out / "contrasts.svg").write_text(svg(picture), encoding="utf-8")
    tell("done", steps, steps)
    return Demonstration(report, tuple(strategies), rows)


def _markers(engine: Engine, most: int | None) -> tuple[tuple[MarkerRow, ...], str]:
    """Markers on a small scale, and in words on how small a one."""
    worlds, people = MARKED.get(engine.name, MARKED["reference"])
    worlds, people = (number if most is None else min(number, most) for number in (worlds, people))
    rows = score_biomarkers(engine=engine, worlds=worlds, people=people)
    return rows, f"members of the ensemble: {worlds}, virtual people in each group: {people}"


def run_design(design: Design, people: int, seed: int, engine: Engine) -> Run:
    """One strategy's trial, `people` in each arm, as ill as those of the first trial it is laid over."""
    first = next(iter(design.published))
    published = next(trial for trial in published_trials() if trial.id == first)
    arms = {**design.active, **design.control}
    virtual = trial(
        cohort(design.cohort, n=people * len(arms), seed=seed),
        {name: regimen_from(given) for name, given in arms.items()},
        name=design.key,
        control=next(iter(design.control)),
        visits=design.visits,
        baseline=baseline_of(published),
    )
    return run(virtual, engine)


def _strategy(design: Design, people: int, seed: int, engine: Engine) -> Strategy:
    done = run_design(design, people, seed, engine)
    active, control = next(iter(design.active)), next(iter(design.control))
    hours = done.trial.span * 24
    shown = {"hours": hours, "engine": engine, "setting": done.trial.setting, "visits": design.visits}
    return Strategy(
        key=design.key,
        title=design.title,
        sentence=design.sentence,
        run=done,
        active=active,
        control=control,
        typical=typical(done.arm(active).plan, **shown),
        typical_control=typical(done.arm(control).plan, **shown),
        comparisons=tuple(Comparison(name, dict(arms)) for name, arms in design.published.items()),
        scale=design.scale,
        primary=design.primary,
    )
