"""Verbs that look things up: cards, the reason for a number, sources, and the check of all data."""

from __future__ import annotations

from pathlib import Path

from euthymia.cli.telling import as_json


def show(kind: str, name: str | None = None, /, *, json: bool = False) -> None:
    """Show a card, or the names of a kind.

    Parameters
    ----------
    kind
        drug, device, parameter, block, scale, cohort, trial, source …
    name
        Which one; all names are listed if not given.
    json
        Print JSON.
    """
    from euthymia.report.cards import card

    print(card(kind, name))


def why(name: str, /, *, depth: int | None = None, scale: str = "MADRS", json: bool = False) -> None:
    """Say where a quantity or a value comes from, down to the page it was read on.

    Parameters
    ----------
    name
        A scale, an endpoint (response), a quantity (sert_occupancy), a parameter (block.name), a drug or a device.
    depth
        How many equations deep to go; to the end, if not given.
    scale
        The scale an endpoint is read on.
    json
        Print JSON.
    """
    from euthymia.report.whole_model import whole_model
    from euthymia.report.why import why as explain
    from euthymia.report.why_text import text, told

    chain = explain(name, whole_model(), depth, scale)
    print(as_json(told(chain)) if json else text(chain))


def cite(run: Path | None = None, /, *, json: bool = False) -> None:
    """List the sources a run rests on, each with its reason.

    Parameters
    ----------
    run
        Folder of a run; the whole model, if not given.
    json
        Print JSON.
    """
    from euthymia.report.cite import cite as sources

    print(sources(run))


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
