"""Doses of a coil and of a montage on the template head, each value with the name of its metric.

A coil is calibrated to the motor threshold and never to stimulator output: a session at so many per cent of threshold
gives that share of the threshold field at the motor cortex, and what distance leaves of it elsewhere. The assumption
that matters: template head, not patient planning. Left out: anybody's own threshold, which moves everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from euthymia.errors import EuthymiaError, Place
from euthymia.fields.coil import Placed, coil, place
from euthymia.fields.dose import CorticalDose
from euthymia.fields.head import (
    DEPTH_SPREAD,
    SCALP_RADIUS,
    cortex,
    depth_below,
    direction,
    head_called,
    site_called,
)
from euthymia.fields.magnetic import electric_field
from euthymia.fields.shells import Electrode, ShellHead, half_angle_of, solve_shells

#: field at motor threshold in V/m, whole-head macroscopic (weise2025): middle and range
THRESHOLD = (60.0, 50.0, 70.0)
GAP = 3.0  # mm of hair and cap under a coil; assumed
REGION = 20.0  # mm, radius of the region whose mean is taken under an electrode
SPOT = 10.0  # mm, the same under a coil
BELOW_SURFACE = 1.0  # mm into grey matter at which a current's field is taken


@dataclass(frozen=True)
class CoilField:
    """Field of a coil over the cortex: `points` (points, 3) in metres, `field` (points, 3) in V/m."""

    placed: Placed
    points: np.ndarray
    field: np.ndarray

    @property
    def size(self) -> np.ndarray:
        """Field strength (points,) in V/m."""
        return np.linalg.norm(self.field, axis=1)


@lru_cache(maxsize=64)
def _placed(name: str, over: tuple[float, ...], scalp: float, gap: float, angle: float, lean: float) -> Placed:
    one = coil(name)
    return place(one.windings, one.plane_above_contact, over, scalp, gap, angle, lean)


def coil_at(
    name: str,
    position: Any = "Cz",
    scalp_radius: float = SCALP_RADIUS,
    gap: float = 0.0,
    angle: float = 0.0,
    lean: float = 0.0,
) -> Placed:
    """A coil by name, laid over a site or direction; mm and degrees. Raises `EuthymiaError`."""
    over = tuple(float(x) for x in direction(position))
    return _placed(name, over, float(scalp_radius), float(gap), float(angle), float(lean))


def field_below(
    placed: Placed, position: Any, depth: float, didt: float, scalp_radius: float = SCALP_RADIUS
) -> np.ndarray:
    """Field (3,) in V/m `depth` mm below the scalp under a site, at `didt` in A/s; raises `EuthymiaError`."""
    if not 0 <= depth <= scalp_radius:
        raise EuthymiaError(
            f"a depth of {depth:g} mm in a head of {scalp_radius:g} mm",
            place=Place(field="depth_mm"),
            rule="Depth is counted from the scalp to the centre of the head.",
            fix="Cortex lies 10 to 25 mm deep.",
        )
    point = direction(position) * (scalp_radius - depth) * 1e-3
    return electric_field(placed.positions, placed.moments, didt, point)[0]


def field_map(
    placed: Placed, depth: float, didt: float, scalp_radius: float = SCALP_RADIUS, points: int = 4000
) -> CoilField:
    """The field over the upper cortical sphere, `depth` mm below the scalp."""
    over = cortex((scalp_radius - depth) * 1e-3, points)
    over = over[over @ placed.axis > 0]
    return CoilField(placed, over, electric_field(placed.positions, placed.moments, didt, over))


def output_at_threshold(
    name: str, position: Any = "C3", depth: float | None = None, threshold: float = THRESHOLD[0], gap: float = GAP,
    scalp_radius: float = SCALP_RADIUS, angle: float = 0.0,
) -> float:  # fmt: skip
    """Per cent of a stimulator's output at which the field below `position` is `threshold` V/m.

    A sphere over-predicts the field, so this comes out low; it is shown for comparison and never used for dosing.
    """
    most = coil(name).didt_max
    if most is None:
        raise EuthymiaError(
            f"the output of coil '{name}' was never measured",
            place=Place(field="coil"),
            fix="Give didt_A_per_us instead.",
        )
    placed = coil_at(name, position, scalp_radius, gap, angle)
    deep = depth_below(position) if depth is None else depth
    at_full = np.linalg.norm(field_below(placed, position, deep, most.number * 1e6, scalp_radius))
    return float(100 * threshold / at_full)


@lru_cache(maxsize=64)
def relative_field(name: str, site: str, gap: float = GAP, over_depth: float = 0.0) -> float:
    """Field at the target over field at the motor cortex at the same output, on the template head."""
    at = []
    for where, deeper in ((site, over_depth), ("C3", 0.0)):
        placed = coil_at(name, where, gap=gap)
        at.append(np.linalg.norm(field_below(placed, where, depth_below(where) + deeper, 1e6)))
    return float(at[0] / at[1])


def magnetic_dose(
    name: str = "Magstim_D70",
    position: str = "F3",
    intensity: float = 120.0,
    depth_corrected: bool = False,
    gap: float = GAP,
) -> tuple[CorticalDose, ...]:
    """Doses of a coil at `intensity` per cent of resting motor threshold: at the target and as a share of threshold.

    With `depth_corrected` the intensity already allows for the depth of the target.
    """
    _above_zero("intensity_rmt", intensity)
    site = site_called(position)
    ratios = [1.0] * 3
    if not depth_corrected:
        ratios = [relative_field(name, site, gap, deeper) for deeper in (0.0, DEPTH_SPREAD, -DEPTH_SPREAD)]
    shares = [intensity / 100 * ratio for ratio in ratios]
    origin = f"coil {name} over {site} in a sphere (sarvas1987), calibrated to the motor threshold (weise2025)"
    middle, low, high = THRESHOLD
    depth = "depth is corrected for" if depth_corrected else f"scalp to cortex {DEPTH_SPREAD:g} mm more or less"
    metric = "at the cortex below the coil's centre"
    share = CorticalDose(
        "electric field over motor threshold field", shares[0], "1", metric, (shares[1], shares[2]), depth, origin
    )
    field = CorticalDose(
        "electric field",
        shares[0] * middle,
        "V/m",
        metric,
        (shares[1] * low, shares[2] * high),
        f"threshold field {low:g} to {high:g} V/m; {depth}",
        origin,
    )
    return share, field


@dataclass(frozen=True)
class CurrentField:
    """Field of a montage over the cortex: `points` (points, 3) in metres, `field` (points, 3) in V/m."""

    head: ShellHead
    electrodes: tuple[Electrode, ...]
    points: np.ndarray
    field: np.ndarray

    @property
    def size(self) -> np.ndarray:
        """Field strength (points,) in V/m."""
        return np.linalg.norm(self.field, axis=1)

    def region(self, place: Any, radius: float = REGION) -> np.ndarray:
        """Which points lie within `radius` mm of the one below `place`."""
        depth = float(np.linalg.norm(self.points[0]))
        close = 2 * depth * np.sin(np.arccos(np.clip(self.points @ direction(place) / depth, -1, 1)) / 2)
        return close <= radius * 1e-3

    def mean_below(self, place: Any) -> float:
        """Mean field strength in the region below a site, V/m."""
        return float(self.size[self.region(place)].mean())

    def inward_below(self, place: Any) -> float:
        """Mean of the field's part that points into the head in the region below a site, V/m (anode positive)."""
        near = self.region(place)
        out = self.points[near] / np.linalg.norm(self.points[near], axis=1, keepdims=True)
        return float(-(self.field[near] * out).sum(1).mean())


def montage_field(
    electrodes: tuple[Electrode, ...], head: ShellHead | None = None, points: int = 4000, below: float = BELOW_SURFACE
) -> CurrentField:
    """The field of electrodes over the grey matter of a head (the innermost shell), `below` mm under its surface."""
    given = head or head_called("four_shell")
    over = cortex(given.radii[0] - below * 1e-3, points)
    return CurrentField(given, electrodes, over, solve_shells(given, electrodes, over).field)


def electrodes_of(poles: Any, current: float, area: float, head: ShellHead | None = None) -> tuple[Electrode, ...]:
    """Disc electrodes from (place, share of current) pairs; `current` in mA, `area` in cm2 (0: points)."""
    given = head or head_called("four_shell")
    half = half_angle_of(area * 1e-4, given.radius)
    return tuple(
        Electrode(
            tuple(float(x) for x in direction(where)), share * current * 1e-3, half,
            where if isinstance(where, str) else str(list(where)),
        )
        for where, share in poles
    )  # fmt: skip


def current_dose(
    poles: Any = (("F3", 1.0), ("F4", -1.0)), current: float = 2.0, area: float = 35.0, target: str | None = None,
    head: ShellHead | None = None,
) -> tuple[CorticalDose, ...]:  # fmt: skip
    """Doses of a montage: mean and inward part below the target (the first anode if not given), p99 and peak."""
    _above_zero("current_ma", current)
    _above_zero("area_cm2", area)
    site = target or next(where for where, share in poles if share > 0)
    found = [montage_field(electrodes_of(poles, current, area, one), one) for one in _rivals(head)]
    origin = f"{current:g} mA through discs of {area:g} cm2, concentric shells"
    kind = "four-shell and three-shell heads" if len(found) > 1 else "one head"
    said = {
        f"mean strength within {REGION:g} mm below {site}": [f.mean_below(site) for f in found],
        f"mean inward part within {REGION:g} mm below {site}": [f.inward_below(site) for f in found],
        "p99 over the cortex": [float(np.quantile(f.size, 0.99)) for f in found],
        "peak over the cortex": [float(f.size.max()) for f in found],
    }
    return tuple(
        CorticalDose("electric field", values[0], "V/m", metric, (min(values), max(values)), kind, origin)
        for metric, values in said.items()
    )


def _rivals(head: ShellHead | None) -> tuple[ShellHead, ...]:
    return (head,) if head is not None else (head_called("four_shell"), head_called("rush_driscoll"))


def _above_zero(field: str, number: float) -> None:
    if not 0 < number < np.inf:
        raise EuthymiaError(
            f"{field} is {number:g}", place=Place(field=field), rule="It is above zero.", fix="See docs/stimulation.md."
        )
