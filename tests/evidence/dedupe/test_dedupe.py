"""Duplicates are found, and what only looks alike stays apart."""

from __future__ import annotations

import json

import pytest
from tests.evidence.shared import real, shared

from euthymia.evidence.dedupe.clusters import deduplicate
from euthymia.evidence.dedupe.compare import same_report
from euthymia.evidence.records.read import read
from euthymia.evidence.records.record import Record
from euthymia.evidence.records.wording import pages_of, split_authors

ONE = Record(
    source="pubmed", id="1", kind="article", title="Inventamine and the slow return of invented joy in rats",
    authors=("Able, Anna", "Bo, Berta"), year=2020, journal="Journal of Invented Results", volume="7", issue="2",
    pages="101-109", doi="10.1234/inv.2020.2", pmid="90000001",
)  # fmt: skip


def but(**changed) -> Record:
    from dataclasses import replace

    return replace(ONE, **changed)


@pytest.mark.parametrize(
    "other, relation",
    [
        (but(doi="", pmid="", authors=("A Able", "B Bo"), source="scholar"), "report"),
        (but(pmid="", title="INVENTAMINE AND THE SLOW RETURN OF INVENTED JOY IN RATS."), "report"),
        (but(doi="", pmid="", title="Inventamine and the slow return of …", pages="", volume="", journal="Journal of Inv…"), "report"),
        (but(doi="", pmid="", journal="J Invent Results", authors=("Able A",)), "report"),
        (but(doi="10.1234/inv.2020.2.pub2", pmid="", year=2021), "report"),
        (but(pmid="90000002", doi=""), "none"),
        (but(pmid="", doi="10.1234/other"), "report"),  # one DOI is mistyped: all else is the same
        (but(pmid="", doi="10.1234/other", pages="7-9"), "none"),
        (but(pmid="", doi="", journal="Congress of Invented Results", volume="", pages="S12"), "none"),
        (but(pmid="", doi="", pages="S330", volume="7", abstract=""), "none"),
        (but(pmid="", doi="", year=2016, volume="3", pages="1-9"), "none"),
        (but(pmid="", doi="", title="Inventamine and the slow return of invented joy in rats: reply", authors=("Zed, Z",)), "none"),
        (but(pmid="", title="Correction: Inventamine and the slow return of invented joy in rats"), "none"),
        (but(pmid="", title="Something else altogether was written here", authors=("Zed, Z",)), "none"),
        (but(pmid="", doi="10.1101/2019.05.05.123456", journal="bioRxiv", year=2019, volume="", pages=""), "study"),
        (Record(source="ctgov", kind="registration", id="NCT01234567", nct=("NCT01234567",), title=ONE.title), "none"),
    ],
)  # fmt: skip
def test_two_records(other, relation):
    assert same_report(ONE, other).relation == relation
    assert same_report(other, ONE).relation == relation


def test_numbers_in_titles_tell_reports_apart():
    first = but(title="Inventamine in mild depression, part I", doi="", pmid="", pages="", volume="")
    second = but(title="Inventamine in mild depression, part II", doi="", pmid="", pages="", volume="")
    assert same_report(first, second).relation == "none"


def test_a_group_never_holds_two_pmids():
    bridge = but(doi="", pmid="", id="b")
    found = deduplicate([ONE, bridge, but(pmid="90000002", doi="10.1234/inv.2020.3", id="c")])
    assert len(found.reports) == 2 and found.duplicates == 1


def test_registry_preprint_and_article_are_one_study_of_three_reports(files):
    article = but(pmid="90000001", nct=())
    preprint = but(pmid="", doi="10.1101/2019.05.05.123456", journal="medRxiv", year=2019, volume="", pages="", id="p")
    registration = read(files["json"]).records[0]  # names PMID 90000001 as its result
    found = deduplicate([article, preprint, registration])
    assert len(found.reports) == 3 and len(found.studies) == 1


def test_order_does_not_matter():
    records = [
        ONE,
        but(doi="", pmid="", id="b"),
        but(pmid="", id="c"),
        but(pmid="9", doi="10.1/x", title="Quite another thing was found", id="d"),
    ]
    groups = {tuple(sorted(records[i].id for i in members)) for members in deduplicate(records).reports}
    turned = records[::-1]
    assert {tuple(sorted(turned[i].id for i in members)) for members in deduplicate(turned).reports} == groups


@real
def test_the_labelled_set_has_f1_of_at_least_0_998_and_no_false_merge():
    records = read(shared("dedupe_gold/ASySD_labelled_test_set.csv.gz")).records
    assert len(records) == 1136
    right = false = missed = 0
    for members in deduplicate(records).reports:
        unique = sum(records[index].extra["source"] == "unique" for index in members)
        false += max(0, unique - 1)
        right += len(members) - max(unique, 1)
        missed += unique == 0
    assert false == 0
    assert 2 * right / (2 * right + false + missed) >= 0.998


@real
def test_no_listed_trap_is_merged_and_no_true_pair_missed():
    cases = json.loads(shared("dedupe_gold/bibdedupe_test_cases.json").read_text(encoding="utf-8"))["cases"]
    assert len(cases) >= 17
    wrong = [
        case["id"]
        for case in cases
        if bool(same_report(_record(case["record_a"]), _record(case["record_b"]))) != case["expected_duplicate"]
    ]
    assert wrong == []


def _record(given: dict) -> Record:
    kinds = {"article": "article", "inproceedings": "conference"}
    return Record(
        source="bibtex", kind=kinds.get(given.get("ENTRYTYPE", ""), "web"), title=given.get("title") or "",
        authors=split_authors(given.get("author") or ""), year=int(given["year"]) if given.get("year") else None,
        journal=given.get("journal") or given.get("booktitle") or "", volume=given.get("volume") or "",
        issue=given.get("number") or "", pages=pages_of(given.get("pages") or ""), doi=(given.get("doi") or "").lower(),
        abstract=given.get("abstract") or "",
    )  # fmt: skip


@real
def test_the_same_records_in_two_formats_all_meet():
    ris = read(shared("ris_bib_csv/ASySD_zotero_export.ris")).records
    bib = read(shared("ris_bib_csv/ASySD_zotero_export.bib")).records
    found = deduplicate([*ris, *bib])
    home = found.report_of()
    assert sum(home[index] == home[index + 674] for index in range(674)) == 674
