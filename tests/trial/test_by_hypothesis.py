"""Predictions under rival hypotheses: directions that follow from what each says, and where they differ."""

import numpy as np
import polars
import pytest

import euthymia as eu
from euthymia.cohort.cohort import cohort
from euthymia.errors import EuthymiaError, UnknownName
from euthymia.evidence.library import library
from euthymia.trial.by_hypothesis import Rivals, bearing, by_hypothesis, hypotheses_disagree
from euthymia.trial.conduct import run
from euthymia.trial.protocol import trial
from euthymia.trial.score import score
from euthymia.trial.scoring.by_hypothesis import score_by_hypothesis, summed_up
from euthymia.trial.simulate import simulate

QUESTION = "ketamine-versus-esketamine"
KETAMINE = eu.infusion("ketamine", "0.5 mg/kg", over="40 min").once(day=0)
ESKETAMINE = eu.intranasal("esketamine", "84 mg").once(day=0)
CONTROL = eu.infusion("midazolam", "0.02 mg/kg", over="40 min").once(day=0)


def ketamines(**changes):
    return trial(
        cohort("treatment-resistant", n=24, seed=5),
        {"ketamine": KETAMINE, "esketamine": ESKETAMINE, "control": CONTROL},
        control="control",
        visits=(1, 7),
        allocation="twins",
        **({"worlds": 4} | changes),
    )


@pytest.fixture(scope="module")
def done():
    return run(ketamines(), grid_hours=1e9)


@pytest.fixture(scope="module")
def table(done) -> polars.DataFrame:
    arms = [by_hypothesis(done, arm, "control", day=1, names=[QUESTION]) for arm in ("ketamine", "esketamine")]
    return polars.concat([part.with_columns(arm=polars.lit(arm)) for part, arm in zip(arms, ("k", "s"), strict=True)])


def contrast(table: polars.DataFrame, arm: str, alternative: str) -> float:
    return table.filter((table["arm"] == arm) & (table["alternative"] == alternative))["mean"].item()


def test_without_an_r_ketamine_drive_the_racemate_loses_and_esketamine_does_not() -> None:
    """Only the racemate holds R-ketamine, so in one world only its benefit can hang on the drive."""
    off = {"neurotrophin.r_ketamine_release": 0.0}
    with_, without = (run(ketamines(worlds=0, hypotheses=sets), grid_hours=1e9) for sets in ({}, off))
    gaps = {
        arm: [eu.effect(done, arm, "control", "MADRS", day=1).value for done in (with_, without)]
        for arm in ("ketamine", "esketamine")
    }
    assert gaps["ketamine"][0] < gaps["ketamine"][1] - 0.5
    assert gaps["esketamine"][0] == pytest.approx(gaps["esketamine"][1], abs=1e-6)


def test_a_row_says_how_its_worlds_came_to_the_alternative(table) -> None:
    rows = table.filter(table["arm"] == "k").sort("alternative")
    assert set(rows["alternative"]) == {"r-ketamine-drive", "unblinding", "ceiling"}
    assert rows["weight"].sum() == pytest.approx(1)
    assert all(rows["members"] == 4) and all(rows["low"] < rows["mean"]) and all(rows["mean"] < rows["high"])
    assert set(rows["how"]) <= {"held", "put on", "reference"}


def test_an_alternative_is_the_same_as_a_trial_restricted_to_it(done, table) -> None:
    restricted = run(ketamines(hypotheses={QUESTION: "ceiling"}), grid_hours=1e9)
    again = by_hypothesis(restricted, "ketamine", "control", day=1, names=[QUESTION])
    assert again["alternative"].to_list() == ["ceiling"]
    assert again["mean"].item() == pytest.approx(contrast(table, "k", "ceiling"))
    header = restricted.header
    assert header["hypotheses"] == {QUESTION: "ceiling"}
    assert header["states"][QUESTION] == {"ceiling": 4}
    assert "hypotheses" in done.header and done.header["hypotheses"] == {}


def test_without_running_again_only_what_the_worlds_hold_is_told(done) -> None:
    found = by_hypothesis(done, "ketamine", "control", names=["tdcs"], again=False)
    assert set(found["alternative"]) <= {"hebbian", "none"} and len(found) >= 1
    assert found.columns[:3] == ["hypothesis", "alternative", "weight"]


def test_hypotheses_bear_on_what_they_are_about() -> None:
    drug, device = KETAMINE.plan(), eu.tdcs("tdcs-bifrontal-elect").course().plan()
    assert QUESTION in bearing(drug) and "tdcs" not in bearing(drug)
    assert "tdcs" in bearing(device) and QUESTION not in bearing(device)
    assert "bistability" in bearing(drug)


def test_where_they_differ_most_is_told_with_the_trial_that_would_find_it(done) -> None:
    rivals = Rivals(done)
    runs = [(done, "ketamine", "control"), (done, "esketamine", "control")]
    found = hypotheses_disagree(runs, names=[QUESTION])
    first = found.row(0, named=True)
    assert (first["arm"], first["lowest"]) == ("ketamine", "r-ketamine-drive")
    assert first["gap"] > 0 and first["in_errors"] == found["in_errors"].max()
    predicted = rivals.predicted(QUESTION, "ketamine", "control", "MADRS", first["day"])
    means = [one.mean for one in predicted]
    assert first["gap"] == pytest.approx(max(means) - min(means))
    sd = np.mean([one.sd for one in predicted])
    assert first["in_errors"] == pytest.approx(first["gap"] / (sd * np.sqrt(2 / 100)))
    assert first["people"] == int(np.ceil(2 * (2.8 * sd / first["gap"]) ** 2))


def test_a_crowd_can_be_restricted_and_its_header_says_so() -> None:
    found = simulate(
        cohort("outpatient-mdd", n=4, seed=1), KETAMINE, weeks=1, every="168 h", worlds=2,
        hypotheses={QUESTION: ("unblinding", "ceiling"), "circuit.from_stress": 1.0},
    )  # fmt: skip
    assert found.header["hypotheses"] == {QUESTION: "unblinding,ceiling", "circuit.from_stress": 1.0}
    assert sum(found.header["states"][QUESTION].values()) == 2


def test_a_parameter_nobody_has_is_refused_everywhere() -> None:
    with pytest.raises(UnknownName, match=r"there is no parameter 'light\.effect'"):
        ketamines(hypotheses={"light.effect": 0})
    one = [trial for trial in library().trials if trial.id == "zarate2006"]
    with pytest.raises(UnknownName, match=r"there is no parameter 'light\.effect'"):
        score(one, people=4, worlds=2, hypotheses={"light.effect": 0})
    with pytest.raises(EuthymiaError, match="every alternative of 'mtorc1' is excluded"):
        score(one, people=4, worlds=2, hypotheses={"mtorc1": ()})


def test_the_scorecard_has_a_row_for_each_alternative() -> None:
    one = [trial for trial in library().trials if trial.id == "transform2"]
    rows = score_by_hypothesis(one, [QUESTION, "tdcs"], people=8, worlds=2)
    assert {row.hypothesis for row in rows} == {QUESTION}
    plain = score(one, people=8, worlds=2, hypotheses={QUESTION: "ceiling"})
    assert [row.row for row in rows if row.alternative == "ceiling"] == list(plain)
    found = {(summary.alternative, summary.kind): summary for summary in summed_up(rows)}
    assert found["ceiling", "arm"].rows == sum(row.kind == "arm" and row.hit is not None for row in plain)
