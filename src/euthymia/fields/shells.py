"""Potential and electric field of scalp electrodes in N concentric shells.

Legendre series with finite cap electrodes or points, carried outwards shell by shell (rush & driscoll generalised;
rushdriscoll1969). The assumption that matters: the head is concentric spheres, each of one conductivity. Left out:
folds, anisotropy, and the edge of an electrode where current crowds in reality.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from euthymia.errors import EuthymiaError, Place

DEGREES = 1200  # at most; a point on the scalp itself never converges
SMALL = 1e-11


@dataclass(frozen=True)
class ShellHead:
    """Outer radii (m) of the shells from the inside out, and their conductivities (S/m)."""

    radii: tuple[float, ...]
    conductivities: tuple[float, ...]
    name: str = ""

    def __post_init__(self) -> None:
        if not self.radii or len(self.radii) != len(self.conductivities):
            raise EuthymiaError(
                f"{len(self.radii)} radii and {len(self.conductivities)} conductivities",
                place=Place(field="radii_mm"),
                rule="Every shell has one outer radius and one conductivity, from the inside out.",
                fix="Give lists of the same length.",
            )
        if any(not 0 < a < b for a, b in zip((1e-9, *self.radii), self.radii, strict=False)):
            raise EuthymiaError(
                f"the radii do not rise: {[round(r * 1e3, 3) for r in self.radii]} mm",
                place=Place(field="radii_mm"),
                rule="Shells are given from the inside out, each larger than the last.",
                fix="For example radii_mm: [78, 80, 86, 92].",
            )
        if any(not 0 < s < math.inf for s in self.conductivities):
            raise EuthymiaError(
                f"a conductivity of {min(self.conductivities):g} S/m",
                place=Place(field="sigma_S_m"),
                rule="A conductivity is above zero.",
                fix="Skull is about 0.010 S/m, grey matter 0.275.",
            )

    @property
    def radius(self) -> float:
        """Radius of the scalp in metres."""
        return self.radii[-1]


@dataclass(frozen=True)
class Electrode:
    """A disc on the scalp: where (unit vector), current into the head (A) and half-angle (rad, 0 for a point)."""

    direction: tuple[float, ...]
    current: float
    half_angle: float = 0.0
    site: str = ""


@dataclass(frozen=True)
class ShellField:
    """What the electrodes do at each point: potential (points,) in V and field (points, 3) in V/m."""

    potential: np.ndarray
    field: np.ndarray

    @property
    def size(self) -> np.ndarray:
        """Field strength (points,) in V/m."""
        return np.linalg.norm(self.field, axis=1)


def half_angle_of(area: float, radius: float) -> float:
    """Half-angle (rad) of a cap of `area` m² on a sphere of `radius` m; raises `EuthymiaError`."""
    share = area / (2 * math.pi * radius**2)
    if not 0 <= share < 1:
        raise EuthymiaError(
            f"an electrode of {area * 1e4:g} cm² on a head of radius {radius * 1e3:g} mm",
            place=Place(field="area_cm2"),
            rule="An electrode has an area from 0 (a point) to less than half the head.",
            fix="Give cm²; 25 to 35 is usual.",
        )
    return math.acos(1 - share)


def solve_shells(head: ShellHead, electrodes: Sequence[Electrode], points: Any) -> ShellField:
    """The field at `points` (points, 3), in metres from the centre; raises `EuthymiaError`.

    Potentials are relative to the mean of the head. Currents must add up to nothing.
    """
    at = np.atleast_2d(np.asarray(points, dtype=float))
    _check(head, electrodes, at)
    r = np.linalg.norm(at, axis=1)
    relative = r / head.radius
    count = _degrees(float(relative.max(initial=0.0)))
    shell = np.minimum(np.searchsorted(np.array(head.radii) * (1 + 1e-12), r), len(head.radii) - 1)
    inner, outer = _coefficients(head, count)
    potential, field = np.zeros(len(at)), np.zeros_like(at)
    with np.errstate(invalid="ignore", divide="ignore"):
        out = np.where(r[:, None] > 0, at / r[:, None], [0.0, 0.0, 1.0])
    for one in electrodes:
        weights = _electrode_weights(one, count)
        axis = np.asarray(one.direction) / np.linalg.norm(one.direction)
        v, e = _one(head, one.current * weights, axis, out, relative, shell, inner, outer)
        potential, field = potential + v, field + e
    return ShellField(potential, field)


def _degrees(relative: float) -> int:
    """Degrees after which the series has converged at the outermost point."""
    if relative < 0.02:
        return 30
    needed = math.log(SMALL) / math.log(min(relative, 0.9999))
    return int(min(DEGREES, max(30, needed)))


def _coefficients(head: ShellHead, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Per shell and degree, the factors of (r/R)^n and of (r/R)^-(n+1), kept in range: (shells, degrees) each.

    The second is stored times (inner radius of its shell / R)^(2n+1), so that both stay near one.
    """
    n = np.arange(1, count + 1, dtype=float)
    shells = len(head.radii)
    a, b = np.zeros((shells, count)), np.zeros((shells, count))
    a[0] = 1.0
    for k in range(shells - 1):
        s = head.conductivities[k] / head.conductivities[k + 1]
        # b of this shell is stored relative to its inner radius; bring it to this interface
        if k:
            with np.errstate(under="ignore"):
                near = b[k] * (head.radii[k - 1] / head.radii[k]) ** (2 * n + 1)
        else:
            near = b[k]
        a[k + 1] = (((n + 1) + s * n) * a[k] + (n + 1) * (1 - s) * near) / (2 * n + 1)
        b[k + 1] = (n * (1 - s) * a[k] + (n + s * (n + 1)) * near) / (2 * n + 1)
    last = b[-1].copy()
    if shells > 1:
        with np.errstate(under="ignore"):
            last *= (head.radii[-2] / head.radius) ** (2 * n + 1)
    leaving = head.conductivities[-1] / head.radius * (n * a[-1] - (n + 1) * last)
    return a / leaving, b / leaving


def _electrode_weights(one: Electrode, count: int) -> np.ndarray:
    """Legendre coefficients (degrees,) of the current density per ampere, times 4 pi R² of a head of R = 1."""
    n = np.arange(1, count + 1)
    if one.half_angle <= 0:
        return (2.0 * n + 1) / (4 * math.pi)
    x = math.cos(one.half_angle)
    p = _legendre(x, count + 1)
    return (p[n - 1] - p[n + 1]) / (4 * math.pi * (1 - x))


def _one(
    head: ShellHead,
    weights: np.ndarray,
    axis: np.ndarray,
    out: np.ndarray,
    relative: np.ndarray,
    shell: np.ndarray,
    inner: np.ndarray,
    outer: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Potential and field of one electrode whose axis is `axis`; points at one depth share their coefficients."""
    cosine = np.clip(out @ axis, -1, 1)
    depths, first, back = np.unique(np.round(relative, 12), return_index=True, return_inverse=True)
    level, radial = _at_depths(head, weights, relative[first], shell[first], inner, outer)
    one = len(depths) == 1  # a sphere: every point has the same coefficients
    v, e_out, e_across = np.zeros_like(relative), np.zeros_like(relative), np.zeros_like(relative)
    before, now = np.ones_like(cosine), cosine
    slope_before, slope = np.zeros_like(cosine), np.ones_like(cosine)
    for n in range(1, len(weights) + 1):
        at, out_at = (level[n - 1, 0], radial[n - 1, 0]) if one else (level[n - 1][back], radial[n - 1][back])
        v += at * now
        e_across -= at * slope
        e_out -= out_at * now
        following = ((2 * n + 1) * cosine * now - n * before) / (n + 1)
        slope_before, slope = slope, slope_before + (2 * n + 1) * now
        before, now = now, following
    across = axis[None, :] - cosine[:, None] * out
    field = e_out[:, None] * out + e_across[:, None] * across
    return v * relative, field / head.radius


def _at_depths(
    head: ShellHead,
    weights: np.ndarray,
    relative: np.ndarray,
    shell: np.ndarray,
    inner: np.ndarray,
    outer: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients of the potential over r and of its slope, (degrees, depths) each."""
    n = np.arange(1, len(weights) + 1)[:, None]
    floor = np.array([0.0, *head.radii[:-1]])[shell] / head.radius
    with np.errstate(under="ignore", divide="ignore", invalid="ignore"):
        up = weights[:, None] / head.radius**2 * relative[None, :] ** (n - 1)
        down = np.where(floor > 0, (floor / np.maximum(relative, 1e-300)) ** (2 * n + 1), 0.0)
        a, b = inner[shell].T, outer[shell].T * down
        return up * (a + b), up * (n * a - (n + 1) * b)


def _legendre(x: float, count: int) -> np.ndarray:
    """Legendre polynomials at `x`, degrees 0 … count."""
    p = np.empty(count + 1)
    p[0], p[1] = 1.0, x
    for n in range(1, count):
        p[n + 1] = ((2 * n + 1) * x * p[n] - n * p[n - 1]) / (n + 1)
    return p


def _check(head: ShellHead, electrodes: Sequence[Electrode], points: np.ndarray) -> None:
    total = sum(one.current for one in electrodes)
    largest = max((abs(one.current) for one in electrodes), default=0.0)
    if len(electrodes) < 2 or abs(total) > 1e-9 * max(largest, 1e-30):
        raise EuthymiaError(
            f"the currents of {len(electrodes)} electrodes add up to {total:g} A",
            place=Place(field="electrodes"),
            rule="What goes in at the anodes comes out at the cathodes.",
            fix="Give currents that add up to zero.",
        )
    outside = np.linalg.norm(points, axis=1).max(initial=0.0)
    if outside > head.radius * (1 + 1e-9):
        raise EuthymiaError(
            f"a point lies {outside * 1e3:.1f} mm from the centre, outside the head ({head.radius * 1e3:.1f} mm)",
            place=Place(field="r_mm"),
            rule="The field is computed inside the head.",
            fix="Give points in millimetres from the centre.",
        )
    for i, one in enumerate(electrodes):
        for other in electrodes[i + 1 :]:
            u, w = (np.asarray(e.direction) / np.linalg.norm(e.direction) for e in (one, other))
            apart = math.acos(float(np.clip(u @ w, -1, 1)))
            if apart < one.half_angle + other.half_angle or apart == 0:
                names = f"'{one.site or 'one'}' and '{other.site or 'another'}'"
                raise EuthymiaError(
                    f"the electrodes {names} overlap: {math.degrees(apart):.1f} degrees apart, "
                    f"half-widths {math.degrees(one.half_angle):.1f} and {math.degrees(other.half_angle):.1f}",
                    place=Place(field="electrodes"),
                    rule="Two electrodes never touch; saline would join them.",
                    fix="Move them apart or make them smaller (area_cm2).",
                )
