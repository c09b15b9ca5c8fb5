"""A table of markers from elsewhere: the schema of ours, one problem a row, the others kept.

A row with `protocol` is a point of a course; any other is a comparison of people. The assumption that matters: a row is
one mapping of a list. Left out: spreadsheets.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from euthymia.errors import DataError
from euthymia.evidence.checked import checked
from euthymia.evidence.marker import Marker
from euthymia.evidence.preclinical import CoursePoint
from euthymia.evidence.yaml_with_lines import Document, read_yaml
from euthymia.trial.biomarkers.observed import Item, items


def read_table(file: Path) -> tuple[Item, ...]:
    """Every row of a file as items; one that cannot be read, or lacks an error, carries its `problem`.

    Raises `DataError` for a file that is no list of rows.
    """
    document = read_yaml(file)
    if not isinstance(document.content, list) or not document.content:
        raise DataError(
            "the file holds no rows",
            place=document.place(),
            rule="A table of markers is a list; each row has id, marker, comparison, direction and effect.",
            fix="See docs/biomarkers.md.",
        )
    found: list[Item] = []
    seen: set[str] = set()
    for index in range(len(document.content)):
        try:
            found += _read(document, index, seen)
        except DataError as problem:
            found.append(Item(f"row {index + 1}", "", "", "", reason=str(problem).splitlines()[0], problem=problem))
    return tuple(found)


def _read(document: Document, index: int, seen: set[str]) -> tuple[Item, ...]:
    given = document.at(index)
    course = isinstance(given, dict) and "protocol" in given
    row = checked(CoursePoint if course else Marker, document, index)
    if row.id in seen:
        raise DataError(f"the id '{row.id}' is used twice", place=document.place(index, "id"), fix="Rename one.")
    seen.add(row.id)
    place = document.place(index, "value" if course else "effect")
    if isinstance(row, CoursePoint):
        return items(courses=[row], places={row.id: place})
    return tuple(replace(item, group="biomarker") for item in items([row], places={row.id: place}))
