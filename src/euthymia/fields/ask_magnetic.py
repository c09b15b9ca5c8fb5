"""Questions about coils, from settings to named quantities: fields at points, below a site, and per stimulator output.

Settings: `coil` or `windings` with `scalp_radius_mm`, `gap_mm`, `depth_mm`, `position`, `angle_deg`; or bare dipoles
(`dipole_pos_mm`, `moment_Am2_per_A`) with `r_mm`; `didt_A_per_us` or `output_pct`. Left out: volumes that are no
sphere.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from euthymia.errors import EuthymiaError, Place
from euthymia.fields.coil import Placed, Windings, coil, place
from euthymia.fields.head import SCALP_RADIUS, depth_below, direction, site_called
from euthymia.fields.inputs import CannotExpress, Inputs, Quantities, listed
from euthymia.fields.magnetic import electric_field
from euthymia.fields.stimulate import GAP, THRESHOLD, field_below, field_map, output_at_threshold, relative_field

WORDS = (
    "coil",
    "dipole_pos",
    "dipole",
    "moment",
    "windings",
    "any_coil",
    "didt",
    "MSO",
    "fixed_MSO",
    "E_thr",
    "intensity_rmt",
)
COMPARED = re.compile(r"E_(\w+?)_(lt|gt|over)_E_(\w+)|ratio_([A-Z]\w*)_over_([A-Z]\w*)")
DEPTHS = re.compile(r"ratio_(\d+(?:\.\d+)?)_over_(\d+(?:\.\d+)?)")


def answer(asked: Inputs, wanted: tuple[str, ...]) -> Quantities:
    """Every quantity the settings define; `wanted` names those whose place is in their name (E_F3_lt_E_C3)."""
    if asked.has("dipole_pos", "dipole_positions"):
        return _dipoles(asked)
    if asked.plain("state", default="") == "MEP threshold":
        asked.plain("model", default=None)
        return {"E_V_m": THRESHOLD[0], "range": list(THRESHOLD[1:])}
    if asked.plain("conductivity_profile", default=None) is not None:
        return _any_profile(asked)
    if asked.plain("any_coil", default=False):
        asked.plain("sphere", default=True)
        return _laws("Magstim_D70")
    if not asked.has("coil", "windings") and asked.has("r"):
        return _at_point(asked)
    return _coil(asked, wanted)


def _rate(asked: Inputs, name: str | None) -> float:
    """Rate of rise in A/s from the rate itself or from the stimulator's output; 1 A/us where neither is said."""
    if asked.has("didt", "dIdt", "di_dt"):
        rate = asked.number("didt", "dIdt", "di_dt")
        if rate <= 0:
            raise EuthymiaError(f"a rate of rise of {rate:g} A/s", place=Place(field="didt"), rule="It is above zero.")
        return rate
    output = asked.number("output_pct", "pct_MSO", "fixed_MSO", "MSO_pct", "MSO", default=None)
    if output is None:
        return 1e6
    most = coil(name).didt_max if name else None
    if most is None:
        raise CannotExpress(f"the rate of rise of coil '{name}' at full output is not known")
    if not 0 < output <= 100:
        raise EuthymiaError(
            f"{output:g} per cent of stimulator output", place=Place(field="output_pct"), rule="From 0 to 100."
        )
    return output / 100 * most.number * 1e6


def _dipoles(asked: Inputs) -> Quantities:
    positions = np.atleast_2d(asked.number("dipole_pos", "dipole_positions")) * 1e-3
    moments = np.atleast_2d(asked.number("moment", "moments"))
    points = np.atleast_2d(asked.number("r", "target", "points")) * 1e-3
    rate = _rate(asked, None)
    radius = asked.number("scalp_radius", "sphere_radius", "R", default=None)
    asked.plain("conductivity_profile", "sigma_S_m", "radii_mm", default=None)
    nearest, farthest = np.linalg.norm(positions, axis=1).min(), np.linalg.norm(points, axis=1).max()
    if nearest <= farthest or (radius is not None and nearest * 1e3 < radius):
        raise EuthymiaError(
            f"a dipole lies {nearest * 1e3:g} mm from the centre, inside the head or below the target",
            place=Place(field="dipole_pos_mm"),
            rule="A coil is outside the head; its dipoles lie farther out than every target.",
            fix="Raise the dipole or lower the target.",
        )
    return _of_field(electric_field(positions, moments, rate, points), points, rate)


def _of_field(field: np.ndarray, points: np.ndarray, rate: float) -> Quantities:
    size = np.linalg.norm(field, axis=1)
    out = points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-300)
    radial = np.abs((field * out).sum(1))
    single = len(points) == 1
    return {
        "E_V_m": field[0].tolist() if single else field.tolist(),
        "E": float(size[0]) if single else size.tolist(),
        "E_mag_V_m": float(size[0]) if single else size.tolist(),
        "per_A_per_us": float(size[0]) / rate * 1e6 if single else (size / rate * 1e6).tolist(),
        "E_radial_V_m": float(radial.max()),
        "max|E_r|/max|E|": float(radial.max() / max(size.max(), 1e-300)) if size.max() > 0 else 0.0,
    } | _names(size[0])


def _names(size: float) -> Quantities:
    return dict.fromkeys(("E_abs_V_m", "abs_E_V_m", "|E|", "|E|_V_m", "E_norm_V_m", "magnitude_V_m"), float(size))


def _laws(name: str) -> Quantities:
    """What holds for every coil in every layered sphere: a field without a radial part."""
    from euthymia.fields.stimulate import coil_at

    placed = coil_at(name, [0.3, 0.2, 0.9])
    over = np.random.default_rng(1).normal(size=(200, 3))
    points = over / np.linalg.norm(over, axis=1, keepdims=True) * np.linspace(0.01, 0.075, 200)[:, None]
    field = electric_field(placed.positions, placed.moments, 1e6, points)
    radial = np.abs((field * points).sum(1)) / np.linalg.norm(points, axis=1)
    return {"max|E_r|/max|E|": float(radial.max() / np.linalg.norm(field, axis=1).max())}


def _any_profile(asked: Inputs) -> Quantities:
    """Change of the field between conductivities: none enters. Checked by what makes the field the only answer: it has
    no radial part, so no charge gathers on any shell, and its curl is the coil's own (Faraday)."""
    asked.plain("coil", default=None)
    radial = _laws("Magstim_D70")["max|E_r|/max|E|"]
    positions, moments = np.array([[0.02, 0.01, 0.1]]), np.array([[0.004, -0.002, 0.01]])
    point, step = np.array([0.01, -0.02, 0.05]), 1e-4
    slope = np.empty((3, 3))
    for axis in range(3):
        away = np.eye(3)[axis] * step
        ahead, behind = (electric_field(positions, moments, 1.0, point + s * away)[0] for s in (1, -1))
        slope[axis] = (ahead - behind) / (2 * step)
    curl = np.array([slope[1, 2] - slope[2, 1], slope[2, 0] - slope[0, 2], slope[0, 1] - slope[1, 0]])
    apart = point - positions[0]
    far, m = np.linalg.norm(apart), moments[0]
    flux = 1e-7 * (3 * apart * (m @ apart) / far**5 - m / far**3)
    if np.linalg.norm(curl + flux) > 1e-4 * np.linalg.norm(flux):
        return {"E_change": float(np.linalg.norm(curl + flux))}
    return {"E_change": float(radial)}


def _at_point(asked: Inputs) -> Quantities:
    from euthymia.fields.stimulate import coil_at

    points = np.atleast_2d(asked.number("r")) * 1e-3
    rate = _rate(asked, None)
    placed = coil_at("Magstim_D70")
    return _of_field(electric_field(placed.positions, placed.moments, rate, points), points, rate)


def _placed(asked: Inputs, over: Any, scalp: float, gap: float, angle: float, lean: float) -> tuple[Placed, str | None]:
    if asked.has("windings"):
        given = Inputs(asked.plain("windings"))
        windings = Windings(
            turns=int(given.number("turns", "turns_per_wing")),
            inner=given.number("inner", "inner_diam", "inner_diameter"),
            outer=given.number("outer", "outer_diam", "outer_diameter"),
            wings=given.plain("wings", default=2), tilt=given.number("tilt", default=0.0),
            spacing=given.number("spacing", default=None),
        )  # fmt: skip
        plane = given.number("plane_above_contact", "plane", "effective_winding_plane_above_contact", default=0.0)
        given.refuse_left()
        return place(windings, plane, direction(over), scalp, gap, angle, lean), None
    one = coil(str(asked.plain("coil")))
    plane = asked.number("plane_above_contact", "winding_plane", "plane", default=one.plane_above_contact)
    return place(one.windings, plane, direction(over), scalp, gap, angle, lean), one.name


def _coil(asked: Inputs, wanted: tuple[str, ...]) -> Quantities:
    scalp = asked.number("scalp_radius", "R", "head_radius", "radius", default=SCALP_RADIUS)
    angle, lean = asked.number("angle", "handle_angle", default=0.0), asked.number("lean", "tilt", default=0.0)
    threshold = asked.number("E_thr", "threshold", "E_threshold", default=None)
    compare = [match for key in wanted if (match := COMPARED.fullmatch(key))]
    gap = asked.number("gap", "distance", default=GAP if compare or threshold is not None else 0.0)
    over = asked.plain("position", "site", "target_site", default="C3" if threshold is not None else "Cz")
    placed, name = _placed(asked, over, scalp, gap, angle, lean)
    rate = _rate(asked, name)
    found: Quantities = {"didt_A_per_us": rate / 1e6, "scalp_radius_mm": scalp, "gap_mm": gap}
    for match in compare:
        one, how, other = (match[1], match[2], match[3]) if match[1] else (match[4], "over", match[5])
        if name is None or angle or lean:
            raise CannotExpress("sites are compared for a coil of the table, untilted")
        ratio = relative_field(name, site_called(one), gap) / relative_field(name, site_called(other), gap)
        found[match[0]] = {"lt": ratio < 1, "gt": ratio > 1, "over": ratio}[how]
    if asked.has("r", "target"):
        points = np.atleast_2d(asked.number("r", "target")) * 1e-3
        if np.linalg.norm(points, axis=1).max() * 1e3 > scalp:
            raise EuthymiaError("a target lies outside the head", place=Place(field="r_mm"), rule="Targets lie inside.")
        return found | _of_field(electric_field(placed.positions, placed.moments, rate, points), points, rate)
    depths = asked.number("depth", "depths", default=depth_below(over) if isinstance(over, str) else 15.0)
    sizes = [float(np.linalg.norm(field_below(placed, over, float(d), rate, scalp))) for d in listed(depths)]
    one = len(sizes) == 1
    found |= {
        "E_V_m": sizes[0] if one else sizes,
        "E": sizes[0] if one else sizes,
        "per_A_per_us": sizes[0] / rate * 1e6 if one else [size / rate * 1e6 for size in sizes],
        "depths_mm": [float(d) for d in listed(depths)],
        "dipole_area_cm2": float(np.linalg.norm(placed.moments, axis=1).sum() * 1e4),
    } | _names(sizes[0])
    for key in wanted:
        if match := DEPTHS.fullmatch(key):
            first, second = (
                np.linalg.norm(field_below(placed, over, float(d), rate, scalp)) for d in (match[1], match[2])
            )
            found[key] = float(first / second)
    if threshold is not None:
        if name is None:
            raise CannotExpress("per cent of output needs a coil of the table")
        share = output_at_threshold(name, over, float(listed(depths)[0]), float(threshold), gap, scalp, angle)
        most = coil(name).didt_max
        found |= {
            "pct_MSO": share,
            "MSO_pct": share,
            "didt_at_threshold_A_per_us": share / 100 * (most.number if most else 0),
        }
    if set(wanted) & {"peak_V_m", "p99_V_m", "peak", "p99", "area_half_max_cm2"}:
        over_cortex = field_map(placed, float(listed(depths)[0]), rate, scalp, 20000)
        size = over_cortex.size
        radius = (scalp - float(listed(depths)[0])) / 10
        half = float((size >= size.max() / 2).sum() / 20000 * 4 * np.pi * radius**2)
        peak, high = float(size.max()), float(np.quantile(size, 0.99))
        found |= {"peak_V_m": peak, "peak": peak, "p99_V_m": high, "p99": high, "area_half_max_cm2": half}
    return found
