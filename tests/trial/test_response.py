"""Response and remission without a draw: the expected rate of ratings, and monotone."""

from __future__ import annotations

import numpy as np
import pytest

from euthymia.cohort.cohort import cohort
from euthymia.trial.response import remission_probability, response_probability
from euthymia.trial.scale import scale

PEOPLE = 4000
PATIENTS = cohort("outpatient-mdd", n=1, seed=9).candidates(0, PEOPLE)


def people(seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    before = np.clip(random.normal(0.55, 0.08, (PEOPLE, 1)) + random.normal(0, 0.03, (PEOPLE, 7)), 0.05, 0.95)
    return before, np.clip(before * random.uniform(0.1, 1.1, (PEOPLE, 1)), 0.03, 0.97)


@pytest.mark.parametrize("name", ["MADRS", "HAMD17"])
def test_its_mean_is_the_rate_of_ratings(name: str) -> None:
    before, after = people(1)
    rated = scale(name).rated(np.stack([before, after], axis=1), PATIENTS)
    responders = (rated[:, 1] <= 0.5 * rated[:, 0]).mean()
    remitters = (rated[:, 1] <= scale(name).remission).mean()
    assert 0.1 < remitters < responders < 0.9
    assert response_probability(before, after, name).mean() == pytest.approx(responders, abs=0.02)
    assert remission_probability(after, name).mean() == pytest.approx(remitters, abs=0.02)


def test_they_are_probabilities_that_fall_with_severity() -> None:
    before, after = people(2)
    found = response_probability(before, after, "MADRS")
    assert found.shape == (PEOPLE,)
    assert ((found >= 0) & (found <= 1)).all()
    assert (response_probability(before, np.minimum(after + 0.02, 0.98), "MADRS") <= found).all()
    assert (response_probability(before, after, "MADRS", share=0.25) >= found).all()
    assert (remission_probability(after, "MADRS", 12) >= remission_probability(after, "MADRS", 10)).all()


def test_whoever_was_not_solved_has_no_probability() -> None:
    before, after = people(3)
    after[5] = np.nan
    found = response_probability(before, after, "MADRS")
    assert np.flatnonzero(np.isnan(found)).tolist() == [5]
