"""CSV and TSV of search engines and reference managers: Publish or Perish, Zotero, Scopus, Embase, PubMed and plain.

This is how results of Google Scholar reach a user. The assumption that matters: a column is known by its heading, in
any of the words the programs use. Left out: spreadsheets; save them as CSV. Columns without a field here are kept in
`extra`.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from euthymia.errors import DataError, Place
from euthymia.evidence.records.bytes_in import LARGEST_RECORD
from euthymia.evidence.records.medline import sections_of
from euthymia.evidence.records.record import Read, Record, RecordError
from euthymia.evidence.records.wording import (
    date_of,
    doi_in,
    issns_in,
    ncts_in,
    pages_of,
    plain,
    pmcid_in,
    split_authors,
    year_in,
)  # fmt: skip

#: field → headings that mean it, in small letters and digits only, best first
HEADINGS = {
    "title": ("title", "articletitle", "documenttitle", "primarytitle", "publicationtitle0"),
    "authors": ("authors", "author", "authornames", "authorfullnames", "authorsfullnames", "primaryauthors"),
    "year": ("year", "publicationyear", "pubyear", "py"),
    "date": ("date", "publicationdate", "createdate"),
    "journal": (
        "publicationtitle", "sourcetitle", "journal", "journalbook", "journaltitle", "source", "secondarytitle",
        "containertitle", "venue",
    ),
    "journal_abbreviation": ("journalabbreviation", "abbreviatedsourcetitle", "journaliso", "isoabbreviation"),
    "volume": ("volume",),
    "issue": ("issue", "number"),
    "pages": ("pages", "page", "pagerange"),
    "first": ("startpage", "pagestart", "firstpage"),
    "last": ("endpage", "pageend", "lastpage"),
    "doi": ("doi", "digitalobjectidentifier", "doilink"),
    "pmid": ("pmid", "pubmedid"),
    "pmcid": ("pmcid",),
    "issn": ("issn", "isbnissn", "issnisbn"),
    "isbn": ("isbn",),
    "language": ("language", "languageoforiginaldocument"),
    "abstract": ("abstract", "abstractnote", "summary"),
    "keywords": ("keywords", "authorkeywords", "manualtags", "automatictags", "indexkeywords", "tags"),
    "kind": ("itemtype", "documenttype", "type", "publicationtype"),
    "publisher": ("publisher",),
    "url": ("url", "articleurl", "link", "openurllink", "fulltexturl"),
    "id": ("key", "recordid", "id", "eid", "accessionnumber", "citationkey", "uid"),
    "nct": ("nctnumber", "nct", "clinicaltrialnumbers", "trialid", "registrationnumber"),
}  # fmt: skip
KINDS = {
    "journalarticle": "article", "article": "article", "review": "article", "html": "article", "pdf": "article",
    "conferencepaper": "conference", "conferenceabstract": "conference", "preprint": "preprint", "thesis": "thesis",
    "book": "book", "booksection": "chapter", "bookchapter": "chapter", "report": "report", "webpage": "web",
}  # fmt: skip
#: what programs write into a cell that is empty
_ABSENT = ("NA", "NaN", "N/A", "null", "None", "<NA>")
#: a table with any of these came from Publish or Perish
_PERISH = ("gsrank", "cites", "ecc", "citesurl")


def stream(text: str, shown: Path) -> Iterator[Read]:
    """Every row of a table; raises `DataError` where no column is a title."""
    lines = _Lines(text.lstrip("\ufeff"))
    rows = csv.reader(lines, delimiter=delimiter(text), strict=False)
    csv.field_size_limit(LARGEST_RECORD)
    names = [name.strip() for name in next(rows, [])]
    plan = columns(names)
    if "title" not in plan:
        raise DataError(
            "no column is a title",
            place=Place(shown, 1),
            rule=f"The headings are: {', '.join(names[:12])}.",
            fix="Name the columns, for example 'title, authors, year, journal, doi, abstract'.",
        )
    scholar = any(re.sub(r"\W", "", name.lower()) in _PERISH for name in names)
    while True:
        line, start = lines.number + 1, lines.bytes
        try:
            row = next(rows, None)
        except csv.Error as fault:
            yield RecordError(f"this row cannot be read ({fault})", line, start)
            continue
        if row is None:
            return
        raw = lines.taken()
        if not any(cell.strip() for cell in row):
            continue
        yield _record(dict(zip(names, row, strict=False)), plan, raw.strip().encode(), start, line, scholar, row, names)


class _Lines:
    """Lines of a text for `csv`, with the count of lines and bytes given so far and what was taken since."""

    def __init__(self, text: str):
        self._rest = iter(text.splitlines(keepends=True))
        self._taken: list[str] = []
        self.number = self.bytes = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._rest).replace("\x00", "")
        self.number += 1
        self.bytes += len(line.encode())
        self._taken.append(line)
        return line

    def taken(self) -> str:
        """Everything since this was last asked."""
        text = "".join(self._taken)
        self._taken = []
        return text


def delimiter(text: str) -> str:
    """What separates the cells: the sign that is most frequent in the first line outside quotes.

    >>> delimiter('title;"a, b";year'), delimiter("title,year")
    (';', ',')
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    return max(",;\t|", key=bare.count)


def columns(names: list[str]) -> dict[str, str]:
    """Field → heading of the column that holds it."""
    bare = {re.sub(r"[^a-z0-9]", "", name.lower()): name for name in reversed(names)}
    found: dict[str, str] = {}
    for field, known in HEADINGS.items():
        heading = next((bare[word] for word in known if word in bare and bare[word] not in found.values()), None)
        if heading is not None:
            found[field] = heading
    return found


def _record(
    row: Mapping[str, str], plan: Mapping[str, str], raw: bytes, at: int, line: int, scholar: bool,
    cells: list[str], names: list[str],
) -> Read:  # fmt: skip
    def one(field: str) -> str:
        said = plain(row.get(plan[field], "") or "") if field in plan else ""
        return "" if said in _ABSENT else said

    title = " ".join(one("title").split())
    if not title and not one("doi") and not one("pmid"):
        return RecordError("this row has no title", line, at, len(raw), raw[:60].decode("utf-8", "replace"))
    pages = pages_of(one("pages")) if one("pages") else pages_of(one("first"), one("last"))
    citation = _embase(one("journal"))
    year = year_in(one("year")) or year_in(one("date")) or citation.get("year")
    abstract = one("abstract")
    doi = doi_in(one("doi")) or doi_in(one("url"))
    when = one("date")
    key = doi or one("pmid") or one("id") or hashlib.sha256(raw).hexdigest()[:16]
    extra = {
        name: value
        for name, value in row.items()
        if value and value.strip() not in ("", *_ABSENT) and name not in plan.values()
    }
    if len(cells) != len(names):
        extra["warning"] = f"the row has {len(cells)} cells, the heading {len(names)}"
    kind = re.sub(r"[^a-z]", "", one("kind").lower())
    return Record(
        source="scholar" if scholar else "csv",
        id=key,
        kind=KINDS.get(kind, "article" if not kind else "other"),
        title=title,
        authors=split_authors(one("authors")),
        year=year,
        date=when[:10] if re.match(r"\d{4}-\d\d", when) else date_of(year),
        journal=citation.get("journal") or " ".join(one("journal").split()),
        journal_abbreviation=one("journal_abbreviation"),
        volume=one("volume") or citation.get("volume", ""),
        issue=one("issue") or citation.get("issue", ""),
        pages=pages or citation.get("pages", ""),
        doi=doi,
        pmid=one("pmid").removesuffix(".0"),
        pmcid=pmcid_in(one("pmcid")),
        nct=ncts_in(f"{one('nct')} {abstract}"),
        issn=issns_in(f"{one('issn')} {one('isbn')}"),
        isbn=tuple(part for part in re.split(r"[\s,;]+", one("isbn")) if part[:1].isdigit() and not issns_in(part)),
        languages=tuple(filter(None, (one("language"),))),
        publication_types=tuple(filter(None, (one("kind"),))),
        keywords=tuple(part.strip() for part in re.split(r";|\n", one("keywords")) if part.strip()),
        abstract=abstract,
        sections=sections_of(abstract),
        publisher=one("publisher"),
        url=one("url"),
        extra=extra | ({"key": one("id")} if one("id") else {}),
        line=line,
        byte_start=at,
        byte_length=len(raw),
        sha256=hashlib.sha256(raw).hexdigest(),
    )


def _embase(text: str) -> dict:
    """`Endoscopic Ultrasound (2014) 3:3 (152-160). Date of Publication: 2014` taken apart; empty otherwise."""
    found = re.match(r"^(.+?) \((\d{4})\) ([^: ()]+)?(?::([^ ()]+))?(?: \(([^()]+)\))?\. Date of Publication", text)
    if not found:
        return {}
    journal, year, volume, issue, pages = found.groups()
    return {
        "journal": journal,
        "year": int(year),
        "volume": volume or "",
        "issue": issue or "",
        "pages": pages_of(pages or ""),
    }
