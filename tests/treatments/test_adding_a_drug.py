"""A twenty-third drug is one YAML file: psilocybin, from dose to 5-HT2A occupancy, in a folder of the user's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from euthymia.engine.reference import ReferenceEngine
from euthymia.trial.pharmacology.setting import Arm
from euthymia.trial.pharmacology.simulate import run

ADDED = Path(__file__).parent / "added"


@pytest.fixture
def psilocybin(monkeypatch):
    monkeypatch.setenv("EUTHYMIA_DRUGS", str(ADDED))
    from euthymia.treatments.drug import drug

    return drug("psilocybin")


def curves(amount: float):
    from euthymia.treatments.order import oral

    plan = oral("psilocybin", f"{amount:g} mg").once().plan()
    return run(Arm(plan.doses, (), 0.0, None, amount, 24.0), ReferenceEngine(workers=1))


def test_it_is_one_file_and_nothing_else():
    assert [path.name for path in ADDED.iterdir()] == ["psilocybin.yaml"]


@pytest.mark.parametrize(("amount", "low", "high"), [(15, 10, 13), (25, 16, 19), (30, 19, 24)])
def test_psilocin_peaks_as_published(psilocybin, amount, low, high):
    """holze2023, abstract: mean peaks with 95 % intervals."""
    assert low <= curves(amount).plasma("psilocin").max() <= high


def test_psilocin_leaves_as_published(psilocybin):
    """holze2023, abstract: half-life 1.4 to 1.8 h."""
    found = curves(25)
    after = np.interp([8.0, 12.0], found.times, found.plasma("psilocin"))
    assert 1.4 <= 4 * np.log(2) / np.log(after[0] / after[1]) <= 1.9


def test_occupancy_reaches_what_was_seen(psilocybin):
    """madsen2019, abstract: dose-related occupancy up to 72 % after 3 to 30 mg."""
    peaks = [curves(amount).levels["ht2a_occupancy"].max() for amount in (3, 15, 30)]
    assert peaks[0] < peaks[1] < peaks[2]
    assert peaks[2] == pytest.approx(0.72, abs=0.05)


def test_it_has_a_card_and_takes_part_in_the_whole(psilocybin):
    from euthymia.evidence.observation import Observation
    from euthymia.report.drug_card import drug_card
    from euthymia.trial.pharmacology.score import score_one

    said = str(drug_card("psilocybin"))
    assert "5-HT2A receptor" in said
    assert "ht2a occupancy" in said
    assert "disputed 1" in said
    row = Observation(
        id="psi", drug="psilocybin", compound="psilocin", name="Cmax", value=17, unit="ng/mL", dose="25 mg"
    )
    scored = score_one(row, lambda arm: run(arm, ReferenceEngine(workers=1)))
    assert scored.fold_error is not None
    assert scored.fold_error < 1.2
