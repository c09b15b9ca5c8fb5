"""Published optical properties of the head, and the layered heads they make.

The assumption that matters: a head is scalp, skull, cerebrospinal fluid, 4 mm of grey matter and endless white matter,
with thicknesses that are assumed thin, middle or thick. Left out: a best table; there is none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from euthymia.errors import EuthymiaError, Place, UnknownName
from euthymia.evidence.checked import checked
from euthymia.evidence.yaml_with_lines import read_yaml
from euthymia.fields.photons import OpticalLayer

TABLE = Path(__file__).parent / "optics.yaml"
LAYERS = ("scalp", "skull", "csf", "gm", "wm")
GREY_MM = 4.0
#: scalp, skull, CSF in mm; assumed
THICKNESSES = {"thin": (4.0, 5.0, 1.5), "default": (6.0, 6.5, 2.5), "thick": (8.0, 8.0, 4.0)}
NEAR_NM = 60  # how far beyond its wavelengths a table is used
AS_PRINTED_NM = 20  # within this of a printed wavelength the table is used as printed


class Tissue(BaseModel):
    """One layer's coefficients in 1/mm."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    mua: float = Field(ge=0)
    mus: float | None = Field(None, ge=0)
    musp: float | None = Field(None, ge=0)
    g: float | None = None


class OpticsTable(BaseModel):
    """A published table; wavelengths in nm."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    source: str
    where: str
    confidence: Literal["verified", "recalled"]
    n: float = Field(ge=1)
    g: float | None = None
    note: str = ""
    wavelengths: Mapping[int, Mapping[str, Tissue]]

    def layers(self, wavelength: int, thicknesses: Sequence[float], grey: float = GREY_MM) -> tuple[OpticalLayer, ...]:
        """The head at a wavelength of the table; `thicknesses` are scalp, skull and CSF in mm."""
        deep = (*thicknesses, grey, math.inf)
        found = []
        for name, thickness in zip(LAYERS, deep, strict=True):
            tissue = self.wavelengths[wavelength][name]
            g = tissue.g if tissue.g is not None else (self.g or 0.0)
            mus = tissue.mus if tissue.mus is not None else (tissue.musp or 0.0) / (1 - g)
            found.append(OpticalLayer(float(thickness), tissue.mua, mus, g, self.n, name))
        return tuple(found)

    def bracket(self, wavelength: float) -> tuple[tuple[int, float], ...] | None:
        """Wavelengths of the table around one, with weights that add up to 1; None where the table says nothing."""
        known = sorted(self.wavelengths)
        if wavelength <= known[0] or wavelength >= known[-1]:
            end = known[0] if wavelength <= known[0] else known[-1]
            return ((end, 1.0),) if abs(wavelength - end) <= NEAR_NM else None
        above = next(w for w in known if w >= wavelength)
        below = max(w for w in known if w <= wavelength)
        nearest = min(below, above, key=lambda printed: abs(printed - wavelength))
        if abs(nearest - wavelength) <= AS_PRINTED_NM:
            return ((nearest, 1.0),)
        share = (wavelength - below) / (above - below)
        return ((below, 1 - share), (above, share))


@cache
def optics_tables() -> dict[str, OpticsTable]:
    """Every published table by name."""
    document = read_yaml(TABLE)
    rows = [checked(OpticsTable, document, index) for index in range(len(document.content))]
    return {row.name: row for row in rows}


def optics_table(name: str) -> OpticsTable:
    """A table by name; raises `UnknownName`."""
    known = optics_tables()
    plain = name.lower().replace("optics_", "").replace("_table1", "")
    if plain not in known:
        raise UnknownName("optics table", name, known)
    return known[plain]


def checked_wavelength(wavelength: Any) -> float:
    """A wavelength in nm for which some table speaks; raises `EuthymiaError`."""
    if isinstance(wavelength, bool) or not isinstance(wavelength, int | float) or not 0 < wavelength < math.inf:
        raise EuthymiaError(
            f"a wavelength of {wavelength} nm",
            place=Place(field="wavelength_nm"),
            rule="A wavelength is above zero.",
            fix="Give nanometres, for example 810.",
        )
    if all(table.bracket(float(wavelength)) is None for table in optics_tables().values()):
        raise EuthymiaError(
            f"no optics table speaks of {wavelength:g} nm",
            place=Place(field="wavelength_nm"),
            rule=f"Tables reach from {670 - NEAR_NM} to {1064 + NEAR_NM} nm.",
            fix="Give layers with their coefficients instead.",
        )
    return float(wavelength)


def thicknesses_of(given: Any) -> tuple[float, float, float]:
    """Scalp, skull and CSF in mm from a name (thin, default, thick), a mapping or a list; raises `EuthymiaError`."""
    if given is None or isinstance(given, str):
        if (name := given or "default") not in THICKNESSES:
            raise UnknownName("layer thickness", name, THICKNESSES)
        return THICKNESSES[name]
    if isinstance(given, Mapping):
        usual = dict(zip(LAYERS[:3], THICKNESSES["default"], strict=True))
        given = [given.get(name, usual[name]) for name in LAYERS[:3]]
    numbers = tuple(float(one) for one in list(given)[:3])
    if len(numbers) != 3 or not all(0 < one < math.inf for one in numbers):
        raise EuthymiaError(
            f"layers of {list(given)} mm",
            place=Place(field="layers_mm"),
            rule="Scalp, skull and CSF have a thickness above zero.",
            fix="Write [6, 6.5, 2.5], or thin, default or thick.",
        )
    return numbers[0], numbers[1], numbers[2]
