"""A model that asks for what this engine does not have: refused by name, before anything runs.

The name in brackets is the SBML Test Suite's tag, where it has one.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from euthymia.errors import EuthymiaError, Place


class Unsupported(EuthymiaError):
    """Every feature of a model that stands in the way.

    >>> print(Unsupported(["algebraic rule (AlgebraicRule)"], "model.xml"))
    model.xml: not supported: algebraic rule (AlgebraicRule)
      A model is refused before anything runs, never simulated in part.
      See docs/sbml.md for what is supported.
    """

    exit_code = 3

    def __init__(self, features: Iterable[str], file: str | Path | None = None):
        self.features = tuple(dict.fromkeys(features))
        super().__init__(
            f"not supported: {', '.join(self.features)}",
            place=Place(file) if file is not None else None,
            rule="A model is refused before anything runs, never simulated in part.",
            fix="See docs/sbml.md for what is supported.",
        )


ALGEBRAIC_RULE = "algebraic rule (AlgebraicRule)"
DELAY = "delay in a formula (CSymbolDelay)"
FAST_REACTION = "fast reaction (FastReaction)"
LEVEL_ONE = "SBML Level 1"
