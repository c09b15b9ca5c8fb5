"""One record of one export: the same fields whatever format it came in.

The assumption that matters: what a format does not say is empty, never guessed, and what has no field here is kept
in `extra` under the name the format gives it. Left out: whether two records are the same report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Section:
    """One part of an abstract: its exact text, with the label beside it and never inside it."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Record:
    """One record as read. Texts are plain Unicode; absent texts are empty, absent numbers None.

    `byte_start` and `byte_length` say where it stands in its file (after decompression, and after recoding where the
    file was not UTF-8); `sha256` is the hash of those bytes.
    """

    source: str = ""
    id: str = ""
    version: str = "1"
    kind: str = ""
    title: str = ""
    title_vernacular: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    date: str = ""
    journal: str = ""
    journal_abbreviation: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    nct: tuple[str, ...] = ()
    issn: tuple[str, ...] = ()
    isbn: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    publication_types: tuple[str, ...] = ()
    mesh: tuple[str, ...] = ()
    chemicals: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    abstract: str = ""
    sections: tuple[Section, ...] = ()
    publisher: str = ""
    url: str = ""
    databanks: tuple[str, ...] = ()
    corrections: tuple[Mapping[str, str], ...] = ()
    affiliations: tuple[str, ...] = ()
    author_details: tuple[Mapping[str, Any], ...] = ()
    mesh_details: tuple[Mapping[str, Any], ...] = ()
    grants: tuple[Mapping[str, str], ...] = ()
    references: tuple[str, ...] = ()
    trial: Mapping[str, Any] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    line: int | None = None
    byte_start: int | None = None
    byte_length: int | None = None
    sha256: str = ""

    @property
    def key(self) -> str:
        """Source, id and version as one text: what makes a record this record and no other."""
        return f"{self.source}:{self.id}:{self.version}"

    @property
    def retracted(self) -> bool:
        """Whether the record itself says that the report was retracted."""
        return "Retracted Publication" in self.publication_types or any(
            one.get("relation") == "RetractionIn" for one in self.corrections
        )

    def told(self, full: bool = True) -> dict[str, Any]:
        """As plain data; without `full`, fields that are empty are left out."""
        found: dict[str, Any] = {}
        for one in fields(self):
            given = getattr(self, one.name)
            if one.name == "sections":
                given = [{"label": section.label, "text": section.text} for section in given]
            found[one.name] = list(given) if isinstance(given, tuple) else given
        found["retracted"] = self.retracted
        return found if full else {name: given for name, given in found.items() if given not in ("", None, [], {})}


@dataclass(frozen=True, slots=True)
class RecordError:
    """A record that could not be read: what is wrong, and where; the rest of its file is not lost."""

    problem: str
    line: int | None = None
    byte_start: int | None = None
    byte_length: int | None = None
    shown: str = ""

    def told(self) -> dict[str, Any]:
        return {one.name: getattr(self, one.name) for one in fields(self)}


Read = Record | RecordError
