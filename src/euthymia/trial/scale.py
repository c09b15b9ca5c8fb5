"""Rating scales: items that add up from symptom domains, one rating's error, and the cut-offs trials use.

The assumption that matters: an item is expected at its maximum times the severity of its domain (times a fixed share
for items that seldom reach their top). Left out: ordered categories, raters with habits, links between scales (they
are shown beside the item route in the report).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator

from euthymia.errors import DataError, UnknownName
from euthymia.evidence.checked import checked
from euthymia.evidence.read_value import value_from
from euthymia.evidence.value import Value
from euthymia.evidence.yaml_with_lines import read_yaml
from euthymia.model.symptoms.domains import DOMAINS

FOLDER = Path(__file__).parent / "scales"


class Item(BaseModel):
    """One item: its domain, its top score and the share of it that is reached when the domain is at its worst."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    domain: str
    maximum: float = Field(gt=0)
    share: float = Field(ge=0, le=1)

    @field_validator("domain")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in DOMAINS:
            raise ValueError(f"'{name}' is not a symptom domain; known: {', '.join(DOMAINS)}")
        return name


class Scale(BaseModel):
    """A rating scale; response is a share of baseline, remission a total."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    name: str
    label: str
    maximum: float
    response: float
    remission: float
    rater_sd: Value
    items: Mapping[str, Item]

    @field_validator("rater_sd", mode="before")
    @classmethod
    def _a_value(cls, given: object) -> Value:
        return given if isinstance(given, Value) else value_from(given)

    @cached_property
    def weights(self) -> np.ndarray:
        """Points per unit of each domain, in the order of `DOMAINS`."""
        points: dict[str, float] = dict.fromkeys(DOMAINS, 0.0)
        for item in self.items.values():
            points[item.domain] += item.maximum * item.share
        return np.array([points[name] for name in DOMAINS])

    def total(self, domains: np.ndarray) -> np.ndarray:
        """Expected totals from domains (…, 7)."""
        return domains @ self.weights

    def rated(self, total: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """Totals as a rater writes them: with error, whole points, inside the scale."""
        noise = random.standard_normal(total.shape) * self.rater_sd.number
        return np.clip(np.round(total + noise), 0, self.maximum)


def scales() -> tuple[str, ...]:
    """Names of the scales that ship."""
    return tuple(sorted(scale(path.stem).name for path in FOLDER.glob("*.yaml")))


@cache
def scale(name: str) -> Scale:
    """A scale by name, in any case; raises `UnknownName` or `DataError`."""
    path = FOLDER / f"{name.lower()}.yaml"
    if not path.exists():
        raise UnknownName("scale", name, [file.stem.upper() for file in FOLDER.glob("*.yaml")])
    document = read_yaml(path)
    found = checked(Scale, document)
    top = sum(item.maximum for item in found.items.values())
    if top != found.maximum:
        raise DataError(
            f"the items add up to {top:g}, the maximum says {found.maximum:g}",
            place=document.place("maximum"),
            rule="The maximum of a scale is the sum of its items' maxima.",
            fix="Correct an item or the maximum.",
        )
    return found
