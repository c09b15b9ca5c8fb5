"""Claims: what a sentence of an abstract says one thing does to another, with the sentence byte for byte.

The assumption that matters: a claim is a pointer to a sentence for a person to read, not a truth; so nothing attaches
to the map by itself unless its shape was right in at least 85 % of labelled cases (lower end of the Wilson interval),
and today none is. Left out: claims that need two sentences, tables, figures.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from euthymia.evidence.records.record import Record, Section
from euthymia.evidence.text.cues import species_of, study_type
from euthymia.evidence.text.mentions import Mention, recognise
from euthymia.evidence.text.relations import precision, relation
from euthymia.evidence.text.sentences import sentences

#: lower end of the Wilson interval a shape must reach before its claims attach by themselves
ATTACH = 0.85
SUBJECTS = ("chemical", "treatment", "protein", "family", "process", "disease", "biologic", "class")
OBJECTS = ("protein", "family", "process", "disease", "chemical", "biologic", "scale")
_METHODS = re.compile(r"\b(?:method|material|design|setting|participant|procedure)", re.IGNORECASE)
_AIMS = re.compile(r"\b(?:objective|aim|purpose|background|rationale|introduction|hypothes)", re.IGNORECASE)
_OURS = re.compile(
    r"\b(?:we (?:found|show|showed|demonstrate[d]?|observed|report)|our (?:results|data|findings)|"
    r"results (?:show|demonstrat|indicat)|here,? we|these (?:results|data|findings)|the present (?:study|"
    r"results))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim. `start` and `end` are offsets into the section's text, so `text[start:end] == quote`."""

    record: str
    section: str
    section_index: int
    start: int
    end: int
    quote: str
    subject: Mention
    object: Mention
    subject_operation: str
    predicate: str
    sign: int
    shape: str
    negated: bool
    hedged: bool
    role: str
    species: str
    study_type: str
    p_exists: float
    p_sign: float
    status: str = "queued"

    @property
    def id(self) -> str:
        """The same claim has the same id wherever it is read (sha256, 16 digits)."""
        parts = (
            self.subject.entity.curie,
            self.subject_operation,
            self.object.entity.curie,
            str(self.sign),
            self.quote,
        )
        return hashlib.sha256("\t".join(parts).encode()).hexdigest()[:16]

    @property
    def net_sign(self) -> int:
        """Sign of the subject itself on the object: what was done to the subject is undone, a negation makes it 0."""
        if self.negated:
            return 0
        return -self.sign if self.subject_operation == "down" else self.sign

    def told(self) -> dict[str, Any]:
        """As plain data."""
        names = [name for name in self.__dataclass_fields__ if name not in ("subject", "object")]
        return (
            {"id": self.id}
            | {name: getattr(self, name) for name in names}
            | {"net_sign": self.net_sign, "subject": self.subject.told(), "object": self.object.told()}
        )


def claims_of(record: Record) -> tuple[Claim, ...]:
    """Every claim in a record's title and abstract."""
    parts = [Section("TITLE", record.title), *(record.sections or (Section("", record.abstract),))]
    whole = f"{record.title} {record.abstract}"
    species, study = species_of(record, whole), study_type(record, whole)
    return tuple(
        claim
        for index, part in enumerate(parts)
        if part.text
        for claim in claims_in(part.text, record.key if record.id else "", part.label, index, species, study)
    )


def claims_in(
    text: str, record: str = "", section: str = "", section_index: int = 0, species: str = "", study: str = ""
) -> Iterator[Claim]:
    """Every claim in one text; sentences about methods are passed over."""
    if _METHODS.search(section):
        return
    mentions = recognise(text)
    for one in sentences(text):
        inside = [
            one_of for one_of in mentions if not one_of.inside and one.start <= one_of.start and one_of.end <= one.end
        ]
        quote = one.of(text)
        role = _role(section, quote)
        for subject, other in _pairs(inside):
            found = relation(
                quote,
                (subject.start - one.start, subject.end - one.start),
                (other.start - one.start, other.end - one.start),
            )
            if found is None:
                continue
            share = precision().get(found.shape, {"share": 0.0})["share"]
            yield Claim(
                record=record,
                section=section,
                section_index=section_index,
                start=one.start,
                end=one.end,
                quote=quote,
                subject=subject,
                object=other,
                subject_operation=found.subject_operation,
                predicate=quote[found.trigger[0] : found.trigger[1]].strip(" -"),
                sign=found.sign,
                shape=found.shape,
                negated=found.negated,
                hedged=found.hedged,
                role=role,
                species=species or species_of(Record(), quote),
                study_type=study,
                p_exists=round(share * (0.7 if found.hedged else 1.0) * (0.6 if role == "aim" else 1.0), 3),
                p_sign=polarity(),
                status="auto"
                if attaches(found.shape) and not (found.negated or found.hedged) and role != "aim"
                else "queued",
            )


def _pairs(inside: Sequence[Mention]) -> Iterator[tuple[Mention, Mention]]:
    for subject in inside:
        if subject.entity.kind not in SUBJECTS:
            continue
        for other in inside:
            apart = other.end <= subject.start or subject.end <= other.start
            if apart and other.entity.kind in OBJECTS and other.entity.curie != subject.entity.curie:
                yield subject, other


def _role(section: str, quote: str) -> str:
    """Whether a sentence is the authors' finding, an aim, or background."""
    if _AIMS.search(section) or re.search(
        r"\b(?:aim|hypothesi[sz]ed?|purpose|objective|to (?:investigate|examine|test))\b", quote, re.I
    ):
        return "aim"
    if section in ("RESULTS", "CONCLUSIONS", "CONCLUSION", "FINDINGS", "TITLE") or _OURS.search(quote):
        return "finding"
    return "background" if not section else section.lower()


#: share of signs that were right among relations that were (see docs/evidence.md)
def polarity() -> float:
    """The share of signs that were right, over all shapes, on the labelled set."""
    found = precision().get("polarity", {"share": 0.5})
    return round(found["share"], 3)


def attaches(shape: str) -> bool:
    """Whether claims of a shape may attach to the map by themselves."""
    found = precision().get(shape)
    return found is not None and wilson(found["right"], found["found"])[0] >= ATTACH


def wilson(right: int, found: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """The Wilson interval of a share.

    >>> [round(end, 3) for end in wilson(90, 134)]
    [0.588, 0.745]
    """
    if not found:
        return 0.0, 1.0
    share, spread = right / found, z * z / found
    centre = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * (share * (1 - share) / found + spread / (4 * found)) ** 0.5
    return centre - half, centre + half
