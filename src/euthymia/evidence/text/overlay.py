"""The field's own words, written by hand: `overlay/*.csv`.

A row has a kind, a name, a CURIE or nothing, and the words people use, between bars. Where the name is in the lexicon
under the same kind, the words are added to that entity; with a CURIE they are added to the entity of that id, which
takes the row's kind; else the name gets an id of our own (`EUTHYMIA:…`). The assumption that matters: in this field the
row's reading of a word is the right one. Left out: what the lexicon has already.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from euthymia.errors import DataError, Place

FOLDER = Path(__file__).parent / "overlay"
KINDS = ("chemical", "protein", "family", "disease", "process", "anatomy", "species", "treatment", "scale")
HEADINGS = ["kind", "name", "curie", "words"]


@dataclass(frozen=True, slots=True)
class Curated:
    """A name, its kind, the words for it, and its CURIE where one is given."""

    kind: str
    name: str
    terms: tuple[str, ...]
    curie: str = ""


@cache
def overlay(folder: Path = FOLDER) -> tuple[Curated, ...]:
    """Every curated name; raises `DataError` with the line of one that is not well written."""
    found: list[Curated] = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            if next(rows, None) != HEADINGS:
                raise DataError("the headings are not these", place=Place(path, 1), rule=f"Write: {','.join(HEADINGS)}")
            for row in rows:
                if len(row) != 4 or row[0] not in KINDS or not row[1]:
                    raise DataError(
                        "this row is no kind, name, curie and words",
                        place=Place(path, rows.line_num),
                        rule=f"kind is one of: {', '.join(KINDS)}; words stand between bars.",
                    )
                words = tuple(word.strip() for word in row[3].split("|") if word.strip())
                found.append(Curated(row[0], row[1], words, row[2]))
    return tuple(found)
