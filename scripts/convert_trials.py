"""Turns a folder of reference tables into our own evidence files, the same way every time.

    python scripts/convert_trials.py PATH_TO_REFERENCE [--into EVIDENCE_FOLDER]

Numbers, identifiers and confidences carry over; prose does not, except facts reworded in
`convert_trials.yaml`, which also holds the split into calibration and hold-out.
Left out: checking the numbers against the papers.
"""

from __future__ import annotations

import argparse
import io
import re
from pathlib import Path
from typing import Any

from euthymia.evidence.datum import trust
from euthymia.evidence.yaml_with_lines import read_yaml

HERE = Path(__file__).parent
EVIDENCE = HERE.parent / "src" / "euthymia" / "evidence"
KEEP_NULL = {"time_d", "mean", "rate", "value"}
PUBMED = re.compile(r"(?:pubmed\S*/|PubMed )(\d{7,8})")
FIT_SCALES = {"MADRS", "HAMD17"}
FIT_KINDS = {"change", "change_LS", "score"}
BEGIN = "% ---- published trials, markers and scale links: written by scripts/convert_trials.py ----"
END = "% ---- end of the written part ----"
PLAIN = {r"\bDB\b": "double-blind", r"\bwk\b": "weeks", r"\bpts\b": "people", r"\bf/u\b": "follow-up",
         r"\bbiw\b": "twice a week", r"\bAD\b": "antidepressant", r"\bd (\d)": r"day \1"}  # fmt: skip


def main() -> None:
    """Convert the folder named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reference", type=Path, help="folder with trials.yaml and its companions")
    parser.add_argument("--into", type=Path, default=EVIDENCE, help="evidence folder to write")
    given = parser.parse_args()
    print(f"{convert(given.reference, given.into)} trials written to {given.into}")


def convert(reference: Path, evidence: Path) -> int:
    """Write every file; returns the number of trials. Running it again changes nothing."""
    ours = read_yaml(HERE / "convert_trials.yaml").content
    entries: dict[str, dict[str, str]] = {}
    trials = read_yaml(reference / "trials.yaml").content
    for trial in trials:
        write(evidence / "trials" / f"{trial['id']}.yaml", one_trial(trial, ours))
        key = publication(trial["id"], ours)
        entries.setdefault(key, entry_of_trial(key, trial, ours))
    if (reference / "biomarkers.yaml").is_file():
        markers = [datum(row, ours, entries) for row in read_yaml(reference / "biomarkers.yaml").content]
        write(evidence / "biomarkers.yaml", markers)
    if (reference / "scale_conversions.yaml").is_file():
        links = scale_links(read_yaml(reference / "scale_conversions.yaml").content, ours, entries)
        write(evidence / "scale_links.yaml", links)
    if (reference / "cipriani2018.yaml").is_file():
        values = odds_ratios(read_yaml(reference / "cipriani2018.yaml").content, ours)
        write(evidence / "sources" / "cipriani2018.yaml", values)
    write_bibliography(evidence / "sources.bib", entries)
    return len(trials)


def publication(trial_id: str, ours: dict[str, Any]) -> str:
    """The key of the publication a trial is read from."""
    shared = (key for start, key in ours["publications"].items() if trial_id.startswith(start))
    return next(shared, trial_id)


def one_trial(trial: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    """A trial in our form: source, split and reason first, data after."""
    split, because = split_of(trial, ours)
    kept = {key: item for key, item in trial.items() if key not in ("id", "notes", "biomarkers")}
    head = {
        "id": trial["id"],
        "source": publication(trial["id"], ours),
        "split": split,
        "split_because": because,
    }
    if note := ours["trial_notes"].get(trial["id"]):
        head["note"] = note
    design = kept["design"]
    for pattern, words in PLAIN.items():
        design = re.sub(pattern, words, design)
    regimen = kept.pop("design_regimen_confidence", None)
    arms = kept.pop("arms")
    body = tidy(kept | {"design": design}, ours)
    if regimen and regimen != "not applicable":
        said = trust(regimen)
        body["regimen_confidence"] = {key: said[key] for key in ("confidence", "p_correct") if said[key]}
    after = {key: body.pop(key) for key in ("contrasts", "relapse") if key in body}
    return head | body | {"arms": tidy(arms, ours)} | after


def split_of(trial: dict[str, Any], ours: dict[str, Any]) -> tuple[str, str]:
    """Calibrate, hold-out or unused, and why."""
    if trial["id"] in ours["hold_out"]:
        return "hold-out", "kept to score what was fitted elsewhere"
    if trial["id"] in ours["overlaps"]:
        return "unused", ours["overlaps"][trial["id"]]
    if trial["id"] in ours["rates"]:
        return "calibrate", ours["rates"][trial["id"]]
    if trial["id"] in ours["unused"]:
        return "unused", ours["unused"][trial["id"]]
    means = [
        row for arm in trial["arms"] for row in arm["outcomes"] if row["kind"] in FIT_KINDS and row["mean"] is not None
    ]
    means += [row for row in trial["contrasts"] if row.get("difference") is not None]
    usable = [row for row in means if row.get("scale", trial["scale"]) in FIT_SCALES and row["time_d"] is not None]
    sure = [row for row in usable if (trust(row["confidence"])["p_correct"] or 1) >= 0.7]
    if sure:
        scales = sorted({row.get("scale", trial["scale"]) for row in sure})
        return "calibrate", f"dated means or differences on {' and '.join(scales)}: {len(sure)}"
    if usable:
        return "unused", "its means are remembered with less than 0.7 chance of being right"
    return "unused", "no dated mean or difference on MADRS or HAMD17"


def tidy(item: Any, ours: dict[str, Any]) -> Any:
    """A copy without nulls and prose, with `source` moved to `where` and confidence in two fields."""
    if isinstance(item, list):
        return [tidy(one, ours) for one in item]
    if not isinstance(item, dict):
        return item
    kept = {key: tidy(one, ours) for key, one in item.items() if key in KEEP_NULL or one not in (None, [], {})}
    note = next((words for part, words in ours["notes"].items() if part in str(kept.get("note"))), None)
    note = note or ours["models"].get(kept.get("model"))
    failed = re.match(r">=(\d) failed", str(kept.get("note", "")))
    for prose in ("note", "notes"):
        kept.pop(prose, None)
    source, confidence = kept.pop("source", None), kept.pop("confidence", None)
    if failed:
        kept["failed_at_least"] = int(failed[1])
    if note:
        kept["note"] = note
    if confidence:
        said = trust(confidence)
        kept |= {"grade": "derived"} if said["grade"] == "derived" else {}
        kept["confidence"] = said["confidence"]
        kept |= {"p_correct": said["p_correct"]} if said["p_correct"] is not None else {}
    if source:
        kept["where"] = place_read(source, ours)
    return kept


def place_read(source: str, ours: dict[str, Any]) -> str:
    """Where a datum was read, with copies of PubMed pages named by their number."""
    if reworded := next((words for part, words in ours["where"].items() if part in source), None):
        return reworded
    if " ; " not in source and (pubmed := PUBMED.search(source)):
        return f"PubMed {pubmed[1]}, abstract"
    return re.sub(r"\brepo (?=\S+/\S+)", "github.com/", source)


def datum(row: dict[str, Any], ours: dict[str, Any], entries: dict[str, dict[str, str]]) -> dict[str, Any]:
    """A row of the marker table; its `ref` becomes a key of the bibliography."""
    ref = row.get("ref") or ""
    kept = tidy({key: item for key, item in row.items() if key != "ref"}, ours)
    if named := re.match(r"([A-Z][\w-]+).*?((?:19|20)\d\d)", ref):
        key = f"{named[1].lower()}{named[2]}"
        title = f"{row['marker']}: {row['comparison']}"
        entries.setdefault(key, entry(title, f"{named[1]} {named[2]}", row["source"]))
        kept = {"id": kept.pop("id"), "source": key} | kept
    return kept


def scale_links(rows: list[Any], ours: dict[str, Any], entries: dict[str, dict[str, str]]) -> list[Any]:
    """Links between scales as numbers; prose rules give way to ours, and one without numbers is left out."""
    links = []
    for row in rows:
        if not row["source"]:
            continue
        kept = {key: item for key, item in row.items() if key not in ("rule", "check", "derived_sem", "design")}
        if row["id"] == "remission_thresholds":
            kept["values"] = dict(kept["values"])
            extra = {"id": "remission_threshold_hamd24", "values": {"HAMD24": kept["values"].pop("HAMD24")}}
            links.append(tidy(extra | {"source": "general knowledge", "confidence": "recalled"}, ours))
            kept["confidence"] = "verified"
        link = tidy(kept, ours) | ours["scale_links"].get(row["id"], {})
        if named := re.match(r"([a-z]+)(\d{4})", row["id"]):
            entries.setdefault(named[0], entry(row["pair"], f"{named[1].title()} {named[2]}", row["source"]))
            link = {"id": link.pop("id"), "source": named[0]} | link
        links.append(link)
    return links


def odds_ratios(table: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    """The network meta-analysis as values: one odds ratio against placebo for each drug and question."""
    values = {}
    for row in table["drugs"]:
        for question in ("response", "acceptability"):
            given = tidy(row[f"{question}_vs_placebo"], ours)
            low, high = given.pop("cri95")
            values[f"{question}_odds_ratio_{row['drug']}"] = {
                "value": given.pop("odds_ratio"),
                "unit": "",
                "spread": {"kind": "ci95", "low": low, "high": high},
                "compound": row["drug"],
                "grade": "measured",
            } | given
    return {"source": "cipriani2018", "values": values}


def entry(title: str, author: str | None, address: str | None, unverified: tuple[str, ...] = ()) -> dict[str, str]:
    """Fields of a bibliography entry; the title describes, until somebody copies the printed one."""
    fields = {}
    if author:
        fields["author"], fields["year"] = author.rsplit(" ", 1)
    fields["title"] = re.sub(r"[{}%&#_]", " ", title)
    if pubmed := PUBMED.search(address or ""):
        fields["pmid"] = pubmed[1]
    fields["note"] = "title is a description, not the printed one"
    fields["unverified"] = ", ".join([*(["author", "year"] if author else []), "title", *unverified])
    return fields


def entry_of_trial(key: str, trial: dict[str, Any], ours: dict[str, Any]) -> dict[str, str]:
    """The bibliography entry of a trial, with its identifiers and which of them nobody has checked."""
    name = trial["acronym"] or key.replace("_", " ")
    title = f"{name}: {trial['treatment_family'].replace('_', ' ')}" if key == trial["id"] else name
    ids = {name: str(trial[name]) for name in ("doi", "pmid", "nct") if trial[name]}
    fields = entry(title, ours["authors"].get(key), None, tuple(i for i in trial["ids_unverified"] if i in ids))
    return {"author": fields.pop("author", ""), "year": fields.pop("year", "")} | fields | ids


def write(path: Path, content: Any) -> None:
    """One YAML file in which each datum is one line, as in a table."""
    from ruamel.yaml import YAML

    writer = YAML()
    writer.width, writer.allow_unicode = 100_000, True
    text = io.StringIO()
    writer.dump(styled(content, top=2 if isinstance(content, list) else 1), text)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.getvalue(), encoding="utf-8")


def styled(item: Any, top: int = 0) -> Any:
    """The same content, marked so that whatever holds no list of mappings stands on one line below `top`."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    if isinstance(item, dict):
        made = CommentedMap({key: styled(one, 1 if key == "values" and top else 0) for key, one in item.items()})
        open_ = top or any(isinstance(one, list) and one and isinstance(one[0], dict) for one in item.values())
    elif isinstance(item, list):
        made = CommentedSeq([styled(one, top - 1 if top else 0) for one in item])
        open_ = any(isinstance(one, dict) for one in item)
    else:
        return item
    if not open_:
        made.fa.set_flow_style()
    return made


def write_bibliography(path: Path, entries: dict[str, dict[str, str]]) -> None:
    """Our entries between two marks; what people wrote outside them stays, and wins."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    taken = set(re.findall(r"@\w+\{([^,\s]+),", before + after))
    blocks = []
    for key in sorted(set(entries) - taken):
        fields = [f"  {name:10} = {{{given}}}," for name, given in entries[key].items() if given]
        blocks.append("\n".join([f"@misc{{{key},", *fields, "}"]))
    parts = [before.rstrip(), BEGIN, "\n\n".join(blocks), END, after.strip()]
    path.write_text("\n\n".join(part for part in parts if part) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
