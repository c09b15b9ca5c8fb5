"""The numbers behind the pictures of a device: one tidy table a figure, so that what is drawn is what is downloaded.

The assumption that matters: a flat view of the head from above, distance from the middle being the angle from the
vertex. Left out: how anything looks.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from euthymia.treatments.device import Current, Device, Light, Protocol

if TYPE_CHECKING:
    import polars

WIDEST = 100.0  # degrees from the vertex shown
CELLS = 49
NAMED = ("Fp1", "Fp2", "F3", "Fz", "F4", "T7", "C3", "Cz", "C4", "T8", "P3", "Pz", "P4", "Oz")


def cortex_table(device: Protocol | Current) -> polars.DataFrame:
    """Field strength (V/m) over the upper cortex on a grid seen from above: x to the right, y to the front, degrees."""
    import polars

    axis = np.linspace(-WIDEST, WIDEST, CELLS)
    x, y = (a.ravel() for a in np.meshgrid(axis, axis))
    away = np.hypot(x, y)
    keep = away <= WIDEST
    x, y, away = x[keep], y[keep], np.maximum(away[keep], 1e-9)
    polar = np.radians(away)
    over = np.stack([np.sin(polar) * x / away, np.sin(polar) * y / away, np.cos(polar)], axis=1)
    return polars.DataFrame({"x": x.round(2), "y": y.round(2), "field": np.round(_strength(device, over), 4)})


def _strength(device: Protocol | Current, over: np.ndarray) -> np.ndarray:
    from euthymia.fields.head import SCALP_RADIUS, depth_below, head_called, site_called
    from euthymia.fields.magnetic import electric_field
    from euthymia.fields.shells import solve_shells
    from euthymia.fields.stimulate import BELOW_SURFACE, GAP, coil_at, electrodes_of, field_below, magnetic_dose
    from euthymia.model.stimulation.current import poles_of
    from euthymia.model.stimulation.summary import COILS
    from euthymia.model.stimulation.worth import COIL

    if isinstance(device, Current):
        head = head_called("four_shell")
        electrodes = electrodes_of(poles_of(device), device.intensity, device.electrode_area, head)
        return solve_shells(head, electrodes, over * (head.radii[0] - BELOW_SURFACE * 1e-3)).size
    name, site = COILS.get(device.coil, COIL), site_called(device.target)
    placed, depth = coil_at(name, site, gap=GAP), depth_below(site)
    dose = magnetic_dose(name, site, device.intensity, device.depth_corrected)[1]
    scale = dose.value / float(np.linalg.norm(field_below(placed, site, depth, 1e6)))
    points = over * (SCALP_RADIUS - depth) * 1e-3
    return np.linalg.norm(electric_field(placed.positions, placed.moments, 1e6, points), axis=1) * scale


def sites_table() -> polars.DataFrame:
    """Where named 10-10 sites lie in the same view."""
    import polars

    from euthymia.fields.head import sites

    rows = []
    for name in NAMED:
        x, y, z = sites()[name]
        flat = math.hypot(x, y) or 1e-9
        angle = math.degrees(math.acos(z))
        rows.append({"site": name, "x": x / flat * angle, "y": y / flat * angle})
    return polars.DataFrame(rows)


def depth_table(device: Device) -> polars.DataFrame:
    """What reaches each depth (mm) below the scalp: a row a depth and curve; field in V/m, or fluence over exposure."""
    import polars

    if isinstance(device, Light):
        return _fluence_by_depth(device)
    depths = np.arange(6.0, 61.0, 1.0)
    if isinstance(device, Current):
        curves = _current_by_depth(device, depths)
    else:
        curves = {_part_name(device): _coil_by_depth(device, depths)}
    rows = [
        {"curve": name, "depth": float(d), "value": float(v)}
        for name, values in curves.items()
        for d, v in zip(depths, values, strict=True)
        if np.isfinite(v)
    ]
    return polars.DataFrame(rows)


def _part_name(device: Protocol) -> str:
    return f"at {device.intensity:g} % of threshold"


def _coil_by_depth(device: Protocol, depths: np.ndarray) -> np.ndarray:
    from euthymia.fields.head import SCALP_RADIUS, depth_below, direction, site_called
    from euthymia.fields.magnetic import electric_field
    from euthymia.fields.stimulate import GAP, coil_at, magnetic_dose
    from euthymia.model.stimulation.summary import COILS
    from euthymia.model.stimulation.worth import COIL

    name, site = COILS.get(device.coil, COIL), site_called(device.target)
    placed = coil_at(name, site, gap=GAP)
    at = np.append(depths, depth_below(site))
    points = direction(site)[None, :] * (SCALP_RADIUS - at)[:, None] * 1e-3
    size = np.linalg.norm(electric_field(placed.positions, placed.moments, 1e6, points), axis=1)
    dose = magnetic_dose(name, site, device.intensity, device.depth_corrected)[1]
    return size[:-1] / size[-1] * dose.value


def _current_by_depth(device: Current, depths: np.ndarray) -> dict[str, np.ndarray]:
    from euthymia.fields.head import direction, head_called
    from euthymia.fields.shells import solve_shells
    from euthymia.fields.stimulate import electrodes_of
    from euthymia.model.stimulation.current import poles_of

    anode = next(pole.site for pole in device.montage if pole.share > 0)
    found = {}
    for name in ("four_shell", "rush_driscoll"):
        head = head_called(name)
        electrodes = electrodes_of(poles_of(device), device.intensity, device.electrode_area, head)
        points = direction(anode)[None, :] * (head.radius - depths * 1e-3)[:, None]
        size = solve_shells(head, electrodes, points).size
        inner = depths >= (head.radius - head.radii[0]) * 1e3  # grey matter and below
        found[name.replace("_", " ")] = np.where(inner, size, np.nan)
    return found


def _fluence_by_depth(device: Light) -> polars.DataFrame:
    import polars

    from euthymia.fields.light import in_head
    from euthymia.fields.optics import optics_tables

    rows = []
    for table in optics_tables():
        for thick in ("thin", "default", "thick"):
            one = in_head(table, device.wavelength, thick, device.beam_radius)
            if one is None:
                continue
            for depth, value in zip(one.depths, one.footprint_mean, strict=True):
                if depth <= 30 and value > 0:
                    shown = {"curve": table, "layers": thick, "depth": float(depth), "value": float(value)}
                    rows.append(shown | {"grey": bool(one.grey_from <= depth < one.grey_from + 4)})
    return polars.DataFrame(rows)


def fluence_table(device: Light) -> polars.DataFrame:
    """Fluence over radiant exposure by depth and distance from the beam's axis (mm), each table, default layers."""
    import polars

    from euthymia.fields.light import CSF, DEPTH_STEP, DEPTHS, RING_EDGES, SHELLS, stored
    from euthymia.fields.optics import optics_tables

    found, rings = stored(), (RING_EDGES[:-1] + RING_EDGES[1:]) / 2
    apart = np.linspace(0.0, 2 * device.beam_radius + 10, 18)
    share = np.array([_arc_inside(float(r), rings, device.beam_radius) for r in apart])
    rows = []
    for name, table in optics_tables().items():
        bracket = table.bracket(device.wavelength)
        if bracket is None:
            continue
        grid = found.fluence[found.runs[name, bracket[0][0]], len(SHELLS) // 2, CSF.index(2.5)]
        values = grid @ share.T / DEPTH_STEP
        for i in range(0, min(DEPTHS, 60), 3):
            for j, r in enumerate(apart):
                value = max(float(values[i : i + 3, j].mean()), 1e-6)
                at = {"depth": (i + 1.5) * DEPTH_STEP, "distance": round(float(r), 2)}
                rows.append({"table": name, **at, "log10": round(math.log10(value), 3)})
    return polars.DataFrame(rows)


def _arc_inside(offset: float, rings: np.ndarray, radius: float) -> np.ndarray:
    """Share of each ring around a point `offset` from the axis that lies within the beam."""
    if offset < 1e-9:
        return (rings <= radius).astype(float)
    cosine = (offset**2 + rings**2 - radius**2) / (2 * offset * rings)
    return np.arccos(np.clip(cosine, -1, 1)) / np.pi


def pulse_table(device: Device) -> polars.DataFrame:
    """On and off of a session at three scales: the session, one train or minute, one burst or pulse; seconds."""
    import polars

    rows = []
    if isinstance(device, Protocol):
        start = 0.0
        for part in (device, *device.also):
            for k in range(part.trains):
                begin = start + k * (part.train_seconds + part.pause_seconds)
                rows.append(_bar("whole session (minutes)", begin / 60, (begin + part.train_seconds) / 60))
            start += part.seconds
        times = device.pulse_times()
        if device.burst is not None:
            first = [t for t in times if t < 2.0]
            rows += [_bar("first two seconds", t, t + 0.004) for t in first]
            rows += [_bar("one burst (ms)", t * 1e3, t * 1e3 + 0.5) for t in times[: device.burst.pulses]]
        else:
            shown = [t for t in times if t < max(1.0, 10 / device.frequency)]
            rows += [_bar("first pulses (seconds)", t, t + 0.004 * max(shown)) for t in shown]
    elif isinstance(device, Light) and device.pulse_rate is not None:
        rows.append(_bar("whole session (minutes)", 0, device.session_hours * 60))
        period = 1e3 / device.pulse_rate
        rows += [_bar("first pulses (ms)", k * period, k * period + period * device.duty) for k in range(5)]
    else:
        steps = device.sites if isinstance(device, Light) and device.one_after_the_other else 1
        each = device.session_hours * 60 / steps
        rows += [_bar("whole session (minutes)", k * each, (k + 0.98) * each) for k in range(steps)]
    return polars.DataFrame(rows)


def _bar(panel: str, start: float, end: float) -> dict[str, float | str]:
    return {"panel": panel, "start": round(start, 6), "end": round(end, 6)}


def calendar_table(device: Device) -> polars.DataFrame:
    """Sessions of the usual course by week and day of the week."""
    import polars

    counted: dict[tuple[int, int], int] = {}
    for day in device.session_days():
        key = int(day // 7) + 1, int(day % 7) + 1
        counted[key] = counted.get(key, 0) + 1
    return polars.DataFrame([{"week": w, "day": d, "sessions": n} for (w, d), n in counted.items()])
