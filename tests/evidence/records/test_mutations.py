"""Broken bytes of every kind: a reader may refuse or report, and never falls over."""

from __future__ import annotations

import random

import pytest

from euthymia.errors import EuthymiaError
from euthymia.evidence.dedupe.clusters import deduplicate
from euthymia.evidence.records.read import read

PIECES = (
    b"<",
    b">",
    b"{",
    b"}",
    b'"',
    b"\x00",
    b"&",
    b"\xff\xfe",
    b"TY  - JOUR\n",
    b"ER  - \n",
    b"null",
    b"@article{",
    b"]]>",
    b"<![CDATA[",
)


@pytest.mark.parametrize("kind", ["xml", "nbib", "ris", "bib", "csv", "json"])
def test_mutated_exports_are_read_or_refused(files, tmp_path, kind):
    chance = random.Random(f"mutations of {kind}")
    given, path = files[kind].read_bytes(), tmp_path / "mutated"
    outcomes = {"read": 0, "refused": 0}
    for _ in range(150):
        data = bytearray(given)
        for _ in range(chance.choice([1, 3, 10, 40])):
            at = chance.randrange(len(data) + 1)
            match chance.randrange(4):
                case 0:
                    data[at : at + 1] = bytes([chance.randrange(256)])
                case 1:
                    del data[at : at + chance.randrange(1, 80)]
                case 2:
                    start = chance.randrange(len(data) + 1)
                    data[at:at] = data[start : start + 100]
                case _:
                    data[at:at] = chance.choice(PIECES)
        path.write_bytes(data)
        try:
            found = read(path)
        except EuthymiaError:
            outcomes["refused"] += 1
            continue
        outcomes["read"] += 1
        deduplicate(found.records)
        assert all(one.problem for one in found.errors) and found.told()["count"] == len(found.records)
    assert sum(outcomes.values()) == 150 and outcomes["read"] >= (1 if kind == "json" else 10)
