"""Worlds: draws of what the fit left uncertain, shared by everybody who lives in one.

A world is one draw of the fitted downstream parameters from their covariance after the fit. The assumption that
matters: that uncertainty is normal on the logarithms. Left out: rival structures, which are switches, and the scatter
of trials around the model, which the scorecard adds from the fit's own residuals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from euthymia.cohort.cohort import generator
from euthymia.model.parameter_table import current_fit, priors, values_for

WORLD_STREAM = 6


@dataclass(frozen=True)
class World:
    """One draw: `parameters` by full name."""

    parameters: dict[str, float]


def worlds(count: int, seed: int) -> tuple[World, ...]:
    """`count` worlds, antithetic in pairs; the single central one when `count` is 0."""
    if count == 0:
        return (World({}),)
    fit = current_fit()
    drawn = []
    for number in range(count):
        random = generator(seed, number // 2, WORLD_STREAM)
        sign = 1.0 if number % 2 == 0 else -1.0
        parameters = {}
        if fit is not None:
            scores = sign * random.standard_normal(len(fit.names))
            steps = _root(np.asarray(fit.covariance)) @ scores
            parameters = {
                name: _inside(name, number * float(np.exp(step)))
                for name, number, step in zip(fit.names, fit.numbers, steps, strict=True)
            }
        drawn.append(World(parameters))
    return tuple(drawn)


def _root(covariance: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(covariance)
    return vectors * np.sqrt(np.clip(values, 0, None))


def _inside(name: str, number: float) -> float:
    block, _, short = name.partition(".")
    prior = priors(block).get(short)
    return float(np.clip(number, prior.low, prior.high)) if prior else number


def contact_weight(world: World, name: str) -> float:
    """A contact weight as this world has it."""
    return world.parameters.get(f"contacts.{name}", values_for("contacts")[name].number)
