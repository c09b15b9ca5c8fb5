"""A schema applied to a YAML document, its complaints told as one `DataError` with file, line and field.

The assumption that matters: people mend one mistake at a time, so the first in the file is told in full and
the rest are counted. Left out: the schemas themselves, which belong to each room.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from euthymia.errors import DataError
from euthymia.evidence.yaml_with_lines import Document

Schema = TypeVar("Schema", bound=BaseModel)

#: end of a pydantic error type → what the thing is not
KINDS = {
    "float_type": "a number",
    "float_parsing": "a number",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "text",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "is_instance_of": "what belongs here",
}


def checked(schema: type[Schema], document: Document, *path: str | int, content: Any = ...) -> Schema:
    """The part of a document at `path` as `schema`; `content` replaces it when given; raises `DataError`."""
    given = document.at(*path) if content is ... else content
    try:
        return schema.model_validate(given)
    except ValidationError as fault:
        raise data_error(fault, schema, document, *path) from fault


def data_error(fault: ValidationError, schema: type[BaseModel], document: Document, *path: str | int) -> DataError:
    """The first complaint of pydantic in our words; `path` is where the checked part stands."""
    given = document.at(*path)
    found = [(_written(given, one), one) for one in fault.errors(include_url=False)]
    found.sort(key=lambda pair: (document.line(*path, *pair[0]) or 0, -len(pair[0]), pair[1]["type"]))
    steps, first = found[0]
    problem, rule, fix = _words(first, schema)
    more = len({written for written, _ in found}) - 1
    if more:
        problem += f" (and {more} more mistake{'s' if more > 1 else ''})"
    return DataError(problem, place=document.place(*path, *steps), rule=rule, fix=fix)


def _words(complaint: Any, schema: type[BaseModel]) -> tuple[str, str | None, str | None]:
    kind, given = complaint["type"], complaint["input"]
    key = next((step for step in reversed(complaint["loc"]) if isinstance(step, str)), "this")
    if kind == "missing":
        return f"'{key}' is missing", _meaning(schema, complaint["loc"]), f"Add '{key}:' here."
    if kind == "extra_forbidden":
        known = sorted({name for model in _models_at(schema, complaint["loc"][:-1]) for name in _keys(model)})
        near = get_close_matches(key, known, n=1)
        fix = f"Did you mean '{near[0]}'?" if near else "Remove it, or put the fact where it belongs."
        return f"there is no key '{key}' here", f"Known: {', '.join(known)}.", fix
    if kind in ("enum", "literal_error"):
        expected = str(complaint.get("ctx", {}).get("expected", "")).replace(" or ", ", ").replace("'", "")
        near = get_close_matches(str(given), [word.strip() for word in expected.split(",")], n=1)
        return (
            f"'{key}' is '{given}'",
            f"It is one of: {expected}.",
            f"Did you mean '{near[0]}'?" if near else None,
        )
    if kind in KINDS:
        return f"'{key}' is not {KINDS[kind]} but {_shown(given)}", _meaning(schema, complaint["loc"]), None
    if kind in ("value_error", "assertion_error"):
        return str(complaint["ctx"]["error"]), _meaning(schema, complaint["loc"]), None
    said = complaint["msg"].removeprefix("Input ").removeprefix("Value ")
    return f"'{key}' is {_shown(given)}: it {said}", _meaning(schema, complaint["loc"]), None


def _written(given: Any, complaint: Any) -> tuple[str | int, ...]:
    """The steps of pydantic's path that people wrote, or ought to have: names of union members drop out."""
    steps: list[str | int] = []
    for step in complaint["loc"]:
        inside = step in given if isinstance(given, dict) else isinstance(given, list) and isinstance(step, int)
        if inside:
            given = given[step]
            steps.append(step)
    missing = complaint["type"] == "missing" and isinstance(given, dict)
    return (*steps, complaint["loc"][-1]) if missing else tuple(steps)


def _shown(given: Any) -> str:
    text = "empty" if given is None else f"'{given}'"
    return text if len(text) <= 60 else text[:57] + "…'"


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _meaning(schema: type[BaseModel], loc: tuple[str | int, ...]) -> str | None:
    """The description a schema gives the field a complaint is about."""
    key = next((step for step in reversed(loc) if isinstance(step, str)), None)
    for model in _models_at(schema, loc[:-1]):
        for name, field in model.model_fields.items():
            if key in (name, field.alias):
                return field.description
    return None


def _models_at(schema: type[BaseModel], loc: tuple[str | int, ...]) -> list[type[BaseModel]]:
    """The schemas that may stand at a path inside `schema`; more than one where a field is a union."""
    found = [schema]
    for step in loc:
        inner = [
            model
            for outer in found
            for name, field in outer.model_fields.items()
            if step in (name, field.alias)
            for model in _models(field.annotation)
        ]
        found = inner or found
    return found


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Every schema named in an annotation, such as `tuple[Arm, ...] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
