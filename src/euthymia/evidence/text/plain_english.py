"""Words of plain English that are also names, and names too general to be a mention.

The assumption that matters: in an abstract 'set', 'rest' and 'lead' are words; a gene of that name is missed and not
invented. Left out: other languages.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@cache
def plain() -> frozenset[str]:
    """Words that stand for nothing, even where a lexicon knows a thing of that name."""
    return _words("plain_english.txt")


@cache
def too_general() -> frozenset[str]:
    """Names, of one word or more, that say too little to be a mention."""
    return _words("too_general.txt")


def _words(file: str) -> frozenset[str]:
    lines = (FOLDER / file).read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
