"""Outputs: written from the method's interpolant as soon as the step that holds them is accepted.

Outputs never force a step, so asking for more of them changes none. Left out: which outputs there are; that is `Task`.
"""

from __future__ import annotations

from euthymia.engine.instructions import Function, Value
from euthymia.engine.lanes import INFINITE, ONE_LANE, WORK_AND_TASK, told
from euthymia.engine.layout import Layout
from euthymia.engine.methods import Method
from euthymia.engine.program import Program


def interpolate(f: Function, layout: Layout, method: Method, states: int, share: Value, whole: Value) -> None:
    """Fill `observed` with the states at a share of the step; where `whole` holds, with those at its end."""
    rest = f.subtract(f.constant(1.0), share)
    bump = f.multiply(share, rest)
    for j in range(method.stages):
        first, second, third = (row[j] for row in method.dense)
        weight = f.fused(share, f.constant(third), f.constant(second))
        weight = f.fused(share, weight, f.constant(first))
        layout.store(f, f.multiply(bump, weight), "interpolation", j)
    weights = [layout.load(f, "interpolation", j) for j in range(method.stages)]
    with f.each(states) as k:
        new, old = f.load(layout.row(f, "next", k)), f.load(layout.row(f, "states", k))
        value = f.fused(share, f.subtract(new, old), old)
        for j, weight in enumerate(weights):
            value = f.fused(weight, f.load(layout.row(f, "u", k, j * states)), value)
        f.store(f.select(whole, new, value), layout.row(f, "observed", k))


def observe(layout: Layout, method: Method, program: Program) -> Function:
    """Write every output that falls within the step just accepted, from the method's interpolant."""
    f = Function("observe", layout.lanes, WORK_AND_TASK)
    states, inputs = len(program.states), len(program.inputs)
    accepted = f.compare_whole("ne", layout.load_whole(f, "accepted"), f.whole_constant(0))
    time, taken, end = (layout.load(f, name) for name in ("time", "taken", "end"))
    late = f.compare("oeq", end, layout.load(f, "stop"))
    late = f.both(late, f.compare_whole("ne", f.spread(told(f, "after"), "i64"), f.whole_constant(0)))
    with f.forever() as loop:
        due = layout.load(f, "due")
        inside = f.both(accepted, f.compare("ole", due, end))
        inside = f.both(inside, f.reverse(f.both(late, f.compare("oeq", due, end))))
        layout.store_whole(f, f.count_mask(inside), "writes")
        f.leave(loop, f.none(inside))
        at_end = f.compare("oge", due, end)
        if program.triggers:
            at_end = f.both(at_end, f.compare_whole("eq", layout.load_whole(f, "halted"), f.whole_constant(0)))
        share = f.divide(f.subtract(due, time), taken)
        interpolate(f, layout, method, states, share, at_end)
        if inputs:
            with f.each(inputs) as k:
                f.store(f.load(layout.row(f, "inputs", k)), layout.row(f, "observed", k, states))
        with f.when(f.on_integers("icmp ne", told(f, "algebra_wanted"), 0)):
            layout.store(f, due, "output_time")
            f.call("algebra")
        with f.each(layout.lanes) as lane:
            f.call("write", "ptr %task", f"i64 {lane}")
    return f


def write(layout: Layout) -> Function:
    """Copy one lane's outputs to the results, if one is due there, and look up the next."""
    f = Function("write", layout.lanes, ONE_LANE)
    place = {name: layout.lane(f, name, "%lane") for name in ("due", "writes", "output", "patient")}
    with f.when(f.on_integers("icmp ne", f.load(place["writes"], "i64"), 0)):
        output, patient = f.load(place["output"], "i64"), f.load(place["patient"], "i64")
        count, wanted = told(f, "time_count"), told(f, "source_count")
        row = f.on_integers("add", f.on_integers("mul", patient, count), output)
        target = f.at(told(f, "values"), f.on_integers("mul", row, wanted))
        sources = told(f, "sources")
        with f.each(wanted) as j:
            source = layout.row(f, "observed", f.element(sources, j, "i64"))
            f.store(f.load(f.at(source, "%lane"), "double"), f.at(target, j), "double")
        following = f.on_integers("add", output, 1)
        f.store(following, place["output"], "i64")
        f.store(INFINITE, place["due"], "double")
        with f.when(f.on_integers("icmp slt", following, count)):
            f.store(f.element(told(f, "times"), following), place["due"], "double")
    return f
