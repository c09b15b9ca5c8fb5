"""RIS in the dialects of EndNote, Zotero, Mendeley, Ovid, Embase, Scopus, ProQuest and Web of Science.

Two letters, two spaces, a dash and a value, from TY to ER; what stands between records is no record. The assumption
that matters: tags mean what most programs mean by them (T2 and JF are the journal, A1 is AU, N2 is AB), and a line
without a tag continues the line above. Left out: tags without a field here, kept in `extra`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

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
    year_in,
)  # fmt: skip

_TAG = re.compile(r"^\s{0,3}([A-Z][A-Z0-9])(?: {1,2}- (?P<usual>.*)| {2}-(?P<tight>\S.*)| {1,2}-\s*)$")
#: kinds of reference, in the words of this project
KINDS = {
    "JOUR": "article", "JFULL": "article", "EJOUR": "article", "MGZN": "article", "INPR": "article",
    "ABST": "abstract", "CONF": "conference", "CPAPER": "conference", "THES": "thesis", "BOOK": "book",
    "EBOOK": "book", "CHAP": "chapter", "ECHAP": "chapter", "RPRT": "report", "UNPB": "preprint", "ELEC": "web",
    "CTLI": "registration", "CLINIC": "registration", "NEWS": "news",
}  # fmt: skip
_KNOWN = frozenset(
    [
        "TY",
        "TI",
        "T1",
        "CT",
        "AU",
        "A1",
        "AB",
        "N2",
        "PY",
        "Y1",
        "DA",
        "T2",
        "JF",
        "JO",
        "J2",
        "JA",
        "JI",
        "J9",
        "VL",
        "IS",
        "CP",
        "SP",
        "EP",
        "DO",
        "SN",
        "LA",
        "KW",
        "UR",
        "AN",
        "PB",
        "AD",
        "ID",
        "ER",
    ]
)


def stream(text: str) -> Iterator[Read]:
    """Every record in a RIS text."""
    tags: list[tuple[str, str]] = []
    start, at, size, before, line_start, open_ = 0, 0, 0, 0, 1, False
    loose: tuple[int, str] | None = None
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        bare = line.rstrip("\r\n").lstrip("\ufeff")
        found = _TAG.match(bare)
        tag = found.group(1) if found else ""
        if tag == "TY":
            if open_:
                yield _record(tags, text[start:at], before, line_start, ended=False)
            tags, open_, start, line_start = [(tag, _value(found))], True, at, number
            before = size
        elif tag == "ER" and open_:
            at_end = at + len(line)
            yield _record(tags, text[start:at_end], before, line_start, ended=True)
            tags, open_ = [], False
        elif found is not None and open_:
            tags.append((tag, _value(found)))
        elif open_ and bare.strip():
            last, value = tags[-1]
            if last == "KW":
                tags.append(("KW", bare.strip()))
            else:
                tags[-1] = (last, f"{value}\n{bare.strip()}" if value else bare.strip())
        elif tag in ("TI", "T1", "AU", "A1", "AB") and loose is None:
            loose = (number, bare[:60])
        at += len(line)
        size += len(line.encode())
    if open_:
        yield _record(tags, text[start:at], before, line_start, ended=False)
    if loose is not None:
        yield RecordError("a tag stands outside any record (no TY above it)", loose[0], shown=loose[1])


def _value(found: re.Match[str] | None) -> str:
    return (found.group("usual") or found.group("tight") or "") if found else ""


def _record(tags: list[tuple[str, str]], whole: str, before: int, line: int, ended: bool) -> Read:
    raw = whole.rstrip().encode()
    every: dict[str, list[str]] = {}
    for tag, value in tags:
        every.setdefault(tag, []).append(plain(value))

    def one(*names: str) -> str:
        return next((value for name in names for value in every.get(name, ()) if value), "")

    title = " ".join(one("TI", "T1", "CT").split())
    if not title and not one("AU", "A1", "AB", "N2", "DO"):
        return RecordError(
            "this record has no title, author, abstract or DOI", line, before, len(raw), raw[:60].decode()
        )
    abstract = one("AB", "N2")
    sections = sections_of(abstract)
    when = one("DA", "PY", "Y1")
    year = year_in(one("PY", "Y1")) or year_in(one("DA"))
    doi = next(
        (found for tag in ("DO", "L2", "UR", "M3") for value in every.get(tag, ()) if (found := doi_in(value))), ""
    )
    accession, database = one("AN"), one("DB", "DP")
    pmid = _pmid(every, accession, database)
    key = doi or accession or one("ID") or hashlib.sha256(raw).hexdigest()[:16]
    return Record(
        source="ris",
        id=key,
        kind=KINDS.get(one("TY").upper(), "other"),
        title=title,
        authors=tuple(" ".join(value.split()) for tag in ("AU", "A1") for value in every.get(tag, ()) if value),
        year=year,
        date=_date(when, year),
        journal=_journal(every, one),
        journal_abbreviation=one("J2", "JA", "JO", "JI", "J9"),
        volume=one("VL"),
        issue=one("IS", "CP"),
        pages=pages_of(one("SP"), one("EP")),
        doi=doi,
        pmid=pmid,
        pmcid=pmcid_in(" ".join(every.get("C2", ()))),
        nct=ncts_in(f"{abstract} {' '.join(every.get('CN', ()))} {' '.join(every.get('AN', ()))}"),
        issn=issns_in(" ".join(every.get("SN", ()))),
        isbn=tuple(value for value in every.get("SN", ()) if value and not issns_in(value)),
        languages=tuple(value for value in every.get("LA", ()) if value),
        publication_types=tuple(value for value in every.get("M3", ()) if value and not doi_in(value)),
        keywords=tuple(value for value in every.get("KW", ()) if value),
        abstract=abstract,
        sections=sections,
        publisher=one("PB"),
        url=one("UR", "L2", "LK"),
        affiliations=tuple(value for value in every.get("AD", ()) if value),
        extra={tag: values for tag, values in every.items() if tag not in _KNOWN and any(values)}
        | ({"accession": accession} if accession else {})
        | ({"record_id": one("ID")} if one("ID") else {})
        | ({} if ended else {"warning": "the record has no ER line"}),
        line=line,
        byte_start=before,
        byte_length=len(raw),
        sha256=hashlib.sha256(raw).hexdigest(),
    )


def _journal(every: dict[str, list[str]], one) -> str:
    proceedings = every.get("C3", ())
    if one("TY").upper() in ("CONF", "CPAPER") and len(proceedings) == 1 and proceedings[0]:
        return " ".join(proceedings[0].split())  # Zotero: T2 is then the conference
    return " ".join(one("T2", "JF", "JO", "BT", "J2", "JA").split())


def _pmid(every: dict[str, list[str]], accession: str, database: str) -> str:
    """A PMID where the database is PubMed or MEDLINE, or the address says so."""
    for address in every.get("UR", ()):
        if found := re.search(r"(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/(\d{1,9})", address):
            return found.group(1)
    for note in (*every.get("C1", ()), *every.get("N1", ()), *every.get("M1", ()), *every.get("C2", ())):
        if found := re.search(r"\bPMID:?\s*(\d{4,9})\b", note):
            return found.group(1)
    named = re.search(r"pubmed|medline|\bnlm\b", database, re.IGNORECASE)
    return accession if accession.isdigit() and (named or not database) and len(accession) <= 8 else ""


def _date(when: str, year: int | None) -> str:
    """`2013/08//undefined`, `2013/08/05/`, `Aug 5` or `2013` as an ISO date."""
    parts = re.split(r"[/\-\s]+", when.strip()) if when else []
    if parts and parts[0].isdigit() and len(parts[0]) == 4:
        return date_of(parts[0], *(part for part in parts[1:3])) if len(parts) > 1 else parts[0]
    words = [part for part in parts if part]
    months = [word for word in words if word[:3].isalpha()]
    if year and months:
        days = [word for word in words if word.isdigit() and len(word) <= 2]
        return date_of(year, months[0], days[0] if days else "")
    return str(year or "")
