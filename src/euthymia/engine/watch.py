"""Triggers: the moment at which a condition on the states changes ends the run of that patient.

After each accepted step the conditions are looked at along the interpolant; if one differs from what it was at the
start, the first such moment is closed in on by halving, until the share of the step has no digits left. A condition is
0 or 1, so any of them can be watched, however it is put together.
Assumes that no condition changes and changes back between two looks. Left out: what the change brings about; the caller
decides, and goes on from `Solution.states`.
"""

from __future__ import annotations

from euthymia.engine.instructions import Function, Value
from euthymia.engine.layout import Layout
from euthymia.engine.methods import Method
from euthymia.engine.outputs import interpolate
from euthymia.engine.program import Program

#: looks along one step, and halvings between two of them: together the 53 bits of a double
LOOKS, HALVINGS = 8, 50


def arm(layout: Layout, program: Program) -> Function:
    """Note what the conditions are where a fresh patient starts."""
    f = Function("arm", layout.lanes)
    with f.each(len(program.states)) as k:
        f.store(f.load(layout.row(f, "states", k)), layout.row(f, "observed", k))
    layout.store(f, layout.load(f, "time"), "output_time")
    f.call("trigger")
    fresh = f.compare_whole("ne", layout.load_whole(f, "fresh"), f.whole_constant(0))
    for i in range(len(program.triggers)):
        layout.store(f, f.select(fresh, layout.load(f, "watched", i), layout.load(f, "armed", i)), "armed", i)
    return f


def watch(layout: Layout, method: Method, program: Program) -> Function:
    """Find the first change within the step just accepted: sets `halted`, `end` and the states in `halt`."""
    f = Function("watch", layout.lanes)
    none = f.compare_whole("ne", f.whole_constant(0), f.whole_constant(0))
    layout.store_whole(f, f.count_mask(none), "halted")
    layout.store(f, f.constant(0.0), "low")
    layout.store(f, f.constant(0.0), "high")
    accepted = f.compare_whole("ne", layout.load_whole(f, "accepted"), f.whole_constant(0))
    look = f.variable(f.constant(0.0), f.vector)
    with f.each(LOOKS + 1):
        share = f.load(look, f.vector)
        changed = f.both(_changed(f, layout, method, program, share), accepted)
        found = f.compare_whole("ne", layout.load_whole(f, "halted"), f.whole_constant(0))
        layout.store(f, f.select(found, layout.load(f, "high"), share), "high")
        layout.store(f, f.select(f.either(found, changed), layout.load(f, "low"), share), "low")
        layout.store_whole(f, f.count_mask(f.either(found, changed)), "halted")
        f.store(f.add(share, f.constant(1.0 / LOOKS)), look, f.vector)
    halted = f.compare_whole("ne", layout.load_whole(f, "halted"), f.whole_constant(0))
    with f.when(f.any(halted)):
        with f.each(HALVINGS):
            low, high = layout.load(f, "low"), layout.load(f, "high")
            middle = f.fused(f.constant(0.5), f.subtract(high, low), low)
            changed = _changed(f, layout, method, program, middle)
            layout.store(f, f.select(changed, layout.load(f, "low"), middle), "low")
            layout.store(f, f.select(changed, middle, layout.load(f, "high")), "high")
        high = layout.load(f, "high")
        interpolate(f, layout, method, len(program.states), high, f.compare("oge", high, f.constant(1.0)))
        with f.each(len(program.states)) as k:
            f.store(f.load(layout.row(f, "observed", k)), layout.row(f, "halt", k))
        moment = f.fused(high, layout.load(f, "taken"), layout.load(f, "time"))
        layout.store(f, f.select(halted, moment, layout.load(f, "end")), "end")
    return f


def halt(layout: Layout, program: Program) -> Function:
    """Once outputs are written, let a halted lane's step end where the condition changed."""
    f = Function("halt", layout.lanes)
    halted = f.compare_whole("ne", layout.load_whole(f, "halted"), f.whole_constant(0))
    with f.each(len(program.states)) as k:
        place = layout.row(f, "next", k)
        f.store(f.select(halted, f.load(layout.row(f, "halt", k)), f.load(place)), place)
    return f


def _changed(f: Function, layout: Layout, method: Method, program: Program, share: Value) -> Value:
    """Lanes in which some condition, at this share of the step, is not what it was at the start."""
    interpolate(f, layout, method, len(program.states), share, f.compare("oge", share, f.constant(1.0)))
    layout.store(f, f.fused(share, layout.load(f, "taken"), layout.load(f, "time")), "output_time")
    f.call("trigger")
    changed = f.compare("ogt", f.constant(0.0), f.constant(0.0))
    for i in range(len(program.triggers)):
        different = f.compare("une", layout.load(f, "watched", i), layout.load(f, "armed", i))
        changed = f.either(changed, different)
    return changed
