"""`evidence` verbs that read: exports as records, posted results as effects."""

from __future__ import annotations

from pathlib import Path

from euthymia.cli.telling import as_json


def parse(file: Path, /, *, json: bool = False) -> int:
    """Read one export: PubMed XML, nbib, RIS, BibTeX, CSV or ClinicalTrials.gov JSON; gzip and zip are opened.

    Parameters
    ----------
    file
        The export. What it is, is told by its contents.
    json
        Print JSON: file, kind, sha256, count, records, errors.
    """
    from euthymia.evidence.records.read import read

    found = read(file)
    print(as_json(found.told()) if json else found)
    return 0 if found.records or not found.errors else 3


def outcomes(*files: Path, reference: str | None = None, scale: str | None = None, json: bool = False) -> None:
    """Turn results posted in ClinicalTrials.gov into effects against the control, each with its steps.

    Parameters
    ----------
    files
        Studies as JSON of API version 2.
    reference
        Title of the control arm, or a part of it; placebo, sham or control, if not given.
    scale
        Only this scale, such as MADRS.
    json
        Print JSON: effects, arms, left_out.
    """
    from euthymia.evidence.records.read import read
    from euthymia.evidence.synthesis.posted_effects import arms_of, effects_of

    effects, arms, left, registered, posted = [], [], [], 0, 0
    for file in files:
        for record in read(file).records:
            registered += 1
            posted += bool((record.trial or {}).get("outcomes"))
            found, reasons = effects_of(record, reference)
            effects += [one for one in found if scale in (None, one.scale)]
            arms += [one for one in arms_of(record)[0] if scale in (None, one.scale)]
            left += [f"{record.id}: {reason}" for reason in reasons]
    counts = {"studies": registered, "with_results": posted}
    if json:
        rows = {"effects": [one.told() for one in effects], "arms": [one.told() for one in arms], "left_out": left}
        print(as_json(counts | rows))
        return
    for one in effects:
        when = "" if one.weeks is None else f", week {one.weeks:g}"
        print(f"{one.study} {one.measure} {one.yi:.3f} (SE {one.se:.3f}) {one.arm} against {one.reference}{when}")
        print(f"  {one.outcome}{' (adjusted)' if one.adjusted else ''}")
    print(f"{posted} of {registered} studies have posted results; posted results are not all results")
    print(f"{len(left)} results were left out; --json names them")
