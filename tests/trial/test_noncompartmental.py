"""Non-compartmental analysis against closed forms and a textbook data set; what its rules forbid is refused."""

from __future__ import annotations

import numpy as np
import pytest

from euthymia.trial.noncompartmental import accumulation, analyse, area, fluctuation, terminal_slope

#: theophylline, subject 1 of Boeckmann, Sheiner and Beal 1994 (the `Theoph` data of R), h and mg/L
HOURS = np.array([0, 0.25, 0.57, 1.12, 2.02, 3.82, 5.10, 7.03, 9.05, 12.12, 24.37])
LEVELS = np.array([0.74, 2.84, 6.57, 10.50, 9.66, 8.58, 8.36, 7.47, 6.89, 5.94, 3.28])


def test_a_bolus_gives_back_its_clearance_and_volume():
    dose, volume, rate = 100.0, 20.0, 0.1
    times = np.arange(0, 60, 2.0)
    found = analyse(times, dose / volume * np.exp(-rate * times), dose)
    assert found.auc_inf == pytest.approx(dose / (volume * rate), rel=1e-9)
    assert found.clearance == pytest.approx(volume * rate, rel=1e-9)
    assert found.volume == pytest.approx(volume, rel=1e-9)
    assert found.mean_residence == pytest.approx(1 / rate, rel=1e-6)
    assert found.terminal is not None
    assert found.terminal.half_life == pytest.approx(np.log(2) / rate)


def test_theophylline_has_the_half_life_that_others_compute():
    found = analyse(HOURS, LEVELS)
    assert (found.cmax, found.tmax) == (10.50, 1.12)
    assert found.terminal is not None
    assert found.terminal.points == 3
    assert found.terminal.half_life == pytest.approx(14.30, abs=0.01)


def test_an_area_that_is_a_third_extrapolated_is_refused():
    found = analyse(HOURS, LEVELS, dose=4.02)
    assert found.auc_inf is None
    assert found.clearance is None
    assert "beyond the last sample" in found.refused["auc_inf"]


def test_two_samples_after_the_peak_give_no_slope():
    refused: dict[str, str] = {}
    assert terminal_slope(np.array([0.0, 1, 2, 4]), np.array([1.0, 5, 4, 3]), refused) is None
    assert "2 samples" in refused["terminal"]


def test_a_rising_end_and_a_crooked_one_give_no_slope():
    times = np.arange(6.0)
    assert terminal_slope(times, np.array([9.0, 1, 2, 3, 4, 5])) is None
    assert terminal_slope(times, np.array([9.0, 3, 8, 2, 8.5, 3])) is None


def test_a_window_is_cut_where_it_is_said():
    times = np.array([0.0, 10, 20])
    levels = np.array([0.0, 10, 20])
    assert area(times, levels, 5, 15) == pytest.approx(100)
    with pytest.raises(ValueError, match="is not in it"):
        area(times, levels, 5, 25)


def test_levels_below_zero_or_not_numbers_are_refused():
    with pytest.raises(ValueError, match="not below zero"):
        area(np.array([0.0, 1]), np.array([1.0, -1]))
    with pytest.raises(ValueError, match="rise"):
        area(np.array([0.0, 0.0]), np.array([1.0, 1]))


def test_accumulation_and_fluctuation_at_steady_state():
    rate, tau = 0.05, 24.0
    grid = np.linspace(0, tau, 2001)
    first = area(grid, np.exp(-rate * grid))
    steady = np.exp(-rate * grid) / (1 - np.exp(-rate * tau))
    assert accumulation(first, area(grid, steady)) == pytest.approx(1 / (1 - np.exp(-rate * tau)), rel=1e-6)
    mean = area(grid, steady) / tau
    assert fluctuation(steady, mean) == pytest.approx(rate * tau, rel=1e-6)  # peak - trough over mean, bolus: k tau
    assert accumulation(0.0, 1.0) is None
