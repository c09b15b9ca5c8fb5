"""Every number inside a drug, a device or a scale, with the path that leads to it.

The assumption that matters: a number that matters is a `Value`; bare numbers (pulses, items) are design, not
measurement. Left out: what the numbers mean to the equations, which `why` tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from euthymia.evidence.value import Value


def values_in(thing: Any, path: str = "") -> Iterator[tuple[str, Value]]:
    """Path and `Value`, in the order of the file; a list of named parts uses their names."""
    if isinstance(thing, Value):
        yield path, thing
    elif isinstance(thing, Mapping):
        for key, part in thing.items():
            yield from values_in(part, _joined(path, str(key)))
    elif isinstance(thing, (list, tuple)):
        for number, part in enumerate(thing, start=1):
            yield from values_in(part, _joined(path, str(getattr(part, "name", number))))
    elif hasattr(type(thing), "model_fields"):
        for key in type(thing).model_fields:
            yield from values_in(getattr(thing, key), _joined(path, key))


def _joined(path: str, step: str) -> str:
    return f"{path}.{step}" if path else step
