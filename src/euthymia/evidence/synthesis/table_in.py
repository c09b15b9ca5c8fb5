"""Plain tables of study results, whatever program wrote them.

Comma, semicolon, tab or white space between the columns, decimal comma where semicolons or tabs separate, NA or nothing
for unknown. The assumption that matters: a column is known by its name, or by a name the caller gives it. Left out:
spreadsheets.
"""

from __future__ import annotations

import csv
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from euthymia.errors import DataError, Place
from euthymia.evidence.records.bytes_in import opened, text_of

#: name of a column here → names it goes by elsewhere, in small letters
ALIASES: Mapping[str, tuple[str, ...]] = {
    "study": ("study", "slab", "author", "studlab", "trial", "id", "study_id"),
    "yi": ("yi", "y", "effect", "te", "estimate"),
    "vi": ("vi", "v", "variance", "var"),
    "sei": ("sei", "se", "sete", "std_error", "stderr"),
    "ai": ("ai", "e1", "event1", "events1", "events_1", "event_1", "event.e", "tpos", "r1"),
    "bi": ("bi", "tneg"),
    "ci": ("ci", "e2", "event2", "events2", "events_2", "event_2", "event.c", "cpos", "r2"),
    "di": ("di", "cneg"),
    "n1i": ("n1i", "n1", "n_1", "n.e", "ne", "n_arm1", "total1", "totaln_arm1"),
    "n2i": ("n2i", "n2", "n_2", "n.c", "nc", "n_arm2", "total2", "totaln_arm2"),
    "m1i": ("m1i", "m1", "mean1", "mean_1", "mean.e", "me", "mean_arm1"),
    "m2i": ("m2i", "m2", "mean2", "mean_2", "mean.c", "mc", "mean_arm2"),
    "sd1i": ("sd1i", "sd1", "sd_1", "sd.e", "sd_arm1"),
    "sd2i": ("sd2i", "sd2", "sd_2", "sd.c", "sd_arm2"),
    "treatment": ("treatment", "treat", "t", "arm", "drug", "int.long", "intervention"),
    "events": ("events", "event", "r", "responders", "resp"),
    "n": ("n", "ni", "total", "sample_size", "no_randomised"),
    "mean": ("mean", "mi", "m", "diff", "change"),
    "sd": ("sd", "sdi", "s", "std"),
    "treat1": ("treat1", "treatment1", "t1"),
    "treat2": ("treat2", "treatment2", "t2"),
}
_UNKNOWN = ("", "na", "nan", "null", "none", "*", ".", "-")


@dataclass(frozen=True)
class Table:
    """Headings and rows of texts; `columns` are looked up by the names of `ALIASES` or their own."""

    file: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    given: Mapping[str, str]
    comma: bool = False

    def heading(self, wanted: str) -> str | None:
        """The heading that holds `wanted`: as given by the caller, by its own name, or by an alias."""
        if wanted in self.given:
            return self.given[wanted]
        lower = {name.lower(): name for name in reversed(self.names)}
        if wanted in self.names:
            return wanted
        return next((lower[alias] for alias in ALIASES.get(wanted, (wanted.lower(),)) if alias in lower), None)

    def has(self, *wanted: str) -> bool:
        return all(self.heading(name) is not None for name in wanted)

    def text(self, wanted: str) -> list[str]:
        """A column as texts; raises `DataError` naming what there is."""
        heading = self.heading(wanted)
        if heading is None or heading not in self.names:
            raise DataError(
                f"there is no column '{heading or wanted}'",
                place=Place(self.file, 1),
                rule=f"The headings are: {', '.join(self.names)}.",
                fix=f"Rename a column, or say which it is: --columns {wanted}=NAME",
            )
        at = self.names.index(heading)
        return [row[at].strip() if at < len(row) else "" for row in self.rows]

    def numbers(self, wanted: str) -> np.ndarray:
        """A column as numbers, unknown as nan; raises `DataError` with the row that is no number."""
        found = []
        for row, said in enumerate(self.text(wanted), start=1):
            if said.lower() in _UNKNOWN:
                found.append(np.nan)
                continue
            try:
                found.append(float(said.replace(",", ".") if self.comma else said))
            except ValueError:
                raise DataError(
                    f"'{said}' is no number",
                    place=Place(self.file, None, f"row {row}, {self.heading(wanted)}"),
                    fix="Write a number, or NA where it is unknown.",
                ) from None
        return np.array(found, float)


def read_table(path: str | Path, given: Mapping[str, str] | None = None) -> Table:
    """A table from a file; `given` says which heading holds what; raises `DataError`."""
    path = Path(path)
    with opened(path) as source:
        text = text_of(source, path).lstrip("\ufeff")
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2:
        raise DataError("this table has no rows", place=Place(path), fix="Give a heading and one row a study.")
    sign = _sign(lines[0])
    rows = [tuple(row) for row in csv.reader(text.splitlines(), delimiter=sign) if any(cell.strip() for cell in row)] \
        if sign else [tuple(_words(line)) for line in lines]  # fmt: skip
    names, body = tuple(name.strip() for name in rows[0]), rows[1:]
    if body and all(len(row) == len(names) + 1 for row in body):
        names = ("row", *names)  # R writes row names without a heading
    comma = sign in (";", "\t") and any(re.fullmatch(r"-?\d+,\d+", cell.strip()) for row in body for cell in row)
    for wanted, heading in (given or {}).items():
        if heading not in names:
            raise DataError(
                f"there is no column '{heading}' for '{wanted}'",
                place=Place(path, 1),
                rule=f"The headings are: {', '.join(names)}.",
            )
    return Table(str(path), names, tuple(body), dict(given or {}), comma)


def _sign(first: str) -> str | None:
    bare = re.sub(r'"[^"]*"', "", first)
    best = max((",", ";", "\t"), key=bare.count)
    return best if bare.count(best) else (None if len(bare.split()) > 1 or '"' in first else ",")


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def kept(table: Table, where: Sequence[str]) -> Table:
    """The rows where every `heading=value` holds; raises `DataError` if none does."""
    rows = table.rows
    for one in where:
        name, _, wanted = one.partition("=")
        at = {heading: index for index, heading in enumerate(table.names)}.get(name.strip())
        if at is None:
            raise DataError(f"there is no column '{name}'", rule=f"The headings are: {', '.join(table.names)}.")
        rows = tuple(row for row in rows if at < len(row) and row[at].strip() == wanted.strip())
    if not rows:
        raise DataError("no row is left", place=Place(table.file), rule=f"Asked for: {', '.join(where)}.")
    return Table(table.file, table.names, rows, table.given, table.comma)
