"""What every device file must hold: a stimulation protocol, pulse by pulse.

The assumption that matters: a session's worth to the cortex is a stated share of the reference session. Left out: coil
geometry and the field; they come with the physics of stimulation.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from euthymia.errors import UnknownName
from euthymia.evidence.checked import checked
from euthymia.evidence.value import Value
from euthymia.evidence.yaml_with_lines import read_yaml
from euthymia.treatments.numbers import resolved

FOLDER = Path(__file__).parent / "devices"


class Protocol(BaseModel):
    """A protocol: trains of pulses at a frequency, with pauses; times in seconds, intensity in % of motor threshold."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    name: str
    label: str
    kind: Literal["rtms"]
    target: str
    coil: str
    identity: Mapping[str, Any] = {}
    intensity: float = Field(gt=0, description="Per cent of resting motor threshold.")
    frequency: float = Field(gt=0, description="Pulses a second within a train, or within a burst.")
    pulses_per_train: int = Field(gt=0)
    trains: int = Field(gt=0)
    train_seconds: float = Field(gt=0)
    pause_seconds: float = Field(ge=0)
    efficacy: Value = Field(description="A session's worth, as a share of the reference session.")
    source: str
    where: str
    confidence: Literal["verified", "recalled"]

    @property
    def pulses(self) -> int:
        """Pulses in a session."""
        return self.pulses_per_train * self.trains

    @property
    def session_hours(self) -> float:
        """Length of a session, from the first pulse to the end of the last train."""
        return (self.trains * (self.train_seconds + self.pause_seconds) - self.pause_seconds) / 3600


def devices() -> tuple[str, ...]:
    """Names of all device protocols."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def device(name: str) -> Protocol:
    """A protocol by name; raises `UnknownName` or `DataError`."""
    path = FOLDER / f"{name}.yaml"
    if not path.is_file():
        raise UnknownName("device", name, devices())
    document = read_yaml(path)
    return checked(Protocol, document, content=resolved(document))
