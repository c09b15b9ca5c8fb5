"""Signed relations between two names in one sentence, by the shape of the words around them.

Four shapes, tightest first: 'A inhibits B', 'B was inhibited by A', 'A, a B inhibitor' and a loose one. The
assumption that matters: polarity is easy and existence is hard, so a relation carries the shape that found it and the
share of that shape that was right on a labelled set (`PRECISION`); it is never taken for true. Left out: relations
across sentences.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from euthymia.evidence.text.cues import BELONGS, CLAUSE, COMPARES, HEDGE, NEGATION, operation

_UP = (
    r"increas(?:e[sd]?|ing)|enhanc(?:e[sd]?|ing|ement)|activat(?:e[sd]?|ing|ion)|stimulat(?:e[sd]?|ing|ion)|up-?regulat(?:e[sd]?|ing|ion)|"
    r"promot(?:e[sd]?|ing|ion)|potentiat(?:e[sd]?|ing|ion)|elevat(?:e[sd]?|ing|ion)|induc(?:e[sd]?|ing|tion)|augment(?:s|ed|ing|ation)?|"
    r"facilitat(?:e[sd]?|ing|ion)|rais(?:e[sd]?|ing)|restor(?:e[sd]?|ing|ation)|improv(?:e[sd]?|ing|ement)|boost(?:s|ed|ing)?|"
    r"strengthen(?:s|ed|ing)?|trigger(?:s|ed|ing)?|accelerat(?:e[sd]?|ing|ion)|evok(?:e[sd]?|ing)|"
    r"releas(?:e[sd]?|ing)|agonism|reverses the loss of|"
    r"disinhibit(?:s|ed|ing|ion)?|cause[sd]?|rescue[sd]?|normali[sz]e[sd]?|amplif(?:y|ies|ied)"
)
_DOWN = (
    r"inhibit(?:s|ed|ing|ion)?|block(?:s|ed|ing|ade)?|decreas(?:e[sd]?|ing)|reduc(?:e[sd]?|ing|tion)|suppress(?:es|ed|ing|ion)?|"
    r"attenuat(?:e[sd]?|ing|ion)|antagoni[sz](?:e[sd]?|ing)|antagonism|down-?regulat(?:e[sd]?|ing|ion)|impair(?:s|ed|ing|ment)?|abolish(?:es|ed|ing)?|"
    r"prevent(?:s|ed|ing|ion)?|lower(?:s|ed|ing)?|diminish(?:es|ed|ing)?|deplet(?:e[sd]?|ing|ion)|alleviat(?:e[sd]?|ing|ion)|ameliorat(?:e[sd]?|ing|ion)|"
    r"revers(?:e[sd]?|ing|al)|disrupt(?:s|ed|ing|ion)?|desensiti[sz](?:e[sd]?|ing|ation)|inactivat(?:e[sd]?|ing|ion)|relieve[sd]?|mitigat(?:e[sd]?|ing)|"
    r"counteract(?:s|ed|ing)?|abrogat(?:e[sd]?|ing)|occup(?:y|ies|ied|ancy)|weaken(?:s|ed|ing)?|silenc(?:e[sd]?|ing)|inhibitory"
)
_VERB = re.compile(rf"\b(?:(?P<up>{_UP})|(?P<down>{_DOWN}))\b", re.IGNORECASE)
_ROLE_DOWN = r"(?:re-?uptake )?(?:inhibitors?|antagonists?|blockers?|inverse agonists?)"
_ROLE_UP = (
    r"(?:partial )?(?:agonists?|activators?|inducers?|potentiators?|positive (?:allosteric )?modulators?|"
    r"releasers?|stimulators?)"
)
_ROLE_AFTER = re.compile(
    rf"^[\s-]*(?:receptors?|transporters?|channels?|kinase|re-?uptake|subtype)?[\s-]*(?:(?P<down>{_ROLE_DOWN})|(?P<up>{_ROLE_UP}))\b",
    re.IGNORECASE,
)
_ROLE_OF = re.compile(
    rf"\b(?:(?P<down>{_ROLE_DOWN})|(?P<up>{_ROLE_UP}))\s+(?:of|for|at)\s+(?:the\s+)?(?:\w+[\s-]){{0,3}}$", re.IGNORECASE
)
_IS_A = re.compile(r"^[\s,(]*(?:(?:is|was|are|were|as|being|acts? as)\s+)?(?:an?|the)?[\s\w,/-]{0,40}$", re.IGNORECASE)
_BY = re.compile(r"\b(?:by|following|upon|in response to)\s+(?:[\w-]+\s+){0,3}$", re.IGNORECASE)
_PASSIVE = re.compile(r"\b(?:was|were|is|are|been|being|be)\s+(?:\w+ly\s+)?$", re.IGNORECASE)
_INDUCED = re.compile(r"^-?\s?(?:induced|evoked|stimulated|mediated|elicited)\b", re.IGNORECASE)
_NOMINAL = re.compile(
    r"\b(?:increases?|decreases?|reductions?|inhibition|activation|stimulation|elevations?|blockade|suppression|enhancement|potentiation|phosphorylation|loss|depletion|release|upregulation|downregulation|induction)\s+(?:of|in)\s+(?:the\s+)?(?:[\w-]+\s+){0,3}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Relation:
    """`sign` of subject on object (+1, -1); `shape` found it; `trigger` is a span of the sentence."""

    sign: int
    shape: str
    trigger: tuple[int, int]
    subject_operation: str
    negated: bool
    hedged: bool
    gap: int


@cache
def precision() -> dict[str, dict[str, Any]]:
    """Shape → `right`, `found` and `share` on the labelled set named in `relation_precision.csv`."""
    import csv
    from pathlib import Path

    with (Path(__file__).parent / "relation_precision.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["shape"]: {
                "right": int(row["right"]),
                "found": int(row["found"]),
                "share": int(row["right"]) / int(row["found"]),
            }
            for row in csv.DictReader(file)
        }


def relation(sentence: str, subject: tuple[int, int], other: tuple[int, int]) -> Relation | None:
    """The relation of the span `subject` on the span `other`, or None; spans are offsets into the sentence.

    >>> said = "Fluoxetine potently inhibits the serotonin transporter."
    >>> found = relation(said, (0, 10), (33, 54))
    >>> found.sign, found.shape
    (-1, 'active')
    """
    if subject[0] < other[1] and other[0] < subject[1]:
        return None
    first, last = (subject, other) if subject[0] < other[0] else (other, subject)
    between = sentence[first[1] : last[0]]
    if len(between) > 180 or COMPARES.search(between):
        return None
    found = _shape(sentence, subject, other, between)
    if found is None:
        return None
    sign, shape, trigger = found
    start = _clause_start(sentence, min(first[0], trigger[0]))
    stop = _clause_end(sentence, max(last[1], trigger[1]))
    scope = sentence[start:stop]
    done = operation(sentence[max(0, subject[0] - 45) : subject[0]], sentence[subject[1] : subject[1] + 30])
    if _is_role(sentence, subject, other):
        done = ""
    return Relation(sign, shape, trigger, done, bool(NEGATION.search(scope)), bool(HEDGE.search(scope)), len(between))


def _is_role(sentence: str, subject: tuple[int, int], other: tuple[int, int]) -> bool:
    return subject[1] <= other[0] and _ROLE_AFTER.match(sentence[other[1] :]) is not None


def _shape(sentence: str, subject, other, between: str) -> tuple[int, str, tuple[int, int]] | None:
    after = sentence[other[1] :]
    # 'A, a selective B inhibitor'; 'the B inhibitor A'
    if role := _ROLE_AFTER.match(after):
        sign = -1 if role.group("down") else 1
        span = (other[1] + role.start(), other[1] + role.end())
        if subject[0] > other[0]:
            gap = sentence[span[1] : subject[0]]
            if len(gap) <= 30 and re.fullmatch(r"[\s,(]*(?:such as |like |drug |compound |including )?[\s,(]*", gap):
                return sign, "role", span
        elif _IS_A.match(between) and len(between) <= 60 and not _VERB.search(between):
            return sign, "role", span
    if subject[0] < other[0] and (role := _ROLE_OF.search(sentence[subject[1] : other[0]])) and len(between) <= 90:
        return (-1 if role.group("down") else 1), "role", (subject[1] + role.start(), subject[1] + role.end())
    verbs = list(_VERB.finditer(between))
    if subject[0] < other[0]:
        return _forward(sentence, subject, other, between, verbs)
    return _backward(sentence, subject, other, between, verbs)


def _forward(sentence, subject, other, between, verbs) -> tuple[int, str, tuple[int, int]] | None:
    """The subject stands first: 'A inhibits B', 'A-induced increase in B'."""
    if BELONGS.search(between[:20]):
        return None
    if _INDUCED.match(between):
        changed = [verb for verb in verbs if verb.start() > 8]
        if changed:
            verb = changed[-1]
            return _sign(verb), "nominal", (subject[1] + verb.start(), subject[1] + verb.end())
        if done := _VERB.match(sentence[other[1] :].lstrip(" -")):  # 'A-mediated B inhibition'
            return _sign(done), "induced", (subject[1], other[1] + done.end())
        if len(between) <= 25:
            return 1, "induced", (subject[1], subject[1] + len(between))
        return None
    if not verbs:
        return None
    verb = verbs[-1] if len(verbs) == 1 else _main(verbs, between)
    span = (subject[1] + verb.start(), subject[1] + verb.end())
    sign = _sign(verb)
    inner = [one for one in verbs if one.start() > verb.end() and len(between) - one.end() <= 25]
    if inner and _NOMINAL.search(between):  # 'prevented the decrease in B'
        sign *= _sign(inner[-1]) if _sign(verb) < 0 else 1
        sign = sign if _sign(verb) < 0 else _sign(inner[-1])
    if re.search(r"\bby\s*$", between[: verb.start()][-4:]):
        return None
    if _PASSIVE.search(between[: verb.start()]) and re.match(r"\s+(?:by|in)\b", between[verb.end() :]):
        return None  # 'A is inhibited by B' is B on A
    clear = len(between) <= 60 and not CLAUSE.search(between) and between.count(",") == 0
    return sign, "active" if clear else "loose", span


def _backward(sentence, subject, other, between, verbs) -> tuple[int, str, tuple[int, int]] | None:
    """The object stands first: 'B was inhibited by A', 'inhibition of B by A', 'B release by A'."""
    if not _BY.search(between):
        return None
    before = sentence[max(0, other[0] - 40) : other[0]]
    if verbs:
        verb = verbs[-1]
        span = (other[1] + verb.start(), other[1] + verb.end())
        passive = _PASSIVE.search(between[: verb.start()]) or re.match(r"\s+by\b", between[verb.end() :])
        clear = passive and len(between) <= 60 and not CLAUSE.search(between)
        return _sign(verb), "passive" if clear else "loose", span
    if (nominal := _NOMINAL.search(before)) and len(between) <= 40:
        inner = _VERB.search(nominal.group(0))
        if inner:
            at = max(0, other[0] - 40) + nominal.start()
            return _sign(inner), "nominal", (at, at + len(nominal.group(0).rstrip()))
    return None


def _main(verbs, between: str) -> re.Match[str]:
    """Of several verbs the first that is finite: 'inhibits' rather than the 'increase' it acts on."""
    joined = [verb for verb in verbs if _JOINED.search(between[: verb.start()]) and verb.group(0).endswith(("s", "ed"))]
    finite = [verb for verb in verbs if verb.group(0).endswith(("s", "ed"))]
    means = [verb for verb in verbs if _MEANS.search(between[: verb.start()])]
    if means and means[-1] is verbs[-1]:
        return means[-1]
    return joined[-1] if joined else (finite or verbs)[0]


#: the last word on how: 'relieves pain via inhibition of B'
_MEANS = re.compile(r"\b(?:by|via|through)\s+(?:direct\s+|\w+ly\s+)?$")
#: a second verb of the same subject: 'decreased A and increased B'
_JOINED = re.compile(r"(?:\band|\bwhile|\bwhereas|\bbut|\bor|,)\s+(?:\w+ly\s+|also\s+)?$")


def _sign(verb: re.Match[str]) -> int:
    return 1 if verb.group("up") else -1


def _clause_start(sentence: str, at: int) -> int:
    return max((found.end() for found in CLAUSE.finditer(sentence, 0, at)), default=0)


def _clause_end(sentence: str, at: int) -> int:
    found = CLAUSE.search(sentence, at)
    return found.start() if found else len(sentence)
