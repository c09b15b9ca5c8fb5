"""One arm of a published trial: what was given to how many, and what was seen when.

The assumption that matters: times are **days** from the first dose, as published; a mean without a number
of people of its own takes its arm's. Left out: comparisons between arms, which belong to the trial.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from euthymia.evidence.datum import Datum, Interval, Listed, Numbers, Read, Text, spread_of, standard_error
from euthymia.evidence.value import Spread


class Schedule(Read):
    """When something is given: `start_d` to `end_d`, at `times_d` (days), or infusion `steps_h` in hours."""

    kind: str = Field(description="For example qd, bid, times, infusion_profile.")
    start_d: float | None = None
    end_d: float | None = None
    times_d: Numbers = ()
    steps_h: Listed[Numbers] = Field((), description="Rows of [from hour, to hour, rate].")
    infusion_min: float | None = None
    with_food: bool | None = None


class Given(Read):
    """One thing an arm receives: a drug, a device, a control; device settings are per treatment."""

    intervention: str = Field(description="What is given, for example escitalopram or placebo.")
    dose: float | str | list[float | str | dict[str, Any]] | None = Field(
        None, description="A number, words, or steps: a list of amounts, or of {dose, start_d}."
    )
    unit: Text
    route: Text
    schedule: Schedule | None = None
    cointervention: Text
    protocol: Text
    target: Text
    montage: Text
    pulses_per_treatment: float | None = None
    intensity_pct_rMT: float | None = None
    treatments_per_day: float | None = None
    between_treatments_min: float | None = None
    treatment_days: Numbers = ()
    current_mA: float | None = None
    duration_min: float | str | None = None


class Count(Datum):
    """A number of people."""

    value: int | None = Field(ge=0, description="How many people.")


class Baseline(Datum):
    """Severity before treatment, in points of its own scale or, where it names none, of the trial's."""

    mean: float | None
    scale: Text
    sd: float | None = Field(None, ge=0)
    sd_recalled: float | None = Field(None, ge=0)


class Outcome(Datum):
    """A mean at a visit; `kind` says of what: change, change_LS, score …; a negative change is better."""

    visit: Text
    time_d: float | None = Field(description="Days since the first dose; null when the source does not say.")
    kind: str = Field(description="change, change_LS, score, percent_change …")
    mean: float | None = Field(description="In points of the scale, or in per cent for a percent_change.")
    scale: str = Field(description="The rating scale, on the trial or on the outcome itself.")
    sd: float | None = Field(None, ge=0)
    se: float | None = Field(None, ge=0)
    sd_recalled: float | None = Field(None, ge=0)
    ci95: Interval | None = None
    n: float | None = Field(None, ge=0, description="People analysed; the arm's when the source gives no other.")

    @property
    def spread(self) -> Spread | None:
        return spread_of(se=self.se, sd=self.sd if self.sd is not None else self.sd_recalled, ci95=self.ci95)

    @property
    def standard_error(self) -> float | None:
        """Standard error of the mean, in its unit; None when the source allows none."""
        return standard_error(self.spread, self.n)


class Rate(Datum):
    """The share of an arm with an outcome such as response or remission, from 0 to 1."""

    outcome: str
    visit: Text
    time_d: float | None = Field(description="Days since the first dose; null when the source does not say.")
    rate: float | None = Field(ge=0, le=1, description="A fraction: 0.45 for 45 %.")
    scale: Text
    n: float | None = Field(None, ge=0)

    @property
    def standard_error(self) -> float | None:
        """Binomial standard error; None without a number of people."""
        return None if self.rate is None or not self.n else (self.rate * (1 - self.rate) / self.n) ** 0.5


class Arm(Read):
    """One group of a trial and everything published about it."""

    arm: str = Field(description="The name of the arm.")
    regimen: Listed[Given] = ()
    n: Count | None = None
    baseline: Baseline | None = None
    outcomes: Listed[Outcome] = ()
    rates: Listed[Rate] = ()
    dropout: dict[str, Any] | float | None = None

    @field_validator("n", mode="before")
    @classmethod
    def _bare_count(cls, given: Any) -> Any:
        return {"value": given} if isinstance(given, int) else given
