"""What of a record is compared: identifiers, a bare title, family name, year, journal, volume, first page.

The assumption that matters: case, accents, punctuation and markup never tell two reports apart. Left out: anything of
the full text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from euthymia.evidence.records.record import Record
from euthymia.evidence.records.wording import family_name

_WORD = re.compile(r"[^a-z0-9]+")
_MEETING = re.compile(
    r"\.?\s*\b(?:conference|meeting abstract|congress|abstracts?)\b\s*:.*$", re.IGNORECASE | re.DOTALL
)
_VERSION = re.compile(r"(?:\.pub\d+|[./]v\d+|\.full|/full|/abstract|/pdf)$")
_SERVER = re.compile(
    r"^10\.(?:1101/(?:19|20)\d\d|1101/\d{6}|21203|31234|2139|48550|20944|26434|31219|22541|36227)", re.IGNORECASE
)
_SERVERS = re.compile(
    r"\b(?:biorxiv|medrxiv|arxiv|psyarxiv|chemrxiv|research square|ssrn|preprints?(?:\.org)?|authorea)\b", re.IGNORECASE
)
_AMENDS = re.compile(
    r"^(?:errat(?:um|a)|corrigend(?:um|a)|correction|retraction|retracted|reply|response|comment|"
    r"author'?s? reply|re|in reply|expression of concern|editorial|commentary)\b[\s:,\-]",
    re.IGNORECASE,
)
_NO_TITLE = frozenset(("", "unknown", "untitled", "no title", "notitle", "na", "title", "introduction", "editorial"))
_SMALL = frozenset(
    ["the", "of", "and", "for", "in", "on", "a", "an", "de", "la", "des", "der", "und", "et", "y", "e", "di"]
)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A record made comparable; empty texts and None are unknown."""

    doi: str
    doi_base: str
    pmid: str
    title: str
    cut: bool
    amends: bool
    family: str
    authors: str
    year: int | None
    journal: str
    volume: str
    issue: str
    page: str
    abstract: str
    kind: str
    nct: tuple[str, ...]


def bare(text: str) -> str:
    """A text in small ASCII letters and digits, single spaces between words.

    >>> bare("Müller’s “Étude”: β-blockers &amp; co.")
    'muller s etude b blockers amp co'
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_LETTERS)).encode("ascii", "ignore").decode()
    return _WORD.sub(" ", text.lower()).strip()


_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "œ": "oe", "ł": "l", "α": "a", "β": "b", "γ": "g", "δ": "d", "κ": "k",
     "μ": "u", "µ": "u", "ω": "w", "’": " ", "‘": " ", "–": " ", "—": " ", "‐": " ", "“": " ", "”": " "}
)  # fmt: skip


def fingerprint(record: Record) -> Fingerprint:
    """The fingerprint of a record."""
    shown = record.title or record.title_vernacular
    title = bare(shown.strip("[] ."))
    names = [family_name(author) for author in record.authors]
    doi = record.doi.lower()
    first = re.match(r"[a-z]*\s*\d+", record.pages.lower().strip()) if record.pages else None
    kind = record.kind
    if kind in ("article", "other", "web", "") and (_SERVER.match(doi) or _SERVERS.search(record.journal)):
        kind = "preprint"
    return Fingerprint(
        doi=doi,
        doi_base=_VERSION.sub("", doi),
        pmid=record.pmid,
        title="" if title in _NO_TITLE else title,
        cut=shown.rstrip().endswith(("…", "...")),
        amends=bool(_AMENDS.match(shown)),
        family=bare(names[0]) if names and bare(names[0]) not in _NO_TITLE else "",
        authors=" ".join(bare(name) for name in names),
        year=record.year,
        journal=journal_of(record.journal or record.journal_abbreviation),
        volume=_first_number(record.volume),
        issue=bare(record.issue),
        page=re.sub(r"\s|^0+", "", first.group(0)) if first else "",
        abstract=bare(record.abstract[:600])[:300],
        kind=kind,
        nct=record.nct,
    )


def _first_number(volume: str) -> str:
    found = re.search(r"\d+", volume)
    return found.group(0).lstrip("0") if found else bare(volume)


def journal_of(name: str) -> str:
    """A journal's bare name without the meeting whose abstracts it printed; 'na' is unknown."""
    text = bare(_MEETING.sub("", name))
    return "" if text in ("na", "unknown") else text


def journals_agree(one: str, other: str) -> bool:
    """Whether two bare journal names may be the same: equal, cut off, or an abbreviation of the other.

    >>> journals_agree("diab vasc dis res", "diabetes and vascular disease research")
    True
    >>> journals_agree("journal of digital studies", "workshop of digital studies")
    False
    """
    if one == other or one.startswith(other) or other.startswith(one):
        return True
    short, long = sorted(
        ([word for word in text.split() if word not in _SMALL] for text in (one, other)),
        key=lambda w: (len(w), sum(map(len, w))),
    )
    if not short or not long:
        return False
    if len(short) == 1 and len(short[0]) >= 3 and short[0] == "".join(word[0] for word in long):
        return True
    at = 0
    for word in short:
        while at < len(long) and not (
            long[at].startswith(word) or word.startswith(long[at]) or _contracted(word, long[at])
        ):
            at += 1
        if at == len(long):
            return False
        at += 1
    return long[0][0] == short[0][0] and len(short) * 2 >= len(long)


def _contracted(short: str, long: str) -> bool:
    """`natl` of `national`: the same first letters, the rest in order."""
    if len(short) < 3 or short[:2] != long[:2]:
        return False
    rest = iter(long)
    return all(letter in rest for letter in short) and short[-1] == long[-1] if len(short) > 3 else False
