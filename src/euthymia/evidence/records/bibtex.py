"""BibTeX and BibLaTeX of the reference managers, with LaTeX read back into Unicode.

The reader is bibtexparser; what is ours is the meaning of fields. The assumption that matters: braces only protect
capitals, so they go; an entry that cannot be parsed is one error. Left out: cross-references between entries.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator

from euthymia.evidence.records.medline import sections_of
from euthymia.evidence.records.record import Read, Record, RecordError
from euthymia.evidence.records.wording import (
    date_of,
    doi_in,
    issns_in,
    ncts_in,
    pages_of,
    plain,
    pmcid_in,
    year_in,
)  # fmt: skip

KINDS = {
    "article": "article", "inproceedings": "conference", "conference": "conference", "proceedings": "conference",
    "book": "book", "incollection": "chapter", "inbook": "chapter", "phdthesis": "thesis", "mastersthesis": "thesis",
    "thesis": "thesis", "techreport": "report", "report": "report", "unpublished": "preprint", "online": "web",
}  # fmt: skip
_ACCENTS = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    '"': "\u0308",
    "=": "\u0304",
    ".": "\u0307",
    "u": "\u0306",
    "v": "\u030c",
    "H": "\u030b",
    "c": "\u0327",
    "k": "\u0328",
    "r": "\u030a",
    "d": "\u0323",
    "b": "\u0331",
}
_LETTERS = {
    "ss": "ß",
    "ae": "æ",
    "AE": "Æ",
    "oe": "œ",
    "OE": "Œ",
    "aa": "å",
    "AA": "Å",
    "o": "ø",
    "O": "Ø",
    "l": "ł",
    "L": "Ł",
    "i": "ı",
    "j": "ȷ",
    "th": "þ",
    "TH": "Þ",
    "dh": "ð",
    "DH": "Ð",
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ε",
    "kappa": "κ",
    "lambda": "λ",
    "mu": "μ",
    "omega": "ω",
    "sigma": "σ",
    "Delta": "Δ",
    "times": "×",
    "pm": "±",
    "leq": "≤",
    "le": "≤",
    "geq": "≥",
    "ge": "≥",
    "textless": "<",
    "textgreater": ">",
    "textasciitilde": "~",
    "textbackslash": "\\",
    "textquotesingle": "'",
    "textquoteright": "’",
    "textendash": "–",
    "textemdash": "—",
    "textregistered": "®",
    "texttrademark": "™",
    "textdegree": "°",
    "textmu": "µ",
    "textbar": "|",
    "copyright": "©",
    "textcopyright": "©",
    "ldots": "…",
    "dots": "…",
    "textasciicircum": "^",
    "textunderscore": "_",
    "approx": "≈",
    "textellipsis": "…",
    "sim": "∼",
    "rightarrow": "→",
    "chi": "χ",
    "eta": "η",
    "phi": "φ",
    "psi": "ψ",
    "tau": "τ",
    "rho": "ρ",
    "theta": "θ",
    "pi": "π",
    "nu": "ν",
    "xi": "ξ",
    "zeta": "ζ",
    "iota": "ι",
}
_ACCENT = re.compile(
    r"""\\(?:([`'^~"=.])\s*\{?\\?([A-Za-z])\}?|([uvHckrdb])\s*\{\\?([A-Za-z])\}|([uvHckrdb])\s+([A-Za-z]))"""
)
_STYLE = re.compile(
    r"\\(?:textit|emph|textbf|textsc|textsuperscript|textsubscript|mathrm|text|url|href|mkbibquote|enquote)\s*(?=\{)"
)
_NAMED = re.compile(r"\\([A-Za-z]+)(?:\{\}|\s+|(?=[^A-Za-z])|$)")
_ESCAPED = re.compile(r"\\([%&_#${}\s,;!/-])")
_KNOWN = frozenset(
    [
        "title",
        "author",
        "year",
        "date",
        "month",
        "journal",
        "journaltitle",
        "shortjournal",
        "booktitle",
        "volume",
        "number",
        "issue",
        "pages",
        "doi",
        "pmid",
        "pmcid",
        "issn",
        "isbn",
        "language",
        "langid",
        "keywords",
        "keyword",
        "abstract",
        "publisher",
        "url",
        "note",
        "annote",
        "annotation",
        "eid",
    ]
)


def unlatex(text: str) -> str:
    r"""LaTeX as Unicode text, its braces gone.

    >>> unlatex(r"{M\"{u}ller} and {\'E}tude: 31.8\% of $\beta$-cells, {\textless}5")
    'Müller and Étude: 31.8% of β-cells, <5'
    """
    if "\\" in text:
        text = _ACCENT.sub(_accented, text)
        text = _STYLE.sub("", text)
        text = _NAMED.sub(lambda found: _LETTERS.get(found.group(1), found.group(0)), text)
        text = _ESCAPED.sub(lambda found: found.group(1) if found.group(1) not in "{}" else _HOLD[found.group(1)], text)
        text = re.sub(r"(?<!\\)\$([^$]*)\$", r"\1", text)
    text = text.replace("{", "").replace("}", "")
    return text.replace(_HOLD["{"], "{").replace(_HOLD["}"], "}")


_HOLD = {"{": "\ue000", "}": "\ue001"}


def _accented(found: re.Match[str]) -> str:
    accent, letter = next(
        (found.group(at), found.group(at + 1)) for at in (1, 3, 5) if found.group(at) is not None
    )  # fmt: skip
    return unicodedata.normalize("NFC", letter + _ACCENTS[accent])


def stream(text: str) -> Iterator[Read]:
    """Every entry of a BibTeX text, in order, broken ones as errors."""
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.middlewares import RemoveEnclosingMiddleware, ResolveStringReferencesMiddleware
    from bibtexparser.model import DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, Entry, ParsingFailedBlock

    library = parse_string(
        text,
        parse_stack=[
            ResolveStringReferencesMiddleware(allow_inplace_modification=True),
            RemoveEnclosingMiddleware(allow_inplace_modification=True),
        ],
    )
    starts = _line_starts(text)
    for block in library.blocks:
        line = (block.start_line or 0) + 1
        raw = block.raw or ""
        at = starts[min(line - 1, len(starts) - 1)]
        if isinstance(block, Entry):
            yield _record(block, raw, at, line)
        elif (isinstance(block, DuplicateBlockKeyBlock) and isinstance(block.ignore_error_block, Entry)) or (
            isinstance(block, DuplicateFieldKeyBlock) and isinstance(block.ignore_error_block, Entry)
        ):
            yield _record(block.ignore_error_block, raw, at, line)
        elif isinstance(block, ParsingFailedBlock):
            said = " ".join(
                str(getattr(block.error, "abort_reason", None) or block.error or type(block).__name__).split()
            )[:160]
            yield RecordError(f"this entry cannot be read ({said})", line, at, len(raw.encode()), raw[:60])


def _line_starts(text: str) -> list[int]:
    starts, at = [0], 0
    for line in text.splitlines(keepends=True):
        at += len(line.encode())
        starts.append(at)
    return starts


def _record(entry, raw: str, at: int, line: int) -> Read:
    given: dict[str, str] = {}
    for field in entry.fields:
        value = str(field.value).strip()
        while value[:1] in '{"' and value[-1:] == {"{": "}", '"': '"'}.get(value[:1]) and _wraps(value):
            value = value[1:-1].strip()
        given.setdefault(field.key.lower(), value)

    def one(*names: str) -> str:
        return next((said for name in names if (said := plain(unlatex(given.get(name, "")))) != ""), "")

    title = " ".join(one("title").split())
    data = raw.encode()
    if not title and not one("author", "abstract", "doi"):
        return RecordError("this entry has no title, author, abstract or DOI", line, at, len(data), raw[:60])
    abstract = one("abstract")
    year = year_in(one("year", "date"))
    doi = doi_in(one("doi")) or doi_in(one("url"))
    when = one("date")
    date = when if re.fullmatch(r"\d{4}(-\d\d){0,2}", when) else date_of(year, one("month"), one("day"))
    note = " ".join(given.get(name, "") for name in ("note", "annote", "pmid", "url"))
    pmid = one("pmid") or next(iter(re.findall(r"PMID:?\s*(\d{4,9})", note)), "")
    return Record(
        source="bibtex",
        id=doi or entry.key,
        kind=KINDS.get(entry.entry_type.lower(), "other"),
        title=title,
        authors=_authors(given.get("author", "")),
        year=year,
        date=date,
        journal=" ".join(one("journal", "journaltitle", "booktitle").split()),
        journal_abbreviation=one("shortjournal", "journalabbreviation"),
        volume=one("volume"),
        issue=one("number", "issue"),
        pages=pages_of(one("pages", "eid")),
        doi=doi,
        pmid=pmid,
        pmcid=pmcid_in(one("pmcid")),
        nct=ncts_in(abstract),
        issn=issns_in(f"{one('issn')} {one('isbn')}"),
        isbn=tuple(part for part in re.split(r"[\s,;]+", one("isbn")) if part and not issns_in(part)),
        languages=tuple(filter(None, (one("language", "langid"),))),
        keywords=tuple(part.strip() for part in _split_keywords(one("keywords", "keyword"))),
        abstract=abstract,
        sections=sections_of(abstract),
        publisher=one("publisher"),
        url=one("url"),
        extra={name: unlatex(value) for name, value in given.items() if name not in _KNOWN}
        | {"key": entry.key}
        | ({"note": one("note", "annote", "annotation")} if one("note", "annote", "annotation") else {}),
        line=line,
        byte_start=at,
        byte_length=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _wraps(value: str) -> bool:
    """Whether the first brace closes at the very end."""
    if value[0] == '"':
        return '"' not in value[1:-1]
    depth = 0
    for at, letter in enumerate(value):
        depth += (letter == "{") - (letter == "}")
        if depth == 0:
            return at == len(value) - 1
    return False


def _authors(text: str) -> tuple[str, ...]:
    names, depth, start = [], 0, 0
    for found in re.finditer(r"[{}]|\s+and\s+", text):
        depth += (found.group() == "{") - (found.group() == "}")
        if depth == 0 and "and" in found.group():
            names.append(text[start : found.start()])
            start = found.end()
    names.append(text[start:])
    return tuple(said for name in names if (said := " ".join(unlatex(name).split())))


def _split_keywords(text: str) -> list[str]:
    return [part for part in re.split(r";|,(?=\s)", text) if part.strip()]
