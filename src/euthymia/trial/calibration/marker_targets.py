"""Markers and preclinical observations as targets, beside the trials.

The assumption that matters: they are independent of each other and of every trial. Left out: markers of which only a
direction is known, which the scorecard checks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from euthymia.engine.task import Engine


@dataclass(frozen=True)
class MarkerTargets:
    """Observed markers, and what is needed to predict them; empty when markers are left out."""

    observed: tuple[Any, ...]
    prepared: Any

    def predict(
        self, names: tuple[str, ...], points: np.ndarray, settings: Sequence[Mapping[str, float]], engine: Engine
    ) -> np.ndarray:
        """(sets, markers) under logarithms `points` (sets, free) and what each set has switched."""
        if not self.observed:
            return np.empty((len(points), 0))
        from euthymia.trial.biomarkers.predict import predict

        sets = [
            dict(zip(names, map(float, np.exp(point)), strict=True)) | dict(switched)
            for point, switched in zip(points, settings, strict=True)
        ]
        return np.stack([predict(self.prepared, one, engine) for one in sets])


def marker_targets(people: int, seed: int, wanted: bool) -> MarkerTargets:
    """Everything that can be predicted of markers, or nothing when it is not `wanted`."""
    if not wanted:
        return MarkerTargets((), None)
    from euthymia.trial.biomarkers.predict import prepare

    prepared = prepare(people, seed)
    return MarkerTargets(tuple(prepared.observed), prepared)
