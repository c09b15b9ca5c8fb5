"""Numbers in treatment files: taken from a source that was read, or assumed with a reason.

`{take: sogaard2005/clearance_iv, because: …}` points at a value in the evidence; a mapping with `value` is one of its
own. A number is typed once, where it was read.
"""

from __future__ import annotations

from typing import Any

from euthymia.errors import DataError, EuthymiaError
from euthymia.evidence.library import library
from euthymia.evidence.read_value import value_from
from euthymia.evidence.yaml_with_lines import Document


def resolved(document: Document) -> Any:
    """The document's content with every number a `Value`; raises `DataError` naming the line."""
    if not isinstance(document.content, dict):
        raise DataError(
            "the file does not hold a mapping",
            place=document.place(),
            rule="A treatment file starts with 'name:'.",
            fix="Copy one of the shipped files and change it.",
        )
    return _resolve(document.content, document, ())


def _resolve(part: Any, document: Document, path: tuple[str | int, ...]) -> Any:
    if isinstance(part, dict):
        if "take" in part:
            return _taken(part, document, path)
        if "value" in part and path[:1] != ("identity",):
            return value_from(part, document.place(*path))
        return {key: _resolve(inner, document, (*path, key)) for key, inner in part.items()}
    if isinstance(part, list):
        return [_resolve(inner, document, (*path, index)) for index, inner in enumerate(part)]
    return part


def _taken(part: dict[str, Any], document: Document, path: tuple[str | int, ...]) -> Any:
    unknown = set(part) - {"take", "because"}
    if unknown:
        raise DataError(
            f"a taken value has no '{sorted(unknown)[0]}'",
            place=document.place(*path),
            rule="{take: source/name, because: why this one}.",
            fix="Change the number where it was read, or assume one here with 'value'.",
        )
    try:
        value = library().value(str(part["take"]))
    except EuthymiaError as error:
        error.place = document.place(*path)
        raise
    return value.with_(because=part.get("because") or value.because)
