"""A dose at the cortex: a value that never travels without the name of what was measured, its interval and its origin.

The assumption that matters: 'the field' means nothing until it is said whether it is a peak, a percentile or a mean
over a region, so `metric` is part of the value. Left out: what the dose does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

NOT_FOR_PLANNING = "template head, not patient planning; not a recommendation"


@dataclass(frozen=True)
class CorticalDose:
    """One physical quantity at the cortex.

    `metric` names what was taken of it (peak, p99, region mean, depth mean …), `interval` holds what is not known about
    it, `interval_kind` says what spans that interval, `alternatives` are the values that make it up, by name.
    """

    quantity: str
    value: float
    unit: str
    metric: str
    interval: tuple[float, float]
    interval_kind: str
    provenance: str
    confidence: str = "computed"
    alternatives: tuple[tuple[str, float], ...] = ()

    def told(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "quantity": self.quantity,
            "value": self.value,
            "unit": self.unit,
            "metric": self.metric,
            "interval": list(self.interval),
            "interval_kind": self.interval_kind,
            "provenance": self.provenance,
            "confidence": self.confidence,
            "alternatives": dict(self.alternatives),
            "note": NOT_FOR_PLANNING,
        }

    def __str__(self) -> str:
        low, high = self.interval
        spread = f"{low:.3g} to {high:.3g}, {self.interval_kind}"
        return f"{self.quantity} ({self.metric}): {self.value:.3g} ({spread}) {self.unit}"


def distribution(
    quantity: str, unit: str, metric: str, kind: str, found: dict[str, float], provenance: str
) -> CorticalDose:
    """A dose known only as several answers: the median in the middle, and all of them inside the interval."""
    numbers = np.array(list(found.values()))
    low, high = float(numbers.min()), float(numbers.max())
    return CorticalDose(
        quantity,
        float(np.median(numbers)),
        unit,
        metric,
        (low, high),
        kind,
        provenance,
        alternatives=tuple(found.items()),
    )
