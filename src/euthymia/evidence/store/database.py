"""A connection that speaks the same to SQLite and to PostgreSQL.

The assumption that matters: statements are written with `?` and values are never put into them as text. SQLite keeps a
write-ahead log, so a process that dies loses only what it had not committed. Left out: pooling; a base is opened, used
and closed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from euthymia.errors import DataError, Place

SCHEMA = Path(__file__).parent / "schema.sql"
VERSION = "1"


class Database:
    """One open database; `kind` is `sqlite` or `postgresql`."""

    def __init__(self, address: str | Path):
        self.address = str(address)
        self.kind = "postgresql" if self.address.startswith(("postgresql://", "postgres://")) else "sqlite"
        self._connection: Any = self._postgresql() if self.kind == "postgresql" else self._sqlite()
        self._create()

    def _sqlite(self) -> sqlite3.Connection:
        path = self.address.removeprefix("sqlite:///")
        try:
            found = sqlite3.connect(path, timeout=30, isolation_level=None)
            found.execute("PRAGMA journal_mode=WAL")
            found.execute("PRAGMA synchronous=NORMAL")
            found.execute("CREATE VIRTUAL TABLE IF NOT EXISTS record_text USING fts5(title, abstract, content='')")
        except sqlite3.OperationalError as fault:
            if "fts5" in str(fault):
                raise DataError(
                    "this Python's SQLite has no full-text search (FTS5)",
                    fix="Use the Python of python.org or your distribution, or a PostgreSQL address.",
                ) from None
            raise DataError(f"this cannot be opened as a base ({fault})", place=Place(path)) from None
        except sqlite3.DatabaseError as fault:
            raise DataError(
                f"this file is no evidence base ({fault})",
                place=Place(path),
                fix="Name a new file, or one made by 'euthymia evidence init'.",
            ) from None
        return found

    def _postgresql(self) -> Any:
        try:
            import psycopg
        except ImportError:
            raise DataError(
                "there is no driver for PostgreSQL here",
                fix="Install it: pip install 'euthymia[postgres]'",
            ) from None
        try:
            return psycopg.connect(self.address, autocommit=True)
        except psycopg.OperationalError as fault:
            said = str(fault).splitlines()[0]
            raise DataError(f"the PostgreSQL base cannot be reached ({said})", fix="Check the address.") from None

    def _create(self) -> None:
        words = {"blob": "BLOB", "serial": "INTEGER PRIMARY KEY AUTOINCREMENT"}
        if self.kind == "postgresql":
            words = {"blob": "BYTEA", "serial": "BIGSERIAL PRIMARY KEY"}
        text = SCHEMA.read_text(encoding="utf-8")
        for word, means in words.items():
            text = text.replace(f"{{{word}}}", means)
        text = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
        if self.kind == "postgresql":
            text = text.replace("CREATE VIEW IF NOT EXISTS", "CREATE OR REPLACE VIEW")
        with self.transaction():
            for statement in text.split(";"):
                if statement.strip():
                    self.run(statement)
            if self.kind == "postgresql":
                self.run(
                    "CREATE INDEX IF NOT EXISTS record_text ON record "
                    "USING gin (to_tsvector('english', title || ' ' || abstract))"
                )
            self.run("INSERT INTO meta (name, value) VALUES ('schema', ?) ON CONFLICT (name) DO NOTHING", (VERSION,))
        found = self.one("SELECT value FROM meta WHERE name = 'schema'")
        if found is None or found[0] != VERSION:
            raise DataError(
                f"this base has schema {found and found[0]}, not {VERSION}",
                place=Place(self.address),
                fix="Make a new base and ingest the files again.",
            )

    def _said(self, statement: str) -> str:
        return statement if self.kind == "sqlite" else statement.replace("%", "%%").replace("?", "%s")

    def run(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Run one statement; how many rows it touched."""
        if self.kind == "sqlite":
            return self._connection.execute(statement, values).rowcount
        return self._connection.execute(self._said(statement), values or None).rowcount

    def many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for many rows."""
        if self.kind == "sqlite":
            self._connection.executemany(statement, rows)
            return
        with self._connection.cursor() as cursor:
            cursor.executemany(self._said(statement), list(rows))

    def all(self, statement: str, values: Sequence[Any] = ()) -> list[tuple]:
        """Every row of a query."""
        said = statement if self.kind == "sqlite" else self._said(statement)
        return self._connection.execute(said, values or (() if self.kind == "sqlite" else None)).fetchall()

    def one(self, statement: str, values: Sequence[Any] = ()) -> tuple | None:
        found = self.all(statement, values)
        return found[0] if found else None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        if self.kind == "postgresql":
            with self._connection.transaction():
                yield
            return
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()
