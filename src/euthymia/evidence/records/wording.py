"""Small texts of bibliographic records brought to one form: identifiers, pages, dates, names.

The assumption that matters: only the dress of a text is changed (prefixes, dashes, markup), never what it says. Left
out: transliteration, which loses what it cannot undo.
"""

from __future__ import annotations

import html
import re

_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>]+", re.IGNORECASE)
_NCT = re.compile(r"\bNCT\s?0?(\d{8})\b", re.IGNORECASE)
_PMCID = re.compile(r"PMC\d+", re.IGNORECASE)
_ISSN = re.compile(r"\b\d{4}-?\d{3}[\dXx]\b")
_PERCENT = re.compile(r"%([2-7][0-9A-Fa-f])")
_RUN_ON = re.compile(r"(?<=[ .\-][A-Z])\.(?=[A-Z][\w'\-]*[a-z])")
_TAGS = re.compile(r"</?(?:p|br|i|b|em|strong|sub|sup|u|div|span|scp|jats:\w+)\b[^<>]*/?>", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(1[6-9]\d\d|20\d\d)(?!\d)")
MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}


def doi_in(text: str) -> str:
    """The DOI in a text, in lower case and without prefix or trailing punctuation; empty if there is none.

    >>> doi_in("https://doi.org/10.1016/J.MEX.2018.03.007.")
    '10.1016/j.mex.2018.03.007'
    """
    text = _PERCENT.sub(lambda code: chr(int(code.group(1), 16)), text) if "%" in text else text
    found = _DOI.search(text)
    if not found:
        return ""
    doi = found.group(0).rstrip(".,;:'")
    while doi.endswith((")", "]", "}")) and doi.count(doi[-1]) > doi.count({")": "(", "]": "[", "}": "{"}[doi[-1]]):
        doi = doi[:-1].rstrip(".,;")
    return doi.lower()


def ncts_in(text: str) -> tuple[str, ...]:
    """Every ClinicalTrials.gov number in a text, each once.

    >>> ncts_in("registered (NCT03429075); see nct03429075 and NCT 01234567")
    ('NCT03429075', 'NCT01234567')
    """
    if "NCT" not in text and "nct" not in text:
        return ()
    return tuple(dict.fromkeys(f"NCT{digits}" for digits in _NCT.findall(text)))


def pmcid_in(text: str) -> str:
    found = _PMCID.search(text)
    return found.group(0).upper() if found else ""


def issns_in(text: str) -> tuple[str, ...]:
    """Every ISSN in a text, with its dash."""
    found = (one.upper().replace("-", "") for one in _ISSN.findall(text))
    return tuple(dict.fromkeys(f"{one[:4]}-{one[4:]}" for one in found))


def year_in(text: str) -> int | None:
    """The first year a text names.

    >>> year_in("1998 Spring"), year_in("Epub 2013/08//"), year_in("n.d.")
    (1998, 2013, None)
    """
    found = _YEAR.search(text)
    return int(found.group(1)) if found else None


def date_of(year: str | int | None, month: str | int | None = None, day: str | int | None = None) -> str:
    """Year, month and day as an ISO date as far as they are known.

    >>> date_of("2019", "Mar", "5"), date_of(2013, "08", ""), date_of("2001")
    ('2019-03-05', '2013-08', '2001')
    """
    if not year:
        return ""
    name = str(month or "").strip().lower()
    number = int(name) if name.isdigit() else MONTHS.get(name[:3], 0)
    if not 1 <= number <= 12:
        return str(year)
    text = str(day or "").strip()
    return f"{year}-{number:02d}-{int(text):02d}" if text.isdigit() and 1 <= int(text) <= 31 else f"{year}-{number:02d}"


def pages_of(first: str, last: str = "") -> str:
    """First and last page with one dash, the last page in full.

    >>> pages_of("1405--1414"), pages_of("283", "98"), pages_of("e12")
    ('1405-1414', '283-298', 'e12')
    """
    first = re.sub(r"\s*[-\u2010-\u2015]+\s*", "-", first.strip())
    last = last.strip()
    if not last and first.count("-") == 1:
        first, last = first.split("-")
    if not last or last == first:
        return first
    if first.isdigit() and last.isdigit() and len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    return f"{first}-{last}" if first else last


def plain(text: str) -> str:
    """A text without HTML markup and with entities resolved, if it has any; white space around it removed."""
    if "<" in text:
        text = _TAGS.sub("", text)
    if "&" in text:
        text = html.unescape(text)
    return text.strip()


def family_name(author: str) -> str:
    """The family name in an author's name as records write it.

    >>> [family_name(name) for name in ("Gomes, D", "Liu R.", "J Smith", "Brinjikji W", "Jane van Dam")]
    ['Gomes', 'Liu', 'Smith', 'Brinjikji', 'Dam']
    """
    name = author.strip()
    if "," in name:
        return name.split(",")[0].strip()
    words = name.split()
    if len(words) < 2:
        return name
    if _initials(words[-1]):
        return " ".join(word for word in words if not _initials(word)) or words[0]
    return words[-1]


def _initials(word: str) -> bool:
    bare = word.replace(".", "").replace("-", "")
    return bool(bare) and bare.isupper() and len(bare) <= 3


def split_authors(text: str) -> tuple[str, ...]:
    """Names in one cell of a table: by semicolon or 'and' if there is one, else by comma between whole names.

    >>> split_authors("Rotter, Carina; Whittaker, Danielle")
    ('Rotter, Carina', 'Whittaker, Danielle')
    >>> split_authors("Liu R., Adler D.G."), split_authors("A Rush, MH Trivedi")
    (('Liu R.', 'Adler D.G.'), ('A Rush', 'MH Trivedi'))
    >>> split_authors("Abrahao, Bruno and Parigi, Paolo")
    ('Abrahao, Bruno', 'Parigi, Paolo')
    """
    text = text.strip().strip(";")
    if len(_RUN_ON.findall(text)) > 0 and ";" not in text and " and " not in text:  # 'Tan A.Davis P. G.'
        parts = _RUN_ON.sub(".;", text).split(";")
    elif ";" in text:
        parts = text.split(";")
    elif " and " in text:
        parts = re.split(r",?\s+and\s+", text)
        if len(parts) == 2 and parts[0].count(",") > 1:  # 'A B, C D and E F'
            parts = [*parts[0].split(","), parts[1]]
    else:
        parts = text.split(",")
        if any(" " not in part.strip() for part in parts):  # 'Gomes, Daniel' is one name
            parts = (
                [", ".join(part.strip() for part in parts[at : at + 2]) for at in range(0, len(parts), 2)]
                if len(parts) % 2 == 0
                else [text]
            )
    return tuple(part.strip() for part in parts if part.strip())
