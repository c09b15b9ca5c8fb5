"""What a published table becomes: its setting, its days, its scales."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from euthymia.cohort.cohort import cohort
from euthymia.evidence.library import library
from euthymia.evidence.trial_table import read_trials
from euthymia.treatments.order import oral, placebo
from euthymia.trial.conduct import run
from euthymia.trial.contact import setting_of
from euthymia.trial.express import DAYS_ASSUMED, express
from euthymia.trial.protocol import trial

NO_DAYS = """\
- id: no_days
  scale: MADRS
  arms:
  - arm: active
    regimen: [{intervention: tms, protocol: 10Hz, pulses_per_treatment: 3000, intensity_pct_rMT: 120}]
    outcomes: [{visit: week 4, time_d: 28, kind: change, mean: -9, confidence: verified}]
  - arm: sham
    regimen: [{intervention: tms_sham, treatment_days: [0, 1, 2, 3, 4]}]
    outcomes: [{visit: week 4, time_d: 28, kind: change, mean: -5, confidence: verified}]
"""


def test_a_short_course_stays_one_however_long_its_placebo_is_followed() -> None:
    active = oral("zuranolone", "50 mg").daily(weeks=2).plan()
    assert setting_of([active, placebo().daily(days=45).plan()]) == "short_course"
    assert setting_of([oral("escitalopram", "10 mg").daily(weeks=8).plan(), placebo().daily(weeks=2).plan()]) == "oral"


def test_days_that_no_table_gave_are_said_to_be_taken(tmp_path: Path) -> None:
    (tmp_path / "trials.yaml").write_text(NO_DAYS)
    expressed = express(read_trials(tmp_path / "trials.yaml").trials[0], people=8, seed=1, worlds=0)
    assert expressed.trial is not None
    assert expressed.liberties == {"active": DAYS_ASSUMED}
    sessions = {name: [s.time / 24 for s in plan.sessions] for name, plan in expressed.trial.arms.items()}
    assert sessions["sham"] == [0, 1, 2, 3, 4]
    assert [day % 7 < 5 for day in sessions["active"]] == [True] * 21


@pytest.fixture(scope="module")
def totals() -> dict[str, np.ndarray]:
    """Expected totals on both scales of 120 virtual people over eight weeks."""
    plans = {"escitalopram": oral("escitalopram", "10 mg").daily(weeks=8), "placebo": placebo().daily(weeks=8)}
    done = run(trial(cohort("outpatient-mdd", n=120, seed=4), plans, visits=(28, 56)))
    return {name: np.concatenate([a.total(name).ravel() for a in done.arms.values()]) for name in ("MADRS", "HAMD17")}


@pytest.mark.parametrize("pair", library().scale_links["leucht2018_total"].anchors[:3])
def test_items_meet_the_published_link_of_the_scales(pair: tuple[float, float], totals: dict[str, np.ndarray]) -> None:
    hamd, madrs = pair
    near = np.abs(totals["MADRS"] - madrs) < 1
    assert near.sum() >= 20
    assert totals["HAMD17"][near].mean() == pytest.approx(hamd, abs=1)
