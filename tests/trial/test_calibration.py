"""A calibration on a small question, and its parts against closed forms.

The real calibration takes an hour and ships as data; what is tested here is the method: that it finds what a linear
model's algebra finds, that it goes on where it stopped, and that it answers to nothing but the calibration trials.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from euthymia.cli.app import ended
from euthymia.cohort.weigh import tilted_sets
from euthymia.engine.choose import default_engine
from euthymia.errors import StoreError, TrialError, UnknownName
from euthymia.evidence.library import calibration_trials, published_trials
from euthymia.evidence.trial_table import read_trials
from euthymia.model.parameter_table import Prior, read_fit
from euthymia.trial.calibration.ensemble import ensemble, usual_cost
from euthymia.trial.calibration.identified import identified
from euthymia.trial.calibration.left_out import left_out
from euthymia.trial.calibration.optimum import Point, curvature, slopes, standing, stepped
from euthymia.trial.calibration.problem import Problem, problem, questions
from euthymia.trial.calibration.rivals import Rival, weighted
from euthymia.trial.calibration.run import calibrate
from euthymia.trial.calibration.target import CONTRAST_SD, SHARED, Target, covariance
from euthymia.trial.calibration.virtual_trials import followed
from euthymia.trial.calibration.written import write_fit

SMALL = ("wade2002_escitalopram", "murrough2013", "waterfall")
FREE = ("circuit.from_stress", "circuit.monoamine_gain", "circuit.inhibition_gain", "expectancy.ceiling")


# --- a model whose answer is known: predictions linear in the logarithms ------------------------------------


THREE = {f"p.{i}": Prior(1.0, 0.8, 1e-6, 1e6) for i in range(3)}


@dataclass(frozen=True)
class Linear:
    """Six numbers of two trials, linear in three logarithms; the third parameter does nothing."""

    free = MappingProxyType(THREE)
    slopes = np.array([[2.0, 0, 0], [1.0, 1, 0], [0.0, 3, 0], [1.0, -1, 0], [0.5, 2, 0], [2.0, 1, 0]])
    published = np.array([1.0, 0.5, -1.0, 1.2, 0.3, 1.0])
    whitener = np.eye(6) * 2.0
    sd = np.full(6, 0.5)
    groups = ("a", "a", "a", "b", "b", "b")
    of_trial = np.array(["t1", "t1", "t1", "t2", "t2", "t2"])
    count = 6
    names = tuple(THREE)
    centre = np.zeros(3)
    prior_sd = np.full(3, 0.8)
    bounds = (np.full(3, -14.0), np.full(3, 14.0))
    misses, prior_misses, cost = Problem.misses, Problem.prior_misses, Problem.cost

    def predict(self, points, engine, only=None, states=None):
        told = points @ self.slopes.T
        return told if only is None else np.where(np.isin(self.of_trial, list(only)), told, np.nan)

    @property
    def posterior(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and covariance by algebra."""
        square = 4 * self.slopes.T @ self.slopes + np.eye(3) / 0.64
        return np.linalg.solve(square, 4 * self.slopes.T @ self.published), np.linalg.inv(square)


NOBODY: Any = None  # an engine nobody asks


@pytest.fixture(scope="module")
def linear() -> tuple[Any, Point, np.ndarray]:
    posed: Any = Linear()
    point = standing(posed, posed.centre, NOBODY)
    while not point.finished:
        point = stepped(posed, point, slopes(posed, point, NOBODY), NOBODY, lambda text: None)
    return posed, point, slopes(posed, point, NOBODY)


def test_the_search_finds_the_mean_of_a_linear_model(linear) -> None:
    posed, point, jacobian = linear
    assert np.allclose(point.x, posed.posterior[0], atol=1e-3)
    assert np.allclose(jacobian, posed.slopes, atol=1e-9)


def test_the_ensemble_has_the_mean_and_covariance_of_a_linear_model(linear, monkeypatch) -> None:
    """As long as no member is drawn back, which makes spreads narrower."""
    monkeypatch.setattr("euthymia.trial.calibration.ensemble.DRAWN_BACK", ())
    posed, point, jacobian = linear
    only = (Rival("q", "yes", True, 1.0, point.x, point.predicted, point.cost, np.zeros((6, 3)), 1.0),)
    members = ensemble(posed, point, jacobian, only, NOBODY, members=4000)
    x, weights = np.stack([m.x for m in members]), np.array([m.weight for m in members])
    mean, spread = posed.posterior
    assert weights.sum() == pytest.approx(1)
    assert np.allclose(weights @ x, mean, atol=4 * np.sqrt(np.diag(spread).max() / 4000))
    assert np.allclose(np.cov(x.T, aweights=weights), spread, atol=0.05)


def test_members_are_drawn_back_until_they_cost_what_a_posterior_usually_does(linear) -> None:
    posed, point, jacobian = linear
    only = (Rival("q", "yes", True, 1.0, point.x, point.predicted, point.cost, np.zeros((6, 3)), 1.0),)
    members = ensemble(posed, point, jacobian, only, NOBODY, members=4000)
    limit = usual_cost(posed, point)
    assert limit == pytest.approx(point.cost + 3 + 2 * np.sqrt(6))
    assert len(members) == 4000
    assert all(member.cost <= limit + 1e-9 for member in members)
    spread = np.cov(np.stack([m.x for m in members]).T)
    assert (np.diag(spread) < np.diag(posed.posterior[1])).all()


def test_a_parameter_that_nothing_depends_on_is_called_unidentified(linear) -> None:
    posed, point, jacobian = linear
    found = identified(posed, point, jacobian)
    assert [one.unidentified for one in found] == [False, False, True]
    assert dict(found[0].by) == pytest.approx({"a": 5 / 10.25, "b": 5.25 / 10.25})  # squares of the slopes above
    assert dict(found[1].by) == pytest.approx({"a": 10 / 16, "b": 6 / 16})
    assert not found[2].by


def test_leaving_a_trial_out_is_a_fit_without_it(linear) -> None:
    posed, point, jacobian = linear
    rows = slice(3, 6)
    kept = posed.slopes[:3]
    square = 4 * kept.T @ kept + np.eye(3) / 0.64
    x = np.linalg.solve(square, 4 * kept.T @ posed.published[:3])
    found = [one for one in left_out(posed, point, jacobian, NOBODY, "trial") if one.target >= 3]
    assert np.allclose([one.mean for one in found], posed.slopes[rows] @ x, atol=1e-2)
    spread = np.sqrt(np.diag(posed.slopes[rows] @ np.linalg.solve(square, posed.slopes[rows].T)) + 0.25)
    assert np.allclose([one.sd for one in found], spread, rtol=1e-6)


def test_curvature_is_half_the_second_derivative(linear) -> None:
    posed, point, jacobian = linear
    _, _, square = curvature(posed, point, jacobian)
    assert np.allclose(np.linalg.inv(square), posed.posterior[1], atol=1e-9)


# --- hypotheses ---------------------------------------------------------------------------------------------


def rival(name: str, prior: float, cost: float) -> Rival:
    return Rival("q", name, name == "a", prior, np.zeros(1), np.zeros(1), cost, np.zeros((1, 1)))


def test_weights_follow_prior_and_likelihood() -> None:
    found = weighted([rival("a", 0.5, 10.0), rival("b", 0.5, 12.0)])
    assert found[1].weight / found[0].weight == pytest.approx(np.exp(-1))
    assert sum(one.weight for one in found) == pytest.approx(1)


def test_a_rival_far_behind_keeps_a_little_and_an_excluded_one_nothing() -> None:
    found = weighted([rival("a", 0.5, 10.0), rival("b", 0.5, 200.0), rival("c", 0.0, 1.0)])
    assert 0.005 < found[1].weight < 0.02
    assert found[2].weight == 0


def test_rare_alternatives_are_drawn_more_often_and_count_less(linear) -> None:
    posed, point, jacobian = linear
    pair = (
        Rival("q", "a", True, 0.5, point.x, point.predicted, point.cost, np.zeros((6, 3)), 0.97),
        Rival("q", "b", False, 0.5, point.x, point.predicted, point.cost, np.zeros((6, 3)), 0.03),
    )
    members = ensemble(posed, point, jacobian, pair, NOBODY, members=400)
    rare = [m for m in members if ("q", "b") in m.states]
    assert len(rare) / len(members) > 0.05
    assert sum(m.weight for m in rare) == pytest.approx(0.03, abs=0.01)


# --- targets ------------------------------------------------------------------------------------------------


def test_scatter_between_trials_is_shared_within_one() -> None:
    two = tuple(Target("t", "f", ("a", "b"), "MADRS", d, "difference", -3.0, 1.0, 1.0) for d in (7.0, 14.0))
    matrix = covariance((*two, replace(two[0], trial="u")))
    assert matrix[0, 0] == pytest.approx(1 + CONTRAST_SD**2)
    assert matrix[0, 1] == pytest.approx(SHARED * CONTRAST_SD**2)
    assert matrix[0, 2] == 0


def test_a_recalled_number_counts_by_the_square_of_its_chance() -> None:
    sure = Target("t", "f", ("a",), "MADRS", 7.0, "change", -10.0, 1.0, 1.0)
    assert replace(sure, weight=0.49).sd == pytest.approx(sure.sd / 0.7)


def test_every_crowd_is_tilted_exponentially_to_the_mean() -> None:
    """Least change of weights: their logarithms are a straight line of the scores, and the mean is met."""
    scores = np.random.default_rng(3).normal(30, 5, (4, 24))
    weights = tilted_sets(scores, 33.0)
    assert np.allclose((weights * scores).sum(axis=1), 33.0)
    for row, alone in zip(np.log(weights), scores, strict=True):
        slope, offset = np.polyfit(alone, row, 1)
        assert np.allclose(row, slope * alone + offset, atol=1e-9)


def test_which_numbers_follow_which_parameters_is_found_out() -> None:
    factors = np.array([1.7, 1.9])
    before = np.array([[2.0, 3.0, 5.0, 7.0]])
    found = followed(before, before * [1.0, 1.7, 1.9, 1.7 * 1.9], factors)
    assert np.allclose(found.under(np.array([[2.0, 10.0]])), [[[2.0, 6.0, 50.0, 140.0]]])
    with pytest.raises(ValueError, match="another way"):
        followed(before, before + 0.3, factors)


# --- a small calibration of the real model ------------------------------------------------------------------


@pytest.fixture(scope="module")
def small() -> Problem:
    chosen = [trial for trial in calibration_trials() if trial.id in SMALL]
    return problem(people=6, trials=chosen, free=FREE, markers=False)


def run_small(small: Problem, **options):
    return calibrate(small, default_engine(), rounds=2, members=8, prior_draws=4, **options)


def test_an_arm_with_a_control_is_answered_through_its_contrast(small) -> None:
    kinds = {(t.trial, t.arms, t.measure) for t in small.trials.targets}
    assert ("waterfall", ("placebo",), "change") in kinds
    assert ("waterfall", ("zuranolone_50", "placebo"), "difference") in kinds
    assert ("waterfall", ("zuranolone_50",), "change") not in kinds


def test_no_number_of_a_held_out_trial_is_a_target() -> None:
    held_out = {trial.id for trial in published_trials() if str(trial.split) != "calibrate"}
    targets = [target for _, found in questions() for target in found]
    assert len(targets) >= 100
    assert not held_out & {target.trial for target in targets}


def test_a_calibration_lowers_the_cost_and_writes_what_it_found(small, tmp_path: Path) -> None:
    done = run_small(small)
    start = standing(small, small.centre, default_engine())
    assert done.best.cost < start.cost
    fit = read_fit(write_fit(done, "fit-test", tmp_path / "fit"))
    assert set(fit.names) == set(FREE)
    assert sum(fit.weights) == pytest.approx(1, abs=1e-4)
    assert len(fit.told["targets"]) == len(small.trials.targets)
    assert {row["parameter"] for row in fit.identified} == set(FREE)
    assert fit.told["targets_hash"] == small.hash
    assert not list(tmp_path.glob("*.part"))


def test_a_stopped_calibration_goes_on_and_ends_with_the_same_bytes(small, tmp_path: Path) -> None:
    class Stopped(Exception):
        pass

    def stop(what: str, done: int, total: int) -> None:
        if what == "hypotheses":
            raise Stopped

    whole = write_fit(run_small(small), "fit-test", tmp_path / "whole")
    with pytest.raises(Stopped):
        run_small(small, keep=tmp_path / "keep", progress=stop)
    kept = (tmp_path / "keep" / "search.npz").stat().st_mtime_ns
    again = write_fit(run_small(small, keep=tmp_path / "keep"), "fit-test", tmp_path / "again")
    assert (tmp_path / "keep" / "search.npz").stat().st_mtime_ns == kept  # not searched again
    for file in whole.iterdir():
        assert file.read_bytes() == (again / file.name).read_bytes(), file.name


def test_parts_of_another_question_are_not_gone_on_with(small, tmp_path: Path) -> None:
    run_small(small, keep=tmp_path)
    with pytest.raises(StoreError, match="holds parts of another calibration \\(seed differ\\)"):
        run_small(small, keep=tmp_path, seed=8)


def test_a_parameter_without_a_prior_cannot_be_freed() -> None:
    with pytest.raises(UnknownName, match=r"circuit\.width"):
        problem(people=2, free=("circuit.width",), markers=False)


def test_a_table_nothing_of_which_can_be_answered_is_refused(tmp_path: Path) -> None:
    text = "id: t\narms:\n- {arm: a, regimen: [{intervention: moonlight}]}\n"
    (tmp_path / "t.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(TrialError, match="no published number can be answered"):
        problem(people=2, trials=read_trials(tmp_path / "t.yaml").trials, markers=False)


def test_the_command_calibrates_a_table_of_the_users(tmp_path: Path, capsys) -> None:
    table = tmp_path / "trial.yaml"
    table.write_text(
        "- id: mine\n  treatment_family: SSRI\n  scale: MADRS\n  arms:\n"
        "  - arm: drug\n    n: 100\n    regimen: [{intervention: escitalopram, dose: 10, unit: mg, "
        "schedule: {kind: qd, start_d: 0, end_d: 28}}]\n"
        "    outcomes: [{time_d: 28, kind: change, mean: -14, sd: 9, confidence: verified}]\n"
        "  - arm: placebo\n    n: 100\n    regimen: [{intervention: placebo}]\n"
        "    outcomes: [{time_d: 28, kind: change, mean: -11, sd: 9, confidence: verified}]\n",
        encoding="utf-8",
    )
    words = ["calibrate", "--trials", table, "--people", "3", "--members", "8", "--rounds", "1", "--no-markers"]
    assert ended([str(word) for word in (*words, "--out", tmp_path / "fit")]) == 0
    said = capsys.readouterr().out
    assert "nothing identifies" in said
    assert (tmp_path / "fit" / "ensemble.csv").exists()
