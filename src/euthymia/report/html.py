"""The report as one file that opens anywhere, without a network and without scripts.

The assumption that matters: misses come first, and every figure carries its data. Left out: anything that is not in
`ReportData`; the page computes words and tables from it and simulates nothing.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from euthymia.report import statements
from euthymia.report.cite import bibtex, cite
from euthymia.report.faults import CLOSED, faults
from euthymia.report.report_data import ReportData, Strategy
from euthymia.report.skill_table import KINDS, TRIALS, skill_lines
from euthymia.report.stimulation_trials import counted, stimulation_trials
from euthymia.report.verdict import is_miss
from euthymia.report.wording import NOTICE, amount

if TYPE_CHECKING:
    from euthymia.report.drawing import Figure
    from euthymia.treatments.finding import Finding

PAGES = Path(__file__).parent / "pages"

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Drawn:
    """A figure as the page needs it: SVG inline, and links that save SVG, CSV and the specification."""

    figure: Figure
    svg: str
    svg_link: str
    csv_link: str
    spec_link: str


def write_report(path: str | Path, data: ReportData, progress: Progress | None = None) -> Path:
    """Write the report to `path` in one piece (a temporary file, then a rename); returns the path."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(page(data, progress), encoding="utf-8")
    os.replace(temporary, path)
    return path


def page(data: ReportData, progress: Progress | None = None) -> str:
    """The whole report as HTML text."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("report.html.j2").render(_context(data, progress or (lambda *_: None)))


def _context(data: ReportData, tell: Progress) -> dict[str, Any]:
    from euthymia.model.parameter_table import current_fit
    from euthymia.report.comparisons import forest, scatter
    from euthymia.report.fit_statements import first_page
    from euthymia.report.identifiability import known_figure, known_lines
    from euthymia.report.markers import markers_shown

    steps = len(data.strategies) + 1
    known = faults(data)
    lines = statements.score_lines(data.rows)
    fit, trust = current_fit(), statements.trust_table(data)
    identified = known_figure(fit)
    markers = markers_shown(data.markers)
    strategies = []
    for number, strategy in enumerate(data.strategies):
        tell(f"drawing {strategy.title}", number, steps)
        strategies.append(_strategy(strategy, data))
    tell("drawing comparisons", steps - 1, steps)
    overall = [drawn(figure) for figure in (forest(data.rows), scatter(data.rows)) if figure is not None]
    stimulated = stimulation_trials(data.rows)
    citations = cite([one.run for one in data.strategies], [row for row in data.rows if row.predicted is not None])
    tell("drawn", steps, steps)
    return {
        "data": data,
        "notice": NOTICE,
        "css": (PAGES / "report.css").read_text(encoding="utf-8"),
        "strategies": strategies,
        "misses": [line for line in lines if line["miss"]],
        "lines": lines,
        "trials": TRIALS,
        "kinds": KINDS,
        "counts": statements.hit_counts(data.rows),
        "skills": skill_lines((*data.rows, *data.left_out)),
        "left_out": statements.score_lines(data.left_out),
        "first_page": first_page(fit),
        "known": known_lines(fit),
        "identified": None if identified is None else drawn(identified),
        "markers": markers | {"drawn": None if markers["figure"] is None else drawn(markers["figure"])},
        "not_compared": statements.not_compared(data.rows),
        "faults": [fault for fault in known if fault.status != CLOSED],
        "closed": [fault for fault in known if fault.status == CLOSED],
        "overall": overall,
        "stimulation": stimulated,
        "stimulation_counts": counted(stimulated),
        "allowed": allowed(data),
        "rivals": _rivals(data),
        **_map(data, {one.key for one in citations}),
        "fitted": statements.fit_table(data),
        "trust": trust,
        "trusted": {name for name, _ in trust["marked"]},
        "citations": citations,
        "bibtex_link": _link("application/x-bibtex", bibtex(citations)),
        "amount": amount,
        "headers": [(one.title, one.run.header) for one in data.strategies],
        "failures": sum(len(one.run.failures) for one in data.strategies),
    }


def _rivals(data: ReportData) -> dict[str, Any]:
    """The section of rival hypotheses, its figures drawn."""
    from euthymia.report.rivals import rivals_shown

    shown = rivals_shown(data.rivals)
    for one in shown["strategies"]:
        one["drawn"] = None if one["figure"] is None else drawn(one["figure"])
    return shown


def _map(data: ReportData, cited: set[str]) -> dict[str, Any]:
    """The mechanism map with the state of every edge, where its sources can be read, and what can be saved of it."""
    from euthymia.evidence.library import library
    from euthymia.report.map_table import map_shown

    shown = map_shown(data.edge_states)
    rows = json.dumps([line.told() for line in shown.every], ensure_ascii=False)
    links = {
        "svg": _link("image/svg+xml", shown.svg),
        "csv": _link("text/csv", shown.table.write_csv()),
        "json": _link("application/json", rows),
    }
    keys = {key for line in shown.every for key in (*line.edge.supports, *line.edge.disputes)}
    sources = {key: f"#source-{key}" if key in cited else library().source(key).link for key in keys}
    return {"map": shown, "map_links": links, "map_sources": sources}


def allowed(data: ReportData) -> list[tuple[str, Finding]]:
    """Safety limits that sessions of the report go beyond, with their protocols: they were allowed by name."""
    from euthymia.treatments.device import device
    from euthymia.treatments.limits.stimulation import findings

    sessions = {s for one in data.strategies for arm in one.run.arms.values() for s in arm.plan.sessions if not s.sham}
    settings = sorted({(s.protocol, s.intensity, s.duration) for s in sessions})
    return [
        (name, found)
        for name, level, hours in settings
        for found in findings(device(name), level, hours)
        if found.severity == "refuse"
    ]


def _strategy(strategy: Strategy, data: ReportData) -> dict[str, Any]:
    from euthymia.report.figures import curves, exposure, pathways
    from euthymia.report.share_figure import share_figure

    carried = None if strategy.shares is None else share_figure(strategy.shares, f"{strategy.key}-shares")
    figures = (
        curves(strategy, data.rows),
        exposure(strategy),
        pathways(strategy),
        carried,
        *_device_pictures(strategy),
    )
    ids = {one.trial for one in strategy.comparisons}
    return {
        "it": strategy,
        "figures": [drawn(figure) for figure in figures if figure is not None],
        "sentence": statements.contrast_sentence(strategy),
        "published": statements.published_sentences(strategy, data.rows),
        "shares": statements.shares_table(strategy),
        "rates": statements.published_rates(strategy),
        "misses": sum(is_miss(row) for row in data.rows if row.trial in ids),
        "people": len(strategy.arms[0].people),
    }


def _device_pictures(strategy: Strategy) -> tuple[Figure, ...]:
    """Pictures of the devices of the active arm."""
    plan = strategy.arms[0].plan
    if not plan.sessions:
        return ()
    from euthymia.report.device_figures import device_figures
    from euthymia.treatments.device import device

    return tuple(figure for name in plan.protocols for figure in device_figures(device(name)))


def drawn(figure: Figure) -> Drawn:
    """A figure rendered, with its downloads as data links."""
    from euthymia.report.drawing import svg

    picture = svg(figure)
    described = picture.replace("<svg", f'<svg role="img" aria-label="{_attribute(figure.alt)}"', 1)
    return Drawn(
        figure,
        described,
        _link("image/svg+xml", picture),
        _link("text/csv", figure.table.write_csv()),
        _link("application/json", json.dumps(_without_data(figure))),
    )


def _without_data(figure: Figure) -> dict[str, Any]:
    """The specification, reading the table that is saved beside it."""
    return figure.spec | {"data": {"url": f"{figure.key}.csv"}}


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


def _link(kind: str, text: str) -> str:
    """A link that holds the file itself."""
    return f"data:{kind};base64,{base64.b64encode(text.encode()).decode()}"
