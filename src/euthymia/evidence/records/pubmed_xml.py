"""PubMed XML, record by record, in flat memory.

Each `PubmedArticle` is cut out of the stream and parsed alone, so a broken record costs only itself and every record
knows its bytes. The assumption that matters: a record is all between its start tag and its end tag. Entities are
never expanded and nothing is fetched. Left out: figures and the formulae of MathML, which become their text.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from euthymia.errors import DataError, Place
from euthymia.evidence.records.bytes_in import LARGEST_RECORD, chunks
from euthymia.evidence.records.pubmed_fields import deleted_from, parser, record_from
from euthymia.evidence.records.record import Read, RecordError

_START = re.compile(rb"<(PubmedArticle|PubmedBookArticle|DeleteCitation|MedlineCitation)(?=[\s>])")
_WRAPPING = re.compile(
    rb"<\?xml.*?\?>|<!DOCTYPE[^>\[]*>|<!--.*?-->|</?(?:PubmedArticleSet|PubmedBookArticleSet|MedlineCitationSet)[^>]*>",
    re.DOTALL,
)
_LONGEST_TAG = 32


def stream(source: IO[bytes], shown: Path) -> Iterator[Read]:
    """Every record of a PubMed XML stream; raises `DataError` where the file declares entities."""
    buffer, offset, first = b"", 0, True
    pieces = chunks(source)
    xml = parser()
    ended = False
    while not ended:
        piece = next(pieces, None)
        ended = piece is None
        buffer += piece or b""
        if first:
            _refuse_entities(buffer, shown)
            first = False
        at = 0
        while found := _START.search(buffer, at):
            yield from _outside(buffer[at : found.start()], offset + at)
            start, tag = found.start(), found.group(1)
            close = b"</" + tag + b">"
            end = buffer.find(close, found.end())
            again = buffer.find(b"<" + tag + b">", found.end(), end if end >= 0 else len(buffer))
            if again >= 0:
                yield RecordError("this record has no end tag", None, offset + start, again - start)
                at = again
                continue
            if end < 0:
                at = start
                break
            end += len(close)
            yield from _one(buffer[start:end], offset + start, tag, xml)
            at = end
        else:
            # nothing opens here: keep what may be the beginning of a tag
            keep = len(buffer) if ended else max(at, len(buffer) - _LONGEST_TAG)
            yield from _outside(buffer[at:keep], offset + at)
            at = keep
        buffer, offset = buffer[at:], offset + at
        if len(buffer) > LARGEST_RECORD:
            buffer, offset, skipped, ended = _skip(buffer, offset, pieces)
            yield skipped
        elif ended and buffer:
            yield RecordError("the file ends inside this record", None, offset, len(buffer))


def _one(data: bytes, at: int, tag: bytes, xml) -> Iterator[Read]:
    from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

    if tag == b"DeleteCitation":
        yield from deleted_from(data, at)
        return
    try:
        with _no_collection():
            found = record_from(etree.fromstring(data, xml), data, at)
        yield found
    except etree.XMLSyntaxError as fault:
        yield RecordError(f"this is not well-formed XML ({_said(fault)})", None, at, len(data))
    except (ValueError, AttributeError, KeyError) as fault:
        yield RecordError(f"this record cannot be read ({fault})", None, at, len(data))


@contextmanager
def _no_collection() -> Iterator[None]:
    """No search for cycles while one record is read: its elements make none, and looking costs a third of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _said(fault: Exception) -> str:
    return str(fault).split(", line")[0]


def _outside(gap: bytes, at: int) -> Iterator[RecordError]:
    """What stands between records and is no part of the wrapping."""
    if not gap or gap.isspace():
        return
    left = _WRAPPING.sub(b"", gap).strip()
    if left:
        shown = left[:60].decode("utf-8", "replace")
        yield RecordError(f"{len(left)} bytes outside any record were skipped", None, at, len(gap), shown)


def _refuse_entities(head: bytes, shown: Path) -> None:
    """A document type that declares entities could expand without end, so it is refused."""
    prolog = head[: found.start()] if (found := _START.search(head)) else head
    if b"<!ENTITY" in prolog or re.search(rb"<!DOCTYPE[^>]*\[", prolog):
        raise DataError(
            "this XML declares entities of its own",
            place=Place(shown),
            rule="PubMed exports declare none; expanding them can fill the memory or read other files.",
            fix="Export the records again from PubMed, or remove the part in [ ] after DOCTYPE.",
        )


def _skip(buffer: bytes, offset: int, pieces: Iterator[bytes]) -> tuple[bytes, int, RecordError, bool]:
    """Past a record that is too large, without keeping it: what is left, where it stands, the error, whether ended."""
    start, limit = offset, LARGEST_RECORD // 2**20
    found = _START.match(buffer)
    close = b"</" + (found.group(1) if found else b"PubmedArticle") + b">"
    while True:
        end = buffer.find(close)
        if end >= 0:
            end += len(close)
            length = offset + end - start
            error = RecordError(f"this record is larger than {limit} MB and was skipped", None, start, length)
            return buffer[end:], offset + end, error, False
        keep = max(0, len(buffer) - _LONGEST_TAG)
        buffer, offset = buffer[keep:], offset + keep
        piece = next(pieces, None)
        if piece is None:
            length = offset + len(buffer) - start
            return b"", offset, RecordError(f"this record is larger than {limit} MB", None, start, length), True
        buffer += piece
