"""Rating scales: ordered items on symptom domains, one rating's error, and the cut-offs trials use.

An item is a graded response on its domain (see `graded`): `total` is what is expected, `ratings` are categories drawn
as a rater would write them. The error of a rating has two parts: chance in each item, and a leaning of the day that
moves all items together, as large as the published test-retest error of the total leaves room for. The assumption that
matters: thresholds stand at even steps of a domain's severity (see `Scale.graded`), because no source gives them on
domains of ours. Left out: raters with habits; links between scales (see `links`).
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from euthymia.cohort.cohort import RATER, Patient
from euthymia.errors import DataError, UnknownName
from euthymia.evidence.checked import checked
from euthymia.evidence.read_value import value_from
from euthymia.evidence.value import Value
from euthymia.evidence.yaml_with_lines import read_yaml
from euthymia.model.symptoms.domains import DOMAINS
from euthymia.trial.graded import Graded

FOLDER = Path(__file__).parent / "scales"
MID_TRIAL = 0.4  # severity of every domain (MADRS about 24) at which a rating has its published error


class Item(BaseModel):
    """One item: its domain, its top score, and where that is reached: `share` is the expected part of the top when the
    domain is at its worst; above 1 the top comes sooner, at 0 never. Items of one `group` count once, by the highest.
    `thresholds`, if a source gives them, are severities of the domain at which half score 1 or more, 2 or more …"""

    model_config = ConfigDict(frozen=True, extra="forbid")
    domain: str
    maximum: int = Field(gt=0)
    share: float = Field(ge=0, le=2)
    group: str | None = None
    discrimination: float | None = Field(None, gt=0)
    thresholds: tuple[float, ...] | None = None

    @field_validator("domain")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in DOMAINS:
            raise ValueError(f"'{name}' is not a symptom domain; known: {', '.join(DOMAINS)}")
        return name

    @model_validator(mode="after")
    def _ordered(self) -> Item:
        given = self.thresholds
        if given is not None and (len(given) != self.maximum or list(given) != sorted({*given}) or given[0] <= 0):
            raise ValueError(f"an item from 0 to {self.maximum} has {self.maximum} thresholds, each above the last")
        return self


class Link(BaseModel):
    """The published link of a scale: rows of `scale_links` with anchors (this scale, the other); `change` is the row
    for improvements."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    to: str
    table: str
    change: str | None = None


class Scale(BaseModel):
    """A rating scale; response is a share of baseline, remission a total, `madrs_points` what one point is worth."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    name: str
    label: str
    maximum: float
    response: float
    remission: float
    rater_sd: Value
    discrimination: Value
    madrs_points: Value
    items: Mapping[str, Item]
    part_of: str | None = None
    link: Link | None = None

    @model_validator(mode="before")
    @classmethod
    def _taken_from(cls, given: Any) -> Any:
        """Items of a short form are those of the scale it is part of, by name."""
        if not isinstance(given, dict) or not given.get("part_of"):
            return given
        whole = scale(given["part_of"])
        for name in given.get("items", ()):
            if name not in whole.items:
                raise UnknownName("item", name, whole.items)
        return (
            {"discrimination": whole.discrimination}
            | given
            | {"items": {name: whole.items[name] for name in given.get("items", ())}}
        )

    @field_validator("rater_sd", "discrimination", "madrs_points", mode="before")
    @classmethod
    def _a_value(cls, given: object) -> Value:
        return given if isinstance(given, Value) else value_from(given)

    @cached_property
    def graded(self) -> Graded:
        """The items as arrays; category k of an item stands at (k - offset)/(maximum x share) of its domain's severity.

        The n items of one domain differ in difficulty by even steps of the offset, (j - 1/2)/n for the j-th of them.
        """
        if self.part_of:
            whole = scale(self.part_of)
            return whole.graded.only([list(whole.items).index(name) for name in self.items])
        items = tuple(self.items.values())
        thresholds = np.full((len(items), max(item.maximum for item in items)), np.nan)
        for row, item in enumerate(items):
            like = [other for other in items if other.domain == item.domain and other.share > 0]
            offset = (next((j for j, other in enumerate(like) if other is item), 0) + 0.5) / max(len(like), 1)
            even = (np.arange(1, item.maximum + 1) - offset) / (item.maximum * (item.share or 1e-9))
            given = even if item.thresholds is None else np.array(item.thresholds)
            thresholds[row, : item.maximum] = np.where(given < 1, given, np.nan)
        groups = {
            name: number for number, name in enumerate(dict.fromkeys(i.group or n for n, i in self.items.items()))
        }
        return Graded(
            np.array([DOMAINS.index(item.domain) for item in items]),
            np.array([item.discrimination or self.discrimination.number for item in items]),
            thresholds,
            np.array([groups[item.group or name] for name, item in self.items.items()]),
        )

    @cached_property
    def leaning_sd(self) -> float:
        """Standard deviation, in logits, of what moves all items of one rating together: `rater_sd` at mid-trial
        severity without the part that chance in the items explains; 0 where that part is larger."""
        middle = np.full((1, len(DOMAINS)), MID_TRIAL)
        room = self.rater_sd.number**2 - self.graded.variance(middle)[0]
        up, down = (self.graded.reached(middle, leaning)[0].sum() for leaning in (0.05, -0.05))
        return float(np.sqrt(max(room, 0.0)) / ((up - down) / 0.1))

    def total(self, domains: np.ndarray) -> np.ndarray:
        """Expected totals from domains (…, 7)."""
        return self.graded.expected(domains)

    def ratings(self, domains: np.ndarray, patients: Sequence[Patient]) -> np.ndarray:
        """Item scores (people, visits, items) as raters write them, from domains (people, visits, 7).

        Drawn from each patient's own stream, so that a first visit is the same however many follow; a short form is
        read off the ratings of the whole. NaN for whoever was not solved.
        """
        if self.part_of:
            whole = scale(self.part_of)
            names = tuple(whole.items)
            return whole.ratings(domains, patients)[..., [names.index(name) for name in self.items]]
        people, visits = domains.shape[:2]
        leaning, chance = np.empty((people, visits)), np.empty((people, visits, len(self.items)))
        key = zlib.crc32(self.name.encode())
        for row, patient in enumerate(patients):
            leaning[row] = patient.random(RATER).standard_normal(visits)
            own = np.random.Philox(key=[patient.seed, patient.number], counter=[0, 0, key, RATER])
            chance[row] = np.random.Generator(own).random((visits, len(self.items)))
        return self.graded.drawn(domains, leaning * self.leaning_sd, chance)

    def rated(self, domains: np.ndarray, patients: Sequence[Patient]) -> np.ndarray:
        """Totals (people, visits) of `ratings`."""
        return self.graded.added(self.ratings(domains, patients))


def scales() -> tuple[str, ...]:
    """Names of the scales that ship."""
    return tuple(sorted(scale(path.stem).name for path in FOLDER.glob("*.yaml")))


@cache
def scale(name: str) -> Scale:
    """A scale by name, in any case, with - or _; raises `UnknownName` or `DataError`."""
    path = FOLDER / f"{name.lower().replace('-', '_')}.yaml"
    if not path.exists():
        raise UnknownName("scale", name, [file.stem.upper() for file in FOLDER.glob("*.yaml")])
    document = read_yaml(path)
    found = checked(Scale, document)
    tops: dict[str, int] = {}
    for item_name, item in found.items.items():
        group = item.group or item_name
        tops[group] = max(tops.get(group, 0), item.maximum)
    if sum(tops.values()) != found.maximum:
        raise DataError(
            f"the items add up to {sum(tops.values()):g}, the maximum says {found.maximum:g}",
            place=document.place("maximum"),
            rule="The maximum of a scale is the sum of its items' maxima.",
            fix="Correct an item or the maximum.",
        )
    return found
