"""The walk of calcium, weight and threshold through a train of pulses, compiled by numba when first called.

Imported by `calcium` alone, and only then. Equations and constants are explained there.
"""

from __future__ import annotations

import math

import numba
import numpy as np


@numba.njit(cache=True)
def _rise(z):
    return 1.0 / (1.0 + math.exp(-z))


@numba.njit(cache=True)
def walk(times, afters, c):
    """Weight, filtered weight and receptor conductance relative to rest (afters, 3), `afters` seconds (rising, above
    zero) after the last pulse; `c` holds the constants in the order of `calcium.ORDER`."""
    (glu_kick, glu_time, fast_kick, fast_time, slow_kick, slow_time, brake_gain, brake_kick, brake_time, ca_time, g0,
     bcm_time, recovery, nu0, nu_max, x_th, ltp, ltd, lag, ltd_at, ltp_at) = c  # fmt: skip
    y_th = x_th * (nu_max - nu0) / nu0
    glu = fast = slow = brake = ca = 0.0
    raw, filtered, speed, g = nu0, nu0, 0.0, g0
    t, index, count = 0.0, 0, len(times)
    last, look = times[count - 1], 0
    out = np.zeros((len(afters), 3))
    while look < len(afters):
        while index < count and times[index] <= t + 1e-9:
            glu += glu_kick
            fast += fast_kick
            slow += slow_kick
            brake += brake_kick * (1.0 - brake)
            index += 1
        busy = glu > 1e-6 or ca > 1e-9 or fast > 1e-5 or slow > 1e-5
        dt = 5e-4 if busy else 2e-2
        dt = min(dt, max(times[index] - t, 1e-07)) if index < count else min(dt, max(last + afters[look] - t, 1e-07))
        volt = (fast + slow) * (1.0 - brake_gain * brake)
        opening = _rise(3e4 * (glu - 2e-4)) - 0.0024726
        inflow = g * max(opening, 0.0) * (0.195 - volt) * _rise(62.0 * (volt - 0.0455))
        ca += dt * (inflow - ca / ca_time)
        if ca < 0.0:
            ca = 0.0
        up = _rise(4e7 * (ca - ltp_at)) - _rise(-4e7 * ltp_at)
        low = _rise(4e7 * (ca - ltd_at)) - _rise(-4e7 * ltd_at)
        x = x_th + ltp * up
        y = y_th + ltd * max(low - up, 0.0)
        raw += dt * (x * (nu_max - raw) - y * raw)
        speed += dt * (-2.0 * lag * speed + lag * lag * (raw - filtered))
        filtered += dt * speed
        if bcm_time > 0.0:
            g += dt * (-(g / bcm_time) * (raw / filtered - 1.0) + (g0 - g) / recovery)
            if g < 0.0:
                g = 0.0
        glu *= math.exp(-dt / glu_time)
        fast *= math.exp(-dt / fast_time)
        slow *= math.exp(-dt / slow_time)
        brake *= math.exp(-dt / brake_time)
        t += dt
        while look < len(afters) and index == count and t >= last + afters[look] - 1e-9:
            out[look, 0], out[look, 1], out[look, 2] = raw / nu0, filtered / nu0, g / g0
            look += 1
    return out
