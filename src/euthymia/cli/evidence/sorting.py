"""`evidence` verbs that sort records: duplicates, and what belongs to one study."""

from __future__ import annotations

from pathlib import Path

from euthymia.cli.telling import as_json


def dedupe(*files: Path, json: bool = False) -> None:
    """Find records that are one report, and reports that are one study, in exports of any kind.

    Parameters
    ----------
    files
        Exports; duplicates are sought within and across them.
    json
        Print JSON: records, reports, duplicates, studies, clusters, linked, pairs, errors.
    """
    from euthymia.errors import EuthymiaError
    from euthymia.evidence.dedupe.clusters import deduplicate, told
    from euthymia.evidence.records.read import read

    if not files:
        raise EuthymiaError("no export is named", fix="Name one or more files: euthymia evidence dedupe a.ris b.nbib")
    records, homes, errors = [], [], []
    for file in files:
        found = read(file)
        records += found.records
        homes += [str(file)] * len(found.records)
        errors += [{"file": str(file)} | error.told() for error in found.errors]
    grouped = deduplicate(records)
    if json:
        print(as_json(told(grouped, records, homes) | {"errors": errors}))
        return
    print(f"{grouped.records} records are {len(grouped.reports)} reports of {len(grouped.studies)} studies")
    for members in grouped.reports:
        if len(members) > 1:
            print(f"  {records[members[0]].title[:100]}")
            for index in members:
                print(f"    {homes[index]}: {records[index].source} {records[index].id}")
    print(f"{len(errors)} records could not be read") if errors else None
