"""Every protocol through a virtual trial with its sham; rivals for a whole trial; null trials beside the others."""

from __future__ import annotations

import numpy as np
import pytest

from euthymia.cohort.cohort import cohort
from euthymia.errors import UnknownName
from euthymia.evidence.library import published_trials
from euthymia.report.stimulation_trials import FOUND, NONE, counted, stimulation_trials
from euthymia.treatments.device import device, devices
from euthymia.treatments.limits.stimulation import findings
from euthymia.treatments.order import light, rtms, sham, tdcs
from euthymia.trial.calibration.problem import questions
from euthymia.trial.conduct import run
from euthymia.trial.express import express
from euthymia.trial.protocol import Trial, trial

MAKE = {"rtms": rtms, "tdcs": tdcs, "pbm": light}


def versus_sham(name: str, people: int = 3, **options) -> Trial:
    found = device(name)
    allow = [one.rule for one in findings(found, found.intensity) if one.severity == "refuse"]
    orders = MAKE[found.kind](name, allow=allow), sham(name)
    days = [0, 1, 2, 3, 4]
    arms = {arm: order.at(days) for arm, order in zip(("active", "sham"), orders, strict=True)}
    clinic = cohort("treatment-resistant", n=people, seed=3)
    return trial(clinic, arms, control="sham", visits=(7,), allocation="twins", staying=None, **options)


#: one of each kind and oddity in every round; the rest in a whole one
QUICK = ("left-dlpfc-saint", "bilateral-sequential", "tdcs-occipital-control", "led-810-40hz", "control-ctbs")
EACH = [pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow) for name in devices()]


@pytest.mark.parametrize("name", EACH)
def test_every_protocol_runs_against_its_sham(name: str) -> None:
    done = run(versus_sham(name), grid_hours=1e9)
    totals = {arm: result.total("MADRS") for arm, result in done.arms.items()}
    assert not done.failures and all(np.isfinite(total).all() for total in totals.values())
    inert = device(name).kind != "pbm" and device(name).efficacy.number == 0
    same = np.allclose(totals["active"], totals["sham"], atol=1e-6)
    assert same == inert


@pytest.mark.parametrize(
    ("name", "hypothesis"),
    [("tdcs-bifrontal-home", "stimulation.current_effect"), ("led-823-elated2", "light.specific_effect")],
)
def test_a_rival_of_no_effect_makes_active_and_sham_alike(name: str, hypothesis: str) -> None:
    effects = []
    for weight in (1.0, 0.0):
        done = run(versus_sham(name, hypotheses={hypothesis: weight}), grid_hours=1e9)
        effects.append(float(np.abs(done.arm("active").total("MADRS") - done.arm("sham").total("MADRS")).max()))
    assert effects[0] > 20 * effects[1] and effects[1] < 1e-3, effects
    with pytest.raises(UnknownName, match=r"parameter 'light\.effect'"):
        versus_sham(name, hypotheses={"light.effect": 0})


def test_each_virtual_patient_has_an_answer_of_his_own_about_light() -> None:
    from euthymia.engine.schedule import Rate
    from euthymia.trial.dosing import events_of

    design = versus_sham("led-830-elated3", people=12)
    plan = design.arms["active"]
    rates = []
    for patient in design.cohort.candidates(0, 12):
        given = [e for e in events_of(plan, patient, 1.0) if isinstance(e, Rate) and e.target == "light.irradiance"]
        assert len(given) == 5 and len({event.rate for event in given}) == 1
        rates.append(given[0].rate)
    assert len(set(rates)) >= 4 and max(rates) / min(rates) > 5


def test_the_trials_of_devices_are_expressed_with_their_shams() -> None:
    wanted = {
        "elect_tdcs": {"tdcs_placebo_pill": 22, "sham_placebo": 22},
        "woodham2024_home_tdcs": {"active": 36, "sham": 36},
        "depressiondc": {"active": 24, "sham": 24},
        "elated2": {"tpbm": 16, "sham": 16},
        "elated3": {"tpbm": 12, "sham": 12},
        "snt2022": {"active": 50, "sham": 50},
        "boggio2008_tdcs": {"active_dlpfc": 10, "occipital": 10, "sham": 10},
        "george2010": {"active": 15, "sham": 15},
    }
    trials = {one.id: one for one in published_trials()}
    for name, arms in wanted.items():
        expressed = express(trials[name], 8, 1, 0)
        assert expressed.trial is not None, expressed.reasons
        sessions = {arm: len(expressed.trial.arms[arm].sessions) for arm in arms}
        assert sessions == arms, name


def test_a_fit_sees_currents_light_and_accelerated_courses_of_the_calibration_trials() -> None:
    plans = [plan for trial, _ in questions(4) for plan in trial.arms.values()]
    active = [session for plan in plans for session in plan.sessions if not session.sham]
    assert {device(session.protocol).kind for session in active} == {"rtms", "tdcs", "pbm"}
    days = [[int(s.time // 24) for s in plan.sessions if not s.sham] for plan in plans]
    assert any(len(set(own)) < len(own) for own in days)


def test_null_trials_stand_beside_the_others() -> None:
    found = stimulation_trials(())
    counts = counted(found)
    assert counts[FOUND] >= 3 and counts[NONE] >= 2
    assert {one.trial for one in found if one.finding == NONE} >= {"ELATED-3", "DepressionDC"}
    assert [one.trial for one in found] == sorted(one.trial for one in found)


def test_a_day_of_ten_sessions_is_one_contact() -> None:
    from euthymia.trial.conduct import seen_hours

    arms = {"active": rtms("left-dlpfc-saint").as_published(), "sham": sham("left-dlpfc-saint").as_published()}
    design = trial(cohort("treatment-resistant", n=4, seed=1), arms, visits=(5,))
    assert len(seen_hours(design, np.array(design.visits) * 24)) == 6  # five days of treatment and the visit
