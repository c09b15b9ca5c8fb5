"""The mechanism map in the report: every edge with its state, and the picture.

The assumption that matters: where no evidence base is given, a state is counted from the sources that the map itself
names, each as one study of unknown design. Left out: what the studies found; that is `euthymia evidence edge`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from euthymia.mechanism.graph import MechanismMap, mechanism_map
from euthymia.mechanism.map_file import Edge
from euthymia.mechanism.state import WORST_FIRST, EdgeState, shipped_states
from euthymia.report.map_picture import map_svg

if TYPE_CHECKING:
    import polars


@dataclass(frozen=True)
class EdgeLine:
    """One edge with its state; `studies_for` and `studies_against` are counts, `mark` is empty if read again."""

    edge: Edge
    state: str
    studies_for: int
    studies_against: int
    mark: str

    def told(self) -> dict[str, Any]:
        """As plain data; the quantity and its like are empty where the edge enters no equation."""
        enters = self.edge.enters
        return {
            "edge": self.edge.id,
            "sign": self.edge.sign,
            "mechanism": self.edge.mechanism,
            "state": self.state,
            "studies_for": self.studies_for,
            "studies_against": self.studies_against,
            "for": " ".join(self.edge.supports),
            "against": " ".join(self.edge.disputes),
            "block": enters.block if enters else "",
            "quantity": enters.quantity if enters else "",
            "by": (enters.by or "") if enters else "",
            "parameter": (enters.parameter or "") if enters else "",
            "left_out": self.edge.left_out or "",
            "mark": self.mark,
        }


@dataclass(frozen=True)
class MapShown:
    """What the report shows of the map; `base` is whether the states come from an evidence base."""

    svg: str
    entering: tuple[EdgeLine, ...]
    every: tuple[EdgeLine, ...]
    counts: Mapping[str, int]
    base: bool

    @property
    def table(self) -> polars.DataFrame:
        """Every edge of the map, those without an equation too."""
        import polars

        return polars.DataFrame([line.told() for line in self.every])


def edge_lines(on: MechanismMap | None = None, found: Iterable[EdgeState] | None = None) -> tuple[EdgeLine, ...]:
    """Every edge of the map, the worst state first; `found` are states of a base, the map's own sources if None."""
    on = on or mechanism_map()
    told = {one.edge: one for one in (shipped_states(on) if found is None else found)}
    lines = []
    for edge in on.edges:
        one = told[edge.id]
        mark = "provisional" if edge.confidence == "recalled" else ""
        plus, minus = sum(one.supporting.values()), sum(one.opposing.values())
        lines.append(EdgeLine(edge, one.state, plus, minus, mark))
    return tuple(sorted(lines, key=lambda line: WORST_FIRST.index(line.state)))


def map_shown(found: Iterable[EdgeState] | None = None) -> MapShown:
    """The map that ships with the states of a base, or with those of its own sources."""
    on = mechanism_map()
    every = edge_lines(on, found)
    entering = tuple(line for line in every if line.edge.enters)
    counts = {state: sum(line.state == state for line in entering) for state in WORST_FIRST}
    picture = map_svg(on, {line.edge.id: line.state for line in every})
    own = re.sub(r'(id="|url\(#)', r"\1map-", picture)
    return MapShown(own, entering, every, counts, found is not None)
