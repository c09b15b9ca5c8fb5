"""A page about one device that opens anywhere: settings, dose at the cortex, safety rules, pictures with their data.

The assumption that matters: it is about a template head. Left out: what a course of it does, which trials show.
"""

from __future__ import annotations

import os
from pathlib import Path

from euthymia.report.html import PAGES, drawn
from euthymia.report.wording import NOTICE


def write_device_page(name: str, path: str | Path) -> Path:
    """Write the page of a device to `path` in one piece; returns the path. Raises `UnknownName`."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(device_page(name), encoding="utf-8")
    os.replace(temporary, path)
    return path


def device_page(name: str) -> str:
    """The page of a device as HTML text."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from euthymia.model.stimulation.summary import doses_of
    from euthymia.report.card_kinds import device_card
    from euthymia.report.device_figures import device_figures
    from euthymia.treatments.device import device_called
    from euthymia.treatments.limits.stimulation import findings

    found = device_called(name)
    environment = Environment(
        loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("device.html.j2").render(
        title=found.label[0].upper() + found.label[1:],
        css=(PAGES / "report.css").read_text(encoding="utf-8"),
        notice=NOTICE,
        facts=device_card(found.name).facts,
        doses=doses_of(found, found.intensity, found.session_hours),
        findings=findings(found, found.intensity),
        figures=[drawn(figure) for figure in device_figures(found)],
    )
