"""Heads and places on them: spheres by name, 10-10 sites as directions, and how deep the cortex lies below a site.

Directions are unit vectors from the centre of the head: x to the right ear, y to the nose, z up. Sites are those of the
template of mne 1.13.2 on the sphere that fits them best. The assumption that matters: a site is the same for everybody.
Left out: anybody's own anatomy.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from euthymia.errors import EuthymiaError, Place, UnknownName
from euthymia.evidence.yaml_with_lines import read_yaml
from euthymia.fields.shells import ShellHead

FOLDER = Path(__file__).parent
SCALP_RADIUS = 85.0  # mm, of the sphere a coil is laid on
#: scalp to grey matter in mm, computed on the template anatomy that mne and nilearn ship
DEPTHS = {"C3": 13.4, "C4": 13.4, "F3": 16.7, "F4": 16.7}
USUAL_DEPTH = 15.0
DEPTH_SPREAD = 2.0  # mm either way; assumed
SAME_AS = {
    "t3": "T7", "t4": "T8", "t5": "P7", "t6": "P8", "m1": "C3", "left m1": "C3", "right m1": "C4", "vertex": "Cz",
    "left dlpfc": "F3", "right dlpfc": "F4", "dlpfc": "F3", "left_dlpfc": "F3", "right_dlpfc": "F4", "so": "Fp2",
    "rso": "Fp2", "occipital": "Oz", "both dlpfc": "F3",
}  # fmt: skip


@cache
def sites() -> dict[str, tuple[float, float, float]]:
    """Every 10-10 site as a unit vector."""
    with (FOLDER / "positions.csv").open(encoding="utf-8") as file:
        return {row["site"]: (float(row["x"]), float(row["y"]), float(row["z"])) for row in csv.DictReader(file)}


def site_called(name: str) -> str:
    """The 10-10 site meant by a name such as F3, 'f3 (ole)', T3 or left DLPFC; raises `UnknownName`."""
    plain = name.split("(")[0].strip()
    found = SAME_AS.get(plain.lower(), plain)
    match = next((one for one in sites() if one.lower() == found.lower()), None)
    if match is None:
        raise UnknownName("site", name, sites(), Place(field="site"))
    return match


def direction(given: Any) -> np.ndarray:
    """Unit vector of a site's name or of [x, y, z]; raises `EuthymiaError`."""
    if isinstance(given, str):
        return _normed(np.array(sites()[site_called(given)]))
    try:
        vector = np.asarray(given, dtype=float).reshape(3)
    except (TypeError, ValueError):
        vector = np.zeros(3)
    if not np.isfinite(vector).all() or not np.linalg.norm(vector) > 0:
        raise EuthymiaError(
            f"'{given}' is no place on a head",
            place=Place(field="position"),
            rule="A place is a 10-10 site or a direction [x, y, z] from the centre: x right, y front, z up.",
            fix="Write F3, or [-0.56, 0.62, 0.55].",
        )
    return _normed(vector)


def _normed(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


def depth_below(site: Any) -> float:
    """mm from scalp to grey matter below a site."""
    if isinstance(site, str):
        return DEPTHS.get(site_called(site), USUAL_DEPTH)
    return USUAL_DEPTH


@cache
def heads() -> dict[str, ShellHead]:
    """Heads for currents by name."""
    content = read_yaml(FOLDER / "heads.yaml").content
    return {
        name: ShellHead(tuple(r * 1e-3 for r in row["radii_mm"]), tuple(map(float, row["sigma_S_m"])), name)
        for name, row in content.items()
    }


def head_called(name: str) -> ShellHead:
    """A head by name; raises `UnknownName`."""
    if name not in heads():
        raise UnknownName("head", name, heads(), Place(field="model"))
    return heads()[name]


def cortex(radius: float, points: int = 4000) -> np.ndarray:
    """Points (points, 3) spread evenly over a sphere of `radius`, in the same unit."""
    index = np.arange(points) + 0.5
    down = np.arccos(1 - 2 * index / points)
    around = np.pi * (1 + 5**0.5) * index
    return radius * np.stack([np.cos(around) * np.sin(down), np.sin(around) * np.sin(down), np.cos(down)], axis=1)
