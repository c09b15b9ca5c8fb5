"""Names and what they stand for: a lexicon that ships, and the field's own words laid over it.

`lexicon.tsv.gz` is built by `scripts/build_lexicon.py`; `overlay/*.csv` is written by hand and wins. A name is looked
up without case, spaces and dashes, Greek letters spelled out; how far it is from the written form lowers the score. The
assumption that matters: in this field the overlay's reading of a name is the right one. Left out: names of nonhuman
genes, which stand for their human orthologues with the species kept beside.
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "κ": "kappa", "λ": "lambda", "μ": "mu",
    "µ": "mu", "ω": "omega", "σ": "sigma", "τ": "tau", "θ": "theta", "ζ": "zeta", "η": "eta", "χ": "chi", "Δ": "delta",
}  # fmt: skip
_GREEK = str.maketrans(GREEK)
_OUT = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing with a name: its CURIE, kind, name, and the CURIEs it has elsewhere."""

    curie: str
    kind: str
    name: str
    ids: tuple[str, ...] = ()
    own: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reading of a term: the entity, the written form in the lexicon and a score in 0–1."""

    entity: Entity
    written: str
    score: float
    status: str


def key(text: str) -> str:
    """A name without case, spaces and punctuation, Greek spelled out.

    >>> key("GSK-3β"), key("5-HT 1A"), key("Noradrénaline")
    ('gsk3beta', '5ht1a', 'noradrenaline')
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_GREEK)).encode("ascii", "ignore").decode()
    return _OUT.sub("", text.lower())


class Lexicon:
    """Every name by its `key`; rows stay texts until they are asked for, so it loads in about a second."""

    def __init__(self, rows: list[str], names: dict[str, int | list[int]], laid: list[tuple[Entity, str, str]]):
        self._rows = rows
        self._names = names
        self._laid = laid
        self._entities: dict[int, Entity] = {}
        self._over: dict[str, list[tuple[int, str, int]]] = {}
        self._curies: dict[str, int] = {}
        for one, written, packed in laid:
            index = self._curies.setdefault(one.curie, -len(self._curies) - 1)
            self._entities[index] = one
            if (index, written, 0) not in self._over.setdefault(packed, []):
                self._over[packed].append((index, written, 0))

    def __len__(self) -> int:
        return len(self._rows) + sum(one.own for one in self._entities.values())

    def __contains__(self, term: str) -> bool:
        return key(term) in self._over or key(term) in self._names

    def found(self, packed: str) -> list[tuple[int, str, int]]:
        """Entity index, written form and rank (0 overlay, 1 name, 2 synonym) for a key; empty if unknown."""
        given = self._names.get(packed)
        over = self._over.get(packed, [])
        if given is None:
            return over
        places = [given] if isinstance(given, int) else given
        return over + [self._place(place) for place in places]

    def _place(self, place: int) -> tuple[int, str, int]:
        index, at = divmod(place, _MOST)
        curie, _, name, terms, _ = self._rows[index].split("\t")
        written = name if at == 0 else terms.split("|")[at - 1]
        return self._curies.get(curie, index), written, 1 if at == 0 else 2

    def entity(self, index: int) -> Entity:
        if index not in self._entities:
            curie, kind, name, _, ids = self._rows[index].split("\t")
            self._entities[index] = Entity(curie, kind, name, tuple(ids.split("|")) if ids else ())
        return self._entities[index]

    def by_name(self, name: str, kind: str | None = None) -> Entity | None:
        """The entity that has this very name, of this kind if given."""
        for index, written, rank in self.found(key(name)):
            one = self.entity(index)
            if rank <= 1 and written.lower() == name.lower() and kind in (None, one.kind):
                return one
        return None


STATUS = ("curated", "name", "synonym")
#: names of one entity that can be told apart
_MOST = 1024
_OUT_OF_ROW = re.compile(r"[^a-z0-9|]+")


@cache
def lexicon() -> Lexicon:
    """The lexicon that ships, with the overlay; about a second, once in a process."""
    names: dict[str, int | list[int]] = {}
    with gzip.open(FOLDER / "lexicon.tsv.gz", "rt", encoding="utf-8") as file:
        rows = file.read().splitlines()
    for index, row in enumerate(rows):
        _, _, name, terms, _ = row.split("\t")
        said = f"{name}|{terms}" if terms else name
        if not said.isascii():
            said = unicodedata.normalize("NFKD", said.translate(_GREEK)).encode("ascii", "ignore").decode()
        for at, packed in enumerate(_OUT_OF_ROW.sub("", said.lower()).split("|")[:_MOST]):
            place = index * _MOST + at
            given = names.setdefault(packed, place)
            if given is not place:
                if isinstance(given, int):
                    names[packed] = [given, place]
                else:
                    given.append(place)
    names.pop("", None)
    return Lexicon(rows, names, _laid_over(rows, names))


def _laid_over(rows: list[str], names: dict[str, int | list[int]]) -> list[tuple[Entity, str, str]]:
    """The overlay: each curated word with its entity and key."""
    from euthymia.evidence.text.overlay import overlay

    given = overlay()
    wanted = {one.curie for one in given if one.curie}
    by_curie = {curie: row for row in rows if (curie := row[: row.index("\t")]) in wanted}
    found = []
    for one in given:
        row = by_curie.get(one.curie) if one.curie else _named(one.kind, one.name, rows, names)
        curie, _, name, _, ids = (
            row.split("\t") if row else (one.curie or f"EUTHYMIA:{_slug(one.name)}", "", one.name, "", "")
        )
        entity = Entity(curie, one.kind, name, tuple(ids.split("|")) if ids else (), own=row is None)
        found += [(entity, term, key(term)) for term in (one.name, *one.terms)]
    return found


def _named(kind: str, name: str, rows: list[str], names: dict[str, int | list[int]]) -> str | None:
    given = names.get(key(name), [])
    for place in [given] if isinstance(given, int) else given:
        row = rows[place // _MOST]
        if (
            place % _MOST == 0
            and row.split("\t")[1:3] == [kind, row.split("\t")[2]]
            and row.split("\t")[2].lower() == name.lower()
        ):
            return row
    return None


def _slug(name: str) -> str:
    text = unicodedata.normalize("NFKD", name.translate(_GREEK)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def candidates(term: str, kinds: tuple[str, ...] = ()) -> list[Candidate]:
    """Every reading of a term, best first; plurals are tried where the term itself is unknown."""
    book = lexicon()
    best: dict[str, Candidate] = {}
    for packed, penalty in _forms(term):
        for index, written, rank in book.found(packed):
            one = book.entity(index)
            if kinds and one.kind not in kinds:
                continue
            score = round(max(0.0, _score(term, written, rank, one.kind) - penalty), 4)
            if one.curie not in best or best[one.curie].score < score:
                best[one.curie] = Candidate(one, written, score, STATUS[rank])
        if best:
            break
    return sorted(best.values(), key=lambda found: (-found.score, _ORDER.get(found.entity.kind, 9), found.entity.curie))


_ORDER: Mapping[str, int] = {
    "treatment": 0, "chemical": 1, "protein": 2, "family": 3, "disease": 4, "process": 5, "anatomy": 6, "species": 7,
    "scale": 8,
}  # fmt: skip
_HEADS = re.compile(
    r"\s+(?:gene|protein|mrna|expression|levels?|receptors?|drugs?|hydrochloride|hcl|hydrobromide|maleate|mesylate|"
    r"tartrate|fumarate|oxalate|sulfate|succinate|treatment|therapy|administration|patients?|rats?|mice)$",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"^(?:the|a|an|human|rat|mouse|murine|extracellular|synaptic|brain|plasma|serum|central|oral|intravenous|iv|"
    r"chronic|acute|low-dose|high-dose|endogenous)\s+",
    re.IGNORECASE,
)


def _forms(term: str) -> Iterator[tuple[str, float]]:
    """Keys to try for a term, with what each costs."""
    term = term.strip().strip(".,;:")
    packed = key(term)
    yield packed, 0.0
    yield from ((form, 0.03) for form in (*singular(packed), f"{packed}s"))
    if re.search(r"^\(?[RS±+-]{1,4}\)?-\s?(?=[a-z])", term):
        yield key(re.sub(r"^\(?[RS±+-]{1,4}\)?-\s?", "", term)), 0.2
    shorter = _HEADS.sub("", term)
    if shorter != term:
        yield key(shorter), 0.1
        yield from ((form, 0.13) for form in singular(key(shorter)))
    bare = _BEFORE.sub("", term)
    if bare != term:
        yield key(bare), 0.12
        yield from ((form, 0.15) for form in singular(key(bare)))
    if found := re.match(r"^(.+?)\s*\(([^()]+)\)$", term):
        yield key(found.group(1)), 0.05
        yield key(found.group(2)), 0.1


def singular(packed: str) -> tuple[str, ...]:
    """Keys of the singular, if a key looks like a plural."""
    if len(packed) < 4 or not packed.endswith("s") or packed.endswith("ss"):
        return ()
    found = [packed[:-1]]
    if packed.endswith("ies"):
        found.append(packed[:-3] + "y")
    elif packed.endswith("ses"):
        found += [packed[:-2], packed[:-2] + "is"]
    elif packed.endswith("es"):
        found.append(packed[:-2])
    return tuple(found)


def _score(term: str, written: str, rank: int, kind: str) -> float:
    score = (1.0, 0.95, 0.85)[rank]
    if term == written:
        return score
    if term.lower() != written.lower():
        score -= 0.02  # a dash, a space or a Greek letter
    if acronym(written) and not acronym(term):
        score -= 0.02 if rank == 0 else 0.3
    elif term.lower() == written.lower():
        score -= 0.01
    return score - (0.1 if rank == 2 and kind == "protein" and len(written) <= 3 else 0.0)


def acronym(text: str) -> bool:
    """Whether a word is short and mostly capitals or digits.

    >>> acronym("BDNF"), acronym("5-HT"), acronym("Sertraline"), acronym("p11")
    (True, True, False, False)
    """
    letters = [letter for letter in text if letter.isalpha()]
    return len(text) <= 8 and bool(letters) and sum(letter.isupper() for letter in letters) * 2 > len(letters)
