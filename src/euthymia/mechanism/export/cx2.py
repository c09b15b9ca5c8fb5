"""CX2, the format of NDEx and Cytoscape: nodes and edges with attributes as JSON fragments.

After the CX2 specification of NDEx (version 2.0). Left out: a visual style; Cytoscape's own is applied.
"""

from __future__ import annotations

import json
from typing import Any

from euthymia.mechanism.export.sif import RELATION
from euthymia.mechanism.graph import MechanismMap


def text(on: MechanismMap) -> str:
    """The map as a CX2 document."""
    numbers = {name: index for index, name in enumerate(on.nodes)}
    nodes = [
        {"id": numbers[name], "v": {"name": node.name, "key": name, "kind": node.kind, "curies": list(on.curies[name])}}
        for name, node in on.nodes.items()
    ]
    edges = [
        {
            "id": index,
            "s": numbers[edge.source],
            "t": numbers[edge.target],
            "v": {
                "interaction": RELATION[edge.sign],
                "sign": edge.sign,
                "mechanism": edge.mechanism,
                "supports": list(edge.supports),
                "disputes": list(edge.disputes),
                "confidence": edge.confidence,
                "equation": f"{edge.enters.block}.{edge.enters.quantity}" if edge.enters else "",
            },
        }
        for index, edge in enumerate(on.edges)
    ]
    texts = {"d": "list_of_string"}
    document: list[Any] = [
        {"CXVersion": "2.0", "hasFragments": False},
        {
            "metaData": [
                {"name": "attributeDeclarations", "elementCount": 1},
                {"name": "networkAttributes", "elementCount": 1},
                {"name": "nodes", "elementCount": len(nodes)},
                {"name": "edges", "elementCount": len(edges)},
            ]
        },
        {
            "attributeDeclarations": [
                {
                    "networkAttributes": {"name": {"d": "string"}, "description": {"d": "string"}},
                    "nodes": {
                        "name": {"d": "string"},
                        "key": {"d": "string"},
                        "kind": {"d": "string"},
                        "curies": texts,
                    },
                    "edges": {
                        "interaction": {"d": "string"},
                        "sign": {"d": "integer"},
                        "mechanism": {"d": "string"},
                        "supports": texts,
                        "disputes": texts,
                        "confidence": {"d": "string"},
                        "equation": {"d": "string"},
                    },
                }
            ]
        },
        {
            "networkAttributes": [
                {
                    "name": "euthymia: mechanisms of antidepressant treatment",
                    "description": "Research map; an edge is a statement with sources, not a finding of this project.",
                }
            ]
        },
        {"nodes": nodes},
        {"edges": edges},
        {"status": [{"success": True}]},
    ]
    return json.dumps(document, ensure_ascii=False) + "\n"
