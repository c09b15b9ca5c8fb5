"""The rules as frozen values, read from `rules.yaml`.

The assumption that matters: a rule names drugs or groups of drugs, so a new drug joins by joining a group. Left out:
food, alcohol, and drugs that have no file.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from euthymia.evidence.checked import checked
from euthymia.evidence.yaml_with_lines import read_yaml

FILE = Path(__file__).parent / "rules.yaml"
Names = Annotated[tuple[str, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)]


class Rule(BaseModel):
    """What every rule says: its stable id, how severe, why, and who says so."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    severity: Literal["refuse", "warn"]
    why: str
    source: str
    where: str
    confidence: Literal["verified", "recalled"]


class Together(Rule):
    """Drugs of `a` and `b` do not overlap; `after_a` and `after_b` are the days that must pass."""

    a: Names
    b: Names
    after_a: float = Field(0.0, ge=0)
    after_b: float = Field(0.0, ge=0)


class MostDose(Rule):
    """A drug has a greatest daily dose (mg)."""

    drug: str
    most: float = Field(gt=0)


class WithStimulation(Rule):
    """Drugs that matter when the brain is stimulated."""

    drugs: Names


class Condition(Rule):
    """A condition of the patient that forbids drugs or stimulation."""

    condition: str
    drugs: Names = ()
    stimulation: bool = False


class Rules(BaseModel):
    """All rules and the groups they speak of."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    groups: Mapping[str, tuple[str, ...]]
    together: tuple[Together, ...]
    doses: tuple[MostDose, ...]
    stimulation: tuple[WithStimulation, ...]
    conditions: tuple[Condition, ...]

    def drugs(self, names: tuple[str, ...]) -> frozenset[str]:
        """The drugs that names of drugs and groups stand for."""
        return frozenset(drug for name in names for drug in self.groups.get(name, (name,)))

    @property
    def ids(self) -> tuple[str, ...]:
        """Every rule's id."""
        return tuple(
            rule.id for part in (self.together, self.doses, self.stimulation, self.conditions) for rule in part
        )


@cache
def rules() -> Rules:
    """The rules that ship; raises `DataError` for a file that breaks the schema."""
    return checked(Rules, read_yaml(FILE))
