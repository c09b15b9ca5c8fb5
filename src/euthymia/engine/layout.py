"""Where everything a worker needs stands in its memory: one array of vectors, one lane per patient.

Each worker thread owns one such array, so workers share nothing but the counter of patients.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from euthymia.engine.instructions import Function, Value

#: one vector each: doubles
LANE_DOUBLES = (
    "time",  # where the lane stands (hours)
    "step",  # the step it would like to take next
    "taken",  # the step it takes now
    "end",  # where this step ends: exactly the next stop, or time + taken
    "stop",  # time of the next stop, infinite if there is none
    "due",  # time of the next output, infinite if there is none
    "norm",  # error of this step, 1 = just acceptable
    "shift",  # 1/(h gamma)
    "stage_time",
    "slope_time",  # h d_1
    "relative",  # the relative tolerance
    "output_time",
    "low",  # shares of the step between which a trigger changed
    "high",
)
#: one vector each: 64-bit integers
LANE_INTEGERS = (
    "patient",  # which patient the lane holds, -1 if none
    "row",  # the next row of that patient's schedule
    "last_row",
    "output",  # the next output
    "steps",  # steps tried
    "accepted",  # 1 if the step just tried is accepted
    "failure",  # see `lanes.Failure`
    "fresh",  # 1 while a new patient is being placed
    "writes",  # 1 if an output is to be written now
    "halted",  # 1 if a trigger changed within the step just accepted
)


@dataclass(frozen=True)
class Layout:
    """First vector and length of every named block; `lanes` numbers in a vector."""

    lanes: int
    blocks: Mapping[str, tuple[int, int]]

    @property
    def bytes(self) -> int:
        return 8 * self.lanes * sum(length for _, length in self.blocks.values())

    def length(self, block: str) -> int:
        return self.blocks[block][1]

    def place(self, f: Function, block: str, index: int = 0) -> Value:
        """Pointer to a vector of a block."""
        first, length = self.blocks[block]
        assert 0 <= index < max(length, 1), (block, index)
        return f.at("%work", (first + index) * self.lanes)

    def load(self, f: Function, block: str, index: int = 0) -> Value:
        return f.load(self.place(f, block, index))

    def store(self, f: Function, value: Value, block: str, index: int = 0) -> None:
        f.store(value, self.place(f, block, index))

    def load_whole(self, f: Function, block: str) -> Value:
        return f.load(self.place(f, block), f.whole)

    def store_whole(self, f: Function, value: Value, block: str) -> None:
        f.store(value, self.place(f, block), f.whole)

    def row(self, f: Function, block: str, index: Value, first: int = 0) -> Value:
        """Pointer to vector first + index of a block, for an index known only when it runs."""
        return f.at(self.place(f, block, first), f.on_integers("mul", index, self.lanes))

    def lane(self, f: Function, block: str, lane: Value) -> Value:
        """Pointer to one lane's number of a one-vector block; doubles and integers are equally wide."""
        return f.at(self.place(f, block), lane)


def arrange(lanes: int, lengths: Mapping[str, int]) -> Layout:
    """Blocks one after the other: those of `lengths`, then the lanes' own variables."""
    blocks, first = {}, 0
    for name, length in {**lengths, **dict.fromkeys(LANE_DOUBLES + LANE_INTEGERS, 1)}.items():
        blocks[name] = (first, length)
        first += length
    return Layout(lanes, blocks)
