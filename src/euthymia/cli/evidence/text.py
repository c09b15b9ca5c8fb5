"""`evidence` verbs that read texts: what a term stands for, and what sentences claim."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from euthymia.cli.telling import as_json


def ground(*texts: str, kind: list[str] | None = None, json: bool = False) -> None:
    """Say what terms stand for, and find the names in longer texts; offline.

    Parameters
    ----------
    texts
        Terms or sentences; '-' reads one a line from stdin.
    kind
        Only this kind: chemical, protein, family, disease, process, anatomy, species, treatment or scale.
    json
        Print JSON: one object a text with curie, name, type, score, ids, candidates, mentions.
    """
    import sys

    from euthymia.errors import EuthymiaError
    from euthymia.evidence.text.mentions import grounded

    given = [line.rstrip("\n") for line in sys.stdin] if texts == ("-",) else list(texts)
    if not given:
        raise EuthymiaError(
            "no text is given", fix="Write it in quotes: euthymia evidence ground 'serotonin transporter'"
        )
    found = [grounded(text, kind or ()) for text in given]
    if json:
        print(as_json(found))
        return
    for one in found:
        if one["curie"]:
            print(f"{one['text']}: {one['curie']} {one['name']} ({one['type']}, score {one['score']:.2f})")
            for other in one["candidates"][1:4]:
                print(f"  or {other['curie']} {other['name']} ({other['type']}, {other['score']:.2f})")
        else:
            print(f"{one['text']}: {'no single term' if one['mentions'] else 'not known'}")
        if len(one["mentions"]) > 1 or not one["curie"]:
            for mention in one["mentions"]:
                print(f"  {mention['text']}: {mention['curie']} {mention['name']} ({mention['type']})")


def claims(file: Path, /, *, on_map: bool = False, json: bool = False) -> None:
    """Find what sentences claim that one thing does to another, with the exact sentence and the edge of the map.

    Parameters
    ----------
    file
        An export with abstracts, or a plain text (.txt, .md).
    on_map
        Only claims that bear on an edge of the map.
    json
        Print JSON: file, records, claims, shapes with their measured precision.
    """
    from euthymia.evidence.records.bytes_in import opened, text_of
    from euthymia.evidence.records.read import read
    from euthymia.evidence.records.record import Record, Section
    from euthymia.evidence.text.claims import ATTACH, attaches, wilson
    from euthymia.evidence.text.relations import precision
    from euthymia.report.evidence_claims import claims_on_map

    if file.suffix.lower() in (".txt", ".md") and not _is_export(file):
        with opened(file) as source:
            text = text_of(source, file)
        title, body = _front_matter(text)
        records: tuple[Record, ...] = (
            Record(source="text", id=file.stem, title=title, sections=(Section("", body),), abstract=body),
        )
    else:
        records = read(file).records
    rows: list[dict[str, Any]] = [row | {"record": record.key} for record in records for row in claims_on_map(record)]
    rows = [row for row in rows if row["edge"]] if on_map else rows
    shapes = {
        name: one | {"interval": wilson(one["right"], one["found"]), "attaches": attaches(name)}
        for name, one in precision().items()
    }
    if json:
        print(
            as_json(
                {"file": str(file), "records": len(records), "claims": rows, "shapes": shapes, "attach_from": ATTACH}
            )
        )
        return
    for row in rows:
        sign = {1: "raises", -1: "lowers"}[row["sign"]]
        done = {"down": "less ", "up": "more "}.get(row["subject_operation"], "")
        marks = ", ".join(word for word in ("negated", "hedged") if row[word])
        print(f"{done}{row['subject']['name']} {sign} {row['object']['name']}{f' ({marks})' if marks else ''}")
        print(
            f"  {row['edge'] or 'no edge'} · {row['shape']}, right in {100 * row['p_exists']:.0f} % · "
            f"{row['quote'][:160]}"
        )
    print(f"{len(rows)} claims in {len(records)} records; none is accepted until a person says so")


def _front_matter(text: str) -> tuple[str, str]:
    """The title in a Markdown file's front matter, if it has one, and the text below it."""
    if not text.startswith("---\n") or "\n---" not in text[4:]:
        return "", text
    head, _, body = text[4:].partition("\n---")
    title = next((line[6:].strip().strip("'\"") for line in head.splitlines() if line.startswith("title:")), "")
    below = body.partition("## Content")
    return title, (below[2] if below[1] else body).strip()


def _is_export(file: Path) -> bool:
    from euthymia.errors import DataError
    from euthymia.evidence.records.read import kind_of

    try:
        return bool(kind_of(file))
    except DataError:
        return False
