"""Records put together: reports from records, studies from reports, and every membership kept.

Only records that share a key are compared (DOI, PMID, either end of the title, author with year, volume with page), so
work grows with the number of records and not with its square. The assumption that matters: a group never holds two
PMIDs, two DOIs or two registrations, however its members resemble each other pairwise. Left out: choosing what to keep
of a report's fields; `best` says which record to show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from euthymia.evidence.dedupe.compare import Verdict, compare
from euthymia.evidence.dedupe.fingerprint import Fingerprint, fingerprint
from euthymia.evidence.records.record import Record

LARGEST_BLOCK = 60


@dataclass(frozen=True)
class Pair:
    """Two records (indices) that were compared and are related."""

    one: int
    other: int
    verdict: Verdict


@dataclass(frozen=True)
class Deduplicated:
    """`reports`: groups of record indices; `studies`: groups of report indices; `pairs`: why."""

    records: int
    reports: tuple[tuple[int, ...], ...]
    studies: tuple[tuple[int, ...], ...]
    pairs: tuple[Pair, ...]

    @property
    def duplicates(self) -> int:
        """Records beyond the first of each report."""
        return self.records - len(self.reports)

    def report_of(self) -> dict[int, int]:
        """Record index → report index."""
        return {record: report for report, members in enumerate(self.reports) for record in members}


def deduplicate(records: Sequence[Record]) -> Deduplicated:
    """Group records into reports and reports into studies."""
    prints = [fingerprint(record) for record in records]
    return grouped(prints, [references_of(record) for record in records])


def references_of(record: Record) -> tuple[str, ...]:
    """PMIDs a registration names as its own results or derived papers."""
    if record.kind != "registration" or not record.trial:
        return ()
    return tuple(
        one["pmid"] for one in record.trial.get("references", ()) if one["pmid"] and one["type"].upper() != "BACKGROUND"
    )


def grouped(prints: Sequence[Fingerprint], references: Sequence[Sequence[str]] = ()) -> Deduplicated:
    """As `deduplicate`, from fingerprints and the PMIDs each registration names."""
    merges: list[Pair] = []
    links: list[Pair] = []
    seen: set[tuple[int, int]] = set()
    for one, other in candidates(prints):
        if (one, other) in seen:
            continue
        seen.add((one, other))
        verdict = compare(prints[one], prints[other])
        if verdict.relation == "report":
            merges.append(Pair(one, other, verdict))
        elif verdict.relation == "study":
            links.append(Pair(one, other, verdict))
    merges.sort(key=lambda pair: (-pair.verdict.score, pair.one, pair.other))
    reports = _join(range(len(prints)), merges, prints)
    links += _by_reference(prints, references)
    home = {record: report for report, members in enumerate(reports) for record in members}
    joined = _plain_join(len(reports), [(home[pair.one], home[pair.other]) for pair in links])
    return Deduplicated(len(prints), reports, joined, tuple(merges + links))


def candidates(prints: Sequence[Fingerprint]) -> Iterator[tuple[int, int]]:
    """Pairs that share a key, the lower index first; a large block is compared along its sorted titles only."""
    blocks: dict[tuple, list[int]] = {}
    for index, one in enumerate(prints):
        for key in keys_of(one):
            blocks.setdefault(key, []).append(index)
    for members in blocks.values():
        if len(members) < 2:
            continue
        if len(members) > LARGEST_BLOCK:
            members = sorted(members, key=lambda index: (prints[index].title, index))
            for at, one in enumerate(members):
                for other in members[at + 1 : at + 12]:
                    yield (one, other) if one < other else (other, one)
            continue
        for at, one in enumerate(members):
            for other in members[at + 1 :]:
                yield one, other


def keys_of(one: Fingerprint) -> Iterator[tuple]:
    """What a record must share with another to be compared with it."""
    if one.doi_base:
        yield "doi", one.doi_base
    if one.pmid:
        yield "pmid", one.pmid
    for number in one.nct:
        yield "nct", number
    packed = one.title.replace(" ", "")
    if len(packed) >= 10:
        yield "begins", packed[:18]
        yield "ends", packed[-18:]
    if one.volume and one.page:
        yield "place", one.volume, one.page, one.family[:4] or packed[:6]
    if one.family and one.year and one.page:
        yield "person", one.family, one.year, one.page


def _join(members, pairs: Sequence[Pair], prints: Sequence[Fingerprint]) -> tuple[tuple[int, ...], ...]:
    """Groups by merging pairs best first, unless the merged group would hold two of what is unique."""
    group = {member: [member] for member in members}
    held = {member: _unique(prints[member]) for member in members}
    root = {member: member for member in members}

    def find(member: int) -> int:
        while root[member] != member:
            root[member] = root[root[member]]
            member = root[member]
        return member

    for pair in pairs:
        one, other = find(pair.one), find(pair.other)
        if one == other or (_clash(held[one], held[other]) and pair.verdict.score < 0.99):
            continue
        if len(group[one]) < len(group[other]):
            one, other = other, one
        group[one] += group.pop(other)
        held[one] = {name: held[one].get(name, set()) | held[other].get(name, set()) for name in ("pmid", "doi")}
        root[other] = one
    return tuple(sorted((tuple(sorted(found)) for found in group.values()), key=lambda found: found[0]))


def _unique(one: Fingerprint) -> dict[str, set[str]]:
    return {"pmid": {one.pmid} if one.pmid else set(), "doi": {one.doi_base} if one.doi_base else set()}


def _clash(one: Mapping[str, set[str]], other: Mapping[str, set[str]]) -> bool:
    return any(one[name] and other[name] and not (one[name] & other[name]) for name in ("pmid", "doi"))


def _plain_join(count: int, pairs: Sequence[tuple[int, int]]) -> tuple[tuple[int, ...], ...]:
    root = list(range(count))

    def find(member: int) -> int:
        while root[member] != member:
            root[member] = root[root[member]]
            member = root[member]
        return member

    for one, other in pairs:
        root[find(other)] = find(one)
    groups: dict[int, list[int]] = {}
    for member in range(count):
        groups.setdefault(find(member), []).append(member)
    return tuple(sorted(tuple(found) for found in groups.values()))


def _by_reference(prints: Sequence[Fingerprint], references: Sequence[Sequence[str]]) -> list[Pair]:
    home = {one.pmid: index for index, one in enumerate(prints) if one.pmid}
    return [
        Pair(index, home[pmid], Verdict("study", 1.0, "named by the registration"))
        for index, named in enumerate(references)
        for pmid in named
        if pmid in home
    ]


def best(members: Sequence[int], records: Sequence[Record]) -> int:
    """The record of a report to show: the one that says most, PubMed's where two say as much."""
    order = {"pubmed": 0, "ris": 1, "bibtex": 2, "csv": 3, "scholar": 4}
    return min(members, key=lambda index: (-_said(records[index]), order.get(records[index].source, 5), index))


def _said(record: Record) -> int:
    named = (record.doi, record.pmid, record.abstract, record.journal, record.volume, record.pages, record.year)
    return sum(bool(one) for one in named)


def told(found: Deduplicated, records: Sequence[Record], files: Sequence[str]) -> dict[str, Any]:
    """As plain data: counts, `reports` with their members, `studies`, and the rule of every pair."""

    def member(index: int) -> dict[str, Any]:
        one = records[index]
        key = one.extra.get("key") or one.extra.get("record_id") or one.id
        return {
            "index": index, "file": files[index], "source": one.source, "id": one.id, "key": key, "title": one.title,
            "doi": one.doi, "pmid": one.pmid, "nct": list(one.nct),
        }  # fmt: skip

    return {
        "records": found.records,
        "reports": len(found.reports),
        "duplicates": found.duplicates,
        "studies": len(found.studies),
        "clusters": [
            {"report": at, "best": best(members, records), "members": [member(index) for index in members]}
            for at, members in enumerate(found.reports)
        ],
        "linked": [list(study) for study in found.studies if len(study) > 1],
        "pairs": [
            {
                "a": pair.one,
                "b": pair.other,
                "relation": pair.verdict.relation,
                "score": round(pair.verdict.score, 4),
                "rule": pair.verdict.rule,
            }
            for pair in found.pairs
        ],
    }
