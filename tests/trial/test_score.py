"""The scorecard: every published number gets a prediction or a reason, through the documented interface."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from euthymia.evidence.trial_table import read_trials
from euthymia.model.parameter_table import values_for
from euthymia.trial.biomarkers.observed import observed
from euthymia.trial.calibration.problem import free_parameters, hash_of, questions
from euthymia.trial.express import TYPICAL, express
from euthymia.trial.score import score
from euthymia.trial.scoring.predictive import components, predictive

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
    lean = values_for("publication")["small_study"].number * contrast.published_se  # what print overstates
    assert contrast.predicted == pytest.approx(arms["ketamine"] - arms["placebo"] - lean, abs=1e-9)


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
    posed = questions()
    assert sum(len(targets) for _, targets in posed) >= 100
    assert not held_out & {target.trial for _, targets in posed for target in targets}
    assert {trial.id for trial in calibration_trials()} >= {trial.name for trial, _ in posed}


def test_the_shipped_fit_is_to_these_targets() -> None:
    from euthymia.model.parameter_table import current_fit

    fit = current_fit()
    assert fit is not None
    targets = [target for _, found in questions() for target in found]
    assert fit.told["targets_hash"] == hash_of(targets, observed(), free_parameters())
    assert len(fit.ensemble) >= 64


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


RATES = """\
- id: tiny_rates
  treatment_family: SSRI
  design: randomised double-blind
  population: {dx: MDD, confidence: verified}
  scale: MADRS
  arms:
  - arm: escitalopram
    regimen:
    - intervention: escitalopram
      dose: licensed range
      unit: mg
      route: oral
      schedule: {kind: qd, start_d: 0, end_d: 28}
    n: {value: 100, confidence: verified}
    baseline: {mean: 30, confidence: verified}
    outcomes: [{time_d: 28, kind: change, mean: -6, confidence: verified, scale: QIDS-SR16}]
    rates:
    - {outcome: response, time_d: 28, rate: 0.4, confidence: verified}
    - {outcome: remission_MADRS<=12, time_d: 28, rate: 0.25, confidence: verified}
    - {outcome: remission, time_d: 28, rate: 0.2, confidence: verified}
    - {outcome: "response_maintained_>=7d", time_d: 28, rate: 0.3, confidence: verified}
    - {outcome: response, time_d: 28, rate: 0.4, confidence: verified, scale: HAMD21}
  - arm: placebo
    regimen: [{intervention: placebo, route: oral}]
    n: {value: 100, confidence: verified}
    baseline: {mean: 30, confidence: verified}
    rates: [{outcome: response, time_d: 28, rate: 0.3, confidence: verified}]
  contrasts:
  - arm: escitalopram
    reference: placebo
    time_d: 28
    odds_ratio_response: 1.6
    ci95: [1.2, 2.1]
    confidence: verified
"""


@pytest.fixture(scope="module")
def rates(tmp_path_factory: pytest.TempPathFactory):
    path: Path = tmp_path_factory.mktemp("rates") / "trials.yaml"
    path.write_text(RATES)
    return score(read_trials(path).trials, people=32, worlds=4, seed=3)


def test_rates_are_shares_with_an_interval(rates) -> None:
    found = [row for row in rates if row.kind == "rate" and row.status == "predicted"]
    assert [(row.arm, row.measure) for row in found] == [
        ("escitalopram", "response"), ("escitalopram", "remission"), ("escitalopram", "remission"),
        ("placebo", "response"),
    ]  # fmt: skip
    for row in found:
        assert 0 <= row.low < row.high <= 1
        assert row.low <= row.predicted <= row.high
        assert row.published_se == pytest.approx(math.sqrt(row.published * (1 - row.published) / 100))
        assert 0 <= row.crps < 1
    lenient, strict = found[1], found[2]
    assert lenient.predicted >= strict.predicted  # 12 or less against the scale's own 10
    assert "remission taken as MADRS of 10 or less" in strict.reason
    assert "the usual dose stands in: escitalopram 10 mg a day" in strict.reason


def test_rates_without_a_counterpart_say_why(rates) -> None:
    reasons = [row.reason for row in rates if row.kind == "rate" and row.status != "predicted"]
    assert reasons == [
        "'response_maintained_>=7d' is not compared: only response and remission at a visit are",
        "the scale HAMD21 is not modelled (modelled: MADRS, HAMD17, HAMD6, QIDS_SR16)",
    ]


def test_an_odds_ratio_is_compared_as_its_logarithm(rates) -> None:
    (row,) = (row for row in rates if row.kind == "odds_ratio")
    assert row.published == pytest.approx(math.log(1.6))
    assert row.published_se == pytest.approx(math.log(2.1 / 1.2) / 3.92)
    assert row.low < row.predicted < row.high
    shares = {
        r.arm: r.predicted for r in rates if r.kind == "rate" and r.measure == "response" and r.predicted is not None
    }
    (drug, control) = ((32 * shares[arm] + 0.5) / 33 for arm in ("escitalopram", "placebo"))
    assert row.predicted == pytest.approx(math.log(drug / (1 - drug) / (control / (1 - control))))
    assert not [row for row in rates if row.kind == "contrast"]


def test_a_self_rated_scale_is_predicted_on_its_own_items(rates) -> None:
    (row,) = (row for row in rates if row.kind == "arm")
    assert (row.scale, row.status) == ("QIDS-SR16", "predicted")
    assert -20 < row.predicted < 0


def test_the_interval_of_a_rate_covers_what_binomial_sampling_gives() -> None:
    random = np.random.default_rng(8)
    covered = 0
    for _ in range(400):
        sample = (random.random(64) < 0.3).astype(float)
        _, low, high = predictive(sample, np.repeat(np.arange(16), 4), n=50, scatter=0.0)
        covered += low <= (random.random(50) < 0.3).mean() <= high
    assert 0.84 <= covered / 400 <= 0.98


def test_the_summary_has_lines_for_rates(rates) -> None:
    from euthymia.trial.scorecard import scorecard

    lines = {one.kind: one for one in scorecard(rates)}
    assert set(lines) == {"arm", "rate", "odds_ratio"}
    assert lines["rate"].rows == 4
    assert abs(lines["rate"].bias) < 1
