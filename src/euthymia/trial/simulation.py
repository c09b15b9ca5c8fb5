"""A large run that is finished: a lazy table, its header, who failed, and quantiles over the crowd.

Nothing is read before it is asked for, and then a chunk at a time. The assumption that matters: the store stays as the
run left it. Left out: individual patients' parameters, which seed and number give back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from euthymia.engine.layouts import Layout, layout_of
from euthymia.engine.results import HEADER, Store, scan
from euthymia.engine.task import Status
from euthymia.errors import EuthymiaError, StoreError, UnknownName
from euthymia.treatments.plan import Dose, Plan, Session

if TYPE_CHECKING:
    import polars

#: bytes of one output that quantiles hold at a time
HELD = 64 * 2**20


@dataclass(frozen=True)
class Simulation:
    """Trajectories of a crowd under one plan, in a store. `folder` keeps a temporary store alive."""

    store: Store
    header: Mapping[str, Any]
    folder: object = field(default=None, repr=False, compare=False)

    @property
    def patients(self) -> int:
        return int(self.header["patients"])

    @property
    def outputs(self) -> tuple[str, ...]:
        return tuple(self.header["outputs"])

    @property
    def times(self) -> np.ndarray:
        """Hours, (times,)."""
        return np.array(self.header["times_h"])

    @property
    def plan(self) -> Plan:
        """What everybody was given, put together again from the header."""
        doses = tuple(Dose(**told) for told in self.header["doses"])
        return Plan(doses, tuple(Session(**told) for told in self.header["sessions"]), self.header["span_h"])

    @property
    def failures(self) -> tuple[tuple[int, Status], ...]:
        """Everybody who could not be solved: patient number and status; their values are not a number."""
        return tuple((f["patient"], Status(False, f["status"], f["time_h"])) for f in self.header["failures"])

    def scan(self) -> polars.LazyFrame:
        """One row a patient and time (patient, time_h, outputs), read when collected; raises `EuthymiaError` if the
        run was kept as Zarr."""
        if self.header["layout"] != "parquet":
            raise EuthymiaError(
                "this run is not a table", rule="It was kept as a Zarr array.",
                fix="Open it with zarr.open_array, or use .values and .quantiles.",
            )  # fmt: skip
        return scan(self.store, self._files)

    def chunks(self, output: str) -> Iterator[np.ndarray]:
        """One output chunk by chunk, each (patients, times); raises `UnknownName`, or `StoreError` if one is gone."""
        if output not in self.outputs:
            raise UnknownName("output", output, self.outputs)
        layout = self._layout
        for chunk, file in zip(self.header["chunks"], self._files, strict=True):
            content = self.store.read(file)
            if content is None:
                raise StoreError(
                    f"'{file}' is gone from '{self.store.url}'", fix="Run the same again: it fills the gap."
                )
            yield layout.decoded(content, chunk["last"] - chunk["first"], output)

    def values(self, output: str) -> np.ndarray:
        """One output of everybody, (patients, times)."""
        return np.concatenate(list(self.chunks(output)))

    def quantiles(
        self, q: Sequence[float] = (0.05, 0.5, 0.95), times: Sequence[float] | None = None
    ) -> polars.DataFrame:
        """Quantiles over all who were solved: output, time_h, people, then a column for each of `q` (q05, q50 …).

        `times` are hours of the run, all if not given; raises `UnknownName` for one it does not have.
        """
        import polars

        at = self._at(times)
        block = max(1, HELD // (8 * self.patients))
        rows: list[dict[str, Any]] = []
        for output in self.outputs:
            for start in range(0, len(at), block):
                some = at[start : start + block]
                crowd = np.concatenate([chunk[:, some] for chunk in self.chunks(output)]).astype(float)
                solved = crowd[np.isfinite(crowd).all(axis=1)]
                found = np.quantile(solved, q, axis=0) if len(solved) else np.full((len(q), len(some)), np.nan)
                for column, time in enumerate(self.times[some]):
                    told = {f"q{100 * one:02g}": float(found[i, column]) for i, one in enumerate(q)}
                    rows.append({"output": output, "time_h": float(time), "people": len(solved), **told})
        return polars.DataFrame(rows)

    @property
    def _files(self) -> list[str]:
        """Where the chunks are, from their patients and not from what a header says."""
        return [self._layout.file(int(chunk["first"]), int(chunk["last"])) for chunk in self.header["chunks"]]

    @property
    def _layout(self) -> Layout:
        header = self.header
        return layout_of(header["layout"], header["times_h"], header["outputs"], header["chunk"], header["precision"])

    def _at(self, times: Sequence[float] | None) -> np.ndarray:
        if times is None:
            return np.arange(len(self.times))
        where = {float(time): i for i, time in enumerate(self.times)}
        for time in times:
            if float(time) not in where:
                raise UnknownName("time", f"{time:g} h", [f"{known:g} h" for known in where])
        return np.array([where[float(time)] for time in times])


def opened(store: str) -> Simulation:
    """A finished run by its folder or address; raises `StoreError` if there is none or it has not finished."""
    place = Store(str(store))
    content = place.read(HEADER)
    header = json.loads(content) if content else {}
    if not header.get("complete"):
        raise StoreError(
            f"there is no finished run in '{store}'",
            rule="A run that is finished says so in run.json.",
            fix="Run the same again to finish it, or name another folder.",
        )
    return Simulation(place, header)
