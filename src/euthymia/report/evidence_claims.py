"""Claims of a file or a base on the map, the state of each edge, and the findings a change opens.

Where literature, map and model meet: only here is it known which outputs of the model hang on a contested edge. The
assumption that matters: a claim is what a sentence says, and its vote is its study's. Left out: accepting anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from euthymia.errors import EuthymiaError, Place
from euthymia.evidence.records.record import Record
from euthymia.evidence.text.claims import claims_of
from euthymia.mechanism.attach import attach
from euthymia.mechanism.graph import MechanismMap, mechanism_map
from euthymia.mechanism.state import Change, EdgeState, Vote, changes, states, tier_of

if TYPE_CHECKING:
    from euthymia.evidence.store.claims import Found
    from euthymia.evidence.store.store import EvidenceStore


def claims_on_map(record: Record, on: MechanismMap | None = None) -> list[dict[str, Any]]:
    """Claims of a record as plain data, each with `edge`, `match` and `agrees` (empty and 0 off the map)."""
    claims = claims_of(record)
    attached, candidates = attach(claims, on or mechanism_map())
    where = {id(one.claim): one for one in attached}
    waiting = {id(claim) for claim in candidates}
    rows = []
    for claim in claims:
        found = where.get(id(claim))
        rows.append(
            claim.told()
            | {
                "edge": found.edge if found else "",
                "match": found.match if found else "",
                "agrees": found.agrees if found else 0,
                "candidate_edge": id(claim) in waiting,
            }
        )
    return rows


def find_for(on: MechanismMap | None = None):
    """What `read_claims` calls for each record: claims on edges, and candidates for new ones."""
    on = on or mechanism_map()

    def find(record: Record) -> Sequence[Found]:
        rows = claims_on_map(record, on)
        return [
            (row["id"], row["edge"], row["agrees"], row["match"], row)
            for row in rows
            if row["edge"] or row["candidate_edge"]
        ]

    return find


def edge_states(store: EvidenceStore, on: MechanismMap | None = None) -> tuple[EdgeState, ...]:
    """The state of every edge from the accepted claims of a base."""
    from euthymia.evidence.store.claims import accepted

    return states(on or mechanism_map(), _votes(accepted(store.database)), store.searched())


def base_states(base: str | None) -> tuple[EdgeState, ...] | None:
    """The same from a base's address, None where none is given; raises `EuthymiaError` if there is no such base."""
    if base is None:
        return None
    from euthymia.evidence.store.store import EvidenceStore

    if not base.startswith("postgres") and not Path(base).is_file():
        raise EuthymiaError(
            "there is no such evidence base", place=Place(Path(base)), fix="euthymia evidence init FILE"
        )
    with EvidenceStore(base) as store:
        return edge_states(store)


def _votes(rows: Iterable[dict[str, Any]]) -> Iterable[Vote]:
    for row in rows:
        counts = row["role"] not in ("aim", "background") or row["study_type"] == "randomised trial"
        yield Vote(
            str(row["study"]),
            row["edge"],
            int(row["agrees"]),
            tier_of(row["study_type"], row["species"]),
            bool(row["retracted"]),
            counts,
        )


def take_stock(
    store: EvidenceStore, on: MechanismMap | None = None
) -> tuple[tuple[EdgeState, ...], list[dict[str, Any]]]:
    """Keep the states of today and open a finding for each that changed since the last time."""
    from euthymia.evidence.store.ingest import now
    from euthymia.report.map_join import outputs_of
    from euthymia.report.whole_model import whole_model

    on = on or mechanism_map()
    after = edge_states(store, on)
    last = store.database.one("SELECT MAX(made) FROM edge_snapshot")
    before = _snapshot(store, last[0]) if last and last[0] else states(on, ())
    changed: tuple[Change, ...] = changes(before, after)
    model = whole_model() if changed else None
    made, findings = now(), []
    with store.database.transaction():
        for one in after:
            store.database.run(
                "INSERT INTO edge_snapshot VALUES (?, ?, ?, ?) ON CONFLICT (made, edge) DO UPDATE SET state = "
                "excluded.state, told = excluded.told",
                (made, one.edge, one.state, json.dumps(one.told())),
            )
        for change in changed:
            outputs = outputs_of(on.edge(change.edge), model) if model else ()
            findings.append(change.told() | {"outputs": list(outputs)})
            store.database.run(
                "INSERT INTO finding (made, edge, before_state, after_state, outputs) VALUES (?, ?, ?, ?, ?)",
                (made, change.edge, change.before, change.after, json.dumps(list(outputs))),
            )
    return after, findings


def _snapshot(store: EvidenceStore, made: str) -> tuple[EdgeState, ...]:
    rows = store.database.all("SELECT told FROM edge_snapshot WHERE made = ?", (made,))
    return tuple(EdgeState(**json.loads(row[0])) for row in rows)


def sentences_of(store: EvidenceStore, edge: str) -> list[dict[str, Any]]:
    """Every claim on an edge with its sentence, accepted ones first."""
    rows = store.database.all(
        "SELECT c.claim_id, c.status, c.agrees, c.species, c.study_type, c.quote, r.source, r.source_id, r.year "
        "FROM claim c "
        "JOIN record r ON r.record_id = c.record_id WHERE c.edge = ? ORDER BY c.status, c.claim_id",
        (edge,),
    )
    names = ("claim", "status", "agrees", "species", "study_type", "quote", "source", "id", "year")
    return [dict(zip(names, row, strict=True)) for row in rows]
