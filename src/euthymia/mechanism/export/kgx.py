"""KGX with Biolink terms: one JSON object a line, nodes first, then edges.

After the KGX format of the NCATS Translator; the predicate is `biolink:affects` with the direction in qualifiers, as
Biolink 3 and 4 have it. A node without a CURIE gets one of ours (`EUTHYMIA:`). Left out: knowledge sources beyond this
project.
"""

from __future__ import annotations

import json

from euthymia.mechanism.graph import MechanismMap

CATEGORY = {
    "treatment": "biolink:Treatment", "chemical": "biolink:ChemicalEntity", "protein": "biolink:Protein",
    "process": "biolink:BiologicalProcess", "disease": "biolink:DiseaseOrPhenotypicFeature",
}  # fmt: skip
DIRECTION = {1: "increased", -1: "decreased"}


def text(on: MechanismMap) -> str:
    """Nodes and edges, one JSON object a line."""
    ids = {name: f"EUTHYMIA:{name}" for name in on.nodes}
    lines = [
        {
            "id": ids[name],
            "name": node.name,
            "category": [CATEGORY[node.kind]],
            "same_as": list(on.curies[name]),
            "provided_by": ["euthymia"],
        }
        for name, node in on.nodes.items()
    ]
    for number, edge in enumerate(on.edges):
        row = {
            "id": f"EUTHYMIA:edge-{number}",
            "subject": ids[edge.source],
            "predicate": "biolink:affects",
            "object": ids[edge.target],
            "knowledge_level": "knowledge_assertion",
            "agent_type": "manual_agent",
            "primary_knowledge_source": "infores:euthymia",
            "mechanism": edge.mechanism,
            "publications": [f"EUTHYMIA.SOURCE:{key}" for key in edge.supports],
            "negated": False,
        }
        if edge.sign:
            row |= {"qualified_predicate": "biolink:causes", "object_direction_qualifier": DIRECTION[edge.sign]}
            row |= {"object_aspect_qualifier": "activity_or_abundance"}
        lines.append(row)
    return "\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n"
