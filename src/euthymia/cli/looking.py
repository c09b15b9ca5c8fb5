"""Verbs that look things up: cards, the reason for a number, sources, and the check of all data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from euthymia.cli.engines import EngineName
from euthymia.cli.telling import DESIGN, as_json

if TYPE_CHECKING:
    from euthymia.model.block import Model


def show(kind: str, name: str | None = None, /, *, json: bool = False, out: Path | None = None) -> None:
    """Show a card, or the names of a kind.

    Parameters
    ----------
    kind
        drug, device, scale, cohort, endophenotype, genotype, trial, model (a block of it), parameter, hypothesis,
        source, or fit (the one in use, with what the data say of each parameter).
    name
        Which one; all names are listed if not given.
    json
        Print JSON.
    out
        Of a device: write a page with pictures (HTML) there too.
    """
    from euthymia.report.cards import card

    found = card(kind, name)
    if out is not None:
        _page(found.kind, found.name, out)
    print(as_json(found.told()) if json else found)


def _page(kind: str, name: str, out: Path) -> None:
    """Write the page of a thing that has one; raises `EuthymiaError`."""
    from euthymia.errors import EuthymiaError

    if kind != "device" or not name:
        raise EuthymiaError("only a device has a page", fix="euthymia show device left-dlpfc-itbs --out itbs.html")
    import sys

    from euthymia.report.device_page import write_device_page

    print(f"page: {write_device_page(name, out)}", file=sys.stderr)


def why(
    name: str,
    /,
    *,
    depth: int | None = None,
    scale: str = "MADRS",
    shares: Path | None = None,
    day: float | None = None,
    people: int = 16,
    cohort: str = "outpatient-mdd",
    by: str = "pathways",
    seed: int = 1,
    engine: EngineName = "auto",
    out: Path | None = None,
    evidence: str | None = None,
    json: bool = False,
    worlds: int = 0,
    hypothesis: tuple[str, ...] = (),
) -> None:
    """Say where a quantity or a value comes from, down to the page it was read on.

    With --shares, say instead how much of a regimen's effect on it each pathway carries.

    Parameters
    ----------
    name
        A scale, an endpoint (response), a quantity (sert_occupancy), a parameter (block.name), a drug or a device.
    depth
        How many equations deep to go; to the end, if not given.
    scale
        The scale an endpoint is read on.
    shares
        A YAML file with a regimen; take its effect apart by pathway, for the typical patient and a cohort.
    day
        The day of the shares; the last of the regimen, if not given.
    people
        How many of the cohort beside the typical patient; 0 for none.
    cohort
        Where they come from.
    by
        pathways, targets (of the drugs and devices), or a YAML file with pathways of your own.
    seed
        Where the random numbers start.
    engine
        compiled, reference, or auto for the fastest that works here.
    out
        Folder for the shares as JSON, CSV and SVG.
    evidence
        An evidence base for the states of the map's edges; the map's own sources, if not given.
    json
        Print JSON.
    worlds
        With --shares: members of the fitted ensemble, which give every share a band.
    hypothesis
        With --shares: NAME=ALTERNATIVE ('show hypotheses' lists them), or PARAMETER=NUMBER; once for each.
    """
    if shares is not None:
        from euthymia.cli.shares import tell_shares

        tell_shares(
            name, shares, day=day, people=people, cohort=cohort, seed=seed, by=by, scale=scale, engine=engine, out=out,
            json=json, worlds=worlds, hypothesis=hypothesis,
        )  # fmt: skip
        return
    from euthymia.report.evidence_claims import base_states
    from euthymia.report.whole_model import whole_model
    from euthymia.report.why import why as explain
    from euthymia.report.why_text import text, told

    chain = explain(name, whole_model(), depth, scale, base_states(evidence))
    print(as_json(told(chain)) if json else text(chain))


def cite(run: Path | None = None, /, *, bibtex: bool = False, json: bool = False) -> None:
    """List the sources a run rests on, each with its reasons.

    Parameters
    ----------
    run
        Folder of a run, from 'trial --out', 'simulate --store' or the demonstration; all we ship, if not given.
    bibtex
        Print BibTeX.
    json
        Print JSON.
    """
    from euthymia.report.cite import bibtex as as_bibtex
    from euthymia.report.cite import citations_text
    from euthymia.report.cite import cite as sources

    found = sources() if run is None else sources(*_models(run))
    if json:
        told = [{"key": one.key, "citation": one.citation, "link": one.link, "for": one.reasons} for one in found]
        print(as_json({"sources": told}))
    else:
        print(as_bibtex(found) if bibtex else citations_text(found))


def _models(folder: Path) -> tuple[Model, ...]:
    """The models of a run's arms, put together again from the design that ran; raises `EuthymiaError`."""
    import json

    from euthymia.errors import EuthymiaError, Place
    from euthymia.model.treatment import model_of
    from euthymia.report.demo import designs
    from euthymia.treatments.regimen_file import regimen_from
    from euthymia.trial.protocol_file import trial_from

    header = folder / "run.json"
    if not header.is_file():
        raise EuthymiaError(
            "this is no folder of a run",
            place=Place(folder),
            rule="A run leaves run.json behind.",
            fix="Name a folder given to --out, or one below runs/demo.",
        )
    if (folder / DESIGN).is_file():
        return tuple(model_of(plan) for plan in trial_from(str(folder / DESIGN)).arms.values())
    told = json.loads(header.read_text(encoding="utf-8"))
    if "trial" not in told:  # a large run, which holds its plan
        from euthymia.trial.simulation import opened

        return (model_of(opened(str(folder)).plan),)
    name = told["trial"]
    design = next((one for one in designs() if one.key == name), None)
    if design is None:
        raise EuthymiaError("the design of this run is not here", place=Place(folder), fix=f"Put {DESIGN} beside it.")
    return tuple(model_of(regimen_from(given).plan()) for given in {**design.active, **design.control}.values())


def check(*, list: bool = False, json: bool = False) -> int:
    """Check all data: units, sources, grades, files, ports; count what is provisional or assumed.

    Parameters
    ----------
    list
        Name every provisional and assumed value.
    json
        Print JSON.
    """
    from euthymia.check import check as look

    found = look()
    print(as_json(found.told(list)) if json else found.text(list))
    return 1 if found.problems else 0
