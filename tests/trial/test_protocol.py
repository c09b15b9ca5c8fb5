"""A trial as designed: what is refused, what is taken for granted, and that a scenario is a changed copy."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from euthymia.cohort.cohort import cohort
from euthymia.errors import EuthymiaError, TrialError
from euthymia.treatments.order import infusion, intranasal, oral, placebo, rtms, sham
from euthymia.treatments.plan import Plan
from euthymia.trial.contact import setting_of
from euthymia.trial.protocol import Trial, trial
from euthymia.trial.protocol_file import protocols, trial_from

CLINIC = cohort("outpatient-mdd", n=12, seed=7)
ARMS = {"drug": oral("escitalopram", "10 mg").daily(weeks=4), "placebo": placebo().daily(weeks=4)}


def refused(*arguments: object, **options: object) -> str:
    with pytest.raises(TrialError) as caught:
        trial(*arguments, **options)
    return str(caught.value)


def test_what_is_not_said():
    made = trial(CLINIC, ARMS)
    assert made.visits == (0, 7, 14, 21, 28)
    assert (made.setting, made.span, made.scales) == ("oral", 28, ("MADRS", "HAMD17"))


def test_a_trial_without_arms():
    assert refused(CLINIC, {}) == (
        "the trial has no arms\n  A trial compares arms.\n  Give arms={'drug': …, 'placebo': …}."
    )


def test_an_arm_in_which_nothing_happens():
    assert refused(CLINIC, {"nothing": Plan((), (), 24.0)}) == (
        "arm 'nothing' is empty: no dose and no session\n"
        "  An arm without active treatment still gives its control.\n"
        "  Use placebo(), sham() or midazolam."
    )


@pytest.mark.parametrize("visits", [(), (0,)])
def test_a_trial_without_visits(visits: tuple[float, ...]):
    assert refused(CLINIC, ARMS, visits=visits) == (
        "the trial has no visits after the first dose\n"
        "  Nothing is measured without a visit.\n"
        "  Give visits in days, for example visits=(7, 14, 28)."
    )


def test_a_visit_before_the_first_dose():
    assert "a visit lies before the first dose" in refused(CLINIC, ARMS, visits=(-7, 28))


def test_a_control_that_is_no_arm():
    assert refused(CLINIC, ARMS, control="sham") == (
        "the control 'sham' is not an arm\n  Arms: drug, placebo.\n  Name one of them, or leave control out."
    )


def test_a_scale_nobody_knows():
    with pytest.raises(EuthymiaError, match="there is no scale 'MADSR'"):
        trial(CLINIC, ARMS, scales=("MADSR",))


@pytest.mark.parametrize(
    ("regimens", "setting"),
    [
        ((oral("escitalopram", "10 mg").daily(weeks=8),), "oral"),
        ((oral("zuranolone", "50 mg").daily(weeks=2),), "short_course"),
        ((infusion("ketamine", "0.5 mg/kg").once(), infusion("midazolam", "0.045 mg/kg").once()), "infusion"),
        ((intranasal("esketamine", "56 mg").weekly(weeks=2),), "nasal"),
        ((rtms("left-dlpfc-10hz").course(weeks=2), sham("left-dlpfc-10hz").course(weeks=2)), "device"),
    ],
)
def test_the_setting_follows_from_what_is_done(regimens, setting: str):
    assert setting_of(regimen.plan() for regimen in regimens) == setting


@given(size=some.integers(1, 500), adherence=some.floats(0.1, 1), worlds=some.integers(0, 8))
@settings(max_examples=25, deadline=None)
def test_a_scenario_leaves_its_base_as_it_was(size: int, adherence: float, worlds: int):
    base = trial(CLINIC, ARMS)
    before = (base.cohort, dict(base.arms), base.visits, base.adherence, base.worlds)
    other = base.with_(cohort=CLINIC.with_(size=size), adherence=adherence, worlds=worlds)
    assert isinstance(other, Trial)
    assert (other.cohort.size, other.adherence, other.worlds) == (size, adherence, worlds)
    assert (base.cohort, dict(base.arms), base.visits, base.adherence, base.worlds) == before
    with pytest.raises(TypeError):
        base.arms["drug"] = None  # type: ignore[index]


@given(some.dictionaries(some.sampled_from(["serotonin.feedback", "ampa.rate", "circuit.width"]), some.floats(0, 9)))
@settings(max_examples=25, deadline=None)
def test_a_changed_model_leaves_its_base_as_it_was(changes: dict[str, float]):
    from euthymia.model.treatment import model_of

    base = model_of(ARMS["drug"].plan())
    numbers, hashed = {name: value.number for name, value in base.parameters.items()}, base.hash
    other = base.having(changes)
    assert {name: other.parameters[name].number for name in changes} == changes
    assert base.with_(serotonin__feedback=99).parameters["serotonin.feedback"].number == 99
    assert {name: value.number for name, value in base.parameters.items()} == numbers
    assert base.hash == hashed


def test_the_protocols_that_ship_can_be_read():
    assert len(protocols()) >= 2
    for name in protocols():
        assert trial_from(name, people=4).cohort.size == 4


WRITTEN = """\
label: mine
because: a test
cohort: {preset: outpatient-mdd, people: 6}
arms:
  drug: {oral: escitalopram, amount: 10 mg, daily: {weeks: 2}}
  placebo: {placebo: oral, daily: {weeks: 2}}
control: placebo
visits: [7, 14]
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("escitalopram", "escitalopam", "line 5, arms.drug: there is no drug 'escitalopam'"),
        ("10 mg", "10 mL", "line 5, arms.drug: the dose of escitalopram is '10 mL'"),
        ("visits:", "visit:", "line 8, visit: "),
        ("[7, 14]", "[]", "the trial has no visits after the first dose"),
        ("people: 6", "people: 0", "line 3, cohort.people: "),
        ("control: placebo", "control: plazebo", "line 7, control: the control 'plazebo' is not an arm"),
        ("outpatient-mdd", "inpatient", "there is no cohort 'inpatient'"),
    ],
)
def test_a_protocol_file_that_is_wrong(tmp_path, old: str, new: str, told: str):
    file = tmp_path / "mine.yaml"
    file.write_text(WRITTEN.replace(old, new))
    with pytest.raises(EuthymiaError) as caught:
        trial_from(str(file))
    assert str(caught.value).startswith(str(file))
    assert told in str(caught.value)


def test_a_protocol_file_says_all_that_python_can(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(
        WRITTEN + "dropout: none\nadherence: 1\nallocation: twins\nbaseline: {scale: MADRS, mean: 30}\nworlds: 2\n"
    )
    made = trial_from(str(file), people=8, seed=3)
    assert (made.name, made.cohort.size, made.cohort.seed) == ("mine", 8, 3)
    assert (made.staying, made.adherence, made.allocation, made.worlds) == (None, 1.0, "twins", 2)
    assert made.baseline.mean == 30
