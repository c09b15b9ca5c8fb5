"""Items as ordered categories: totals, errors and links as published, the same rating from the same seed."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from euthymia.cohort.cohort import cohort
from euthymia.engine.choose import default_engine
from euthymia.errors import DataError, UnknownName
from euthymia.evidence.library import library
from euthymia.model.symptoms.domains import DOMAINS
from euthymia.treatments.order import intranasal, oral, placebo
from euthymia.trial.conduct import run
from euthymia.trial.protocol import Baseline, trial
from euthymia.trial.run import Run
from euthymia.trial.scale import FOLDER, scale, scales

PATIENTS = cohort("outpatient-mdd", n=1, seed=3).candidates(0, 400)
LINKS = library().scale_links
NAMES = ("MADRS", "HAMD17", "HAMD6", "QIDS_SR16")


@pytest.fixture(scope="module")
def done() -> Run:
    """People treated for four weeks after a severe start, in arms that differ widely."""
    arms = {
        "esketamine": intranasal("esketamine", "84 mg").times_per_week(2, weeks=4)
        | oral("escitalopram", "10 mg").daily(weeks=4),
        "placebo": placebo().daily(weeks=4),
    }
    design = trial(
        cohort("outpatient-mdd", n=150, seed=4), arms, visits=(1, 14, 28), scales=NAMES, allocation="twins",
        staying=None, baseline=Baseline("MADRS", 33),
    )  # fmt: skip
    return run(design, default_engine(), grid_hours=1e9)


def changes(done: Run, name: str) -> np.ndarray:
    """Expected change at every visit of everybody."""
    totals = [arm.total(name)[:, np.searchsorted(arm.times, arm.visits)] for arm in done.arms.values()]
    return np.concatenate([(total - total[:, :1])[:, 1:].ravel() for total in totals])


def totals(done: Run, name: str) -> np.ndarray:
    return np.concatenate(
        [arm.total(name)[:, np.searchsorted(arm.times, arm.visits)].ravel() for arm in done.arms.values()]
    )


def test_the_scales_that_ship() -> None:
    assert set(NAMES) <= set(scales())
    assert scale("qids-sr16") is scale("QIDS_SR16") or scale("qids-sr16") == scale("QIDS_SR16")
    assert {name: scale(name).maximum for name in NAMES} == {"MADRS": 60, "HAMD17": 52, "HAMD6": 22, "QIDS_SR16": 27}
    with pytest.raises(UnknownName):
        scale("HAMD24")  # no published rule leads to it


@pytest.mark.parametrize("name", NAMES)
def test_a_worse_domain_never_lowers_a_total(name: str) -> None:
    random = np.random.default_rng(1)
    low = random.random((200, len(DOMAINS)))
    high = low + (1 - low) * random.random((200, len(DOMAINS)))
    assert (scale(name).total(high) >= scale(name).total(low) - 1e-12).all()
    assert scale(name).total(np.zeros(7)) == pytest.approx(0, abs=1e-6)
    assert scale(name).total(np.ones(7)) <= scale(name).maximum + 1e-9


@pytest.mark.parametrize("name", NAMES)
def test_the_expected_total_is_the_mean_of_ratings(name: str) -> None:
    domains = np.random.default_rng(2).uniform(0.05, 0.9, (1, 1, 7)).repeat(400, 0).repeat(20, 1)
    rated = scale(name).rated(domains, PATIENTS)
    error = rated.std() / np.sqrt(rated.size)
    assert rated.mean() == pytest.approx(scale(name).total(domains)[0, 0], abs=5 * error + 0.05)
    assert ((rated >= 0) & (rated <= scale(name).maximum) & (rated == np.round(rated))).all()


def test_the_expected_total_agrees_with_the_formula_item_by_item() -> None:
    domains = np.random.default_rng(5).uniform(0.02, 0.95, 7)
    one = scale("MADRS").graded
    wanted = 0.0
    for domain, power, thresholds in zip(one.domain, one.discrimination, one.thresholds, strict=True):
        logit = np.log(domains[domain] / (1 - domains[domain]))
        known = thresholds[np.isfinite(thresholds)]
        wanted += (1 / (1 + np.exp(-power * (logit - np.log(known / (1 - known)))))).sum()
    assert scale("MADRS").total(domains) == pytest.approx(wanted, rel=1e-10)


def test_the_same_seed_gives_the_same_items_and_a_first_visit_keeps_its_rating() -> None:
    domains = np.full((400, 6, 7), 0.45)
    once, again = (scale("MADRS").ratings(domains, PATIENTS) for _ in range(2))
    assert once.tobytes() == again.tobytes()
    assert (scale("MADRS").ratings(domains[:, :2], PATIENTS) == once[:, :2]).all()
    assert (scale("MADRS").ratings(domains[7:9], PATIENTS[7:9]) == once[7:9]).all()


def test_a_short_form_is_read_off_the_long_one() -> None:
    domains = np.full((400, 2, 7), 0.5)
    long, short = (scale(name).ratings(domains, PATIENTS) for name in ("HAMD17", "HAMD6"))
    names = list(scale("HAMD17").items)
    assert (short == long[..., [names.index(name) for name in scale("HAMD6").items]]).all()
    assert scale("HAMD6").total(domains[0]) == pytest.approx(short.sum(-1).mean(), abs=0.2)


def test_of_a_group_the_highest_item_counts() -> None:
    one = scale("QIDS_SR16")
    scores = one.ratings(np.full((400, 1, 7), 0.5), PATIENTS)[:, 0]
    names, groups = list(one.items), {}
    for name, item in one.items.items():
        groups.setdefault(item.group or name, []).append(names.index(name))
    assert len(names) == 16
    assert len(groups) == 9  # the nine domains of the scale
    wanted = sum(scores[:, columns].max(axis=1) for columns in groups.values())
    assert (one.graded.added(scores) == wanted).all()


@pytest.mark.parametrize(("name", "low", "high"), [("MADRS", 2.4, 3.6), ("HAMD17", 2.01 * 0.85, 2.01 * 1.15)])
def test_rating_twice_differs_as_published(name: str, low: float, high: float, done: Run) -> None:
    """Test-retest error in the middle of a trial: MADRS 2.4 to 3.6 (derived), HAM-D17 2.01 (waterfall)."""
    arm = done.arm("placebo")
    at = np.searchsorted(arm.times, arm.visits)[2]
    domains = np.stack([arm.output(d)[:, at] for d in DOMAINS], axis=-1)
    twice = scale(name).rated(domains[:, None].repeat(2, axis=1), [p.patient for p in arm.people])
    error = np.diff(twice, axis=1).std() / np.sqrt(2)
    sampling = error / np.sqrt(2 * len(twice))
    assert low - 2 * sampling <= error <= high + 2 * sampling


def test_the_healthy_are_rated_low(healthy: np.ndarray) -> None:
    rated = scale("MADRS").rated(np.tile(healthy, (400, 1, 1)), PATIENTS)
    assert scale("MADRS").total(healthy) <= 6
    assert rated.mean() <= 6
    assert scale("HAMD17").total(healthy) <= scale("HAMD17").remission


@pytest.fixture(scope="module")
def healthy() -> np.ndarray:
    """Domains at the limbic drive of health, from the starting equations."""
    from euthymia.engine.lower import lower
    from euthymia.engine.schedule import tabulate
    from euthymia.engine.task import Task
    from euthymia.trial.enrol import base_model

    model = base_model().having({"life.episode": 0.0, "life.habitual": 0.0})
    program = lower(model)
    numbers = np.array([[model.parameters[name].number for name in program.parameters]])
    task = Task(program, numbers, tabulate(program, [()]), np.array([0.0]), DOMAINS, start=-1000.0)
    return default_engine().solve(task).values[0, 0]


@pytest.mark.parametrize("pair", LINKS["leucht2018_total"].anchors[:3])
def test_totals_meet_the_published_link(pair: tuple[float, float], done: Run) -> None:
    hamd, madrs = pair
    near = np.abs(totals(done, "MADRS") - madrs) < 1.5
    assert near.sum() >= 10
    assert totals(done, "HAMD17")[near].mean() == pytest.approx(hamd, abs=2)


@pytest.mark.parametrize("pair", LINKS["leucht2018_change"].anchors[:2])
def test_improvements_meet_the_published_link(pair: tuple[float, float], done: Run) -> None:
    hamd, madrs = pair
    near = np.abs(changes(done, "MADRS") + madrs) < 1.5
    assert near.sum() >= 10
    assert changes(done, "HAMD17")[near].mean() == pytest.approx(-hamd, abs=2)


@pytest.mark.parametrize("pair", LINKS["qids_hamd_stard"].anchors)
def test_the_self_rating_meets_its_link(pair: tuple[float, float], done: Run) -> None:
    qids, hamd = pair
    near = np.abs(totals(done, "HAMD17") - hamd) < 1
    assert near.sum() >= 10
    assert totals(done, "QIDS_SR16")[near].mean() == pytest.approx(qids, abs=2)


def test_items_of_a_run_add_up_to_its_ratings(done: Run) -> None:
    import polars

    madrs = done.items.filter(polars.col("scale") == "MADRS")
    sums = madrs.group_by("arm", "patient", "time_h", maintain_order=True).agg(polars.col("score").sum())
    rated = done.ratings.filter(polars.col("scale") == "MADRS")
    assert sums["score"].to_list() == [int(x) for x in rated["rated"]]
    assert madrs["item"].n_unique() == 10
    assert madrs.columns == ["arm", "patient", "time_h", "scale", "item", "score", "observed"]


WRONG = {
    "domain: mood": ("domain: moood", "'moood' is not a symptom domain"),
    "maximum: 60": ("maximum: 59", "the items add up to 60, the maximum says 59"),
    "share: 1}": ("share: 1, thresholds: [0.2, 0.1]}", "an item from 0 to 6 has 6 thresholds"),
}


@pytest.mark.parametrize("old", WRONG)
def test_a_scale_file_that_is_wrong(old: str, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    new, told = WRONG[old]
    (tmp_path / "mine.yaml").write_text((FOLDER / "madrs.yaml").read_text().replace(old, new, 1))
    monkeypatch.setattr("euthymia.trial.scale.FOLDER", tmp_path)
    with pytest.raises(DataError) as caught:
        scale.__wrapped__("mine")
    assert told in str(caught.value)
    assert "mine.yaml" in str(caught.value)


def test_thresholds_rise(done: Run) -> None:
    for name in NAMES:
        for row in scale(name).graded.thresholds:
            known = row[np.isfinite(row)]
            assert all(one < other for one, other in pairwise(known))
