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
from euthymia.model.knock_out import healthy
from euthymia.model.physiology import (
    dopamine,
    inflammation,
    kynurenine,
    mitochondria,
    neuroimmune,
    noradrenaline,
    redox,
    serotonin,
)
from euthymia.model.symptoms.domains import DOMAINS

DRIVE = 0.07  # limbic drive and negative bias in health
HEALTHY = healthy(assemble(downstream()))  # port → its value, as the block that gives it starts


OURS = tuple(
    module.block()
    for module in (serotonin, noradrenaline, dopamine, inflammation, neuroimmune, kynurenine, redox, mitochondria)
)


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
    neighbours = tuple(
        Block(
            f"healthy_{port}", "A neighbour in health.", f"{port} = level : {taken.unit}",
            gives={port: taken.unit}, parameters={"level": _value(HEALTHY[port], taken.unit)},
        )
        for port, taken in block.takes.items()
    )  # fmt: skip
    model = assemble((block, *neighbours))
    found = rates(lower(model), model)
    assert all(abs(rate) < 1e-12 for rate in found.values()), found


@pytest.mark.parametrize("port", sorted({port for block in downstream() for port in block.gives}))
def test_every_port_is_1_or_0_or_the_healthy_drive_in_health(port: str):
    """Two more are in units of their own: formation of spines per hour, and symptoms, which are never quite 0."""
    if port in (*DOMAINS, "spine_formation"):
        assert 0 <= HEALTHY[port] < 0.2
    else:
        assert min(abs(HEALTHY[port] - level) for level in (0.0, 1.0, DRIVE)) < 1e-12


@pytest.mark.parametrize("block", OURS, ids=lambda block: block.name)
def test_the_rates_of_monoamines_immunity_and_mitochondria_are_exactly_0_in_health(block: Block):
    """Not small: 0, so that health stays health under any step and any engine."""
    model = assemble((block,))
    assert set(rates(lower(model), model).values()) <= {0.0}


@pytest.mark.parametrize("block", downstream(), ids=lambda block: block.name)
def test_a_port_that_may_be_absent_is_then_as_in_health(block: Block):
    """So any block can be left out or knocked out without moving those that stay."""
    for port, taken in block.takes.items():
        if taken.absent is not None and port in HEALTHY:
            assert taken.absent == pytest.approx(HEALTHY[port], abs=1e-12), port


def test_a_disturbed_block_is_not_at_rest():
    model = assemble(downstream()).with_(stress__hyperactivity=0.3)
    assert max(map(abs, rates(lower(model), model).values())) > 1e-4


def test_health_stays_health_for_a_year(solve):
    model = assemble(downstream())
    found = solve(model, [0.0, 24.0 * 365], ["cortisol", "mood", "stable_synapses", "bdnf_pool"])
    for name, values in found.items():
        assert np.ptp(values) < 1e-9, name


def _value(level: float, unit: str):
    from euthymia.evidence.value import Grade, Value

    return Value(level, unit, grade=Grade.assumed, because="health")
