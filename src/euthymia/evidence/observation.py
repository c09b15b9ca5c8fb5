"""Published observations of drugs in people: exposures, ratios, half-lives, occupancies, as the tables print them.

The schema is that of the reference tables: one mapping a row, with free text for dose and population. The assumption
that matters: keys this schema does not know are kept and ignored, so a table made elsewhere can be read. Left out: what
the text means, which the trial room works out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from euthymia.errors import DataError, Place
from euthymia.evidence.yaml_with_lines import read_yaml

FOLDER = Path(__file__).parent / "observations"


class Observation(BaseModel):
    """One published number, its unit, and the words that say how it was obtained.

    Occupancies (`target`, `time_h`) come from the `engagement` part of a table; `kind` is then `occupancy`.
    """

    model_config = ConfigDict(frozen=True, extra="allow", coerce_numbers_to_str=True)
    id: str
    name: str
    compound: str | None = None
    drug: str | None = None
    kind: str = "pk"
    value: float | str | None = None
    range: tuple[float, float] | None = None
    qualifier: str | None = None
    unit: str = "-"
    statistic: str | None = None
    study: str | None = None
    title: str | None = None
    dose: str | None = None
    route: str | None = None
    schedule: str | None = None
    n: int | None = None
    population: str | None = None
    same_study_as_params: bool | None = None
    source: str | None = None
    url: str | None = None
    confidence: str | None = None
    target: str | None = None
    time_h: float | None = None
    plasma_ng_ml: Any = None
    note: str | None = None

    @property
    def number(self) -> float | None:
        """The published number: the value, or the middle of a range (geometric where it can be); None without one."""
        if isinstance(self.value, float | int):
            return float(self.value)
        if self.range is not None:
            low, high = self.range
            return (low * high) ** 0.5 if low > 0 and high > 0 else (low + high) / 2
        return None

    @property
    def words(self) -> str:
        """Everything the row says in words about how it was obtained."""
        return " ; ".join(part for part in (self.title, self.dose, self.population, self.note) if part)


@dataclass(frozen=True)
class Table:
    """Rows that could be read, and a sentence for each that could not."""

    rows: tuple[Observation, ...]
    problems: tuple[str, ...]


def observations(source: Path | None = None) -> Table:
    """Every row of a file or folder, ours when none is named; raises `DataError` when there is nothing to read.

    A file is a list of rows, or a mapping with `observations` (and `engagement`), as in the reference tables.
    """
    where = source or FOLDER
    files = sorted(where.glob("*.yaml")) + sorted(where.glob("*.json")) if where.is_dir() else [where]
    if not files or not all(file.is_file() for file in files):
        raise DataError(
            "there is no table of observations here",
            place=Place(where),
            rule="A table is a YAML or JSON file, or a folder of them.",
            fix="See docs/pharmacology.md for the form.",
        )
    rows: list[Observation] = []
    problems: list[str] = []
    for file in files:
        try:
            read = list(_rows(file))
        except DataError as error:
            if not where.is_dir():
                raise
            problems.append(str(error).splitlines()[0])  # another kind of file in the same folder
            continue
        for found in read:
            rows.append(found) if isinstance(found, Observation) else problems.append(found)
    return Table(tuple(rows), tuple(problems))


def _rows(file: Path) -> Iterator[Observation | str]:
    document = read_yaml(file)
    content = document.content
    drug, parts = None, {"observations": content}
    if isinstance(content, dict):
        drug = content.get("drug") or _drug_of(content) or (file.stem if "identity" in content else None)
        parts = {key: content.get(key) or [] for key in ("observations", "engagement", "rows") if key in content}
    if not parts or not all(isinstance(part, list) for part in parts.values()):
        raise DataError(
            "the table holds no list of observations",
            place=document.place(),
            rule="A list of rows, or a mapping with 'observations'.",
            fix="See docs/pharmacology.md for the form.",
        )
    for part, entries in parts.items():
        for number, entry in enumerate(entries):
            if not isinstance(entry, dict):
                yield f"{file.name}, row {number + 1}: a row is a mapping"
                continue
            given = {key: value for key, value in entry.items() if value is not None}
            given.setdefault("drug", drug or entry.get("medication"))
            if part == "engagement":
                given.setdefault("kind", "occupancy")
            given.setdefault("id", f"{file.stem}-{number + 1}")
            try:
                yield Observation.model_validate(given)
            except ValidationError as error:
                first = error.errors()[0]
                yield f"{file.name}, row {given['id']}: {'.'.join(map(str, first['loc']))}: {first['msg']}"


def _drug_of(content: dict[str, Any]) -> str | None:
    """The drug a reference table is about, from its identity list."""
    for entry in content.get("identity") or ():
        if isinstance(entry, dict) and entry.get("name") == "drug":
            return str(entry.get("value") or "").split(" (")[0] or None
    return None
