"""A plan: the doses and sessions that will really happen, hour by hour.

Frozen and sorted. Time zero is the midnight that begins day 0. Left out: why they happen; that is the regimen.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, order=True)
class Dose:
    """One dose: `time` and `duration` in hours (0 for a dose swallowed or sprayed), `unit` mg or mg/kg."""

    time: float
    drug: str
    amount: float
    unit: str
    route: str
    duration: float = 0.0
    condition: str = ""
    supervised: bool = False


@dataclass(frozen=True, order=True)
class Session:
    """One stimulation session: `duration` in hours, `intensity` in the unit of the device's kind (per cent of resting
    motor threshold, mA, or mW/cm^2 at the skin); a current or light has no pulses."""

    time: float
    protocol: str
    duration: float
    intensity: float
    pulses: int
    sham: bool = False


@dataclass(frozen=True)
class Plan:
    """Doses and sessions in order of time; `span` is how long the plan runs, in hours.

    `allowed` names the rules of safety that would refuse this plan and were set aside by whoever made it.
    """

    doses: tuple[Dose, ...]
    sessions: tuple[Session, ...]
    span: float
    allowed: tuple[str, ...] = ()

    @property
    def drugs(self) -> tuple[str, ...]:
        """Names of all drugs and controls given, once each."""
        return tuple(sorted({dose.drug for dose in self.doses}))

    @property
    def protocols(self) -> tuple[str, ...]:
        """Names of all device protocols used, sham or not, once each."""
        return tuple(sorted({session.protocol for session in self.sessions}))

    @cached_property
    def hash(self) -> str:
        """Content hash (sha256, first 16 hexadecimal digits)."""
        return hashlib.sha256(repr((self.doses, self.sessions, self.span)).encode()).hexdigest()[:16]
