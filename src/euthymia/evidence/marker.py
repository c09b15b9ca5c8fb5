"""Published effects on biological markers: depressed against well, or after against before treatment.

The assumption that matters: an effect keeps the measure its paper printed; nothing is converted here.
Left out: which marker stands for which state of the model, which the model says.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field

from euthymia.evidence.checked import checked
from euthymia.evidence.datum import Datum, Text
from euthymia.evidence.yaml_with_lines import Document, read_yaml


class Marker(Datum):
    """One comparison of one marker; `effect` maps a measure, such as `hedges_g` or `pct`, to its number."""

    id: str
    marker: str = Field(description="What was measured, for example serum BDNF.")
    comparison: str = Field(description="Who against whom, or when against when.")
    direction: Text
    effect: dict[str, Any]
    k_studies: int | None = None
    n: int | str | None = Field(None, description="People, or '12 vs 14' for two groups.")


class ScaleLink(Datum):
    """Points on one rating scale that go with points on another: `anchors` are rows of (first, second)."""

    id: str
    pair: Text
    columns: tuple[str, ...] = ()
    anchors: tuple[tuple[float, float | tuple[float, float]], ...] = ()
    factor: float | None = Field(None, description="Second scale = factor x first scale.")


def read_markers(path: Path) -> dict[str, Marker]:
    """Id → `Marker` for a table of markers; raises `DataError`."""
    document = read_yaml(path)
    return {row.id: row for row in (checked(Marker, document, *step) for step in _rows(document))}


def read_scale_links(path: Path) -> dict[str, ScaleLink]:
    """Id → `ScaleLink` for a table of links; other numbers are in `model_extra`; raises `DataError`."""
    document = read_yaml(path)
    return {row.id: row for row in (checked(ScaleLink, document, *step) for step in _rows(document))}


def _rows(document: Document) -> list[tuple[int]]:
    return [(index,) for index in range(len(document.content))]
