"""Which numbers a drug file may hold where: a unit that fits, within a range.

Each name below is a `Value` with a rule: `Volume` is anything in litres or like them, above zero. The assumption that
matters: what lies outside its range is a slip of the pen. Left out: ranges that depend on the drug.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from euthymia.evidence.value import Value
from euthymia.units import convert, unit


@dataclass(frozen=True)
class Measured:
    """The rule: the unit fits `unit` and the number in it lies in its range; plain numbers arrive in `unit` itself."""

    unit: str
    least: float = 0.0
    most: float = math.inf
    positive: bool = False

    def check(self, given: object) -> object:
        """The value if it keeps the rule; raises `ValueError`. What is no `Value` is left for pydantic to refuse."""
        if not isinstance(given, Value):
            return given
        if not unit(given.unit).fits(unit(self.unit)):
            raise ValueError(f"the unit '{given.unit}' does not fit; '{self.unit}' or one like it is wanted")
        number = convert(given.number, given.unit, self.unit)
        if not self.least <= number <= self.most or (self.positive and number == 0):
            wanted = "above zero" if self.positive else "zero or more"
            wanted = f"from {self.least:g} to {self.most:g}" if self.most < math.inf else wanted
            shown = f"{given.number:g} {given.unit}".removesuffix(" 1")
            raise ValueError(f"{shown} cannot be right; it is {wanted}")
        return given.with_(number=number, unit=self.unit) if self.unit in ("1", "mg", "hour") else given

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, str]:
        return {"measured in": self.unit}


Volume = Annotated[Value, Measured("L", positive=True)]
Flow = Annotated[Value, Measured("L/hour", positive=True)]
PerHour = Annotated[Value, Measured("1/hour")]
Hours = Annotated[Value, Measured("hour", positive=True)]
Mass = Annotated[Value, Measured("mg", positive=True)]
MolarMass = Annotated[Value, Measured("g/mol", positive=True)]
Ratio = Annotated[Value, Measured("1")]
Share = Annotated[Value, Measured("1", most=1.0)]


def promised(value: Value | None) -> Value:
    """An optional number where the rules of its file make sure that it is there."""
    assert value is not None  # the validators of `treatments.drug` refuse a file without it
    return value
