"""The network client against a stand-in server on this machine: resumed, patient, off unless asked."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.evidence.conftest import study

from euthymia.cli.app import ended
from euthymia.errors import DataError, EuthymiaError
from euthymia.evidence.fetch.client import Client
from euthymia.evidence.fetch.search import fetch_ctgov, fetch_pubmed
from euthymia.evidence.records.read import read

RECORD = "<PubmedArticle><MedlineCitation><PMID>{}</PMID><Article><ArticleTitle>T</ArticleTitle></Article></MedlineCitation></PubmedArticle>"


class StandIn(BaseHTTPRequestHandler):
    """Answers as E-utilities and ClinicalTrials.gov do; `failures` are given first."""

    failures: list[int] = []
    asked: list[str] = []
    ids = [str(1000 + i) for i in range(450)]

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        type(self).asked.append(parts.path)
        if self.failures:
            self.send_response(self.failures.pop(0))
            self.send_header("Retry-After", "7")
            self.end_headers()
            return
        if parts.path.endswith("esearch.fcgi"):
            body = json.dumps({"esearchresult": {"count": str(len(self.ids)), "idlist": self.ids}}).encode()
        elif parts.path.endswith("efetch.fcgi"):
            records = "".join(RECORD.format(one) for one in query["id"].split(","))
            body = f'<?xml version="1.0"?><PubmedArticleSet>{records}</PubmedArticleSet>'.encode()
        else:
            page = int(query.get("pageToken", "0"))
            found = {"studies": [study()], "totalCount": 3} | ({"nextPageToken": str(page + 1)} if page < 2 else {})
            body = json.dumps(found).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server():
    StandIn.failures, StandIn.asked = [], []
    made = HTTPServer(("127.0.0.1", 0), StandIn)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    thread.join()
    made.server_close()


def patient(address: str) -> tuple[Client, list[float]]:
    waits: list[float] = []
    return Client(address, pause=0.0, tries=3, sleep=waits.append), waits


def test_a_search_is_fetched_in_parts_and_reads(server, tmp_path):
    client, _ = patient(server)
    found = fetch_pubmed("depression", tmp_path, client=client)
    assert (found.hits, found.complete, len(found.files)) == (450, True, 3)
    assert sum(len(read(file).records) for file in found.files) == 450


def test_a_search_is_taken_up_where_it_stopped(server, tmp_path):
    client, _ = patient(server)
    first = fetch_pubmed("depression", tmp_path, client=client, most=200)
    assert not first.complete and len(first.files) == 1
    StandIn.asked.clear()
    StandIn.ids = ["9"] * 3  # a new search would find others: the kept list is used
    try:
        second = fetch_pubmed("depression", tmp_path, client=client)
    finally:
        StandIn.ids = [str(1000 + i) for i in range(450)]
    assert second.complete and StandIn.asked == ["/efetch.fcgi", "/efetch.fcgi"]
    with pytest.raises(DataError, match="another search"):
        fetch_pubmed("mania", tmp_path, client=client)


def test_a_busy_server_is_waited_for_and_a_refusal_is_told(server, tmp_path):
    client, waits = patient(server)
    StandIn.failures = [429, 503]
    assert fetch_pubmed("depression", tmp_path, client=client).complete
    assert waits[:2] == [7.0, 7.0]
    StandIn.failures = [400]
    with pytest.raises(EuthymiaError, match="400"):
        fetch_pubmed("x", tmp_path / "b", client=patient(server)[0])
    StandIn.failures = [500] * 9
    with pytest.raises(EuthymiaError, match="did not answer"):
        fetch_pubmed("x", tmp_path / "c", client=patient(server)[0])


def test_requests_keep_their_distance(server, tmp_path):
    waits: list[float] = []
    client = Client(server, pause=5.0, sleep=waits.append, clock=lambda: 100.0)
    fetch_pubmed("depression", tmp_path, client=client)
    assert len(waits) == 3 and all(one == 5.0 for one in waits)


def test_pages_of_the_registry(server, tmp_path):
    client, _ = patient(server)
    found = fetch_ctgov("depression", tmp_path, client=client)
    assert (found.hits, found.complete, len(found.files)) == (3, True, 3)
    assert read(found.files[0]).records[0].id == "NCT07654321"
    StandIn.asked.clear()
    assert fetch_ctgov("depression", tmp_path, client=client).complete and StandIn.asked == []


def test_fetching_is_off_unless_asked_for(server, tmp_path, capsys):
    assert ended(["evidence", "fetch", "pubmed", "x", "--out", str(tmp_path / "o")]) == 2
    assert "fetching is off" in capsys.readouterr().err and StandIn.asked == []
    assert (
        ended(
            ["evidence", "fetch", "ctgov", "x", "--out", str(tmp_path / "o"), "--online", "--address", server, "--json"]
        )
        == 0
    )
    assert json.loads(capsys.readouterr().out)["complete"]


def test_only_web_addresses():
    with pytest.raises(EuthymiaError, match="no web address"):
        Client("file:///etc")
