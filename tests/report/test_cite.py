"""Cite: exactly the sources that took part, each for a reason."""

import pytest

from euthymia.report.cite import bibtex, citations_text, cite


def test_every_source_has_a_reason(small_run, rows):
    found = cite(small_run, rows)
    assert len(found) > 8
    assert all(one.reasons and all(one.reasons) for one in found)


def test_a_source_that_took_no_part_is_not_cited(small_run):
    keys = {one.key for one in cite(small_run)}
    assert "sogaard2005" in keys
    assert not keys & {"perezruixo2021", "zurzuvae_label", "robin"}


def test_a_compared_trial_is_cited_as_such(rows):
    found = {one.key: one.reasons for one in cite(rows)}
    assert "hold-out" in found["robin"][0]


def test_the_reason_names_the_parameter_and_the_place(small_run):
    reasons = next(one.reasons for one in cite(small_run) if one.key == "sogaard2005")
    assert any("escitalopram.clearance" in reason and "abstract" in reason for reason in reasons)


def test_prose_that_names_a_source_cites_it(small_run):
    reasons = next(one.reasons for one in cite(small_run) if one.key == "commons2019")
    assert reasons == ("an argument in the prose of block serotonin",)


def test_bibtex_can_be_read_back(small_run, tmp_path):
    from euthymia.evidence.bibliography import read_bibliography

    found = cite(small_run)
    path = tmp_path / "run.bib"
    path.write_text(bibtex(found))
    assert set(read_bibliography(path)) == {one.key for one in found}


def test_the_text_gives_link_and_reasons(small_run):
    said = citations_text(cite(small_run))
    assert "https://" in said
    assert said.count("\n  for ") >= len(cite(small_run))


@pytest.mark.parametrize("key", ["perezruixo2021", "sogaard2005"])
def test_without_arguments_everything_that_ships_is_cited(key):
    assert key in {one.key for one in cite()}
