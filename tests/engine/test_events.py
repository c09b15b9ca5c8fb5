"""Events on both engines: order, persistence, cascades, delays, and each patient on his own."""

from __future__ import annotations

import numpy as np
import pytest

from euthymia.engine.compiled import CompiledEngine
from euthymia.engine.events import Event, solve_with_events
from euthymia.engine.program import Program
from euthymia.engine.reference import ReferenceEngine
from euthymia.engine.schedule import tabulate
from euthymia.engine.task import Task
from euthymia.model.expression import Name, Number, parse


@pytest.fixture(params=["compiled", "reference"])
def engine(request):
    return CompiledEngine(threads=1) if request.param == "compiled" else ReferenceEngine(workers=1)


def program(rates: dict[str, str], starts: dict[str, float], *parameters: str) -> Program:
    return Program(
        parameters=parameters,
        inputs=(),
        input_initial=(),
        states=tuple(rates),
        initial=tuple(Number(starts[name]) for name in rates),
        algebraic=(),
        derivatives=tuple(parse(rate) for rate in rates.values()),
    )


def event(trigger: str, **to: str) -> Event:
    return Event(parse(trigger), tuple((name, parse(text)) for name, text in to.items()))


def solve(engine, of: Program, events, times, outputs, parameters=((),)):
    numbers = np.array(parameters, float).reshape(len(parameters), len(of.parameters))
    task = Task(
        of, numbers, tabulate(of, [[]] * len(numbers)), np.asarray(times, float), outputs,
        rtol=1e-9, atol=1e-12, longest_step=0.5,
    )  # fmt: skip
    return solve_with_events(engine, task, events)


CLOCK = program({"x": "1"}, {"x": 0.0})
COUNTER = program({"x": "1"}, {"x": 0.0}, "n", "m")


def test_each_patient_has_his_own_events(engine):
    """dx/dt = k, reset to 0 at 1: a saw of period 1/k, counted."""
    saw = program({"x": "k"}, {"x": 0.0}, "k", "n")
    times = np.array([0.0, 0.9, 2.25, 3.3])
    found = solve(engine, saw, [event("x >= 1", x="0", n="n + 1")], times, ("x", "n"), [[1, 0], [2, 0], [0, 0]])
    assert all(status.ok for status in found.status)
    for patient, rate in enumerate((1, 2, 0)):
        np.testing.assert_allclose(found.values[patient, :, 0], (rate * times) % 1, atol=1e-9)
        np.testing.assert_array_equal(found.values[patient, :, 1], np.floor(rate * times))


def test_an_output_at_an_event_is_the_value_after_it(engine):
    found = solve(engine, CLOCK, [event("time >= 2", x="10")], [1.0, 2.0, 3.0], ("x",))
    np.testing.assert_allclose(found.values[0, :, 0], [1, 10, 11], atol=1e-9)


def test_an_output_at_a_time_that_is_not_yet_past(engine):
    """At 2 exactly, `x > 2` is still to come and `x >= 2` is not, however the state is rounded."""
    for quantity in ("time", "x", "x*x/2"):
        for relation, expected in ((">", 2), (">=", 10)):
            found = solve(engine, CLOCK, [event(f"{quantity} {relation} 2", x="10")], [1.0, 2.0, 3.0], ("x",))
            np.testing.assert_allclose(found.values[0, :, 0], [1, expected, 11], atol=1e-8)


def test_the_highest_priority_goes_first(engine):
    first = event("time >= 1", n="n*3")
    second = event("time >= 1", n="n + 1")
    late = [Event(e.trigger, e.assignments, Number(p), use_trigger_values=False) for e, p in ((first, 1), (second, 2))]
    found = solve(engine, COUNTER, late, [0.5, 1.5], ("n",), [[1, 0]])
    assert found.values[0, -1, 0] == 6  # (1 + 1)·3


def test_values_of_the_moment_of_triggering(engine):
    """Both read n before either writes."""
    events = [
        Event(parse("time >= 1"), (("n", parse("n*3")),), Number(1.0)),
        Event(parse("time >= 1"), (("m", parse("n")), ("n", parse("n + 1"))), Number(2.0)),
    ]
    found = solve(engine, COUNTER, events, [1.5], ("n", "m"), [[1, 0]])
    np.testing.assert_array_equal(found.values[0, 0], [3, 1])


def test_an_event_that_sets_off_another_at_once(engine):
    found = solve(engine, COUNTER, [event("n > 5", m="x"), event("x >= 2", n="6")], [1.0, 3.0], ("n", "m"), [[0, 0]])
    np.testing.assert_allclose(found.values[0], [[0, 0], [6, 2]], atol=1e-9)


@pytest.mark.parametrize("persistent, expected", [(True, 7), (False, 0)])
def test_an_event_whose_condition_is_gone_before_its_turn(engine, persistent, expected):
    """The first event makes the second one's condition false."""
    stops = Event(parse("where(time >= 1, m < 1, 0)"), (("n", Number(7.0)),), Number(1.0), persistent=persistent)
    first = Event(parse("time >= 1"), (("m", Number(2.0)),), Number(2.0))
    found = solve(engine, COUNTER, [stops, first], [2.0], ("n",), [[0, 0]])
    assert found.values[0, 0, 0] == expected


@pytest.mark.parametrize("fires, expected", [(True, 5), (False, 0)])
def test_a_condition_true_at_the_start(engine, fires, expected):
    at_once = Event(parse("x >= 0"), (("n", Number(5.0)),), fires_at_start=fires)
    found = solve(engine, COUNTER, [at_once], [0.0, 1.0], ("n",), [[0, 0]])
    np.testing.assert_array_equal(found.values[0, :, 0], expected)


@pytest.mark.parametrize("trigger_values, expected", [(True, 1), (False, 1.5)])
def test_a_delay(engine, trigger_values, expected):
    late = Event(parse("x >= 1"), (("n", Name("x")),), use_trigger_values=trigger_values, delay=Number(0.5))
    found = solve(engine, COUNTER, [late], [1.25, 1.5, 2.0], ("n",), [[0, 0]])
    np.testing.assert_allclose(found.values[0, :, 0], [0, expected, expected], atol=1e-9)


@pytest.mark.parametrize("persistent, expected", [(True, 9), (False, 0)])
def test_a_delayed_event_whose_condition_ends(engine, persistent, expected):
    waits = Event(parse("where(x >= 1, x < 1.2, 0)"), (("n", Number(9.0)),), persistent=persistent, delay=Number(0.5))
    found = solve(engine, COUNTER, [waits], [2.0], ("n",), [[0, 0]])
    assert found.values[0, 0, 0] == expected


def test_events_without_end_are_a_failure_of_that_patient_alone(engine):
    events = [event("n > 0", n="-n"), event("n < 0", n="-n"), event("time >= m", n="1")]
    found = solve(engine, COUNTER, events, [0.5, 2.0], ("x",), [[0, 1], [0, 100]])
    assert not found.status[0].ok
    assert "follow from each other" in found.status[0].message
    assert found.status[0].time == pytest.approx(1)
    assert np.all(np.isnan(found.values[0]))
    assert found.status[1].ok
    np.testing.assert_allclose(found.values[1, :, 0], [0.5, 2.0])


def test_a_program_that_stands_still(engine):
    still = Program(("n",), (), (), (), (), (), ())
    found = solve(engine, still, [event("time >= 1", n="2")], [0.0, 0.5, 1.0, 2.0], ("n",), [[1]])
    np.testing.assert_array_equal(found.values[0, :, 0], [1, 1, 2, 2])
