"""Speed of fields and light, beside whatever else is installed.

    python benchmarks/stimulation_speed.py --photons 4000000 --peer-photons 2000 --rounds 3

Times are medians over the rounds, after compilation. The slab is van de Hulst's (mua 1, mus 9 per mm, g 0.75, 0.2
mm); reflectance and transmittance of both contenders are printed beside the printed ones (wang1995), so that nobody
is fast and wrong. CPU-seconds are printed beside the wall clock: where they stay the same with more threads nothing
is lost to threading, however busy the computer is. The peer, pytissueoptics, is no dependency: `pip install
pytissueoptics`.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numba

from euthymia.fields.head import cortex, head_called
from euthymia.fields.light import in_head, look_up
from euthymia.fields.photons import OpticalLayer, scatter
from euthymia.fields.shells import solve_shells
from euthymia.fields.stimulate import BELOW_SURFACE, coil_at, electrodes_of, field_below

SLAB = OpticalLayer(0.2, 1.0, 9.0, 0.75)
PRINTED = (0.09739, 0.66096)


def timed(work: Callable[[], object], rounds: int) -> float:
    """Median seconds of `work`."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def main() -> None:
    """Run and print everything."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--photons", type=int, default=4_000_000)
    options.add_argument("--peer-photons", type=int, default=2000)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    scatter([SLAB], 1000)
    print(f"threads: {numba.config.NUMBA_NUM_THREADS}")
    _fields(given.rounds)
    ours = _photons(given.photons, given.rounds)
    _peer(given.peer_photons, given.rounds, ours)


def _fields(rounds: int) -> None:
    placed = coil_at("Magstim_D70", "F3", gap=3)
    seconds = timed(lambda: field_below(placed, "F3", 16.7, 1e8), 20 * rounds)
    print(f"coil, one target                 {1e3 * seconds:8.3f} ms   (at most 10)")
    head = head_called("four_shell")
    points = cortex(head.radii[0] - BELOW_SURFACE * 1e-3, 4000)

    def montage() -> None:
        solve_shells(head, electrodes_of((("F3", 1.0), ("F4", -1.0)), 2.0, 35.0, head), points)

    print(f"montage, 4000 points             {1e3 * timed(montage, 5 * rounds):8.3f} ms   (at most 50)")
    in_head("cassano2019", 810)

    def light() -> None:
        look_up.cache_clear()
        look_up("cassano2019", 810, (6.0, 6.5, 2.5), 17.1)

    print(f"light look-up, table in memory   {1e3 * timed(light, 50 * rounds):8.3f} ms   (at most 1)")


def _photons(photons: int, rounds: int) -> float:
    """Photons per second with every thread; prints one thread beside it."""
    most, speeds = numba.config.NUMBA_NUM_THREADS, {}
    for threads in sorted({1, most}):
        numba.set_num_threads(threads)
        began = time.process_time()
        speeds[threads] = photons / timed(lambda: scatter([SLAB], photons), rounds)
        spent = (time.process_time() - began) / rounds
        told = f"{speeds[threads]:12,.0f} photons/s   (at least 1,000,000)   {spent:.2f} CPU-s"
        print(f"slab, {threads} thread(s)               {told}")
    numba.set_num_threads(most)
    if most > 1:
        print(f"scaling with {most} threads           {speeds[most] / speeds[1]:8.2f} x")
    light = scatter([SLAB], photons)
    print(f"ours     Rd {light.diffuse_reflectance:.5f}  Tt {light.transmittance:.5f}   printed {PRINTED}")
    return speeds[most]


def _peer(photons: int, rounds: int, ours: float) -> None:
    try:
        from pytissueoptics import (
            Cuboid,
            EnergyLogger,
            PencilPointSource,
            ScatteringMaterial,
            ScatteringScene,
            Vector,
        )  # fmt: skip
    except ImportError:
        print("peer     pytissueoptics is not installed: nothing to compare with")
        return
    speeds = []
    for _ in range(rounds):
        slab = Cuboid(50, 50, 0.2, position=Vector(0, 0, 0.1), material=ScatteringMaterial(9.0, 1.0, 0.75, 1.0))
        scene = ScatteringScene([slab])
        logger = EnergyLogger(scene)
        source = PencilPointSource(
            position=Vector(0, 0, -0.01), direction=Vector(0, 0, 1), N=photons, useHardwareAcceleration=False
        )
        began = time.perf_counter()
        source.propagate(scene, logger=logger, showProgress=False)
        speeds.append(photons / (time.perf_counter() - began))
    speed = statistics.median(speeds)
    print(f"pytissueoptics, Python kernel    {speed:12,.0f} photons/s")
    print(f"ours over pytissueoptics         {ours / speed:12,.0f} x   (at least 100)")


if __name__ == "__main__":
    main()
