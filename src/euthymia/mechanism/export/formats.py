"""The formats the map is written in, by name.

The assumption that matters: an edge keeps its sign, its sources and its equation in every format that has room for
them. Left out: layout; each tool makes its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from euthymia.errors import UnknownName
from euthymia.mechanism.export import cx2, graphml, kgx, sbgn, sif
from euthymia.mechanism.graph import MechanismMap

#: name → (ending of its files, writer of file name → text)
FORMATS: Mapping[str, tuple[str, Callable[[MechanismMap], str]]] = {
    "sif": ("sif", sif.text),
    "graphml": ("graphml", graphml.text),
    "cx2": ("cx2", cx2.text),
    "kgx": ("jsonl", kgx.text),
    "sbgn": ("sbgn", sbgn.text),
}


def exported(on: MechanismMap, name: str) -> str:
    """The map as a text in a format; raises `UnknownName`."""
    if name not in FORMATS:
        raise UnknownName("format", name, FORMATS)
    return FORMATS[name][1](on)
