"""Drugs in the body against formulas that can be written down, and against one published table."""

from __future__ import annotations

import numpy as np
import pytest

from euthymia.model.treatment import model_of
from euthymia.treatments.order import infusion, intranasal, oral


def test_one_dose_by_mouth_follows_the_textbook_curve(treat):
    """One compartment, first-order entry: F D ka/(V (ka - k)) (e^-kt - e^-kat)."""
    plan = oral("escitalopram", "10 mg").once().plan()
    numbers = {name: value.number for name, value in model_of(plan).parameters.items()}
    volume, k = numbers["escitalopram.volume"], numbers["escitalopram.clearance"] / numbers["escitalopram.volume"]
    entry = numbers["escitalopram_oral.rate"]
    times = np.array([0.0, 0.5, 1, 2, 4, 8, 24, 72, 168])
    expected = 0.8 * 10 / volume * 1000 * entry / (entry - k) * (np.exp(-k * times) - np.exp(-entry * times))
    found = treat(plan, times, ["escitalopram_plasma"])["escitalopram_plasma"]
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-9)


def test_daily_doses_add_up(treat):
    """Linear: the curve of ten doses is the sum of ten shifted curves of one."""
    times = np.arange(0.0, 241, 6)
    one = treat(oral("escitalopram", "10 mg").once().plan(), times, ["escitalopram_plasma"])["escitalopram_plasma"]
    ten = treat(oral("escitalopram", "10 mg").daily(days=10).plan(), times, ["escitalopram_plasma"])
    summed = sum(np.concatenate([np.zeros(4 * day), one[: len(one) - 4 * day]]) for day in range(10))
    assert ten["escitalopram_plasma"] == pytest.approx(summed, rel=1e-4, abs=1e-6)


def test_an_infusion_of_a_one_compartment_drug_follows_the_textbook_curve(solve):
    """D/(T CL) (1 - e^-kt) while it runs, then down by e^-k(t - T)."""
    from euthymia.engine.schedule import Rate
    from euthymia.evidence.value import Grade, Value
    from euthymia.model.assemble import assemble
    from euthymia.model.pharmacokinetics import disposition
    from euthymia.treatments.drug import Compound

    def said(number: float, unit: str) -> Value:
        return Value(number, unit, grade=Grade.assumed, because="a test")

    compound = Compound(name="plain", volume=said(50, "L"), clearance=said(10, "L/hour"))
    model = assemble([disposition.block(compound, ())])
    times = np.array([0.0, 0.25, 0.5, 1.0, 3.0, 10.0])
    found = solve(model, times, ["plain_plasma"], [Rate(0.0, "plain.infusion", 40 / 0.5, 0.5)])["plain_plasma"]
    k = 10 / 50
    during = 40 / (0.5 * 10) * 1000 * (1 - np.exp(-k * np.minimum(times, 0.5)))
    expected = during * np.exp(-k * np.maximum(times - 0.5, 0))
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_what_goes_in_comes_out(treat):
    """Clearance times area under the curve is the absorbed dose."""
    times = np.linspace(0, 24 * 30, 6000)
    plasma = treat(oral("escitalopram", "10 mg").once().plan(), times, ["escitalopram_plasma"])["escitalopram_plasma"]
    area = np.trapezoid(plasma, times) / 1000  # mg·h/L
    assert 31 * area == pytest.approx(0.8 * 10, rel=0.003)


@pytest.mark.parametrize(("dose", "peak"), [("28 mg", 43.9), ("56 mg", 73.0), ("84 mg", 102.2)])
def test_nasal_esketamine_peaks_as_its_published_model(treat, dose: str, peak: float):
    """Peaks of an independent run of the equations of perezruixo2021 (its own table: 43.8, 72.5, 101.0 ng/mL)."""
    times = np.arange(0.0, 4.0, 0.02)
    found = treat(intranasal("esketamine", dose).once().plan(), times, ["s_ketamine_plasma"])["s_ketamine_plasma"]
    assert found.max() == pytest.approx(peak, rel=0.03)


def test_ketamine_given_by_weight_and_by_mass_is_the_same(treat):
    times = [0.0, 0.5, 2 / 3, 2.0, 8.0]
    by_weight = treat(infusion("ketamine", "0.5 mg/kg").once().plan(), times, ["nmda_block"])["nmda_block"]
    by_mass = treat(infusion("ketamine", "35 mg").once().plan(), times, ["nmda_block"])["nmda_block"]
    assert by_weight == pytest.approx(by_mass, rel=1e-9)
    assert 0.05 < by_weight.max() < 0.95


def test_fasting_halves_zuranolone(treat):
    times = np.arange(0.0, 120.0, 0.5)
    fed = treat(oral("zuranolone", "50 mg").once().plan(), times, ["zuranolone_plasma"])["zuranolone_plasma"]
    fasted = treat(oral("zuranolone", "50 mg", fed=False).once().plan(), times, ["zuranolone_plasma"])
    assert fed.sum() / fasted["zuranolone_plasma"].sum() == pytest.approx(1.8, rel=0.01)
