"""What must come out of the mechanisms and not of a fit: the tests of model.md, section 15.

The typical patient with the starting values of the tables, so that no fitted number decides; signs and wide ranges
alone. Number 5 (glands) is in `test_stress.py`, 11 (references) in `tests/submodels`, the step in `tests/engine`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from euthymia.cohort.cohort import Patient, cohort
from euthymia.engine.schedule import Event, Rate
from euthymia.model.block import Model
from euthymia.model.knock_out import knock_out
from euthymia.model.parameter_table import FOLDER, starting_values
from euthymia.model.symptoms.domains import DOMAINS
from euthymia.model.treatment import model_of
from euthymia.treatments.order import infusion, intranasal, oral, placebo
from euthymia.treatments.plan import Plan
from euthymia.trial.conduct import run
from euthymia.trial.dosing import events_of
from euthymia.trial.protocol import trial
from euthymia.trial.scale import scale

DAY = 24.0
RUN_IN = 2 * 365 * DAY
NOTHING = placebo().once().plan()
KETAMINE = infusion("ketamine", "0.5 mg/kg").once().plan()
ESCITALOPRAM = oral("escitalopram", "10 mg").daily(weeks=8).plan()
ZURANOLONE = oral("zuranolone", "50 mg").daily(weeks=2).plan()


def unfitted(model: Model) -> Model:
    """The model with the starting values of the parameter tables."""
    tables = {block.name for block in model.blocks if (FOLDER / f"{block.name}.yaml").exists()}
    starts = {f"{block}.{name}": v.number for block in tables for name, v in starting_values(block).items()}
    return model.having({name: number for name, number in starts.items() if name in model.parameters})


@pytest.fixture(scope="module")
def course(solve):
    """MADRS and other outputs of the typical patient under a plan: `course(plan, days, …)`."""

    def one(
        plan: Plan,
        days: Sequence[float],
        outputs: Sequence[str] = (),
        parameters: Mapping[str, float] | None = None,
        held: Sequence[str] = (),
        ill: bool = True,
        events: Sequence[Event] = (),
        recovering: bool = True,
    ) -> dict[str, np.ndarray]:
        life = {} if ill else {"life.episode": 0.0, "life.habitual": 0.0}
        model = knock_out(unfitted(model_of(plan)).having(life | dict(parameters or {})), *held)
        times = np.asarray(days, float) * DAY
        happens = [*events_of(plan, Patient(0, 0, {}, {}, {"weight": 70.0}), 1.0), *events]
        happens = [event for event in happens if event.time <= times[-1]]
        if recovering:
            happens.append(Rate(0.0, "life.course", 1.0, float(times[-1]) + 1))
        found = solve(model, times, (*DOMAINS, *outputs), happens, start=-RUN_IN if ill else 0.0, rtol=1e-7)
        found["MADRS"] = scale("MADRS").total(np.stack([found[name] for name in DOMAINS], axis=-1))
        return found

    return one


def contrast(course, plan: Plan, days: Sequence[float], **changed) -> np.ndarray:
    """MADRS under the plan less MADRS under nothing, from the first day on."""
    treated, left = (course(one, days, **changed)["MADRS"] for one in (plan, NOTHING))
    return (treated - treated[0]) - (left - left[0])


@pytest.mark.parametrize("plan", [KETAMINE, ESCITALOPRAM, ZURANOLONE], ids=["ketamine", "escitalopram", "zuranolone"])
def test_1_a_healthy_person_stays_at_low_scores_under_a_drug(course, plan):
    found = course(plan, [0, 1, 7, 28, 60], ill=False)["MADRS"]
    assert found[0] < 12
    assert found.max() < found[0] + 3


def test_1_an_episode_of_stress_makes_the_typical_person_ill(course):
    """Without the vulnerabilities that a cohort draws the patient is mildly to severely ill (MADRS above 10)."""
    assert 10 <= course(NOTHING, [0, 1])["MADRS"][0] <= 45


def test_2_without_bdnf_nothing_of_ketamine_lasts(course):
    days = [0, 1, 3, 7]
    whole, cut = (contrast(course, KETAMINE, days, held=held) for held in ((), ("bdnf_release",)))
    assert whole[1] < -2
    assert (np.abs(cut[1:]) < 0.2 * np.abs(whole[1:])).all()


def test_3_the_delay_of_an_ssri_comes_from_relearning_and_autoreceptors(course):
    """Occupancy is complete in days, the effect takes weeks; with both adaptations gone more of it is there early."""
    days = [2.0 * step for step in range(29)]
    occupancy = course(ESCITALOPRAM, days, ["sert_occupancy"])["sert_occupancy"]
    assert occupancy[3] > 0.95 * occupancy[-1]
    whole = contrast(course, ESCITALOPRAM, days)
    half = days[np.argmax(whole <= whole[-1] / 2)]
    assert whole[-1] < -1
    assert half > 10
    fast = {"serotonin.feedback": 0.0, "bias.relearning_time": 1.0}
    cut = contrast(course, ESCITALOPRAM, days, parameters=fast)
    assert cut[2] / cut[-1] > 1.3 * whole[2] / whole[-1]


def test_4_relapse_after_a_rapid_drug_is_driven_by_the_loop_through_stress(course):
    """Cortisol falls with limbic drive and climbs back as the drug wears off; cut from the axis it does neither."""
    days = [0, 1, 14]
    whole, frozen = (contrast(course, KETAMINE, days, held=held) for held in ((), ("limbic_drive -> stress",)))
    cortisol = [
        course(KETAMINE, days, ["cortisol"], held=held)["cortisol"] for held in ((), ("limbic_drive -> stress",))
    ]
    fall = [one[1] - one[0] for one in cortisol]
    back = [one[2] - one[1] for one in cortisol]
    assert fall[0] < fall[1]
    assert back[0] - back[1] > 0, "cortisol climbs back with limbic drive and not without it"
    assert whole[1] < 0 and frozen[1] < 0


def test_6_spines_form_after_half_a_day_and_are_gone_in_two_weeks(course):
    hours = np.arange(0.0, 20 * 24.0, 1.0)
    found = course(KETAMINE, hours / DAY, ["spine_formation", "labile_spines"])
    left = course(NOTHING, hours / DAY, ["spine_formation", "labile_spines"])
    formed = found["spine_formation"] / left["spine_formation"] - 1
    assert formed[12:25].mean() > 1.5 * formed[3:7].mean()
    assert formed[12:25].mean() > 0.1
    density = found["labile_spines"] / left["labile_spines"] - 1
    peak = int(density.argmax())
    assert 1 * DAY <= peak <= 5 * DAY
    assert density[14 * 24] < 0.5 * density[peak]


def test_7_repeated_doses_add_up_and_one_does_not_last(course):
    repeated = infusion("ketamine", "0.5 mg/kg").times_per_week(3, weeks=2).plan()
    days = [0, 1, 12, 21, 35]
    once = course(KETAMINE, days, ["labile_spines", "stable_synapses"])
    often = course(repeated, days, ["labile_spines", "stable_synapses"])
    assert often["labile_spines"][2] > once["labile_spines"][1]
    assert often["stable_synapses"][3] > once["stable_synapses"][3]
    single = contrast(course, KETAMINE, days)
    assert contrast(course, repeated, days)[2] < single[2]
    assert abs(single[4]) < 0.5 * abs(single[1])


def test_8_above_the_plateau_of_occupancy_dose_changes_little(course):
    """The plateau begins above 80 % (meyer2004), which the typical person reaches between 10 and 20 mg a day."""
    days = [0, 28, 56]
    effect = [
        contrast(course, oral("escitalopram", dose).daily(weeks=8).plan(), days)[-1]
        for dose in ("5 mg", "10 mg", "20 mg", "40 mg")
    ]
    gained = np.diff(np.abs(effect)) / np.abs(effect[:-1])
    assert (gained > 0).all()
    assert (np.diff(gained) < 0).all()  # every doubling adds less
    assert gained[-1] < 0.15


def test_9_stopping_visits_alone_does_not_bring_the_illness_back(course):
    """Arms without a drug differ through contact alone, and natural course keeps what it gave when contact stops."""
    contacts = [Rate(7 * DAY * week, "expectancy.contact", 1.0, 1.0) for week in range(6)]
    days = [0, 42, 126]
    seen, alone = (course(NOTHING, days, events=events)["MADRS"] for events in (contacts, []))
    assert seen[1] < alone[1] < alone[0]
    assert seen[2] < seen[0] - 0.5 * (alone[0] - alone[2])
    sham = course(placebo("intranasal").daily(weeks=2).plan(), days)["MADRS"]
    assert sham == pytest.approx(alone, abs=1e-4)


REQUIRED = {"neurotrophin.mtorc1_necessity": 1.0, "neurotrophin.mtorc1_prolonging": 0.0}
BYPASSED = {"neurotrophin.mtorc1_necessity": 0.0, "neurotrophin.mtorc1_prolonging": 0.0}
PROLONGING = {"neurotrophin.mtorc1_necessity": 0.0, "neurotrophin.mtorc1_prolonging": 1.0}


def test_10_rapamycin_before_ketamine_does_what_each_hypothesis_says(course):
    """Blocked for five days, against the same without ketamine: gone where it is required, kept where ERK stands in,
    and longer where rapamycin protects."""
    rapamycin = [Rate(-2.0, "neurotrophin.rapamycin", 0.95, 14 * DAY)]
    days = [0, 1, 3, 14]
    scaled = {}
    for name, switches in (("required", REQUIRED), ("bypassed", BYPASSED), ("prolonging", PROLONGING)):
        for drug, events in (("with", rapamycin), ("without", ())):
            treated, left = (
                course(plan, days, ["ampa_scaling"], parameters=switches, events=events)["ampa_scaling"]
                for plan in (KETAMINE, NOTHING)
            )
            scaled[name, drug] = treated - left
    assert scaled["required", "with"][1] < 0.2 * scaled["required", "without"][1]
    assert scaled["bypassed", "with"] == pytest.approx(scaled["bypassed", "without"], rel=0.05, abs=1e-3)
    kept = {name: scaled[name, "with"][3] / scaled[name, "with"][2] for name in ("bypassed", "prolonging")}
    assert kept["prolonging"] > 1.1 * kept["bypassed"]


@pytest.mark.parametrize(("sign", "more"), [(1.0, 1), (0.0, 0), (-1.0, -1)])
def test_10_the_sign_of_hydroxynorketamine_moves_the_effect(course, sign, more):
    days = [0, 1]
    none = contrast(course, KETAMINE, days, parameters={"neurotrophin.r_ketamine_release": 0.0})[1]
    found = contrast(course, KETAMINE, days, parameters={"neurotrophin.hnk_sign": sign})[1]
    assert np.sign(np.round(none - found, 3)) == more


def test_10_strong_bias_lets_an_episode_outlast_its_stress(course):
    """Bistability: with a weak bias the illness leaves with life stress, with a strong one it stays."""
    days = [0.0, 3 * 365.0]
    gone = {"life.habitual": 0.0, "life.reversion_time": 240.0}
    weak, strong = (
        course(NOTHING, days, ["limbic_drive"], parameters=gone | {"circuit.from_bias": gain})["limbic_drive"]
        for gain in (0.6, 6.0)
    )
    assert weak[-1] < 0.12
    assert strong[-1] > 0.5


def test_12_a_drug_does_not_spread_outcomes():
    """Variance ratio of change, drug to placebo, near 1 (meta-analyses: 0.99 to 1.02); a small trial, so 0.6 to 1.6."""
    arms = {"drug": oral("escitalopram", "10 mg").daily(weeks=8), "control": placebo().daily(weeks=8)}
    held = trial(
        cohort("outpatient-mdd", n=40, seed=5), arms, control="control", visits=(0, 28, 56), allocation="twins"
    )
    change = {name: arm.rated["MADRS"][:, -1] - arm.rated["MADRS"][:, 0] for name, arm in run(held).arms.items()}
    assert 0.6 < np.nanvar(change["drug"]) / np.nanvar(change["control"]) < 1.6


def test_an_inflamed_brain_keeps_its_glutamate_and_its_limbic_drive(course):
    """Slow uptake multiplies the push on the cingulate, and NMDA block takes that away."""
    days = [0, 1]
    tone, without = (
        course(NOTHING, days, ["limbic_drive", "glutamate_tone"], {"redox.load": 0.6, "circuit.glutamate_gain": gain})
        for gain in (0.6, 0.0)
    )
    assert tone["glutamate_tone"][0] > 1
    assert tone["limbic_drive"][0] > without["limbic_drive"][0]


def test_genotypes_and_endophenotypes_act_through_parameters_alone(course):
    ketamine = {name: contrast(course, KETAMINE, [0, 1], parameters=p)[1] for name, p in {
        "usual": {}, "met": {"neurotrophin.activity_release": 0.6},
    }.items()}  # fmt: skip
    assert ketamine["usual"] < ketamine["met"] < 0
    base = {name: course(NOTHING, [0, 1], parameters=p)["MADRS"][0] for name, p in {
        "usual": {}, "hyperactive": {"stress.hyperactivity": 0.3}, "low GABA": {"gaba.deficit": 0.15},
        "postpartum": {"gaba.receptor_expression": 0.7}, "low plasticity": {"neurotrophin.plasticity": 0.85},
        "pruned": {"synapse.constitutive_pruning": 0.15},
    }.items()}  # fmt: skip
    assert all(base[name] > base["usual"] for name in base if name != "usual"), base


def test_intranasal_and_intravenous_drugs_meet_the_same_structure(course):
    nasal = intranasal("esketamine", "84 mg").once().plan()
    assert contrast(course, nasal, [0, 2])[1] < 0
