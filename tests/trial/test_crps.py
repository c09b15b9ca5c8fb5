"""The ranked probability score against cases worked out by hand, and the properties it must have."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from euthymia.trial.scoring.crps import Mixture, ensemble, of_worlds

NUMBERS = st.floats(-50, 50)


@given(NUMBERS, NUMBERS)
def test_of_a_point_it_is_the_absolute_error(point: float, seen: float) -> None:
    assert ensemble(np.array([point])).crps(seen) == pytest.approx(abs(point - seen), abs=1e-12)


@given(NUMBERS, st.floats(0.1, 20), NUMBERS)
def test_of_a_normal_curve_it_is_the_published_closed_form(mean: float, sd: float, seen: float) -> None:
    """Gneiting and Raftery 2007, equation 21 (doi 10.1198/016214506000001437)."""
    z = (seen - mean) / sd
    expected = sd * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert Mixture((mean,), sd).crps(seen) == pytest.approx(expected, abs=1e-9)


def test_of_two_draws_by_hand() -> None:
    """Draws 0 and 2, seen 1: mean distance 1, less half the mean distance among draws (4 pairs: 0, 2, 2, 0) = 0.5."""
    assert ensemble(np.array([0.0, 2.0])).crps(1.0) == pytest.approx(0.5)
    assert ensemble(np.array([0.0, 2.0])).crps(5.0) == pytest.approx(4 - 0.5)


@settings(max_examples=25, deadline=None)
@given(st.lists(NUMBERS, min_size=1, max_size=6), st.floats(0.3, 10), NUMBERS)
def test_it_is_the_area_between_the_curves(centres: list[float], width: float, seen: float) -> None:
    """By definition: the integral of (F(x) - [x >= seen])^2."""

    def gap(x: float) -> float:
        return float((norm.cdf(x, np.array(centres), width).mean() - (x >= seen)) ** 2)

    ends = (min([*centres, seen]) - 12 * width, max([*centres, seen]) + 12 * width)
    points = sorted({*centres, seen})
    expected, _ = quad(gap, *ends, points=points, limit=400)
    assert Mixture(tuple(centres), width).crps(seen) == pytest.approx(expected, abs=1e-4)


@given(st.lists(NUMBERS, min_size=1, max_size=8), st.floats(0, 10), NUMBERS, st.floats(0.1, 5), NUMBERS)
def test_it_is_never_negative_and_moves_with_units(
    centres: list[float], width: float, seen: float, unit: float, shift: float
) -> None:
    here = Mixture(tuple(centres), width).crps(seen)
    there = Mixture(tuple(unit * c + shift for c in centres), unit * width).crps(unit * seen + shift)
    assert here >= -1e-9
    assert there == pytest.approx(unit * here, abs=1e-8)


def test_it_is_proper_the_truth_scores_best_on_average() -> None:
    random = np.random.default_rng(3)
    seen = random.normal(2, 3, 4000)
    scores = {
        (mean, sd): np.mean([Mixture((mean,), sd).crps(one) for one in seen[:1500]])
        for mean, sd in ((2, 3), (2, 1), (2, 6), (0, 3), (4, 3))
    }
    assert min(scores, key=scores.__getitem__) == (2, 3)


def test_the_mixture_of_worlds_has_the_mean_and_spread_of_its_interval() -> None:
    random = np.random.default_rng(1)
    worlds = np.repeat(np.arange(8), 6)
    sample = random.normal(0, 2, 8)[worlds] + random.normal(0, 5, 48)
    found = of_worlds(sample, worlds, mean=-3.0, sd=4.0, between=4.0)
    assert found.mean == pytest.approx(-3.0)
    assert found.sd == pytest.approx(4.0)
    assert np.std(found.centres) == pytest.approx(2.0)
    narrow = of_worlds(sample, worlds, mean=-3.0, sd=1.0, between=4.0)
    assert narrow.sd == pytest.approx(1.0)
