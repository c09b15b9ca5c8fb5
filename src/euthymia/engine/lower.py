"""An assembled model as a program: names, trees and an order, with units and provenance left behind."""

from __future__ import annotations

from euthymia.engine.program import Program
from euthymia.model.block import Model
from euthymia.model.expression import Number


def lower(model: Model) -> Program:
    """The `Program` every engine starts from; parameters keep the model's order."""
    return Program(
        parameters=tuple(model.parameters),
        inputs=tuple(entry.name for entry in model.inputs),
        input_initial=tuple(Number(0.0) for _ in model.inputs),
        states=tuple(state.name for state in model.states),
        initial=tuple(state.initial for state in model.states),
        algebraic=tuple((value.name, value.expression) for value in model.values),
        derivatives=tuple(state.expression for state in model.states),
    )
