"""Health is an exact fixed point: of every block alone, and of the whole."""

from __future__ import annotations

import math

import numpy as np
import pytest

from euthymia.engine.lower import lower
from euthymia.engine.program import Program
from euthymia.model.assemble import assemble
from euthymia.model.block import Block, Model
from euthymia.model.circumstances import expectancy, life
from euthymia.model.downstream import downstream
from euthymia.model.expression import Call, Expression, Name, Number

#: what one block hands another in health; everything relative is 1, everything that is a drive or a loss is 0
ZERO_IN_HEALTH = {
    "serotonin_drive", "glutamate_burst", "resting_block", "translation", "prefrontal_gain", "plasticity_threshold",
    "life_stress", "expectancy", "spine_formation", "noradrenaline_drive", "dopamine_drive", "monoamine_drive",
}  # fmt: skip
DRIVE = 0.07  # limbic drive and negative bias in health


def number(expression: Expression, names: dict[str, float]) -> float:
    """The value of an expression, worked out by the plainest means."""
    match expression:
        case Number(value=value):
            return value
        case Name(id=name):
            return names[name]
        case Call(operator=operator, arguments=arguments):
            values = [number(argument, names) for argument in arguments]
    two = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b}
    two |= {"^": lambda a, b: a**b, "min": min, "max": max}
    one = {"neg": lambda a: -a, "exp": math.exp, "log": math.log, "sqrt": math.sqrt, "abs": abs}
    if operator in two:
        return two[operator](*values)
    return one[operator](*values)


def rates(program: Program, model: Model, given: dict[str, float] | None = None) -> dict[str, float]:
    """Rate of change of every state at the starting values."""
    names = {name: value.number for name, value in model.parameters.items()} | dict.fromkeys(program.inputs, 0.0)
    names |= {"time": 0.0} | (given or {})
    names |= {state: number(start, names) for state, start in zip(program.states, program.initial, strict=True)}
    for name, expression in program.algebraic:
        names[name] = number(expression, names)
    return {s: number(rate, names) for s, rate in zip(program.states, program.derivatives, strict=True)}


def test_the_whole_is_at_rest_in_health():
    model = assemble(downstream())
    found = rates(lower(model), model)
    assert len(found) >= 20
    assert max(map(abs, found.values())) < 1e-12, found


def test_the_whole_is_at_rest_with_life_and_trial_around_it():
    model = assemble((*downstream(), life.block(), expectancy.block())).with_(life__episode=0, life__habitual=0)
    assert max(map(abs, rates(lower(model), model).values())) < 1e-12


@pytest.mark.parametrize("block", downstream(), ids=lambda block: block.name)
def test_every_block_alone_is_at_rest_in_health(block: Block):
    healthy = {
        port: 0.0 if port in ZERO_IN_HEALTH or taken.absent == 0 else DRIVE if _is_drive(port) else 1.0
        for port, taken in block.takes.items()
    }
    neighbours = tuple(
        Block(
            f"healthy_{port}", "A neighbour in health.", f"{port} = level : {taken.unit}",
            gives={port: taken.unit}, parameters={"level": _value(healthy[port], taken.unit)},
        )
        for port, taken in block.takes.items()
    )  # fmt: skip
    model = assemble((block, *neighbours))
    found = rates(lower(model), model)
    assert all(abs(rate) < 1e-12 for rate in found.values()), found


def test_a_disturbed_block_is_not_at_rest():
    model = assemble(downstream()).with_(stress__hyperactivity=0.3)
    assert max(map(abs, rates(lower(model), model).values())) > 1e-4


def test_health_stays_health_for_a_year(solve):
    model = assemble(downstream())
    found = solve(model, [0.0, 24.0 * 365], ["cortisol", "mood", "stable_synapses", "bdnf_pool"])
    for name, values in found.items():
        assert np.ptp(values) < 1e-9, name


def _is_drive(port: str) -> bool:
    return port in ("limbic_drive", "healthy_limbic_drive", "negative_bias")


def _value(level: float, unit: str):
    from euthymia.evidence.value import Grade, Value

    return Value(level, unit, grade=Grade.assumed, because="health")
