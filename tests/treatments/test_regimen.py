"""Regimens add, overlap and refuse; what is printed is what is given."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from euthymia.errors import EuthymiaError
from euthymia.evidence.yaml_with_lines import read_yaml_text
from euthymia.treatments.regimen import (
    Regimen,
    infusion,
    intranasal,
    oral,
    placebo,
    rtms,
    sham,
    titrate,
    washout,
)
from euthymia.treatments.regimen_file import regimen_from

DOCUMENT = Path(__file__).parents[2] / "docs" / "regimens.md"

weeks = st.integers(1, 4)
single = st.one_of(
    weeks.map(lambda n: oral("escitalopram", "10 mg").daily(weeks=n)),
    weeks.map(lambda n: oral("zuranolone", "50 mg").daily(weeks=n)),
    weeks.map(lambda n: intranasal("esketamine", "56 mg").times_per_week(2, weeks=n)),
    weeks.map(lambda n: rtms("left-dlpfc-10hz").course(weeks=n)),
    st.integers(1, 9).map(washout),
)


@given(single, single, single)
@settings(max_examples=40, deadline=None)
def test_then_is_associative(a: Regimen, b: Regimen, c: Regimen) -> None:
    assert (a + b) + c == a + (b + c)
    assert (a + b).span == a.span + b.span


@given(st.permutations(range(3)))
@settings(max_examples=6, deadline=None)
def test_meanwhile_does_not_mind_the_order(order: list[int]) -> None:
    parts = [
        oral("escitalopram", "10 mg").daily(weeks=2),
        infusion("ketamine", "0.5 mg/kg").at(days=[0, 3]),
        rtms("left-dlpfc-itbs").course(weeks=1),
    ]
    mixed = parts[order[0]] | parts[order[1]] | parts[order[2]]
    assert mixed.plan() == (parts[0] | parts[1] | parts[2]).plan()


@given(single, st.integers(0, 20), st.floats(0, 0.9), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_no_operation_changes_its_operands(regimen: Regimen, day: int, share: float, seed: int) -> None:
    before = repr(regimen)
    regimen.starting(day), regimen.until(day), regimen.missing([day]), regimen.missed(share, seed)
    regimen + regimen
    assert repr(regimen) == before
    assert regimen.missed(share, seed) == regimen.missed(share, seed)


def test_the_calendar_lists_exactly_the_plan() -> None:
    regimen = titrate((oral("escitalopram", "5 mg"), 1), (oral("escitalopram", "10 mg"), 1)).missing([3])
    plan, lines = regimen.plan(), regimen.calendar().splitlines()
    assert len(lines) == len(plan.doses) == 13
    assert [dose.amount for dose in plan.doses] == [5] * 6 + [10] * 7
    assert not any(line.startswith("day  3 ") for line in lines)


def test_a_plan_is_sorted_and_supervision_follows_the_route() -> None:
    plan = (intranasal("esketamine", "84 mg").at(days=[0, 3]) | oral("escitalopram", "10 mg").daily(days=5)).plan()
    assert [dose.time for dose in plan.doses] == sorted(dose.time for dose in plan.doses)
    assert {dose.drug: dose.supervised for dose in plan.doses} == {"esketamine": True, "escitalopram": False}


def test_a_session_has_its_length_and_a_sham_its_coil() -> None:
    plan = (rtms("left-dlpfc-10hz", pulses=1500).once() + sham("left-dlpfc-10hz").once()).plan()
    assert plan.sessions[0].duration == pytest.approx(0.3125)
    assert [session.sham for session in plan.sessions] == [False, True]


REFUSED = {
    "unknown drug": (
        lambda: oral("escitalopam", "10 mg"),
        "there is no drug 'escitalopam'",
        "Did you mean 'escitalopram'?",
    ),
    "wrong unit": (
        lambda: oral("escitalopram", "10 L"),
        "the dose of escitalopram is '10 L': the unit 'L' does not fit where 'mg' is wanted",
        "Write '10 mg' or '0.5 mg/kg'.",
    ),
    "negative dose": (
        lambda: oral("escitalopram", "-5 mg"),
        "the dose of escitalopram is -5 mg",
        "Write the amount the patient takes, for example '10 mg'.",
    ),
    "no such route": (
        lambda: oral("ketamine", "50 mg"),
        "there is no route of ketamine 'oral'",
        "Known: intravenous.",
    ),
    "two orders at once": (
        lambda: oral("escitalopram", "10 mg").daily(weeks=8) | oral("escitalopram", "20 mg").daily(weeks=2),
        "'escitalopram 10 mg oral' and 'escitalopram 20 mg oral' overlap from day 0 to day 14",
        "Join them with + (one after the other), or give one order with the sum of the doses.",
    ),
    "active and sham at once": (
        lambda: rtms("left-dlpfc-10hz").course(weeks=1) | sham("left-dlpfc-10hz").course(weeks=1),
        "overlap from day 0 to day 7",
        "One drug by one route, and one device, follows one order at a time.",
    ),
    "nothing": (lambda: washout(7).plan(), "the regimen is empty", "Give placebo().daily(weeks=8)"),
    "no length": (lambda: placebo().daily(), "it is not said how long 'placebo' goes on", "Write .daily(weeks=8)."),
    "days out of order": (
        lambda: infusion("ketamine", "0.5 mg/kg").at(days=[3, 0]),
        "are [3.0, 0.0]",
        "Write days=[0, 3, 7].",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_given_is_refused_with_advice(case: str) -> None:
    attempt, problem, advice = REFUSED[case]
    with pytest.raises(EuthymiaError) as refused:
        attempt()
    assert problem in str(refused.value)
    assert advice in str(refused.value)


def test_every_yaml_example_in_the_documentation_is_a_plan() -> None:
    examples = re.findall(r"```yaml\n(.*?)```", DOCUMENT.read_text(), re.S)
    assert len(examples) >= 4
    for example in examples:
        plan = regimen_from(read_yaml_text(example).content).plan()
        assert plan.doses or plan.sessions


def test_yaml_and_python_are_the_same_regimen() -> None:
    text = "{oral: escitalopram, amount: 10 mg, daily: {weeks: 8}, missing: [4]}"
    assert regimen_from(read_yaml_text(text).content) == oral("escitalopram", "10 mg").daily(weeks=8).missing([4])
