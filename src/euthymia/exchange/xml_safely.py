"""XML from strangers: read without entities, document types or anything that grows.

The assumption that matters: no SBML file needs a document type, so any is refused before it is read. Left out:
validation against the schema.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from euthymia.errors import DataError, Place

LARGEST_FILE = 64 * 1024 * 1024
DEEPEST = 200
MOST_ELEMENTS = 2_000_000


class _Limited(TreeBuilder):
    """Builds the tree and refuses one that is too deep or too large to be a model."""

    depth = count = 0

    def start(self, tag, attrs, /):
        self.depth += 1
        self.count += 1
        if self.depth > DEEPEST or self.count > MOST_ELEMENTS:
            raise _Refused(f"elements stand more than {DEEPEST} deep or number more than {MOST_ELEMENTS}")
        return super().start(tag, attrs)

    def end(self, tag, /):
        self.depth -= 1
        return super().end(tag)

    def doctype(self, name, pubid, system, /):
        raise _Refused("it declares a document type")


class _Refused(Exception):
    pass


def read_xml(path: str | Path) -> Element:
    """The root element of a file; raises `DataError` for one that cannot be read or that is not safe to read."""
    path = Path(path)
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise _Refused(f"it is larger than {LARGEST_FILE // 1024**2} MB")
        content = path.read_bytes()
        return _parse(content)
    except OSError as error:
        raise DataError(
            f"cannot be read ({error.strerror})", place=Place(path), fix="Check the name of the file."
        ) from None
    except ParseError as error:
        raise DataError(
            f"is not XML: {error.msg.split(':')[0]}",
            place=Place(path, error.position[0]),
            rule="An SBML file is well-formed XML.",
            fix="Open it where it was made and write it again.",
        ) from None
    except (_Refused, ValueError, LookupError) as refused:
        raise DataError(
            f"is refused: {refused}",
            place=Place(path),
            rule="A model is read without document types, entities or nesting without end.",
            fix="Remove the DOCTYPE and write entities out.",
        ) from None


def _parse(content: bytes) -> Element:
    builder = _Limited()
    parser = XMLParser(target=builder)
    parser.feed(content)
    return parser.close()


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def namespace(element: Element) -> str:
    """The namespace of an element, empty if it has none."""
    return element.tag[1:].partition("}")[0] if element.tag.startswith("{") else ""
