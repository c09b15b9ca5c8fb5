"""What to tabulate, in the form of the SBML Test Suite: one `key: value` a line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from euthymia.errors import DataError, Place

MOST_ROWS = 1_000_000


@dataclass(frozen=True)
class Settings:
    """`steps` + 1 evenly spaced times, and which names to show as amounts and which as concentrations.

    `absolute` and `relative` are the tolerances of the comparison the table is meant for.
    """

    start: float
    duration: float
    steps: int
    variables: tuple[str, ...]
    amount: tuple[str, ...] = ()
    concentration: tuple[str, ...] = ()
    absolute: float = 1e-6
    relative: float = 1e-4

    @property
    def times(self) -> np.ndarray:
        return self.start + np.arange(self.steps + 1) * self.duration / max(self.steps, 1)


def read_settings(path: str | Path) -> Settings:
    """The settings of a case; raises `DataError` naming a line or key that is missing or cannot be read."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise DataError(f"cannot be read ({reason})", place=Place(path), fix="Check the name of the file.") from None
    found = _Lines(text, path)
    if not found.names("variables"):
        raise DataError(
            "'variables' is missing",
            place=Place(path),
            rule="At least one quantity is tabulated.",
            fix="Write 'variables: S1', for example.",
        )
    return Settings(
        start=found.number("start", 0.0),
        duration=found.number("duration"),
        steps=found.whole("steps", MOST_ROWS),
        variables=found.names("variables"),
        amount=found.names("amount"),
        concentration=found.names("concentration"),
        absolute=found.number("absolute", 1e-6),
        relative=found.number("relative", 1e-4),
    )


class _Lines:
    """The lines of a settings file by key."""

    def __init__(self, text: str, path: Path):
        self.path = path
        self.found: dict[str, tuple[int, str]] = {}
        for number, line in enumerate(text.splitlines(), start=1):
            key, colon, value = line.partition(":")
            if colon:
                self.found[key.strip().lower()] = (number, value.strip())
            elif line.strip():
                raise DataError(
                    f"cannot read '{line.strip()}'",
                    place=Place(path, number),
                    rule="A line is 'key: value'.",
                    fix="Put a colon after the key.",
                )

    def number(self, key: str, default: float | None = None) -> float:
        """A number, none below 0; with a default the key may be absent or empty."""
        line, text = self.found.get(key, (None, ""))
        if not text and default is not None:
            return default
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if math.isfinite(number) and number >= 0:
            return number
        raise DataError(
            f"'{key}' is '{text}'" if key in self.found else f"'{key}' is missing",
            place=Place(self.path, line),
            rule=f"'{key}' is a number, not below 0.",
            fix=f"Write '{key}: 10', for example.",
        )

    def whole(self, key: str, most: int) -> int:
        number = self.number(key)
        if number == int(number) and number <= most:
            return int(number)
        raise DataError(
            f"'{key}' is {number:g}",
            place=Place(self.path, self.found[key][0]),
            rule=f"'{key}' is a whole number, at most {most}.",
            fix=f"Write '{key}: 100', for example.",
        )

    def names(self, key: str) -> tuple[str, ...]:
        return tuple(name.strip() for name in self.found.get(key, (0, ""))[1].split(",") if name.strip())
