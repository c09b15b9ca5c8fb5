"""Electric field of a coil in a head whose conductivity depends on depth alone.

By reciprocity with the magnetic field of a current dipole in such a sphere (sarvas1987; hellervanhulsteyn1992): the
answer does not depend on the conductivities, has no radial part and is zero at the centre. The assumption that matters:
the head is a sphere. Left out: gyri, and the part of the field that anisotropy and real shape add.
"""

from __future__ import annotations

import numpy as np

MU0_OVER_4PI = 1e-7  # T m / A
CHUNK = 2_000_000  # dipole-point pairs at a time


def electric_field(positions: np.ndarray, moments: np.ndarray, didt: float, points: np.ndarray) -> np.ndarray:
    """Field (points, 3) in V/m at `points` (points, 3) in metres from the centre of the sphere.

    `positions` (dipoles, 3) in metres and `moments` (dipoles, 3) in A m² per ampere of coil current stand for the coil;
    `didt` is the rate of rise of that current in A/s. Dipoles must lie farther out than every point.
    """
    positions, moments, points = (np.atleast_2d(np.asarray(a, dtype=float)) for a in (positions, moments, points))
    found = np.empty_like(points)
    step = max(1, CHUNK // len(positions))
    for first in range(0, len(points), step):
        found[first : first + step] = _field(positions, moments, points[first : first + step])
    return -didt * MU0_OVER_4PI * found


def _field(dipole: np.ndarray, moment: np.ndarray, point: np.ndarray) -> np.ndarray:
    """Sum over dipoles of m B(Q) for the three directions Q, without the constants (points, 3).

    The magnetic field is linear in Q, so that m B = Q . (r x [F m - (m . grad F) r_d]) / F^2.
    """
    r, d = point[:, None, :], dipole[None, :, :]
    apart = d - r
    a = np.linalg.norm(apart, axis=2)
    far = np.linalg.norm(d, axis=2)
    along = np.einsum("pdi,pdi->pd", apart, np.broadcast_to(d, apart.shape)) / a
    f = a * (
        far * a + far**2 - np.einsum("pdi,pdi->pd", np.broadcast_to(r, apart.shape), np.broadcast_to(d, apart.shape))
    )
    on_d = a**2 / far + along + 2 * a + 2 * far
    on_r = a + 2 * far + along
    m_gradient = on_d * (dipole * moment).sum(1)[None, :] - on_r * (point @ moment.T)
    weighed = np.einsum("pd,di->pi", 1 / f, moment) - np.einsum("pd,di->pi", m_gradient / f**2, dipole)
    return np.cross(point, weighed)
