"""Room 7: what happens to virtual patients. The room itself can be called: `eu.trial(cohort, arms=…)` designs a trial.

Python gives a package and a function of the same name one place; a callable package lets both be there. See
`trial.protocol.trial` for the arguments.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _Room(ModuleType):
    def __call__(self, *arguments: Any, **options: Any) -> Any:
        from euthymia.trial.protocol import trial

        return trial(*arguments, **options)


sys.modules[__name__].__class__ = _Room
