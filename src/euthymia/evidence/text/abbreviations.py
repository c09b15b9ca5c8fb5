"""Abbreviations a text defines itself: long form (SHORT), or SHORT (long form).

After Schwartz and Hearst 2003: each letter of the short form is found, from the right, in the words before the bracket.
The assumption that matters: a definition holds from where it stands to the end of the text. Left out: abbreviations
nobody defines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_BRACKET = re.compile(r"\(([^()]{2,60})\)")


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """A short form and the span of its long form."""

    short: str
    long: str
    start: int
    end: int
    at: int


def abbreviations(text: str) -> tuple[Abbreviation, ...]:
    """Every definition in a text.

    >>> said = "Major depressive disorder (MDD) and the serotonin transporter (5-HTT)."
    >>> [(one.short, one.long) for one in abbreviations(said)]
    [('MDD', 'Major depressive disorder'), ('5-HTT', 'serotonin transporter')]
    """
    found = []
    for match in _BRACKET.finditer(text):
        inside = re.split(r"[;,]\s| or ", match.group(1))[0].strip()
        before = text[max(0, match.start() - 120) : match.start()]
        offset = max(0, match.start() - 120)
        if _short(inside):
            cut = re.split(r"[.;:()\[\]]\s|[;()\[\]]", before)[-1]
            limit = min(len(inside) + 5, len(inside) * 2)
            words = list(re.finditer(r"\S+", cut))[-limit:]
            start = offset + len(before) - len(cut) + (words[0].start() if words else 0)
            span = _long(inside, text[start : match.start()].rstrip())
            if span is not None:
                long = text[start : match.start()].rstrip()[span:]
                found.append(Abbreviation(inside, long, start + span, start + span + len(long), match.start()))
    return tuple(found)


def _short(text: str) -> bool:
    return 2 <= len(text) <= 12 and text.count(" ") <= 1 and bool(re.search(r"[A-Z]", text)) and text[:1].isalnum()


def _long(short: str, words: str) -> int | None:
    """Where the long form begins in `words`, None if it is not one."""
    letters = [letter.lower() for letter in short if letter.isalnum() or letter in "αβγδ"]
    if short.startswith("5-HT") and "serotonin" in words.lower():  # named for its other name
        return words.lower().rfind("serotonin")
    at = len(words) - 1
    for order in range(len(letters) - 1, -1, -1):
        letter = letters[order]
        while at >= 0 and (words[at].lower() != letter or (order == 0 and at > 0 and words[at - 1].isalnum())):
            at -= 1
        if at < 0:
            return None
        at -= 1
    start = at + 1
    long = words[start:]
    if len(long) < len(short) or len(long.split()) > min(len(letters) + 5, len(letters) * 2):
        return None
    return None if short.lower() in long.lower().split() else start
