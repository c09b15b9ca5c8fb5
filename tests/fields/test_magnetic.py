"""Fields of coils: exact laws of a sphere, an independent sum of the laws, mistakes told by name."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from euthymia.errors import EuthymiaError, UnknownName
from euthymia.fields.coil import coil, coils, place
from euthymia.fields.magnetic import electric_field
from euthymia.fields.stimulate import coil_at, field_below, magnetic_dose, output_at_threshold, relative_field

directions = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: np.linalg.norm(v) > 0.2)


@given(directions, directions, directions, st.floats(0.01, 0.079))
@settings(max_examples=60, deadline=None)
def test_no_part_of_the_field_points_outwards(at, moment, point, radius) -> None:
    dipole = np.array(at) / np.linalg.norm(at) * 0.1
    target = np.array(point) / np.linalg.norm(point) * radius
    field = electric_field(dipole, np.array(moment) * 1e-2, 1e6, target)[0]
    assert abs(field @ target) <= 1e-9 * max(np.linalg.norm(field), 1e-4) * radius  # fields here are near 0.1 V/m


@given(directions, directions, directions)
@settings(max_examples=40, deadline=None)
def test_its_curl_is_the_coils_own_flux(at, moment, point) -> None:
    """Faraday: with no radial part, this makes the field the only answer for every layering of the sphere."""
    dipole, m = np.array(at) / np.linalg.norm(at) * 0.11, np.array(moment) * 1e-2
    target, step = np.array(point) / np.linalg.norm(point) * 0.05, 1e-4
    slope = np.empty((3, 3))
    for axis in range(3):
        away = np.eye(3)[axis] * step
        ends = [electric_field(dipole, m, 1.0, target + sign * away)[0] for sign in (1, -1)]
        slope[axis] = (ends[0] - ends[1]) / (2 * step)
    curl = np.array([slope[1, 2] - slope[2, 1], slope[2, 0] - slope[0, 2], slope[0, 1] - slope[1, 0]])
    apart = target - dipole
    far = np.linalg.norm(apart)
    flux = 1e-7 * (3 * apart * (m @ apart) / far**5 - m / far**3)
    assert np.allclose(curl, -flux, atol=3e-4 * np.linalg.norm(flux))


def test_nothing_happens_at_the_centre() -> None:
    placed = coil_at("Magstim_D70", "F3")
    assert np.abs(electric_field(placed.positions, placed.moments, 1e8, np.zeros(3))).max() < 1e-9


def test_a_wing_has_the_area_of_its_turns() -> None:
    turns = coil("D70").windings
    radii = np.linspace(turns.inner / 2, turns.outer / 2, turns.turns)
    placed = coil_at("D70", "Cz")
    assert np.linalg.norm(placed.moments, axis=1).sum() == pytest.approx(2e-6 * np.pi * (radii**2).sum(), rel=1e-9)


@pytest.mark.parametrize("name", sorted(coils()))
def test_every_coil_lies_outside_the_head(name: str) -> None:
    placed = coil_at(name, "F3")
    assert np.linalg.norm(placed.positions, axis=1).min() > 0.085
    assert np.linalg.norm(field_below(placed, "F3", 16.7, 1e6)) >= 0


def test_prefrontal_cortex_gets_less_than_motor_cortex_at_the_same_output() -> None:
    assert relative_field("Magstim_D70", "F3") == pytest.approx(0.85, abs=0.02)
    assert 30 <= output_at_threshold("Magstim_D70", "C3", 13.4) <= 65


def test_a_dose_names_its_metric_and_is_calibrated_to_threshold() -> None:
    share, field = magnetic_dose("Magstim_D70", "F3", 90, depth_corrected=True)
    assert share.value == pytest.approx(0.9)
    assert field.value == pytest.approx(54) and field.interval == pytest.approx((45, 63))
    assert all(
        dose.metric and dose.provenance and dose.interval[0] <= dose.value <= dose.interval[1]
        for dose in (share, field)
    )


def test_a_coil_inside_the_head_is_refused() -> None:
    with pytest.raises(EuthymiaError, match="gap_mm: the gap between scalp and coil is -2 mm"):
        coil_at("D70", "F3", gap=-2)
    with pytest.raises(EuthymiaError, match="inside the head"):
        place(coil("D70").windings, 0.0, [0, 0, 1], 85, lean=40)
    with pytest.raises(UnknownName, match="coil 'D71'"):
        coil("D71")
