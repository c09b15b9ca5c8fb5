"""The JSON Schema of a drug file, for editors that check YAML while it is written.

It describes the file as people write it, with every number as a choice or an assumption, and is made from the same
classes that read it. Left out: what only reading the evidence can tell, such as whether a unit fits.
"""

from __future__ import annotations

from typing import Any

from euthymia.evidence.read_value import KEYS
from euthymia.evidence.value import Confidence, Grade
from euthymia.treatments.compound import TARGETS
from euthymia.treatments.drug import Drug

TEXT = {"type": "string"}
TAKEN = {
    "type": "object",
    "description": "A value read from a source, and why this one.",
    "properties": {"take": {"type": "string", "pattern": "^[^/]+/[^/]+$"}, "because": TEXT},
    "required": ["take"],
    "additionalProperties": False,
}
OWN = {
    "type": "object",
    "description": "A number of this file's own, with its unit, grade and reason.",
    "properties": {key: {} for key in KEYS}
    | {
        "value": {"type": "number"},
        "unit": TEXT,
        "grade": {"enum": [str(grade) for grade in Grade]},
        "confidence": {"enum": [str(confidence) for confidence in Confidence]},
    },
    "required": ["value", "unit", "confidence"],
    "additionalProperties": False,
}


def drug_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of `treatments/drugs/<name>.yaml`.

    >>> sorted(drug_schema()["required"])
    ['kind', 'label', 'name', 'routes']
    """
    schema = _as_written(Drug.model_json_schema())
    parts = schema["$defs"]
    parts["number"] = {"oneOf": [TAKEN, OWN]}
    parts["Compound"]["properties"].pop("name")
    parts["Compound"]["required"].remove("name")
    parts["Compound"]["properties"]["targets"]["propertyNames"] = {"enum": list(TARGETS)}
    schema["properties"]["compounds"] = {
        "type": "object",
        "description": "Compounds defined here, by name; those defined in another drug file are found by name.",
        "additionalProperties": {"$ref": "#/$defs/Compound"},
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema


def _as_written(part: Any) -> Any:
    """Every number as `#/$defs/number`, with the unit it is measured in; pydantic's own titles left out."""
    if isinstance(part, list):
        return [_as_written(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    if "measured in" in part:
        told = f"In {part['measured in']} or a unit like it." if part["measured in"] != "1" else "A plain ratio."
        return {"$ref": "#/$defs/number", "description": told}
    return {key: _as_written(inner) for key, inner in part.items() if not (key == "title" and isinstance(inner, str))}
