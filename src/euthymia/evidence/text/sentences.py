"""Sentences as spans of the text they stand in.

The assumption that matters: a sentence is `text[start:end]` and nothing is ever rewritten, so a quote is always byte
for byte what the record says. Left out: sentences across sections; each section is a text of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_END = re.compile(r"[.!?]+[\"'”’)\]]*(?=\s+[\"'“‘(\[]*[A-Z0-9α-ω]|\s*$)|\n+")
_ABBREVIATIONS = frozenset(
    [
        "e.g",
        "i.e",
        "vs",
        "al",
        "fig",
        "figs",
        "ca",
        "cf",
        "dr",
        "prof",
        "st",
        "no",
        "nos",
        "approx",
        "resp",
        "eq",
        "ref",
        "refs",
        "vol",
        "p",
        "pp",
        "inc",
        "ltd",
        "etc",
        "sp",
        "spp",
        "mr",
        "mrs",
        "jr",
        "sr",
        "subsp",
        "var",
        "i.v",
        "i.p",
        "s.c",
        "p.o",
        "i.m",
        "i.c.v",
        "b.i.d",
        "t.i.d",
        "q.d",
        "h",
        "min",
        "wk",
        "wks",
        "mo",
        "yr",
        "yrs",
    ]
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A span of a text; `of` gives it."""

    start: int
    end: int

    def of(self, text: str) -> str:
        return text[self.start : self.end]


def sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text as spans, in order, without the white space around them.

    >>> said = "Rats (n = 8) got 5 mg/kg i.p. Fluoxetine vs. saline. Serotonin rose, e.g. in cortex."
    >>> [one.of(said) for one in sentences(said)]
    ['Rats (n = 8) got 5 mg/kg i.p. Fluoxetine vs. saline.', 'Serotonin rose, e.g. in cortex.']
    """
    found, start = [], 0
    for match in _END.finditer(text):
        if match.group(0)[0] != "\n" and _goes_on(text, match):
            continue
        _add(found, text, start, match.end())
        start = match.end()
    _add(found, text, start, len(text))
    return tuple(found)


def _add(found: list[Sentence], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        found.append(Sentence(start, end))


def _goes_on(text: str, match: re.Match[str]) -> bool:
    """Whether the full stop belongs to an abbreviation, an initial, or stands inside an open bracket."""
    if match.end() >= len(text):
        return False
    before = re.search(r"(\S+)$", text[max(0, match.start() - 12) : match.start()])
    word = before.group(1).lstrip("([\"'").lower() if before else ""
    if word in _ABBREVIATIONS or re.fullmatch(r"(?:[a-z]\.)+[a-z]", word):
        return True
    initial = re.fullmatch(r"[a-z]", word) and match.group(0) == "."  # as in 'E. coli'
    return bool(initial) and not text[: match.start()].endswith(word.lower())
