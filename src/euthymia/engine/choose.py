"""Which engine runs: the compiled one where it can be built, the reference one with one line of notice where not."""

from __future__ import annotations

import os
import sys

from euthymia.engine.reference import ReferenceEngine
from euthymia.engine.task import Engine


def default_engine() -> Engine:
    """The engine named by `EUTHYMIA_ENGINE` (`compiled` or `reference`), else the fastest one that works here."""
    if os.environ.get("EUTHYMIA_ENGINE", "compiled") != "reference":
        try:
            from euthymia.engine.compiled import CompiledEngine, available

            if available():
                return CompiledEngine(fallback=ReferenceEngine(workers=1))
        except ImportError:
            pass
        print("euthymia: no compiled engine here; the reference engine takes seconds a patient", file=sys.stderr)
    return ReferenceEngine()
