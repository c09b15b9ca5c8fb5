"""The base: nothing twice, nothing lost, sums that hold, on SQLite and on PostgreSQL."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from tests.evidence.conftest import PUBMED
from tests.evidence.shared import real, shared

from euthymia.errors import DataError, UnknownName
from euthymia.evidence.records.read import read
from euthymia.evidence.store.ranking import scores, work_saved
from euthymia.evidence.store.screening import kappa
from euthymia.evidence.store.store import EvidenceStore
from euthymia.report.evidence_claims import edge_states, find_for, take_stock
from euthymia.report.prisma_picture import prisma_svg

POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def _let_through(folder: Path) -> None:
    """Let another user reach a folder of pytest's."""
    for parent in (folder.parent, folder.parent.parent, folder.parent.parent.parent):
        parent.chmod(parent.stat().st_mode | 0o011)


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory):
    """The address of a PostgreSQL server of our own, on this machine's loopback alone."""
    if not POSTGRES:
        pytest.skip("no PostgreSQL server here (Debian's postgresql package has one)")
    folder = tmp_path_factory.mktemp("postgresql")
    binaries = POSTGRES[-1].parent
    as_user = []
    if os.geteuid() == 0:  # the server refuses to run as root
        if shutil.which("runuser") is None:
            pytest.skip("the tests run as root and there is no 'runuser' to start PostgreSQL as another user")
        shutil.chown(folder, "postgres", "postgres")
        _let_through(folder)
        as_user = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = str(folder / "data")
    subprocess.run(
        [*as_user, str(binaries / "initdb"), "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync"],
        check=True,
        capture_output=True,
        cwd="/",
    )
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c fsync=off"
    start = [*as_user, str(binaries / "pg_ctl"), "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start"]
    subprocess.run(start, check=True, capture_output=True, cwd="/")
    yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    if as_user:  # another run of pytest that began meanwhile has shut the folder they share
        _let_through(folder)
    subprocess.run(
        [*as_user, str(binaries / "pg_ctl"), "-D", data, "-m", "immediate", "stop"],
        check=True,
        capture_output=True,
        cwd="/",
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request, tmp_path):
    if request.param == "sqlite":
        return str(tmp_path / "base.db")
    found = request.getfixturevalue("postgresql")
    import psycopg

    name = f"t{abs(hash(request.node.name)) % 10**9}"
    with psycopg.connect(found, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
    return found.rsplit("/", 1)[0] + f"/{name}"


def test_records_go_in_once_and_come_out_whole(address, files):
    given = [files[kind] for kind in ("xml", "nbib", "ris", "bib", "csv", "scholar.csv", "json")]
    with EvidenceStore(address) as store:
        first = store.ingest(*given)
        assert [one.new for one in first] == [3, 2, 2, 2, 1, 1, 1] and sum(one.errors for one in first) == 1
        again = store.ingest(*given)
        assert sum(one.new for one in again) == 0
        assert store.counts()["record"] == 12
        sha = store.database.one("SELECT sha256 FROM raw_file WHERE kind = 'pubmed-xml'")[0]
        assert store.raw(sha) == files["xml"].read_bytes()
        start, length = store.database.one(
            "SELECT byte_start, byte_length FROM record WHERE pmid = '90000001' AND version = '2'"
        )
        assert store.raw(sha)[start : start + length].startswith(b"<PubmedArticle>")
        kept = store.record(1)
        assert kept is not None and kept == read(files["xml"]).records[0]


def test_a_refused_file_stops_no_other(address, files, tmp_path):
    bad = tmp_path / "bad.bin"
    bad.write_bytes(bytes(1000))
    with EvidenceStore(address) as store:
        found = store.ingest(bad, files["ris"])
    assert found[0].problem and found[1].new == 2


def test_reports_studies_and_updates(address, files):
    with EvidenceStore(address) as store:
        store.ingest(files["ris"], files["bib"])
        first = store.group()
        assert (first.records, first.reports) == (4, 3)
        store.ingest(files["csv"], files["xml"], files["json"])
        second = store.group()
        assert second.looked_at == 4  # the deletion is no record to group
        assert second.records == 8 and second.reports == 6
        assert second.studies == 5  # the registration and its article are one study
        assert store.group().looked_at == 0


def test_words_of_a_search_are_words_and_nothing_else(address, files, tmp_path):
    evil = tmp_path / "evil.ris"
    evil.write_text("TY  - JOUR\nTI  - Robert'); DROP TABLE record;-- and mood\nER  - \n")
    with EvidenceStore(address) as store:
        store.ingest(files["ris"], evil)
        assert [one["title"][:6] for one in store.search("mood DROP TABLE")] == ["Robert"]
        assert store.search('" OR 1=1 --') == []
        assert store.counts()["record"] == 3


def test_screening_two_people_and_a_flow_that_adds_up(address, files):
    with EvidenceStore(address) as store:
        store.ingest(files["ris"], files["bib"], files["xml"])
        store.group()
        reports = [one["report"] for one in store.reports()]
        assert len(reports) == 5
        for report, (anna, bo) in zip(
            reports,
            [
                ("include", "include"),
                ("include", "exclude"),
                ("exclude", "exclude"),
                ("include", "include"),
                ("exclude", "exclude"),
            ],
            strict=True,
        ):
            store.decide(report, "title", anna, "Anna")
            store.decide(report, "title", bo, "Bo", "wrong drug" if bo == "exclude" else "")
        both = store.agreement()[0]
        assert both.both == 5 and both.agreed == pytest.approx(0.8) and both.kappa == pytest.approx((0.8 - 0.48) / 0.52)
        found = store.prisma()
        assert (found["identified"], found["duplicates"], found["screened"]) == (6, 1, 5)
        assert (found["excluded"], found["awaiting_screening"], found["sought"]) == (2, 1, 2)
        store.decide(reports[1], "title", "include", "consensus")
        store.decide(reports[0], "retrieval", "exclude", "Anna")
        store.decide(reports[1], "full text", "include", "Anna")
        store.decide(reports[3], "full text", "exclude", "Anna", "no control")
        found = store.prisma(since="2000-01-01")
        assert (found["sought"], found["not_retrieved"], found["assessed"]) == (3, 1, 2)
        assert found["reasons"] == {"no control": 1} and found["included_studies"] == 1
        assert (found["previous_studies"], found["new_studies"]) == (0, 1) and found["broken"] == []
        drawn = prisma_svg(found)
        ET.fromstring(drawn)
        assert "Records screened (n = 5)" in drawn and "no control (n = 1)" in drawn
        assert store.database.one("SELECT COUNT(*) FROM decision")[0] == 14  # nothing was overwritten


def test_decisions_that_cannot_be_are_refused(address, files):
    with EvidenceStore(address) as store:
        store.ingest(files["ris"])
        store.group()
        with pytest.raises(UnknownName):
            store.decide(1, "title", "perhaps", "Anna")
        with pytest.raises(DataError, match="no report"):
            store.decide(999, "title", "include", "Anna")
        with pytest.raises(DataError, match="needs a reason"):
            store.decide(1, "full text", "exclude", "Anna")
        done, problems = store.import_decisions(
            [
                {"doi": "10.1234/inv.2020.2", "verdict": "include", "who": "Anna"},
                {"report": "x", "verdict": "include", "who": "A"},
            ]
        )
        assert done == 1 and problems == ["row 2: 'x' is no number of a report"]


def test_claims_votes_states_and_findings(address, tmp_path):
    text = PUBMED.replace(
        "Fluoxetine inhibited the serotonin transporter.", "BDNF increased mTORC1 signalling in rats."
    ).replace('RefType="RetractionIn"', 'RefType="Cites"')
    path = tmp_path / "c.xml"
    with EvidenceStore(address) as store:
        from euthymia.evidence.store.claims import judge, queue, read_claims

        for number in range(4):
            path.write_text(
                text.replace("90000001", f"9100000{number}").replace("INV.2023.1", f"INV.2023.{number}"),
                encoding="utf-8",
            )
            store.ingest(path)
        store.group()
        _, count = read_claims(store.database, find_for())
        assert count > 0 and read_claims(store.database, find_for()) == (0, 0)
        assert all(one.state == "untested" for one in edge_states(store))
        waiting = queue(store.database, 50, "bdnf→mtorc1")
        assert waiting and waiting[0]["quote"] == "BDNF increased mTORC1 signalling in rats."
        judge(store.database, waiting[0]["claim"], "accept", "Anna")
        _, findings = take_stock(store)
        assert [(one["edge"], one["after"]) for one in findings] == [("bdnf→mtorc1", "thin")]
        assert "mood" in findings[0]["outputs"]
        assert take_stock(store)[1] == []
        with pytest.raises(DataError, match="no claim"):
            judge(store.database, "nothing", "accept", "Anna")


def test_csv_of_reports_is_no_formula(tmp_path):
    path = tmp_path / "evil.ris"
    path.write_text('TY  - JOUR\nTI  - =HYPERLINK("http://x","y")\nER  - \n')
    with EvidenceStore(tmp_path / "b.db") as store:
        store.ingest(path)
        store.group()
        rows = list(csv.DictReader(store.table().splitlines()))
    assert rows[0]["title"].startswith("'=HYPERLINK")


def test_a_file_that_is_no_base_is_refused(tmp_path):
    path = tmp_path / "b.db"
    path.write_text("this is a letter to my mother, and it is long enough to be read as a file of pages " * 20)
    with pytest.raises(DataError, match="no evidence base"):
        EvidenceStore(path)


def test_a_killed_process_loses_nothing_committed(tmp_path):
    """Killed in the middle, the base opens, holds whole records, and takes up the same file to its end."""
    one = PUBMED[PUBMED.index("<PubmedArticle>") : PUBMED.index("</PubmedArticle>") + 16]
    many = tmp_path / "many.xml"
    total = 6000
    many.write_text(
        "<PubmedArticleSet>"
        + "".join(one.replace("90000001", str(10_000_000 + i)) for i in range(total))
        + "</PubmedArticleSet>",
        encoding="utf-8",
    )
    base = tmp_path / "b.db"
    code = (
        f"from euthymia.evidence.store.store import EvidenceStore\nEvidenceStore({str(base)!r}).ingest({str(many)!r})"
    )
    child = subprocess.Popen([sys.executable, "-c", code])
    deadline = time.monotonic() + 60
    held = 0
    while time.monotonic() < deadline and held < 500 and child.poll() is None:
        time.sleep(0.05)
        held = _count(base)
    child.send_signal(signal.SIGKILL)
    child.wait()
    after = _count(base)
    assert held >= 500 and after >= held
    with EvidenceStore(base) as store:
        assert store.database.one("PRAGMA integrity_check")[0] == "ok"
        for (parsed,) in store.database.all("SELECT parsed FROM record LIMIT 50"):
            assert json.loads(parsed)["title"]
        store.ingest(many)
        assert store.counts()["record"] == total
        assert store.database.one("SELECT complete FROM raw_file")[0] == 1


def _count(base: Path) -> int:
    import sqlite3

    if not base.exists():
        return 0
    try:
        with sqlite3.connect(base, timeout=5) as connection:
            return connection.execute("SELECT COUNT(*) FROM record").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


def test_kappa_and_ranking():
    assert kappa([("include", "include")] * 3) == 1.0
    texts = [f"depression ketamine trial {i}" for i in range(20)] + [f"dog cancer survey {i}" for i in range(60)]
    labels = [1, 1, None] + [None] * 17 + [0, 0, 0] + [None] * 57
    ranked = scores(texts, labels)
    order = sorted(range(80), key=lambda i: -ranked[i])
    assert work_saved([int(i < 20) for i in order]) > 0.6
    cold = scores(texts, [None] * 80, criterion="ketamine for depression")
    assert min(cold[:20]) > max(cold[20:])


@real
def test_real_records_make_a_flow_that_adds_up(tmp_path):
    names = ["ASySD_zotero_export.ris", "ASySD_zotero_export.bib", "ASySD_zotero_export.csv.gz"]
    with EvidenceStore(tmp_path / "b.db") as store:
        found = store.ingest(*(shared(f"ris_bib_csv/{name}") for name in names))
        assert [one.new for one in found] == [674, 674, 843]
        store.group()
        flow = store.prisma()
        assert flow["identified"] == 674 + 674 + 843 and flow["broken"] == []
        assert flow["duplicates"] >= 674
