"""The PRISMA 2020 flow as SVG: how many records were found, and where each of them went.

The assumption that matters: every number comes from the base, and sums that do not hold are written on the picture.
Left out: other sources than databases and registers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

WIDE, GAP, SIDE = 300, 40, 330
INK, EDGE, FILL, HEAD = "#111111", "#555555", "#ffffff", "#e8eef3"
NAMES = {
    "pubmed": "PubMed",
    "ctgov": "ClinicalTrials.gov",
    "scholar": "Google Scholar",
    "ris": "RIS exports",
    "bibtex": "BibTeX exports",
    "csv": "Tables",
    "pmc": "PMC",
}


def prisma_svg(found: Mapping[str, Any]) -> str:
    """The diagram of what `EvidenceStore.prisma` gives."""
    left: list[list[str]] = [
        ["Records identified from:", *(f"{NAMES.get(name, name)} (n = {n})" for name, n in found["databases"].items())],
        [f"Records screened (n = {found['screened']})"],
        [f"Reports sought for retrieval (n = {found['sought']})"],
        [f"Reports assessed for eligibility (n = {found['assessed']})"],
        [
            f"Studies included (n = {found['included_studies']})",
            f"Reports of included studies (n = {found['included_reports']})",
        ],
    ]
    right: list[list[str]] = [
        [
            "Removed before screening:",
            f"duplicates (n = {found['duplicates']})",
            f"unreadable records, not counted (n = {found['unreadable']})",
        ],
        [f"Records excluded (n = {found['excluded']})", *_waiting(found["awaiting_screening"], "screening")],
        [f"Reports not retrieved (n = {found['not_retrieved']})"],
        [
            f"Reports excluded (n = {found['excluded_full_text']}):",
            *(f"{_cut(reason or 'no reason')} (n = {n})" for reason, n in found["reasons"].items()),
            *_waiting(found["awaiting_full_text"], "full text"),
        ],
        [],
    ]
    if "since" in found:
        left[4] += [f"new since {found['since'][:10]}: {found['new_studies']} studies, {found['new_reports']} reports"]
        left[4] += [f"before: {found['previous_studies']} studies, {found['previous_reports']} reports"]
    return _drawn(left, right, found.get("broken", ()))


def _waiting(n: int, what: str) -> list[str]:
    return [f"awaiting {what} (n = {n})"] if n else []


def _cut(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


def _drawn(left: Sequence[Sequence[str]], right: Sequence[Sequence[str]], broken: Sequence[str]) -> str:
    heads = ("Identification", "Screening", "", "", "Included")
    parts, y, tops = [], 50, []
    for index, (one, other) in enumerate(zip(left, right, strict=True)):
        high = 24 + 17 * max(len(one), len(other), 1)
        tops.append((y, high))
        parts.append(_box(60, y, WIDE, high, one))
        if other:
            parts.append(_box(60 + WIDE + GAP, y, SIDE, high, other))
            parts.append(_arrow(60 + WIDE, y + high / 2, 60 + WIDE + GAP, y + high / 2))
        if index:
            before, size = tops[index - 1]
            parts.append(_arrow(60 + WIDE / 2, before + size, 60 + WIDE / 2, y))
        y += high + 34
    spans = ((0, 0, heads[0]), (1, 3, heads[1]), (4, 4, heads[4]))
    for first, last, name in spans:
        top, bottom = tops[first][0], tops[last][0] + tops[last][1]
        parts.append(
            f'<rect x="14" y="{top}" width="30" height="{bottom - top}" fill="{HEAD}" stroke="{EDGE}" rx="4"/>'
        )
        parts.append(
            f'<text transform="translate(33 {(top + bottom) / 2}) rotate(-90)" text-anchor="middle" '
            f'font-weight="bold">{name}</text>'
        )
    for line in broken:
        parts.append(f'<text x="60" y="{y}" fill="#c43a00">does not add up: {escape(line)}</text>')
        y += 18
    wide = 60 + WIDE + GAP + SIDE + 20
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{y}" viewBox="0 0 {wide} {y}" role="img" '
        f'aria-label="PRISMA 2020 flow" font-family="Helvetica, Arial, sans-serif" font-size="12.5" fill="{INK}">\n'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path d="M0,0L8,4L0,8z" fill="{EDGE}"/></marker></defs>\n<rect width="100%" height="100%" fill="#ffffff"/>\n'
        '<text x="60" y="28" font-weight="bold" font-size="14">PRISMA 2020: databases and registers</text>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _box(x: float, y: float, wide: float, high: float, lines: Sequence[str]) -> str:
    words = "".join(
        f'<text x="{x + 10}" y="{y + 22 + 17 * index}">{escape(line)}</text>' for index, line in enumerate(lines)
    )
    return f'<rect x="{x}" y="{y}" width="{wide}" height="{high}" fill="{FILL}" stroke="{EDGE}" rx="3"/>{words}'


def _arrow(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{EDGE}" marker-end="url(#tip)"/>'
