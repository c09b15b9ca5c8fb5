"""A worker: keeps every lane busy with a patient until there are none left.

A worker takes patients one by one from a counter that all workers share. It applies their stops, writes their
outputs, records how they ended, and puts the next patient in the lane. An output at the exact time of a stop is
written before the stop is applied, or after it if the task says so.
Left out: the equations (`emit`) and the step itself (`stepper`).
"""

from __future__ import annotations

import ctypes
import math

from euthymia.engine.instructions import Function, Value, bits
from euthymia.engine.layout import Layout
from euthymia.engine.program import Program

#: what a worker is told, in this order, eight bytes each
TASK = (
    ("counter", "ptr"),
    ("patients", "i64"),
    ("parameters", "ptr"),
    ("offsets", "ptr"),
    ("stop_time", "ptr"),
    ("stop_kind", "ptr"),
    ("stop_target", "ptr"),
    ("stop_value", "ptr"),
    ("times", "ptr"),
    ("time_count", "i64"),
    ("sources", "ptr"),
    ("source_count", "i64"),
    ("algebra_wanted", "i64"),
    ("values", "ptr"),
    ("failures", "ptr"),
    ("failure_times", "ptr"),
    ("steps", "ptr"),
    ("absolute", "ptr"),
    ("starts", "ptr"),
    ("initial", "ptr"),
    ("resumed", "i64"),
    ("stopped", "ptr"),
    ("final", "ptr"),
    ("after", "i64"),
    ("relative", "double"),
    ("max_steps", "i64"),
    ("first_step", "double"),
    ("least_step", "double"),
    ("longest_step", "double"),
)
_CTYPES = {"ptr": ctypes.c_void_p, "i64": ctypes.c_int64, "double": ctypes.c_double}
_FIELD = {name: (i, kind) for i, (name, kind) in enumerate(TASK)}
INFINITE = bits(math.inf)
WORK_AND_TASK = (("ptr", "%work"), ("ptr", "%task"))
ONE_LANE = (*WORK_AND_TASK, ("i64", "%lane"))


class WorkerTask(ctypes.Structure):
    """The table `TASK` as the worker reads it."""

    _fields_ = [(name, _CTYPES[kind]) for name, kind in TASK]


def told(f: Function, name: str) -> Value:
    """A field of the task."""
    index, kind = _FIELD[name]
    return f.load(f.at("%task", index, "i64"), kind)


def run(layout: Layout, states: int, watched: bool) -> Function:
    """The whole life of a worker."""
    f = Function("run", layout.lanes, WORK_AND_TASK, exported=True)
    layout.store_whole(f, f.whole_constant(-1), "patient")
    for name, value in (("stop", math.inf), ("due", math.inf), ("step", 1.0)):
        layout.store(f, f.constant(value), name)
    layout.store(f, f.spread(told(f, "relative")), "relative")
    absolute = told(f, "absolute")
    with f.each(states) as k:
        f.store(f.spread(f.element(absolute, k)), layout.row(f, "absolute", k))
    f.call("serve", "ptr %task")
    with f.forever() as loop:
        held = f.compare_whole("sge", layout.load_whole(f, "patient"), f.whole_constant(0))
        f.leave(loop, f.none(held))
        f.call("attempt", f"double {told(f, 'longest_step')}")
        f.call("judge", f"i64 {told(f, 'max_steps')}", f"double {told(f, 'least_step')}")
        if watched:
            f.call("watch")
        f.call("observe", "ptr %task")
        if watched:
            f.call("halt")
        f.call("settle")
        accepted = f.compare_whole("ne", layout.load_whole(f, "accepted"), f.whole_constant(0))
        stopped = f.both(accepted, f.compare("ole", layout.load(f, "stop"), layout.load(f, "time")))
        finished = f.compare("oeq", layout.load(f, "due"), f.constant(math.inf))
        failed = f.compare_whole("ne", layout.load_whole(f, "failure"), f.whole_constant(0))
        ended = f.either(finished, failed)
        if watched:
            ended = f.either(ended, f.compare_whole("ne", layout.load_whole(f, "halted"), f.whole_constant(0)))
        waiting = f.either(stopped, f.both(held, ended))
        with f.when(f.any(waiting)):
            f.call("serve", "ptr %task")
    return f


def serve(layout: Layout, watched: bool) -> Function:
    """Apply stops that are due and replace patients who are done, until every lane can step again."""
    f = Function("serve", layout.lanes, WORK_AND_TASK)
    with f.forever() as loop:
        layout.store_whole(f, f.whole_constant(0), "fresh")
        with f.each(layout.lanes) as lane:
            f.call("apply", "ptr %task", f"i64 {lane}")
            f.call("replace", "ptr %task", f"i64 {lane}")
        fresh = f.compare_whole("ne", layout.load_whole(f, "fresh"), f.whole_constant(0))
        f.leave(loop, f.none(fresh))
        f.call("begin")
        with f.each(layout.lanes) as lane:
            is_fresh = f.on_integers("icmp ne", f.load(layout.lane(f, "fresh", lane), "i64"), 0)
            with f.when(is_fresh):
                f.call("enter", "ptr %task", f"i64 {lane}")
        if watched:
            f.call("arm")
        f.call("observe", "ptr %task")
    return f


def apply(layout: Layout, program: Program) -> Function:
    """Apply every stop at this lane's time, look up the next one, and restart with a short step."""
    f = Function("apply", layout.lanes, ONE_LANE)
    place = {name: layout.lane(f, name, "%lane") for name in ("accepted", "stop", "time", "row", "step")}
    time = f.load(place["time"], "double")
    reached = f.on_doubles("fcmp ole", f.load(place["stop"], "double"), time)
    accepted = f.on_integers("icmp ne", f.load(place["accepted"], "i64"), 0)
    times, kinds, targets, values = (told(f, name) for name in ("stop_time", "stop_kind", "stop_target", "stop_value"))
    last = f.load(layout.lane(f, "last_row", "%lane"), "i64")
    with f.when(f.result(f"and i1 {reached}, {accepted}")):
        f.store(INFINITE, place["stop"], "double")
        with f.forever() as loop:
            row = f.load(place["row"], "i64")
            f.leave(loop, f.on_integers("icmp sge", row, last))
            when = f.element(times, row)
            f.store(when, place["stop"], "double")
            f.leave(loop, f.on_doubles("fcmp ogt", when, time))
            f.store(INFINITE, place["stop"], "double")
            switches = f.on_integers("icmp ne", f.element(kinds, row, "i64"), 0)
            target, value = f.element(targets, row, "i64"), f.element(values, row)
            if program.inputs:
                with f.when(switches):
                    f.store(value, f.at(layout.row(f, "inputs", target), "%lane"), "double")
            with f.when(f.result(f"xor i1 {switches}, true")):
                state = f.at(layout.row(f, "states", target), "%lane")
                after = f.on_doubles("fadd", f.load(state, "double"), value)
                f.store(after, state, "double")
                f.store(after, f.at(layout.row(f, "next", target), "%lane"), "double")
            f.store(f.on_integers("add", row, 1), place["row"], "i64")
        step = f.load(place["step"], "double")
        first = told(f, "first_step")
        with f.when(f.on_doubles("fcmp ogt", step, first)):
            f.store(first, place["step"], "double")
    return f


def replace(layout: Layout, program: Program) -> Function:
    """Record a patient who is done or has failed, and take the next one from the counter."""
    f = Function("replace", layout.lanes, ONE_LANE)
    names = ("patient", "failure", "due", "time", "steps", "stop", "step", "accepted", "fresh", "halted")
    place = {name: layout.lane(f, name, "%lane") for name in names}
    patient = f.load(place["patient"], "i64")
    with f.when(f.on_integers("icmp sge", patient, 0)):
        failure = f.load(place["failure"], "i64")
        failed = f.on_integers("icmp ne", failure, 0)
        finished = f.on_doubles("fcmp oeq", f.load(place["due"], "double"), INFINITE)
        halted = f.on_integers("icmp ne", f.load(place["halted"], "i64"), 0)
        short = f.result(f"or i1 {failed}, {halted}")
        with f.when(f.result(f"or i1 {short}, {finished}")):
            with f.when(short):
                _record(f, layout, program, patient, halted)
            f.store(failure, f.at(told(f, "failures"), patient), "i64")
            f.store(f.load(place["time"], "double"), f.at(told(f, "failure_times"), patient), "double")
            f.store(f.load(place["steps"], "i64"), f.at(told(f, "steps"), patient), "i64")
            f.store("-1", place["patient"], "i64")
    with f.when(f.on_integers("icmp slt", f.load(place["patient"], "i64"), 0)):
        f.store(INFINITE, place["stop"], "double")
        f.store(INFINITE, place["due"], "double")
        f.store(bits(1.0), place["step"], "double")
        for name in ("accepted", "failure", "halted"):
            f.store("0", place[name], "i64")
        taken = f.result(f"atomicrmw add ptr {told(f, 'counter')}, i64 1 monotonic")
        with f.when(f.on_integers("icmp slt", taken, told(f, "patients"))):
            f.store(taken, place["patient"], "i64")
            f.store("1", place["fresh"], "i64")
            count = len(program.parameters)
            own = f.at(told(f, "parameters"), f.on_integers("mul", taken, count))
            if count:
                with f.each(count) as i:
                    value = f.element(own, i)
                    f.store(value, f.at(layout.row(f, "parameters", i), "%lane"), "double")
    return f


def _record(f: Function, layout: Layout, program: Program, patient: Value, halted: Value) -> None:
    """Keep the states of a patient who stops before the end, and the time if a trigger is why."""
    count = len(program.states)
    final = f.at(told(f, "final"), f.on_integers("mul", patient, count))
    with f.each(count) as k:
        value = f.load(f.at(layout.row(f, "states", k), "%lane"), "double")
        f.store(value, f.at(final, k), "double")
    with f.when(halted):
        f.store(f.load(layout.lane(f, "time", "%lane"), "double"), f.at(told(f, "stopped"), patient), "double")


def enter(layout: Layout, program: Program) -> Function:
    """Put a new patient's lane at the start: values, schedule and first output."""
    f = Function("enter", layout.lanes, ONE_LANE)
    copies = [("start", "states"), ("start", "next"), ("input_start", "inputs")]
    for source, target in copies:
        if layout.length(source):
            with f.each(layout.length(source)) as k:
                value = f.load(f.at(layout.row(f, source, k), "%lane"), "double")
                f.store(value, f.at(layout.row(f, target, k), "%lane"), "double")
    patient = f.load(layout.lane(f, "patient", "%lane"), "i64")
    states = len(program.states)
    with f.when(f.on_integers("icmp ne", told(f, "resumed"), 0)):
        own = f.at(told(f, "initial"), f.on_integers("mul", patient, states))
        with f.each(states) as k:
            value = f.element(own, k)
            for target in ("states", "next"):
                f.store(value, f.at(layout.row(f, target, k), "%lane"), "double")
    start = f.element(told(f, "starts"), patient)
    doubles = {"time": start, "end": start, "stop": start, "taken": bits(1.0), "step": told(f, "first_step")}
    for name, value in doubles.items():
        f.store(value, layout.lane(f, name, "%lane"), "double")
    for name, value in (("steps", "0"), ("accepted", "1")):
        f.store(value, layout.lane(f, name, "%lane"), "i64")
    _first_output(f, layout, start)
    _first_stop(f, layout, program, patient, start)
    return f


def _first_output(f: Function, layout: Layout, start: Value) -> None:
    """The first output not before the start; if there is none, the patient is done."""
    output = f.variable(0)
    times, count = told(f, "times"), told(f, "time_count")
    due = layout.lane(f, "due", "%lane")
    f.store(INFINITE, due, "double")
    with f.forever() as loop:
        candidate = f.load(output, "i64")
        f.leave(loop, f.on_integers("icmp sge", candidate, count))
        when = f.element(times, candidate)
        with f.when(f.on_doubles("fcmp oge", when, start)):
            f.store(when, due, "double")
        f.leave(loop, f.on_doubles("fcmp oge", when, start))
        f.store(f.on_integers("add", candidate, 1), output, "i64")
    f.store(f.load(output, "i64"), layout.lane(f, "output", "%lane"), "i64")


def _first_stop(f: Function, layout: Layout, program: Program, patient: Value, start: Value) -> None:
    """The first row not before the start; inputs switched before it are in force."""
    offsets = f.at(told(f, "offsets"), patient)
    row = f.variable(f.element(offsets, 0, "i64"))
    last = f.element(offsets, 1, "i64")
    times = told(f, "stop_time")
    with f.forever() as loop:
        past = f.load(row, "i64")
        f.leave(loop, f.on_integers("icmp sge", past, last))
        f.leave(loop, f.on_doubles("fcmp oge", f.element(times, past), start))
        if program.inputs:
            kind = f.element(told(f, "stop_kind"), past, "i64")
            with f.when(f.on_integers("icmp ne", kind, 0)):
                target = f.element(told(f, "stop_target"), past, "i64")
                level = f.element(told(f, "stop_value"), past)
                f.store(level, f.at(layout.row(f, "inputs", target), "%lane"), "double")
        f.store(f.on_integers("add", past, 1), row, "i64")
    f.store(f.load(row, "i64"), layout.lane(f, "row", "%lane"), "i64")
    f.store(last, layout.lane(f, "last_row", "%lane"), "i64")
