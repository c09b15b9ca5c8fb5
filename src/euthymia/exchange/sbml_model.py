"""A model that came from SBML: a program for any engine, its events, and what it starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from euthymia.engine.arithmetic import evaluate_all
from euthymia.engine.events import Event
from euthymia.engine.program import Program
from euthymia.errors import UnknownName
from euthymia.model.expression import Expression, Number


@dataclass(frozen=True)
class SbmlModel:
    """A model read from SBML: `program` for any engine, its `events`, and how values at the start are worked out.

    `parameters` are the numbers the file gives. `species` are the names of species, each with the names of its amount
    and its concentration among what can be observed.
    """

    id: str
    program: Program
    events: tuple[Event, ...]
    parameters: Mapping[str, float]
    starting: tuple[tuple[str, Expression], ...]
    species: Mapping[str, tuple[str, str]]

    def with_(self, **parameters: float) -> SbmlModel:
        """The same model with other numbers, values at the start worked out anew; raises `UnknownName`."""
        return self.having({name.replace("__", "."): number for name, number in parameters.items()})

    def having(self, parameters: Mapping[str, float]) -> SbmlModel:
        """As `with_`, from a mapping of names; states and starting amounts can be changed too."""
        known = dict(self.starting)
        for name in parameters:
            if name not in self.program.parameters and name not in self.program.states:
                raise UnknownName("parameter", name, (*self.program.parameters, *self.program.states))
        known |= {name: Number(float(number)) for name, number in parameters.items()}
        return started(replace(self, starting=tuple(known.items())))

    @property
    def observable(self) -> tuple[str, ...]:
        """Everything that can be asked for as an output."""
        return (*self.program.parameters, *self.program.names)


def started(model: SbmlModel) -> SbmlModel:
    """Values at the start, from the equations that give them, put where program and parameters hold them."""
    values = evaluate_all(model.starting, {"time": 0.0})
    parameters = {name: float(values[name]) for name in model.program.parameters}
    initial = tuple(Number(float(values[name])) for name in model.program.states)
    return replace(model, parameters=MappingProxyType(parameters), program=replace(model.program, initial=initial))
