"""Claims in the base: found once per record, waiting for a person, accepted or rejected by events.

The assumption that matters: an accepted claim is a person's word and carries their name. Left out: the map itself; the
caller brings it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from euthymia.errors import DataError, UnknownName
from euthymia.evidence.records.record import Record
from euthymia.evidence.store.database import Database
from euthymia.evidence.store.ingest import now, record_of

#: a claim with what the map says of it: id, edge, agrees, match, and the claim as plain data
Found = tuple[str, str, int, str, dict[str, Any]]


def read_claims(
    database: Database, find: Callable[[Record], Sequence[Found]], limit: int | None = None
) -> tuple[int, int]:
    """Claims of every record not yet read for claims; how many records and claims."""
    rows = database.all(
        "SELECT r.record_id, r.parsed FROM latest_record r LEFT JOIN claims_read c ON c.record_id = r.record_id "
        "WHERE c.record_id IS NULL AND r.kind NOT IN ('deleted', 'registration') ORDER BY r.record_id"
    )[:limit]
    count = 0
    for number, parsed in rows:
        found = find(record_of(parsed))
        with database.transaction():
            for claim_id, edge, agrees, match, told in found:
                count += database.run(
                    "INSERT INTO claim VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    (
                        f"{claim_id}-{number}", number, edge, agrees, match, told["p_exists"], told["species"],
                        told["study_type"], told["role"], told["status"], told["quote"],
                        json.dumps(told, ensure_ascii=False),
                    ),
                )  # fmt: skip
            database.run("INSERT INTO claims_read VALUES (?, ?) ON CONFLICT DO NOTHING", (number, now()))
    return len(rows), count


def judge(database: Database, claim_id: str, verdict: str, who: str, note: str = "") -> None:
    """Accept or reject a claim; raises `DataError` or `UnknownName`."""
    if verdict not in ("accept", "reject"):
        raise UnknownName("verdict", verdict, ("accept", "reject"))
    if not who.strip():
        raise DataError("a decision needs a person", fix="Say who decides: --who NAME")
    if database.one("SELECT 1 FROM claim WHERE claim_id = ?", (claim_id,)) is None:
        raise DataError(f"there is no claim {claim_id}", fix="List them: euthymia evidence queue BASE")
    with database.transaction():
        database.run(
            "INSERT INTO claim_decision (claim_id, verdict, who, made, note) VALUES (?, ?, ?, ?, ?)",
            (claim_id, verdict, who, now(), note),
        )
        database.run(
            "UPDATE claim SET status = ? WHERE claim_id = ?",
            ("accepted" if verdict == "accept" else "rejected", claim_id),
        )


def queue(database: Database, limit: int = 20, edge: str | None = None) -> list[dict[str, Any]]:
    """Claims to judge: edges with the fewest accepted claims first, then the likeliest."""
    rows = database.all(
        "SELECT c.claim_id, c.edge, c.agrees, c.p_exists, c.quote, c.record_id, r.source, r.source_id, "
        "(SELECT COUNT(*) FROM claim a WHERE a.edge = c.edge AND a.status = 'accepted') AS held FROM claim c "
        "JOIN record r ON r.record_id = c.record_id WHERE c.status = 'queued' AND c.edge <> '' "
        + ("AND c.edge = ? " if edge else "")
        + "ORDER BY held, c.p_exists DESC, c.claim_id LIMIT ?",
        (edge, limit) if edge else (limit,),
    )
    names = ("claim", "edge", "agrees", "p_exists", "quote", "record", "source", "id", "accepted_on_edge")
    return [dict(zip(names, row, strict=True)) for row in rows]


def accepted(database: Database) -> list[dict[str, Any]]:
    """Accepted and automatically attached claims with their study, for the state of edges."""
    rows = database.all(
        "SELECT c.edge, c.agrees, c.species, c.study_type, c.role, c.quote, r.retracted, COALESCE(s.study_id, "
        "-c.record_id), "
        "r.source, r.source_id FROM claim c JOIN record r ON r.record_id = c.record_id "
        "LEFT JOIN report_member m ON m.record_id = c.record_id LEFT JOIN study_report s ON s.report_id = m.report_id "
        "WHERE c.status IN ('accepted', 'auto') AND c.edge <> ''"
    )
    names = ("edge", "agrees", "species", "study_type", "role", "quote", "retracted", "study", "source", "id")
    return [dict(zip(names, row, strict=True)) for row in rows]
