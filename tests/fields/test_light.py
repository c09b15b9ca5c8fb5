"""Light: published slabs, exact limits, the look-up table against runs of its own, mistakes told by name."""

from __future__ import annotations

import math

import numpy as np
import pytest

from euthymia.errors import EuthymiaError
from euthymia.fields.ask import ask
from euthymia.fields.light import fluence_of, in_head, light_dose, look_up, overlap, stored
from euthymia.fields.optics import THICKNESSES, optics_table, optics_tables
from euthymia.fields.photons import OpticalLayer, scatter, specular_reflectance

MANY = 400_000


def test_a_published_slab() -> None:
    """van de Hulst's table as printed in wang1995, Table 1."""
    light = scatter([OpticalLayer(0.2, 1.0, 9.0, 0.75)], MANY)
    assert light.diffuse_reflectance == pytest.approx(0.09739, abs=2e-3)
    assert light.transmittance == pytest.approx(0.66096, abs=2e-3)


def test_a_published_half_space_with_a_mirror() -> None:
    """Giovanelli's half-space as printed in wang1995, Table 2."""
    light = scatter([OpticalLayer(math.inf, 1.0, 9.0, 0.0, 1.5)], MANY)
    assert light.specular == pytest.approx(0.04, abs=1e-12)
    assert light.reflectance == pytest.approx(0.2600, abs=3e-3)


@pytest.mark.parametrize(("albedo", "reflected"), [(0.5, 0.11523), (0.9, 0.41495)])
def test_chandrasekhars_half_space(albedo: float, reflected: float) -> None:
    light = scatter([OpticalLayer(math.inf, 1 - albedo, albedo)], MANY)
    assert light.reflectance == pytest.approx(reflected, abs=3e-3)


def test_without_scattering_light_falls_as_beer_says() -> None:
    light = scatter([OpticalLayer(2.0, 0.7, 0.0)], 50_000)
    assert light.transmittance == pytest.approx(math.exp(-1.4), abs=6e-3)
    assert light.unscattered == pytest.approx(light.transmittance)


def test_nothing_is_lost() -> None:
    light = scatter(optics_table("cassano2019").layers(810, THICKNESSES["default"]), 20_000)
    assert light.total == pytest.approx(1.0, abs=2e-3)


def test_the_same_seed_is_the_same_light_on_any_number_of_threads() -> None:
    import numba

    layers = [OpticalLayer(1.0, 0.1, 5.0, 0.8, 1.4), OpticalLayer(math.inf, 0.05, 2.0, 0.5, 1.4)]
    before = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        alone = scatter(layers, 5000, seed=3)
    finally:
        numba.set_num_threads(before)
    together, other = scatter(layers, 5000, seed=3), scatter(layers, 5000, seed=4)
    assert np.array_equal(alone.fluence, together.fluence) and alone.absorbed == together.absorbed
    assert not np.array_equal(alone.fluence, other.fluence)


def test_the_table_says_what_a_run_of_its_own_says() -> None:
    layers = [layer.similar() for layer in optics_table("strangman2014").layers(800, (6.0, 6.5, 2.5))]
    own = fluence_of(scatter(layers, 150_000, seed=9, dz=0.5, depth=40.0, reach=80.0), 17.1, 15.0)
    known = in_head("strangman2014", 800)
    assert known is not None
    assert known.grey_mean() == pytest.approx(own.grey_mean(), rel=0.05)
    assert known.into_brain == pytest.approx(own.into_brain, rel=0.05)


def test_between_nodes_the_table_stays_between_them() -> None:
    thin, middle, between = (
        look_up("cassano2019", 810, (s, k, 2.5), 17.1).grey_mean()  # type: ignore[union-attr]
        for s, k in ((5.0, 5.75), (6.0, 6.5), (5.5, 6.1))
    )
    assert middle < between < thin
    assert look_up("cassano2019", 810, (2.0, 3.0, 2.5), 17.1) is None
    assert stored().photons >= 100_000


def test_similarity_moves_little() -> None:
    layers = optics_table("mcx_fang").layers(800, THICKNESSES["default"])
    tops = [
        fluence_of(scatter(chosen, 15_000, dz=0.5, depth=40.0, reach=80.0), 17.1, 15.0).at_grey_top()
        for chosen in (layers, [layer.similar() for layer in layers])
    ]
    assert tops[1] == pytest.approx(tops[0], rel=0.15)


def test_a_dose_is_a_distribution_as_wide_as_the_tables_disagree() -> None:
    dose = light_dose(810, 65.8, 17.1)
    assert len(dose.alternatives) == 3 * len(optics_tables())
    assert dose.interval[1] / dose.interval[0] > 10
    assert dose.interval[0] <= dose.value <= dose.interval[1]
    assert len(light_dose(1064, 100, 17.1).alternatives) == 3  # one table speaks of 1064 nm


def test_a_disc_covers_itself_and_nothing_two_radii_away() -> None:
    assert overlap(np.array([0.0, 40.0]), 20) == pytest.approx([1, 0])
    assert specular_reflectance(1, 1.37) == pytest.approx(0.02437, abs=1e-5)


@pytest.mark.parametrize(
    ("settings_given", "said"),
    [
        ({"wl": -810, "optics": "cassano2019"}, "a wavelength of -810 nm"),
        ({"wl": 400, "optics": "cassano2019"}, "no optics table speaks of 400 nm"),
        ({"wl": 810, "optics": "cassano2019", "layers_mm": [6, -1, 2]}, "layers of"),
        ({"wl": 810, "optics": "cassano2019", "beam_radius_mm": 0}, "a beam radius of 0 mm"),
        ({"mua_cm": -1, "mus_cm": 10, "d_cm": 1}, "absorbs -0.1 per mm"),
        ({"mua_cm": 1, "mus_cm": 10, "g": 1.5, "d_cm": 1}, "the anisotropy"),
        ({"albedo": 1.2, "semi_infinite": True}, "an albedo of 1.2"),
    ],
)
def test_a_mistake_names_its_field(settings_given: dict, said: str) -> None:
    with pytest.raises(EuthymiaError, match=said) as error:
        ask(settings_given)
    assert error.value.place is not None and error.value.place.field
