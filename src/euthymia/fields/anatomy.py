"""Direct current in a head with anatomy: voxels of 3 mm from the template that mne and nilearn ship (extra `head`).

Scalp and inner skull are those of fsaverage, grey and white matter the MNI152 maps at half probability; the outer skull
is synthetic, 6.5 mm outside the inner one. Finite volumes with conductivities as in `heads.yaml`. The assumption that
matters: template head, not patient planning; and stairs of voxels make the largest value an artefact, so p99 is told.
Left out: air, anisotropy, anybody's own anatomy, and magnetic stimulation in this head.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from euthymia.errors import EuthymiaError, Place
from euthymia.fields.head import site_called

VOXEL = 3.0  # mm
SKULL = 6.5  # mm, assumed
HALF = 0.5  # probability from which a voxel is grey or white matter
REGION = 20.0  # mm, radius of the region whose mean is taken below an electrode
AIR, SCALP, BONE, FLUID, GREY, WHITE = range(6)
SIGMA = np.array([0.0, 0.465, 0.010, 1.654, 0.275, 0.126])  # S/m (wagner2004, opitz2015)
NEEDS = "a head with anatomy needs the extra: pip install 'euthymia[head]'"


class NoAnatomy(Exception):
    """The extra that holds the anatomy is not installed."""


@dataclass(frozen=True)
class AnatomyField:
    """Field strength (voxels,) in V/m in grey matter, where (voxels, 3) in mm, and electrode centres on the scalp."""

    strength: np.ndarray
    places: np.ndarray
    centres: dict[str, np.ndarray]

    def below(self, site: str, radius: float = REGION) -> float:
        """Mean strength within `radius` mm of the grey matter nearest to an electrode, V/m."""
        apart = np.linalg.norm(self.places - self.centres[site_called(site)], axis=1)
        nearest = self.places[apart.argmin()]
        return float(self.strength[np.linalg.norm(self.places - nearest, axis=1) <= radius].mean())


@dataclass(frozen=True)
class _Head:
    tissue: np.ndarray
    number: np.ndarray
    centres: np.ndarray
    solver: Any


def available() -> bool:
    """Whether the extra is installed."""
    from importlib.util import find_spec

    return all(find_spec(name) is not None for name in ("mne", "nilearn", "pyamg"))


def anatomy_field(poles: Sequence[tuple[str, float]], current: float, area: float) -> AnatomyField:
    """The field in grey matter of discs of `area` cm2 at (site, share) pairs; `current` in A. Raises `NoAnatomy`."""
    if not available():
        raise NoAnatomy(NEEDS)
    head = _head()
    source, centres = np.zeros(int(head.number.max()) + 1), {}
    taken: set[int] = set()
    for site, share in poles:
        name = site_called(site)
        centres[name], voxels = _electrode(head, name, area)
        if taken & set(voxels.tolist()):
            raise EuthymiaError(
                f"the electrode '{name}' overlaps another",
                place=Place(field="electrodes"),
                rule="Two electrodes never touch; saline would join them.",
                fix="Move them apart or make them smaller (area_cm2).",
            )
        taken |= set(voxels.tolist())
        source[voxels] += share * current / len(voxels)
    potential = np.full(head.tissue.shape, np.nan)
    potential[head.number >= 0] = head.solver.solve(source, tol=1e-8, accel="cg")
    field = np.stack([_slope(potential, axis) for axis in range(3)], axis=-1)
    grey = head.tissue == GREY
    return AnatomyField(np.linalg.norm(field[grey], axis=1), head.centres[grey], centres)


def _slope(potential: np.ndarray, axis: int) -> np.ndarray:
    """Minus the slope of the potential along an axis in V/m, one-sided where the head ends."""
    ahead, behind = np.roll(potential, -1, axis), np.roll(potential, 1, axis)
    step = VOXEL * 1e-3
    middle = (ahead - behind) / (2 * step)
    side = np.where(np.isnan(ahead), (potential - behind) / step, (ahead - potential) / step)
    return -np.where(np.isnan(middle), side, middle)


def _electrode(head: _Head, site: str, area: float) -> tuple[np.ndarray, np.ndarray]:
    """Centre on the scalp (mm) and the numbers of scalp voxels under a disc."""
    channels = import_module("mne").channels
    known = channels.get_builtin_montages()
    name = "colin27_1005" if "colin27_1005" in known else "standard_1005"  # renamed in mne 1.13
    where = channels.make_standard_montage(name).get_positions()["ch_pos"][site] * 1e3
    solid = head.number >= 0
    surface = solid & ~_inner(solid)
    places, numbers = head.centres[surface], head.number[surface]
    centre = places[((places - where) ** 2).sum(1).argmin()]
    under = ((places - centre) ** 2).sum(1) <= 100 * area / np.pi
    return centre, numbers[under]


def _inner(solid: np.ndarray) -> np.ndarray:
    """Voxels whose six neighbours are all in the head."""
    found = solid.copy()
    for axis in range(3):
        found &= np.roll(solid, 1, axis) & np.roll(solid, -1, axis)
    return found


@cache
def _head() -> _Head:
    """The template as voxels with its solver, built once in a process (about half a minute)."""
    from scipy.ndimage import distance_transform_edt

    mne, nilearn = import_module("mne"), import_module("nilearn.datasets")
    folder = Path(str(mne.__file__)).parent / "data" / "fsaverage"
    scalp, inner = (
        mne.read_bem_surfaces(folder / f"fsaverage-{name}.fif", verbose=False)[0]
        for name in ("head", "inner_skull-bem")
    )
    low, high = scalp["rr"].min(0) * 1e3 - 6, scalp["rr"].max(0) * 1e3 + 6
    counts = np.ceil((high - low) / VOXEL).astype(int)
    axes = [low[i] + VOXEL * (np.arange(counts[i]) + 0.5) for i in range(3)]
    centres = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    head, brain = _inside(scalp, axes), _inside(inner, axes)
    grey = _sampled(nilearn.load_mni152_gm_template(resolution=2), centres)
    white = _sampled(nilearn.load_mni152_wm_template(resolution=2), centres)
    tissue = np.full(tuple(counts), AIR)
    tissue[head] = SCALP
    tissue[head & (distance_transform_edt(~brain, sampling=VOXEL) <= SKULL)] = BONE  # type: ignore[operator]
    tissue[brain] = FLUID
    tissue[brain & (grey >= white) & (grey > HALF)] = GREY
    tissue[brain & (white > grey) & (white > HALF)] = WHITE
    number = np.full(tissue.shape, -1)
    number[tissue > AIR] = np.arange(int((tissue > AIR).sum()))
    return _Head(tissue, number, centres, _solver(tissue, number))


def _solver(tissue: np.ndarray, number: np.ndarray) -> Any:
    """Finite volumes: conductances between neighbours are harmonic means; solved by algebraic multigrid."""
    from scipy import sparse

    sigma, size = SIGMA[tissue], int(number.max()) + 1
    rows, columns, values, diagonal = [], [], [], np.zeros(size)
    for axis in range(3):
        one = tuple(slice(0, -1) if i == axis else slice(None) for i in range(3))
        two = tuple(slice(1, None) if i == axis else slice(None) for i in range(3))
        both = (number[one] >= 0) & (number[two] >= 0)
        i, j, a, b = number[one][both], number[two][both], sigma[one][both], sigma[two][both]
        through = 2 * a * b / (a + b) * VOXEL * 1e-3
        rows += [i, j]
        columns += [j, i]
        values += [-through, -through]
        np.add.at(diagonal, i, through)
        np.add.at(diagonal, j, through)
    everyone = np.arange(size)
    entries = np.concatenate([*values, diagonal + 1e-12])
    places = np.concatenate([*rows, everyone]), np.concatenate([*columns, everyone])
    matrix = sparse.csr_matrix((entries, places), shape=(size, size))
    return import_module("pyamg").smoothed_aggregation_solver(matrix)


def _sampled(image: Any, centres: np.ndarray) -> np.ndarray:
    """A probability map at the voxels' centres."""
    from scipy.ndimage import map_coordinates

    back = np.linalg.inv(image.affine)
    at = centres @ back[:3, :3].T + back[:3, 3]
    return map_coordinates(np.asarray(image.dataobj, dtype=float), np.moveaxis(at, -1, 0), order=1)


def _inside(surface: Any, axes: list[np.ndarray]) -> np.ndarray:
    """Voxels inside a closed surface: an odd number of its triangles lies below each."""
    points, shape = surface["rr"] * 1e3, tuple(len(axis) for axis in axes)
    crossed: dict[tuple[int, int], list[float]] = {}
    for corners in points[surface["tris"]]:
        (ax, ay, az), (bx, by, bz), (cx, cy, cz) = corners
        area = (by - cy) * (ax - cx) + (cx - bx) * (ay - cy)
        if abs(area) < 1e-12:
            continue
        first, last = np.searchsorted(axes[0], [corners[:, 0].min(), corners[:, 0].max()])
        left, right = np.searchsorted(axes[1], [corners[:, 1].min(), corners[:, 1].max()])
        for i in range(first, last):
            for j in range(left, right):
                x, y = axes[0][i] + 1e-4, axes[1][j] + 1e-4  # never through a corner
                u = ((by - cy) * (x - cx) + (cx - bx) * (y - cy)) / area
                v = ((cy - ay) * (x - cx) + (ax - cx) * (y - cy)) / area
                if u >= 0 and v >= 0 and u + v <= 1:
                    crossed.setdefault((i, j), []).append(u * az + v * bz + (1 - u - v) * cz)
    found = np.zeros(shape, dtype=bool)
    for (i, j), heights in crossed.items():
        found[i, j] = np.searchsorted(np.sort(heights), axes[2]) % 2 == 1
    return found
