"""One safety rule that a regimen touches; shared by rules about drugs and limits of stimulation."""

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
