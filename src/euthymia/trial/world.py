"""Worlds: draws of what we do not know, shared by everybody who lives in one.

A world is one draw of the fitted downstream parameters from their uncertainty after the fit, and one draw of a trial's
own luck (how much contact means there, how stressful life is). The assumption that matters: the fit's uncertainty is
normal on the logarithms. Left out: rival structures, which are switches.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from euthymia.cohort.cohort import generator
from euthymia.model.parameter_table import current_fit, priors, values_for

WORLD_STREAM = 6
#: between-trial standard deviation of the logarithm of contact weights, and of life stress (assumed; see the fit)
CONTACT_LOG_SD = 0.35
STRESS_SD = 0.08


@dataclass(frozen=True)
class World:
    """One draw: `parameters` by full name, a factor on all contacts, a shift of habitual life stress."""

    parameters: dict[str, float]
    contact: float = 1.0
    stress: float = 0.0


def worlds(count: int, seed: int) -> tuple[World, ...]:
    """`count` worlds, antithetic in pairs; the single central one when `count` is 0."""
    if count == 0:
        return (World({}),)
    fit = current_fit()
    drawn = []
    for number in range(count):
        random = generator(seed, number // 2, WORLD_STREAM)
        sign = 1.0 if number % 2 == 0 else -1.0
        luck = sign * random.standard_normal(2)
        parameters = {}
        if fit is not None:
            scores = sign * random.standard_normal(len(fit.names))
            steps = _root(np.asarray(fit.covariance)) @ scores
            parameters = {
                name: _inside(name, number * float(np.exp(step)))
                for name, number, step in zip(fit.names, fit.numbers, steps, strict=True)
            }
        drawn.append(World(parameters, float(np.exp(CONTACT_LOG_SD * luck[0])), STRESS_SD * float(luck[1])))
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
    return world.contact * world.parameters.get(f"contacts.{name}", values_for("contacts")[name].number)
