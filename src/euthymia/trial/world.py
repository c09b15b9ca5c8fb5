"""Worlds: parameter sets the fit cannot tell apart, each shared by everybody who lives in it.

The assumption that matters: the ensemble that ships with the fit spans what the data leave open. Left out: rival
structures, which are switches, and the scatter of trials around the model, which the scorecard adds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from euthymia.model.parameter_table import current_fit, values_for


@dataclass(frozen=True)
class World:
    """One set of the fitted parameters, by full name; empty for the central estimate."""

    parameters: dict[str, float]


def worlds(count: int, hypotheses: Mapping[str, float] | None = None) -> tuple[World, ...]:
    """`count` members of the ensemble, evenly spread; the central estimate alone when 0 or nothing was fitted.

    `hypotheses` sets parameters by full name in every world.
    """
    if hypotheses:
        return tuple(World(one.parameters | dict(hypotheses)) for one in worlds(count))
    fit = current_fit()
    if count == 0 or fit is None or not fit.ensemble:
        return (World({}),)
    chosen = [round(i * len(fit.ensemble) / count) % len(fit.ensemble) for i in range(count)]
    return tuple(World(dict(zip(fit.names, fit.ensemble[i], strict=True))) for i in chosen)


def contact_weight(world: World, name: str) -> float:
    """A contact weight as this world has it."""
    return world.parameters.get(f"contacts.{name}", values_for("contacts")[name].number)
