"""nbib, RIS, BibTeX and tables: the dialects, the same record in each, and what is no export at all."""

from __future__ import annotations

import json
import zipfile

import pytest
from tests.evidence.shared import real, shared

from euthymia.errors import DataError
from euthymia.evidence.records.read import kind_of, read

SAME = ("title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "issn", "abstract")


def test_one_record_is_the_same_in_every_format(files):
    ris, bib, csv = (read(files[kind]).records[0] for kind in ("ris", "bib", "csv"))
    for name in SAME:
        assert getattr(ris, name) == getattr(bib, name) == getattr(csv, name), name
    assert ris.keywords == bib.keywords == ("mood", "invention")
    assert ris.date == bib.date == "2020-05-04"
    assert csv.extra["Odd"] == "kept"


def test_ris_keeps_to_records_and_skips_what_stands_between(files):
    found = read(files["ris"])
    assert [one.title for one in found.records][1] == "A second invention" and not found.errors
    data = files["ris"].read_bytes()
    second = found.records[1]
    assert data[second.byte_start :].startswith(b"TY  - JOUR\nT1  - A second")


def test_a_broken_bibtex_entry_costs_only_itself(files):
    found = read(files["bib"])
    assert len(found.errors) == 1 and found.errors[0].line == 10
    assert found.records[-1].title == "A second Invention of 31.8% and β"


def test_nbib_joins_lines_and_cuts_sections(files):
    one, old = read(files["nbib"]).records
    assert one.title == "Inventamine raises nothing: a title that goes on."
    assert [part.label for part in one.sections] == ["BACKGROUND", "RESULTS"]
    assert (one.pages, one.date, one.nct, one.retracted) == ("283-298", "2023-03-05", ("NCT07654321",), True)
    assert one.mesh_details[0]["major"] and one.extra["XX"] == ["kept"]
    assert (old.pmid, old.year) == ("90000003", 1998)


def test_nbib_and_xml_agree_on_the_same_record(files):
    xml, nbib = read(files["xml"]).records[0], read(files["nbib"]).records[0]
    for name in ("pmid", "authors", "year", "date", "volume", "issue", "pages", "doi", "languages", "mesh"):
        assert getattr(xml, name) == getattr(nbib, name), name


def test_a_scholar_table_is_known_by_its_columns(files):
    one = read(files["scholar.csv"]).records[0]
    assert one.source == "scholar" and one.authors == ("A Able", "B Müller") and one.title.endswith("…")
    assert one.extra["Cites"] == "12"


def test_semicolons_line_breaks_and_missing_cells(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_bytes(b'Titel;Title;Year\nx;"a title\nof two lines; and more";2001\ny;NA;2002\n')
    found = read(path)
    assert [one.title for one in found.records] == ["a title of two lines; and more"]
    assert "no title" in found.errors[0].problem


def test_mixed_encodings_are_read_line_by_line(tmp_path):
    path = tmp_path / "mixed.ris"
    path.write_bytes("TY  - JOUR\nTI  - Über\n".encode() + "AU  - Müller, B\n".encode("cp1252") + b"ER  - \n")
    one = read(path).records[0]
    assert (one.title, one.authors) == ("Über", ("Müller, B",))


@pytest.mark.parametrize(
    "data, said",
    [
        (bytes(range(256)) * 40, "not text"), (b"", "empty"), (b"hello, world\n", "no export we know"),
        (b"<html><body>x</body></html>", "not PubMed"), (b'{"a": 1}', "no study"), (b'{"a": ', "not readable JSON"),
        (b"\x1f\x8b\x08\x00broken", "damaged"),
    ],
)  # fmt: skip
def test_what_is_no_export_is_refused_with_a_reason(tmp_path, data, said):
    path = tmp_path / "thing.dat"
    path.write_bytes(data)
    with pytest.raises(DataError, match=said):
        read(path)


def test_names_inside_a_zip_are_never_paths(tmp_path, files):
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../evil.ris", files["ris"].read_text(encoding="utf-8"))
    before = set(tmp_path.parent.rglob("*"))
    assert len(read(path).records) == 2
    assert set(tmp_path.parent.rglob("*")) == before
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("second.ris", "x")
    with pytest.raises(DataError, match="holds 2 files"):
        read(path)


def test_the_retired_registry_format_says_where_to_go(tmp_path):
    path = tmp_path / "old.json"
    path.write_text(json.dumps({"FullStudiesResponse": {}}))
    with pytest.raises(DataError, match="retired") as told:
        read(path)
    assert "api/v2/studies" in str(told.value)


COUNTS = {
    "nbib/biopython_pubmed_result1.txt": ("medline", 1), "nbib/nbib_balloongui_set.nbib": ("medline", 54),
    "nbib/nbib_single.nbib": ("medline", 1), "nbib/nbib_pmc_medlars.txt": ("medline", 5),
    "ris_bib_csv/ASySD_ris_export.txt": ("ris", 69), "ris_bib_csv/ASySD_scopus.ris": ("ris", 10),
    "ris_bib_csv/ASySD_zotero_export.ris": ("ris", 674), "ris_bib_csv/ASySD_zotero_export.bib": ("bibtex", 674),
    "ris_bib_csv/ASySD_zotero_export.csv.gz": ("csv", 843), "ris_bib_csv/asreview__baseline.ris": ("ris", 100),
    "ris_bib_csv/asreview_embase.csv": ("csv", 6), "ris_bib_csv/asreview_embase.ris": ("ris", 6),
    "ris_bib_csv/asreview_ovid_psycinfo.ris": ("ris", 6), "ris_bib_csv/asreview_proquest.ris": ("ris", 6),
    "ris_bib_csv/asreview_pubmed_endnote.txt": ("ris", 6), "ris_bib_csv/asreview_pubmed_zotero.ris": ("ris", 6),
    "ris_bib_csv/asreview_ris_issue_1099.txt": ("ris", 7), "ris_bib_csv/asreview_web_of_science.txt": ("ris", 10),
    "dedupe_gold/ASySD_labelled_test_set.csv.gz": ("csv", 1136), "ctgov/aact_NCT00763412.json": ("ctgov", 1),
    "ctgov/aact_NCT02552212.json": ("ctgov", 1), "ctgov/aact_NCT05594173.json": ("ctgov", 1),
    "ctgov/aact_NCT03418623.json": ("ctgov", 1), "ctgov/aact_NCT03630471.json": ("ctgov", 1),
}  # fmt: skip


@real
@pytest.mark.parametrize("name", COUNTS)
def test_real_exports_have_exact_counts(name):
    kind, count = COUNTS[name]
    path = shared(name)
    assert kind_of(path) == kind
    found = read(path)
    assert (len(found.records), len(found.errors)) == (count, 0)
    assert all(one.title for one in found.records)


@real
def test_the_same_674_records_as_ris_and_bibtex_are_equal_field_by_field():
    ris = read(shared("ris_bib_csv/ASySD_zotero_export.ris")).records
    bib = read(shared("ris_bib_csv/ASySD_zotero_export.bib")).records
    assert len(ris) == len(bib) == 674
    differing = {
        name: sum(getattr(one, name) != getattr(other, name) for one, other in zip(ris, bib, strict=True))
        for name in ("kind", "languages", "keywords", "pmid", *SAME)
    }
    assert {name: n for name, n in differing.items() if n} == {}
    assert all(one.date.startswith(other.date) for one, other in zip(ris, bib, strict=True))


@real
def test_medline_fields_agree_with_the_same_articles_as_biopython_reads_them():
    """Expected values typed from the file by eye; Bio.Medline names the same tags."""
    one = read(shared("nbib/biopython_pubmed_result1.txt")).records[0]
    assert (one.pmid, one.journal_abbreviation, one.pages) == ("12230038", "Brief Bioinform", "296-302")
    assert one.authors == ("Mangalam, Harry",) and len(one.mesh) == 7
    assert one.abstract.startswith("Bioinformatics research is often difficult") and one.abstract.endswith(
        "programmer."
    )
