"""Units as SBML unit definitions.

A unit is a plain factor times base kinds to whole or broken powers. What SBML has no kind for (points of a scale,
sessions, contacts, pulses, motor thresholds) is counted in `item`.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from euthymia.units import unit

#: our dimension → SBML kind, and the factor between our base unit and that kind
_KINDS = {
    "length": "metre",
    "mass": "gram",
    "time": "second",
    "substance": "mole",
    "current": "ampere",
    "temperature": "kelvin",
    "illuminance": "lux",
}


class UnitDefinitions:
    """Gathers the definitions a model needs; `counted` are dimensions that had to be written as counts."""

    def __init__(self, parent: Element, namespace: str):
        self._list, self._namespace = SubElement(parent, f"{{{namespace}}}listOfUnitDefinitions"), namespace
        self._known: dict[tuple, str] = {}
        self._taken: set[str] = set()
        self.counted: set[str] = set()

    def identifier(self, text: str) -> str:
        """The identifier of a unit, defined when it is first asked for."""
        read = unit(text)
        if not read.dimensions and read.scale == 1.0:
            return "dimensionless"
        key = (read.scale, read.dimensions)
        if key not in self._known:
            self._known[key] = self._define(text, read.scale, read.dimensions)
        return self._known[key]

    def _define(self, text: str, scale: float, dimensions: tuple) -> str:
        plain = text.replace("%", "percent").replace("/", "_per_").replace("^", "").replace("*", "_")
        identifier = "u_" + re.sub(r"\W+", "", plain, flags=re.ASCII)
        while identifier in self._taken:
            identifier += "_"
        self._taken.add(identifier)
        held = SubElement(self._list, self._tag("unitDefinition"), {"id": identifier, "name": text})
        units = SubElement(held, self._tag("listOfUnits"))
        if scale != 1.0:
            self._unit(units, "dimensionless", 1, scale)
        for name, exponent in dimensions:
            if name not in _KINDS:
                self.counted.add(name)
            self._unit(units, _KINDS.get(name, "item"), exponent, 1.0)
        return identifier

    def _unit(self, parent: Element, kind: str, exponent: float, multiplier: float) -> None:
        told = {"kind": kind, "exponent": f"{exponent:g}", "scale": "0", "multiplier": repr(float(multiplier))}
        SubElement(parent, self._tag("unit"), told)

    def _tag(self, name: str) -> str:
        return f"{{{self._namespace}}}{name}"
