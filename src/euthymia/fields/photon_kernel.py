"""The photon walk itself, compiled by numba when it is first called; imported by `photons` alone, and only then.

Weighted photons hop between interactions, leave a share of their weight at each, scatter by Henyey and Greenstein,
refract or reflect at interfaces by Fresnel, and end by roulette (wang1995). Photons come in fixed batches with random
numbers of their own, so an answer does not depend on the number of threads. Left out: polarisation, time, coherence.
"""

from __future__ import annotations

import math

import numba
import numpy as np

WEAK, LUCKY = 1e-4, 10.0  # roulette: below this weight one photon in ten goes on, ten times as heavy


@numba.njit(cache=True, inline="always")
def _uniform(state):  # xoroshiro128+, a 53-bit number in (0, 1]
    a, b = state[0], state[1]
    drawn = a + b
    b ^= a
    state[0] = ((a << np.uint64(24)) | (a >> np.uint64(40))) ^ b ^ (b << np.uint64(16))
    state[1] = (b << np.uint64(37)) | (b >> np.uint64(27))
    return (np.float64(drawn >> np.uint64(11)) + 1.0) * 1.1102230246251565e-16


@numba.njit(cache=True)
def _seeded(seed, batch, state):  # splitmix64
    x = np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(batch) * np.uint64(0xD1B54A32D192ED03)
    for i in range(2):
        x += np.uint64(0x9E3779B97F4A7C15)
        z = x
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        state[i] = z ^ (z >> np.uint64(31))


@numba.njit(cache=True)
def fresnel(n1, n2, cosine):
    """Reflectance of unpolarised light that meets an interface from n1 at a cosine, and the cosine beyond it."""
    if n1 == n2:
        return 0.0, cosine
    if cosine > 1.0 - 1e-12:
        return ((n1 - n2) / (n1 + n2)) ** 2, cosine
    sine = math.sqrt(1.0 - cosine * cosine)
    beyond = n1 / n2 * sine
    if beyond >= 1.0:
        return 1.0, 0.0
    c2 = math.sqrt(1.0 - beyond * beyond)
    across = (n1 * cosine - n2 * c2) / (n1 * cosine + n2 * c2)
    along = (n1 * c2 - n2 * cosine) / (n1 * c2 + n2 * cosine)
    return 0.5 * (across * across + along * along), c2


@numba.njit(cache=True, nogil=True)
def walk(count, seed, batch, mua, mus, g, index, tops, above, below, cosine_in, dz, dr, fluence, absorbed, totals):
    """`count` photons down the axis into layers whose interfaces lie at `tops` (layers + 1, the last may be inf).

    Adds to `fluence` (depths, radii) the weight times path, per photon; to `absorbed` (layers,); and to `totals`:
    specular, diffuse reflectance, transmittance, unscattered transmittance, and weight entering each layer from above.
    """
    state = np.empty(2, np.uint64)
    _seeded(seed, batch, state)
    layers = len(mua)
    kept, shares = np.zeros(layers), np.zeros(len(totals))  # of this batch alone, so that threads share no memory
    depths, radii = fluence.shape
    mirror, first_cosine = fresnel(above, index[0], cosine_in)
    first_sine = math.sqrt(max(0.0, 1.0 - first_cosine * first_cosine))
    for _ in range(count):
        shares[0] += mirror
        x = y = z = 0.0
        ux, uy, uz = first_sine, 0.0, first_cosine
        w = 1.0 - mirror
        layer = 0
        scattered = False
        left = -math.log(_uniform(state))  # optical path to the next interaction
        shares[4] += w
        while True:
            mut = mua[layer] + mus[layer]
            to_site = left / mut if mut > 0.0 else np.inf
            if uz > 0.0:
                to_edge = (tops[layer + 1] - z) / uz
            elif uz < 0.0:
                to_edge = (tops[layer] - z) / uz
            else:
                to_edge = np.inf
            if to_site < to_edge:
                x += ux * to_site
                y += uy * to_site
                z += uz * to_site
                iz = int(z / dz)
                if iz < depths:
                    ir = int(math.sqrt(x * x + y * y) / dr)
                    if ir < radii:
                        fluence[iz, ir] += w / mut
                lost = w * mua[layer] / mut
                kept[layer] += lost
                w -= lost
                if w < WEAK:
                    if w <= 0.0 or _uniform(state) * LUCKY > 1.0:
                        break
                    w *= LUCKY
                if mus[layer] > 0.0:
                    scattered = True
                    anisotropy = g[layer]
                    if anisotropy == 0.0:
                        cosine = 2.0 * _uniform(state) - 1.0
                    else:
                        part = (1.0 - anisotropy * anisotropy) / (1.0 - anisotropy + 2.0 * anisotropy * _uniform(state))
                        cosine = (1.0 + anisotropy * anisotropy - part * part) / (2.0 * anisotropy)
                        cosine = min(1.0, max(-1.0, cosine))
                    sine = math.sqrt(1.0 - cosine * cosine)
                    while True:  # a direction around, without trigonometry
                        a, b = 2.0 * _uniform(state) - 1.0, 2.0 * _uniform(state) - 1.0
                        size = a * a + b * b
                        if 0.0 < size <= 1.0:
                            break
                    cos_around, sin_around = (a * a - b * b) / size, 2.0 * a * b / size
                    if abs(uz) > 0.99999:
                        ux, uy, uz = sine * cos_around, sine * sin_around, cosine * (1.0 if uz > 0.0 else -1.0)
                    else:
                        flat = math.sqrt(1.0 - uz * uz)
                        vx = sine * (ux * uz * cos_around - uy * sin_around) / flat + ux * cosine
                        vy = sine * (uy * uz * cos_around + ux * sin_around) / flat + uy * cosine
                        uz = -sine * cos_around * flat + uz * cosine
                        ux, uy = vx, vy
                left = -math.log(_uniform(state))
                continue
            if to_edge == np.inf:
                shares[3] += w  # nothing to meet, ever
                break
            x += ux * to_edge
            y += uy * to_edge
            left -= to_edge * mut
            down = uz > 0.0
            z = tops[layer + 1] if down else tops[layer]
            beyond = layer + 1 if down else layer - 1
            here = index[layer]
            there = above if beyond < 0 else (below if beyond == layers else index[beyond])
            reflected, cosine = fresnel(here, there, abs(uz))
            if reflected > 0.0 and _uniform(state) <= reflected:
                uz = -uz
                continue
            if beyond < 0:
                shares[1] += w
                break
            if beyond == layers:
                shares[2] += w
                if not scattered:
                    shares[3] += w
                break
            if here != there:
                bent = here / there
                ux *= bent
                uy *= bent
                uz = cosine if down else -cosine
            layer = beyond
            if down:
                shares[4 + layer] += w
    absorbed += kept
    totals += shares


@numba.njit(cache=True, parallel=True)
def walk_batches(counts, seed, mua, mus, g, index, tops, above, below, cosine_in, dz, dr, fluence, absorbed, totals):
    """Every batch on a thread of its own; tallies have the batch first, and are summed by the caller in order."""
    for batch in numba.prange(len(counts)):
        walk(
            counts[batch], seed, batch, mua, mus, g, index, tops, above, below, cosine_in, dz, dr,
            fluence[batch], absorbed[batch], totals[batch],
        )  # fmt: skip
