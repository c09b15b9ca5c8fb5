"""Schedules of many at once say what `events` says of each, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from euthymia.cohort.cohort import cohort
from euthymia.engine.program import Program
from euthymia.engine.schedule import Bolus, Rate, tabulate
from euthymia.engine.schedule_arrays import Boluses, Shared, tabulate_many
from euthymia.errors import ModelError
from euthymia.model.expression import Number
from euthymia.treatments.order import (
    infusion,
    intranasal,
    light,
    oral,
    placebo,
    rtms,
    sham,
    tdcs,
    titrated_infusion,
    transdermal,
)  # fmt: skip
from euthymia.treatments.plan import Plan
from euthymia.trial.calendars import events, schedules
from euthymia.trial.conduct import drawn, ready, seen_hours
from euthymia.trial.enrol import Person
from euthymia.trial.protocol import trial
from euthymia.trial.world import World, worlds

PEOPLE = 60
PLANS = {
    "oral": oral("escitalopram", "10 mg").daily(weeks=4),
    "titrated": oral("escitalopram", "5 mg").daily(weeks=1) + oral("escitalopram", "10 mg").daily(weeks=3),
    "control": placebo().daily(weeks=2),
    "per kg, infused": infusion("ketamine", "0.5 mg/kg").times_per_week(2, weeks=2),
    "nasal and oral": intranasal("esketamine", "84 mg").times_per_week(2, weeks=2)
    | oral("escitalopram", "10 mg").daily(weeks=2),
    "device": rtms("left-dlpfc-10hz").course(per_week=5, weeks=2),
    "sham": sham("left-dlpfc-10hz").course(per_week=5, weeks=2),
    "light, through heads of their own": light("led-830-elated3").course(per_week=2, weeks=2),
    "current": tdcs("tdcs-bifrontal-elect").course(per_week=5, weeks=2),
    "a product of two drugs": oral("dextromethorphan_bupropion", "45 mg").daily(weeks=2),
    "patches": transdermal("selegiline_transdermal", "6 mg").daily(weeks=2),
    "titrated per kg": titrated_infusion("brexanolone", [("30 ug/kg/h", "4 h"), ("60 ug/kg/h", "20 h")]),
}


@pytest.mark.parametrize("count", [0, 3])
@pytest.mark.parametrize("adherence", [0.7, 1.0])
@pytest.mark.parametrize("name", PLANS)
def test_many_at_once_is_each_on_his_own(name: str, adherence: float, count: int):
    plan: Plan = PLANS[name].plan()
    design = trial(cohort("outpatient-mdd", n=PEOPLE, seed=5), {"arm": plan}, adherence=adherence, visits=(7, 9, 25))
    lived_in = worlds(count)
    people = tuple(
        Person(patient, lived_in[i % len(lived_in)], i % len(lived_in))
        for i, patient in enumerate(design.cohort.candidates(100, 100 + PEOPLE))
    )
    seen = np.array([0.0, 7.0, 9.0, 25.0, 60.0]) * 24
    _, program = ready(plan)
    found = schedules(program, design, plan, people, seen)
    wanted = tabulate(program, [events(design, plan, person, seen) for person in people])
    assert len(wanted.time) > PEOPLE
    for column in ("offsets", "time", "kind", "target", "value"):
        ours, theirs = getattr(found, column), getattr(wanted, column)
        assert ours.dtype == theirs.dtype
        assert ours.tobytes() == theirs.tobytes(), column


@pytest.fixture
def program() -> Program:
    zero = Number(0.0)
    return Program((), ("drip", "lamp"), (zero, zero), ("depot", "other"), (zero, zero), (), (zero, zero))


def test_a_rate_of_ones_own_adds_to_the_one_everybody_gets(program: Program):
    everybody = [Rate(1.0, "drip", 2.0, 3.0), Rate(0.0, "lamp", 1.0, 1.0)]
    extra = Rate(2.0, "drip", 0.5, 1.0)
    given = np.array([[True, True, False], [False, True, True]])
    amount = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    boluses = Boluses(np.array([2.0, 2.0, 0.5]), ("depot", "depot", "other"), amount, given)
    found = tabulate_many(program, boluses, [Shared(np.arange(2), everybody)], {1: [extra]})
    wanted = tabulate(
        program,
        [
            [Bolus(2.0, "depot", 1.0), Bolus(2.0, "depot", 2.0), *everybody],
            [Bolus(2.0, "depot", 5.0), Bolus(0.5, "other", 6.0), *everybody, extra],
        ],
    )
    for column in ("offsets", "time", "kind", "target", "value"):
        np.testing.assert_array_equal(getattr(found, column), getattr(wanted, column))


def test_a_target_nobody_knows(program: Program):
    none = np.ones((1, 1), bool)
    with pytest.raises(ModelError) as caught:
        tabulate_many(program, Boluses(np.zeros(1), ("depott",), np.ones((1, 1)), none), [])
    assert "the schedule wants to reach 'depott', which the model does not have" in str(caught.value)


def test_the_world_changes_what_a_contact_is_worth_and_no_schedule():
    plan = PLANS["per kg, infused"].plan()
    design = trial(cohort("outpatient-mdd", n=4, seed=5), {"arm": plan}, visits=(7, 14))
    seen = seen_hours(design, np.array(design.visits) * 24.0)
    patients = design.cohort.candidates(0, 4)
    one, other = World({}), World({"contacts.first_infusion": 9.0, "contacts.certainty": 2.0})
    (numbers, table), (moved, same) = (
        drawn(design, plan, tuple(Person(patient, world, 0) for patient in patients), seen) for world in (one, other)
    )
    for column in ("offsets", "time", "kind", "target", "value"):
        assert getattr(table, column).tobytes() == getattr(same, column).tobytes(), column
    names = tuple(ready(plan)[0].parameters)
    assert {names[i] for i in np.flatnonzero((numbers != moved).any(axis=0))} == {
        "expectancy.first_weight",
        "expectancy.certainty",
    }
    assert moved[:, names.index("expectancy.first_weight")].tolist() == [9.0] * 4
