"""Whether two records are one report, one study, or neither, and by which rule.

Rules in the order in which they are tried; the first that speaks decides. The assumption that matters: two false
records cost less than one false merge, so without an identifier a title alone never merges. Conference twins (same
title, another meeting, journal or page) stay apart; a preprint and its article are one study and two reports; a
registration is never a report. Left out: full texts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz

from euthymia.evidence.dedupe.fingerprint import Fingerprint, fingerprint, journals_agree
from euthymia.evidence.records.record import Record

Relation = Literal["report", "study", "none"]
_NUMBERS = re.compile(r"\b(?:\d+(?:\.\d+)?|[ivx]+)\b")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`relation` of two records; `score` in 0–1 orders merges; `rule` says why."""

    relation: Relation
    score: float
    rule: str

    def __bool__(self) -> bool:
        return self.relation == "report"


def same_report(one: Record, other: Record) -> Verdict:
    """Compare two records."""
    return compare(fingerprint(one), fingerprint(other))


def compare(a: Fingerprint, b: Fingerprint) -> Verdict:
    """Compare two fingerprints."""
    if "registration" in (a.kind, b.kind):
        return _registration(a, b)
    alike = title_likeness(a, b)
    if a.amends != b.amends:
        return Verdict("none", alike, "one is an erratum, reply or comment")
    if a.pmid and b.pmid:
        if a.pmid == b.pmid:
            return Verdict("report", 1.0, "same PMID") if alike >= 0.6 or not (a.title and b.title) else Verdict(
                "none", alike, "same PMID but other titles"
            )  # fmt: skip
        return Verdict("none", alike, "different PMIDs")
    if a.doi and b.doi:
        found = _both_dois(a, b, alike)
        if found is not None:
            return found
    if ("preprint" in (a.kind, b.kind)) and a.kind != b.kind:
        return _preprint(a, b, alike)
    return _described(a, b, alike)


def title_likeness(a: Fingerprint, b: Fingerprint) -> float:
    """Likeness of titles in 0–1; a title cut off by an ellipsis is compared as far as it goes."""
    if not a.title or not b.title:
        return 0.0
    if a.title == b.title:
        return 1.0
    if a.cut or b.cut:
        short, long = sorted((a.title, b.title), key=len)
        if len(short) >= 20 and long.startswith(short):
            return 1.0
    return fuzz.ratio(a.title, b.title) / 100


def _both_dois(a: Fingerprint, b: Fingerprint, alike: float) -> Verdict | None:
    if a.doi_base == b.doi_base:
        if alike >= 0.8 or (a.title and b.title and fuzz.token_set_ratio(a.title, b.title) >= 95):
            return Verdict("report", 0.99, "same DOI")
        if not (a.title and b.title):
            ok = a.year is None or b.year is None or abs(a.year - b.year) <= 1
            return Verdict("report" if ok else "none", 0.9, "same DOI, one has no title")
        if a.family and a.family == b.family and a.page and a.page == b.page and a.year == b.year:
            return Verdict("report", 0.9, "same DOI, author, year and page (title translated)")
        return Verdict("none", alike, "same DOI but another title")
    if ("preprint" in (a.kind, b.kind)) and a.kind != b.kind:
        return None
    where = a.page and a.page == b.page and a.volume and a.volume == b.volume and _journal(a, b)
    if alike >= 0.97 and where and a.year == b.year:
        return Verdict("report", 0.99, "same title, journal, volume and page (one DOI is wrong)")
    return Verdict("none", alike, "different DOIs")


def _journal(a: Fingerprint, b: Fingerprint) -> bool | None:
    """Whether the journals agree; None where one is unknown."""
    return journals_agree(a.journal, b.journal) if a.journal and b.journal else None


def _registration(a: Fingerprint, b: Fingerprint) -> Verdict:
    shared = set(a.nct) & set(b.nct)
    if a.kind == b.kind:
        return Verdict("report", 1.0, "same registration") if shared else Verdict("none", 0.0, "two registrations")
    return Verdict("study", 1.0, "same trial number") if shared else Verdict("none", 0.0, "a registration is no report")


def _preprint(a: Fingerprint, b: Fingerprint, alike: float) -> Verdict:
    near = a.year is None or b.year is None or abs(a.year - b.year) <= 3
    person = bool(a.family) and a.family == b.family
    if alike >= 0.85 and near and person:
        return Verdict("study", alike, "preprint and its article")
    return Verdict("none", alike, "a preprint and another report")


def _described(a: Fingerprint, b: Fingerprint, alike: float) -> Verdict:
    """Without a common identifier: title, people, year and place must all allow it."""
    if not a.title or not b.title:
        return Verdict("none", 0.0, "no title to compare")
    people = same_people(a, b)
    if people is False:
        return Verdict("none", alike, "other authors")
    journal = _journal(a, b)
    page = a.page == b.page if a.page and b.page else None
    volume = a.volume == b.volume if a.volume and b.volume else None
    gap = abs(a.year - b.year) if a.year and b.year else None
    place = bool(page) and volume is not False and journal is not False
    abstract = bool(a.abstract and b.abstract) and len(a.abstract) > 100 and fuzz.ratio(a.abstract, b.abstract) >= 92
    if journal is False and page is not True:
        return Verdict("none", alike, "another journal or meeting")
    if journal is False and not (volume and gap == 0 and alike >= 0.9):
        return Verdict("none", alike, "another journal")
    if page is False and not (abstract and alike >= 0.95 and volume is not False and gap in (0, None) and _near(a, b)):
        return Verdict("none", alike, "another page")
    if volume is False and not (page or (abstract and alike >= 0.95 and gap == 0)):
        return Verdict("none", alike, "another volume")
    if gap and (gap > 2 or not (place or (journal and volume) or (abstract and journal and gap == 1))):
        return Verdict("none", alike, "another year")
    if alike < 1.0 and _NUMBERS.findall(a.title) != _NUMBERS.findall(b.title) and not (place and alike >= 0.9):
        return Verdict("none", alike, "titles differ in a number")
    needed = 0.75 if place and volume else 0.85 if place or (volume and journal and abstract) else 0.93
    if people is None and not (place or abstract):
        needed = 0.98
    if alike >= needed:
        return Verdict("report", alike * (0.95 if place else 0.9), "same title, authors, year and place")
    inside = len(min(a.title, b.title, key=len)) >= 30 and fuzz.token_set_ratio(a.title, b.title) >= 97
    if inside and place and (volume or abstract):
        return Verdict("report", 0.85, "one title is part of the other; same place")
    return Verdict("none", alike, "other titles")


def _near(a: Fingerprint, b: Fingerprint) -> bool:
    """Pages that are one written two ways (s12 and 12), or where one is an article number."""
    digits = [re.sub(r"\D", "", page) for page in (a.page, b.page)]
    return digits[0] == digits[1] or len(digits[0]) >= len(digits[1]) + 3 or len(digits[1]) >= len(digits[0]) + 3


def same_people(a: Fingerprint, b: Fingerprint) -> bool | None:
    """Whether the first authors agree, or the lists do; None where one has none."""
    if not a.authors or not b.authors:
        return None
    if a.family == b.family or a.family.startswith(b.family) or b.family.startswith(a.family):
        return True
    if a.family.split()[-1:] == b.family.split()[-1:] and a.family:
        return True
    return fuzz.token_set_ratio(a.authors, b.authors) >= 85
