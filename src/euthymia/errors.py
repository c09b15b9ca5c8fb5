"""Every way to be wrong, each with its advice.

An error a user can cause says what is wrong and where (their file, line and field), which rule it breaks,
and what to do about it. Anything else that goes wrong is a bug and is left to raise as itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """Where in the user's own material something stands: a file, a line in it, a field.

    >>> str(Place("drugs/sertraline.yaml", 14, "targets.sert"))
    'drugs/sertraline.yaml, line 14, targets.sert'
    """

    file: str | Path | None = None
    line: int | None = None
    field: str | None = None

    def __str__(self) -> str:
        parts = [str(self.file)] if self.file is not None else []
        if self.line is not None:
            parts.append(f"line {self.line}")
        if self.field:
            parts.append(self.field)
        return ", ".join(parts)


class EuthymiaError(Exception):
    """A mistake in what the user gave, told as place and problem, rule, fix.

    >>> print(EuthymiaError("the dose is negative (-5 mg)", rule="A dose is an amount above zero.",
    ...                     fix="Write the amount the patient takes, for example '10 mg'."))
    the dose is negative (-5 mg)
      A dose is an amount above zero.
      Write the amount the patient takes, for example '10 mg'.
    """

    exit_code = 2

    def __init__(self, problem: str, *, place: Place | None = None, rule: str | None = None, fix: str | None = None):
        self.problem, self.place, self.rule, self.fix = problem, place, rule, fix
        super().__init__(problem)

    def __str__(self) -> str:
        where = str(self.place) if self.place else ""
        lines = [f"{where}: {self.problem}" if where else self.problem]
        lines += [f"  {text}" for text in (self.rule, self.fix) if text]
        return "\n".join(lines)


class DataError(EuthymiaError):
    """A YAML, CSV or BibTeX file that does not say what it must."""

    exit_code = 3


class UnitError(EuthymiaError):
    """A unit that cannot be read, or that does not fit where it stands."""

    exit_code = 3


class UnknownName(EuthymiaError):
    """A name nobody knows; the nearest known ones are offered.

    >>> print(UnknownName("drug", "escitalopam", ["escitalopram", "ketamine"]))
    there is no drug 'escitalopam'
      Known: escitalopram, ketamine.
      Did you mean 'escitalopram'?
    """

    exit_code = 4

    def __init__(self, kind: str, name: str, known: Iterable[str], place: Place | None = None):
        names = sorted(known)
        near = get_close_matches(name, names, n=1, cutoff=0.6)
        shown = ", ".join(names[:12]) + (" …" if len(names) > 12 else "")
        super().__init__(
            f"there is no {kind} '{name}'",
            place=place,
            rule=f"Known: {shown}." if names else f"No {kind} is defined at all.",
            fix=f"Did you mean '{near[0]}'?" if near else f"Run 'euthymia show {kind}' to list them.",
        )
        self.kind, self.name, self.near = kind, name, near


class RegimenError(EuthymiaError):
    """A regimen that cannot be given: contradictory, empty or unsafe to read."""

    exit_code = 5


class ModelError(EuthymiaError):
    """Blocks that do not fit together, or equations that cannot be read."""

    exit_code = 6


class TrialError(EuthymiaError):
    """A trial that cannot be run: no arms, no visits, nobody eligible."""

    exit_code = 7


class StoreError(EuthymiaError):
    """A place where a run cannot be kept or gone on with: full, not writable, or holding another run."""

    exit_code = 8
