"""Light in layered tissue by Monte Carlo: what is reflected, absorbed and let through, and the fluence inside.

The assumption that matters: layers are flat, wide and each of one kind, with light coming straight down. Left out:
curvature, hair, vessels, time. Lengths are in millimetres, coefficients per millimetre.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from euthymia.errors import EuthymiaError, Place

BATCHES = 32


@dataclass(frozen=True)
class OpticalLayer:
    """A layer: thickness (mm, may be infinite for the last), absorption and scattering (1/mm), anisotropy, index."""

    thickness: float
    mua: float
    mus: float
    g: float = 0.0
    n: float = 1.0
    name: str = ""

    def __post_init__(self) -> None:
        def wrong(field: str, problem: str, rule: str) -> EuthymiaError:
            return EuthymiaError(
                problem, place=Place(field=field), rule=rule, fix="Lengths in mm, coefficients in 1/mm."
            )

        what = f"layer '{self.name}'" if self.name else "a layer"
        if not self.thickness > 0:
            raise wrong("d_mm", f"{what} is {self.thickness:g} mm thick", "A layer has a thickness above zero.")
        if not 0 <= self.mua < math.inf:
            raise wrong("mua_mm", f"{what} absorbs {self.mua:g} per mm", "Absorption is zero or more.")
        if not 0 <= self.mus < math.inf:
            raise wrong("mus_mm", f"{what} scatters {self.mus:g} per mm", "Scattering is zero or more.")
        if not -1 < self.g < 1:
            raise wrong("g", f"the anisotropy of {what} is {self.g:g}", "Anisotropy lies between -1 and 1.")
        if not 1 <= self.n < 10:
            raise wrong("n", f"the refractive index of {what} is {self.n:g}", "An index is 1 or more.")

    @property
    def reduced(self) -> float:
        """Reduced scattering mus (1 - g) in 1/mm."""
        return self.mus * (1 - self.g)

    def similar(self) -> OpticalLayer:
        """The same layer scattering isotropically with its reduced coefficient (similarity relation)."""
        return OpticalLayer(self.thickness, self.mua, self.reduced, 0.0, self.n, self.name)


@dataclass(frozen=True)
class Light:
    """Shares of the incident light, and fluence per incident photon: `fluence` (depths, radii) is path length in mm
    in each ring, `dz` and `dr` the bins in mm. `entering` is the share that goes into each layer from above, counted
    every time."""

    photons: int
    specular: float
    diffuse_reflectance: float
    transmittance: float
    unscattered: float
    absorbed: tuple[float, ...]
    entering: tuple[float, ...]
    fluence: np.ndarray
    dz: float
    dr: float

    @property
    def reflectance(self) -> float:
        """Specular and diffuse together."""
        return self.specular + self.diffuse_reflectance

    @property
    def total(self) -> float:
        """Everything accounted for; 1 up to the noise of roulette."""
        return self.reflectance + self.transmittance + sum(self.absorbed)

    def depth_profile(self) -> np.ndarray:
        """Fluence over incident radiant exposure under a beam wider than everything, (depths,)."""
        return self.fluence.sum(1) / self.dz

    def under_beam(self, radius: float) -> np.ndarray:
        """Fluence on the axis of a flat round beam of `radius` mm over its radiant exposure, (depths,).

        By reciprocity of a layered medium this is the path length within `radius` of a pencil beam.
        """
        reach = np.concatenate([np.zeros((len(self.fluence), 1)), np.cumsum(self.fluence, axis=1)], axis=1)
        edges = np.arange(reach.shape[1]) * self.dr
        return np.array([np.interp(radius, edges, row) for row in reach]) / self.dz


def specular_reflectance(n1: float, n2: float) -> float:
    """Reflectance at normal incidence between two refractive indices, ((n1 - n2)/(n1 + n2))²."""
    return ((n1 - n2) / (n1 + n2)) ** 2


def scatter(
    layers: Sequence[OpticalLayer],
    photons: int = 100_000,
    seed: int = 1,
    above: float = 1.0,
    below: float | None = None,
    dz: float = 0.5,
    dr: float = 1.0,
    depth: float = 50.0,
    reach: float = 60.0,
    incidence: float = 0.0,
) -> Light:
    """Send `photons` down into `layers`; the same seed gives the same light on any number of threads.

    `above` and `below` are refractive indices outside (`below` as above when not given); `dz`, `dr`, `depth` and
    `reach` (mm) lay out where fluence is kept; `incidence` is the angle from the normal in degrees. Raises
    `EuthymiaError`.
    """
    from euthymia.fields.photon_kernel import walk_batches

    _check(layers, photons, incidence)
    mua, mus, g, n = (np.array([getattr(layer, k) for layer in layers], dtype=float) for k in ("mua", "mus", "g", "n"))
    tops = np.concatenate([[0.0], np.cumsum([layer.thickness for layer in layers])])
    shape = (BATCHES, max(1, round(depth / dz)), max(1, round(reach / dr)))
    fluence, absorbed = np.zeros(shape), np.zeros((BATCHES, len(layers)))
    totals = np.zeros((BATCHES, 4 + len(layers)))
    counts = np.full(BATCHES, photons // BATCHES)
    counts[: photons % BATCHES] += 1
    outside = above if below is None else below
    cosine = math.cos(math.radians(incidence))
    walk_batches(counts, seed, mua, mus, g, n, tops, above, outside, cosine, dz, dr, fluence, absorbed, totals)
    shares = totals.sum(0) / photons
    return Light(
        photons=photons,
        specular=float(shares[0]),
        diffuse_reflectance=float(shares[1]),
        transmittance=float(shares[2]),
        unscattered=float(shares[3]),
        absorbed=tuple(map(float, absorbed.sum(0) / photons)),
        entering=tuple(map(float, shares[4:])),
        fluence=fluence.sum(0) / photons,
        dz=dz,
        dr=dr,
    )


def _check(layers: Sequence[OpticalLayer], photons: Any, incidence: float) -> None:
    if not layers:
        raise EuthymiaError(
            "the tissue has no layer", place=Place(field="layers"), rule="Light needs something to enter."
        )
    if any(math.isinf(layer.thickness) for layer in layers[:-1]):
        raise EuthymiaError(
            "an infinite layer lies above another",
            place=Place(field="layers"),
            rule="Only the deepest layer has no end.",
        )
    last = layers[-1]
    if math.isinf(last.thickness) and last.mua + last.mus == 0:
        raise EuthymiaError(
            "the deepest layer has no end and does nothing to light", place=Place(field="layers"),
            rule="An endless layer absorbs or scatters.", fix="Give it a thickness, mua or mus.",
        )  # fmt: skip
    if isinstance(photons, bool) or not isinstance(photons, int | np.integer) or photons < 1:
        raise EuthymiaError(
            f"{photons} photons", place=Place(field="photons"), rule="A whole number of photons, one or more."
        )
    if not 0 <= incidence < 90:
        raise EuthymiaError(
            f"light comes in at {incidence:g} degrees", place=Place(field="incidence_deg"), rule="From 0 to below 90."
        )
