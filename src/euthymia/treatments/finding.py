"""A safety rule that a regimen touches, with the numbers and the source of the rule.

The assumption that matters: a rule that refuses can be overridden, but never silently. Left out: the rules themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """One safety rule that a regimen touches."""

    rule: str
    severity: Literal["refuse", "warn"]
    message: str
    source: str
    where: str
    confidence: Literal["verified", "recalled"]

    def __str__(self) -> str:
        mark = " [provisional]" if self.confidence == "recalled" else ""
        return f"{self.severity}: {self.rule}: {self.message} ({self.source}, {self.where}){mark}"
