"""A small trial, run: the same again from its seed, the same person in any size, and failure as a value."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from euthymia.cohort.cohort import cohort
from euthymia.cohort.preset import preset
from euthymia.engine.choose import default_engine
from euthymia.engine.task import Engine, Solution, Task
from euthymia.errors import TrialError
from euthymia.treatments.order import oral, placebo
from euthymia.trial.conduct import run
from euthymia.trial.endpoints import effect, endpoint
from euthymia.trial.enrol import enrol
from euthymia.trial.protocol import Baseline, Trial, trial
from euthymia.trial.run import Run
from euthymia.trial.world import worlds

ENGINE = default_engine()


def small(size: int = 20, **options: object) -> Trial:
    arms = {"escitalopram": oral("escitalopram", "10 mg").daily(weeks=4), "placebo": placebo().daily(weeks=4)}
    return trial(
        cohort("outpatient-mdd", n=size, seed=11), arms, control="placebo", visits=(7, 28), setting="oral", **options
    )


@pytest.fixture(scope="module")
def done() -> Run:
    return run(small(), ENGINE)


def test_the_same_seed_gives_the_same_bytes(done: Run, tmp_path):
    again = run(small(), ENGINE)
    for name, arm in done.arms.items():
        assert arm.values.tobytes() == again.arm(name).values.tobytes()
        for scale_name, rated in arm.rated.items():
            assert rated.tobytes() == again.arm(name).rated[scale_name].tobytes()
    assert done.header == again.header
    first, second = done.save(tmp_path / "one"), again.save(tmp_path / "two")
    for file in ("ratings.parquet", "patients.parquet", "run.json"):
        assert (first / file).read_bytes() == (second / file).read_bytes()


def test_another_seed_gives_another_trial(done: Run):
    other = run(small().with_(cohort=cohort("outpatient-mdd", n=20, seed=12)), ENGINE)
    assert other.arm("placebo").rated["MADRS"].tobytes() != done.arm("placebo").rated["MADRS"].tobytes()


def test_a_person_is_the_same_in_a_trial_of_any_size(done: Run):
    larger = run(small(44), ENGINE)
    for name, arm in done.arms.items():
        wider = larger.arm(name)
        for row, person in enumerate(arm.people):
            assert wider.people[row].patient == person.patient
            assert wider.values[row] == pytest.approx(arm.values[row], rel=1e-3, abs=1e-5)
            assert np.abs(wider.rated["MADRS"][row] - arm.rated["MADRS"][row]).max() <= 1


def test_twins_are_the_same_people_in_every_arm():
    twins = run(small(6, allocation="twins", staying=None), ENGINE)
    drug, control = twins.arm("escitalopram"), twins.arm("placebo")
    assert drug.people == control.people
    assert drug.total("MADRS")[:, 0] == pytest.approx(control.total("MADRS")[:, 0], rel=1e-4)
    assert (drug.total("MADRS")[:, -1] < control.total("MADRS")[:, -1]).all()


@dataclass(frozen=True)
class Poisoned:
    """An engine that makes one patient of every large task impossible."""

    engine: Engine
    row: int = 3
    name: str = "poisoned"

    def solve(self, task: Task) -> Solution:
        parameters = task.parameters.copy()
        if len(task.times) > 1:  # a treated arm; screening looks at one moment
            parameters[self.row] = np.nan
        return self.engine.solve(replace(task, parameters=parameters))


def test_one_patient_who_cannot_be_solved_stays_in_the_run_as_a_failure(done: Run):
    hurt = run(small(), Poisoned(ENGINE))
    assert [(arm, number) for arm, number, _ in hurt.failures] == [
        (name, arm.people[3].patient.number) for name, arm in done.arms.items()
    ]
    assert all(status.message not in ("", "ok") for _, _, status in hurt.failures)
    assert [failure["arm"] for failure in hurt.header["failures"]] == ["escitalopram", "placebo"]
    for name, arm in hurt.arms.items():
        assert np.isnan(arm.values[3]).all()
        others = np.delete(np.arange(len(arm.people)), 3)
        assert arm.values[others] == pytest.approx(done.arm(name).values[others], rel=1e-3, abs=1e-5)
    assert [one.n for one in endpoint(hurt, "change")] == [9, 9]


def test_a_run_without_failures_says_so(done: Run):
    assert done.failures == ()
    assert done.header["failures"] == []


def test_nobody_is_enrolled_from_an_empty_clinic():
    empty = preset("outpatient-mdd")
    severe = empty.severity.model_copy(update={"low": 59, "high": 60})
    clinic = cohort("outpatient-mdd", n=2, seed=1).with_(preset=empty.model_copy(update={"severity": severe}))
    with pytest.raises(TrialError) as caught:
        enrol(small().with_(cohort=clinic), ENGINE, worlds(0))
    assert "candidates are eligible, 2 are needed" in str(caught.value)
    assert "Cohort 'outpatient-mdd' lets in MADRS 59 to 60." in str(caught.value)
    assert "Widen the severity rule or choose another cohort." in str(caught.value)


def test_everyone_enrolled_was_ill_enough(done: Run):
    rule = done.trial.cohort.preset.severity
    for arm in done.arms.values():
        first = arm.rated["MADRS"][:, 0]
        assert (first >= rule.low).all()
        assert (first <= rule.high).all()
    assert done.enrolment.screened >= done.trial.cohort.size


@pytest.mark.slow
def test_a_published_baseline_is_matched():
    matched = run(small(40, baseline=Baseline("MADRS", 33.0), staying=None), ENGINE)
    means = [arm.rated["MADRS"][:, 0].mean() for arm in matched.arms.values()]
    assert np.mean(means) == pytest.approx(33.0, abs=1.5)


def test_leaving_is_for_good_and_begins_after_baseline(done: Run):
    leavers = run(small(60, staying=replace(done.trial.staying, weekly_hazard=0.3)), ENGINE)
    for arm in leavers.arms.values():
        assert arm.observed[:, 0].all()
        assert not arm.observed.all()
        assert (np.diff(arm.observed.astype(int), axis=1) <= 0).all()
    kept = endpoint(leavers, "change", estimand="observed")
    everyone = endpoint(leavers, "change")
    assert sum(one.n for one in kept) < sum(one.n for one in everyone) == 60


def test_endpoints_are_arithmetic_on_ratings(done: Run):
    for name, arm in done.arms.items():
        before, after = arm.rated["MADRS"][:, 0], arm.rated["MADRS"][:, -1]
        wanted = {
            "change": (after - before).mean(), "score": after.mean(),
            "response": (after <= before / 2).mean(), "remission": (after <= 10).mean(),
        }  # fmt: skip
        for kind, value in wanted.items():
            found = next(one for one in endpoint(done, kind) if one.arm == name)
            assert found.value == pytest.approx(value)
            assert found.low <= found.value <= found.high
            assert found.n == 10
    difference = effect(done, "escitalopram", "placebo")
    changes = {one.arm: one.value for one in endpoint(done, "change")}
    assert difference.value == pytest.approx(changes["escitalopram"] - changes["placebo"])
    assert difference.low < difference.value < difference.high


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (lambda done: endpoint(done, "cure"), "there is no endpoint 'cure'"),
        (lambda done: endpoint(done, "change", day=9), "there is no visit on day 9\n  Visits: days 0, 7, 28."),
        (lambda done: endpoint(done, "change", "MADSR"), "there is no scale 'MADSR'"),
        (lambda done: effect(done, "escitalopram", "sham"), "there is no arm 'sham'"),
    ],
)
def test_questions_that_have_no_answer(done: Run, asked, told: str):
    with pytest.raises(Exception) as caught:
        asked(done)
    assert told in str(caught.value)
