"""A search of PubMed or ClinicalTrials.gov saved as files that `ingest` reads, taken up where it stopped.

Each part is written whole before the next is asked for, and `fetch.json` says what is done. The assumption that
matters: the list of PMIDs is asked for once and kept, so a search that is resumed is the same search. Left out: full
texts.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from euthymia.errors import DataError, EuthymiaError, Place
from euthymia.evidence.fetch.client import Client

PUBMED = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
CTGOV = "https://clinicaltrials.gov/api/v2"
PART = 200
#: E-utilities gives no more PMIDs than this for one search
MOST = 9999
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Fetched:
    """What a search brought: `files` in order, `hits` as the service counted them, `complete` unless stopped early."""

    service: str
    query: str
    hits: int
    files: tuple[Path, ...]
    complete: bool

    def told(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def fetch_pubmed(
    query: str, out: Path, *, address: str = PUBMED, api_key: str | None = None, client: Client | None = None,
    tell: Tell | None = None, most: int | None = None,
) -> Fetched:  # fmt: skip
    """Save every record a PubMed query finds as XML, 200 a file; raises `EuthymiaError`."""
    client = client or Client(address, pause=0.11 if api_key else 0.34)
    key = {"api_key": api_key} if api_key else {}
    state = _state(out, "pubmed", query)
    if "ids" not in state:
        answer = client.get(
            "esearch.fcgi", {"db": "pubmed", "term": query, "retmode": "json", "retmax": str(MOST)} | key
        )
        found = _json(answer).get("esearchresult", {})
        if "idlist" not in found:
            raise EuthymiaError(f"PubMed did not understand the query ({found.get('ERROR', 'no list of records')})")
        state |= {
            "ids": [str(one) for one in found["idlist"] if str(one).isdigit()],
            "hits": int(found.get("count", 0)),
        }
        if state["hits"] > MOST:
            raise EuthymiaError(
                f"the query finds {state['hits']} records, more than {MOST}",
                fix="Split it by year: add AND 2020:2024[dp].",
            )
        _save(out, state)
    ids = state["ids"][:most]
    files = []
    for number, start in enumerate(range(0, len(ids), PART), start=1):
        file = out / f"pubmed-{number:05d}.xml"
        if file.name not in state["done"]:
            part = ids[start : start + PART]
            data = client.get("efetch.fcgi", {"db": "pubmed", "id": ",".join(part), "retmode": "xml"} | key)
            if b"<PubmedArticleSet" not in data[:2000]:
                raise EuthymiaError(
                    "PubMed sent something that is no list of records", fix="Run the command again later."
                )
            _write(file, data)
            state["done"].append(file.name)
            _save(out, state)
        files.append(file)
        if tell:
            tell("records", min(start + PART, len(ids)), len(ids))
    return Fetched("pubmed", query, state["hits"], tuple(files), len(ids) == len(state["ids"]))


def fetch_ctgov(
    query: str, out: Path, *, address: str = CTGOV, client: Client | None = None, tell: Tell | None = None,
    most: int | None = None,
) -> Fetched:  # fmt: skip
    """Save every study a query finds as JSON of API version 2, a page a file; raises `EuthymiaError`."""
    client = client or Client(address, pause=1.0)
    state = _state(out, "ctgov", query)
    token, number = state.get("token", ""), len(state["done"])
    while not state.get("ended"):
        asked = {"query.term": query, "pageSize": "100", "countTotal": "true"} | ({"pageToken": token} if token else {})
        data = client.get("studies", asked)
        page = _json(data)
        if not isinstance(page.get("studies"), list):
            raise EuthymiaError("ClinicalTrials.gov sent something that is no list of studies")
        number += 1
        file = out / f"ctgov-{number:05d}.json"
        _write(file, data)
        token = page.get("nextPageToken", "")
        state["done"].append(file.name)
        state |= {"token": token, "hits": page.get("totalCount", state.get("hits", 0)), "ended": not token}
        _save(out, state)
        if tell:
            tell("pages", number, number + bool(token))
        if most is not None and number * 100 >= most:
            break
    files = tuple(out / name for name in state["done"])
    return Fetched("ctgov", query, int(state.get("hits", 0)), files, bool(state.get("ended")))


def _state(out: Path, service: str, query: str) -> dict[str, Any]:
    """What an earlier run left; raises `DataError` where it was another search."""
    file = out / "fetch.json"
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise DataError(f"this folder cannot be made ({fault.strerror})", place=Place(out)) from None
    if not file.exists():
        return {"service": service, "query": query, "done": []}
    state = _json(file.read_bytes())
    if state.get("service") != service or state.get("query") != query:
        raise DataError(
            "this folder holds another search",
            place=Place(file),
            rule=f"It is '{state.get('query')}' in {state.get('service')}.",
            fix="Give another folder with --out.",
        )
    names = [name for name in state.get("done", []) if re.fullmatch(rf"{service}-\d{{5}}\.(?:xml|json)", str(name))]
    return state | {"done": [name for name in names if (out / name).is_file()]}


def _json(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError:
        raise EuthymiaError("the service sent something that is no JSON", fix="Run the command again later.") from None
    return found if isinstance(found, dict) else {}


def _save(out: Path, state: dict[str, Any]) -> None:
    _write(out / "fetch.json", json.dumps(state).encode())


def _write(file: Path, data: bytes) -> None:
    part = file.with_name(f"{file.name}.part")
    part.write_bytes(data)
    os.replace(part, file)
