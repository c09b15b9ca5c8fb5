"""How trajectories become bytes: a Parquet table, or one chunk of a Zarr array.

Both hold patients by times by outputs, in single precision unless asked otherwise, and both give the same bytes for the
same values. Left out: a chunk that holds only some of its patients' times.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol

import numpy as np

from euthymia.engine.results import CHUNKS, Store, name_of
from euthymia.errors import EuthymiaError

LayoutName = Literal["parquet", "zarr"]
Precision = Literal["float32", "float64"]


class Layout(Protocol):
    """How chunks become bytes: `values` are (patients, times, outputs)."""

    def file(self, first: int, last: int) -> str:
        """Where the chunk of patients `first … last - 1` is kept."""
        ...

    def begin(self, store: Store, patients: int) -> None:
        """Write what all chunks share."""
        ...

    def encoded(self, first: int, values: np.ndarray) -> bytes: ...

    def decoded(self, content: bytes, patients: int, output: str) -> np.ndarray:
        """One output of a chunk, (patients, times)."""
        ...


@dataclass(frozen=True)
class Parquet:
    """A table: patient, time_h, then a column for each output; one row a patient and time."""

    times: tuple[float, ...]
    outputs: tuple[str, ...]
    precision: Precision = "float32"

    def file(self, first: int, last: int) -> str:
        return f"{CHUNKS}/{name_of(first, last)}.parquet"

    def begin(self, store: Store, patients: int) -> None:
        """Nothing: each chunk stands for itself."""

    def encoded(self, first: int, values: np.ndarray) -> bytes:
        import polars

        patients = len(values)
        columns = {
            "patient": np.repeat(np.arange(first, first + patients), len(self.times)),
            "time_h": np.tile(np.asarray(self.times, float), patients),
        }
        columns |= {name: values[:, :, i].astype(self.precision).ravel() for i, name in enumerate(self.outputs)}
        content = io.BytesIO()
        polars.DataFrame(columns).write_parquet(content)
        return content.getvalue()

    def decoded(self, content: bytes, patients: int, output: str) -> np.ndarray:
        import polars

        column = polars.read_parquet(io.BytesIO(content), columns=[output])[output]
        return column.to_numpy().reshape(patients, len(self.times))


@dataclass(frozen=True)
class Zarr:
    """One array (patients, times, outputs) in Zarr format 3, a chunk of it for each chunk of the run."""

    times: tuple[float, ...]
    outputs: tuple[str, ...]
    chunk: int
    precision: Precision = "float32"

    FOLDER: ClassVar[str] = "trajectories.zarr"
    _ONE: ClassVar[str] = "c/0/0/0"

    def file(self, first: int, last: int) -> str:
        return f"{self.FOLDER}/c/{first // self.chunk}/0/0"

    def begin(self, store: Store, patients: int) -> None:
        kept, _ = self._array(patients)
        store.keep(f"{self.FOLDER}/zarr.json", kept["zarr.json"].to_bytes())

    def encoded(self, first: int, values: np.ndarray) -> bytes:
        kept, array = self._array(self.chunk)
        array[: len(values)] = values.astype(self.precision)
        return kept[self._ONE].to_bytes()

    def decoded(self, content: bytes, patients: int, output: str) -> np.ndarray:
        from zarr.core.buffer import default_buffer_prototype

        kept, array = self._array(self.chunk)
        kept[self._ONE] = default_buffer_prototype().buffer.from_bytes(content)
        return array[:patients, :, self.outputs.index(output)]

    def _array(self, patients: int) -> tuple[dict[str, Any], Any]:
        try:
            import zarr
            from zarr.storage import MemoryStore
        except ImportError:
            raise EuthymiaError(
                "trajectories cannot be kept as Zarr here", rule="That needs the package zarr.",
                fix="pip install 'euthymia[zarr]', or keep them as Parquet.",
            ) from None  # fmt: skip

        kept: dict[str, Any] = {}
        array = zarr.create_array(
            MemoryStore(kept),
            shape=(patients, len(self.times), len(self.outputs)),
            chunks=(self.chunk, len(self.times), len(self.outputs)),
            dtype=self.precision,
            fill_value=float("nan"),
            attributes={"outputs": list(self.outputs), "times_h": list(self.times)},
            dimension_names=("patient", "time", "output"),
            config={"write_empty_chunks": True},
        )
        return kept, array


def layout_of(
    name: LayoutName, times: Sequence[float], outputs: Sequence[str], chunk: int, precision: Precision
) -> Layout:
    """The layout of this name."""
    if name == "zarr":
        return Zarr(tuple(times), tuple(outputs), chunk, precision)
    return Parquet(tuple(times), tuple(outputs), precision)
