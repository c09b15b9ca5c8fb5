"""What a trait of a person does to the model: a parameter drawn elsewhere, moved, or multiplied.

Endophenotypes and genotypes are nothing but these effects, so no equation knows their names. The assumption that
matters: effects of different traits on one parameter multiply. Left out: effects that depend on each other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from euthymia.errors import DataError, Place
from euthymia.evidence.value import Value
from euthymia.evidence.yaml_with_lines import Document
from euthymia.model.parameter_table import FOLDER, starting_values, values_for
from euthymia.treatments.measured import Measured, Ratio

Number = Annotated[Value, Measured("1", least=-math.inf)]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Effect(Part):
    """One parameter in people with the trait. Exactly one of `to`, `shift` and `factor`."""

    to: Number | None = Field(None, description="Centre of the spread that replaces the clinic's own.")
    shift: Number | None = Field(None, description="Added to what the clinic draws.")
    factor: Ratio | None = Field(None, description="Multiplies the model's value, whatever it is.")
    kind: Literal["normal", "lognormal"] = "normal"
    spread: float = Field(0.0, ge=0, description="Standard deviation (normal) or log-SD (lognormal) around `to`.")
    low: float = -math.inf
    high: float = math.inf

    @model_validator(mode="after")
    def _one(self) -> Effect:
        if sum(part is not None for part in (self.to, self.shift, self.factor)) != 1:
            raise ValueError("an effect is one of: to, shift, factor")
        if self.low >= self.high:
            raise ValueError("low is below high")
        return self

    def moved(self, old: float, score: float, degree: float) -> float:
        """The parameter of a person who has the trait to this degree; `score` is the person's own normal score."""
        if self.shift is not None:
            return float(np.clip(old + degree * self.shift.number, min(old, self.low), max(old, self.high)))
        assert self.to is not None  # factors are multiplied where the model's own value is known
        centre = self.to.number
        new = centre + self.spread * score if self.kind == "normal" else centre * math.exp(self.spread * score)
        return float((1 - degree) * old + degree * np.clip(new, self.low, self.high))

    def multiplied(self, degree: float) -> float:
        """The factor at this degree: 1 at 0, the whole at 1, a straight line between and beyond."""
        assert self.factor is not None
        return 1 + degree * (self.factor.number - 1)


def missing(name: str) -> bool:
    """Whether the model has no parameter of this full name (block.parameter)."""
    block, _, short = name.partition(".")
    return not (FOLDER / f"{block}.yaml").is_file() or short not in starting_values(block)


@cache
def reference(name: str) -> float:
    """The model's own value of a parameter, as fitted where it was."""
    block, _, short = name.partition(".")
    return values_for(block)[short].number


def check_parameters(names: Mapping[str, object], document: Document, *path: str) -> None:
    """Raise `DataError` for the first of the names at `path` that the model does not have."""
    for name in names:
        if missing(name):
            raise no_parameter(name, document.place(*path, name))


def no_parameter(name: str, place: Place) -> DataError:
    """The complaint about a parameter that is not in the model, with the nearest ones of its block."""
    block, _, _ = name.partition(".")
    known = ()
    if (FOLDER / f"{block}.yaml").is_file():
        known = tuple(f"{block}.{short}" for short in starting_values(block))
    rule = f"Block '{block}' has: {', '.join(known)}." if known else f"The model has no block '{block}'."
    return DataError(
        f"there is no parameter '{name}' in the model",
        place=place,
        rule=rule,
        fix="Write block.parameter; 'euthymia show parameter' lists them all.",
    )
