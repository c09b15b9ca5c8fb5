"""Baselines that know no mechanism, and what a scorecard comes to, against cases worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from euthymia.evidence.trial_table import read_trials
from euthymia.trial.score import Row
from euthymia.trial.scorecard import points, scorecard
from euthymia.trial.scoring.climatology import climatology, role_of


def trial_text(name: str, family: str, drug: str, active: float, control: float, scale: str = "MADRS") -> str:
    return f"""\
- id: {name}
  treatment_family: {family}
  scale: {scale}
  arms:
  - arm: drug
    regimen: [{{intervention: {drug}, dose: 1, unit: mg, route: oral}}]
    baseline: {{mean: 30}}
    outcomes: [{{time_d: 56, kind: change, mean: {active}, confidence: verified}}]
  - arm: placebo
    regimen: [{{intervention: placebo, route: oral}}, {{intervention: stable_ongoing_ssri_or_snri}}]
    baseline: {{mean: 30}}
    outcomes: [{{time_d: 56, kind: change, mean: {control}, confidence: verified}}]
  contrasts: [{{arm: drug, reference: placebo, time_d: 56, difference: {active - control}, confidence: verified}}]
"""


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory):
    path: Path = tmp_path_factory.mktemp("table") / "trials.yaml"
    path.write_text(
        trial_text("one", "SSRI", "asertraline", -12, -9)
        + trial_text("two", "SSRI", "bsertraline", -14, -10)
        + trial_text("three", "SSRI", "bsertraline", -10, -8, "HAMD17")
        + trial_text("four", "ketamine", "cketamine", -20, -8)
        + trial_text("five", "ketamine", "cketamine", -18, -6)
    )
    return read_trials(path).trials


def test_a_background_drug_makes_no_active_arm(trials) -> None:
    assert [role_of(arm) for arm in trials[0].arms] == ["active", "control"]
    assert role_of(None) == "active"


def test_the_class_mean_leaves_the_trial_itself_out(trials) -> None:
    by_id = {trial.id: trial for trial in trials}
    table = climatology(trials)
    forecast = table.of_class(by_id["one"], by_id["one"].arms[0], "arm")
    assert forecast.trials == 2
    assert forecast.mean == pytest.approx((-14 - 10 * 1.3) / 2)  # a HAM-D17 point is worth 1.3
    lone = climatology([by_id["one"], by_id["four"], by_id["five"]])
    assert lone.of_class(by_id["one"], by_id["one"].arms[0], "arm") is None


def test_the_mean_of_everything_keeps_to_the_role_and_leaves_the_trial_out(trials) -> None:
    by_id = {trial.id: trial for trial in trials}
    table = climatology(trials)
    active = table.of_all(by_id["one"], by_id["one"].arms[0], "arm")
    control = table.of_all(by_id["one"], by_id["one"].arms[1], "arm")
    contrast = table.of_all(by_id["one"], by_id["one"].arms[0], "contrast")
    assert active.mean == pytest.approx(np.mean([-14, -13, -20, -18]))
    assert control.mean == pytest.approx(np.mean([-10, -10.4, -8, -6]))
    assert contrast.mean == pytest.approx(np.mean([-4, -2.6, -12, -12]))
    assert active.sd == pytest.approx(np.std([-14, -13, -20, -18], ddof=1) * np.sqrt(1 + 1 / 4))


def test_a_trial_with_many_visits_counts_once(trials) -> None:
    by_id = {trial.id: trial for trial in trials}
    arm = by_id["two"].arms[0]
    many = replace_outcomes(by_id["two"], arm.outcomes * 5)
    others = [by_id[name] for name in ("three", "four", "five")]
    few, lots = (climatology([one, *others]).of_all(by_id["one"], arm, "arm") for one in (by_id["two"], many))
    assert few.mean == pytest.approx(lots.mean)


def replace_outcomes(trial, outcomes):
    arms = (trial.arms[0].model_copy(update={"outcomes": outcomes}), *trial.arms[1:])
    return trial.model_copy(update={"arms": arms})


def test_a_trial_of_an_unknown_family_is_classed_by_what_it_gives(trials) -> None:
    table = climatology(trials)
    stranger = trials[0].model_copy(update={"id": "new", "treatment_family": None})
    assert table.family(stranger, next(t for t in trials if t.id == "four").arms[0]) == "ketamine"
    assert table.family(stranger, trials[0].arms[1] if role_of(trials[0].arms[1]) == "control" else None) is None


def row(**changes) -> Row:
    told = Row(
        "t", "drug", None, "arm", "change", "MADRS", 24.0, -10.0, -14.0, -6.0, -12.0, 1.0, "predicted", "", "verified",
        "hold-out", crps=1.0, class_mean=-14.0, class_crps=2.0, all_mean=-9.0, all_crps=4.0,
    )  # fmt: skip
    return replace(told, **changes)


def test_a_summary_by_hand() -> None:
    rows = (
        row(),
        row(predicted=-6.0, low=-9.0, high=-3.0, published=-10.0, crps=3.0, class_crps=2.0, class_mean=-9.0),
        row(split="calibrate", kind="contrast", reference="placebo", class_crps=None, class_mean=None),
        row(status="not expressed", predicted=None, low=None, high=None, crps=None),
    )
    held, calibrated = scorecard(rows)
    assert (held.split, held.kind, held.rows, held.covered) == ("hold-out", "arm", 2, 1)
    assert held.coverage == pytest.approx(0.5)
    assert held.bias == pytest.approx((2 + 4) / 2)
    assert held.error == pytest.approx(3)
    assert held.crps == pytest.approx(2)
    assert held.skill_class == pytest.approx(1 - 2 / 2)
    assert held.skill_all == pytest.approx(1 - 2 / 4)
    assert held.error_skill_class == pytest.approx(1 - 3 / 1.5)
    assert (calibrated.class_rows, calibrated.skill_class, calibrated.all_rows) == (0, None, 1)


def test_points_of_scales_and_shares() -> None:
    assert points(row()) == 1
    assert points(row(scale="HAMD17")) == pytest.approx(1.3)
    assert points(row(measure="percent_change")) == pytest.approx(0.325)


def test_the_summary_of_nothing_is_empty() -> None:
    assert scorecard([row(status="not expressed", predicted=None)]) == ()
