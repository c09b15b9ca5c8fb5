"""The scorecard of pharmacology: every published observation beside what the model gives, one row each.

Rows that cannot be expressed come back with a reason and are counted. The assumption that matters: agreement with a
study that gave a parameter, or to which one was fitted, is no validation, so such rows are marked and counted apart.
Left out: weighting by the spread of the publication.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from euthymia.engine.task import Engine
from euthymia.errors import EuthymiaError
from euthymia.evidence.observation import Observation
from euthymia.evidence.value import Grade, Value
from euthymia.treatments.drug import drug
from euthymia.trial.pharmacology import measure, setting, simulate
from euthymia.trial.pharmacology.setting import Arm, CannotExpress
from euthymia.trial.pharmacology.simulate import Curves

#: kinds of a summary
KINDS = ("exposure", "Cmax", "half-life", "Tmax", "clearance and volume", "interaction ratio", "genotype ratio",
         "population ratio", "other ratio", "occupancy", "half effect", "other")  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One observation: predicted and observed in its unit, `fold_error` (at least 1), and how it counts.

    `status` is `compared` or `not expressed` (with a `reason`); `basis` is `independent`, `fitted` or `same study`.
    """

    id: str
    drug: str
    compound: str
    kind: str
    metric: str
    unit: str
    predicted: float | None
    observed: float | None
    fold_error: float | None
    status: str
    reason: str | None
    group: str
    basis: str
    source: str | None
    provisional: bool
    low: float | None = None
    high: float | None = None
    taken: tuple[str, ...] = ()

    def told(self) -> dict[str, Any]:
        """The row as plain data."""
        return {key: (list(value) if isinstance(value, tuple) else value) for key, value in vars(self).items()}


def score(rows: Iterable[Observation], engine: Engine, tell: Callable[[str], None] | None = None) -> tuple[Row, ...]:
    """Every observation as a `Row`; never raises for what a row says."""
    cached: dict[Arm, Curves] = {}

    def run(arm: Arm) -> Curves:
        if arm not in cached:
            cached[arm] = simulate.run(arm, engine)
        return cached[arm]

    found = []
    for row in rows:
        if tell is not None:
            tell(row.id)
        found.append(score_one(row, run))
    return tuple(found)


def score_one(row: Observation, run: Callable[[Arm], Curves]) -> Row:
    """One observation as a `Row`."""
    owner, group, predicted, reason, taken = "", "other", None, None, ()
    unit = row.unit
    try:
        owner = setting.owner_of(row)
        group = group_of(row)
        if row.number is None:
            raise CannotExpress("the row holds no number")
        found = setting.setting_of(row)
        taken = found.taken
        predicted, unit = measure.measured(row, found, run)
        if not math.isfinite(predicted):
            raise CannotExpress("the simulation gives no finite number")
    except CannotExpress as why:
        reason = str(why)
    except EuthymiaError as error:
        reason = error.problem
    except (ValueError, KeyError, IndexError, ZeroDivisionError) as error:
        reason = f"the row cannot be read ({error})"
    observed = row.number
    low, high = row.range if row.range else (None, None)
    told = row.range if observed is not None and not isinstance(row.value, float | int) else None
    fold = _fold_in_range(predicted, told) if told is not None and reason is None else None
    if reason is None and fold is None:
        fold = _fold(*_as_ratios(row, predicted, observed), row.qualifier)
    return Row(
        id=row.id,
        drug=owner or row.drug or "",
        compound=row.compound or "",
        kind=row.kind,
        metric=row.name,
        unit=unit,
        predicted=None if reason is not None or predicted is None else float(predicted),
        observed=observed,
        fold_error=None if fold is None else float(fold),
        status="compared" if reason is None else "not expressed",
        reason=reason,
        group=group,
        basis=basis_of(row, owner),
        source=row.source,
        provisional=row.confidence == "recalled",
        low=low,
        high=high,
        taken=taken,
    )


def _as_ratios(row: Observation, predicted: float | None, observed: float | None) -> tuple[float | None, float | None]:
    """A change in per cent as the ratio it stands for (-22 % beside -14 % is 1.1-fold); anything else as it is."""
    if row.unit != "%" or predicted is None or observed is None:
        return predicted, observed
    for word, sign in (("change", 1), ("decrease", -1), ("reduction", -1), ("increase", 1)):
        if word in row.name.lower():
            return 1 + sign * predicted / 100, 1 + sign * observed / 100
    return predicted, observed


def _fold(predicted: float | None, observed: float | None, qualifier: str | None = None) -> float | None:
    """At least 1; 1 when a bound that the publication prints is kept; None when the signs differ."""
    if predicted is None or observed is None:
        return None
    kept = {
        "<": predicted < observed,
        "<=": predicted <= observed,
        ">": predicted > observed,
        ">=": predicted >= observed,
    }
    if kept.get(qualifier or ""):
        return 1.0
    if predicted * observed <= 0:
        return None
    return max(predicted / observed, observed / predicted)


def _fold_in_range(predicted: float | None, told: tuple[float, float]) -> float | None:
    """Where only a range was published: 1 inside, else the fold to the nearer end; None below zero."""
    low, high = sorted(told)
    if predicted is None or predicted <= 0 or low <= 0:
        return None
    return max(1.0, low / predicted, predicted / high)


def group_of(row: Observation) -> str:
    """What kind of number it is, for summaries."""
    name = row.name.lower()
    if measure.HALF_EFFECT.search(name) and row.unit != "%":
        return "half effect"
    if row.kind in ("occupancy", "pd") or (row.target and row.unit == "%"):
        return "occupancy"
    relative = bool(re.search(r"ratio|change|decrease|fold|gmr", name)) or row.unit in ("ratio", "fold")
    if relative and "/" not in (row.compound or "") and "accumulation" not in name:
        if row.kind in ("ddi", "ddi_perpetrator"):
            return "interaction ratio"
        if "genotype" in row.kind:
            return "genotype ratio"
        return "population ratio" if row.kind == "special_population" else "other ratio"
    if relative and re.search(r"[/:]", row.compound or ""):
        return "other ratio"  # one compound over another
    for pattern, group in (
        (r"^cmax|peak", "Cmax"), (r"^tmax", "Tmax"), (r"t1/2|t_half|half-?life", "half-life"),
        (r"^auc|^css|trough|cmin|^conc|cavg", "exposure"), (r"^cl|^v", "clearance and volume"),
    ):  # fmt: skip
        if re.search(pattern, name):
            return group
    return "other ratio" if relative or row.unit in ("fraction", "%") else "other"


def basis_of(row: Observation, owner: str) -> str:
    """`same study` when the row's study gave a parameter, `fitted` when a parameter was fitted to it."""
    if row.same_study_as_params or (owner and _study_key(row.source) in kinetic_sources(owner)):
        return "same study"
    if owner and row.kind == "occupancy" and _study_key(row.source) in target_sources(owner):
        return "same study"
    if owner and (row.id in fitted_ids() or _sums_up_fitted(row)):
        return "fitted"
    return "independent"


def _sums_up_fitted(row: Observation) -> bool:
    """A half effect sums up the occupancies of its study; where one of those was fitted, so was it."""
    key = _study_key(row.source)
    return bool(key and measure.HALF_EFFECT.search(row.name)) and (row.drug, key) in fitted_studies()


def _study_key(citation: str | None) -> str:
    """Surname and year of a citation as our bibliography writes them; nothing for a label."""
    found = re.search(r"([A-Z][a-zà-ÿ]+)(?: & [A-Z][a-z]+)? ((?:19|20)\d\d)", citation or "")
    return f"{found[1].lower()}{found[2]}" if found else ""


@cache
def kinetic_sources(name: str) -> frozenset[str]:
    """Sources of the clearances, volumes and flows that a drug's kinetics take as published or derive from."""
    found = set()
    for compound in drug(name).compounds:
        parts = (compound.volume, compound.clearance, compound.liver, compound.peripherals)
        found |= {value.source for part in parts for value in _values(part) if value.source}
    return frozenset(found)


@cache
def target_sources(name: str) -> frozenset[str]:
    """Sources of the half effects that a drug's targets take as published."""
    values = (value for compound in drug(name).compounds for value in _values(compound.targets))
    return frozenset(value.source for value in values if value.source)


@cache
def fitted_ids() -> frozenset[str]:
    """Ids of observations that fitted values of the drug files name as their data."""
    from euthymia.evidence.observation import observations
    from euthymia.treatments.drug import drugs

    texts = [value.because or "" for name in drugs() for value in _values(drug(name)) if value.grade is Grade.fitted]
    known = [row.id for row in observations().rows]
    named: set[str] = set()
    for text in texts:
        for first, last in re.findall(r"\b([A-Za-z_]+_?[E]?\d+)(?: to ([A-Za-z_]*\d+))?", text):
            named |= _span(first, last or first)
        for prefix, numbers in re.findall(r"\b([a-z_]+_E?)(\d+(?:, (?:E?\d+))+)", text):
            named |= {f"{prefix}{number.strip().removeprefix('E')}" for number in numbers.split(",")}
    return frozenset(one for one in known if one in named or one.rstrip("abcdefghijk") in named)


@cache
def fitted_studies() -> frozenset[tuple[str | None, str]]:
    """Drug and study of every observation that a parameter was fitted to."""
    from euthymia.evidence.observation import observations

    return frozenset((row.drug, _study_key(row.source)) for row in observations().rows if row.id in fitted_ids())


def _span(first: str, last: str) -> set[str]:
    head, start = re.fullmatch(r"(.*?)(\d+)", first).groups()  # type: ignore[union-attr]
    end = re.search(r"(\d+)$", last)
    if end is None:
        return {first}
    width = len(start)
    return {f"{head}{number:0{width}d}" for number in range(int(start), int(end[1]) + 1)}


def _values(thing: Any) -> Iterable[Value]:
    """Every `Value` inside a drug."""
    if isinstance(thing, Value):
        yield thing
    elif isinstance(thing, dict):
        for part in thing.values():
            yield from _values(part)
    elif isinstance(thing, (list, tuple)):
        for part in thing:
            yield from _values(part)
    elif hasattr(type(thing), "model_fields"):
        for key in type(thing).model_fields:
            yield from _values(getattr(thing, key))


@dataclass(frozen=True)
class Summary:
    """How a group of rows did: how many, share within 1.5- and 2-fold, geometric mean fold error."""

    group: str
    count: int
    within_half: float
    within_double: float
    mean_fold: float


def summaries(rows: Iterable[Row], key: Callable[[Row], str] = lambda row: row.group) -> tuple[Summary, ...]:
    """One `Summary` for each value of `key` among the compared rows, worst share first."""
    groups: dict[str, list[float]] = {}
    for row in rows:
        if row.fold_error is not None:
            groups.setdefault(key(row), []).append(row.fold_error)
    found = [
        Summary(
            name, len(folds), sum(f <= 1.5 for f in folds) / len(folds), sum(f <= 2 for f in folds) / len(folds),
            math.exp(sum(map(math.log, folds)) / len(folds)),
        )
        for name, folds in groups.items()
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.within_half, -one.count)))


def points_off(rows: Iterable[Row]) -> list[float]:
    """Percentage points between predicted and observed occupancy, inside the printed range counting as 0."""
    off = []
    for row in rows:
        if row.group == "occupancy" and row.predicted is not None and row.observed is not None:
            low = row.low if row.low is not None else row.observed
            high = row.high if row.high is not None else row.observed
            off.append(max(0.0, low - row.predicted, row.predicted - high))
    return off
