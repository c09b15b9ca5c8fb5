"""A finished trial: trajectories, ratings, and enough about itself to be done again.

Simulation ends here; endpoints are computed from it and can change without simulating again. Left out: individual
trajectories of quantities nobody asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from euthymia.engine.task import Status
from euthymia.errors import UnknownName
from euthymia.model.block import Model
from euthymia.treatments.plan import Plan
from euthymia.trial.enrol import Enrolment, Person
from euthymia.trial.protocol import Trial
from euthymia.trial.scale import scale

if TYPE_CHECKING:
    import polars


@dataclass(frozen=True)
class ArmRun:
    """One arm: `times` (hours), `outputs` by name, `values` (people, times, outputs), one status a person.

    `rated` is (people, visits) per scale, what the rater wrote; `items` (people, visits, items) per scale, what it adds
    up from, in the order of the scale's items; `observed` (people, visits), whether the person still came.
    """

    name: str
    plan: Plan
    model: Model
    people: tuple[Person, ...]
    times: np.ndarray
    outputs: tuple[str, ...]
    values: np.ndarray
    status: tuple[Status, ...]
    visits: np.ndarray
    rated: Mapping[str, np.ndarray]
    observed: np.ndarray
    items: Mapping[str, np.ndarray] = field(default_factory=lambda: MappingProxyType({}))

    def output(self, name: str) -> np.ndarray:
        """One output as (people, times); raises `UnknownName`."""
        if name not in self.outputs:
            raise UnknownName("output", name, self.outputs)
        return self.values[:, :, self.outputs.index(name)]

    def total(self, scale_name: str) -> np.ndarray:
        """Expected scale totals (people, times), without rater error."""
        from euthymia.model.symptoms.domains import DOMAINS

        index = [self.outputs.index(name) for name in DOMAINS]
        return scale(scale_name).total(self.values[:, :, index])


@dataclass(frozen=True)
class Run:
    """A trial that has been run."""

    trial: Trial
    arms: Mapping[str, ArmRun]
    enrolment: Enrolment
    header: Mapping[str, Any]

    def arm(self, name: str) -> ArmRun:
        if name not in self.arms:
            raise UnknownName("arm", name, self.arms)
        return self.arms[name]

    @property
    def failures(self) -> tuple[tuple[str, int, Status], ...]:
        """Everybody who could not be solved: arm, patient number, status."""
        return tuple(
            (name, person.patient.number, status)
            for name, arm in self.arms.items()
            for person, status in zip(arm.people, arm.status, strict=True)
            if not status.ok
        )

    @cached_property
    def ratings(self) -> polars.DataFrame:
        """One row a person, visit and scale: arm, patient, time_h, scale, rated, expected, observed."""
        import polars

        parts = []
        for name, arm in self.arms.items():
            at = np.searchsorted(arm.times, arm.visits)
            people, visits = len(arm.people), len(arm.visits)
            numbers = np.repeat([person.patient.number for person in arm.people], visits)
            for scale_name, rated in arm.rated.items():
                parts.append(
                    polars.DataFrame(
                        {
                            "arm": [name] * (people * visits),
                            "patient": numbers,
                            "time_h": np.tile(arm.visits, people),
                            "scale": [scale_name] * (people * visits),
                            "rated": rated.ravel(),
                            "expected": arm.total(scale_name)[:, at].ravel(),
                            "observed": arm.observed.ravel(),
                        }
                    )
                )
        return polars.concat(parts)

    @cached_property
    def items(self) -> polars.DataFrame:
        """One row a person, visit and item: arm, patient, time_h, scale, item, score (null if unsolved), observed."""
        import polars

        parts = []
        for name, arm in self.arms.items():
            numbers = np.array([person.patient.number for person in arm.people])
            for scale_name, scores in arm.items.items():
                people, visits, count = scores.shape
                parts.append(
                    polars.DataFrame(
                        {
                            "arm": [name] * scores.size,
                            "patient": np.repeat(numbers, visits * count),
                            "time_h": np.tile(np.repeat(arm.visits, count), people),
                            "scale": [scale_name] * scores.size,
                            "item": list(scale(scale_name).items) * (people * visits),
                            "score": polars.Series(scores.ravel()).fill_nan(None).cast(polars.Int8),
                            "observed": np.repeat(arm.observed.ravel(), count),
                        }
                    )
                )
        return polars.concat(parts)

    @cached_property
    def patients(self) -> polars.DataFrame:
        """One row a person and arm: arm, patient, world, then every covariate (genotypes, endophenotypes, weight …)."""
        import polars

        rows = [
            {"arm": name, "patient": person.patient.number, "world": person.world_number, **person.patient.covariates}
            for name, arm in self.arms.items()
            for person in arm.people
        ]
        return polars.DataFrame(rows, infer_schema_length=None)

    def save(self, folder: str | Path) -> Path:
        """Write ratings, items and patients (parquet) and header (JSON) to a folder, each whole or not at all.

        Returns the folder.
        """
        import json
        import os

        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        tables = {"ratings": self.ratings, "items": self.items, "patients": self.patients}
        header = folder / "run.json"
        for name, frame in tables.items():
            frame.write_parquet(folder / f"{name}.parquet.part")
        Path(f"{header}.part").write_text(json.dumps(dict(self.header), indent=2, default=str) + "\n")
        for name in tables:
            os.replace(folder / f"{name}.parquet.part", folder / f"{name}.parquet")
        os.replace(f"{header}.part", header)
        return folder
