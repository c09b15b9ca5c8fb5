"""Exports into the base: every record once, every byte kept.

The assumption that matters: what a file holds is known by its hash, so the same file again adds nothing, and a file
that was cut short is taken up where its records end. Records go in by hundreds, each hundred in one transaction. Left
out: deduplication, which comes after.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from euthymia.errors import DataError
from euthymia.evidence.dedupe.clusters import keys_of
from euthymia.evidence.dedupe.fingerprint import fingerprint
from euthymia.evidence.records.bytes_in import CHUNK, file_hash
from euthymia.evidence.records.read import kind_of, stream
from euthymia.evidence.records.record import Read, Record, RecordError, Section
from euthymia.evidence.store.database import Database

BATCH = 500
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Ingested:
    """One file taken in: how many records were new, known before, and unreadable; `problem` if the file was refused."""

    file: str
    kind: str = ""
    new: int = 0
    known: int = 0
    errors: int = 0
    problem: str = ""

    def told(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def __str__(self) -> str:
        if self.problem:
            return f"{self.file}: refused: {self.problem}"
        return f"{self.file}: {self.kind}, {self.new} new, {self.known} known, {self.errors} unreadable"


def now() -> str:
    """The time as text, in UTC to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def ingest(
    database: Database, files: Sequence[Path], run_id: str | None = None, tell: Tell | None = None
) -> tuple[Ingested, ...]:
    """Take files in; one that cannot be read is told and never stops the others."""
    found = []
    for number, file in enumerate(files):
        if tell:
            tell(file.name, number, len(files))
        try:
            found.append(_file(database, file, run_id))
        except DataError as fault:
            found.append(Ingested(str(file), problem=str(fault)))
    return tuple(found)


def _file(database: Database, file: Path, run_id: str | None) -> Ingested:
    sha256 = file_hash(file)
    known = database.one("SELECT kind, complete FROM raw_file WHERE sha256 = ?", (sha256,))
    if known and known[1]:
        held = database.one("SELECT COUNT(*) FROM record WHERE file_sha256 = ?", (sha256,))
        return Ingested(str(file), known[0], 0, held[0] if held else 0)
    kind = kind_of(file)
    if not known:
        _keep(database, file, sha256, kind, run_id)
    new = old = errors = 0
    reads = stream(file, kind)
    while batch := list(islice(reads, BATCH)):
        with database.transaction():
            for one in batch:
                if isinstance(one, RecordError):
                    errors += 1
                    database.run(
                        "INSERT INTO ingest_error VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                        (sha256, errors, one.line, one.byte_start, one.problem, one.shown.replace("\x00", "")),
                    )
                elif _record(database, one, sha256):
                    new += 1
                else:
                    old += 1
    with database.transaction():
        database.run("UPDATE raw_file SET complete = 1 WHERE sha256 = ?", (sha256,))
    return Ingested(str(file), kind, new, old, errors)


def _keep(database: Database, file: Path, sha256: str, kind: str, run_id: str | None) -> None:
    with database.transaction():
        database.run(
            "INSERT INTO raw_file (sha256, name, kind, size, added, run_id) VALUES (?, ?, ?, ?, ?, ?)",
            (sha256, file.name, kind, file.stat().st_size, now(), run_id),
        )
        with file.open("rb") as source:
            n = 0
            while piece := source.read(CHUNK):
                database.run("INSERT INTO raw_chunk VALUES (?, ?, ?)", (sha256, n, zlib.compress(piece, 3)))
                n += 1


def raw_bytes(database: Database, sha256: str) -> bytes:
    """A file as it was taken in, byte for byte."""
    rows = database.all("SELECT data FROM raw_chunk WHERE sha256 = ? ORDER BY n", (sha256,))
    return b"".join(zlib.decompress(bytes(row[0])) for row in rows)


def _record(database: Database, one: Record, file_sha256: str) -> bool:
    """Insert a record and its keys; whether it was new."""
    parsed = json.dumps(one.told(full=False), ensure_ascii=False).replace("\\u0000", "")
    values = (
        one.source, one.id, one.version, one.sha256, file_sha256, one.byte_start, one.byte_length, one.kind,
        _text(one.title), _text(one.abstract), one.year, one.doi, one.pmid, int(one.retracted), parsed, now(),
    )  # fmt: skip
    touched = database.run(
        "INSERT INTO record (source, source_id, version, sha256, file_sha256, byte_start, byte_length, kind, title, "
        "abstract, year, doi, pmid, retracted, parsed, added) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        values,
    )
    row = database.one(
        "SELECT record_id FROM record WHERE source = ? AND source_id = ? AND version = ? AND sha256 = ?", values[:4]
    )
    assert row is not None
    database.run("INSERT INTO record_file VALUES (?, ?) ON CONFLICT DO NOTHING", (row[0], file_sha256))
    if not touched:
        return False
    if database.kind == "sqlite":
        database.run(
            "INSERT INTO record_text (rowid, title, abstract) VALUES (?, ?, ?)",
            (row[0], _text(one.title), _text(one.abstract)),
        )
    keys = {"|".join(map(str, key)) for key in keys_of(fingerprint(one))}
    keys |= {f"pmid|{pmid}" for pmid in linked_pmids(one)}
    database.many(
        "INSERT INTO record_key VALUES (?, ?) ON CONFLICT DO NOTHING", [(key, row[0]) for key in sorted(keys)]
    )
    return True


def linked_pmids(one: Record) -> tuple[str, ...]:
    """PMIDs a registration names as its results."""
    from euthymia.evidence.dedupe.clusters import references_of

    return references_of(one)


def _text(said: str) -> str:
    return said.replace("\x00", "")


def record_of(parsed: str) -> Record:
    """A record from what the base keeps of it."""
    given = json.loads(parsed)
    given.pop("retracted", None)
    given["sections"] = tuple(Section(**one) for one in given.get("sections", ()))
    for name, value in given.items():
        if isinstance(value, list):
            given[name] = tuple(value)
    return Record(**given)


def reads_of(database: Database, ids: Sequence[int]) -> Iterator[tuple[int, Record]]:
    """Records by id, in batches."""
    for start in range(0, len(ids), BATCH):
        part = ids[start : start + BATCH]
        marks = ", ".join("?" * len(part))
        for number, parsed in database.all(f"SELECT record_id, parsed FROM record WHERE record_id IN ({marks})", part):
            yield number, record_of(parsed)


__all__ = ["Ingested", "Read", "ingest", "now", "raw_bytes", "reads_of", "record_of"]
