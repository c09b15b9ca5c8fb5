"""The evidence base as one thing to open: records in, reports and studies out, search, screening, claims.

`sqlite:///file` or a plain path for one person, `postgresql://…` for a group. The assumption that matters: the base is
an index over raw files and decisions, and could be built again from both. Left out: who may do what.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from euthymia.evidence.store.database import Database
from euthymia.evidence.store.grouping import Grouped, group_new
from euthymia.evidence.store.ingest import Ingested, Tell, ingest, now, raw_bytes, record_of
from euthymia.evidence.store.screening import Agreement, agreement, broken_sums, decide, import_decisions, prisma

__all__ = ["EvidenceStore"]


class EvidenceStore:
    """An open evidence base; close it, or use it in a `with` statement."""

    def __init__(self, address: str | Path):
        self.database = Database(address)

    def __enter__(self) -> EvidenceStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.database.close()

    def ingest(self, *files: str | Path, run_id: str | None = None, tell: Tell | None = None) -> tuple[Ingested, ...]:
        """Take exports in; a file that cannot be read is told and stops nothing."""
        return ingest(self.database, [Path(file) for file in files], run_id, tell)

    def group(self) -> Grouped:
        """Put new records into reports and studies."""
        return group_new(self.database)

    def search_run(self, run_id: str, source: str, query: str, hits: int | None = None, note: str = "") -> None:
        """Record that a search was made; what it did not find is then known to have been looked for."""
        with self.database.transaction():
            self.database.run(
                "INSERT INTO search_run VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (run_id, source, query, now(), hits, note),
            )

    def searched(self) -> tuple[str, ...]:
        """What recorded searches covered: the edge a query names as `edge:…`, or everything."""
        rows = self.database.all("SELECT query FROM search_run")
        return tuple(row[0].removeprefix("edge:") if row[0].startswith("edge:") else "*" for row in rows)

    def counts(self) -> dict[str, int]:
        """Rows of the main tables."""
        tables = ("raw_file", "record", "ingest_error", "decision", "claim", "finding", "search_run")
        found = {name: (self.database.one(f"SELECT COUNT(*) FROM {name}") or (0,))[0] for name in tables}
        reports = self.database.one("SELECT COUNT(DISTINCT report_id) FROM report_member")
        studies = self.database.one("SELECT COUNT(DISTINCT study_id) FROM study_report")
        return found | {"report": (reports or (0,))[0], "study": (studies or (0,))[0]}

    def search(self, words: str, limit: int = 20) -> list[dict[str, Any]]:
        """Records with all the words in title or abstract, best first; quotes and signs mean nothing special."""
        wanted = [word for word in "".join(letter if letter.isalnum() else " " for letter in words).split() if word]
        if not wanted:
            return []
        if self.database.kind == "sqlite":
            match = " ".join(f'"{word}"' for word in wanted)
            rows = self.database.all(
                "SELECT r.record_id, r.source, r.source_id, r.year, r.title FROM record_text t "
                "JOIN record r ON r.record_id = t.rowid WHERE record_text MATCH ? ORDER BY t.rank LIMIT ?",
                (match, limit),
            )
        else:
            rows = self.database.all(
                "SELECT record_id, source, source_id, year, title FROM record "
                "WHERE to_tsvector('english', title || ' ' || abstract) @@ plainto_tsquery('english', ?) "
                "ORDER BY ts_rank(to_tsvector('english', title || ' ' || abstract), plainto_tsquery('english', ?)) "
                "DESC, record_id LIMIT ?",
                (" ".join(wanted), " ".join(wanted), limit),
            )
        names = ("record", "source", "id", "year", "title")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def record(self, record_id: int):
        """One record by its number in the base."""
        row = self.database.one("SELECT parsed FROM record WHERE record_id = ?", (record_id,))
        return None if row is None else record_of(row[0])

    def raw(self, sha256: str) -> bytes:
        """A file as it was taken in."""
        return raw_bytes(self.database, sha256)

    def decide(self, report: int, stage: str, verdict: str, who: str, reason: str = "") -> None:
        decide(self.database, report, stage, verdict, who, reason)

    def import_decisions(self, rows) -> tuple[int, list[str]]:
        return import_decisions(self.database, rows)

    def agreement(self, stage: str = "title") -> tuple[Agreement, ...]:
        return agreement(self.database, stage)

    def prisma(self, since: str | None = None) -> dict[str, Any]:
        """The numbers of the flow, with `broken` for sums that do not hold."""
        found = prisma(self.database, since)
        return found | {"broken": broken_sums(found)}

    def waiting(
        self, stage: str = "title", who: str | None = None, criterion: str = "", limit: int = 10
    ) -> list[dict[str, Any]]:
        """Reports to judge at a stage, ranked by what was decided so far."""
        from euthymia.evidence.store.ranking import scores

        reports = self.reports()
        judged = {(report, person): verdict for report, person, verdict in self.database.all(
            "SELECT report_id, who, verdict FROM last_decision WHERE stage = ?", (stage,)
        )}  # fmt: skip
        final = dict(self.database.all("SELECT report_id, verdict FROM judged WHERE stage = ?", (stage,)))
        labels = [{"include": 1, "exclude": 0}.get(final.get(one["report"], "")) for one in reports]
        ranked = scores([f"{one['title']} {one['abstract']}" for one in reports], labels, criterion) if reports else []
        found = []
        for one, score in zip(reports, ranked, strict=True):
            done = (one["report"], who) in judged if who else one["report"] in final
            if not done and (stage == "title" or self._passed(one["report"], stage)):
                found.append(one | {"score": round(float(score), 4)})
        found.sort(key=lambda one: (-one["score"], one["report"]))
        return found[:limit]

    def _passed(self, report: int, stage: str) -> bool:
        row = self.database.one("SELECT title, retrieval FROM flow WHERE report_id = ?", (report,))
        return row is not None and row[0] == "include" and (stage == "retrieval" or row[1] != "exclude")

    def reports(self) -> list[dict[str, Any]]:
        """One row a report: its fullest record."""
        rows = self.database.all(
            "SELECT m.report_id, r.record_id, r.source, r.source_id, r.year, r.doi, r.pmid, r.title, r.abstract "
            "FROM report_member m JOIN record r ON r.record_id = m.record_id ORDER BY m.report_id, LENGTH(r.abstract) "
            "DESC, r.record_id"
        )
        names = ("report", "record", "source", "id", "year", "doi", "pmid", "title", "abstract")
        found: dict[int, dict[str, Any]] = {}
        for row in rows:
            found.setdefault(row[0], dict(zip(names, row, strict=True)))
        return list(found.values())

    def table(self, columns: Sequence[str] = ("report", "source", "id", "year", "doi", "pmid", "title")) -> str:
        """Reports as CSV that no spreadsheet takes for formulae."""
        from euthymia.evidence.synthesis.network_text import safe

        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        for one in self.reports():
            writer.writerow([safe(str("" if one[name] is None else one[name])) for name in columns])
        return out.getvalue()
