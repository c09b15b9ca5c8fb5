"""The one downstream parameter set: `parameters/<block>.yaml` as read or assumed, and `parameters/fit/` on top.

Every number is a `Value`. A fitted number replaces its starting value and carries the id of the fit; the starting
value stays readable as the centre of its prior. Left out: anything a treatment brings, which comes with the treatment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from euthymia.errors import DataError, Place
from euthymia.evidence.read_value import value_from
from euthymia.evidence.value import Confidence, Grade, Value
from euthymia.evidence.yaml_with_lines import Document, read_yaml

FOLDER = Path(__file__).parent / "parameters"
FIT = FOLDER / "fit"

FIT_TABLES = ("ensemble.csv", "covariance.csv", "targets.csv", "identified.csv", "rivals.csv")

#: prior classes of model.md section 16 as log-standard deviations: measured in humans, measured in animals, neither
PRIOR_LOG_SD = MappingProxyType({"A": 0.2, "B": 0.5, "C": 0.8})


@dataclass(frozen=True)
class Prior:
    """Where a parameter may lie before the fit: log-normal around the starting value, cut to `low … high`."""

    centre: float
    log_sd: float
    low: float
    high: float


@dataclass(frozen=True)
class Fit:
    """A finished fit: what came out, how sure, and which targets (by hash) went in.

    `covariance` is that of the logarithms of `names`, in their order; `ensemble` are parameter sets that explain the
    targets about as well, `weights` how much each counts (adding to 1) and `states` which alternative of every
    hypothesis each one holds (hypothesis → alternative). `told` is the rest of what the fit says of itself, `targets`
    (published beside fitted) among it; `identified` and `rivals` are the rows of the tables of that name.
    """

    id: str
    names: tuple[str, ...]
    numbers: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    ensemble: tuple[tuple[float, ...], ...]
    told: Mapping[str, Any]
    weights: tuple[float, ...] = ()
    states: tuple[Mapping[str, str], ...] = ()
    identified: tuple[Mapping[str, Any], ...] = ()
    rivals: tuple[Mapping[str, Any], ...] = ()


def values_for(block: str) -> Mapping[str, Value]:
    """Current parameter values of a block, fitted numbers included; raises `DataError`."""
    fit = current_fit()
    fitted = dict(zip(fit.names, fit.numbers, strict=True)) if fit else {}
    values = {}
    for name, value in starting_values(block).items():
        full = f"{block}.{name}"
        if fit and full in fitted:
            value = value.with_(
                number=fitted[full],
                grade=Grade.fitted,
                fit=fit.id,
                confidence=Confidence.recalled,
                because=f"started from {value.number:g} ({value.because or value.source})",
            )
        values[name] = value
    return MappingProxyType(values)


@cache
def starting_values(block: str) -> Mapping[str, Value]:
    """A block's values as written in its file, before any fit."""
    document = read_yaml(FOLDER / f"{block}.yaml")
    _check_table(document)
    return MappingProxyType(
        {
            name: value_from({k: v for k, v in entry.items() if k != "prior"}, document.place(name))
            for name, entry in document.content.items()
        }
    )


@cache
def priors(block: str) -> Mapping[str, Prior]:
    """Priors of those parameters of a block that a fit may move."""
    document = read_yaml(FOLDER / f"{block}.yaml")
    found = {}
    for name, entry in document.content.items():
        if "prior" not in entry:
            continue
        given, centre = entry["prior"], float(entry["value"])
        if given.get("class") not in PRIOR_LOG_SD:
            raise DataError(
                f"the prior class is '{given.get('class')}'",
                place=document.place(name, "prior"),
                rule="A: measured in humans; B: measured in animals; C: neither.",
                fix="Write prior: {class: C}, with low and high if it has bounds.",
            )
        found[name] = Prior(
            centre,
            PRIOR_LOG_SD[given["class"]],
            float(given.get("low", centre / 30)),
            float(given.get("high", centre * 30)),
        )
    return MappingProxyType(found)


@cache
def current_fit() -> Fit | None:
    """The shipped fit, or None before the first one."""
    return read_fit(FIT) if (FIT / "fit.yaml").exists() else None


def read_fit(folder: Path) -> Fit:
    """The fit that a calibration wrote to a folder; raises `DataError` if a part of it is missing."""
    for name in ("fit.yaml", *FIT_TABLES):
        if not (folder / name).exists():
            raise DataError(
                f"the fit in '{folder}' has no {name}",
                place=Place(str(folder)),
                rule=f"A fit is {', '.join(('fit.yaml', *FIT_TABLES))}, written together.",
                fix="Write it again with 'euthymia calibrate'.",
            )
    told = dict(read_yaml(folder / "fit.yaml").content)
    parameters = told.pop("parameters")
    members = _rows(folder / "ensemble.csv")
    questions = [name for name in (members[0] if members else {}) if "?" in name]
    return Fit(
        str(told.pop("id")),
        tuple(parameters),
        tuple(float(number) for number in parameters.values()),
        tuple(tuple(float(row[name]) for name in parameters) for row in _rows(folder / "covariance.csv")),
        tuple(tuple(float(row[name]) for name in parameters) for row in members),
        MappingProxyType(told | {"targets": _rows(folder / "targets.csv")}),
        tuple(float(row["weight"]) for row in members),
        tuple(MappingProxyType({name.removesuffix("?"): row[name] for name in questions}) for row in members),
        _rows(folder / "identified.csv"),
        _rows(folder / "rivals.csv"),
    )


def _rows(path: Path) -> tuple[dict[str, str], ...]:
    import csv

    with path.open(newline="", encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


def _check_table(document: Document) -> None:
    if not isinstance(document.content, dict) or not all(isinstance(v, dict) for v in document.content.values()):
        raise DataError(
            "a parameter table maps each name to its value",
            place=document.place(),
            rule="name: {value, unit, meaning, grade, confidence, because or source, prior}.",
            fix="See any other file in the folder.",
        )
