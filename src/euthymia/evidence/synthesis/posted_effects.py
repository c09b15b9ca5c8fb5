"""Posted results of a registration as effects: one row a contrast, with how each number was reached.

Rules of ClinicalTrials.gov: a mean's dispersion is a SD, a SE or an interval of a stated level; a difference comes from
`analyses` where one was posted, since it is adjusted, else from the arms. The assumption that matters: arms are
independent, and an interval is symmetric (for ratios on the log scale). Left out: medians and ranges, which are not
turned into means; they are told as left out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from euthymia.evidence.records.record import Record
from euthymia.evidence.synthesis.effect_size import effects

_CONTROL = re.compile(
    r"placebo|sham|control|wait(ing)?[ -]?list|usual care|vehicle|no treatment|midazolam", re.IGNORECASE
)
_PERCENT = re.compile(r"percent|%|proportion of (?:participants|subjects|patients)", re.IGNORECASE)
#: words in a scale's posted title → the scale
SCALES = {
    "MADRS": r"MADRS|montgomery", "HAMD17": r"HAM-?D-?\s?\(?17|HDRS-?\s?17|17[- ]item (?:hamilton|HAM)",
    "HAMD": r"HAM-?D|HDRS|HRSD|hamilton (?:rating scale for )?depression|hamilton depression", "PHQ9": r"PHQ-?9",
    "BDI": r"BDI|beck depression", "QIDS": r"QIDS|quick inventory", "IDS": r"\bIDS\b|inventory of depressive",
    "CGI-S": r"CGI-?S|clinical global impression.*severity", "CGI-I": r"CGI-?I|clinical global impression.*improvement",
    "SDS": r"sheehan", "GAD7": r"GAD-?7", "HAMA": r"HAM-?A\b|hamilton anxiety", "EPDS": r"EPDS|edinburgh postnatal",
}  # fmt: skip


@dataclass(frozen=True)
class ArmResult:
    """One arm at one time: mean with SD and SE, or events of n. `steps` says how SD and SE were reached."""

    study: str
    outcome: str
    scale: str
    arm: str
    klass: str
    category: str
    weeks: float | None
    n: int | None
    mean: float | None = None
    sd: float | None = None
    se: float | None = None
    events: float | None = None
    kind: str = ""
    unit: str = ""
    primary: bool = False
    steps: tuple[str, ...] = ()

    def told(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True)
class Effect:
    """One contrast: `yi` with variance `vi`; ratios are logs. `steps` leads back to what was posted."""

    study: str
    outcome: str
    scale: str
    arm: str
    reference: str
    weeks: float | None
    measure: str
    yi: float
    vi: float
    n1: int | None = None
    n2: int | None = None
    adjusted: bool = False
    primary: bool = False
    klass: str = ""
    category: str = ""
    steps: tuple[str, ...] = field(default=())

    @property
    def se(self) -> float:
        return math.sqrt(self.vi)

    def told(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | {"se": self.se}


def scale_of(*texts: str) -> str:
    """The rating scale a title names, empty if none.

    >>> scale_of("Change From Baseline in MADRS Total Score"), scale_of("Plasma level")
    ('MADRS', '')
    """
    for text in texts:
        for scale, pattern in SCALES.items():
            if re.search(pattern, text, re.IGNORECASE):
                return scale
    return ""


def arms_of(record: Record) -> tuple[tuple[ArmResult, ...], tuple[str, ...]]:
    """Every posted arm result that is a mean or a count, and what was left out with its reason."""
    found: list[ArmResult] = []
    left: list[str] = []
    for outcome in (record.trial or {}).get("outcomes", ()):
        if not outcome["measurements"]:
            left.append(f"{outcome['title']}: nothing was posted ({outcome['status'].lower() or 'no data'})")
        for row in outcome["measurements"]:
            one = _arm(record.id, outcome, row)
            if isinstance(one, ArmResult):
                found.append(one)
            else:
                left.append(f"{outcome['title']}, {row['arm']}{_inside(row)}: {one}")
    return tuple(found), tuple(left)


def _inside(row: Mapping[str, Any]) -> str:
    parts = [part for part in (row["class"], row["category"]) if part]
    return f" ({', '.join(parts)})" if parts else ""


def _arm(study: str, outcome: Mapping[str, Any], row: Mapping[str, Any]) -> ArmResult | str:
    kind = outcome["param_type"].upper()
    shared: dict[str, Any] = {
        "study": study,
        "outcome": outcome["title"],
        "scale": scale_of(outcome["title"], outcome["unit"]),
        "arm": row["arm"],
        "klass": row["class"],
        "category": row["category"],
        "weeks": row["weeks"],
        "n": row["n"],
        "kind": kind,
        "unit": outcome["unit"],
        "primary": outcome["type"].upper() == "PRIMARY",
    }
    value, n = row["value"], row["n"]
    if value is None:
        return f"posted as '{row['posted']}'"
    if kind in ("COUNT_OF_PARTICIPANTS", "COUNT_OF_UNITS"):
        return ArmResult(**shared, events=value, steps=(f"{value:g} of {n} as posted",))
    if kind == "NUMBER" and _PERCENT.search(f"{outcome['unit']} {outcome['title']}"):
        if n is None or not 0 <= value <= 100:
            return "a percentage without a number of participants"
        events = round(value * n / 100)
        return ArmResult(**shared, events=float(events), steps=(f"{value:g} % of {n} is {events}",))
    if kind == "NUMBER" and "participant" in outcome["unit"].lower():
        return ArmResult(**shared, events=value, steps=(f"{value:g} of {n} as posted",))
    if kind not in ("MEAN", "LEAST_SQUARES_MEAN"):
        return f"a {kind.lower().replace('_', ' ') or 'number'} is not turned into a mean"
    sd, se, steps = dispersion(outcome["dispersion_type"], row["spread"], row["lower"], row["upper"], n)
    if se is None:
        return steps[0]
    return ArmResult(**shared, mean=value, sd=sd, se=se, steps=steps)


def dispersion(
    kind: str, spread: float | None, lower: float | None, upper: float | None, n: int | None
) -> tuple[float | None, float | None, tuple[str, ...]]:
    """SD, SE and the steps, from what was posted; SE is None where it cannot be had, and the step says why.

    >>> dispersion("Standard Error", 0.5, None, None, 100)
    (5.0, 0.5, ('SE 0.5 as posted', 'SD = SE x sqrt(100) = 5'))
    >>> dispersion("95% Confidence Interval", None, 1.0, 2.96, 50)[1].__round__(3)
    0.5
    """
    said = kind.lower()
    if "deviation" in said:
        if spread is None or not n:
            return None, None, ("a standard deviation without a number of participants",)
        se = spread / math.sqrt(n)
        return spread, se, (f"SD {spread:g} as posted", f"SE = SD / sqrt({n}) = {se:.4g}")
    if "standard error" in said:
        if spread is None:
            return None, None, ("the standard error is not given",)
        sd = spread * math.sqrt(n) if n else None
        return sd, spread, (f"SE {spread:g} as posted", f"SD = SE x sqrt({n}) = {sd:.4g}" if sd else "no n for a SD")
    if "confidence" in said:
        level = next(iter(re.findall(r"(\d+(?:\.\d+)?)\s*%", kind)), None)
        if lower is None or upper is None or level is None:
            return None, None, ("an interval without both ends or its level",)
        se = (upper - lower) / (2 * critical(float(level)))
        sd = se * math.sqrt(n) if n else None
        return sd, se, (f"{level} % CI {lower:g} to {upper:g} as posted", f"SE = width / 2z = {se:.4g}")
    return None, None, (f"dispersion '{kind or 'none'}' gives no standard error",)


def critical(level: float) -> float:
    """The normal quantile of a two-sided interval of `level` per cent."""
    from statistics import NormalDist

    return NormalDist().inv_cdf(0.5 + level / 200)


def effects_of(record: Record, reference: str | None = None) -> tuple[tuple[Effect, ...], tuple[str, ...]]:
    """Every contrast of a registration against its control, adjusted ones first, and what was left out.

    `reference` is the control's title or a part of it; the arm called placebo, sham or control, if not given.
    """
    arms, left = arms_of(record)
    found = [
        effect for outcome in (record.trial or {}).get("outcomes", ()) for effect in _analyses(record.id, outcome, left)
    ]
    groups: dict[tuple, list[ArmResult]] = {}
    for one in arms:
        groups.setdefault((one.outcome, one.klass, one.category, one.weeks), []).append(one)
    reasons = list(left)
    for (title, *_), together in groups.items():
        control = _control([one.arm for one in together], reference)
        if control is None:
            if len(together) > 1:
                reasons.append(f"{title}: no arm is a control; name one with --reference")
            continue
        base = next(one for one in together if one.arm == control)
        found += [effect for one in together if one.arm != control for effect in _contrast(one, base)]
    return tuple(found), tuple(dict.fromkeys(reasons))


def _control(arms: Sequence[str], reference: str | None) -> str | None:
    if reference:
        return next((arm for arm in arms if reference.lower() in arm.lower()), None)
    found = [arm for arm in arms if _CONTROL.search(arm)]
    alone = [arm for arm in found if not re.search(r"\+|plus|and |/", arm)]
    return (alone or found or [None])[0]


def _contrast(one: ArmResult, base: ArmResult) -> Iterator[Effect]:
    shared: dict[str, Any] = {
        "study": one.study, "outcome": one.outcome, "scale": one.scale, "arm": one.arm, "reference": base.arm,
        "weeks": one.weeks, "n1": one.n, "n2": base.n, "primary": one.primary, "klass": one.klass,
        "category": one.category,
    }  # fmt: skip
    steps = (*(f"{one.arm}: {step}" for step in one.steps), *(f"{base.arm}: {step}" for step in base.steps))
    if one.events is not None and base.events is not None and one.n and base.n:
        if one.events <= one.n and base.events <= base.n:
            given = {"ai": [one.events], "n1i": [one.n], "ci": [base.events], "n2i": [base.n]}
            for measure in ("OR", "RR", "RD"):
                yi, vi = effects(measure, given)
                yield Effect(**shared, measure=measure, yi=float(yi[0]), vi=float(vi[0]), steps=steps)
        return
    if one.mean is None or base.mean is None or one.se is None or base.se is None:
        return
    difference = one.mean - base.mean
    yield Effect(**shared, measure="MD", yi=difference, vi=one.se**2 + base.se**2, steps=steps)
    if one.sd and base.sd and one.n and base.n:
        given = {
            "m1i": [one.mean], "sd1i": [one.sd], "n1i": [one.n], "m2i": [base.mean], "sd2i": [base.sd], "n2i": [base.n]
        }  # fmt: skip
        yi, vi = effects("SMD", given)
        yield Effect(**shared, measure="SMD", yi=float(yi[0]), vi=float(vi[0]), steps=steps)


_RATIOS = (("odds ratio", "OR"), ("risk ratio", "RR"), ("relative risk", "RR"), ("hazard ratio", "HR"))


def _analyses(study: str, outcome: Mapping[str, Any], left: Sequence[str]) -> Iterator[Effect]:
    """Adjusted contrasts as posted, where they have two arms, a value and an error."""
    for one in outcome["analyses"]:
        said = one["param_type"].lower()
        ratio = next((measure for word, measure in _RATIOS if word in said), None)
        if len(one["arms"]) != 2 or one["value"] is None or not (ratio or "difference" in said):
            continue
        value = one["value"]
        if ratio and value <= 0:
            continue
        steps = [f"{one['param_type']} {value:g} as posted ({one['method'] or 'method not named'})"]
        low, high, level = one["ci_lower"], one["ci_upper"], one["ci_percent"] or 95.0
        if "error" in one["dispersion_type"].lower() and one["dispersion"] and not ratio:
            se = one["dispersion"]
            steps.append(f"SE {se:g} as posted")
        elif low is not None and high is not None and "one" not in one["ci_sides"].lower() and not (ratio and low <= 0):
            ends = (math.log(low), math.log(high)) if ratio else (low, high)
            se = (ends[1] - ends[0]) / (2 * critical(level))
            steps.append(f"{level:g} % CI {low:g} to {high:g}: SE = width / 2z = {se:.4g}{' (log)' if ratio else ''}")
        else:
            continue
        arm, base = one["arms"]
        yi = math.log(value) if ratio else value
        if _CONTROL.search(arm) and not _CONTROL.search(base):
            steps.append(
                f"arms as listed: {arm}, {base}; which was subtracted is in the text: {one['description'][:120]}"
            )
            arm, base = base, arm
            if re.search(
                rf"{re.escape(one['arms'][0][:12])}.{{0,40}}(?:minus|versus|vs\.?|/)", one["description"], re.I
            ):
                yi = -yi
                steps.append("sign turned: the text puts the control first")
        weeks = {row["weeks"] for row in outcome["measurements"]}
        yield Effect(
            study=study, outcome=outcome["title"], scale=scale_of(outcome["title"], outcome["unit"]), arm=arm,
            reference=base, weeks=weeks.pop() if len(weeks) == 1 else None, measure=ratio or "MD", yi=yi, vi=se**2,
            adjusted=True, primary=outcome["type"].upper() == "PRIMARY", steps=tuple(steps),
        )  # fmt: skip
