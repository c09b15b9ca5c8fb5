"""Records into reports and reports into studies, inside the base and only for what is new.

A new record is compared with those that share a key with it; everything else is left as it was, so an update costs what
is new. The assumption that matters: groups only grow. Left out: taking a group apart, which is a person's decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from euthymia.evidence.dedupe.clusters import LARGEST_BLOCK, grouped, references_of
from euthymia.evidence.dedupe.fingerprint import Fingerprint, fingerprint
from euthymia.evidence.store.database import Database
from euthymia.evidence.store.ingest import reads_of

PART = 400


@dataclass(frozen=True)
class Grouped:
    """How many records were new to it, and the totals after."""

    looked_at: int
    records: int
    reports: int
    studies: int

    def told(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | {
            "duplicates": self.records - self.reports
        }

    def __str__(self) -> str:
        return (
            f"{self.looked_at} new records; {self.records} records are {self.reports} reports of {self.studies} "
            f"studies "
            f"({self.records - self.reports} duplicates)"
        )


def group_new(database: Database) -> Grouped:
    """Group every record that has no report yet."""
    new = [row[0] for row in database.all(
        "SELECT r.record_id FROM record r "
            "WHERE NOT EXISTS (SELECT 1 FROM report_member m WHERE m.record_id = r.record_id) AND r.kind <> 'deleted' "
            "AND EXISTS (SELECT 1 FROM latest_record l WHERE l.record_id = r.record_id) ORDER BY r.record_id"
    )]  # fmt: skip
    if new:
        _group(database, new)
    totals = database.one(
        "SELECT (SELECT COUNT(*) FROM report_member), (SELECT COUNT(DISTINCT report_id) FROM report_member), "
        "(SELECT COUNT(DISTINCT study_id) FROM study_report)"
    )
    assert totals is not None
    return Grouped(len(new), *totals)


def _group(database: Database, new: list[int]) -> None:
    near = _neighbours(database, new)
    ids = sorted({*new, *near})
    records = dict(reads_of(database, ids))
    homes = _homes(database, near)
    prints: list[Fingerprint] = [fingerprint(records[number]) for number in ids]
    found = grouped(prints, [references_of(records[number]) for number in ids])
    fresh = set(new)
    report_of: dict[int, int] = {}
    moved: dict[int, int] = {}
    for members in found.reports:
        numbers = [ids[member] for member in members]
        known = sorted({homes[number] for number in numbers if number in homes})
        report = known[0] if known else min(numbers)
        for number in numbers:
            report_of[number] = report
        moved |= {other: report for other in known[1:]}
    with database.transaction():
        for other, report in moved.items():
            database.run("UPDATE report_member SET report_id = ? WHERE report_id = ?", (report, other))
            database.run("DELETE FROM study_report WHERE report_id = ?", (other,))
        database.many(
            "INSERT INTO report_member VALUES (?, ?) ON CONFLICT DO NOTHING",
            [(number, report_of[number]) for number in ids if number in fresh],
        )
        database.many(
            "INSERT INTO dup_pair VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [
                (ids[pair.one], ids[pair.other], pair.verdict.relation, pair.verdict.score, pair.verdict.rule)
                for pair in found.pairs
                if fresh & {ids[pair.one], ids[pair.other]}
            ],
        )
        _studies(database, found, ids, report_of, moved)


def _studies(database: Database, found, ids, report_of, moved) -> None:
    """Each report in one study; a study that meets another takes it in."""
    basis = {
        frozenset((report_of[ids[pair.one]], report_of[ids[pair.other]])): pair.verdict.rule
        for pair in found.pairs
        if pair.verdict.relation == "study"
    }
    for study in found.studies:
        reports = sorted({report_of[ids[found.reports[index][0]]] for index in study})
        marks = ", ".join("?" * len(reports))
        known = [row[0] for row in database.all(
            f"SELECT DISTINCT study_id FROM study_report WHERE report_id IN ({marks}) ORDER BY study_id", reports
        )]  # fmt: skip
        number = known[0] if known else reports[0]
        for other in known[1:]:
            database.run("UPDATE study_report SET study_id = ? WHERE study_id = ?", (number, other))
        for report in reports:
            why = next((rule for pair, rule in basis.items() if report in pair), "one report")
            database.run(
                "INSERT INTO study_report VALUES (?, ?, ?) ON CONFLICT (report_id) DO UPDATE SET study_id = "
                "excluded.study_id",
                (report, number, why),
            )


def _neighbours(database: Database, new: list[int]) -> set[int]:
    """Records with a report that share a key with a new one; keys that many share are passed over."""
    held = database.one("SELECT COUNT(*) FROM report_member")
    if not held or not held[0]:
        return set()
    found: set[int] = set()
    for start in range(0, len(new), PART):
        part = new[start : start + PART]
        marks = ", ".join("?" * len(part))
        found |= {row[0] for row in database.all(
            f"SELECT DISTINCT o.record_id FROM record_key k JOIN record_key o ON o.record_key = k.record_key "
            f"JOIN report_member m ON m.record_id = o.record_id WHERE k.record_id IN ({marks}) "
            "AND (SELECT COUNT(*) FROM record_key c WHERE c.record_key = k.record_key) <= ?", (*part, LARGEST_BLOCK)
        )}  # fmt: skip
    return found


def _homes(database: Database, near: set[int]) -> dict[int, int]:
    homes: dict[int, int] = {}
    ids = sorted(near)
    for start in range(0, len(ids), PART):
        part = ids[start : start + PART]
        marks = ", ".join("?" * len(part))
        homes |= dict(
            database.all(f"SELECT record_id, report_id FROM report_member WHERE record_id IN ({marks})", part)
        )
    return homes
