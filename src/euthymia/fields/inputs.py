"""Settings as people write them, `depth_mm: 15` or `didt_A_per_us: 114.73`, read once into one unit each.

The unit stands at the end of the name. Every setting that was read is remembered, so that one nobody understood is
named instead of ignored. Left out: what the settings mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from euthymia.errors import EuthymiaError, Place

#: ending of a name → (kind of unit, factor to the unit used here)
ENDINGS: dict[str, tuple[str, float]] = {
    "mm": ("length", 1.0), "cm": ("length", 10.0), "m": ("length", 1e3), "um": ("length", 1e-3),
    "A_s": ("rate", 1.0), "A_per_s": ("rate", 1.0), "A_us": ("rate", 1e6), "A_per_us": ("rate", 1e6),
    "A": ("current", 1.0), "mA": ("current", 1e-3), "ma": ("current", 1e-3), "uA": ("current", 1e-6),
    "cm2": ("area", 1.0), "mm2": ("area", 0.01), "m2": ("area", 1e4),
    "S_m": ("conductivity", 1.0), "S_per_m": ("conductivity", 1.0),
    "V_m": ("field", 1.0), "V_per_m": ("field", 1.0), "mV_mm": ("field", 1.0),
    "deg": ("angle", 1.0), "rad": ("angle", 57.29577951308232), "nm": ("wavelength", 1.0),
    "mW_cm2": ("irradiance", 1.0), "W_cm2": ("irradiance", 1e3), "W_m2": ("irradiance", 0.1),
    "J_cm2": ("exposure", 1.0), "J_m2": ("exposure", 1e-4), "mJ_cm2": ("exposure", 1e-3),
    "s": ("time", 1.0), "min": ("time", 60.0), "h": ("time", 3600.0), "hour": ("time", 3600.0),
    "Am2_per_A": ("moment", 1.0), "cm2_per_A": ("moment", 1e-4), "W": ("power", 1.0), "mW": ("power", 1e-3),
}  # fmt: skip
#: coefficients per length carry the length they are per
PER_LENGTH = {"mm": 1.0, "cm": 0.1, "m": 1e-3, "per_mm": 1.0, "per_cm": 0.1, "1_mm": 1.0, "1_cm": 0.1, "mm1": 1.0}
#: words that say nothing about the computation
IDLE = ("note", "notes", "comment", "source", "evidence", "kind", "id", "name", "description", "method")

NONE: Any = object()


class Inputs:
    """A mapping of settings, read by name."""

    def __init__(self, given: Mapping[str, Any]):
        self.given = {str(key): value for key, value in given.items()}
        self.used: set[str] = set(key for key in self.given if key in IDLE)

    def __contains__(self, name: str) -> bool:
        return name in self.given

    def has(self, *names: str) -> bool:
        """Whether any of the names stands here, bare or with a unit at its end."""
        return any(self._found(name) is not None for name in names)

    def plain(self, *names: str, default: Any = NONE) -> Any:
        """A setting as it was written, by the first of its names that is there."""
        for name in names:
            if name in self.given:
                self.used.add(name)
                return self.given[name]
        if default is NONE:
            raise self.missing(*names)
        return default

    def number(self, *names: str, default: Any = NONE, per_length: bool = False) -> Any:
        """A number, or an array of them, in the unit used here; raises `EuthymiaError` for what is no number.

        Lengths come in mm, rates in A/s, currents in A, areas in cm2, angles in degrees, coefficients in 1/mm.
        """
        for name in names:
            found = self._found(name)
            if found is None:
                continue
            key, ending = found
            self.used.add(key)
            factor = 1.0
            if ending:
                factor = PER_LENGTH[ending] if per_length else ENDINGS[ending][1]
            try:
                read = np.asarray(self.given[key], dtype=float) * factor
            except (TypeError, ValueError):
                raise EuthymiaError(
                    f"'{key}' is '{self.given[key]}'", place=Place(field=key), rule="It is a number, or a list of them."
                ) from None
            if not np.isfinite(read).all():
                raise EuthymiaError(f"'{key}' is not finite", place=Place(field=key), rule="Numbers are finite.")
            return float(read) if read.ndim == 0 else read
        if default is NONE:
            raise self.missing(*names)
        return default

    def _found(self, name: str) -> tuple[str, str] | None:
        if name in self.given:
            return name, ""
        for key in self.given:
            if key.startswith(name + "_") and key[len(name) + 1 :] in (*ENDINGS, *PER_LENGTH):
                return key, key[len(name) + 1 :]
        return None

    def missing(self, *names: str) -> EuthymiaError:
        """The error for a setting that is not there."""
        return EuthymiaError(
            f"'{names[0]}' is missing",
            place=Place(field=names[0]),
            rule=f"It is read from one of: {', '.join(names)}, with its unit at the end, as in depth_mm.",
            fix="See docs/stimulation.md for every setting.",
        )

    def left(self) -> tuple[str, ...]:
        """Settings that nobody read."""
        return tuple(key for key in self.given if key not in self.used)

    def refuse_left(self) -> None:
        """Raise `CannotExpress` for the first setting that nobody read."""
        if left := self.left():
            raise CannotExpress(f"the setting '{left[0]}' is not understood here")


class CannotExpress(Exception):
    """Why something cannot be computed; the text is shown to the user."""


Quantities = dict[str, Any]


def listed(given: Any) -> list[Any]:
    """A list of whatever was given: one thing or several."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        return [given]
    return list(given)
