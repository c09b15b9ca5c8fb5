"""Published courses in animals, cells and models of them: one number of one course a row.

The assumption that matters: a number keeps the measure its source printed, and an error that nobody printed is marked
as assumed. Left out: how an animal's course is reproduced, which the trial room says by `protocol`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from euthymia.evidence.checked import checked
from euthymia.evidence.datum import Datum, Text
from euthymia.evidence.yaml_with_lines import read_yaml

Measure = Literal["percent", "share of peak", "time of peak"]


class CoursePoint(Datum):
    """One number: `value` on its `measure`, `time_h` hours after the start of `protocol`, or a `direction` alone."""

    id: str
    marker: str = Field(description="What was measured, for example dorsal raphe firing.")
    species: Text
    protocol: str = Field(description="How the course is reproduced: a protocol of trial/biomarkers/links.yaml.")
    quantity: str = Field(description="The model's name of what was measured.")
    per: str | None = None
    measure: Measure = "percent"
    time_h: float = Field(gt=0, description="Hours from the start; for a time of peak, how long to look.")
    until_h: float | None = Field(None, gt=0, description="For a share of peak: hours in which the peak is looked for.")
    value: float | None = None
    se: float | None = Field(None, gt=0, description="Standard error, in the unit of the value.")
    se_assumed: bool = False
    direction: Literal["up", "down"] | None = None
    computed: bool = False

    @model_validator(mode="before")
    @classmethod
    def _computed(cls, given: object) -> object:
        """A number computed from published equations is no measurement, whoever computed it."""
        if isinstance(given, dict) and str(given.get("confidence")) == "computed":
            return given | {"confidence": "verified", "grade": "derived", "computed": True}
        return given

    @model_validator(mode="after")
    def _says_something(self) -> CoursePoint:
        if self.value is None and self.direction is None:
            raise ValueError("the row has neither a value nor a direction")
        return self


def read_courses(path: Path) -> dict[str, CoursePoint]:
    """Id → `CoursePoint` for a table of courses; raises `DataError`."""
    document = read_yaml(path)
    return {row.id: row for row in (checked(CoursePoint, document, index) for index in range(len(document.content)))}
