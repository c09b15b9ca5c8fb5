"""PubMed XML: every field, every byte, and what is broken costs only itself."""

from __future__ import annotations

import gzip
import hashlib
import re
import tracemalloc

import pytest
from tests.evidence.shared import real, shared

from euthymia.errors import DataError
from euthymia.evidence.records import bytes_in, pubmed_xml
from euthymia.evidence.records.read import read, stream
from euthymia.evidence.records.record import Record, RecordError


def test_every_field_of_a_record(files):
    one, old, gone = read(files["xml"]).records
    assert (one.pmid, one.version, one.pmcid, one.doi) == ("90000001", "2", "PMC1", "10.1234/inv.2023.1")
    assert one.title == "Inventamine raises nothing at 5 < 10 μM in H2O."
    assert [(part.label, part.text) for part in one.sections] == [
        ("BACKGROUND", "Nobody knew."),
        ("RESULTS", "Fluoxetine inhibited the serotonin transporter. NCT01234567."),
    ]
    assert one.authors == ("Able, Anna B", "The Invented Group")
    assert one.author_details[0]["orcid"] == "0000-0000-0000-0001" and one.affiliations == ("Nowhere.",)
    assert (one.year, one.date, one.volume, one.issue, one.pages) == (2023, "2023-03-05", "12", "3", "283-298")
    assert one.nct == ("NCT07654321", "NCT01234567") and one.databanks == ("ClinicalTrials.gov/NCT07654321",)
    assert one.mesh_details[0] == {"name": "Rats", "id": "D051381", "major": True, "qualifiers": ["metabolism"]}
    assert one.retracted and one.corrections[0]["pmid"] == "90000009"
    assert set(one.references) == {"pmid:90000002", "Able 2020"}
    assert one.extra["UnheardOf"] == ["kept"] and one.extra["history"] == {"pubmed": "2023-03-06"}
    assert (old.date, old.year, old.title) == ("1998 Spring", 1998, "Old & new")
    assert (gone.kind, gone.pmid) == ("deleted", "90000004")


def test_a_record_knows_its_bytes(files):
    data = files["xml"].read_bytes()
    for one in read(files["xml"]).records[:2]:
        raw = data[one.byte_start : one.byte_start + one.byte_length]
        assert raw.startswith(b"<PubmedArticle>") and raw.endswith(b"</PubmedArticle>")
        assert one.sha256 == hashlib.sha256(raw).hexdigest()


def test_a_broken_record_costs_only_itself(files, tmp_path):
    good = "<PubmedArticle><MedlineCitation><PMID>{}</PMID><Article><ArticleTitle>T</ArticleTitle></Article></MedlineCitation></PubmedArticle>"
    broken = "<PubmedArticle><MedlineCitation><PMID>2</PMID><Article></MedlineCitation></PubmedArticle>"
    endless = "<PubmedArticle><MedlineCitation><PMID>3</PMID>"
    cut = "<PubmedArticle><MedlineCitation><PMID>5</PMID>"
    path = tmp_path / "mixed.xml"
    path.write_text(
        f"<PubmedArticleSet>{good.format(1)}{broken}stray words{endless}{good.format(4)}{cut}", encoding="utf-8"
    )
    found = read(path)
    assert [one.pmid for one in found.records] == ["1", "4"]
    said = " | ".join(one.problem for one in found.errors)
    assert len(found.errors) == 4
    for word in ("not well-formed", "outside any record", "no end tag", "ends inside"):
        assert word in said


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE P [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
        '<!DOCTYPE P [<!ENTITY file SYSTEM "file:///etc/passwd">]>',
    ],
    ids=["expansion bomb", "external file"],
)
def test_entities_are_refused(tmp_path, declared):
    path = tmp_path / "bomb.xml"
    path.write_text(
        f'<?xml version="1.0"?>{declared}<PubmedArticleSet><PubmedArticle>&c;</PubmedArticle></PubmedArticleSet>'
    )
    with pytest.raises(DataError, match="declares entities"):
        read(path)


def test_an_undeclared_entity_is_an_error_of_its_record(tmp_path):
    path = tmp_path / "entity.xml"
    path.write_text(
        "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>&x;</PMID></MedlineCitation></PubmedArticle></PubmedArticleSet>"
    )
    found = read(path)
    assert not found.records and "not well-formed" in found.errors[0].problem


def test_a_record_without_end_is_skipped_in_flat_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(pubmed_xml, "LARGEST_RECORD", 200_000)
    monkeypatch.setattr(bytes_in, "CHUNK", 65_536)
    path = tmp_path / "huge.xml"
    huge = "<PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>" + "x" * 30_000_000
    tail = "</ArticleTitle></Article></MedlineCitation></PubmedArticle><PubmedArticle><MedlineCitation><PMID>2</PMID></MedlineCitation></PubmedArticle>"
    path.write_text(f"<PubmedArticleSet>{huge}{tail}</PubmedArticleSet>", encoding="utf-8")
    del huge
    tracemalloc.start()
    found = list(stream(path, "pubmed-xml"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [type(one) for one in found] == [RecordError, Record] and found[1].pmid == "2"
    assert "larger than" in found[0].problem
    assert peak < 5_000_000


def test_memory_does_not_grow_with_the_file(tmp_path, files, monkeypatch):
    monkeypatch.setattr(bytes_in, "CHUNK", 65_536)
    record = re.search(r"<PubmedArticle>.*?</PubmedArticle>", files["xml"].read_text(encoding="utf-8"), re.DOTALL)
    assert record is not None
    peaks = []
    for times in (100, 3000):
        path = tmp_path / f"{times}.xml"
        path.write_text(f"<PubmedArticleSet>{record.group(0) * times}</PubmedArticleSet>", encoding="utf-8")
        tracemalloc.start()
        assert sum(1 for _ in stream(path, "pubmed-xml")) == times
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0] + 200_000


def test_other_encodings_and_gzip(files, tmp_path):
    text = files["xml"].read_text(encoding="utf-8")
    wide = tmp_path / "wide.xml"
    wide.write_text(text.replace('encoding="UTF-8"', 'encoding="UTF-16"'), encoding="utf-16")
    packed = tmp_path / "packed.xml.gz"
    packed.write_bytes(gzip.compress(files["xml"].read_bytes()))
    wanted = [one.title for one in read(files["xml"]).records]
    assert [one.title for one in read(wide).records] == wanted
    assert [one.title for one in read(packed).records] == wanted


@real
@pytest.mark.parametrize(
    "name, count",
    [
        ("pubMR_pubmed_result.xml", 66), ("mainfinding_pubmed_result.xml", 83), ("biopython_pubmed1.xml", 2),
        ("biopython_pubmed2.xml", 2), ("biopython_pubmed4.xml", 1), ("biopython_pubmed6.xml", 1),
        ("pubmed2db_pubmed25n0001_excerpt.xml", 3),
    ],
)  # fmt: skip
def test_real_files_keep_what_another_reader_finds(name, count):
    """Counted and compared with a plain DOM reading of the same file, which shares no code with ours."""
    from lxml import etree

    found = read(shared(f"pubmed_xml/{name}"))
    assert len(found.records) == count and not found.errors
    dom = etree.parse(str(shared(f"pubmed_xml/{name}")), etree.XMLParser(load_dtd=False, no_network=True))
    for one, element in zip(found.records, dom.getroot().iter("PubmedArticle"), strict=True):
        citation = element.find("MedlineCitation")
        assert one.pmid == citation.findtext("PMID")
        authors = citation.findall("Article/AuthorList/Author")
        assert len(one.authors) == len(authors)
        assert one.mesh == tuple(each.text for each in citation.iterfind("MeshHeadingList/MeshHeading/DescriptorName"))
        parts = citation.findall("Article/Abstract/AbstractText")
        spaced = ["".join(part.itertext()).split() for part in parts]
        assert [part.text.split() for part in one.sections] == [words for words in spaced if words]
        numbers = {each.text for each in citation.iter("AccessionNumber") if each.text.startswith("NCT")}
        assert numbers <= set(one.nct)
        assert len(one.corrections) == len(citation.findall("CommentsCorrectionsList/CommentsCorrections"))
        assert len(one.references) == len(element.findall(".//Reference"))
