"""Turns a folder of pharmacology tables into our own evidence files, the same way every time.

    python scripts/convert_pharmacology.py PATH_TO_REFERENCE [--into EVIDENCE_FOLDER]

Numbers, identifiers and confidences carry over; notes do not. Values go to sources/<key>.yaml, published observations
and occupancies to observations/<drug>.yaml, publications to the bibliography.
Left out: values of sources that are kept by hand, arithmetic on other entries, and what is not a number.
"""

from __future__ import annotations

import argparse
import json
import math
import re
from pathlib import Path
from typing import Any

from euthymia.evidence.yaml_with_lines import read_yaml
from euthymia.units import unit

HERE = Path(__file__).parent
EVIDENCE = HERE.parent / "src" / "euthymia" / "evidence"
BEGIN = "% ---- pharmacology: written by scripts/convert_pharmacology.py ----"
END = "% ---- end of pharmacology ----"
#: sources kept by hand: a piece of the citation → key
BY_HAND = {
    "s40262-020-00953-4": "perezruixo2021", "fpain.2022.946486": "simons2022", "ALN.0000000000003829": "hasan2021",
    "Moaddel 2013": "moaddel2013", "Moaddel 2023": "moaddel2023", "Liu 2022": "liu2022", "Sogaard 2005": "sogaard2005",
    "Klein 2006": "klein2006", "Klein 2007": "klein2007", "SPRAVATO label": "spravato_label",
    "ZURZUVAE label": "zurzuvae_label",
}  # fmt: skip
#: what a citation names by address alone
NAMED = {
    "s13318-020-00650-4": "periclou2021", "S0006-3223(02)01834-6": "learnedcoughlin2003",
    "s40262-022-01155-w": "wald2022", "JCP.0000000000001873": "zuranolone_review2024", "PMID:12185406": "meyer2002dat",
    "PMC4093926": "sublingual_ketamine2014", "PMID:25724645": "peltoniemi_oral2015",
}  # fmt: skip
UNITS = {
    "fraction": "1", "ratio": "1", "-": "1", "factor": "1", "%CV": "%", "correlation": "1", "L/h/70kg": "L/h",
    "L/70kg": "L", "L/min/70kg": "L/min", "x EM": "1", "x CL/F": "1", "fold": "1", "uM unbound": "uM", "d": "day",
    "x NM": "1", "mg/d": "mg/day", "umol/L": "uM", "mL/min": "mL/min", "ng/mL": "ng/mL",
    "ratio vs morning": "1", "fold lower CL to NT": "1", "CV": "1", "min": "minute",
}  # fmt: skip


def main() -> None:
    """Convert the folder named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reference", type=Path, help="folder with one YAML file a drug")
    parser.add_argument("--into", type=Path, default=EVIDENCE, help="evidence folder to write")
    given = parser.parse_args()
    print(convert(given.reference, given.into))


def convert(reference: Path, evidence: Path) -> str:
    """Write every file; running it again changes nothing."""
    sources: dict[str, dict[str, dict[str, Any]]] = {}
    citations: dict[str, tuple[str, str | None]] = {}
    rows = 0
    (evidence / "observations").mkdir(exist_ok=True)
    for path in sorted(reference.glob("*.yaml")):
        content = read_yaml(path).content
        if "observations" not in content:
            continue
        for part in ("pk", "targets", "engagement"):
            for entry in content[part]:
                _value(entry, part, sources, citations)
        rows += _observations(path.stem, content, evidence / "observations" / path.name, citations)
    for key, values in sorted(sources.items()):
        lines = [f"# {citations[key][0]}", f"source: {key}", "values:"]
        lines += [f"  {name}: {_flow(value)}" for name, value in values.items()]
        (evidence / "sources" / f"{key}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    _bibliography(evidence / "sources.bib", citations)
    return f"{sum(map(len, sources.values()))} values of {len(sources)} sources, {rows} observations"


def key_of(citation: str) -> str:
    """The key of a citation: surname and year, or its first words."""
    for piece, key in (BY_HAND | NAMED).items():
        if piece in citation:
            return key
    found = re.search(r"([A-Z][a-zà-ÿ]+)(?: & [A-Z][a-z]+)?(?: full text)? ((?:19|20)\d\d)", citation)
    if found and found[1] not in ("Neurosci", "Univ", "Neuroimaging", "Malta"):
        return f"{found[1].lower()}{found[2]}"
    words = re.findall(r"[a-z0-9]+", citation.lower().replace("doi:", ""))
    return "_".join(words[:4])


def _slug(text: str) -> str:
    return re.sub(r"\W+", "_", text).strip("_").lower()


def _value(entry: dict[str, Any], part: str, sources: dict, citations: dict) -> None:
    citation, number, between = entry["source"], entry["value"], entry["range"]
    if not citation or entry["confidence"] in ("derived", "unknown") or citation.startswith("derived"):
        return
    if not isinstance(number, (int, float)) and not between:
        return
    key = key_of(citation)
    if key in BY_HAND.values():
        return
    text = UNITS.get(entry["unit"], entry["unit"])
    try:
        unit(text)
    except Exception:
        return
    middle = number if isinstance(number, (int, float)) else sum(between) / 2
    if not math.isfinite(middle):
        return
    if part == "targets":
        short = _slug(f"{entry['compound']}_{entry['target'].split()[0]}_{entry['parameter'] or 'constant'}")
    elif part == "engagement":
        short = _slug(f"{entry['compound']}_{entry['id'].rpartition('_')[2]}")
    else:
        short = _slug(f"{entry['compound']}_{entry['name'].removeprefix('cyp2d6_kinetics_')}")
    known = sources.setdefault(key, {})
    name, count = short, 2
    while name in known:
        name, count = f"{short}_{count}", count + 1
    value: dict[str, Any] = {"value": middle, "unit": text, "where": _where(citation)}
    value["meaning"] = entry["name"].replace("_", " ")
    value["compound"] = entry["compound"]
    if between and number is None:
        value["spread"] = {"kind": "range", "low": between[0], "high": between[1]}
        value["note"] = "middle of the printed range"
    for extra in ("population", "n", "species", "assay", "qualifier", "sure", "dose"):
        if entry.get(extra) is not None:
            value[extra] = entry[extra]
    value["grade"] = "measured"
    value["confidence"] = "recalled" if entry["confidence"] == "recalled" else "verified"
    known[name] = value
    citations.setdefault(key, (citation, entry["url"]))


def _where(citation: str) -> str:
    found = re.search(r"(Table \d+[^(,;]*|abstract|full text|section [\d.]+|snapshot|label [\d.]+)", citation)
    return found[1].strip() if found else "as quoted in the reference tables"


KEPT = (
    "id", "study", "title", "kind", "name", "compound", "value", "range", "qualifier", "unit", "statistic", "dose",
    "route", "schedule", "n", "population", "same_study_as_params", "spread", "source", "url", "grade", "confidence",
    "sure",
)  # fmt: skip
ENGAGED = (
    "id", "name", "compound", "target", "value", "range", "qualifier", "unit", "dose", "route", "schedule", "time_h",
    "plasma_ng_ml", "n", "population", "source", "url", "grade", "confidence", "sure",
)  # fmt: skip


def _observations(drug: str, content: dict[str, Any], path: Path, citations: dict) -> int:
    lines = [f"# Published observations of {drug.replace('_', ' ')}; facts as read, without notes.", f"drug: {drug}"]
    for part, kept in (("observations", KEPT), ("engagement", ENGAGED)):
        lines.append(f"{part}:")
        for entry in content[part]:
            row = {key: entry.get(key) for key in kept if entry.get(key) is not None}
            lines.append(f"  - {_flow(row)}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(content["observations"]) + len(content["engagement"])


def _flow(mapping: dict[str, Any]) -> str:
    return "{" + ", ".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in mapping.items()) + "}"


def _bibliography(path: Path, citations: dict[str, tuple[str, str | None]]) -> None:
    text = path.read_text(encoding="utf-8")
    if BEGIN in text:
        text = text[: text.index(BEGIN)] + text[text.index(END) + len(END) :].lstrip("\n")
    known = set(re.findall(r"^@\w+\{([^,]+),", text, re.M))
    blocks = [BEGIN, ""]
    for key, (citation, url) in sorted(citations.items()):
        if key in known:
            continue
        plain = re.sub(r"[{}\\]", "", citation).replace("%", "per cent").replace("&", "and")
        fields = [f"  title      = {{{plain}}},", "  note       = {title is the citation as quoted},"]
        unchecked = "title"
        if found := re.search(r"([A-Z][a-zà-ÿ]+)(?: & [A-Z][a-z]+)? ((?:19|20)\d\d)", citation):
            fields += [f"  author     = {{{found[1]}}},", f"  year       = {{{found[2]}}},"]
            unchecked = "title, author, year"
        if found := re.search(r"DOI:(10\.\d{4,}/\S+)", citation):
            fields.append(f"  doi        = {{{found[1].rstrip(').,')}}},")
        if found := re.search(r"PMID[: ](\d{6,8})", citation):
            fields.append(f"  pmid       = {{{found[1]}}},")
        if url:
            fields.append(f"  url        = {{{url}}},")
        fields.append(f"  unverified = {{{unchecked}}},")
        blocks += [f"@misc{{{key},", *fields, "}", ""]
    path.write_text(text.rstrip("\n") + "\n\n" + "\n".join(blocks) + END + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
