"""Screening: decisions by people, their agreement, what to read next, and the flow of PRISMA 2020.

The assumption that matters: a decision is an event and is never changed; the last of each person counts, and where
people differ the report waits as a conflict until a consensus is recorded. Nothing is ever excluded by a program.
Left out: full texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from euthymia.errors import DataError, UnknownName
from euthymia.evidence.store.database import Database
from euthymia.evidence.store.ingest import now

STAGES = ("title", "retrieval", "full text")
VERDICTS = ("include", "exclude", "unsure")


def decide(database: Database, report: int, stage: str, verdict: str, who: str, reason: str = "") -> None:
    """Record one decision; raises `DataError` or `UnknownName`."""
    if stage not in STAGES:
        raise UnknownName("stage", stage, STAGES)
    if verdict not in VERDICTS:
        raise UnknownName("verdict", verdict, VERDICTS)
    if verdict == "exclude" and stage == "full text" and not reason.strip():
        raise DataError("an exclusion after full text needs a reason", fix="Give one, such as 'wrong population'.")
    if not who.strip():
        raise DataError("a decision needs a person", fix="Say who decides: --who NAME")
    if database.one("SELECT 1 FROM report_member WHERE report_id = ?", (report,)) is None:
        raise DataError(f"there is no report {report}", fix="List them: euthymia evidence screen next BASE")
    with database.transaction():
        database.run(
            "INSERT INTO decision (report_id, stage, verdict, reason, who, made) VALUES (?, ?, ?, ?, ?, ?)",
            (report, stage, verdict, reason.strip(), who.strip(), now()),
        )


def import_decisions(database: Database, rows: Sequence[Mapping[str, str]]) -> tuple[int, list[str]]:
    """Decisions from rows with `report` (or doi, or pmid), `stage`, `verdict`, `who`, `reason`; done, and problems."""
    done, problems = 0, []
    for number, row in enumerate(rows, start=1):
        try:
            report = _report(database, row)
            stage, reason = row.get("stage") or "title", row.get("reason") or ""
            decide(database, report, stage, row.get("verdict", ""), row.get("who", ""), reason)
            done += 1
        except DataError as fault:
            problems.append(f"row {number}: {fault.problem}")
        except UnknownName as fault:
            problems.append(f"row {number}: {fault.problem}")
    return done, problems


def _report(database: Database, row: Mapping[str, str]) -> int:
    if given := (row.get("report") or "").strip():
        if not given.isdigit():
            raise DataError(f"'{given}' is no number of a report")
        return int(given)
    for name in ("doi", "pmid"):
        if value := (row.get(name) or "").strip().lower().removeprefix("https://doi.org/"):
            found = database.one(
                "SELECT m.report_id FROM record r JOIN report_member m ON m.record_id = r.record_id "
                f"WHERE r.{name} = ?",
                (value,),
            )
            if found:
                return found[0]
            raise DataError(f"no report has the {name} {value}")
    raise DataError("it names no report, DOI or PMID")


@dataclass(frozen=True)
class Agreement:
    """Two screeners on the reports both judged: share agreed and Cohen's kappa."""

    one: str
    other: str
    stage: str
    both: int
    agreed: float
    kappa: float

    def told(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Cohen's kappa of pairs of verdicts; 1 where both gave one same verdict throughout.

    >>> round(kappa([("include", "include")] * 20 + [("include", "exclude")] * 5 + [("exclude", "include")] * 10
    ...     + [("exclude", "exclude")] * 15), 2)
    0.4
    """
    n = len(pairs)
    if not n:
        return float("nan")
    seen = sum(one == other for one, other in pairs) / n
    names = {verdict for pair in pairs for verdict in pair}
    chance = sum(
        (sum(one == name for one, _ in pairs) / n) * (sum(other == name for _, other in pairs) / n) for name in names
    )
    return 1.0 if chance == 1 else (seen - chance) / (1 - chance)


def agreement(database: Database, stage: str = "title") -> tuple[Agreement, ...]:
    """Every pair of people who judged the same reports."""
    rows = database.all(
        "SELECT report_id, who, verdict FROM last_decision WHERE stage = ? AND who <> 'consensus'", (stage,)
    )
    by_person: dict[str, dict[int, str]] = {}
    for report, who, verdict in rows:
        by_person.setdefault(who, {})[report] = verdict
    people = sorted(by_person)
    found = []
    for at, one in enumerate(people):
        for other in people[at + 1 :]:
            both = sorted(by_person[one].keys() & by_person[other].keys())
            pairs = [(by_person[one][report], by_person[other][report]) for report in both]
            if pairs:
                same = sum(a == b for a, b in pairs) / len(pairs)
                found.append(Agreement(one, other, stage, len(pairs), same, kappa(pairs)))
    return tuple(found)


def prisma(database: Database, since: str | None = None) -> dict[str, Any]:
    """The numbers of a PRISMA 2020 flow; with `since` (ISO date) the columns of an updated review as well."""
    names = (
        "identified", "duplicates", "screened", "excluded", "awaiting_screening", "sought", "not_retrieved", "assessed",
        "excluded_full_text", "awaiting_full_text", "included_reports", "included_studies",
    )  # fmt: skip
    row = database.one(f"SELECT {', '.join(names)} FROM prisma")
    assert row is not None
    found: dict[str, Any] = dict(zip(names, row, strict=True))
    found["databases"] = dict(database.all(
        "SELECT source, COUNT(*) FROM found GROUP BY source ORDER BY source"
    ))  # fmt: skip
    found["reasons"] = dict(
        database.all(
            "SELECT full_text_reason, COUNT(*) FROM flow WHERE title = 'include' AND retrieval <> 'exclude' AND "
            "full_text = 'exclude' "
            "GROUP BY full_text_reason ORDER BY COUNT(*) DESC, full_text_reason"
        )
    )
    found["unreadable"] = (database.one("SELECT COUNT(*) FROM ingest_error") or (0,))[0]
    if since:
        found["since"] = since
        old = database.one(
            "SELECT COUNT(*), COUNT(DISTINCT s.study_id) FROM flow f JOIN study_report s ON s.report_id = f.report_id "
            "WHERE f.title = 'include' AND f.retrieval <> 'exclude' AND f.full_text = 'include' AND "
            "(SELECT MIN(d.made) FROM decision d WHERE d.report_id = f.report_id AND d.stage = 'full text' "
            "AND d.verdict = 'include') < ?",
            (since,),
        )
        assert old is not None
        found |= {"previous_reports": old[0], "previous_studies": old[1]}
        found |= {"new_reports": found["included_reports"] - old[0], "new_studies": found["included_studies"] - old[1]}
    return found


def broken_sums(found: Mapping[str, Any]) -> list[str]:
    """Sums of a flow that do not hold; empty if all do."""
    sums = (
        ("identified", ("duplicates", "screened")),
        ("screened", ("excluded", "awaiting_screening", "sought")),
        ("sought", ("not_retrieved", "assessed")),
        ("assessed", ("excluded_full_text", "awaiting_full_text", "included_reports")),
    )
    wrong = [
        f"{whole} is {found[whole]}, but {' + '.join(parts)} is {sum(found[part] for part in parts)}"
        for whole, parts in sums
        if found[whole] != sum(found[part] for part in parts)
    ]
    if sum(found["databases"].values()) != found["identified"]:
        wrong.append("the databases do not add up to what was identified")
    if sum(found["reasons"].values()) != found["excluded_full_text"]:
        wrong.append("the reasons do not add up to what was excluded after full text")
    return wrong
