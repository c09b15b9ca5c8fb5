"""The library holds what the files say, and a fit never sees a held-out trial."""

import re
from pathlib import Path

import pytest

from euthymia.errors import DataError, UnknownName
from euthymia.evidence import library as room
from euthymia.evidence.bibliography import read_bibliography
from euthymia.evidence.library import Library, calibration_trials, library, published_trials

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "trials" / "trials.yaml"

HELD_OUT = {
    "lii2023_ketamine_masked",
    "persevere_canuso2018",
    "aspire2",
    "robin",
    "singh2016_iv_esketamine",
    "esketamine_japan_ph2b",
    "dalhuisen2024_rtms_vs_switch",
}


def test_everything_of_ours_loads():
    ours = library()
    assert len(ours.values) >= 28
    assert len(ours.sources) >= 100
    assert len(ours.trials) >= 75
    assert len(ours.markers) >= 70
    assert len(ours.scale_links) >= 14
    assert ours.problems() == ()
    assert not [value for value in ours.values.values() if value.problems()]


def test_a_known_value_and_its_source():
    value = library().value("sogaard2005/clearance_iv")
    assert (value.number, value.unit, value.mark) == (31, "L/h", "")
    assert value.place.line > 1
    source = library().source("sogaard2005")
    assert source.citation == "Søgaard et al. 2005, Journal of Clinical Pharmacology 45:1400"
    assert source.link == "https://pubmed.ncbi.nlm.nih.gov/16291715"
    assert "title" in source.unverified


def test_a_link_between_scales_keeps_its_anchors():
    assert library().scale_links["leucht2018_total"].anchors[1] == (20, 26)


def test_unknown_names_offer_the_nearest():
    for key in ("sogaard2005/clearance", "sogard2005/clearance_iv"):
        with pytest.raises(UnknownName, match="there is no value") as fault:
            library().value(key)
        assert "sogaard2005/clearance_iv" in str(fault.value)
    with pytest.raises(UnknownName, match="there is no source"):
        library().source("sogard2005")


def test_a_fit_never_sees_a_held_out_trial():
    assert {trial.id for trial in published_trials() if trial.split == "hold-out"} == HELD_OUT
    seen = calibration_trials()
    assert len(seen) >= 20
    assert {trial.split.value for trial in seen} == {"calibrate"}
    assert not HELD_OUT & {trial.id for trial in seen}


#: a pooled table and what it pools, as the reference tables say
POOLED = [
    ({"transform12_pooled_early"}, {"transform2"}),
    ({"comet_trd_axs05_open"}, {"comet_axs05_open"}),
    ({"nma_cipriani2018_escitalopram"}, {"lepola2003_escitalopram", "wade2002_escitalopram"}),
    ({"griselda_placebo_by_duration", "furukawa2019_dose_response"}, {"nma_cipriani2018_sertraline"}),
    ({"meta_rtms_kedzior"}, {"oreardon2007", "george2010"}),
    ({"meta_ketamine_single_iv"}, {"singh2016_ketamine", "zarate2006", "murrough2013"}),
    ({"sustain3_retreatment"}, {"sustain1"}),
    ({"stard_steps12"}, {"stard_steps34"}),
]


@pytest.mark.parametrize(("pooled", "parts"), POOLED, ids=lambda names: min(names))
def test_a_fit_sees_no_participant_twice(pooled, parts):
    seen = {trial.id for trial in calibration_trials()}
    assert not (pooled & seen and parts & seen)


def test_a_fit_sees_nothing_that_the_reference_tables_lack():
    if not REFERENCE.is_file():
        pytest.skip(f"the reference tables are not at {REFERENCE}")
    assert {trial.id for trial in calibration_trials()} <= set(re.findall(r"^- id: (\S+)", REFERENCE.read_text(), re.M))


def test_every_trial_says_why_it_is_where_it_is():
    assert all(trial.split_because for trial in published_trials())


def test_marking_a_trial_hold_out_takes_it_from_the_fit(tmp_path, monkeypatch):
    (tmp_path / "trials").mkdir()
    for split in ("calibrate", "hold-out", "unused"):
        contrasts = "contrasts: [{arm: a, reference: b, difference: -1}]"
        text = f"id: a_{split}\nsplit: {split}\narms: []\n{contrasts}\n"
        (tmp_path / "trials" / f"{split}.yaml").write_text(text)
    monkeypatch.setattr(room, "library", lambda: Library(tmp_path))
    assert [trial.id for trial in calibration_trials()] == ["a_calibrate"]
    assert len(published_trials()) == 3


def test_a_value_file_with_a_wrong_name_or_shape_is_refused(tmp_path):
    (tmp_path / "sources").mkdir()
    for name, text, said in (
        ("a2000", "source: b2000\nvalues: {}", "its source is 'b2000'"),
        ("c2000", "values: {}", "holds 'source' and 'values'"),
        ("d2000", "- 1", "holds 'source' and 'values'"),
    ):
        (tmp_path / "sources" / f"{name}.yaml").write_text(text)
        with pytest.raises(DataError, match=said):
            Library(tmp_path).value(f"{name}/x")


def test_the_library_reports_sources_nobody_listed(tmp_path):
    (tmp_path / "sources").mkdir()
    (tmp_path / "trials").mkdir()
    (tmp_path / "sources.bib").write_text("")
    (tmp_path / "biomarkers.yaml").write_text("[]")
    (tmp_path / "scale_links.yaml").write_text("[]")
    text = "source: a2000\nvalues: {x: {value: 1, unit: h, where: p. 2, confidence: verified}}"
    (tmp_path / "sources" / "a2000.yaml").write_text(text)
    trial = "id: t\nsource: t2000\narms: []\ncontrasts: [{arm: a, reference: b}]"
    (tmp_path / "trials" / "t.yaml").write_text(trial)
    value, trial = Library(tmp_path).problems()
    assert "source 'a2000' is not in sources.bib" in value
    assert "source 't2000' is not in sources.bib" in trial


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@misc{a, title={x}}\n@misc{a, title={y}}", "cannot be read"),
        ("@misc{a, title={x}, tilte={y}}", "there is no field 'tilte'"),
        ("@misc{a, year={2020}}", "needs a title"),
        ("@misc{a, title={x}, year={in press}}", "its year is a number"),
    ],
)
def test_a_faulty_bibliography_is_refused(tmp_path, text, said):
    (tmp_path / "s.bib").write_text(text)
    with pytest.raises(DataError, match=said) as fault:
        read_bibliography(tmp_path / "s.bib")
    assert fault.value.place.line is not None
