"""SIF: source, relation, target, one edge a line; the plainest format of Cytoscape."""

from __future__ import annotations

from euthymia.mechanism.graph import MechanismMap

RELATION = {1: "activates", -1: "inhibits", 0: "affects"}


def text(on: MechanismMap) -> str:
    """One line an edge, tabs between."""
    rows = dict.fromkeys(f"{edge.source}\t{RELATION[edge.sign]}\t{edge.target}" for edge in on.edges)
    return "\n".join(rows) + "\n"
