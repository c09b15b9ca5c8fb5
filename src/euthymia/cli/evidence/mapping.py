"""`evidence` verbs about the map: its edges and their states, its exports and its picture; and `fetch`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from euthymia.cli.evidence.keeping import BASE, Base
from euthymia.cli.telling import as_json, progress, write_whole

State = Literal["supported", "contradicted", "contested", "thin", "unsupported", "untested"]


def edges(*, base: Base = BASE, state: State | None = None, take: bool = False, json: bool = False) -> None:
    """Show the state of every edge: studies for and against by tier.

    Parameters
    ----------
    base
        The evidence base.
    state
        Only edges in this state.
    take
        Keep these states, and open a finding for each that changed, naming the model outputs that depend on it.
    json
        Print JSON: edges, findings.
    """
    from euthymia.evidence.store.store import EvidenceStore
    from euthymia.report.evidence_claims import edge_states, take_stock

    with EvidenceStore(base) as store:
        found, findings = take_stock(store) if take else (edge_states(store), [])
    shown = [one for one in found if state in (None, one.state)]
    if json:
        print(as_json({"edges": [one.told() for one in shown], "findings": findings}))
        return
    print("\n".join(map(str, shown)))
    for one in findings:
        outputs = ", ".join(one["outputs"][:8]) or "no output of the model"
        print(f"finding: {one['edge']} was {one['before']}, is {one['after']}; it moves {outputs}")


def edge(name: str, /, *, base: Base = BASE, json: bool = False) -> None:
    """Show one edge of the map: its sign, sources, equation and sentences.

    Parameters
    ----------
    name
        Such as 'sert→serotonin' or 'sert->serotonin'.
    base
        The evidence base, if there is one.
    json
        Print JSON.
    """
    from euthymia.evidence.store.store import EvidenceStore
    from euthymia.mechanism.graph import mechanism_map
    from euthymia.report.evidence_claims import edge_states, sentences_of
    from euthymia.report.map_join import join, lines_of, outputs_of

    joined = join()
    found = mechanism_map().edge(name)
    lines = [line for one, line in lines_of(joined) if one.id == found.id]
    told = {
        "edge": found.id, "sign": found.sign, "mechanism": found.mechanism, "for": list(found.supports),
        "against": list(found.disputes), "confidence": found.confidence, "equations": lines,
        "outputs": list(outputs_of(found, joined.model)), "state": None, "sentences": [],
    }  # fmt: skip
    if base.startswith("postgres") or Path(base).is_file():
        with EvidenceStore(base) as store:
            told["state"] = next(one.told() for one in edge_states(store) if one.edge == found.id)
            told["sentences"] = sentences_of(store, found.id)
    if json:
        print(as_json(told))
        return
    sign = {1: "more leads to more", -1: "more leads to less", 0: "direction depends on the state"}[found.sign]
    print(
        f"{found.id}: {sign}, by {found.mechanism} [{'provisional' if found.confidence == 'recalled' else 'verified'}]"
    )
    print("\n".join(f"  {line}" for line in lines))
    print(f"  sources for: {', '.join(found.supports) or 'none yet'}; against: {', '.join(found.disputes) or 'none'}")
    if told["state"]:
        print(f"  state: {told['state']['state']}")
    for one in told["sentences"]:
        print(f"  [{one['status']}] {one['source']} {one['id']}: {one['quote']}")


def map_(
    *,
    export: Literal["sif", "graphml", "cx2", "kgx", "sbgn"] | None = None,
    out: Path | None = None,
    picture: Path | None = None,
    json: bool = False,
) -> int:
    """Show how map and equations meet, export the map, or draw it.

    Parameters
    ----------
    export
        sif, graphml, cx2, kgx or sbgn.
    out
        File for the export; printed if not given.
    picture
        Draw the map into this .svg file.
    json
        Print JSON: nodes, edges, edges without equation, equations without edge, problems.
    """
    from euthymia.mechanism.export.formats import exported
    from euthymia.mechanism.graph import mechanism_map
    from euthymia.report.map_join import join
    from euthymia.report.map_picture import map_svg

    if picture is not None:
        write_whole(picture, map_svg(mechanism_map()))
    if export is not None:
        text = exported(mechanism_map(), export)
        print(text, end="") if out is None else write_whole(out, text)
        return 0
    joined = join()
    told = joined.told()
    if json:
        print(as_json(told))
    else:
        print(joined.text())
        print("\n".join(f"  no equation: {edge}: {why}" for edge, why in joined.without_equation))
        print(
            "\n".join(f"  no edge: {name} depends on {used}" for name, used in joined.without_edge)
            or "every dependency has an edge"
        )
        print("\n".join(told["problems"]))
    return 1 if told["problems"] else 0


def fetch(
    service: Literal["pubmed", "ctgov"], query: str, /, *, out: Path, online: bool = False, most: int | None = None,
    address: str | None = None, api_key: str | None = None, json: bool = False,
) -> None:  # fmt: skip
    """Fetch a search from PubMed or ClinicalTrials.gov; the only verb that uses a network, and only with --online.

    Parameters
    ----------
    service
        pubmed (E-utilities) or ctgov (ClinicalTrials.gov API version 2).
    query
        The search, in the words of the service.
    out
        Folder for the files; the same command again goes on where it stopped.
    online
        Allow the network.
    most
        At most so many records.
    address
        Another server that speaks the same.
    api_key
        Key of E-utilities, for ten requests a second.
    json
        Print JSON: service, query, hits, files, complete.
    """
    from euthymia.errors import EuthymiaError
    from euthymia.evidence.fetch.search import CTGOV, PUBMED, fetch_ctgov, fetch_pubmed

    if not online:
        raise EuthymiaError(
            "fetching is off",
            rule="This program uses no network unless told to in the same command.",
            fix="Add --online, or save the search yourself and use 'euthymia evidence ingest'.",
        )
    with progress(json) as tell:
        if service == "pubmed":
            found = fetch_pubmed(query, out, address=address or PUBMED, api_key=api_key, tell=tell, most=most)
        else:
            found = fetch_ctgov(query, out, address=address or CTGOV, tell=tell, most=most)
    if json:
        print(as_json(found.told()))
    else:
        state = "complete" if found.complete else "not complete: run it again"
        print(f"{found.hits} hits, {len(found.files)} files in {out}, {state}")
