"""Outside tables of trials are read as far as they can be, and what is wrong is told trial by trial."""

import math
import re
from pathlib import Path

import pytest

from euthymia.errors import DataError
from euthymia.evidence.trial_table import read_trials
from euthymia.evidence.value import Confidence, Grade

DOC = Path(__file__).parents[2] / "docs" / "trial-table.md"

GOOD = "- {id: good, scale: MADRS, arms: [{arm: a, outcomes: [{time_d: 7, kind: change, mean: -9}]}]}\n"


@pytest.fixture
def table(tmp_path):
    def read(text):
        path = tmp_path / "mine.yaml"
        path.write_text(text)
        return read_trials(path)

    return read


def test_the_example_in_the_documentation_is_read(table):
    example = re.search(r"```yaml\n(.*?)```", DOC.read_text(), re.S)[1]
    (trial,), problems = (result := table(example)).trials, result.problems
    assert problems == ()
    drug, placebo = trial.arms
    assert drug.outcomes[0].standard_error == pytest.approx(9.6 / math.sqrt(120))
    assert placebo.outcomes[0].confidence is Confidence.recalled
    assert placebo.outcomes[0].p_correct == 0.8
    assert placebo.outcomes[0].mark == "provisional"
    assert drug.outcomes[0].scale == trial.contrasts[0].scale == "MADRS"
    assert trial.contrasts[0].standard_error == pytest.approx(5.0 / 3.92)
    assert drug.regimen[0].schedule.end_d == 56
    assert trial.split == "unused"


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("se: 1.2, sd: 9, n: 81", 1.2),
        ("sd: 9, n: 81", 1.0),
        ("sd: 9", 0.9),
        ("ci95: [-12, -8.08]", 1.0),
        ("sd_recalled: 9", 0.9),
        ("visit: week 1", None),
    ],
)
def test_the_standard_error_comes_from_what_was_printed(table, outcome, expected):
    row = f"{{time_d: 7, kind: change, mean: -9, {outcome}}}"
    text = f"- {{id: x, scale: MADRS, arms: [{{arm: a, n: 100, outcomes: [{row}]}}]}}"
    found = table(text).trials[0].arms[0].outcomes[0].standard_error
    assert found == (None if expected is None else pytest.approx(expected))


def test_without_a_number_of_people_an_sd_gives_no_standard_error(table):
    text = "- {id: x, scale: MADRS, arms: [{arm: a, outcomes: [{time_d: 7, kind: change, mean: -9, sd: 9}]}]}"
    assert table(text).trials[0].arms[0].outcomes[0].standard_error is None


def test_an_interval_of_an_odds_ratio_is_no_standard_error_of_a_difference(table):
    text = "- {id: x, arms: [], contrasts: [{arm: a, reference: b, odds_ratio: 2.1, ci95: [1.9, 2.4]}]}"
    contrast = table(text).trials[0].contrasts[0]
    assert contrast.standard_error is None
    assert contrast.effects == {"odds_ratio": 2.1}


@pytest.mark.parametrize(
    ("written", "grade", "confidence", "chance"),
    [
        ("verified", "measured", "verified", None),
        ("verified (abstract only)", "measured", "verified", None),
        ("recalled (p_correct~0.85)", "measured", "recalled", 0.85),
        ("derived", "derived", "verified", None),
        ("verified (point estimate); interval recalled (p_correct~0.95)", "measured", "recalled", 0.95),
        ("null", "measured", "recalled", None),
        ("pretty sure", "measured", "recalled", None),
    ],
)
def test_confidence_is_read_from_words(table, written, grade, confidence, chance):
    row = f"{{outcome: response, time_d: 1, rate: 0.5, confidence: {written}}}"
    text = f"- {{id: x, scale: S, arms: [{{arm: a, rates: [{row}]}}]}}"
    rate = table(text).trials[0].arms[0].rates[0]
    assert (rate.grade, rate.confidence, rate.p_correct) == (Grade(grade), Confidence(confidence), chance)


BAD = {
    "- {scale: MADRS, arms: []}": "line 2, [1].id: trial number 2: 'id' is missing",
    "- {id: bad, scale: MADRS}": "line 2, [1].arms: trial 'bad': 'arms' is missing",
    "- {id: bad, arms: {arm: a}}": "line 2, [1].arms: trial 'bad': 'arms' is not a list",
    "- {id: bad, arms: [], contrasts: 5}": "line 2, [1].contrasts: trial 'bad': 'contrasts' is not a list",
    "- {id: bad, arms: []}": "line 2, [1]: trial 'bad' reports nothing: no outcomes, no rates, no contrasts",
    "- id: bad\n  scale: MADRS\n  arms:\n  - arm: a\n    outcomes:\n    - {kind: change, mean: -3}": (
        "line 7, [1].arms[0].outcomes[0].time_d: trial 'bad': 'time_d' is missing"
    ),
    "- id: bad\n  arms:\n  - arm: a\n    outcomes:\n    - {kind: change, mean: -3, time_d: 7}": (
        "line 6, [1].arms[0].outcomes[0].scale: trial 'bad': 'scale' is missing"
    ),
    "- {id: bad, scale: S, arms: [{arm: a, outcomes: [{kind: change, mean: .nan, time_d: 7}]}]}": (
        "'mean' is not a finite number"
    ),
    "- {id: bad, arms: [{arm: a, rates: [{outcome: response, time_d: 7, rate: 45}]}]}": "'rate' is '45'",
    "- {id: bad, scale: S, arms: [{arm: a, outcomes: [{time_d: 7, kind: score, mean: 9, se: -1}]}]}": ("'se' is '-1'"),
    "- just words": "line 2, [1]: a trial is a mapping, not 'just words'",
    "- {id: good, arms: [], contrasts: [{arm: a, reference: b}]}": "trial 'good' stands in the table twice",
}


@pytest.mark.parametrize(("bad", "said"), BAD.items())
def test_one_bad_trial_never_loses_the_others(table, bad, said):
    result = table(GOOD + bad + "\n" + GOOD.replace("good", "also_good"))
    assert [trial.id for trial in result] == ["good", "also_good"]
    (problem,) = result.problems
    assert said in str(problem)
    assert "mine.yaml" in str(problem)
    assert problem.fix


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1\nb: 2", "line 2: this is not readable YAML"),
        ("", "this is not a list of trials but empty"),
        ("trials: 3", "line 1: this is not a list of trials but a mapping"),
        ("hello", "this is not a list of trials but one word or number"),
    ],
)
def test_a_file_that_is_no_table_is_refused(table, text, said):
    with pytest.raises(DataError) as fault:
        table(text)
    assert said in str(fault.value)
    assert fault.value.fix


def test_unknown_keys_are_kept_aside(table):
    text = "- {id: x, weather: fine, arms: [], contrasts: [{arm: a, reference: b, mood: good}]}"
    (trial,) = table(text)
    assert trial.model_extra["weather"] == "fine"
    assert trial.contrasts[0].model_extra["mood"] == "good"


def test_null_means_unknown(table):
    text = (
        "- {id: x, scale: MADRS, acronym: null, relapse: null, contrasts: null, population: null, "
        "arms: [{arm: a, n: null, baseline: null, regimen: null, rates: null, dropout: null, "
        "outcomes: [{visit: end, time_d: null, kind: change, mean: -9}]}]}"
    )
    (trial,) = table(text)
    assert trial.arms[0].outcomes[0].time_d is None
    assert trial.contrasts == trial.relapse == ()


def test_a_contrast_finds_its_arm_by_a_shortened_name(table):
    text = (
        "- {id: x, arms: [{arm: drug_84_plus_SOC}, {arm: sham_placebo}, {arm: tdcs_placebo_pill}], "
        "contrasts: [{arm: drug, reference: placebo}]}"
    )
    (trial,) = table(text)
    assert trial.arm("drug").arm == "drug_84_plus_SOC"
    assert trial.arm("placebo").arm == "sham_placebo"
    assert trial.arm("ketamine") is None


def test_a_folder_is_a_table_and_one_broken_file_is_one_problem(tmp_path):
    (tmp_path / "a.yaml").write_text("id: a\narms: []\ncontrasts: [{arm: a, reference: b}]")
    (tmp_path / "b.yaml").write_text("id: [b")
    (tmp_path / "c.yaml").write_text(GOOD)
    result = read_trials(tmp_path)
    assert [trial.id for trial in result] == ["a", "good"]
    assert len(result.problems) == 1
    assert "b.yaml" in str(result.problems[0])
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no trial in this folder"):
        read_trials(tmp_path / "empty")
