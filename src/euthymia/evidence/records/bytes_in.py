"""The bytes of an export: decompressed, decoded, and refused where they are not text.

The assumption that matters: a file is read as a stream and nothing in it is ever written to a path it names. Left
out: archives inside archives.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from euthymia.errors import DataError, Place

#: no single record, and no file of a format without a stream, may be larger
LARGEST_RECORD = 32 * 1024 * 1024
LARGEST_TEXT = 1024 * 1024 * 1024
CHUNK = 1 << 20
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of a file, gunzipped or taken from a zip of one file; raises `DataError` naming the file."""
    try:
        with path.open("rb") as plain:
            magic = plain.read(4)
            plain.seek(0)
            if magic[:2] == b"\x1f\x8b":
                with gzip.GzipFile(fileobj=plain) as inside:
                    yield inside  # type: ignore[misc]
            elif magic == b"PK\x03\x04":
                with _only_member(plain, path) as inside:
                    yield inside
            else:
                yield plain
    except FileNotFoundError:
        raise DataError("there is no such file", place=Place(path), fix="Check the path.") from None
    except IsADirectoryError:
        raise DataError("this is a folder, not a file", place=Place(path), fix="Name the files in it.") from None
    except (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError) as fault:
        raise DataError(
            f"the compressed file is damaged ({fault})",
            place=Place(path),
            fix="Download or export it again.",
        ) from fault
    except OSError as fault:
        raise DataError(f"this cannot be read ({fault.strerror or fault})", place=Place(path)) from fault


@contextmanager
def _only_member(plain: IO[bytes], path: Path) -> Iterator[IO[bytes]]:
    with zipfile.ZipFile(plain) as archive:
        names = [info for info in archive.infolist() if not info.is_dir() and "__MACOSX" not in info.filename]
        if len(names) != 1:
            raise DataError(
                f"this zip holds {len(names)} files",
                place=Place(path),
                rule="A zip is read where it holds one export; the names inside it are never used as paths.",
                fix="Unpack it and name the files.",
            )
        with archive.open(names[0]) as inside:
            yield inside


def file_hash(path: Path) -> str:
    """The sha256 of a file as it lies on disk."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as fault:
        raise DataError(f"this cannot be read ({fault.strerror or fault})", place=Place(path)) from None


def chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """The stream in pieces as UTF-8, recoded where a byte-order mark or an XML declaration says otherwise."""
    first = stream.read(CHUNK)
    encoding = _encoding(first)
    if encoding is None:
        yield first.removeprefix(codecs.BOM_UTF8)
        while piece := stream.read(CHUNK):
            yield piece
        return
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    text = decoder.decode(first)
    yield re.sub(r"(<\?xml[^>]*encoding\s*=\s*[\"'])[A-Za-z0-9._-]+", r"\1UTF-8", text, count=1).encode()
    while piece := stream.read(CHUNK):
        yield decoder.decode(piece).encode()
    yield decoder.decode(b"", final=True).encode()


def _encoding(first: bytes) -> str | None:
    """The encoding a file declares, where that is not UTF-8 already."""
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    declared = _DECLARED.match(first.removeprefix(codecs.BOM_UTF8)[:400])
    if declared is None:
        return None
    name = declared.group(1).decode("ascii").lower()
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return None
    return None if found in ("utf-8", "ascii") else found


def text_of(stream: IO[bytes], shown: Path) -> str:
    """The whole stream as text: UTF-8, line by line Windows-1252 where a line is not; raises `DataError`."""
    data = b"".join(_limited(stream, shown))
    if b"\x00" in data[:65536]:
        raise DataError(
            "this is not text (it has zero bytes)",
            place=Place(shown),
            rule="Exports are text: PubMed XML, nbib, RIS, BibTeX, CSV or JSON.",
            fix="Export the records again as one of these.",
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return "".join(_line(line) for line in data.splitlines(keepends=True))


def _limited(stream: IO[bytes], shown: Path) -> Iterator[bytes]:
    read = 0
    for piece in chunks(stream):
        read += len(piece)
        if read > LARGEST_TEXT:
            raise DataError(
                f"this is larger than {LARGEST_TEXT // 2**20} MB",
                place=Place(shown),
                fix="Split the export, or use PubMed XML, which is read as a stream.",
            )
        yield piece


def _line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def first_text(path: Path, size: int = 65536) -> str:
    """The beginning of a file as text, to tell what it is."""
    with opened(path) as stream:
        return io.TextIOWrapper(io.BytesIO(next(chunks(stream))[:size]), "utf-8", "replace", newline="").read()
