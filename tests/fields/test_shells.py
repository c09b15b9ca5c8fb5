"""Currents in shells: closed forms, identities with any input, reciprocity, mistakes told by name."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from euthymia.errors import EuthymiaError
from euthymia.fields.ask import ask
from euthymia.fields.head import cortex, direction, head_called, sites
from euthymia.fields.shells import Electrode, ShellHead, half_angle_of, solve_shells
from euthymia.fields.stimulate import current_dose

TOP, SIDE = (0.0, 0.0, 1.0), (1.0, 0.0, 0.0)
sigmas = st.lists(st.floats(0.004, 2.0), min_size=2, max_size=5)


def pair(current: float = 1e-3, half: float = 0.0) -> tuple[Electrode, Electrode]:
    return Electrode(TOP, current, half), Electrode(SIDE, -current, half)


@given(st.floats(0.05, 0.12), st.floats(0.05, 2.0))
@settings(max_examples=30, deadline=None)
def test_the_centre_of_a_homogeneous_sphere(radius: float, sigma: float) -> None:
    both = Electrode(TOP, 1e-3), Electrode((0, 0, -1), -1e-3)
    field = solve_shells(ShellHead((radius,), (sigma,)), both, np.zeros(3)).field[0]
    assert np.linalg.norm(field) == pytest.approx(3e-3 / (2 * math.pi * sigma * radius**2), rel=1e-9)


@given(sigmas, st.data())
@settings(max_examples=30, deadline=None)
def test_cutting_a_layer_in_two_changes_nothing(sigma: list[float], data: st.DataObject) -> None:
    radii = tuple(np.linspace(0.07, 0.092, len(sigma)))
    points = 0.06 * np.array([[0, 0.3, 0.9], [0.5, 0.5, 0.2]])
    whole = solve_shells(ShellHead(radii, tuple(sigma)), pair(half=0.2), points).field
    cut = data.draw(st.integers(0, len(sigma) - 1))
    inner = radii[cut - 1] if cut else 0.0
    more = (*radii[:cut], (inner + radii[cut]) / 2, *radii[cut:])
    again = solve_shells(ShellHead(more, (*sigma[: cut + 1], *sigma[cut:])), pair(half=0.2), points).field
    assert np.abs(again - whole).max() <= 1e-12 * np.abs(whole).max()


@given(st.floats(0.1, 5))
@settings(max_examples=10, deadline=None)
def test_twice_the_current_is_twice_the_field(times: float) -> None:
    head, points = head_called("four_shell"), cortex(0.077, 20)
    one, more = (solve_shells(head, pair(c, 0.3), points).field for c in (1e-3, times * 1e-3))
    assert np.allclose(more, times * one, rtol=1e-12)


def test_the_field_is_the_slope_of_the_potential() -> None:
    head, point, step = head_called("four_shell"), np.array([0.02, 0.03, 0.06]), 1e-6
    solved = solve_shells(head, pair(half=0.3), point)
    ends = np.array([[point + s * step * np.eye(3)[i] for s in (1, -1)] for i in range(3)]).reshape(6, 3)
    potential = solve_shells(head, pair(half=0.3), ends).potential.reshape(3, 2)
    assert np.allclose(solved.field[0], -(potential[:, 0] - potential[:, 1]) / (2 * step), rtol=1e-5)


def test_current_through_the_cap_is_the_current_given() -> None:
    head = ShellHead((0.09,), (0.33,))
    points = cortex(0.08999, 40000)
    field = solve_shells(head, (Electrode(TOP, 1e-3, 0.4), Electrode((0, 0, -1), -1e-3, 0.4)), points).field
    inward = -(field * points).sum(1) / 0.08999 * 0.33
    area = 4 * math.pi * 0.08999**2 / len(points)
    assert inward[points[:, 2] > 0].sum() * area == pytest.approx(1e-3, rel=0.01)


def test_a_montage_is_told_with_its_metrics() -> None:
    doses = current_dose()
    assert [dose.metric.split()[0] for dose in doses] == ["mean", "mean", "p99", "peak"]
    assert doses[0].value == pytest.approx(0.43, abs=0.03)
    assert all(low <= dose.value <= high for dose in doses for low, high in [dose.interval])


def test_left_and_right_mirror_each_other() -> None:
    assert len(sites()) >= 61
    assert direction("F3") == pytest.approx(direction("F4") * [-1, 1, 1], abs=0.05)


@pytest.mark.parametrize(
    ("settings_given", "said"),
    [
        ({"montage": "F3-F1", "I_mA": 2, "area_cm2": 35}, "the electrodes 'F3' and 'F1' overlap"),
        ({"montage": "F3-F4", "I_mA": 0, "area_cm2": 35}, "a current of 0 A"),
        ({"montage": "F3-F4", "I_mA": 2, "area_cm2": -1}, "an electrode of -1 cm2"),
        ({"montage": "F3", "I_mA": 2, "area_cm2": 35}, "the montage 'F3' cannot be read"),
        ({"anode": "F3", "cathode": "Q9", "I_mA": 2, "area_cm2": 35}, "there is no site 'Q9'"),
        ({"radii_mm": [80, 70], "sigma_S_m": [0.3, 0.3], "I_mA": 1, "anode": "F3", "cathode": "F4"}, "do not rise"),
        ({"radii_mm": [80], "sigma_S_m": [-1], "I_mA": 1, "anode": "F3", "cathode": "F4"}, "a conductivity of -1"),
        ({"model": "rush_driscoll", "I_A": 1, "anode": TOP, "cathode": SIDE, "r_mm": [0, 0, 99]}, "outside the head"),
    ],
)
def test_a_mistake_names_its_field(settings_given: dict, said: str) -> None:
    with pytest.raises(EuthymiaError, match=said) as error:
        ask(settings_given)
    assert error.value.place is not None and error.value.place.field


def test_electrodes_have_room() -> None:
    with pytest.raises(EuthymiaError, match="half the head"):
        half_angle_of(1.0, 0.09)
