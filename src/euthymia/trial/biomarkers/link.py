"""Which marker is which quantity of the model: the table `links.yaml` as frozen data.

The assumption that matters: words of a published row decide what it is compared with, by the first pattern that fits,
so a table made elsewhere can be read. Left out: the simulation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from euthymia.evidence.checked import checked
from euthymia.evidence.yaml_with_lines import read_yaml

TABLE = Path(__file__).parent / "links.yaml"


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)
    match: str = "."
    because: str | None = None

    def fits(self, text: str) -> bool:
        """Whether the words of a row are meant."""
        return re.search(self.match, text, re.IGNORECASE) is not None


class Link(_Entry):
    """A marker as `scale * (intercept + slope * quantity / per) ** power`, in `unit`; `cv` is a share of health."""

    quantity: str | None = None
    per: str | None = None
    intercept: float = 0.0
    slope: float = 1.0
    power: float = 1.0
    scale: float = 1.0
    unit: str = "relative"
    cv: float = 0.3
    assumed: tuple[str, ...] = ()
    reason: str | None = None

    def read(self, quantity: np.ndarray) -> np.ndarray:
        """The marker from the model's quantity (already divided by `per`)."""
        return self.scale * np.maximum(self.intercept + self.slope * quantity, 0.0) ** self.power


class Words(_Entry):
    """Words that mean something; `reason` for those we cannot answer, `needs` a measure the row must print."""

    reason: str | None = None
    needs: str | None = None


class Given(_Entry):
    """A treatment as orders: what stands for the words of a row, and when it is looked at unless the row says."""

    order: Literal["oral", "infusion", "intranasal", "rtms", "light"]
    what: str
    amount: str | None = None
    over: str | None = None
    weeks: float | None = None
    days: float | None = None
    per_week: int | None = None
    once: bool = False
    as_published: bool = False
    at_h: float


class Protocol(_Entry):
    """What is done to a healthy animal: ports held for `hours` (or for good), parameters multiplied, or a plan."""

    hold: Mapping[str, float] = {}
    multiply: Mapping[str, float] = {}
    hours: float | None = None
    plan: str | None = None


class Translation(_Entry):
    """Error of standing for something else: a share of the number, and a least; `weight` of such rows."""

    share: float
    least: float = 0.0
    weight: float = 1.0


class Links(BaseModel):
    """The whole table."""

    model_config = ConfigDict(frozen=True)
    translation: Mapping[str, Translation]
    markers: Mapping[str, Link]
    comparisons: Mapping[str, Words]
    outside: tuple[Words, ...]
    populations: Mapping[str, Words]
    plans: Mapping[str, Given]
    protocols: Mapping[str, Protocol]


@cache
def links() -> Links:
    """Our table; raises `DataError` naming file and line."""
    return checked(Links, read_yaml(TABLE))


def first(entries: Mapping[str, Any], text: str) -> str | None:
    """Name of the first entry whose pattern fits, or None."""
    return next((name for name, entry in entries.items() if entry.fits(text)), None)
