"""The stress axis against the published model it follows (milo2025), block alone.

Numbers are those of an independent run of the published six equations. Ours sets CRH, ACTH and brain cortisol to their
steady values, which costs up to 0.03 within the first day and less than 0.015 from then on. The published axis has no
adaptation of glucocorticoid receptors, so `receptor_resistance` is 0 here unless a test says otherwise.
"""

from __future__ import annotations

import pytest

from euthymia.evidence.value import Grade, Value
from euthymia.model.assemble import assemble
from euthymia.model.block import Block, Model
from euthymia.model.physiology import stress

DAY = 24.0
YEARS = 6 * 365 * DAY


def axis(**parameters: float) -> Model:
    """The stress block among neighbours in health, with other parameters."""
    rest = {"limbic_drive": 0.07, "healthy_limbic_drive": 0.07, "tonic_inhibition": 1, "inflammation": 1}
    healthy = {name: Value(level, "1", grade=Grade.assumed, because="health") for name, level in rest.items()}
    lines = "\n".join(f"{name} = {name}_level : 1" for name in rest)
    parts = {f"{name}_level": value for name, value in healthy.items()}
    neighbours = Block("neighbours", "Health.", lines, gives=dict.fromkeys(rest, "1"), parameters=parts)
    published = {"receptor_resistance": 0.0} | parameters
    return assemble((stress.block(), neighbours)).having({f"stress.{k}": v for k, v in published.items()})


@pytest.mark.parametrize(("stress_input", "ratio"), [(1.5, 1.432), (2, 1.792), (3, 2.333), (6, 3.273)])
def test_lasting_stress_raises_cortisol_as_published(solve, stress_input: float, ratio: float):
    found = solve(axis(hyperactivity=stress_input - 1), [0.0, YEARS], ["cortisol", "stress.acth", "stress.crh"])
    assert found["cortisol"][-1] == pytest.approx(ratio, rel=0.002)
    assert found["stress.acth"][-1] == pytest.approx(1, abs=1e-3)
    assert found["stress.crh"][-1] == pytest.approx(1, abs=1e-3)


def test_an_adrenal_blocker_is_undone_by_the_glands_within_weeks(solve):
    times = [0.0, 6.0, 10 * DAY, 30 * DAY, 60 * DAY]
    found = solve(axis(adrenal_synthesis=0.5), times, ["cortisol"])["cortisol"]
    assert found[1:] == pytest.approx([0.72, 0.80, 0.93, 1.03], abs=0.03)
    assert found[2:] == pytest.approx([0.80, 0.93, 1.03], abs=0.015)


def test_removing_crh_lowers_cortisol_for_good(solve):
    found = solve(axis(crh_removal=2), [0.0, DAY, 60 * DAY, 190 * DAY], ["cortisol"])["cortisol"]
    assert found[1:] == pytest.approx([0.72, 0.52, 0.49], abs=0.015)


def test_the_long_run_does_not_depend_on_the_glands(solve):
    """What moves cortisol for good is the stress input and CRH alone: the published headline."""
    slow = solve(axis(hyperactivity=1, corticotroph_growth=0.003, adrenal_growth=0.002), [0.0, YEARS], ["cortisol"])
    usual = solve(axis(hyperactivity=1), [0.0, YEARS], ["cortisol"])
    blocked = solve(axis(hyperactivity=1, adrenal_synthesis=0.5), [0.0, YEARS], ["cortisol"])
    assert slow["cortisol"][-1] == pytest.approx(usual["cortisol"][-1], rel=1e-3)
    assert blocked["cortisol"][-1] == pytest.approx(usual["cortisol"][-1], rel=1e-3)


def test_receptors_lose_sensitivity_over_weeks_and_cortisol_rises_with_it(solve):
    """FKBP5: under lasting stress feedback weakens within weeks, and cortisol ends higher than without resistance."""
    times = [0.0, 7 * DAY, 180 * DAY, YEARS]
    stressed = {"hyperactivity": 1.0}
    risk = solve(axis(receptor_resistance=0.4, **stressed), times, ["cortisol", "glucocorticoid_sensitivity"])
    usual = solve(axis(**stressed), times, ["cortisol", "glucocorticoid_sensitivity"])
    assert (usual["glucocorticoid_sensitivity"] == 1).all()
    assert 0.9 < risk["glucocorticoid_sensitivity"][1] < 1
    assert 0.4 < risk["glucocorticoid_sensitivity"][2] < 0.85
    assert risk["cortisol"][-1] > 1.02 * usual["cortisol"][-1]
