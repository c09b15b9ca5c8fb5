"""`evidence` verbs that keep a base: take exports in, search, screen, draw the flow, judge claims."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from euthymia.cli.telling import as_json, progress, table, write_whole

Base = Annotated[str, Parameter(env_var="EUTHYMIA_EVIDENCE")]
BASE = "evidence.db"


def init(base: Base = BASE, /, *, json: bool = False) -> None:
    """Make an evidence base, or say what is in one.

    Parameters
    ----------
    base
        A file, or postgresql://user@host/name for a shared base. EUTHYMIA_EVIDENCE names it for all verbs.
    json
        Print JSON.
    """
    from euthymia.evidence.store.store import EvidenceStore

    with EvidenceStore(base) as store:
        found = store.counts()
    print(
        as_json({"base": base} | found) if json else f"{base}: " + ", ".join(f"{n} {name}" for name, n in found.items())
    )


def ingest(*files: Path, base: Base = BASE, run: str | None = None, json: bool = False) -> int:
    """Take exports into the base and group what is new into reports and studies; nothing is added twice.

    Parameters
    ----------
    files
        PubMed XML, nbib, RIS, BibTeX, CSV or ClinicalTrials.gov JSON; gzip and zip are opened.
    base
        The evidence base.
    run
        Name of the search run they came from.
    json
        Print JSON: files, grouped.
    """
    from euthymia.evidence.store.store import EvidenceStore

    with EvidenceStore(base) as store, progress(json) as tell:
        found = store.ingest(*files, run_id=run, tell=tell)
        grouped = store.group()
    if json:
        print(as_json({"files": [one.told() for one in found], "grouped": grouped.told()}))
    else:
        print("\n".join([*map(str, found), str(grouped)]))
    return 3 if any(one.problem for one in found) else 0


def search(*words: str, base: Base = BASE, limit: int = 20, json: bool = False) -> None:
    """Search titles and abstracts of the base.

    Parameters
    ----------
    words
        All of these words.
    base
        The evidence base.
    limit
        At most so many.
    json
        Print JSON.
    """
    from euthymia.evidence.store.store import EvidenceStore

    with EvidenceStore(base) as store:
        found = store.search(" ".join(words), limit)
    print(
        as_json(found)
        if json
        else "\n".join(f"{one['record']}  {one['year'] or '?'}  {one['title'][:110]}" for one in found)
    )


def reports(*, base: Base = BASE, out: Path | None = None) -> None:
    """Write all reports as CSV that no spreadsheet takes for formulae.

    Parameters
    ----------
    base
        The evidence base.
    out
        File to write; printed if not given.
    """
    from euthymia.evidence.store.store import EvidenceStore

    with EvidenceStore(base) as store:
        text = store.table()
    print(text, end="") if out is None else write_whole(out, text)


def searched(name: str, /, *, source: str, query: str, hits: int | None = None, base: Base = BASE) -> None:
    """Record a search that was made, so that 'nothing found' and 'never looked' are told apart.

    Parameters
    ----------
    name
        A name for the search run.
    source
        Where it was made, such as pubmed.
    query
        The query; 'edge:a→b' if it was made for one edge of the map.
    hits
        How many records it found.
    base
        The evidence base.
    """
    from euthymia.evidence.store.store import EvidenceStore

    with EvidenceStore(base) as store:
        store.search_run(name, source, query, hits)
    print(f"recorded {name}")


screen = App(
    name="screen",
    help="Decide which reports to include: rank, decide, import, compare screeners.",
    help_format="plaintext",
    default_parameter=Parameter(negative=()),
    result_action="return_value",
)

Stage = Literal["title", "retrieval", "full text"]
Verdict = Literal["include", "exclude", "unsure"]


@screen.command(name="next")
def next_reports(
    *,
    base: Base = BASE,
    stage: Stage = "title",
    who: str | None = None,
    criterion: str = "",
    limit: int = 10,
    json: bool = False,
) -> None:
    """Show what to read next, ranked by what was decided so far; nothing is decided for you.

    Parameters
    ----------
    base
        The evidence base.
    stage
        title, retrieval or full text.
    who
        Leave out what this person judged already.
    criterion
        Words of what is sought, until there are decisions.
    limit
        At most so many.
    json
        Print JSON.
    """
    from euthymia.evidence.store.store import EvidenceStore

    with EvidenceStore(base) as store:
        found = store.waiting(stage, who, criterion, limit)
    if json:
        print(as_json(found))
    else:
        print(
            "\n".join(
                f"{one['report']}  {one['score']:.2f}  {one['year'] or '?'}  {one['title'][:100]}" for one in found
            )
        )


@screen.command
def decide(
    report: int, verdict: Verdict, /, *, who: str, stage: Stage = "title", reason: str = "", base: Base = BASE
) -> None:
    """Record one decision; it is an event and is never changed. 'consensus' as a person settles a conflict.

    Parameters
    ----------
    report
        Number of the report.
    verdict
        include, exclude or unsure.
    who
        Who decides.
    stage
        title, retrieval or full text.
    reason
        Why; needed for an exclusion after full text.
    base
        The evidence base.
    """
    from euthymia.evidence.store.store import EvidenceStore

    with EvidenceStore(base) as store:
        store.decide(report, stage, verdict, who, reason)
    print(f"report {report}: {verdict} ({stage}, {who})")


@screen.command(name="import")
def import_(file: Path, /, *, base: Base = BASE, json: bool = False) -> int:
    """Take decisions from a CSV with report (or doi, or pmid), stage, verdict, who, reason.

    Parameters
    ----------
    file
        The table.
    base
        The evidence base.
    json
        Print JSON.
    """
    from euthymia.evidence.store.store import EvidenceStore
    from euthymia.evidence.synthesis.table_in import read_table

    given = read_table(file)
    rows = [dict(zip([name.lower() for name in given.names], row, strict=False)) for row in given.rows]
    with EvidenceStore(base) as store:
        done, problems = store.import_decisions(rows)
    print(as_json({"done": done, "problems": problems}) if json else "\n".join([f"{done} decisions", *problems]))
    return 3 if problems else 0


@screen.command
def kappa(*, base: Base = BASE, stage: Stage = "title", json: bool = False) -> None:
    """Compare screeners: share agreed and Cohen's kappa for each pair.

    Parameters
    ----------
    base
        The evidence base.
    stage
        title, retrieval or full text.
    json
        Print JSON.
    """
    from euthymia.evidence.store.store import EvidenceStore

    with EvidenceStore(base) as store:
        found = store.agreement(stage)
    if json:
        print(as_json([one.told() for one in found]))
        return
    for one in found:
        print(f"{one.one} and {one.other}: {one.both} reports, {100 * one.agreed:.0f} % agreed, kappa {one.kappa:.2f}")
    print("nobody judged the same reports yet") if not found else None


def prisma(*, base: Base = BASE, svg: Path | None = None, since: str | None = None, json: bool = False) -> int:
    """Count the PRISMA 2020 flow, check that it adds up, and draw it.

    Parameters
    ----------
    base
        The evidence base.
    svg
        Write the diagram to this file.
    since
        ISO date: tell studies included before it apart, as in an updated review.
    json
        Print JSON.
    """
    from euthymia.evidence.store.store import EvidenceStore
    from euthymia.report.prisma_picture import prisma_svg

    with EvidenceStore(base) as store:
        found = store.prisma(since)
    if svg is not None:
        write_whole(svg, prisma_svg(found))
    if json:
        print(as_json(found))
    else:
        print(
            table(
                [
                    (name.replace("_", " "), str(value))
                    for name, value in found.items()
                    if not isinstance(value, dict | list)
                ]
            )
        )
        print("\n".join(found["broken"]) or "every sum holds")
    return 1 if found["broken"] else 0


def extract(*, base: Base = BASE, limit: int | None = None, json: bool = False) -> None:
    """Find claims in records not yet read for claims; they wait in the queue.

    Parameters
    ----------
    base
        The evidence base.
    limit
        At most so many records.
    json
        Print JSON.
    """
    from euthymia.evidence.store.claims import read_claims
    from euthymia.evidence.store.store import EvidenceStore
    from euthymia.report.evidence_claims import find_for

    with EvidenceStore(base) as store:
        records, found = read_claims(store.database, find_for(), limit)
    print(
        as_json({"records": records, "claims": found})
        if json
        else f"{found} claims in {records} records wait in the queue"
    )


def queue(*, base: Base = BASE, edge: str | None = None, limit: int = 20, json: bool = False) -> None:
    """Show claims that wait for a person, edges with the least evidence first.

    Parameters
    ----------
    base
        The evidence base.
    edge
        Only this edge, such as 'sert→serotonin'.
    limit
        At most so many.
    json
        Print JSON.
    """
    from euthymia.evidence.store.claims import queue as waiting
    from euthymia.evidence.store.store import EvidenceStore

    with EvidenceStore(base) as store:
        found = waiting(store.database, limit, edge.replace("->", "→") if edge else None)
    if json:
        print(as_json(found))
        return
    for one in found:
        says = {1: "agrees", -1: "disagrees", 0: "no direction"}[one["agrees"]]
        print(f"{one['claim']}  {one['edge']}  {says}\n  {one['source']} {one['id']}: {one['quote']}")


def accept(claim: str, /, *, who: str, note: str = "", base: Base = BASE) -> None:
    """Accept a claim as evidence on its edge.

    Parameters
    ----------
    claim
        Its id, from 'queue'.
    who
        Who decides.
    note
        Anything to remember.
    base
        The evidence base.
    """
    _judge(claim, "accept", who, note, base)


def reject(claim: str, /, *, who: str, note: str = "", base: Base = BASE) -> None:
    """Reject a claim.

    Parameters
    ----------
    claim
        Its id, from 'queue'.
    who
        Who decides.
    note
        Why.
    base
        The evidence base.
    """
    _judge(claim, "reject", who, note, base)


def _judge(claim: str, verdict: str, who: str, note: str, base: str) -> None:
    from euthymia.evidence.store.claims import judge
    from euthymia.evidence.store.store import EvidenceStore

    with EvidenceStore(base) as store:
        judge(store.database, claim, verdict, who, note)
    print(f"{claim}: {verdict}ed by {who}")
