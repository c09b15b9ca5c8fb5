"""Blocks that do not fit are refused, each with its place, the rule and the way out; those that fit are scaled once."""

from __future__ import annotations

import pytest

from euthymia.errors import EuthymiaError, ModelError, UnitError
from euthymia.evidence.value import Grade, Value
from euthymia.model.assemble import assemble
from euthymia.model.block import Block, Port
from euthymia.model.expression import parse, written


def value(number: float, unit: str) -> Value:
    return Value(number, unit, grade=Grade.assumed, because="a test")


def block(name: str, equations: str, **parts: object) -> Block:
    return Block(name=name, doc="A test.", equations=equations, **parts)


def refused(*blocks: Block) -> str:
    with pytest.raises(EuthymiaError) as caught:
        assemble(blocks)
    return str(caught.value)


def test_units_are_scaled_where_two_names_for_one_dimension_meet():
    body = block(
        "body",
        "plasma = amount/volume : ng/mL\nd(amount) = 0*rate*amount : mg/hour\namount(0) = 5*unit_dose",
        gives={"plasma": "ng/mL"},
        parameters={"volume": value(2, "L"), "rate": value(1, "1/hour"), "unit_dose": value(1, "mg")},
    )
    model = assemble([body])
    assert written(model.quantity("plasma").expression) == "1000*body.amount/body.volume"


@pytest.mark.parametrize(("unit", "factor"), [("mg/L", 1.0), ("ug/L", 1e3), ("ng/mL", 1e3), ("g/L", 1e-3)])
def test_the_factor_is_that_of_the_units(solve, unit: str, factor: float):
    body = block(
        "body",
        f"plasma = amount/volume : {unit}\nd(amount) = -rate*amount : mg/hour\namount(0) = dose",
        gives={"plasma": unit},
        parameters={"volume": value(4, "L"), "rate": value(1, "1/day"), "dose": value(2, "mg")},
    )
    found = solve(assemble([body]), [0.0, 24.0], ["plasma"])["plasma"]
    assert found[0] == pytest.approx(0.5 * factor, rel=1e-12)
    assert found[1] == pytest.approx(0.5 * factor * 2.718281828459045**-1, rel=1e-6)


def test_an_equation_in_the_wrong_dimension():
    wrong = block("body", "plasma = amount : ng/mL", parameters={"amount": value(1, "mg")})
    assert refused(wrong) == (
        "block body, line 1: 'body.amount' is in mg, and ng/mL is due\n"
        "  An equation's two sides, and a port's two ends, have one dimension.\n"
        "  Correct the unit after the colon, or the expression."
    )


def test_a_sum_of_two_dimensions():
    wrong = block("body", "total = dose + weight*3 : mg", parameters={"dose": value(1, "mg"), "weight": value(1, "L")})
    assert refused(wrong) == (
        "block body, line 1: 'body.dose' is in mg but 'body.weight*3' is in L\n"
        "  Only quantities of one dimension can be added or compared.\n"
        "  Look at 'body.dose + body.weight*3': a factor with a unit is missing, or a name is the wrong one."
    )


def test_a_unit_nobody_knows():
    wrong = block("body", "plasma = amount : mgg", parameters={"amount": value(1, "mg")})
    with pytest.raises(UnitError) as caught:
        assemble([wrong])
    assert str(caught.value).startswith("block body, line 1: cannot read the unit 'mgg'")


def test_a_port_nobody_gives():
    taker = block("glutamate", "burst = nmda_blok : 1", takes={"nmda_blok": Port("1")}, gives={"burst": "1"})
    giver = block("target", "nmda_block = half : 1", gives={"nmda_block": "1"}, parameters={"half": value(0.5, "1")})
    assert refused(taker, giver) == (
        "block glutamate: nobody gives the port 'nmda_blok' (1)\n"
        "  Every port a block takes is given by another, unless it says what holds in its absence.\n"
        "  Did you mean 'nmda_block'?"
    )


def test_a_port_given_twice():
    one = block("one", "level = 1 : 1", gives={"level": "1"})
    two = block("two", "level = 2 : 1", gives={"level": "1"})
    assert refused(one, two) == (
        "block two: port 'level' is given by two blocks, one and two\n"
        "  A port has exactly one giver.\n"
        "  Rename one port, or let one block take the other's and combine them."
    )


def test_a_port_of_another_dimension_at_its_other_end():
    giver = block("giver", "level = x : mg", gives={"level": "mg"}, parameters={"x": value(1, "mg")})
    taker = block("taker", "y = level : L", takes={"level": Port("L")})
    assert refused(giver, taker) == (
        "block taker: the port 'level' is taken in L but given in mg\n"
        "  Both ends of a port have one dimension.\n"
        "  Correct the unit on one side."
    )


def test_a_port_promised_but_not_defined():
    assert refused(block("empty", "x = 1 : 1", gives={"level": "1"})) == (
        "block empty: the port 'level' is given but has no equation\n"
        "  A block defines what it gives.\n"
        "  Add a line 'level = …' or 'd(level) = …'."
    )


def test_a_ring():
    ring = block("loop", "a = b + 1 : 1\nb = 2*c : 1\nc = a : 1")
    assert refused(ring) == (
        "block loop, line 1: the equations go round in a ring: loop.a → loop.b → loop.c → loop.a\n"
        "  Quantities without d(…) are computed one after the other.\n"
        "  Make one of them a state with its own time constant."
    )


def test_a_ring_through_a_state_is_no_ring():
    model = assemble(
        [block("loop", "a = b : 1\nd(b) = (a - b)*rate : 1/hour", parameters={"rate": value(1, "1/hour")})]
    )
    assert [state.name for state in model.states] == ["loop.b"]


def test_an_unknown_name():
    wrong = block("body", "plasma = amout/2 : mg", parameters={"amount": value(1, "mg")})
    assert refused(wrong) == (
        "block body, line 1: 'amout' is not known here\n"
        "  An equation uses the block's own names, its parameters, its inputs and the ports it takes.\n"
        "  Did you mean 'amount'?"
    )


def test_a_line_without_a_unit():
    assert refused(block("body", "x = 1")) == (
        "block body, line 1: 'x' has no unit\n"
        "  Every equation ends with a colon and the unit of its right-hand side; 1 means none.\n"
        "  Write 'x = 1 : 1' if it is dimensionless."
    )


def test_a_name_defined_twice():
    assert refused(block("body", "x = 1 : 1\n\nx = 2 : 1")) == (
        "block body, line 3: 'x' is defined twice (first on line 1)\n"
        "  One line defines one quantity.\n"
        "  Rename one of them or join the two lines."
    )


def test_a_start_that_depends_on_a_state():
    wrong = block("body", "d(x) = -x*k : 1/hour\nd(y) = -y*k : 1/hour\ny(0) = x", parameters={"k": value(1, "1/hour")})
    assert refused(wrong) == (
        "block body, line 2: the starting value of 'body.y' uses 'body.x'\n"
        "  A starting value depends on parameters alone.\n"
        "  Start from a parameter, or let the run-in find the value."
    )


def test_a_word_of_the_language_is_no_name():
    assert "'time' is a word of the equation language" in refused(block("body", "time = 1 : 1"))


def test_two_blocks_of_one_name():
    assert refused(block("body", "x = 1 : 1"), block("body", "y = 1 : 1")).startswith("two blocks are called 'body'")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2*(x", "cannot read the expression '2*(x'"),
        ("frobnicate(x)", "there is no function 'frobnicate' (in 'frobnicate(x)')"),
        ("max(x)", "'max' takes 2 arguments, not 1 (in 'max(x)')"),
        ("[x]", "cannot use '[x]' in the expression '[x]'"),
    ],
)
def test_expressions_that_cannot_be_read(text: str, told: str):
    with pytest.raises(ModelError) as caught:
        parse(text)
    assert str(caught.value).startswith(told)


def test_the_order_of_blocks_does_not_matter():
    one = block("one", "level = 3 : 1", gives={"level": "1"})
    two = block("two", "twice = 2*level : 1", takes={"level": Port("1")}, gives={"twice": "1"})
    assert assemble([one, two]).hash == assemble([two, one]).hash
