"""Mentions of drugs, targets, processes, diseases and organisms in running text, each with its reading.

The longest name wins, from left to right. The assumption that matters: an acronym counts only in its own capitals or
where the text defines it, and words of plain English are no genes. Left out: names the lexicon does not have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from euthymia.evidence.text.abbreviations import abbreviations
from euthymia.evidence.text.lexicon import Candidate, Entity, acronym, candidates, key, lexicon, singular
from euthymia.evidence.text.plain_english import plain, too_general

_TOKEN = re.compile(r"[A-Za-z]+|\d+(?:\.\d+)?|[α-ωΑ-Ωµ]|[^\W\d_]+")
_JOINS = re.compile(r"^(?:[ \u00a0]|[-\u2010-\u2013/'’.+*:]|, ?|\(|\)[ -]?|' |s' |\[|\] ?)?$")
LONGEST = 9


@dataclass(frozen=True, slots=True)
class Mention:
    """A span of a text and what it stands for; `score` in 0–1."""

    start: int
    end: int
    text: str
    entity: Entity
    score: float
    how: str
    inside: bool = False

    def told(self) -> dict[str, Any]:
        one = self.entity
        return {
            "start": self.start, "end": self.end, "text": self.text, "type": one.kind, "curie": one.curie,
            "name": one.name, "ids": list(one.ids), "score": self.score, "how": self.how, "inside": self.inside,
        }  # fmt: skip


def recognise(text: str, kinds: Sequence[str] = ()) -> tuple[Mention, ...]:
    """Every mention in a text, in order and without overlap; `kinds` restricts them."""
    wanted = tuple(kinds)
    defined = _defined(text, wanted)
    tokens = [(match.start(), match.end(), match.group(0)) for match in _TOKEN.finditer(text)]
    found: list[Mention] = []
    at = 0
    while at < len(tokens):
        best = _longest(text, tokens, at, wanted, defined)
        if best is None:
            at += 1
            continue
        found.append(best[0])
        if best[0].entity.kind in HOLDS and best[1] - at > 1:
            found += _inside(text, tokens[at : best[1]], best[0], wanted, defined)
        at = best[1]
    return tuple(found)


#: kinds of mention that may hold another mention: 'serotonin release', 'adenosine receptor agonists'
HOLDS = ("process", "class", "family", "treatment", "biologic", "concept", "protein")


def _inside(text, tokens, outer: Mention, kinds, defined) -> list[Mention]:
    """Chemicals, diseases and proteins named inside a longer mention, and shorter than it."""
    found, at = [], 0
    while at < len(tokens):
        best = _longest(text, tokens, at, kinds, defined, inside=(outer.start, outer.end))
        if best is None:
            at += 1
            continue
        if best[0].entity.kind in ("chemical", "disease"):
            found.append(replace(best[0], inside=True))
        at = best[1]
    return found


def _defined(text: str, kinds: tuple[str, ...]) -> dict[str, Candidate | None]:
    """Short forms the text defines → the reading of their long form; None where it has none, so nothing is guessed."""
    found: dict[str, Candidate | None] = {}
    for one in abbreviations(text):
        readings = candidates(one.long, kinds) or candidates(_last_words(one.long), kinds)
        curated = any(own.status == "curated" for own in candidates(one.short, kinds))
        if readings and readings[0].score >= 0.7 and one.long.lower() not in too_general():
            found.setdefault(one.short, readings[0])
        elif not curated and one.short[:1].isupper():
            found.setdefault(one.short, None)
    return found


def _last_words(long: str) -> str:
    return " ".join(long.split()[-2:])


def _longest(text, tokens, at, kinds, defined, inside=None) -> tuple[Mention, int] | None:
    start = tokens[at][0]
    if start and (text[start - 1].isalnum() or text[start - 1] == "_"):
        return None
    for last in range(min(len(tokens), at + LONGEST) - 1, at - 1, -1):
        end = tokens[last][1]
        if end < len(text) and (text[end].isalnum() or text[end] == "_"):
            continue
        if last > at and not _joined(text, tokens, at, last):
            continue
        if inside == (start, end):
            continue
        span = text[start:end]
        if span.count("(") != span.count(")"):
            if span.count("(") == span.count(")") + 1 and text[end : end + 1] == ")":
                end += 1
                span = text[start:end]
            else:
                continue
        mention = _read(span, start, end, kinds, defined)
        if mention is not None:
            return mention, last + 1
    return None


def _joined(text, tokens, first, last) -> bool:
    return all(_JOINS.match(text[tokens[index][1] : tokens[index + 1][0]]) is not None for index in range(first, last))


def _read(span: str, start: int, end: int, kinds, defined) -> Mention | None:
    if span in defined or (span.endswith("s") and span[:-1] in defined):
        one = defined.get(span) or defined.get(span[:-1])
        return None if one is None else Mention(start, end, span, one.entity, 0.9, "defined in the text")
    packed = key(span)
    if len(packed) < 2 or packed.isdigit():
        return None
    book, cost, how = lexicon(), 0.0, ""
    if _SPLITS.search(span):
        return None
    entries = book.found(packed)
    if not entries:
        for form in (*singular(packed), f"{packed}s"):
            if entries := book.found(form):
                cost, how = 0.03, "plural"
                break
    if not entries:
        return _organ(span, start, end, kinds)
    best: tuple[float, int, Entity, int] | None = None
    for order, (index, written, rank) in enumerate(entries):
        one = book.entity(index)
        if kinds and one.kind not in kinds:
            continue
        score = _fit(span, written, rank, one.kind, packed) - cost
        if score > 0.5 and (best is None or score > best[0]):
            best = (score, order, one, rank)
    if best is None:
        return _organ(span, start, end, kinds)
    return Mention(start, end, span, best[2], round(best[0], 4), how or ("curated", "name", "synonym")[best[3]])


#: 'heparin-induced thrombocytopenia' is a drug and a disease, not one name
_SPLITS = re.compile(r"-?\s?(?:induced|associated|related|treated|like)\b", re.IGNORECASE)
_ORGANS = {
    "renal": "Kidney Diseases",
    "kidney": "Kidney Diseases",
    "hepatic": "Liver Diseases",
    "liver": "Liver Diseases",
    "cardiac": "Heart Diseases",
    "myocardial": "Heart Diseases",
    "heart": "Heart Diseases",
    "ventricular": "Heart Diseases",
    "pulmonary": "Lung Diseases",
    "lung": "Lung Diseases",
    "brain": "Brain Diseases",
    "cerebral": "Brain Diseases",
    "neuronal": "Nervous System Diseases",
    "nerve": "Nervous System Diseases",
    "neurological": "Nervous System Diseases",
    "neurologic": "Nervous System Diseases",
    "muscle": "Muscular Diseases",
    "vascular": "Vascular Diseases",
    "gastrointestinal": "Gastrointestinal Diseases",
    "gastric": "Stomach Diseases",
    "retinal": "Retinal Diseases",
    "skin": "Skin Diseases",
    "thyroid": "Thyroid Diseases",
    "bladder": "Urinary Bladder Diseases",
    "tubular": "Kidney Diseases",
    "glomerular": "Kidney Diseases",
    "cognitive": "Cognition Disorders",
    "memory": "Memory Disorders",
    "visual": "Vision Disorders",
    "motor": "Movement Disorders",
    "sexual": "Sexual Dysfunction, Physiological",
    "sensory": "Sensation Disorders",
    "sleep": "Sleep Wake Disorders",
    "psychiatric": "Mental Disorders",
}
_HARM = re.compile(
    r"^([a-z]+)(?: (?:tissue|cell|function))?[ -](?:injur(?:y|ies)|damage|dysfunctions?|impairments?|"
    r"toxicit(?:y|ies)|failures?|"
    r"insufficiency|disturbances?|abnormalit(?:y|ies)|deficits?|lesions?|symptoms|disorders?|diseases?|complications?|defects?)$",
    re.IGNORECASE,
)


def _organ(span: str, start: int, end: int, kinds: Sequence[str]) -> Mention | None:
    """An organ and what ails it, where the whole is in no terminology: 'hepatic damage'."""
    found = _HARM.match(span)
    name = _ORGANS.get(found.group(1).lower()) if found else None
    one = lexicon().by_name(name) if name and (not kinds or "disease" in kinds) else None
    return Mention(start, end, span, one, 0.7, "organ and harm") if one is not None else None


def _fit(span: str, written: str, rank: int, kind: str, packed: str) -> float:
    """How well a written form fits a span in running text; 0.5 or less is no mention."""
    lower = span.lower()
    if rank and " " in span and not re.search(r"[^A-Za-z0-9]", written):
        return 0.0  # two words that happen to spell one
    if rank and (lower in too_general() or (len(packed) < 3 and kind not in ("chemical",))):
        return 0.0
    short = len(packed) <= 5
    if rank and kind in ("protein", "family"):
        if lower in plain():
            return 0.0
        if (short or acronym(written)) and not _same_capitals(span, written):
            return 0.0
        if rank == 2 and len(packed) <= 2:
            return 0.0
    elif (acronym(written) and not acronym(span) and rank) or (rank and lower in plain()):
        return 0.0
    elif rank and acronym(span) and not acronym(written) and len(packed) <= 4 and span != written:
        return 0.0  # 'AIDS' is not 'Aids'
    if rank == 0 and acronym(written) and len(packed) <= 4 and not acronym(span):
        return 0.0
    score = (1.0, 0.95, 0.85)[rank]
    return score - (0.0 if span == written else 0.01 if lower == written.lower() else 0.03)


def _same_capitals(span: str, written: str) -> bool:
    """Whether an acronym stands in capitals, or as the mouse and rat genes are written (Bdnf)."""
    bare = [re.sub(r"[^A-Za-z0-9]", "", text) for text in (span, written)]
    return bare[0] == bare[1] or (
        bare[0].lower() == bare[1].lower() and bare[0][:1].isupper() and not bare[0].isupper()
    )


def grounded(text: str, kinds: Sequence[str] = ()) -> dict[str, Any]:
    """A text as plain data: the reading of the whole as one term, all candidates, and the mentions in it."""
    wanted = tuple(kinds)
    found = candidates(text, wanted) if len(text) <= 120 else []
    mentions = recognise(text, wanted)
    if not found and len(mentions) == 1 and len(mentions[0].text) * 2 >= len(text.strip()):
        one = mentions[0]
        found = [Candidate(one.entity, one.text, round(one.score - 0.15, 4), "part of the term")]
    rows = [_row(one) for one in found[:10]]
    return {
        "text": text,
        "curie": rows[0]["curie"] if rows else None,
        "name": rows[0]["name"] if rows else None,
        "type": rows[0]["type"] if rows else None,
        "score": rows[0]["score"] if rows else 0.0,
        "ids": rows[0]["ids"] if rows else [],
        "candidates": rows,
        "mentions": [one.told() for one in mentions],
    }


def _row(one: Candidate) -> dict[str, Any]:
    entity = one.entity
    return {
        "curie": entity.curie, "name": entity.name, "type": entity.kind, "ids": list(entity.ids), "score": one.score,
        "matched": one.written, "how": one.status,
    }  # fmt: skip


def tokens_of(text: str) -> Iterator[tuple[int, int, str]]:
    """Words, numbers and Greek letters of a text with their spans."""
    return ((match.start(), match.end(), match.group(0)) for match in _TOKEN.finditer(text))
