"""An assembled model as SBML Level 3 Version 2, with one patient's doses as timed events.

States are parameters with rate rules, values are assignment rules, and each parameter carries its unit and, as a note,
where it comes from. A plan becomes events: everything given at one time is one event, and the patient starts from
where the run-in has led him.
The assumption that matters: our equations are not reactions, so none are invented; the file says the same mathematics.
Left out: see `Written.left_out`, which names for each file what SBML could not carry.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent, register_namespace

import numpy as np

from euthymia.engine.lower import lower
from euthymia.engine.program import Program
from euthymia.engine.schedule import Kind, ScheduleTable
from euthymia.errors import ModelError
from euthymia.exchange.mathml_write import MATHML, write_condition, write_math
from euthymia.exchange.sbml_units import UnitDefinitions
from euthymia.files import write_whole
from euthymia.model.block import Model
from euthymia.model.expression import Call, Expression, Name, Number

if TYPE_CHECKING:
    from euthymia.engine.task import Engine, Task
    from euthymia.treatments.plan import Plan
    from euthymia.treatments.regimen import Regimen

SBML = "http://www.sbml.org/sbml/level3/version2/core"
XHTML = "http://www.w3.org/1999/xhtml"
_CONSTANT, _CHANGING = {"constant": "true"}, {"constant": "false"}


@dataclass(frozen=True)
class Written:
    """A file's text, and what it does not carry, one sentence each."""

    text: str
    left_out: tuple[str, ...]


def write_sbml(source: Model | Plan | Regimen, path: str | Path, *, engine: Engine | None = None) -> tuple[str, ...]:
    """Write a model, or a plan as one typical patient takes it; returns what could not be carried.

    The file is written whole or not at all; raises `EuthymiaError` where it cannot be written.
    """
    written = sbml_of(source, engine=engine)
    write_whole(path, written.text)
    return written.left_out


def sbml_of(source: Model | Plan | Regimen, *, engine: Engine | None = None) -> Written:
    """A model, or a plan for the typical patient, as SBML."""
    if isinstance(source, Model):
        return sbml_text(source)
    from euthymia.report.typical import typical_task
    from euthymia.treatments.plan import Plan

    plan = source if isinstance(source, Plan) else source.plan()
    model, task = typical_task(plan)
    return sbml_text(model, task.schedule, _after_run_in(task, engine))


def sbml_text(model: Model, given: ScheduleTable | None = None, start: Mapping[str, float] | None = None) -> Written:
    """A model as SBML. `given` is one patient's schedule, of which all from time 0 on becomes events; states start
    at `start` instead of the model's own values."""
    return _Writer(model, given, start or {}).written()


def _after_run_in(task: Task, engine: Engine | None) -> dict[str, float]:
    """States at time 0, before anything is given."""
    from euthymia.engine.choose import default_engine

    states = task.program.states
    asked = replace(task, times=np.zeros(1), outputs=states, rtol=1e-9, atol=1e-12)
    solution = (engine or default_engine()).solve(asked)
    for _, failure in solution.failures:
        raise ModelError("the run-in before time 0 cannot be solved", rule=failure.message)
    return dict(zip(states, solution.values[0, 0].tolist(), strict=True))


def identifiers(names: Iterable[str]) -> dict[str, str]:
    """An SBML identifier for every name, each its own.

    >>> identifiers(["a.b", "a__b", "1x"])
    {'a.b': 'a__b', 'a__b': 'a__b_', '1x': '_1x'}
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        plain = re.sub(r"\W", "_", name.replace(".", "__"), flags=re.ASCII)
        plain = plain if re.match(r"[A-Za-z_]", plain) else f"_{plain}"
        while plain in taken:
            plain += "_"
        taken.add(plain)
        found[name] = plain
    return found


class _Writer:
    def __init__(self, model: Model, given: ScheduleTable | None, start: Mapping[str, float]):
        self.model, self.start = model, start
        self.program = lower(model)
        self.moments = {} if given is None else _moments(self.program, given)
        quantities = [q.name for q in (*model.states, *model.values, *model.inputs)]
        self.ids = identifiers([*quantities, *model.parameters])
        self.root = Element(_tag("sbml"), {"level": "3", "version": "2"})
        hour = {"timeUnits": "u_hour", "extentUnits": "item", "substanceUnits": "item"}
        self.element = SubElement(self.root, _tag("model"), {"id": f"euthymia_{model.hash}", **hour})

    def written(self) -> Written:
        self._notes(self.element, _HEAD)
        units = UnitDefinitions(self.element, SBML)
        assert units.identifier("hour") == "u_hour"
        self._parameters(units)
        self._initial_assignments()
        self._rules()
        self._events()
        for namespace, prefix in ((SBML, ""), (MATHML, "math"), (XHTML, "html")):
            register_namespace(prefix, namespace)
        indent(self.root)
        text = io.BytesIO()
        ElementTree(self.root).write(text, encoding="UTF-8", xml_declaration=True)
        return Written(text.getvalue().decode() + "\n", tuple(self._left_out(units)))

    def _parameters(self, units: UnitDefinitions) -> None:
        held = SubElement(self.element, _tag("listOfParameters"))
        for name, value in self.model.parameters.items():
            number = {"value": repr(float(value.number))}
            element = self._parameter(held, name, {**number, "units": units.identifier(value.unit)}, _CONSTANT)
            self._notes(element, (str(value), *([value.meaning] if value.meaning else [])))
        for state in self.model.states:
            self._parameter(held, state.name, {"units": units.identifier(state.unit)}, _CHANGING)
        for entry in self.model.inputs:
            self._parameter(held, entry.name, {"value": "0.0", "units": units.identifier(entry.unit)}, _CHANGING)
        for value in self.model.values:
            element = self._parameter(held, value.name, {"units": units.identifier(value.unit)}, _CHANGING)
            self._notes(element, (f"block {value.block}: {value.printed}",))

    def _parameter(self, held: Element, name: str, told: dict[str, str], constant: dict[str, str]) -> Element:
        return SubElement(held, _tag("parameter"), {"id": self.ids[name], "name": name, **told, **constant})

    def _initial_assignments(self) -> None:
        held = SubElement(self.element, _tag("listOfInitialAssignments"))
        for state in self.model.states:
            start = Number(self.start[state.name]) if state.name in self.start else state.initial
            element = SubElement(held, _tag("initialAssignment"), {"symbol": self.ids[state.name]})
            write_math(element, start, self.ids)

    def _rules(self) -> None:
        held = SubElement(self.element, _tag("listOfRules"))
        for kind, quantities in (("assignmentRule", self.model.values), ("rateRule", self.model.states)):
            for quantity in quantities:
                element = SubElement(held, _tag(kind), {"variable": self.ids[quantity.name]})
                write_math(element, quantity.expression, self.ids)

    def _events(self) -> None:
        held = SubElement(self.element, _tag("listOfEvents"))
        for number, (time, changes) in enumerate(self.moments.items(), start=1):
            event = SubElement(held, _tag("event"), {"id": f"given_{number}", "useValuesFromTriggerTime": "true"})
            trigger = SubElement(event, _tag("trigger"), {"initialValue": "false", "persistent": "true"})
            write_condition(trigger, Call(">=", (Name("time"), Number(time))), self.ids)
            assignments = SubElement(event, _tag("listOfEventAssignments"))
            for name, expression in changes.items():
                element = SubElement(assignments, _tag("eventAssignment"), {"variable": self.ids[name]})
                write_math(element, expression, self.ids)

    @staticmethod
    def _notes(parent: Element, sentences: Iterable[str]) -> None:
        notes = Element(_tag("notes"))
        parent.insert(0, notes)
        for sentence in sentences:
            SubElement(notes, f"{{{XHTML}}}p").text = _plain(sentence)

    def _left_out(self, units: UnitDefinitions) -> Iterable[str]:
        for name in sorted(units.counted):
            yield f"SBML has no unit of {name.replace('_', ' ')}; it is written as a count (item)"
        spread = sum(value.spread is not None for value in self.model.parameters.values())
        if spread:
            yield f"the spreads of {spread} parameters stand in no SBML attribute"
        if self.moments:
            yield "the doses are those of one patient who takes everything; adherence and drop-out are not in the file"
        if self.start:
            yield "the run-in before time 0 is not in the file; its end is the initial value of every state"


def _moments(program: Program, given: ScheduleTable) -> dict[float, dict[str, Expression]]:
    """What changes at each time from 0 on, all rows of one time together."""
    moments: dict[float, dict[str, Expression]] = {}
    for time, kind, target, value in zip(given.time, given.kind, given.target, given.value, strict=True):
        if time < 0:
            continue
        changes = moments.setdefault(float(time), {})
        if kind == Kind.SET:
            changes[program.inputs[target]] = Number(float(value))
        else:
            name = program.states[target]
            changes[name] = Call("+", (changes.get(name, Name(name)), Number(float(value))))
    return moments


_HEAD = (
    "Written by euthymia. Research model; not medical advice.",
    "Time is in hours. Numbers in formulas include the factors between units, so they count as dimensionless.",
)


def _plain(text: str) -> str:
    """Text without what XML cannot hold."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)


def _tag(name: str) -> str:
    return f"{{{SBML}}}{name}"
