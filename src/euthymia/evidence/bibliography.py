"""The one bibliography: who wrote what, where, and which of its fields nobody has checked yet.

The assumption that matters: a key names one publication everywhere in the project. Left out: full reference
styles; a citation here is one short line.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from euthymia.errors import DataError, Place

FIELDS = (
    "author",
    "title",
    "journal",
    "year",
    "volume",
    "pages",
    "doi",
    "pmid",
    "nct",
    "url",
    "note",
    "unverified",
)


@dataclass(frozen=True, slots=True)
class Source:
    """One publication, registry record or label; `unverified` names the fields still to be checked."""

    key: str
    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    journal: str | None = None
    volume: str | None = None
    pages: str | None = None
    doi: str | None = None
    pmid: str | None = None
    nct: str | None = None
    url: str | None = None
    note: str | None = None
    unverified: tuple[str, ...] = ()

    @property
    def citation(self) -> str:
        """One short line for a table or a footnote.

        >>> Source("a2005", "On mood", ("Able, A.", "Bo, B.", "Cole, C."), 2005, "J Mood", "3", "1").citation
        'Able et al. 2005, J Mood 3:1'
        """
        surnames = [author.split(",")[0] for author in self.authors]
        who = surnames[0] + " et al." if len(surnames) > 2 else " and ".join(surnames)
        what = " ".join(part for part in (who or self.title, str(self.year or "")) if part)
        issue = ":".join(part for part in (self.volume, self.pages) if part)
        return ", ".join(part for part in (what, f"{self.journal or ''} {issue}".strip()) if part)

    @property
    def link(self) -> str | None:
        """Where it can be opened: DOI, PubMed, registry or plain address, in this order."""
        for stem, number in (
            ("https://doi.org/", self.doi),
            ("https://pubmed.ncbi.nlm.nih.gov/", self.pmid),
            ("https://clinicaltrials.gov/study/", self.nct),
        ):
            if number:
                return stem + number
        return self.url


def read_bibliography(path: Path) -> dict[str, Source]:
    """Key → `Source` for every entry of a BibTeX file; raises `DataError` with the line of a broken entry."""
    from bibtexparser.entrypoint import parse_string

    library = parse_string(path.read_text(encoding="utf-8"))
    for block in library.failed_blocks:
        raise DataError(
            f"this entry cannot be read ({type(block).__name__.removesuffix('Block')})",
            place=Place(path.name, (block.start_line or 0) + 1),
            rule="Every key is given once, every field once, and every brace is closed.",
            fix="Compare it with the entry above it.",
        )
    return {entry.key: _source(entry, path.name) for entry in library.entries}


def _source(entry, file: str) -> Source:
    given = {name: field.value.replace("{", "").replace("}", "") for name, field in entry.fields_dict.items()}
    place = Place(file, (entry.start_line or 0) + 1, entry.key)
    if unknown := sorted(set(given) - set(FIELDS)):
        raise DataError(f"there is no field '{unknown[0]}'", place=place, rule=f"Known: {', '.join(FIELDS)}.")
    year = given.get("year")
    if "title" not in given or (year is not None and not year.isdigit()):
        raise DataError("a source needs a title, and its year is a number", place=place)
    return Source(
        key=entry.key,
        title=given["title"],
        authors=tuple(name.strip() for name in given.get("author", "").split(" and ") if name.strip()),
        year=int(year) if year else None,
        unverified=tuple(name.strip() for name in given.get("unverified", "").split(",") if name.strip()),
        **{name: given.get(name) for name in ("journal", "volume", "pages", "doi", "pmid", "nct", "url", "note")},
    )
