"""A coil as magnetic dipoles: flat spirals of wire, laid on the head at a place, turned and lifted.

A loop of wire is the disc it encloses, filled with dipoles; turns that enclose a point add up. The assumption that
matters: windings are thin rings in a plane. Left out: iron cores, cables, the casing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from euthymia.errors import EuthymiaError, Place, UnknownName
from euthymia.evidence.checked import checked
from euthymia.evidence.read_value import value_from
from euthymia.evidence.value import Value
from euthymia.evidence.yaml_with_lines import read_yaml

TABLE = Path(__file__).parent / "coils.yaml"
RINGS, SPOKES = 14, 48  # dipoles a wing: 14 rings of 48
WIRE = 2.0  # mm; wings whose outer wires touch


class Windings(BaseModel):
    """Flat spirals in mm: one wing (circular) or two side by side with opposite currents (figure-8)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    turns: int = Field(gt=0)
    inner: float = Field(gt=0, description="Inner diameter in mm.")
    outer: float = Field(gt=0, description="Outer diameter in mm.")
    wings: Literal[1, 2] = 2
    tilt: float = Field(0.0, ge=0, lt=90, description="Degrees by which each wing is bent towards the head.")
    spacing: float | None = Field(
        None, gt=0, description="Centre to centre of the wings in mm; touching when not given."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Windings:
        if self.inner >= self.outer:
            raise ValueError(f"the inner diameter ({self.inner:g} mm) is not below the outer ({self.outer:g} mm)")
        return self


class Coil(BaseModel):
    """A coil of `coils.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    name: str
    label: str
    kind: Literal["figure-8", "circular", "double-cone", "h-coil"]
    stimulator: str
    didt_max: Value | None = Field(description="Rate of rise at 100 % of stimulator output.")
    windings: Windings
    plane_above_contact: float = Field(ge=0, description="mm from the casing to the plane of the windings.")
    geometry_source: str
    geometry_where: str
    geometry_confidence: Literal["verified", "recalled"]


@cache
def coils() -> dict[str, Coil]:
    """Every coil by name."""
    document = read_yaml(TABLE)
    found = {}
    for index, row in enumerate(document.content):
        rate = row["didt_max"]
        given = row | {"didt_max": value_from(rate, document.place(index, "didt_max")) if rate else None}
        one = checked(Coil, document, index, content=given)
        found[one.name] = one
    return found


def coil(name: str) -> Coil:
    """A coil by name, short forms such as 'D70' or 'MC-B70' included; raises `UnknownName`."""
    known = coils()
    plain = _plain(name)
    for short in (lambda full: full, lambda full: full.partition("_")[2]):
        near = [one for one in known.values() if _plain(short(one.name)) == plain]
        if len(near) == 1:
            return near[0]
    raise UnknownName("coil", name, known)


def _plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


@dataclass(frozen=True)
class Placed:
    """A coil on a head: dipoles in the head's frame, in metres and A m² per ampere."""

    positions: np.ndarray
    moments: np.ndarray
    axis: np.ndarray
    handle: np.ndarray


def place(
    windings: Windings,
    plane: float,
    over: Any,
    scalp_radius: float,
    gap: float = 0.0,
    angle: float = 0.0,
    lean: float = 0.0,
) -> Placed:
    """Lay windings tangentially over the direction `over` (3,) of a head of `scalp_radius` mm.

    `plane` and `gap` are the mm from casing to windings and from scalp to casing; `angle` turns the handle from
    straight back towards the side, `lean` tips the coil about its handle, both in degrees. Raises `EuthymiaError`
    where the coil would enter the head.
    """
    out = _unit(over)
    _check(scalp_radius, gap)
    back = _tangent(out)
    side = np.cross(out, back)
    turn = math.radians(angle)
    handle = math.cos(turn) * back + math.sin(turn) * side
    across = np.cross(handle, out)
    tip = math.radians(lean)
    up, wide = math.cos(tip) * out + math.sin(tip) * across, math.cos(tip) * across - math.sin(tip) * out
    local, weights, normals = _dipoles(windings)
    frame = np.stack([wide, handle, up])
    origin = out * (scalp_radius + gap + plane + _clearance(windings, plane, scalp_radius + gap))
    positions = (origin + local @ frame) * 1e-3
    inside = np.linalg.norm(positions, axis=1).min() * 1e3
    if inside < scalp_radius:
        raise EuthymiaError(
            f"part of the coil is {scalp_radius - inside:.1f} mm inside the head",
            place=Place(field="lean" if lean else "gap_mm"),
            rule="A coil lies on the scalp or above it.",
            fix="Raise gap_mm or lower the tilt.",
        )
    return Placed(positions, (weights[:, None] * (normals @ frame)) * 1e-6, up, handle)


def _check(scalp_radius: float, gap: float) -> None:
    if not 30 <= scalp_radius <= 200:
        raise EuthymiaError(
            f"a scalp radius of {scalp_radius:g} mm",
            place=Place(field="scalp_radius_mm"),
            rule="A head has a radius of 30 to 200 mm.",
            fix="Give millimetres; 85 is usual.",
        )
    if not 0 <= gap < 500:
        raise EuthymiaError(
            f"the gap between scalp and coil is {gap:g} mm",
            place=Place(field="gap_mm"),
            rule="A coil lies on the scalp (0) or above it, never inside the head.",
            fix="Give a gap of 0 mm or more.",
        )


def _clearance(windings: Windings, plane: float, contact: float) -> float:
    """mm by which a coil with wings bent towards the head is lifted so that no wing enters it."""
    if not windings.tilt:
        return 0.0
    local, _, _ = _dipoles(windings)
    level = contact + plane
    lift = np.sqrt(np.maximum(level**2 - local[:, 0] ** 2 - local[:, 1] ** 2, 0.0)) - local[:, 2] - level
    return max(0.0, float(lift.max()))


def _dipoles(windings: Windings) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places (dipoles, 3) in mm, areas times turns in mm², and normals of a coil in its own frame (x across, y along
    the handle, z away from the head); currents of the two wings run opposite ways."""
    return _discs(*windings.model_dump().values())


@cache
def _discs(
    turns: int, inner_diameter: float, outer_diameter: float, wings: int, bend: float, spacing: float | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """As `_dipoles`, remembered."""
    radii = np.linspace(inner_diameter / 2, outer_diameter / 2, turns)
    edges = np.concatenate(
        [np.linspace(0, radii[0], RINGS // 2 + 1), np.linspace(radii[0], radii[-1], RINGS // 2 + 1)[1:]]
    )
    inner, outer = edges[:-1], edges[1:]
    # turns that enclose each ring, averaged over its area, so that the total is the sum of the turns' areas
    enclosed = sum(np.clip(r**2 - inner**2, 0, outer**2 - inner**2) for r in radii) * np.pi / SPOKES
    middle = np.sqrt((inner**2 + outer**2) / 2)
    around = (np.arange(SPOKES) + 0.5) * 2 * np.pi / SPOKES
    x, y = (np.outer(middle, f(around)).ravel() for f in (np.cos, np.sin))
    flat = np.stack([x, y, np.zeros_like(x)], axis=1)
    weight = np.repeat(enclosed, SPOKES)
    if wings == 1:
        return flat, weight, np.tile([0.0, 0.0, 1.0], (len(flat), 1))
    half = (spacing or outer_diameter + WIRE) / 2
    tilt = math.radians(bend)
    parts = []
    for sign in (1, -1):
        along = flat[:, 0] + sign * half  # mm from the middle line
        wing = np.stack([along * math.cos(tilt), flat[:, 1], -np.abs(along) * math.sin(tilt)], axis=1)
        normal = np.array([sign * math.sin(tilt), 0.0, math.cos(tilt)])
        parts.append((wing, sign * weight, np.tile(normal, (len(flat), 1))))
    return tuple(np.concatenate(both) for both in zip(*parts, strict=True))  # type: ignore[return-value]


def _unit(direction: Any) -> np.ndarray:
    given = np.asarray(direction, dtype=float).reshape(3)
    size = float(np.linalg.norm(given))
    if not size > 0:
        raise EuthymiaError(
            "the coil is over no direction", place=Place(field="position"), fix="Name a 10-10 site or give [x, y, z]."
        )
    return given / size


def _tangent(out: np.ndarray) -> np.ndarray:
    """Straight back along the scalp; at the very back and front, down or up."""
    back = np.array([0.0, -1.0, 0.0])
    flat = back - (back @ out) * out
    if np.linalg.norm(flat) < 1e-6:
        flat = np.array([0.0, 0.0, -1.0]) - (np.array([0.0, 0.0, -1.0]) @ out) * out
    return flat / np.linalg.norm(flat)
