"""A block of equations and the model that blocks make together: plain frozen values.

A block meets other blocks only through ports: what it takes and what it gives, by name and unit. Everything else
in it is private. A model is the joined, unit-checked, ordered whole; a scenario is `model.with_(…)`, never a copy
edited in place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType

from euthymia.errors import UnknownName
from euthymia.evidence.value import Value
from euthymia.model.expression import Expression


@dataclass(frozen=True)
class Port:
    """A quantity a block needs: its unit, and the value it has when nobody gives it (`None`: it must be given)."""

    unit: str
    absent: float | None = None


@dataclass(frozen=True)
class Block:
    """One idea as equations. `inputs` are piecewise-constant rates that only a schedule changes (unit by name)."""

    name: str
    doc: str | None
    equations: str
    takes: Mapping[str, Port] = field(default_factory=dict)
    gives: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Value] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """First sentence of the block's prose."""
        return (self.doc or "").strip().split("\n\n")[0].split(". ")[0].replace("\n", " ").rstrip(".")


@dataclass(frozen=True)
class Quantity:
    """A named quantity of the assembled model. `expression` is in assembled names with units already scaled;
    `printed` is the line as its author wrote it."""

    name: str
    unit: str
    block: str
    expression: Expression
    line: int
    printed: str


@dataclass(frozen=True)
class State(Quantity):
    """A quantity with a rate of change (`expression`, per hour) and a starting value."""

    initial: Expression


@dataclass(frozen=True)
class Input:
    """A rate that is zero until the schedule changes it."""

    name: str
    unit: str
    block: str


@dataclass(frozen=True)
class Held:
    """A port that one block sees held at a number, in the port's unit (see `knock_out`)."""

    port: str
    block: str
    value: float
    unit: str

    def __str__(self) -> str:
        return f"{self.port} -> {self.block} held at {self.value:g} {self.unit}".removesuffix(" 1")


@dataclass(frozen=True)
class Model:
    """Joined blocks: `values` are in an order in which each uses only earlier ones; `held` is what was knocked out."""

    blocks: tuple[Block, ...]
    states: tuple[State, ...]
    values: tuple[Quantity, ...]
    inputs: tuple[Input, ...]
    parameters: Mapping[str, Value]
    ports: Mapping[str, str]
    held: tuple[Held, ...] = ()

    def with_(self, **parameters: float) -> Model:
        """The same model with other parameter values; names use `__` for the dot (`serotonin__feedback=2`)."""
        return self.having({name.replace("__", "."): number for name, number in parameters.items()})

    def having(self, parameters: Mapping[str, float]) -> Model:
        """As `with_`, from a mapping of full parameter names; raises `UnknownName`."""
        changed = dict(self.parameters)
        for name, number in parameters.items():
            if name not in changed:
                raise UnknownName("parameter", name, changed)
            changed[name] = changed[name].with_(number=float(number))
        return replace(self, parameters=MappingProxyType(changed))

    def block(self, name: str) -> Block:
        for block in self.blocks:
            if block.name == name:
                return block
        raise UnknownName("block", name, [block.name for block in self.blocks])

    def quantity(self, name: str) -> Quantity:
        """The state or value called `name`, by its full name or its port name."""
        for quantity in (*self.states, *self.values):
            if quantity.name == name:
                return quantity
        raise UnknownName("quantity", name, [q.name for q in (*self.states, *self.values)])

    @cached_property
    def hash(self) -> str:
        """Content hash of equations and parameter numbers (sha256, first 16 hexadecimal digits)."""
        equations = [
            (q.name, repr(q.expression), repr(getattr(q, "initial", None))) for q in (*self.states, *self.values)
        ]
        numbers = sorted((name, value.number) for name, value in self.parameters.items())
        return hashlib.sha256(repr((equations, numbers)).encode()).hexdigest()[:16]
