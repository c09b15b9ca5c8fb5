"""Registrations of ClinicalTrials.gov, API version 2, with everything posted.

One study, a list of them, or the pages the API returns. The assumption that matters: a registration is a record of a
study and never of a report, so it joins papers at the level of the study alone. Left out: locations and contacts,
which change weekly and say nothing of the result.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from euthymia.errors import DataError, Place
from euthymia.evidence.records.record import Read, Record, RecordError
from euthymia.evidence.records.wording import year_in


def stream(text: str, shown: Path) -> Iterator[Read]:
    """Every study in a JSON text; raises `DataError` where it is the retired API or no study at all."""
    try:
        given = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as fault:
        line = getattr(fault, "lineno", None)
        raise DataError(
            f"this is not readable JSON ({getattr(fault, 'msg', 'nested too deeply')})",
            place=Place(shown, line),
            fix="Download the study again.",
        ) from None
    studies = _studies(given, shown)
    whole = text.encode()
    for number, study in enumerate(studies, start=1):
        try:
            alone = whole if len(studies) == 1 else json.dumps(study, ensure_ascii=False).encode()
            yield record_from(study, alone, 0 if len(studies) == 1 else None)
        except (KeyError, TypeError, AttributeError, ValueError) as fault:
            yield RecordError(
                f"study {number} has no {fault}" if isinstance(fault, KeyError) else f"study {number}: {fault}"
            )


def _studies(given: Any, shown: Path) -> list[Any]:
    if isinstance(given, list):
        return given
    if not isinstance(given, dict):
        given = {}
    if isinstance(given.get("studies"), list):
        return given["studies"]
    if "protocolSection" in given:
        return [given]
    if "FullStudiesResponse" in given or "FullStudy" in given or "Study" in given:
        raise DataError(
            "this is the retired format of ClinicalTrials.gov (API version 1)",
            place=Place(shown),
            rule="Version 2 begins with 'protocolSection'; version 1 was switched off in 2024.",
            fix="Fetch it again: https://clinicaltrials.gov/api/v2/studies/<NCT number>",
        )
    raise DataError(
        "this JSON holds no study of ClinicalTrials.gov",
        place=Place(shown),
        rule=f"Its keys are: {', '.join(list(given)[:8]) or 'none'}.",
        fix="A study of API version 2 begins with 'protocolSection'.",
    )


def record_from(study: Mapping[str, Any], raw: bytes, at: int | None = None) -> Record:
    """The record of one study; raises `KeyError` where its number is missing."""
    from euthymia.evidence.records.posted import measurements_of

    protocol = study["protocolSection"]
    named = protocol["identificationModule"]
    nct = named["nctId"]
    status, design = protocol.get("statusModule", {}), protocol.get("designModule", {})
    said = protocol.get("descriptionModule", {})
    arms = protocol.get("armsInterventionsModule", {})
    conditions = protocol.get("conditionsModule", {})
    references = protocol.get("referencesModule", {}).get("references", [])
    start = status.get("startDateStruct", {}).get("date", "")
    first = status.get("studyFirstPostDateStruct", {}).get("date", "") or status.get("studyFirstSubmitDate", "")
    second = [one.get("id", "") for one in named.get("secondaryIdInfos", [])]
    outcomes = protocol.get("outcomesModule", {})
    found = {
        "official_title": named.get("officialTitle", ""),
        "acronym": named.get("acronym", ""),
        "status": status.get("overallStatus", ""),
        "start": start,
        "completion": status.get("completionDateStruct", {}).get("date", ""),
        "updated": status.get("lastUpdatePostDateStruct", {}).get("date", ""),
        "results_first_posted": status.get("resultsFirstPostDateStruct", {}).get("date", ""),
        "study_type": design.get("studyType", ""),
        "phases": design.get("phases", []),
        "allocation": design.get("designInfo", {}).get("allocation", ""),
        "model": design.get("designInfo", {}).get("interventionModel", ""),
        "masking": design.get("designInfo", {}).get("maskingInfo", {}).get("masking", ""),
        "purpose": design.get("designInfo", {}).get("primaryPurpose", ""),
        "enrollment": design.get("enrollmentInfo", {}).get("count"),
        "conditions": conditions.get("conditions", []),
        "arms": [
            {
                "label": arm.get("label", ""),
                "type": arm.get("type", ""),
                "description": arm.get("description", ""),
                "interventions": arm.get("interventionNames", []),
            }
            for arm in arms.get("armGroups", [])
        ],
        "interventions": [
            {
                "type": one.get("type", ""),
                "name": one.get("name", ""),
                "other_names": one.get("otherNames", []),
                "description": one.get("description", ""),
            }
            for one in arms.get("interventions", [])
        ],
        "registered_outcomes": [
            {"type": kind, "measure": one.get("measure", ""), "time_frame": one.get("timeFrame", "")}
            for kind, key in (
                ("primary", "primaryOutcomes"), ("secondary", "secondaryOutcomes"), ("other", "otherOutcomes")
            )
            for one in outcomes.get(key, [])
        ],
        "secondary_ids": second,
        "references": [{"pmid": one.get("pmid", ""), "type": one.get("type", "")} for one in references],
        "has_results": bool(study.get("hasResults", "resultsSection" in study)),
        "sponsor": protocol.get("sponsorCollaboratorsModule", {}).get("leadSponsor", {}).get("name", ""),
    }  # fmt: skip
    found["outcomes"] = measurements_of(study)
    return Record(
        source="ctgov",
        id=nct,
        version=found["updated"] or "1",
        kind="registration",
        title=named.get("briefTitle") or found["official_title"],
        year=year_in(start) or year_in(first),
        date=start or first,
        nct=(nct,),
        keywords=tuple(conditions.get("keywords", [])),
        abstract=said.get("briefSummary", ""),
        url=f"https://clinicaltrials.gov/study/{nct}",
        references=tuple(f"pmid:{one['pmid']}" for one in references if one.get("pmid")),
        trial=found,
        extra={"detailed_description": said["detailedDescription"]} if said.get("detailedDescription") else {},
        byte_start=at,
        byte_length=len(raw),
        sha256=hashlib.sha256(raw).hexdigest(),
    )
