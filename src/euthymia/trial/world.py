"""Worlds: parameter sets the fit cannot tell apart, each shared by everybody who lives in it.

A world is a member of the ensemble that ships with the fit, picked in proportion to its weight, together with the
alternative it holds of every open hypothesis. The assumption that matters: the ensemble spans what the data leave open.
Left out: the scatter of trials around the model, which the scorecard adds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from euthymia.errors import EuthymiaError
from euthymia.model.hypothesis import hypothesis, posterior_weights, prior_weights, sets_of
from euthymia.model.parameter_table import Fit, current_fit, values_for
from euthymia.trial.restriction import Given, Restriction, no_weight, restricted


@dataclass(frozen=True)
class World:
    """One set of the fitted parameters, by full name; empty for the central estimate.

    `states` say which alternative of a hypothesis holds in it; `imposed` names those hypotheses whose alternative was
    put on it because no member of the ensemble holds it.
    """

    parameters: dict[str, float]
    states: Mapping[str, str] = field(default_factory=dict)
    imposed: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Member:
    """A world before its hypotheses have set their parameters, and what it counts."""

    world: World
    weight: float


def worlds(count: int, hypotheses: Given | None = None) -> tuple[World, ...]:
    """`count` members of the ensemble by weight; the central estimate alone when 0 or nothing was fitted.

    `hypotheses` restricts which alternatives may hold, or sets parameters (see `trial.restriction`). Members that hold
    an alternative which is left are used; where none does, the alternative is put on every member. Raises
    `UnknownName`, and `EuthymiaError` for a restriction that leaves nothing.
    """
    asked = restricted(hypotheses or {})
    fit = current_fit()
    if count == 0 or fit is None or not fit.ensemble:
        return (_central(asked, fit),)
    pool = _agreeing(_members(fit), asked)
    pool.sort(key=lambda one: sorted(one.world.states.items()))
    found, clash = [], None
    for one in pool:
        try:
            found.append(replace(one, world=_settled(one.world, asked)))
        except EuthymiaError as error:
            clash = error
    if not found:
        raise clash or EuthymiaError("no member of the ensemble is left", fix="Leave a hypothesis out.")
    return tuple(found[i].world for i in picked([one.weight for one in found], count))


def picked(weights: Sequence[float], count: int) -> tuple[int, ...]:
    """Indices of `count` members by systematic resampling: a member of weight w is picked count·w times, to within one.

    The same weights always give the same members, and neighbours share their weight, so that a few members stand for
    all of them. Weights need not add to 1.

    >>> picked([0.5, 0.25, 0.25], 4)
    (0, 0, 1, 2)
    """
    shares = np.cumsum(weights, dtype=float)
    at = (np.arange(count) + 0.5) / count * shares[-1]
    return tuple(int(i) for i in np.minimum(np.searchsorted(shares, at), len(shares) - 1))


def told(lived_in: Sequence[World], hypotheses: Given | None = None) -> dict[str, Any]:
    """For a header: the restriction, how many worlds hold each alternative, and which were put on them."""
    states: dict[str, dict[str, int]] = {}
    for world in lived_in:
        for name, alternative in world.states.items():
            counts = states.setdefault(name, {})
            counts[alternative] = counts.get(alternative, 0) + 1
    fit = current_fit()
    holder = "nothing was fitted" if fit is None else f"no member of {fit.id} holds it"
    imposed = dict.fromkeys(name for world in lived_in for name in world.imposed)
    said = {name: f"{holder}; its settings were put on every world" for name in imposed}
    return {"hypotheses": restricted(hypotheses or {}).told(), "states": states, "imposed": said}


def contact_weight(world: World, name: str) -> float:
    """A contact weight as this world has it."""
    return world.parameters.get(f"contacts.{name}", values_for("contacts")[name].number)


def _members(fit: Fit) -> list[_Member]:
    return [
        _Member(World(dict(zip(fit.names, numbers, strict=True)), dict(states)), weight)
        for numbers, states, weight in zip(fit.ensemble, fit.states, fit.weights, strict=True)
    ]


def _agreeing(pool: list[_Member], asked: Restriction) -> list[_Member]:
    """Members that hold what is left of every hypothesis, and where none does, all of them switched."""
    weightless = [one for one in pool if not one.weight > 0]
    pool = [one for one in pool if one.weight > 0]
    for name, left in asked.states.items():
        holding = [one for one in pool if one.world.states.get(name) in left]
        if holding:
            pool = holding
            continue
        if any(one.world.states.get(name) in left for one in weightless):
            raise no_weight(name, left)
        weights = {alternative: prior_weights()[name][alternative] for alternative in left}
        pool = [
            _Member(_switched(one.world, name, alternative), one.weight * weight / sum(weights.values()))
            for alternative, weight in weights.items()
            for one in pool
            if weight > 0
        ]
    return pool


def _switched(world: World, name: str, alternative: str) -> World:
    """The world with another alternative put on it: what its own had set goes back to the table's number."""
    parameters, one = dict(world.parameters), hypothesis(name)
    own = world.states.get(name)
    if own is not None:
        for parameter in one.alternative(own).sets:
            parameters.pop(parameter, None)
    return World(parameters, {**world.states, name: alternative}, (*world.imposed, name))


def _settled(world: World, asked: Restriction) -> World:
    """The world with what its states and the user set; a state that the user's numbers break is no longer told."""
    parameters = world.parameters | sets_of(world.states) | dict(asked.parameters)
    states = {
        name: alternative
        for name, alternative in world.states.items()
        if all(parameters[p] == number for p, number in hypothesis(name).alternative(alternative).sets.items())
    }
    return World(parameters, states, world.imposed)


def _central(asked: Restriction, fit: Fit | None) -> World:
    """One world for all: the central estimate, or where that is not left, the member in the middle of what is."""
    weights = {**prior_weights(), **posterior_weights(fit)}
    chosen = {
        name: left[0] if hypothesis(name).reference.name in left else max(left, key=lambda one: weights[name][one])
        for name, left in asked.states.items()
    }
    rivals = {name: one for name, one in chosen.items() if one != hypothesis(name).reference.name}
    if rivals and fit is not None:
        holding = [
            one
            for one in _members(fit)
            if one.weight > 0 and all(one.world.states.get(name) == held for name, held in rivals.items())
        ]
        if holding:
            return _settled(_middle(holding), asked)
    return _settled(World({}, chosen, tuple(rivals)), asked)


def _middle(members: Sequence[_Member]) -> World:
    """The member nearest to the weighted mean, parameters in units of their spread."""
    numbers = np.array([list(one.world.parameters.values()) for one in members])
    weights = np.array([one.weight for one in members])
    spread = numbers.std(axis=0)
    away = (numbers - np.average(numbers, axis=0, weights=weights)) / np.where(spread > 0, spread, 1)
    return members[int(np.argmin((away**2).sum(axis=1)))].world
