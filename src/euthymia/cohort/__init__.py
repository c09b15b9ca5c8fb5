"""Room 6: who the virtual patients are. The room itself can be called: `eu.cohort("outpatient-mdd", n=80)`.

Python gives a package and a function of the same name one place; a callable package lets both be there. See
`cohort.cohort.cohort` for the arguments.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _Room(ModuleType):
    def __call__(self, *arguments: Any, **options: Any) -> Any:
        from euthymia.cohort.cohort import cohort

        return cohort(*arguments, **options)


sys.modules[__name__].__class__ = _Room
