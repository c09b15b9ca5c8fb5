"""Regimens add, overlap and refuse; what is printed is what is given."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from euthymia.errors import EuthymiaError, Place
from euthymia.evidence.yaml_with_lines import read_yaml_text
from euthymia.treatments.device import device
from euthymia.treatments.order import infusion, intranasal, oral, placebo, rtms, sham, titrate
from euthymia.treatments.regimen import Regimen, washout
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


@given(single, st.integers(1, 20), st.floats(0, 0.9), st.integers(0, 99))
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
    assert plan.sessions[0].duration == pytest.approx(device("left-dlpfc-10hz").session_hours / 2)
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
    "a negative control": (
        lambda: infusion("midazolam", "-1 mg"),
        "the dose of midazolam is -1 mg",
        "A dose is an amount above zero.",
    ),
    "an infusion in no time": (lambda: infusion("ketamine", "0.5 mg/kg", over="0 min"), "'0 min'", "over='40 min'"),
    "no such route": (
        lambda: oral("brexanolone", "50 mg"),
        "there is no route of brexanolone 'oral'",
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
    "a course of no length": (
        lambda: rtms("left-dlpfc-10hz").course(weeks=0),
        "'left-dlpfc-10hz' lasts 0 days",
        "Write weeks=8.",
    ),
    "stopped before it began": (lambda: placebo().daily(days=3).until(0), "stops on day 0", "Use a day above 0."),
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


@given(st.floats(0.2, 6), st.integers(1, 7))
@settings(max_examples=40, deadline=None)
def test_nothing_is_given_after_the_span(length: float, times: int) -> None:
    for regimen in (
        oral("zuranolone", "50 mg").daily(weeks=length),
        intranasal("esketamine", "56 mg").twice_daily(length),
    ):
        assert regimen.plan().doses[-1].time < regimen.span
    assert rtms("left-dlpfc-itbs").course(times, weeks=length).plan().sessions[-1].time < length * 168


def test_a_mistake_in_yaml_names_the_part_it_is_in() -> None:
    text = "then: [{washout: 7}, {meanwhile: [{oral: escitalopram, amount: 10 mg, dayly: {weeks: 8}}]}]"
    with pytest.raises(EuthymiaError) as refused:
        regimen_from(read_yaml_text(text).content, Place("plan.yaml", 3, "arms.drug"))
    assert str(refused.value).startswith("plan.yaml, line 3, arms.drug.then[1].meanwhile[0]: there is no 'dayly'")
    assert str(refused.value).endswith("Did you mean 'daily'?")


def test_the_calendar_is_a_table_a_clinician_can_read() -> None:
    regimen = (
        infusion("ketamine", "0.5 mg/kg").once()
        | placebo().daily(days=2, at="08:00")
        | rtms("left-dlpfc-itbs").at(days=[1])
        | oral("zuranolone", "30 mg", fed=False).at(days=[1.5])
    )
    assert regimen.calendar() == (
        "day  0  00:00  ketamine         0.5 mg/kg   intravenous over 40 min\n"
        "day  0  08:00  placebo          0 mg        oral\n"
        "day  1  00:00  left-dlpfc-itbs  600 pulses  120 %RMT, 3 min\n"
        "day  1  08:00  placebo          0 mg        oral\n"
        "day  1  12:00  zuranolone       30 mg       oral, fasted"
    )
