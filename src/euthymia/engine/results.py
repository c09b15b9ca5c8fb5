"""Where a large run is kept: a folder or an object store, chunk by chunk, each chunk whole or not there.

A chunk is written beside its place and renamed; only then its slip (JSON: checksum, counts, failures) is written the
same way. A chunk counts as finished if its slip belongs to this run and its bytes have the slip's checksum, so
whatever stopped the run, half a chunk is never taken for one. The assumption that matters: chunks hold all times of
their patients. Left out: two computers writing one folder over a network whose rename is not atomic.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from euthymia.errors import StoreError

if TYPE_CHECKING:
    import polars
    from fsspec import AbstractFileSystem

HEADER = "run.json"
CHUNKS = "chunks"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Store:
    """A folder or a place fsspec knows (`memory://…`, `s3://…`); names inside use forward slashes."""

    url: str

    @cached_property
    def _place(self) -> tuple[AbstractFileSystem, str]:
        import fsspec

        try:
            return fsspec.core.url_to_fs(self.url)
        except (ValueError, ImportError) as error:
            raise StoreError(
                f"nothing can be kept in '{self.url}' ({error})",
                rule="A store is a folder, or an address whose kind fsspec knows and has its package for.",
                fix="Name a folder, or install the package for that kind of store.",
            ) from None

    @property
    def local(self) -> bool:
        """Whether it is a folder of this computer's file system."""
        return "file" in self._kinds

    @property
    def private(self) -> bool:
        """Whether no other process can see it."""
        return "memory" in self._kinds

    @property
    def _kinds(self) -> tuple[str, ...]:
        kinds = self._place[0].protocol
        return (kinds,) if isinstance(kinds, str) else tuple(kinds)

    @property
    def address(self) -> str:
        """Where it is, so that another process finds it: a folder from the root, or the whole address."""
        return self._place[1] if self.local else self.url

    def path(self, name: str) -> str:
        return f"{self._place[1].rstrip('/')}/{name}"

    def names(self, folder: str = "") -> tuple[str, ...]:
        """What lies in a folder of the store, without folders' names; nothing if it is not there."""
        files, _ = self._place
        there = self.path(folder).rstrip("/")
        try:
            found = [path.rstrip("/") for path in files.ls(there, detail=False, refresh=True)]
        except (FileNotFoundError, NotADirectoryError):
            return ()
        return tuple(sorted(path.rsplit("/", 1)[-1] for path in found if path != there))

    def read(self, name: str) -> bytes | None:
        """The bytes of a file, or nothing if it is not there; raises `StoreError` if it cannot be read."""
        with self._told("read"):
            try:
                content: Any = self._place[0].cat_file(self.path(name))
            except (FileNotFoundError, NotADirectoryError):
                return None
            return content

    def checksum(self, name: str) -> str | None:
        """SHA-256 of a file, read in pieces; nothing if it is not there or cannot be read."""
        digest = hashlib.sha256()
        try:
            with self._place[0].open(self.path(name), "rb") as file:
                block: Any
                while block := file.read(1 << 20):
                    digest.update(block)
        except OSError:
            return None
        return digest.hexdigest()

    def keep(self, name: str, content: bytes) -> None:
        """Write a file whole or not at all; raises `StoreError` if the disk is full or nothing may be written."""
        files, _ = self._place
        final = self.path(name)
        folder, _, short = final.rpartition("/")
        aside = f"{folder}/.{short}.{uuid.uuid4().hex[:8]}.part"
        with self._told("write"):
            try:
                files.makedirs(folder, exist_ok=True)
                files.pipe_file(aside, content)
                if self.local:
                    os.replace(aside, final)
                else:
                    files.mv(aside, final)
            except BaseException:
                with suppress(Exception):
                    files.rm_file(aside)
                raise

    def sweep(self, folder: str) -> None:
        """Remove what killed writers left beside the files of a folder."""
        for name in self.names(folder):
            if name.endswith(".part"):
                with suppress(OSError):
                    self._place[0].rm_file(self.path(f"{folder}/{name}" if folder else name))

    @contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno in _FULL:
                raise StoreError(
                    f"there is no room left in '{self.url}' ({os.strerror(error.errno)})",
                    rule="Finished chunks are kept, and nothing half-written is taken for finished.",
                    fix="Make room and run the same again: it goes on where it stopped.",
                ) from None
            raise StoreError(
                f"cannot {doing} in '{self.url}' ({error.strerror or error})",
                fix="Choose a folder, or an address, that you may read and write.",
            ) from None


@dataclass(frozen=True)
class Slip:
    """What is known of a finished chunk: patients `first … last - 1`, its file and checksum, who failed and how.

    `failures` are (patient, status, time in hours or nothing); `rescued` were solved by the reference solver.
    """

    first: int
    last: int
    file: str
    sha256: str
    bytes: int
    run: str
    processor: str
    rescued: int = 0
    failures: tuple[tuple[int, str, float | None], ...] = ()

    @property
    def solved(self) -> int:
        return self.last - self.first - len(self.failures)

    def told(self) -> dict[str, Any]:
        """For the header's table of chunks."""
        numbers = {"first": self.first, "last": self.last, "file": self.file, "sha256": self.sha256}
        return {**numbers, "bytes": self.bytes, "solved": self.solved, "failed": len(self.failures)}


def name_of(first: int, last: int) -> str:
    """The name of a chunk: its patients, so that names sort as patients do."""
    return f"{first:09d}-{last:09d}"


def file_slip(store: Store, slip: Slip) -> None:
    content = json.dumps(vars(slip), indent=1) + "\n"
    store.keep(f"{CHUNKS}/{name_of(slip.first, slip.last)}.json", content.encode())


def slip_of(store: Store, file: str, first: int, last: int, run: str) -> Slip | None:
    """The slip of the chunk in `file` if it is finished, whole and of this run; its bytes are read to be sure."""
    content = store.read(f"{CHUNKS}/{name_of(first, last)}.json")
    if content is None:
        return None
    try:
        told = json.loads(content)
        failures = tuple((int(p), str(s), None if t is None else float(t)) for p, s, t in told.pop("failures"))
        slip = Slip(**told, failures=failures)
    except (ValueError, TypeError, KeyError):
        return None
    belongs = (slip.file, slip.first, slip.last, slip.run) == (file, first, last, run)
    return slip if belongs and store.checksum(file) == slip.sha256 else None


def scan(store: Store, files: Sequence[str]) -> polars.LazyFrame:
    """Chunks kept as Parquet as one lazy table; of an object store, what they hold is read at once."""
    import polars

    if store.local:
        return polars.scan_parquet([store.path(file) for file in files], glob=False)
    return polars.scan_parquet([io.BytesIO(store.read(file) or b"") for file in files])
