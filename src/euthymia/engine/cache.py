"""Machine code kept between runs, found again by the hash of everything it depends on.

The place is `EUTHYMIA_CACHE` if set, else `euthymia` in the user's cache directory. An entry is one line (a
checksum and the size of the memory it works on) and then the object file. An entry that is damaged, or cannot be read
or written, counts as absent: the code is made anew.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from euthymia.engine.machine import Processor, llvm_version


@dataclass(frozen=True)
class Entry:
    """An object file and the bytes of memory each worker running it needs."""

    code: bytes
    memory: int


def directory() -> Path:
    """Where entries are kept."""
    chosen = os.environ.get("EUTHYMIA_CACHE")
    if chosen:
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "euthymia"


@cache
def emitter_version() -> str:
    """Hash of the engine's own source: code made by another version is never reused."""
    digest = hashlib.sha256()
    for source in sorted(files("euthymia.engine").iterdir(), key=lambda source: source.name):
        if source.name.endswith(".py"):
            digest.update(source.read_bytes())
    return digest.hexdigest()


def key(program_hash: str, method: str, processor: Processor) -> str:
    parts = (
        program_hash,
        method,
        str(processor.lanes),
        emitter_version(),
        llvm_version(),
        processor.triple,
        processor.name,
        processor.features,
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def recall(name: str) -> Entry | None:
    """The entry of this name, if it is there and whole."""
    try:
        head, code = (directory() / name).read_bytes().split(b"\n", 1)
        checksum, memory = head.decode().split()
        entry = Entry(code, int(memory))
    except (OSError, ValueError):
        return None
    return entry if checksum == _checksum(entry) else None


def keep(name: str, entry: Entry) -> None:
    """Write an entry beside its place and rename it, so that nobody ever reads half of one."""
    with suppress(OSError):
        directory().mkdir(parents=True, exist_ok=True)
        handle, path = tempfile.mkstemp(dir=directory(), prefix=".")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(f"{_checksum(entry)} {entry.memory}\n".encode() + entry.code)
            os.replace(path, directory() / name)
        except OSError:
            os.unlink(path)
            raise


def _checksum(entry: Entry) -> str:
    return hashlib.sha256(str(entry.memory).encode() + b"\n" + entry.code).hexdigest()
