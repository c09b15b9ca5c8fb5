"""What every published datum carries beside its number: where it was read and how far to trust it.

The assumption that matters: a datum is as trustworthy as its least trusted part, and one whose confidence
nobody stated counts as recalled. Left out: the numbers, which each kind of datum adds.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from euthymia.evidence.value import Confidence, Grade, Spread, SpreadKind

P_CORRECT = re.compile(r"p(?:_correct)?\s*[~=≈]\s*(1(?:\.0*)?|0?\.\d+)")
Z_95 = 3.92  # width of a 95 % interval in standard errors, 2 x 1.96

Text = Annotated[str | None, Field(default=None, coerce_numbers_to_str=True)]
Interval = tuple[float, float]


Item = TypeVar("Item")
#: a tuple that reads `null` as empty
Listed = Annotated[tuple[Item, ...], BeforeValidator(lambda given: () if given is None else given)]
Numbers = Listed[float]


class Read(BaseModel):
    """Anything read from a table of trials; keys this schema does not know are kept in `model_extra`."""

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False, coerce_numbers_to_str=True)


class Datum(Read):
    """A published number's trail: `source` (a citation or address) or `where` in the trial's own source."""

    source: Text
    where: Text
    note: Text
    grade: Grade = Grade.measured
    confidence: Confidence = Field(Confidence.recalled, description="verified, recalled (p_correct~0.8) or derived.")
    p_correct: float | None = Field(None, ge=0, le=1, description="Chance that a recalled number is right.")

    @model_validator(mode="before")
    @classmethod
    def _confidence_in_words(cls, given: Any) -> Any:
        if not isinstance(given, dict) or isinstance(given.get("confidence"), Confidence):
            return given
        return given | trust(given.get("confidence"), given.get("grade"), given.get("p_correct"))

    @property
    def mark(self) -> str:
        """What every view prints beside the number: nothing, or `provisional`."""
        return "provisional" if self.confidence is Confidence.recalled else ""

    @property
    def read_in(self) -> str | None:
        """Where somebody found it, if anybody said."""
        return self.where or self.source


def trust(said: Any, grade: Any = None, p_correct: Any = None) -> dict[str, Any]:
    """Grade, confidence and chance of being right from free text.

    >>> trust("recalled (p_correct~0.85)")
    {'grade': 'measured', 'confidence': 'recalled', 'p_correct': 0.85}
    >>> trust("derived")["grade"]
    'derived'
    """
    text = str(said or "").lower()
    chance = P_CORRECT.search(text)
    sure = text.startswith(("verified", "derived")) and "recalled" not in text
    return {
        "grade": grade or ("derived" if text.startswith("derived") else "measured"),
        "confidence": "verified" if sure else "recalled",
        "p_correct": p_correct if p_correct is not None else float(chance[1]) if chance else None,
    }


def spread_of(*, se: float | None = None, sd: float | None = None, ci95: Interval | None = None) -> Spread | None:
    """The spread a source prints, the standard error first."""
    if se is not None:
        return Spread(SpreadKind.se, se)
    if sd is not None:
        return Spread(SpreadKind.sd, sd)
    return Spread(SpreadKind.ci95, low=min(ci95), high=max(ci95)) if ci95 else None


def standard_error(spread: Spread | None, n: float | None) -> float | None:
    """Standard error of a mean from its spread, in the unit of the mean; `n` people; None when unknown.

    >>> standard_error(spread_of(sd=10), 25)
    2.0
    """
    if spread is None:
        return None
    if spread.low is not None and spread.high is not None:
        return (spread.high - spread.low) / Z_95
    if spread.kind is SpreadKind.se or spread.value is None:
        return spread.value
    return spread.value / n**0.5 if n else None
