"""Fluence at the cortex from the shipped look-up table: which table of optics, which thickness, which beam.

`light.npz` holds one Monte Carlo run for every optics table, wavelength, scalp-and-skull thickness and CSF depth
(`scripts/tabulate_light.py` makes it again). Between its nodes the logarithm of fluence is straight. The assumption
that matters: what a beam does is the sum of its rays (layers are wide). Left out: thicknesses beyond the table, for
which a run of its own is needed (`photons.scatter`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from euthymia.errors import EuthymiaError, Place
from euthymia.fields.dose import CorticalDose, distribution
from euthymia.fields.optics import GREY_MM, THICKNESSES, checked_wavelength, optics_table, optics_tables, thicknesses_of

TABLE = Path(__file__).parent / "light.npz"
#: nodes of the table: scalp and skull in mm, CSF in mm
SHELLS = ((4.0, 5.0), (5.0, 5.75), (6.0, 6.5), (7.0, 7.25), (8.0, 8.0))
CSF = (1.5, 2.5, 4.0)
DEPTH_STEP, DEPTHS = 0.5, 80  # mm, bins from the scalp
RING_EDGES = np.array([*range(0, 10), *range(10, 20, 2), *range(20, 40, 4), *range(40, 81, 8)], dtype=float)


@dataclass(frozen=True)
class _Stored:
    runs: dict[tuple[str, int], int]
    fluence: np.ndarray  # runs, shells, csf, depths, rings: path length per photon in mm
    absorbed: np.ndarray  # runs, shells, csf, layers
    photons: int


@cache
def stored() -> _Stored:
    """The shipped table, read once."""
    with np.load(TABLE, allow_pickle=False) as file:
        names, waves = file["table"], file["wavelength"]
        runs = {(str(name), int(wave)): i for i, (name, wave) in enumerate(zip(names, waves, strict=True))}
        return _Stored(runs, file["fluence"].astype(float), file["absorbed"].astype(float), int(file["photons"]))


@dataclass(frozen=True)
class Fluence:
    """Fluence over incident radiant exposure under a beam, by depth from the scalp in mm; `grey_from` is where grey
    matter begins; `into_brain` the share of light absorbed in grey and white matter."""

    depths: np.ndarray
    footprint_mean: np.ndarray
    on_axis: np.ndarray
    grey_from: float
    into_brain: float

    def at_grey_top(self) -> float:
        """Mean over the beam's footprint in the first half millimetre of grey matter."""
        return float(self._between(self.grey_from, self.grey_from + DEPTH_STEP))

    def grey_mean(self) -> float:
        """Mean over the beam's footprint and the thickness of grey matter."""
        return float(self._between(self.grey_from, self.grey_from + GREY_MM))

    def _between(self, top: float, bottom: float) -> float:
        edges = np.arange(len(self.depths) + 1) * (self.depths[1] - self.depths[0])
        shares = np.clip(np.minimum(edges[1:], bottom) - np.maximum(edges[:-1], top), 0, None)
        return float((self.footprint_mean * shares).sum() / shares.sum())


def overlap(apart: np.ndarray, radius: float) -> np.ndarray:
    """Share of a disc of `radius` that a copy of it `apart` covers."""
    q = np.clip(np.asarray(apart) / (2 * radius), 0, 1)
    return 2 / math.pi * (np.arccos(q) - q * np.sqrt(1 - q * q))


def fluence_of(light: Any, radius: float, grey_from: float) -> Fluence:
    """The same summary of a Monte Carlo run of one's own (`photons.Light`) under a beam of `radius` mm."""
    rings = (np.arange(light.fluence.shape[1]) + 0.5) * light.dr
    depths = (np.arange(len(light.fluence)) + 0.5) * light.dz
    mean = (light.fluence * overlap(rings, radius)).sum(1) / light.dz
    return Fluence(depths, mean, light.under_beam(radius), grey_from, sum(light.absorbed[3:]))


@lru_cache(maxsize=512)
def look_up(table: str, wavelength: int, thicknesses: tuple[float, float, float], radius: float) -> Fluence | None:
    """Fluence under a round beam of `radius` mm from the table; None where thicknesses lie outside its nodes."""
    found = stored()
    shell = sum(thicknesses[:2])
    nodes = np.array([sum(pair) for pair in SHELLS])
    inside = nodes[0] - 1e-9 <= shell <= nodes[-1] + 1e-9 and CSF[0] - 1e-9 <= thicknesses[2] <= CSF[-1] + 1e-9
    if not inside or not _proportioned(thicknesses):
        return None
    run = found.runs[table, wavelength]
    centres = (RING_EDGES[:-1] + RING_EDGES[1:]) / 2
    covered, near = overlap(centres, radius), np.clip(_inside(radius), 0, 1)
    at = np.arange(DEPTHS) * DEPTH_STEP + DEPTH_STEP / 2
    mean, axis, brain = np.zeros(DEPTHS), np.zeros(DEPTHS), 0.0
    for i, share_i in _around(nodes, shell):
        for j, share_j in _around(np.array(CSF), thicknesses[2]):
            share = share_i * share_j
            grid, from_top = found.fluence[run, i, j], nodes[i] + CSF[j]
            # depths stretched so that grey matter begins where it does in this head
            stretched = np.where(
                at < sum(thicknesses), at * from_top / sum(thicknesses), from_top + at - sum(thicknesses)
            )
            for total, weights in ((mean, covered), (axis, near)):
                profile = np.log(np.maximum(grid @ weights / DEPTH_STEP, 1e-12))
                total += share * np.interp(stretched, at, profile)
            brain += share * math.log(max(found.absorbed[run, i, j, 3:].sum(), 1e-12))
    return Fluence(at, np.exp(mean), np.exp(axis), sum(thicknesses), math.exp(brain))


def _inside(radius: float) -> np.ndarray:
    """Share of the area of each ring that lies within `radius`."""
    inner, outer = RING_EDGES[:-1], RING_EDGES[1:]
    return (np.minimum(radius, outer) ** 2 - inner**2) / (outer**2 - inner**2)


def _proportioned(thicknesses: tuple[float, float, float]) -> bool:
    """Whether scalp and skull share their thickness much as the nodes do."""
    scalp = [pair[0] / sum(pair) for pair in SHELLS]
    return min(scalp) - 0.02 <= thicknesses[0] / sum(thicknesses[:2]) <= max(scalp) + 0.02


def _around(nodes: np.ndarray, value: float) -> list[tuple[int, float]]:
    above = int(np.clip(np.searchsorted(nodes, value), 1, len(nodes) - 1))
    share = float(np.clip((value - nodes[above - 1]) / (nodes[above] - nodes[above - 1]), 0, 1))
    return [(i, s) for i, s in ((above - 1, 1 - share), (above, share)) if s > 1e-12]


def in_head(
    table: str, wavelength: float, thicknesses: Any = None, radius: float = 17.1, photons: int = 100_000, seed: int = 1
) -> Fluence | None:
    """Fluence for one optics table, from the look-up where it reaches and from a run of its own where it does not.

    None where the table says nothing about the wavelength. `radius` is that of a flat round beam in mm.
    """
    if not 0 < radius < math.inf:
        raise EuthymiaError(
            f"a beam radius of {radius:g} mm",
            place=Place(field="beam_radius_mm"),
            rule="A beam has a radius above zero.",
        )
    bracket = optics_table(table).bracket(checked_wavelength(wavelength))
    if bracket is None:
        return None
    thick = thicknesses_of(thicknesses)
    parts = []
    for node, share in bracket:
        part = look_up(optics_table(table).name, node, thick, float(radius))
        parts.append((part if part is not None else _own(table, node, thick, radius, photons, seed), share))
    if len(parts) == 1:
        return parts[0][0]
    first = parts[0][0]
    blend = lambda name: np.exp(sum(share * np.log(np.maximum(getattr(p, name), 1e-12)) for p, share in parts))  # noqa: E731
    return Fluence(first.depths, blend("footprint_mean"), blend("on_axis"), first.grey_from, float(blend("into_brain")))


def _own(
    table: str, wavelength: int, thick: tuple[float, float, float], radius: float, photons: int, seed: int
) -> Fluence:
    from euthymia.fields.photons import scatter

    layers = [layer.similar() for layer in optics_table(table).layers(wavelength, thick)]
    run = scatter(layers, photons, seed, dz=DEPTH_STEP, dr=1.0, depth=DEPTHS * DEPTH_STEP, reach=80.0)
    return fluence_of(run, radius, sum(thick))


def light_dose(
    wavelength: float,
    exposure: float,
    beam_radius: float,
    metric: str = "grey-matter mean under the beam",
    tables: tuple[str, ...] | None = None,
    thicknesses: tuple[Any, ...] = ("thin", "default", "thick"),
    quantity: str = "fluence",
    unit: str = "J/cm2",
) -> CorticalDose:
    """What reaches grey matter of a radiant exposure (or an irradiance) on the scalp, over tables and thicknesses.

    Always a distribution: the median stands in the middle, every table with every thickness is in `alternatives`.
    `metric` is 'grey-matter mean under the beam' or 'grey-matter top under the beam'.
    """
    if not 0 <= exposure < math.inf:
        raise EuthymiaError(
            f"{quantity} on the scalp of {exposure:g} {unit}",
            place=Place(field="radiant_exposure_j_cm2"),
            rule="An exposure is zero or more.",
        )
    found: dict[str, float] = {}
    for name in tables or tuple(optics_tables()):
        for thick in thicknesses:
            one = in_head(name, wavelength, thick, beam_radius)
            if one is not None:
                share = one.at_grey_top() if metric.startswith("grey-matter top") else one.grey_mean()
                label = thick if isinstance(thick, str) else "/".join(f"{mm:g}" for mm in thicknesses_of(thick))
                found[f"{name}, {label}"] = share * exposure
    if not found:
        raise EuthymiaError(
            f"none of the tables speaks of {wavelength:g} nm", place=Place(field="wavelength_nm"), fix="Use all tables."
        )
    provenance = "Monte Carlo in flat layers (wang1995) over published optics; ranking of wavelengths is contested"
    return distribution(quantity, unit, metric, "every optics table with every thickness", found, provenance)


__all__ = ["THICKNESSES", "Fluence", "fluence_of", "in_head", "light_dose", "look_up", "overlap"]
