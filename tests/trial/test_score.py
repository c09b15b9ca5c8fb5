"""The scorecard: every published number gets a prediction or a reason, through the documented interface."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from euthymia.evidence.trial_table import read_trials
from euthymia.trial.calibration.problem import problem
from euthymia.trial.express import TYPICAL, express
from euthymia.trial.predictive import components, predictive
from euthymia.trial.score import score

TABLE = """\
- id: tiny_ketamine
  treatment_family: ketamine_iv
  design: randomised double-blind
  population: {dx: MDD-TRD, confidence: verified}
  scale: MADRS
  arms:
  - arm: ketamine
    regimen:
    - intervention: racemic_ketamine
      dose: 0.5
      unit: mg/kg
      route: iv
      schedule: {kind: times, times_d: [0], infusion_min: 40}
    n: {value: 40, confidence: verified}
    baseline: {mean: 33, sd: 5, confidence: verified}
    outcomes:
    - {visit: day 1, time_d: 1, kind: change, mean: -15, sd: 9, confidence: verified}
    - {visit: day 1, time_d: 1, kind: change, mean: -2, confidence: verified, scale: CGI-S}
  - arm: placebo
    regimen: [{intervention: placebo, route: iv}]
    n: {value: 40, confidence: verified}
    baseline: {mean: 33, sd: 5, confidence: verified}
    outcomes: [{visit: day 1, time_d: 1, kind: change, mean: -7, sd: 9, confidence: verified}]
  - arm: wonder_drug
    regimen: [{intervention: wonderdrug, dose: 1, unit: mg, route: oral, schedule: {kind: qd, start_d: 0, end_d: 7}}]
    outcomes: [{visit: day 1, time_d: 1, kind: change, mean: -30, confidence: verified}]
  contrasts:
  - {arm: ketamine, reference: placebo, visit: day 1, time_d: 1, difference: -8, ci95: [-12, -4], confidence: verified}
"""


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory):
    path: Path = tmp_path_factory.mktemp("table") / "trials.yaml"
    path.write_text(TABLE)
    return score(read_trials(path).trials, people=16, worlds=4, seed=3)


def test_every_published_number_has_a_row(rows) -> None:
    assert [(row.arm, row.kind) for row in rows] == [
        ("ketamine", "arm"),
        ("ketamine", "arm"),
        ("placebo", "arm"),
        ("wonder_drug", "arm"),
        ("ketamine", "contrast"),
    ]


def test_what_is_predicted_has_an_interval_around_it_and_a_published_number_beside_it(rows) -> None:
    predicted = [row for row in rows if row.status == "predicted"]
    assert len(predicted) == 3
    for row in predicted:
        assert row.low < row.predicted < row.high
        assert all(math.isfinite(number) for number in (row.low, row.predicted, row.high))
        assert row.time_h == 24
    assert [row.published for row in predicted] == [-15, -7, -8]
    assert predicted[0].published_se == pytest.approx(9 / math.sqrt(40))
    assert predicted[2].published_se == pytest.approx(8 / 3.92)


def test_what_cannot_be_expressed_says_why(rows) -> None:
    reasons = {row.arm if row.scale == "MADRS" else row.scale: row.reason for row in rows if row.status != "predicted"}
    assert reasons["wonder_drug"] == "there is no drug 'wonderdrug' in the treatments"
    assert reasons["CGI-S"].startswith("the scale CGI-S is not modelled")


def test_ketamine_is_better_than_placebo_on_the_next_day(rows) -> None:
    contrast = rows[-1]
    assert contrast.predicted < 0
    arms = {row.arm: row.predicted for row in rows if row.status == "predicted" and row.kind == "arm"}
    assert contrast.predicted == pytest.approx(arms["ketamine"] - arms["placebo"], abs=1e-9)


def test_the_same_seed_gives_the_same_rows(rows, tmp_path: Path) -> None:
    (tmp_path / "trials.yaml").write_text(TABLE)
    again = score(read_trials(tmp_path / "trials.yaml").trials, people=16, worlds=4, seed=3)
    assert again == rows


def test_a_trial_without_a_baseline_is_taken_at_the_typical_one(tmp_path: Path) -> None:
    path = tmp_path / "trials.yaml"
    path.write_text(TABLE.replace("    baseline: {mean: 33, sd: 5, confidence: verified}\n", ""))
    expressed = express(read_trials(path).trials[0], people=8, seed=1, worlds=0)
    assert expressed.trial is not None
    assert expressed.trial.baseline == TYPICAL
    assert set(expressed.reasons) == {"wonder_drug"}


def test_the_interval_covers_means_of_new_trials_from_the_same_worlds() -> None:
    random = np.random.default_rng(5)
    covered = 0
    for _ in range(300):
        centres = random.normal(-10, 2, 17)
        worlds = np.repeat(np.arange(16), 4)
        sample = centres[worlds] + random.normal(0, 8, 64)
        _, low, high = predictive(sample, worlds, n=100, scatter=1.0)
        new = centres[16] + random.normal(0, 1.0) + random.normal(0, 8) / 10
        covered += low <= new <= high
    assert 0.84 <= covered / 300 <= 0.96


def test_variance_between_and_within_worlds_is_told_apart() -> None:
    random = np.random.default_rng(1)
    worlds = np.repeat(np.arange(400), 5)
    sample = random.normal(0, 3, 400)[worlds] + random.normal(0, 5, 2000)
    between, within = components(sample, worlds)
    assert between == pytest.approx(9, rel=0.2)
    assert within == pytest.approx(25, rel=0.1)


def test_the_fit_sees_calibration_trials_alone() -> None:
    from euthymia.evidence.library import calibration_trials, published_trials

    held_out = {trial.id for trial in published_trials() if str(trial.split) != "calibrate"}
    posed = problem(people=2, markers=False).trials
    assert len(posed.targets) >= 60
    assert not held_out & {target.trial for target in posed.targets}
    assert {trial.id for trial in calibration_trials()} >= {one.trial.name for one in posed.trials}


def test_the_shipped_fit_is_to_these_targets() -> None:
    from euthymia.model.parameter_table import current_fit

    fit = current_fit()
    assert fit is not None
    assert fit.told["targets_hash"] == problem().hash
    assert len(fit.ensemble) >= 16


def test_a_predicted_row_carries_its_score_and_those_of_the_forecasts(rows) -> None:
    ketamine, _, placebo, wonder, contrast = rows
    for row in (ketamine, placebo, contrast):
        assert 0 <= row.crps < 20
        assert row.family == "ketamine_iv"
        assert row.class_mean is not None and row.class_trials >= 1
        assert row.all_crps is not None
    assert ketamine.class_mean < placebo.class_mean
    assert contrast.class_mean < 0
    assert wonder.crps is None and wonder.class_crps is not None
