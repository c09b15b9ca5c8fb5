"""MEDLINE text, as PubMed saves it: `.nbib`, "PubMed format" and the dialect of PMC.

A line is a tag of up to four letters, a dash in the fifth column and a value; six spaces continue it. The assumption
that matters: a new record starts at a blank line followed by a tag, or at a PMID after one was seen. Left out: nothing
on purpose; tags without a field here are kept in `extra`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from euthymia.evidence.records.record import Read, Record, RecordError, Section
from euthymia.evidence.records.wording import date_of, doi_in, ncts_in, pages_of, pmcid_in, year_in

_TAG = re.compile(r"^([A-Z][A-Z0-9]{1,3}) {0,2}- ?(.*)$")
_HEADING = re.compile(r"(?:(?<=[.?!)\]]) |^)([A-Z][A-Z0-9 ,/&'()-]{2,60}): (?=[A-Z0-9(<\"'])")
_CORRECTIONS = {
    "CIN": "CommentIn", "CON": "CommentOn", "EIN": "ErratumIn", "EFR": "ErratumFor", "RIN": "RetractionIn",
    "ROF": "RetractionOf", "RPI": "RepublishedIn", "RPF": "RepublishedFrom", "UIN": "UpdateIn", "UOF": "UpdateOf",
    "ECI": "ExpressionOfConcernIn", "ECF": "ExpressionOfConcernFor", "PRIN": "PartialRetractionIn", "SPIN": "Summary",
    "CRI": "CorrectedandRepublishedIn", "CRF": "CorrectedandRepublishedFrom", "ORI": "OriginalReportIn",
}  # fmt: skip
_KNOWN = frozenset(
    [
        "PMID",
        "PMC",
        "OWN",
        "TI",
        "TT",
        "BTI",
        "AB",
        "FAU",
        "AU",
        "CN",
        "DP",
        "TA",
        "JT",
        "VI",
        "IP",
        "PG",
        "LA",
        "PT",
        "MH",
        "OT",
        "RN",
        "NM",
        "IS",
        "ISBN",
        "LID",
        "AID",
        "AD",
        "AUID",
        "SI",
        "GR",
        "SO",
        "PB",
        "OTO",
        "CTI",
    ]
) | frozenset(_CORRECTIONS)


def stream(text: str) -> Iterator[Read]:
    """Every record in a MEDLINE text."""
    tags: list[tuple[str, str]] = []
    start, at, line_start, blank, odd, size = 0, 0, 1, True, "", 0
    before = 0
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        bare = line.rstrip("\r\n")
        found = _TAG.match(bare)
        if found is not None:
            tag, value = found.group(1), found.group(2)
            begins = tag in ("PMID", "PMC") and any(known == tag for known, _ in tags)
            if tags and ((blank and tag in ("PMID", "PMC")) or begins):
                yield _record(tags, text[start:at], before, line_start, odd)
                tags, odd = [], ""
            if not tags:
                start, line_start, before = at, number, size
            tags.append((tag, value))
        elif bare.startswith("      ") and tags:
            tag, value = tags[-1]
            tags[-1] = (tag, f"{value.rstrip()} {bare.strip()}".strip())
        elif bare.strip():
            odd = odd or bare.strip()[:60]
            if tags:
                tag, value = tags[-1]
                tags[-1] = (tag, f"{value.rstrip()} {bare.strip()}".strip())
            else:
                yield RecordError("this line has no tag and belongs to no record", number, shown=odd)
        blank = not bare.strip()
        at += len(line)
        size += len(line.encode())
    if tags:
        yield _record(tags, text[start:at], before, line_start, odd)


def _record(tags: list[tuple[str, str]], whole: str, before: int, line: int, odd: str) -> Read:
    raw = whole.rstrip().encode()
    if not any(tag in ("TI", "TT", "BTI", "PMID") for tag, _ in tags):
        return RecordError("this record has neither PMID nor title", line, before, len(raw), odd or tags[0][1][:60])
    every: dict[str, list[str]] = {}
    for tag, value in tags:
        every.setdefault(tag, []).append(value.strip())

    def one(tag: str) -> str:
        return next((value for value in every.get(tag, ()) if value), "")

    pmid, pmcid = one("PMID"), pmcid_in(one("PMC"))
    places = [*every.get("LID", ()), *every.get("AID", ())]
    doi = next((doi_in(place) for place in places if "[doi]" in place and doi_in(place)), "") or doi_in(one("SO"))
    details = _authors(tags)
    accession = [value for value in every.get("SI", ()) if value]
    sections = sections_of(one("AB"))
    said = one("DP")
    words = said.split()
    month = words[1].split("-")[0] if len(words) > 1 else ""
    date = date_of(words[0], month, words[2] if len(words) > 2 else "") if words and words[0].isdigit() else said
    numbers = [number for value in accession for number in ncts_in(value)] + list(ncts_in(one("AB")))
    return Record(
        source="pubmed" if pmid else "pmc",
        id=pmid or pmcid or hashlib.sha256(raw).hexdigest()[:16],
        kind="book" if every.get("ISBN") or one("BTI") else "article",
        title=one("TI") or one("CTI") or one("BTI") or one("TT"),
        title_vernacular=one("TT"),
        authors=tuple(_name(detail) for detail in details),
        author_details=tuple(details),
        year=year_in(said),
        date=date,
        journal=one("JT") or one("BTI"),
        journal_abbreviation=one("TA"),
        volume=one("VI"),
        issue=one("IP"),
        pages=pages_of(one("PG")),
        doi=doi,
        pmid=pmid,
        pmcid=pmcid,
        nct=tuple(dict.fromkeys(numbers)),
        issn=tuple(dict.fromkeys(value.split()[0] for value in every.get("IS", ()) if value)),
        isbn=tuple(value.split()[0] for value in every.get("ISBN", ()) if value),
        languages=tuple(every.get("LA", ())),
        publication_types=tuple(every.get("PT", ())),
        mesh=tuple(dict.fromkeys(_heading(value)["name"] for value in every.get("MH", ()))),
        mesh_details=tuple(_heading(value) for value in every.get("MH", ())),
        chemicals=tuple(_substance(value) for value in every.get("RN", ())),
        keywords=tuple(value.lstrip("*") for value in every.get("OT", ())),
        abstract="\n".join(section.text for section in sections),
        sections=sections,
        publisher=one("PB"),
        url=f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid else "",
        databanks=tuple(accession),
        corrections=tuple(_correction(tag, value) for tag, value in tags if tag in _CORRECTIONS and value),
        affiliations=tuple(dict.fromkeys(value for value in every.get("AD", ()) if value)),
        grants=tuple({"text": value} for value in every.get("GR", ())),
        extra={tag: values for tag, values in every.items() if tag not in _KNOWN},
        line=line,
        byte_start=before,
        byte_length=len(raw),
        sha256=hashlib.sha256(raw).hexdigest(),
    )


def sections_of(abstract: str) -> tuple[Section, ...]:
    """An abstract cut at its headings in capitals; the whole as one section where there are fewer than two.

    >>> [section.label for section in sections_of("OBJECTIVE: To see. RESULTS: It was seen.")]
    ['OBJECTIVE', 'RESULTS']
    """
    if not abstract:
        return ()
    found = list(_HEADING.finditer(abstract))
    if len(found) < 2 or found[0].start() != 0:
        return (Section("", abstract),)
    ends = [match.start() for match in found[1:]] + [len(abstract)]
    return tuple(
        Section(match.group(1), abstract[match.end() : end].strip()) for match, end in zip(found, ends, strict=True)
    )


def _authors(tags: list[tuple[str, str]]) -> list[dict]:
    """Authors in order; FAU and the AU after it are one person, AD and AUID belong to the person above."""
    found: list[dict] = []
    full = False
    for tag, value in tags:
        if tag == "FAU" and value.strip():
            family, _, given = value.partition(",")
            found.append({"family": family.strip(), "given": given.strip()})
            full = True
        elif tag == "AU" and value.strip():
            if full:
                full = False
                found[-1]["initials"] = value.split()[-1]
            else:
                family, _, initials = value.rpartition(" ")
                found.append({"family": family or initials, "given": initials if family else "", "initials": initials})
        elif tag == "CN" and value.strip():
            found.append({"collective": value.strip()})
        elif tag == "AD" and found:
            found[-1].setdefault("affiliations", []).append(value.strip())
        elif tag == "AUID" and found:
            kind, _, number = value.partition(":")
            found[-1][kind.strip().lower()] = number.strip().rsplit("/", 1)[-1]
    return found


def _name(detail: dict) -> str:
    if "collective" in detail:
        return detail["collective"]
    return f"{detail['family']}, {detail['given']}" if detail.get("given") else detail["family"]


def _heading(value: str) -> dict:
    parts = value.split("/")
    return {
        "name": parts[0].lstrip("*"),
        "id": "",
        "major": "*" in value,
        "qualifiers": [part.lstrip("*") for part in parts[1:]],
    }


def _substance(value: str) -> str:
    found = re.match(r"^[\w.-]+ \((.+)\)$", value)
    return found.group(1) if found else value


def _correction(tag: str, value: str) -> dict[str, str]:
    found = re.search(r"PMID:\s*(\d+)", value)
    return {"relation": _CORRECTIONS[tag], "source": value, "pmid": found.group(1) if found else ""}
