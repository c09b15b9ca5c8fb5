"""The lowered model: plain names and expression trees in an order that can be executed top to bottom.

A `Program` knows no medicine, no units and no provenance. Every engine starts from it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

from euthymia.model.expression import Expression


@dataclass(frozen=True)
class Program:
    """Ordered equations.

    `algebraic` are (name, expression) pairs, each using only parameters, inputs, states, `time` and earlier names.
    `inputs` are piecewise constant and change only by the schedule; `input_initial` are their values before the
    first change. `initial` and `input_initial` may use parameters and numbers only.

    `triggers` are conditions, 0 or 1: a patient is integrated until one of them changes (see `Solution.stopped`).
    `copies` says that the states are those of a model and then, so many times over, as many slopes that obey its
    linearised equations (see `sensitivity`).
    """

    parameters: tuple[str, ...]
    inputs: tuple[str, ...]
    input_initial: tuple[Expression, ...]
    states: tuple[str, ...]
    initial: tuple[Expression, ...]
    algebraic: tuple[tuple[str, Expression], ...]
    derivatives: tuple[Expression, ...]
    triggers: tuple[Expression, ...] = ()
    copies: int = 0

    @property
    def own_states(self) -> int:
        """States without the slopes added to them."""
        return len(self.states) // (1 + self.copies)

    @cached_property
    def hash(self) -> str:
        """Content hash of the whole program (sha256, hexadecimal)."""
        text = repr(
            (
                self.parameters,
                self.inputs,
                self.input_initial,
                self.states,
                self.initial,
                self.algebraic,
                self.derivatives,
                self.triggers,
                self.copies,
            )
        )
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that can be asked for as an output."""
        return self.states + self.inputs + tuple(name for name, _ in self.algebraic)
