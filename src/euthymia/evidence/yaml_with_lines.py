"""A YAML file as plain dicts and lists that still knows on which line each thing stands.

The assumption that matters: a data file is data, so tags that would build objects are refused, a key given
twice is refused, and dates stay text. Left out: writing YAML.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from euthymia.errors import DataError, Place

PACKAGE = Path(__file__).resolve().parents[1]
_SCALAR = "tag:yaml.org,2002:"


@dataclass(frozen=True)
class Document:
    """What a YAML file says (`content`) and where it says it; `file` is the name shown to people."""

    file: str
    content: Any
    node: Any = field(repr=False, compare=False, default=None)

    def line(self, *path: str | int) -> int | None:
        """The line, from 1, of a key path such as `("values", "clearance")`, or of the nearest above."""
        node, line = self.node, None if self.node is None else self.node.start_mark.line + 1
        for step in path:
            found = next((pair for pair in _children(node) if pair[0] == step), None)
            if found is None:
                break
            _, line, node = found
        return line

    def at(self, *path: str | int) -> Any:
        """What stands at a key path."""
        found = self.content
        for step in path:
            found = found[step]
        return found

    def place(self, *path: str | int) -> Place:
        """The `Place` of a key path, for an error message."""
        return Place(self.file, self.line(*path), field_name(path) or None)


def field_name(path: tuple[str | int, ...]) -> str:
    """A key path as people write it.

    >>> field_name(("arms", 0, "n"))
    'arms[0].n'
    """
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def read_yaml(path: str | Path) -> Document:
    """The document in a file; raises `DataError` naming file and line when it is not readable YAML."""
    path = Path(path)
    shown = str(path.resolve().relative_to(PACKAGE)) if path.resolve().is_relative_to(PACKAGE) else str(path)
    try:
        return read_yaml_text(path.read_text(encoding="utf-8"), shown)
    except FileNotFoundError as missing:
        raise DataError("there is no such file", place=Place(shown), fix="Check the path.") from missing
    except IsADirectoryError as folder:
        raise DataError("this is a folder, not a file", place=Place(shown), fix="Name one file.") from folder
    except UnicodeDecodeError as binary:
        raise DataError(
            f"this is not text (byte {binary.start} is not UTF-8)",
            place=Place(shown),
            fix="Save it as a YAML text file in UTF-8.",
        ) from binary


def read_yaml_text(text: str, file: str = "text") -> Document:
    """The document in a text; `file` names it in errors; raises `DataError`."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        raise DataError(
            f"this is not readable YAML ({fault.problem or fault.context})",
            place=Place(file, mark.line + 1 if mark else None),
            rule="Two spaces of indent a level, 'key: value' with a space after the colon.",
            fix="Look here and one line above: a missing quote, colon or bracket is the usual cause.",
        ) from fault
    except RecursionError as fault:
        raise DataError("this is nested too deeply", place=Place(file), fix="Flatten it.") from fault
    except YAMLError as fault:
        said = str(fault).splitlines()[0]
        raise DataError(
            f"this is not readable YAML ({said})", place=Place(file), fix="Save it as UTF-8 text."
        ) from fault
    return Document(file, _plain(node, file, {}), node)


def _children(node: Any) -> Iterator[tuple[str | int, int, Any]]:
    """Name, line and node of everything directly inside a mapping or a list."""
    if isinstance(getattr(node, "value", None), list):
        for index, item in enumerate(node.value):
            if isinstance(item, tuple):
                yield _scalar(item[0], ""), item[0].start_mark.line + 1, item[1]
            else:
                yield index, item.start_mark.line + 1, item


def _plain(node: Any, file: str, done: dict[int, Any]) -> Any:
    """Plain Python data for a node; a node met twice through an alias is built once."""
    if node is None:
        return None
    if id(node) in done:
        if done[id(node)] is ...:
            raise DataError("an alias points at itself", place=_place(node, file), fix="Write the part out.")
        return done[id(node)]
    done[id(node)] = ...
    if isinstance(node.value, list) and node.tag == _SCALAR + "map":
        built: Any = {}
        for key_node, item in node.value:
            key = _scalar(key_node, file)
            if key in built:
                raise DataError(
                    f"the key '{key}' is given twice",
                    place=_place(key_node, file, str(key)),
                    fix="Remove one of them.",
                )
            built[key] = _plain(item, file, done)
    elif isinstance(node.value, list) and node.tag == _SCALAR + "seq":
        built = [_plain(item, file, done) for item in node.value]
    else:
        built = _scalar(node, file)
    done[id(node)] = built
    return built


def _scalar(node: Any, file: str) -> Any:
    """A number, a truth value, a text or nothing; raises `DataError` for any other tag."""
    kind = node.tag.removeprefix(_SCALAR) if node.tag else ""
    if isinstance(node.value, list) or kind not in (
        "str",
        "null",
        "bool",
        "int",
        "float",
        "timestamp",
        "value",
    ):
        raise DataError(
            f"the tag '{node.tag}' is not allowed here",
            place=_place(node, file),
            rule="A data file holds texts, numbers, lists and mappings only.",
            fix="Remove the tag.",
        )
    if kind in ("null", "bool", "int", "float"):
        return _constructor().construct_object(node)
    return node.value


@cache
def _constructor() -> Any:
    from ruamel.yaml import YAML

    return YAML(typ="safe", pure=True).constructor


def _place(node: Any, file: str, name: str | None = None) -> Place:
    return Place(file, node.start_mark.line + 1, name)
