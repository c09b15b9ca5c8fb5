"""The evidence as one frozen library: sources, values as read, published trials.

The assumption that matters: text in the folder is the truth, read once and never changed by a run. A fit
reaches published outcomes only through `calibration_trials`, which cannot return a held-out trial.
Left out: choosing among values, and search.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from euthymia.errors import DataError, UnknownName
from euthymia.evidence.value import Value

if TYPE_CHECKING:
    from euthymia.evidence.bibliography import Source
    from euthymia.evidence.marker import Marker, ScaleLink
    from euthymia.evidence.preclinical import CoursePoint
    from euthymia.evidence.published_trial import PublishedTrial

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Library:
    """Everything in one evidence folder; each part is read when it is first asked for."""

    folder: Path = FOLDER

    def value(self, key: str) -> Value:
        """The value called `source/name`; raises `UnknownName` with the nearest names."""
        source, _, name = key.partition("/")
        path = self.folder / "sources" / f"{source}.yaml"
        if not name or not path.is_file():
            raise UnknownName("value", key, self.values)
        found = _values_in(path)
        if name not in found:
            raise UnknownName("value", key, [f"{source}/{known}" for known in found])
        return found[name]

    def source(self, key: str) -> Source:
        """The publication behind a key; raises `UnknownName` with the nearest keys."""
        if key not in self.sources:
            raise UnknownName("source", key, self.sources)
        return self.sources[key]

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """Key → `Source` for the whole bibliography."""
        from euthymia.evidence.bibliography import read_bibliography

        return MappingProxyType(read_bibliography(self.folder / "sources.bib"))

    @cached_property
    def values(self) -> Mapping[str, Value]:
        """`source/name` → `Value` for every value file."""
        files = sorted((self.folder / "sources").glob("*.yaml"))
        return MappingProxyType(
            {f"{path.stem}/{name}": value for path in files for name, value in _values_in(path).items()}
        )

    @cached_property
    def trials(self) -> tuple[PublishedTrial, ...]:
        """Every published trial of ours, held-out ones too, by id; raises `DataError`."""
        from euthymia.evidence.trial_table import read_trials

        table = read_trials(self.folder / "trials")
        for problem in table.problems:
            raise problem
        return table.trials

    @cached_property
    def markers(self) -> Mapping[str, Marker]:
        """Id → published effect on a biological marker."""
        from euthymia.evidence.marker import read_markers

        return MappingProxyType(read_markers(self.folder / "biomarkers.yaml"))

    @cached_property
    def courses(self) -> Mapping[str, CoursePoint]:
        """Id → one number of a published course in animals, cells or a model of them; none without such a table."""
        from euthymia.evidence.preclinical import read_courses

        table = self.folder / "preclinical.yaml"
        return MappingProxyType(read_courses(table) if table.is_file() else {})

    @cached_property
    def scale_links(self) -> Mapping[str, ScaleLink]:
        """Id → link between two rating scales, or what is known of one scale's error and cut-offs."""
        from euthymia.evidence.marker import read_scale_links

        return MappingProxyType(read_scale_links(self.folder / "scale_links.yaml"))

    def problems(self) -> tuple[str, ...]:
        """What `euthymia check` reports: values and trials whose source is not in the bibliography."""
        missing = [
            f"{value.place}: source '{value.source}' is not in sources.bib"
            for value in self.values.values()
            if value.source and value.source not in self.sources
        ]
        missing += [
            f"trials/{trial.id}.yaml: source '{trial.source}' is not in sources.bib"
            for trial in self.trials
            if trial.source not in self.sources
        ]
        missing += [
            f"{table}, {row.id}: source '{row.source}' is not in sources.bib"
            for table, rows in (
                ("biomarkers.yaml", self.markers),
                ("preclinical.yaml", self.courses),
                ("scale_links.yaml", self.scale_links),
            )
            for row in rows.values()
            if row.source and row.source not in self.sources
        ]
        return tuple(missing)


@cache
def library(folder: Path = FOLDER) -> Library:
    """The library of a folder, ours by default; read once in a process."""
    return Library(folder)


def published_trials() -> tuple[PublishedTrial, ...]:
    """Every published trial, for scoring and for reports; never for a fit."""
    return library().trials


def calibration_trials() -> tuple[PublishedTrial, ...]:
    """The trials a fit may see: those marked `calibrate`, and no other."""
    return tuple(trial for trial in library().trials if trial.split == "calibrate")


@cache
def _values_in(path: Path) -> Mapping[str, Value]:
    """Name → `Value` for one file of values; raises `DataError`."""
    from euthymia.evidence.read_value import value_from
    from euthymia.evidence.yaml_with_lines import read_yaml

    document = read_yaml(path)
    content = document.content
    if not isinstance(content, dict) or set(content) != {"source", "values"} or not isinstance(content["values"], dict):
        raise DataError(
            "a file of values holds 'source' and 'values', and nothing else",
            place=document.place(),
            fix="Write 'source: <key in sources.bib>' and below it 'values:' with one name a value.",
        )
    if content["source"] != path.stem:
        raise DataError(
            f"the file is named '{path.stem}' but its source is '{content['source']}'",
            place=document.place("source"),
            fix="Give the file the name of its source.",
        )
    return MappingProxyType(
        {
            name: value_from(given, document.place("values", name), source=content["source"])
            for name, given in content["values"].items()
        }
    )
