"""Any export as records: what it is, and every record in it.

The assumption that matters: a file is known by what stands in it, not by its name. Left out: keeping the records,
which is the store's work.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from euthymia.errors import DataError, Place
from euthymia.evidence.records import bibtex, ctgov, medline, pubmed_xml, ris, table
from euthymia.evidence.records.bytes_in import file_hash, first_text, opened, text_of
from euthymia.evidence.records.record import Read, Record, RecordError

KINDS = ("pubmed-xml", "medline", "ris", "bibtex", "csv", "ctgov")


@dataclass(frozen=True)
class Reading:
    """One file read whole: what it is, its records and what could not be read."""

    file: str
    kind: str
    sha256: str
    records: tuple[Record, ...]
    errors: tuple[RecordError, ...]

    def told(self) -> dict[str, Any]:
        """As plain data: `file, kind, sha256, count, records, errors`."""
        return {
            "file": self.file,
            "kind": self.kind,
            "sha256": self.sha256,
            "count": len(self.records),
            "records": [record.told() for record in self.records],
            "errors": [error.told() for error in self.errors],
        }

    def __str__(self) -> str:
        years = [record.year for record in self.records if record.year]
        told = [f"{self.file}: {self.kind}, {len(self.records)} records, {len(self.errors)} could not be read"]
        told += [f"  published {min(years)} to {max(years)}"] if years else []
        for name in ("title", "abstract", "doi", "pmid"):
            told.append(f"  with {name}: {sum(bool(getattr(record, name)) for record in self.records)}")
        kinds = Counter(record.kind for record in self.records)
        told += [f"  kinds: {', '.join(f'{kind} {count}' for kind, count in kinds.most_common())}"] if kinds else []
        told += [f"  line {one.line or '?'}, byte {one.byte_start}: {one.problem}" for one in self.errors[:20]]
        return "\n".join(told)


def kind_of(path: str | Path) -> str:
    """What an export is, by its beginning; raises `DataError` where it is none of the kinds we read."""
    path = Path(path)
    head = first_text(path)
    bare = head.lstrip("\ufeff \t\r\n")
    if not bare:
        raise DataError("the file is empty", place=Place(path), fix="Export the records again.")
    if bare.startswith("<"):
        if re.search(r"<(?:PubmedArticle|PubmedBookArticle|MedlineCitation|DeleteCitation)", bare):
            return "pubmed-xml"
        raise DataError(
            "this XML is not PubMed's",
            place=Place(path),
            rule="PubMed XML begins with <PubmedArticleSet>.",
            fix="In PubMed, use EFetch with retmode=xml, or save as 'PubMed' (nbib).",
        )
    if bare[0] in "{[" and re.match(r"[{\[]\s*[\"{\]}]", bare):
        return "ctgov"
    if re.search(r"(?m)^\s{0,3}TY {1,2}-", head.lstrip("\ufeff")):
        return "ris"
    if re.search(r"(?m)^(?:PMID|PMC ) ?- ?\S", head):
        return "medline"
    if re.search(r"(?m)^\s*@\s*\w+\s*[{(]", head):
        return "bibtex"
    first = bare.splitlines()[0]
    if "title" in first.lower() and table.columns(_cells(first)).get("title"):
        return "csv"
    if "\x00" in head or sum(letter == "\ufffd" for letter in head) > len(head) / 50:
        raise DataError(
            "this is not text",
            place=Place(path),
            rule="Exports are text: PubMed XML, nbib, RIS, BibTeX, CSV or JSON; gzip and zip are opened.",
            fix="Export the records again as one of these.",
        )
    raise DataError(
        "this is no export we know",
        place=Place(path),
        rule="Known: PubMed XML, MEDLINE/nbib, RIS, BibTeX, CSV with a title column, ClinicalTrials.gov JSON.",
        fix="Export the records again as one of these.",
    )


def _cells(first: str) -> list[str]:
    return [cell.strip().strip('"') for cell in first.split(table.delimiter(first))]


def stream(path: str | Path, kind: str | None = None) -> Iterator[Read]:
    """Every record of a file, one after the other; PubMed XML in flat memory. Raises `DataError` for the file."""
    path = Path(path)
    kind = kind or kind_of(path)
    with opened(path) as source:
        if kind == "pubmed-xml":
            yield from pubmed_xml.stream(source, path)
            return
        text = text_of(source, path)
    if kind == "ctgov":
        yield from ctgov.stream(text, path)
    elif kind == "csv":
        yield from table.stream(text, path)
    else:
        yield from {"medline": medline, "ris": ris, "bibtex": bibtex}[kind].stream(text.lstrip("\ufeff"))


def read(path: str | Path) -> Reading:
    """A whole file as records and errors; raises `DataError` where the file itself cannot be read."""
    path = Path(path)
    kind = kind_of(path)
    records, errors = [], []
    for one in stream(path, kind):
        (records if isinstance(one, Record) else errors).append(one)
    return Reading(str(path), kind, file_hash(path), tuple(records), tuple(errors))
