"""Questions about light, from settings to named quantities: slabs, half-spaces, layered heads, protocols.

Settings: `mua_cm`, `mus_cm` (or `albedo`), `g`, `n_rel`, `d_cm` or `semi_infinite`; or `layers` with those of each; or
`optics`, `wl`, `layers_mm`, `beam_radius_mm` for a head. Left out: anything that is not flat.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from euthymia.errors import EuthymiaError, Place
from euthymia.fields.inputs import CannotExpress, Inputs, Quantities, listed
from euthymia.fields.light import Fluence, fluence_of, in_head
from euthymia.fields.optics import GREY_MM, LAYERS, THICKNESSES, optics_table, thicknesses_of
from euthymia.fields.photons import Light, OpticalLayer, scatter, specular_reflectance
from euthymia.treatments.limits.stimulation import correction, skin_limit

WORDS = (
    "mua", "mus", "musp", "albedo", "n", "n_rel", "n1", "n2", "layers", "layers_mm", "optics",
    "wl", "wavelength", "replace", "any",
    "semi_infinite", "g", "tau",
)  # fmt: skip
FEWEST, MOST = 300_000, 4_000_000


def photons_for(tolerance: float | None) -> int:
    """Photons for a share of light to be known to about a third of `tolerance`."""
    if not tolerance or tolerance <= 0:
        return 1_000_000
    return int(np.clip(0.25 / (tolerance / 3) ** 2, FEWEST, MOST))


def answer(asked: Inputs, wanted: tuple[str, ...], tolerance: float | None = None) -> Quantities:
    """Every quantity the settings define."""
    if asked.plain("any", default=NotImplemented) is not NotImplemented:
        return {"R_plus_T_plus_A": _conserved()}
    if asked.plain("replace", default=None) is not None:
        return _similarity(asked)
    if asked.has("optics") or asked.has("wl", "wavelength"):
        return _head(asked, wanted)
    if asked.has("n", "n1", "n2", "n_rel") and not asked.has("mua", "mu_a", "albedo", "layers"):
        return _fresnel(asked)
    photons = int(asked.plain("photons", default=photons_for(tolerance)))
    seed = int(asked.plain("seed", default=1))
    layers, above, below = _layers(asked)
    incidence = asked.number("incidence", default=0.0) if not isinstance(asked.given.get("incidence"), str) else 0.0
    asked.plain("incidence", default=None)
    asked.plain("broad_beam", "boundary", default=None)
    fit = asked.number("fit_depth", default=None)
    depth = float(fit[1]) + 2 if fit is not None else 50.0
    if fit is not None:
        photons = min(photons, 400_000)
    light = scatter(layers, photons, seed, above, below, dz=0.5, depth=depth, incidence=float(incidence))
    found = _shares(light)
    if fit is not None:
        found |= _slope(light, float(fit[0]), float(fit[1]))
    return found


def _shares(light: Light) -> Quantities:
    diffuse = (
        light.transmittance - light.unscattered if light.unscattered <= light.transmittance else light.transmittance
    )
    return {
        "Rd": light.diffuse_reflectance, "Rs": light.specular, "specular": light.specular,
        "R": light.reflectance, "R_total": light.reflectance, "R_total_incl_specular": light.reflectance,
        "Tt": light.transmittance, "T": light.transmittance, "Td": diffuse,
        "Tc": light.unscattered, "Tu": light.unscattered,
        "A": sum(light.absorbed), "A_total": sum(light.absorbed), "absorbed": sum(light.absorbed),
        "A_layers": list(light.absorbed), "absorbed_by_layer": list(light.absorbed), "R_plus_T_plus_A": light.total,
    }  # fmt: skip


def _fresnel(asked: Inputs) -> Quantities:
    from euthymia.fields.photon_kernel import fresnel

    inside = asked.number("n", "n_rel", "n2", "n_below")
    outside = asked.number("n1", "n_above", default=1.0)
    if inside < 1 or outside < 1:
        raise EuthymiaError(
            f"a refractive index of {min(inside, outside):g}", place=Place(field="n"), rule="1 or more."
        )
    angle = asked.number("incidence", default=0.0)
    value = specular_reflectance(outside, inside)
    if angle:
        value = float(fresnel(outside, inside, math.cos(math.radians(angle)))[0])
    return dict.fromkeys(("specular", "R", "Rs", "R_specular"), value)


def _layer(given: Inputs, thickness: float | None = None) -> OpticalLayer:
    """One layer from its coefficients, or from its albedo (per unit of extinction)."""
    g = float(given.number("g", "anisotropy", default=0.0))
    n = float(given.number("n_rel", "n", default=1.0))
    d = given.number("d", "thickness", default=None) if thickness is None else thickness
    if given.plain("semi_infinite", "infinite", default=False):
        d = math.inf
    if given.has("albedo"):
        albedo = float(given.number("albedo"))
        if not 0 <= albedo <= 1:
            raise EuthymiaError(f"an albedo of {albedo:g}", place=Place(field="albedo"), rule="It lies from 0 to 1.")
        tau = given.number("tau", "optical_thickness", default=None)
        d = float(tau) if tau is not None else (math.inf if d is None else d)
        return OpticalLayer(float(d), 1 - albedo, albedo, g, n)
    mua = float(given.number("mua", "mu_a", per_length=True))
    if given.has("mus", "mu_s"):
        mus = float(given.number("mus", "mu_s", per_length=True))
    else:
        mus = float(given.number("musp", "mus_prime", per_length=True)) / (1 - g)
    return OpticalLayer(float(math.inf if d is None else d), mua, mus, g, n, str(given.plain("name", default="")))


def _layers(asked: Inputs) -> tuple[list[OpticalLayer], float, float]:
    above = float(asked.number("n_above", "n_outside", "n_ambient", default=1.0))
    below = float(asked.number("n_below", default=above))
    given = asked.plain("layers", default=None)
    if given is None:
        return [_layer(asked)], above, below
    found = []
    for one in given:
        inner = Inputs(one)
        found.append(_layer(inner))
        inner.refuse_left()
    return found, above, below


def _slope(light: Light, first: float, last: float) -> Quantities:
    """Fall of the logarithm of fluence per mm between two depths."""
    depths = (np.arange(len(light.fluence)) + 0.5) * light.dz
    inside = (depths >= first) & (depths <= last)
    values = light.depth_profile()[inside]
    weights = np.sqrt(values)
    slope = float(-np.polyfit(depths[inside], np.log(values), 1, w=weights)[0])
    return {"slope_per_mm": slope, "mu_eff_per_mm": slope, "penetration_depth_mm": 1 / slope}


def _conserved() -> float:
    """The balance of the layered head at 810 nm, with refracting boundaries."""
    return scatter(optics_table("cassano2019").layers(810, THICKNESSES["default"]), 20_000).total


def _similarity(asked: Inputs) -> Quantities:
    """How far similarity moves fluence at the top of grey matter, in the head at 810 nm."""
    import time

    table = asked.plain("optics", default="cassano2019")
    layers = optics_table(table).layers(int(asked.number("wl", default=810)), THICKNESSES["default"])
    scatter([layer.similar() for layer in layers], 100)
    tops, seconds = [], []
    for chosen in (layers, [layer.similar() for layer in layers]):
        began = time.perf_counter()
        light = scatter(chosen, 60_000, dz=0.5, depth=40.0, reach=80.0)
        seconds.append(time.perf_counter() - began)
        tops.append(fluence_of(light, 17.1, sum(THICKNESSES["default"])).at_grey_top())
    return {"GM_top_change_rel": abs(tops[1] / tops[0] - 1), "speedup": seconds[0] / seconds[1]}


def _head(asked: Inputs, wanted: tuple[str, ...]) -> Quantities:
    """Fluence in a layered head for one table or several."""
    if isinstance(asked.given.get("wl"), str):
        asked.given["wl"] = str(asked.given["wl"]).lstrip("~")
    wave = asked.number("wl", "wavelength", default=800)
    if isinstance(wave, float) and wave <= 0:
        raise EuthymiaError(f"a wavelength of {wave:g} nm", place=Place(field="wavelength_nm"), rule="Above zero.")
    if not asked.has("optics", "table") and wanted and all(key in SKIN for key in wanted):
        return _skin(float(wave), asked)
    tables = asked.plain("optics", "table", default="cassano2019")
    tables = [tables] if isinstance(tables, dict) else listed(tables)
    beam = float(_beam(asked))
    exposure = asked.number("radiant_exposure", "H0", "exposure", default=None)
    irradiance = asked.number("irradiance", default=None)
    seconds = asked.number("duration", "time", default=None)
    if exposure is None and irradiance is not None and seconds is not None:
        exposure = irradiance * 1e-3 * seconds
    thick = asked.plain("layers_mm", "layers", "thickness", default="default")
    if isinstance(thick, str) and thick not in THICKNESSES:
        raise CannotExpress(f"the layers '{thick}'; known: {', '.join(THICKNESSES)} or millimetres")
    photons, seed = int(asked.plain("photons", default=200_000)), int(asked.plain("seed", default=1))
    asked.plain("g", default=None)
    found = []
    for name in tables:
        if isinstance(name, dict):
            one = _own_optics(name, thicknesses_of(thick), beam, photons, seed)
        else:
            one = in_head(str(name), float(wave), thicknesses_of(thick), beam, photons, seed)
        if one is None:
            raise CannotExpress(f"the table '{name}' says nothing about {wave:g} nm")
        found.append(one)
    return summary(found, exposure, beam, irradiance)


SKIN = ("C_A", "CA", "skin_limit_mW_cm2", "mpe_mW_cm2", "limit_mW_cm2", "MPE_mW_cm2")


def _skin(wavelength: float, asked: Inputs) -> Quantities:
    """The skin limit for a laser at a wavelength, for an exposure longer than ten seconds unless it is said."""
    seconds = float(asked.number("duration", "time", "t", default=100.0))
    limit = skin_limit(wavelength, seconds)
    return {"C_A": correction(wavelength), "CA": correction(wavelength)} | dict.fromkeys(SKIN[2:], limit)


def _beam(asked: Inputs) -> float:
    """Radius in mm of a round beam from its radius, diameter or area."""
    if asked.has("beam_diameter", "diameter"):
        return asked.number("beam_diameter", "diameter") / 2
    if asked.has("beam_area", "area", "area_cm2_per_site"):
        return 10 * math.sqrt(asked.number("beam_area", "area", "area_cm2_per_site") / math.pi)
    return asked.number("beam_radius", "radius", default=17.1)


def _own_optics(
    tissues: dict[str, Any], thick: tuple[float, float, float], beam: float, photons: int, seed: int
) -> Fluence:
    """A head whose optics stand in the settings, layer by layer."""
    layers, deep = [], (*thick, GREY_MM, math.inf)
    names = {"scalp": ("scalp", "skin"), "gm": ("gm", "grey", "brain"), "wm": ("wm", "white", "brain")}
    for name, thickness in zip(LAYERS, deep, strict=True):
        key = next((one for one in names.get(name, (name,)) if one in tissues), None)
        if key is None:
            raise CannotExpress(f"the optics of layer '{name}' are not given")
        given = Inputs({"n": 1.37, **tissues[key]})
        layers.append(_layer(given, thickness).similar())
        given.refuse_left()
    return fluence_of(scatter(layers, photons, seed, dz=0.5, depth=40.0, reach=80.0), beam, sum(thick))


def summary(found: list[Fluence], exposure: float | None, beam: float, irradiance: float | None = None) -> Quantities:
    """The named quantities of one or several heads under one beam of `beam` mm."""
    shown = lambda values: values[0] if len(values) == 1 else values  # noqa: E731
    tops, means = [f.at_grey_top() for f in found], [f.grey_mean() for f in found]
    energy = [100 * f.into_brain for f in found]
    answer = {
        "GM_top_over_H0": shown(tops), "GM_mean_over_H0": shown(means), "energy_into_brain_pct": shown(energy),
        "axis_GM_top_over_H0": shown([float(np.interp(f.grey_from + 0.25, f.depths, f.on_axis)) for f in found]),
    }  # fmt: skip
    if exposure is not None:
        fluence = [mean * exposure for mean in means]
        answer |= {"GM_mean_fluence_J_cm2": shown(fluence), "GM_top_fluence_J_cm2": shown([t * exposure for t in tops])}
        answer["energy_J"] = exposure * math.pi * (beam / 10) ** 2
    if irradiance is not None:
        answer["GM_mean_irradiance_mW_cm2"] = shown([mean * irradiance for mean in means])
    return answer
