"""One published trial: its arms, its contrasts, and whether a fit may see it.

The assumption that matters: time zero is the first dose or session, so a "Day 15" visit stands at day 14;
times here are **days**, as published, and become hours where a virtual trial is built. `null` is unknown.
Left out: individual patients, and any judgement of bias.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import Field, model_validator

from euthymia.errors import Place
from euthymia.evidence.datum import Datum, Interval, Listed, Read, Text, spread_of, standard_error
from euthymia.evidence.published_arm import Arm, Baseline, Count, Given, Outcome, Rate, Schedule
from euthymia.evidence.value import Spread

__all__ = [
    "Arm", "Baseline", "Contrast", "Count", "Given", "Outcome", "PublishedTrial", "Rate", "Schedule", "Split",
]  # fmt: skip


class Split(StrEnum):
    """What a trial may be used for: to fit, to score what was fitted, or neither."""

    calibrate = "calibrate"
    hold_out = "hold-out"
    unused = "unused"


class Contrast(Datum):
    """One arm against another: `difference` is arm minus reference in points, so negative favours the arm."""

    arm: str
    reference: str
    visit: Text
    time_d: float | None = Field(None, description="Days since the first dose.")
    difference: float | None = None
    scale: Text
    se: float | None = Field(None, ge=0)
    ci95: Interval | None = None
    p: float | str | None = None
    n: float | None = None

    @property
    def effects(self) -> dict[str, float]:
        """Effect measures other than a difference, by name: `odds_ratio`, `effect_size_d`, `hedges_g` …"""
        names = ("odds_ratio", "risk_", "hedges_g", "cohens_d", "smd", "effect_size", "fraction_of", "nnt")
        extra = self.model_extra or {}
        return {key: given for key, given in extra.items() if key.startswith(names) and isinstance(given, (int, float))}

    @property
    def spread(self) -> Spread | None:
        return spread_of(se=self.se, ci95=self.ci95)

    @property
    def standard_error(self) -> float | None:
        """Standard error of the difference in points; None when there is no difference it could belong to."""
        return None if self.difference is None else standard_error(self.spread, None)


class PublishedTrial(Read):
    """A published trial, or a pooled analysis laid out like one."""

    id: str = Field(min_length=1, description="A name you can say, for example transform2.")
    arms: tuple[Arm, ...] = Field(description="A list; empty when only contrasts were published.")
    contrasts: Listed[Contrast] = ()
    relapse: Listed[dict[str, Any]] = ()
    acronym: Text
    nct: Text
    pmid: Text
    doi: Text
    ids_unverified: Listed[str] = ()
    treatment_family: Text
    design: Text
    population: dict[str, Any] | str | None = None
    scale: Text
    background: Text
    biomarkers: Any = None
    regimen_confidence: Datum | None = Field(None, description="How sure the design and regimens are.")
    note: Text
    source: Text
    split: Split = Split.unused
    split_because: Text
    place: Place | None = None

    @model_validator(mode="before")
    @classmethod
    def _hand_down(cls, given: Any) -> Any:
        """The trial's scale and each arm's n, written onto every outcome and rate that names no other."""
        if not isinstance(given, dict) or not isinstance(given.get("arms"), list):
            return given
        scale = {} if given.get("scale") is None else {"scale": given["scale"]}
        arms = [_arm_with(arm, scale) if isinstance(arm, dict) else arm for arm in given["arms"]]
        contrasts = given.get("contrasts")
        if isinstance(contrasts, list):
            contrasts = [_with(one, scale) for one in contrasts]
        said = given.get("regimen_confidence") or {"confidence": given.get("design_regimen_confidence")}
        return given | {"arms": arms, "contrasts": contrasts, "regimen_confidence": said}

    @property
    def outcomes(self) -> tuple[tuple[Arm, Outcome], ...]:
        """Every mean of every arm, with its arm."""
        return tuple((arm, outcome) for arm in self.arms for outcome in arm.outcomes)

    @property
    def rates(self) -> tuple[tuple[Arm, Rate], ...]:
        """Every rate of every arm, with its arm."""
        return tuple((arm, rate) for arm in self.arms for rate in arm.rates)

    @property
    def implied(self) -> tuple[Arm, ...]:
        """Arms that only a dated number of a contrast names: what they got is their name."""
        told = [one for one in self.contrasts if one.time_d is not None and (one.difference is not None or one.effects)]
        names = (name for one in told for name in (one.arm, one.reference))
        missing = dict.fromkeys(
            name for name in names if not any(fits(arm.arm, name) for arm in self.arms for fits in _FITS)
        )
        return tuple(Arm.model_validate({"arm": name, "regimen": [{"intervention": name}]}) for name in missing)

    def arm(self, name: str) -> Arm | None:
        """The arm a contrast means by `name`: that one, the only one beginning or ending with it, or an implied one."""
        for fits in _FITS:
            found = [arm for arm in self.arms if fits(arm.arm, name)]
            if len(found) == 1:
                return found[0]
        return next((arm for arm in self.implied if arm.arm == name), None)


#: how a contrast's name fits an arm's: the same, its beginning, its end
_FITS = (str.__eq__, lambda arm, name: arm.startswith(name + "_"), lambda arm, name: arm.endswith("_" + name))


def _with(given: Any, defaults: dict[str, Any]) -> Any:
    """A mapping with defaults for keys that are absent or null; anything else as it is."""
    if not isinstance(given, dict):
        return given
    return given | {key: default for key, default in defaults.items() if given.get(key) is None}


def _arm_with(arm: dict[str, Any], scale: dict[str, Any]) -> dict[str, Any]:
    count = arm.get("n")
    count = count.get("value") if isinstance(count, dict) else count
    defaults = scale if count is None else scale | {"n": count}
    lists = {key: arm[key] for key in ("outcomes", "rates") if isinstance(arm.get(key), list)}
    return arm | {key: [_with(one, defaults) for one in items] for key, items in lists.items()}
