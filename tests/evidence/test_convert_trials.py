"""The conversion of reference tables gives the same files every time, and keeps numbers and doubts."""

import importlib.util
from pathlib import Path

import pytest

from euthymia.evidence.bibliography import read_bibliography
from euthymia.evidence.trial_table import read_trials
from euthymia.evidence.yaml_with_lines import read_yaml

SCRIPT = Path(__file__).parents[2] / "scripts" / "convert_trials.py"

TRIALS = """\
- id: {name}
  acronym: null
  nct: null
  pmid: '123'
  doi: null
  treatment_family: SSRI
  design: phase 3 DB placebo 6 wk
  population: {{dx: MDD, note: '>=2 failed adequate drugs so far', source: somewhere, confidence: verified}}
  scale: MADRS
  background: null
  arms:
  - arm: drug
    regimen:
    - {{intervention: sertraline, dose: 50, unit: mg, schedule: {{kind: qd, start_d: 0, end_d: null}}}}
    n: {{value: 40, source: page, confidence: verified}}
    baseline: null
    outcomes:
    - {{visit: wk 6, time_d: 42, kind: change, mean: -12.5, sd: 8, note: a long remark,
       source: general knowledge, confidence: recalled (p_correct~{chance})}}
    rates: []
    dropout: null
  contrasts: []
  relapse: null
  biomarkers: null
  notes: prose that stays behind
  ids_unverified: [pmid]
  design_regimen_confidence: recalled (p_correct~0.7); grid
"""
MARKERS = """\
- {id: crp, marker: CRP, comparison: ill vs well, direction: up, effect: {hedges_g: 0.7, ci95: [0.5, 0.9]},
   ref: Someone & Other 2020, source: https://pubmed.ncbi.nlm.nih.gov/12345678/, confidence: verified}
"""


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("convert_trials", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def reference(tmp_path):
    folder = tmp_path / "reference"
    folder.mkdir()
    cases = {"sure2001": 0.9, "unsure2002": 0.5, "robin": 0.9, "transform12_pooled_early": 0.9}
    text = "".join(TRIALS.format(name=name, chance=chance) for name, chance in cases.items())
    (folder / "trials.yaml").write_text(text)
    (folder / "biomarkers.yaml").write_text(MARKERS)
    return folder


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_second_run_changes_nothing(script, reference, tmp_path):
    out = tmp_path / "evidence"
    assert script.convert(reference, out) == 4
    first = files(out)
    assert len(first) == 6
    script.convert(reference, out)
    assert files(out) == first


def test_split_numbers_and_doubts_carry_over(script, reference, tmp_path):
    script.convert(reference, tmp_path / "evidence")
    table = read_trials(tmp_path / "evidence" / "trials")
    assert table.problems == ()
    trials = {trial.id: trial for trial in table}
    assert {name: trial.split.value for name, trial in trials.items()} == {
        "sure2001": "calibrate",
        "unsure2002": "unused",
        "robin": "hold-out",
        "transform12_pooled_early": "unused",
    }
    sure = trials["sure2001"]
    outcome = sure.arms[0].outcomes[0]
    assert (outcome.mean, outcome.sd, outcome.time_d, outcome.n) == (-12.5, 8, 42, 40)
    assert (outcome.where, outcome.p_correct, outcome.mark) == ("from memory", 0.9, "provisional")
    assert sure.arms[0].n.where == "page"
    assert sure.regimen_confidence.p_correct == 0.7
    assert sure.population["failed_at_least"] == 2
    assert sure.design == "phase 3 double-blind placebo 6 weeks"


def test_prose_stays_behind(script, reference, tmp_path):
    script.convert(reference, tmp_path / "evidence")
    text = b"".join(files(tmp_path / "evidence").values()).decode()
    for words in ("a long remark", "prose that stays behind", "adequate drugs"):
        assert words not in text


def test_entries_written_by_hand_stay_and_win(script, reference, tmp_path):
    out = tmp_path / "evidence"
    out.mkdir()
    (out / "sources.bib").write_text("@article{sure2001,\n  title = {As printed},\n}\n")
    script.convert(reference, out)
    (out / "sources.bib").write_text((out / "sources.bib").read_text() + "\n@misc{later, title = {Added below}}\n")
    script.convert(reference, out)
    sources = read_bibliography(out / "sources.bib")
    assert sources["sure2001"].title == "As printed"
    assert sources["later"].title == "Added below"
    assert sources["unsure2002"].unverified == ("title", "pmid")
    assert sources["someone2020"].pmid == "12345678"


def test_each_datum_is_one_line(script, reference, tmp_path):
    script.convert(reference, tmp_path / "evidence")
    document = read_yaml(tmp_path / "evidence" / "trials" / "sure2001.yaml")
    path = ("arms", 0, "outcomes", 0)
    assert document.line(*path, "visit") == document.line(*path, "where") == document.line(*path)
