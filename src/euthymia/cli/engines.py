"""Which engine a verb runs on: the word after `--engine`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from euthymia.errors import EuthymiaError

if TYPE_CHECKING:
    from euthymia.engine.task import Engine

EngineName = Literal["auto", "compiled", "reference"]


def engine_called(name: EngineName) -> Engine:
    """`auto` is the fastest engine that works here; raises `EuthymiaError` when the named one does not."""
    from euthymia.engine.choose import default_engine
    from euthymia.engine.reference import ReferenceEngine

    if name == "reference":
        return ReferenceEngine()
    engine = default_engine()
    if name == "compiled" and engine.name != "compiled":
        raise EuthymiaError(
            "the compiled engine does not work here",
            rule="It needs llvmlite, and a processor that llvmlite knows.",
            fix="Use --engine auto, which falls back on the reference engine.",
        )
    return engine
