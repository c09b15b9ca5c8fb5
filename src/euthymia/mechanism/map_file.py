"""The files of the map: nodes and signed edges, one file a system.

The assumption that matters: an edge either enters an equation or says why not (`left_out`), so nothing on the map is
silent decoration. A sign is 1 (more leads to more), -1 (more leads to less) or 0 (direction depends on state). Left
out: numbers; they stand with the model's parameters.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from euthymia.errors import DataError, Place
from euthymia.evidence.checked import checked
from euthymia.evidence.yaml_with_lines import read_yaml

FOLDER = Path(__file__).parent / "map"


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Node(Part):
    """A thing on the map. `words` and `members` are terms that ground to it; `quantity` is what stands for it in the
    model, `opposite` where that quantity falls as the node rises."""

    name: str = Field(min_length=1)
    kind: Literal["treatment", "chemical", "protein", "process", "disease"]
    words: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    quantity: str | None = None
    quantities: tuple[str, ...] = ()
    opposite: bool = False
    process: str | None = None
    system: str = ""


class Enters(Part):
    """Where an edge is an equation: in `block`, the line of `quantity`, through `by`, scaled by `parameter`."""

    block: str
    quantity: str
    by: str | None = None
    parameter: str | None = None


class Edge(Part):
    """A signed influence of one node on another."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    source: str = Field(alias="from")
    target: str = Field(alias="to")
    sign: Literal[-1, 0, 1]
    mechanism: str = Field(min_length=1)
    enters: Enters | None = None
    left_out: str | None = Field(None, description="Why no equation has it.")
    supports: tuple[str, ...] = Field((), alias="for", description="Keys of sources.")
    disputes: tuple[str, ...] = Field((), alias="against", description="Keys of sources.")
    confidence: Literal["verified", "recalled"]
    system: str = ""
    place: Place | None = None

    @model_validator(mode="after")
    def _one_or_other(self) -> Edge:
        if (self.enters is None) == (self.left_out is None):
            raise ValueError("an edge has either 'enters' or 'left_out'")
        return self

    @property
    def id(self) -> str:
        """`sert→serotonin`."""
        return f"{self.source}→{self.target}"


class System(Part):
    system: str
    nodes: dict[str, Node]
    edges: tuple[Edge, ...] = ()


@cache
def read_map(folder: Path = FOLDER) -> tuple[dict[str, Node], tuple[Edge, ...]]:
    """All nodes by id and all edges of a folder; raises `DataError` naming file and line."""
    nodes: dict[str, Node] = {}
    edges: list[Edge] = []
    for path in sorted(folder.glob("*.yaml")):
        document = read_yaml(path)
        found = checked(System, document)
        for name, node in found.nodes.items():
            if name in nodes:
                raise DataError(f"the node '{name}' stands on the map twice", place=document.place("nodes", name))
            nodes[name] = node.model_copy(update={"system": found.system})
        for index, edge in enumerate(found.edges):
            place = document.place("edges", index)
            edges.append(edge.model_copy(update={"system": found.system, "place": place}))
    seen: dict[tuple[str, str, str | None], Edge] = {}
    for edge in edges:
        for end in (edge.source, edge.target):
            if end not in nodes:
                raise DataError(
                    f"the edge {edge.id} ends in '{end}', which is no node",
                    place=edge.place,
                    fix=f"Add a node '{end}', or correct the name.",
                )
        key = (edge.source, edge.target, edge.enters.quantity if edge.enters else None)
        if key in seen:
            raise DataError(f"the edge {edge.id} stands on the map twice", place=edge.place)
        seen[key] = edge
    return nodes, tuple(edges)
