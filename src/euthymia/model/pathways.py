"""Pathways: groups of edges by which what a treatment changes reaches the final blocks, each edge in one of them.

Named by `pathways.yaml`, by drug target, or by a file like ours. The assumption that matters: a pathway is told by
where it enters the final blocks, so that together they cut everything and what each carries adds up. Left out: what
happens on the way there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from euthymia.errors import DataError
from euthymia.evidence.yaml_with_lines import read_yaml
from euthymia.model.block import Model
from euthymia.model.knock_out import Edge

OURS = Path(__file__).parent / "pathways.yaml"
OTHER = "other"


@dataclass(frozen=True)
class Pathway:
    """A name and the edges it is made of."""

    name: str
    edges: tuple[Edge, ...]


def pathways(model: Model, path: str | Path = OURS) -> tuple[Pathway, ...]:
    """The pathways of a file as they are in this model, with what is left in `other`; raises `DataError`."""
    document = read_yaml(Path(path))
    content = document.content
    if not isinstance(content, dict) or not isinstance(content.get("ends"), list) or not content.get("pathways"):
        raise DataError(
            "this is no file of pathways",
            place=document.place(),
            rule="ends: [blocks], and pathways: {name: [ports that enter one of these blocks]}.",
            fix="See model/pathways.yaml.",
        )
    blocks = {block.name: block for block in model.blocks}
    ends = [str(name) for name in content["ends"]]
    for name in ends:
        if name not in blocks:
            raise DataError(
                f"there is no block '{name}' in this model",
                place=document.place("ends"),
                rule=f"Blocks: {', '.join(blocks)}.",
            )
    entering = [Edge(port, end) for end in ends for port in blocks[end].takes if model.ports.get(port, end) not in ends]
    home = _homes(content["pathways"], document)
    found: dict[str, list[Edge]] = {name: [] for name in (*content["pathways"], OTHER)}
    for edge in entering:
        found[home.get(edge.port, OTHER)].append(edge)
    return tuple(Pathway(name, tuple(edges)) for name, edges in found.items() if edges)


def targets(model: Model, untreated: Model) -> tuple[Pathway, ...]:
    """A pathway for each port that a treatment's own blocks give to the rest of the model."""
    shared = {block.name for block in untreated.blocks}
    found: dict[str, list[Edge]] = {}
    for block in model.blocks:
        for port in block.takes:
            if block.name in shared and port in model.ports and model.ports[port] not in shared:
                found.setdefault(port, []).append(Edge(port, block.name))
    return tuple(Pathway(port, tuple(edges)) for port, edges in sorted(found.items()))


def _homes(given: Mapping[str, list[str]], document: object) -> dict[str, str]:
    """Port → pathway; raises `DataError` for a port in two of them."""
    home: dict[str, str] = {}
    for name, ports in given.items():
        for port in ports:
            if port in home:
                raise DataError(
                    f"the port '{port}' is in two pathways, '{home[port]}' and '{name}'",
                    place=document.place("pathways", name),  # type: ignore[attr-defined]
                    rule="A port belongs to one pathway.",
                    fix="Leave it out of one.",
                )
            home[port] = name
    return home
