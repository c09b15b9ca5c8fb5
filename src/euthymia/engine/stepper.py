"""One step of all lanes: try it, judge its error, and take it where the error allows.

Each lane has its own time, step and stop, so nothing a patient does depends on the patients beside them.
A step that would pass the next stop ends exactly on it; one that would leave a sliver before it goes half way.
A step cut short for a stop does not shorten the one after it.
Assumes stops are known in advance; what a state triggers is `watch`'s affair.
"""

from __future__ import annotations

from euthymia.engine import vector_maths
from euthymia.engine.instructions import Function, Value
from euthymia.engine.layout import Layout
from euthymia.engine.methods import Method, Rosenbrock, RungeKutta

#: hours; a day where time stands in the equations, so that no daily rhythm is stepped over, and a week elsewhere
LONGEST_TIMED_STEP, LONGEST_STEP = 24.0, 168.0
#: the next step is this share of the one that would just meet the tolerance, within these limits
SAFETY, LEAST_FACTOR, LARGEST_FACTOR, REJECTED_FACTOR = 0.9, 0.15, 6.0, 0.9
#: weight of the error between the ends of a step: outputs there may be this much worse (1/BETWEEN) than the ends
BETWEEN = 0.2
#: smaller magnitudes become zero, so that washed-out drug never costs the slow path of denormal numbers
NEGLIGIBLE = 1e-200

NOT_A_NUMBER, TOO_SMALL, TOO_MANY = 1, 2, 3


def attempt(layout: Layout, method: Method, states: int, timed: bool) -> Function:
    """Try one step in every lane: fills `u`, `next`, `end` and `norm`."""
    f = Function("attempt", layout.lanes, (("ptr", "%work"), ("double", "%longest")))
    if isinstance(method, RungeKutta):
        _explicit(f, layout, method, states)
    else:
        _linearly_implicit(f, layout, method, states, timed)
    return f


def _explicit(f: Function, layout: Layout, method: RungeKutta, states: int) -> None:
    """Every stage is the step times the right-hand side at a sum of the stages before it."""
    time, taken = _choose_step(f, layout)
    for stage in range(method.stages):
        weights = method.explicit[stage - 1] if stage else ()
        with f.each(states) as k:
            argument = f.load(layout.row(f, "states", k))
            for j, weight in enumerate(weights):
                argument = f.fused(f.constant(weight), f.load(layout.row(f, "u", k, j * states)), argument)
            f.store(argument, layout.row(f, "stage", k))
        layout.store(f, f.fused(f.constant(method.nodes[stage]), taken, time), "stage_time")
        f.call("rates")
        with f.each(states) as k:
            right = f.load(layout.row(f, "right", k))
            f.store(f.multiply(taken, right), layout.row(f, "u", k, stage * states))
    _measure_explicit_error(f, layout, method, states)


def _measure_explicit_error(f: Function, layout: Layout, method: RungeKutta, states: int) -> None:
    """The last stage stands at the new state; the error is a weighted sum of all stages."""
    relative = layout.load(f, "relative")
    total = f.variable(f.constant(0.0), f.vector)
    with f.each(states) as k:
        error = f.constant(0.0)
        for j, weight in enumerate(method.errors):
            error = f.fused(f.constant(weight), f.load(layout.row(f, "u", k, j * states)), error)
        new = f.load(layout.row(f, "stage", k))
        f.store(new, layout.row(f, "next", k))
        _add_share(f, layout, relative, total, k, error, new)
    layout.store(f, _mean(f, total, states), "norm")


def _linearly_implicit(f: Function, layout: Layout, method: Rosenbrock, states: int, timed: bool) -> None:
    """One factorisation, then a solve for each stage."""
    time, taken = _choose_step(f, layout)
    inverse = f.divide(f.constant(1.0), taken)
    layout.store(f, f.multiply(inverse, f.constant(1.0 / method.gamma)), "shift")
    layout.store(f, f.multiply(taken, f.constant(method.slopes[0])), "slope_time")
    f.call("factor")
    f.call("solve", f"ptr {layout.place(f, 'u')}")
    for stage in range(1, method.stages):
        _prepare_stage(f, layout, method, stage, states, (taken, inverse), timed)
        node = f.fused(f.constant(method.nodes[stage]), taken, time)
        layout.store(f, node, "stage_time")
        f.call("rates")
        f.call("solve", f"ptr {layout.place(f, 'u', stage * states)}")
    _measure_error(f, layout, method, states)
    _measure_between(f, layout, method, states, (time, taken, inverse))


def _measure_between(
    f: Function, layout: Layout, method: Rosenbrock, states: int, step: tuple[Value, Value, Value]
) -> None:
    """How far the interpolant is from the equations in the middle of the step, where outputs rest on it alone.

    What its slope leaves of the right-hand side is solved with the step's own matrix, which turns it into an error of
    the state, in stiff directions too. The step is as good as the worse of its end and its middle.
    """
    time, taken, inverse = step
    first, second, third = method.dense
    with f.each(states) as k:
        old, new = f.load(layout.row(f, "states", k)), f.load(layout.row(f, "next", k))
        middle = f.multiply(f.constant(0.5), f.add(old, new))
        slope = f.subtract(old, new)
        for j in range(method.stages):
            u = f.load(layout.row(f, "u", k, j * states))
            middle = f.fused(f.constant(0.25 * (first[j] + 0.5 * second[j] + 0.25 * third[j])), u, middle)
            slope = f.fused(f.constant(-0.25 * (second[j] + third[j])), u, slope)
        f.store(middle, layout.row(f, "stage", k))
        f.store(f.multiply(slope, inverse), layout.row(f, "carry", k))
    layout.store(f, f.fused(f.constant(0.5), taken, time), "stage_time")
    f.call("rates")
    f.call("solve", f"ptr {layout.place(f, 'between')}")
    relative = layout.load(f, "relative")
    total = f.variable(f.constant(0.0), f.vector)
    with f.each(states) as k:
        error, new = f.load(layout.row(f, "between", k)), f.load(layout.row(f, "next", k))
        _add_share(f, layout, relative, total, k, error, new)
    norm, between = layout.load(f, "norm"), f.multiply(f.constant(BETWEEN), _mean(f, total, states))
    worse = f.either(f.compare("ogt", between, norm), f.compare("uno", between, between))
    layout.store(f, f.select(worse, between, norm), "norm")


def _choose_step(f: Function, layout: Layout) -> tuple[Value, Value]:
    """Time at the start of the step and its length; stores where it ends."""
    time, stop = layout.load(f, "time"), layout.load(f, "stop")
    wish = f.minimum(layout.load(f, "step"), f.spread("%longest"))
    layout.store(f, wish, "step")
    distance = f.subtract(stop, time)
    lands = f.compare("oge", wish, distance)
    sliver = f.compare("ogt", f.add(wish, wish), distance)
    short = f.select(sliver, f.multiply(distance, f.constant(0.5)), wish)
    taken = f.select(lands, distance, short)
    layout.store(f, taken, "taken")
    layout.store(f, f.select(lands, stop, f.add(time, taken)), "end")
    return time, taken


def _prepare_stage(
    f: Function,
    layout: Layout,
    method: Rosenbrock,
    stage: int,
    states: int,
    step: tuple[Value, Value],
    timed: bool,
) -> None:
    """The argument of a stage, and what its right-hand side carries over from earlier stages."""
    taken, inverse = step
    explicit, implicit = method.explicit[stage - 1], method.implicit[stage - 1]
    extends = stage > 1 and explicit == (*method.explicit[stage - 2], 1.0)
    slope = method.slopes[stage]
    slope_time = f.multiply(taken, f.constant(slope))
    with f.each(states) as k:
        u = [f.load(layout.row(f, "u", k, j * states)) for j in range(stage)]
        if extends:
            argument = f.add(f.load(layout.row(f, "stage", k)), u[-1])
        else:
            argument = f.load(layout.row(f, "states", k))
            for value, weight in zip(u, explicit, strict=True):
                argument = f.fused(f.constant(weight), value, argument)
        f.store(argument, layout.row(f, "stage", k))
        carry = f.multiply(f.constant(implicit[0]), u[0])
        for value, weight in zip(u[1:], implicit[1:], strict=True):
            carry = f.fused(f.constant(weight), value, carry)
        carry = f.multiply(carry, inverse)
        if timed and slope:
            carry = f.fused(slope_time, f.load(layout.row(f, "slope", k)), carry)
        f.store(carry, layout.row(f, "carry", k))


def _measure_error(f: Function, layout: Layout, method: Rosenbrock, states: int) -> None:
    """The new state, and the root mean square of its errors over their tolerances."""
    last = (method.stages - 1) * states
    relative = layout.load(f, "relative")
    total = f.variable(f.constant(0.0), f.vector)
    with f.each(states) as k:
        error = f.load(layout.row(f, "u", k, last))
        new = f.add(f.load(layout.row(f, "stage", k)), error)
        f.store(new, layout.row(f, "next", k))
        _add_share(f, layout, relative, total, k, error, new)
    layout.store(f, f.add(layout.load(f, "norm"), _mean(f, total, states)), "norm")


def _add_share(f: Function, layout: Layout, relative: Value, total: Value, k: Value, error: Value, new: Value) -> None:
    """Add the square of one state's error over its tolerance."""
    size = f.maximum(f.absolute(new), f.absolute(f.load(layout.row(f, "states", k))))
    tolerance = f.fused(relative, size, f.load(layout.row(f, "absolute", k)))
    share = f.divide(error, tolerance)
    f.store(f.fused(share, share, f.load(total, f.vector)), total, f.vector)


def _mean(f: Function, total: Value, states: int) -> Value:
    return f.sqrt(f.multiply(f.load(total, f.vector), f.constant(1.0 / max(states, 1))))


def judge(layout: Layout, method: Method) -> Function:
    """Accept or reject each lane's step, choose the next one, and notice lanes that cannot go on."""
    f = Function("judge", layout.lanes, (("ptr", "%work"), ("i64", "%max_steps"), ("double", "%least")))
    held = f.compare_whole("sge", layout.load_whole(f, "patient"), f.whole_constant(0))
    norm, taken = layout.load(f, "norm"), layout.load(f, "taken")
    broken = f.compare("uno", norm, norm)
    accepted = f.both(held, f.compare("ole", norm, f.constant(1.0)))
    bounded = f.minimum(f.maximum(norm, f.constant(1e-10)), f.constant(1e10))
    root = vector_maths.exp(f, f.multiply(vector_maths.log(f, bounded), f.constant(-1.0 / method.order)))
    factor = f.minimum(f.multiply(f.constant(SAFETY), root), f.constant(LARGEST_FACTOR))
    factor = f.select(accepted, factor, f.minimum(factor, f.constant(REJECTED_FACTOR)))
    factor = f.select(broken, f.constant(LEAST_FACTOR), f.maximum(factor, f.constant(LEAST_FACTOR)))
    wish, step = layout.load(f, "step"), f.multiply(taken, factor)
    cut_short = f.both(accepted, f.compare("olt", taken, wish))
    step = f.select(cut_short, f.maximum(step, wish), step)
    layout.store(f, f.select(held, step, f.constant(1.0)), "step")

    steps = f.on_whole("add", layout.load_whole(f, "steps"), f.whole_constant(1))
    layout.store_whole(f, steps, "steps")
    layout.store_whole(f, f.count_mask(accepted), "accepted")
    limit = f.spread("%max_steps", "i64")
    many = f.compare_whole("sge", steps, limit)
    small = f.both(f.compare("olt", step, f.spread("%least")), f.reverse(accepted))
    reason = f.select_whole(broken, f.whole_constant(NOT_A_NUMBER), f.whole_constant(TOO_SMALL))
    failure = f.select_whole(small, reason, f.whole_constant(0))
    failure = f.select_whole(f.both(many, f.reverse(small)), f.whole_constant(TOO_MANY), failure)
    layout.store_whole(f, f.select_whole(held, failure, f.whole_constant(0)), "failure")
    return f


def settle(layout: Layout, states: int) -> Function:
    """Move the lanes whose step was accepted."""
    f = Function("settle", layout.lanes)
    accepted = f.compare_whole("ne", layout.load_whole(f, "accepted"), f.whole_constant(0))
    moved = f.select(accepted, layout.load(f, "end"), layout.load(f, "time"))
    layout.store(f, moved, "time")
    with f.each(states) as k:
        new = f.load(layout.row(f, "next", k))
        present = f.compare("oge", f.absolute(new), f.constant(NEGLIGIBLE))
        new = f.select(present, new, f.constant(0.0))
        place = layout.row(f, "states", k)
        f.store(f.select(accepted, new, f.load(place)), place)
    return f
