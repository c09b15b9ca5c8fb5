"""Where delay comes from: adaptation, never a lag that a treatment brings."""

from __future__ import annotations

import numpy as np

from euthymia.model.treatment import model_of, treatment_blocks
from euthymia.report.whole_model import whole_model
from euthymia.treatments.order import infusion, intranasal, oral, placebo, rtms
from euthymia.trial.scale import scale

DAY = 24.0
PLANS = {
    "escitalopram": oral("escitalopram", "10 mg").daily(weeks=8),
    "ketamine": infusion("ketamine", "0.5 mg/kg").once(),
    "esketamine": intranasal("esketamine", "56 mg").times_per_week(2, weeks=4),
    "zuranolone": oral("zuranolone", "50 mg").daily(weeks=2),
    "rtms": rtms("left-dlpfc-10hz").course(weeks=6),
    "placebo": placebo().daily(weeks=8),
}


def severity(found: dict[str, np.ndarray]) -> np.ndarray:
    from euthymia.model.symptoms.domains import DOMAINS

    return scale("MADRS").total(np.stack([found[name] for name in DOMAINS], axis=-1))


def domains() -> tuple[str, ...]:
    from euthymia.model.symptoms.domains import DOMAINS

    return DOMAINS


def contrast(treat, plan, times, parameters=None) -> np.ndarray:
    """MADRS under a plan less MADRS under nothing, in the typical ill patient."""
    treated = treat(plan, times, domains(), parameters, ill=True)
    left_alone = treat(placebo().once().plan(), times, domains(), parameters, ill=True)
    return severity(treated) - severity(left_alone)


def test_occupancy_is_complete_in_days_and_the_effect_takes_weeks(treat):
    times = np.arange(0.0, 56 * DAY + 1, DAY)
    plan = PLANS["escitalopram"].plan()
    occupancy = treat(plan, times, ["sert_occupancy"], ill=True)["sert_occupancy"]
    effect = contrast(treat, plan, times)
    assert occupancy[5] > 0.95 * occupancy[-1]
    half = times[np.argmax(effect <= effect[-1] / 2)] / DAY
    assert effect[-1] < -1
    assert half > 10, f"half of the effect is there on day {half:g}"


def test_nothing_a_treatment_brings_is_a_delay():
    """Neither a parameter nor an equation of any treatment block is called a lag or a delay."""
    for name, regimen in PLANS.items():
        for block in treatment_blocks(regimen.plan()):
            words = " ".join((*block.parameters, *block.takes, *block.gives, block.equations)).lower()
            assert "delay" not in words, f"{name}: {block.name}"
            assert "lag" not in words, f"{name}: {block.name}"


def test_every_treatment_meets_the_same_downstream_numbers():
    """Two models may differ in what treatments bring, and in nothing else."""
    own = {block.name for regimen in PLANS.values() for block in treatment_blocks(regimen.plan())}
    shared = {
        name: {full: value for full, value in model_of(r.plan()).parameters.items() if full.split(".")[0] not in own}
        for name, r in PLANS.items()
    }
    first = shared["placebo"]
    assert len(first) > 60
    for name, values in shared.items():
        assert values == first, name


def test_no_downstream_parameter_is_named_after_a_treatment():
    given = {"escitalopram", "esketamine", "zuranolone", "placebo", "rtms", "midazolam", "sham"}
    shared = model_of(PLANS["placebo"].plan()).parameters
    assert not [name for name in shared if given & set(name.replace(".", "_").split("_"))]


ROUTES = {f"neurotrophin.{route}": 0.0 for route in ("burst_release", "eef2_release", "r_ketamine_release")}


def test_without_the_release_of_bdnf_nothing_of_ketamine_lasts(treat):
    """What is left is the push of the burst itself on the cortex, which wears off while the benefit is at its best."""
    times = np.array([0.0, 1, 2, 4, 8, 14]) * DAY
    plan = PLANS["ketamine"].plan()
    whole = contrast(treat, plan, times)
    cut = contrast(treat, plan, times, ROUTES)
    assert whole[1] < -2
    assert abs(cut[1]) < 0.35 * abs(whole[1])
    assert (np.abs(cut[2:]) < 0.1 * np.abs(whole[2:])).all()


def test_without_bdnf_and_without_the_burst_ketamine_does_nothing_at_all(treat):
    times = np.array([0.0, 0.25, 1, 4, 14]) * DAY
    acute = {"circuit.burst_weight": 0.0, "circuit.glutamate_gain": 0.0}  # what block itself does on the cortex
    left = contrast(treat, PLANS["ketamine"].plan(), times, ROUTES | acute)
    assert np.abs(left).max() < 0.01


def test_new_spines_come_when_ketamine_has_gone(treat):
    """Formation rises 12 to 24 hours after a dose and not after 3 to 6, when plasma has peaked and fallen."""
    times = np.arange(0.0, 72.1, 1.0)
    found = treat(PLANS["ketamine"].plan(), times, ["spine_formation", "nmda_block"], ill=True)
    gained = found["spine_formation"] / found["spine_formation"][0] - 1
    assert gained[12:25].mean() > 1.5 * gained[3:7].mean()
    assert 10 <= times[gained.argmax()] <= 30
    assert found["nmda_block"][12] < 0.25 * found["nmda_block"].max()


def test_a_ligand_reaches_its_target_only_through_plasma():
    model = whole_model()
    for block in model.blocks:
        if block.name.startswith("target_"):
            assert all(port.endswith("_plasma") for port in block.takes), block.name
