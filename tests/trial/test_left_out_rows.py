"""Predictions without a trial, or without its treatment, stand in the scorecard beside the others."""

import json

import pytest

from euthymia.cli.app import ended
from euthymia.model import parameter_table
from euthymia.trial.scorecard import SPLITS, scorecard
from euthymia.trial.scoring.left_out import SPLITS as LEFT_OUT
from euthymia.trial.scoring.left_out import left_out_rows

TARGETS = """\
trial,family,arms,scale,day,measure,published,fitted,low,high,sd,weight,without_trial,without_trial_sd,without_family,without_family_sd
wade2002_escitalopram,SSRI,escitalopram_10; placebo,MADRS,56,difference,-2.7,-3.0,-6.0,0.5,1.8,1,-2.5,1.0,-9.0,1.0
wade2002_escitalopram,SSRI,placebo,MADRS,56,change,-13.0,-12.0,-17,-7,3,1,-12.0,3.0,-12.5,3.0
wade2002_escitalopram,SSRI,placebo,MADRS,56,response,-0.4,-0.3,-1,1,0.4,1,-0.3,0.4,-0.3,0.4
,biomarker,cortisol_cc,SD,,case-control,0.6,0.7,0.2,1.2,0.2,0.9,,,,
"""
TABLE = """\
- id: nobody_knows
  treatment_family: SSRI
  design: randomised double-blind
  scale: MADRS
  arms:
  - arm: placebo
    regimen: [{intervention: placebo, route: oral}]
    n: {value: 40, confidence: verified}
    baseline: {mean: 33, sd: 5, confidence: verified}
    outcomes: [{visit: day 7, time_d: 7, kind: change, mean: -7, sd: 9, confidence: verified}]
"""


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """The fit that ships with targets made up here."""
    import shutil

    folder = tmp_path / "fit"
    shutil.copytree(parameter_table.FIT, folder)
    (folder / "targets.csv").write_text(TARGETS)
    monkeypatch.setattr(parameter_table, "FIT", folder)
    parameter_table.current_fit.cache_clear()
    yield
    parameter_table.current_fit.cache_clear()


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "trials.yaml"
    path.write_text(TABLE)
    return path


def test_means_and_differences_have_a_row_and_markers_have_none(shipped) -> None:
    rows = left_out_rows("without_trial")
    assert [(row.kind, row.arm, row.reference, row.hit) for row in rows] == [
        ("contrast", "escitalopram_10", "placebo", True),
        ("arm", "placebo", None, True),
    ]
    assert rows[0].low == pytest.approx(-2.5 - 1.645)
    assert rows[0].crps is not None
    assert [row.hit for row in left_out_rows("without_family")] == [False, True]


def test_the_scorecard_has_a_line_for_each_split_between_held_out_and_fitted(shipped) -> None:
    assert (SPLITS[0], SPLITS[-2:]) == ("hold-out", ("calibrate", "unused"))
    rows = [row for by in LEFT_OUT for row in left_out_rows(by)]
    found = scorecard(rows)
    assert [(one.split, one.kind) for one in found] == [
        ("without its trial", "contrast"),
        ("without its trial", "arm"),
        ("without its treatment", "contrast"),
        ("without its treatment", "arm"),
    ]
    contrast = found[2]
    assert (contrast.rows, contrast.covered) == (1, 0)
    assert contrast.bias == pytest.approx(-9.0 + 2.7)
    assert contrast.skill_class is not None
    assert sum(one.rows for one in found) == len(rows)


def test_the_page_says_what_each_line_means() -> None:
    from euthymia.report.skill_table import KINDS, TRIALS
    from euthymia.trial.scorecard import KINDS as ALL_KINDS

    assert set(TRIALS) == set(SPLITS)
    assert set(KINDS) == set(ALL_KINDS)


def test_the_verb_tells_them_apart_from_the_rows(shipped, capsys, monkeypatch) -> None:
    from euthymia.evidence.library import published_trials

    wanted = [trial for trial in published_trials() if trial.id == "wade2002_escitalopram"]
    monkeypatch.setattr("euthymia.cli.scoring._published", lambda source: (wanted, []))
    assert ended(["score", "trials", "--people", "4", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {row["trial"] for row in told["left_out"]} == {"wade2002_escitalopram"}
    assert {row["split"] for row in told["left_out"]} == set(LEFT_OUT.values())
    assert not {row["split"] for row in told["rows"]} & set(LEFT_OUT.values())
    assert set(LEFT_OUT.values()) < {one["split"] for one in told["summary"]}
    assert ended(["score", "trials", "--people", "4"]) == 0
    text = capsys.readouterr().out
    assert "without its treatment" in text
    assert "their whole family of treatments" in text


def test_a_table_of_ones_own_has_none(shipped, table, capsys) -> None:
    assert ended(["score", "trials", "--trials", str(table), "--people", "4", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["left_out"] == []
    assert {one["split"] for one in told["summary"]} == {"unused"}


def test_before_the_first_fit_there_are_none(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("euthymia.trial.scoring.left_out.current_fit", lambda: None)
    assert left_out_rows() == ()
