"""The cingulo-frontal network itself: two areas of leaky neurons with synapses, several conditions side by side.

Written from the parameters of `cingulo_frontal.yaml`, which it shares with the mean-field reduction, so that what the
reduction leaves out (finite numbers, spikes, recurrent noise) can be seen. The assumption that matters: connections are
all to all, so one sum for each population serves all its neurons. Forward Euler, 0.1 ms. Left out: neurons do not
exclude themselves from the sums.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

STEP = 0.1  # ms


def simulate(
    parameters: Mapping[str, float],
    conditions: Sequence[Mapping[str, float]],
    seconds: float,
    cues: Sequence[tuple[str, float, float]] = (),
    seed: int = 0,
    binned: bool = False,
) -> np.ndarray:
    """Rates (condition, area, 100 ms) of excitatory neurons, Hz; areas vACC and dlPFC.

    `cues` are (area `v` or `d`, start, s, length, s): one 200 Hz train that all excitatory neurons of the area share,
    each spike worth ten of the background's. `binned` noise has one spike at most in a step, as in the scripts.
    """
    rng = np.random.default_rng(seed)
    number = {
        name: np.array([{**parameters, **changed}[name] for changed in conditions])[:, None, None]
        for name in parameters
    }

    def areas(name: str) -> np.ndarray:
        return np.concatenate([number[f"{name}_v"], number[f"{name}_d"]], axis=1)

    tau_ampa, nothing = areas("tau_ampa"), np.zeros((len(conditions), 2, 1))
    cells = {"e": int(parameters["cells_e"]), "i": int(parameters["cells_i"])}
    rest = {"e": areas("rest"), "i": number["reversal_gaba"]}
    nmda = {"e": areas("nmda_e"), "i": number["nmda_i"]}
    shape = {kind: (len(conditions), 2, count) for kind, count in cells.items()}
    potential = {kind: np.full(size, -60.0) for kind, size in shape.items()}
    outer = {kind: np.zeros(size) for kind, size in shape.items()}
    waiting = {kind: np.zeros(size) for kind, size in shape.items()}
    gate, transmitter = np.zeros(shape["e"]), np.zeros(shape["e"])
    ampa = {"e": nothing.copy(), "i": nothing.copy()}
    gaba = nothing.copy()

    def came(size: tuple[int, ...]) -> np.ndarray:
        return rng.random(size) < expected if binned else rng.poisson(expected, size)

    kept = np.exp(-STEP / tau_ampa)
    expected = parameters["background"] * STEP / 1000
    steps = round(1000 * seconds / STEP)
    counted = np.zeros((len(conditions), 2, steps))
    for step in range(steps):
        open_gates = gate.sum(axis=2, keepdims=True)
        spikes = {}
        for kind in ("e", "i"):
            v = potential[kind]
            free = 1 / (1 + np.exp(-0.062 * v) / 3.57)
            excited = number[f"ext_{kind}"] * outer[kind] + number[f"ampa_{kind}"] * ampa[kind]
            inward = (excited + nmda[kind] * open_gates * free) * v
            outward = number[f"gaba_{kind}"] * gaba * (v - number["reversal_gaba"])
            leak = number[f"leak_{kind}"] * (v - rest[kind])
            moved = v - STEP * (inward + outward + leak) / number[f"capacity_{kind}"]
            v = np.where(waiting[kind] > 0, v, moved)
            fired = v > number["threshold"]
            potential[kind] = np.where(fired, number["reset"], v)
            waiting[kind] = np.where(fired, parameters[f"refractory_{kind}"] - STEP / 2, waiting[kind] - STEP)
            outer[kind] = kept * outer[kind] + came(shape[kind])
            spikes[kind] = fired
        for area, start, length in cues:
            if start <= step * STEP / 1000 < start + length and rng.random() < 200 * STEP / 1000:
                outer["e"][:, "vd".index(area)] += 10
        fired_e = spikes["e"].sum(axis=2, keepdims=True)
        gate += STEP * (number["alpha"] * transmitter * (1 - gate) - gate / number["tau_nmda"])
        transmitter = np.exp(-STEP / parameters["rise"]) * transmitter + spikes["e"]
        ampa["e"] = kept * ampa["e"] + fired_e
        ampa["i"] = kept * ampa["i"] + fired_e + fired_e[:, ::-1]  # the other area excites the inhibitory cells
        gaba = np.exp(-STEP / parameters["tau_gaba"]) * gaba + spikes["i"].sum(axis=2, keepdims=True)
        counted[:, :, step] = fired_e[:, :, 0]
    bins = round(100 / STEP)
    whole = counted[:, :, : steps // bins * bins].reshape(len(conditions), 2, -1, bins).sum(axis=3)
    return whole / cells["e"] / 0.1
