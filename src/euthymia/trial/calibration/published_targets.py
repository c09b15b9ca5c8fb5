"""What published trials give a calibration to answer to.

From an arm with a control the contrast is taken and from the control its change, so that no number counts twice: the
control carries the trial, the contrast the biology. Standard deviations of change are targets of their own. Rates and
odds ratios stand in where a trial prints no means. The assumption that matters: what was printed as a change is one,
whatever was done about drop-outs. Left out: effect sizes, relapse designs, scales without a link.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from euthymia.evidence.published_trial import Arm, Contrast, Outcome, PublishedTrial, Rate
from euthymia.trial.calibration.target import (
    ARM_MEASURES,
    CONTROLS,
    EARLY_HOURS,
    PER_CENT,
    POINTS,
    UNKNOWN_SE,
    Target,
)
from euthymia.trial.express import TYPICAL
from euthymia.trial.protocol import Trial
from euthymia.trial.scale import scale as scale_of

Where = tuple[tuple[str, ...], str, float]  # arms, scale, day

UNKNOWN_N = 50
LEAST_SURE, UNSAID = 0.7, 0.7  # chance of being right below which a recalled number is left out, and where none is said
LATEST = 183.0  # days; later an open course follows those who stayed, not those who began


def targets_of(published: PublishedTrial, virtual: Trial, arms: Sequence[str]) -> list[Target]:
    """Targets about `arms` of a published trial, which `virtual` can answer at its visits."""
    made = _Made(published, virtual, tuple(arms))
    found = [*made.baselines(), *made.arms_and_contrasts(), *made.spreads()]
    met = {(name, t.day) for t in found if t.measure != "baseline" for name in t.arms}
    return found + made.odds(met) + made.rates(met)


class _Made:
    """Targets of one trial in the making."""

    def __init__(self, published: PublishedTrial, virtual: Trial, arms: tuple[str, ...]) -> None:
        self.published, self.virtual, self.arms = published, virtual, arms
        self.days = {day for day in virtual.visits if day <= LATEST}
        self.family = str(published.treatment_family or "other")

    def baselines(self) -> list[Target]:
        baseline = self.virtual.baseline
        if baseline is None or baseline is TYPICAL or not self.arms:
            return []
        return [self._target(self.arms[:1], baseline.scale, 0.0, "baseline", baseline.mean, 0.0, 1.0)]

    def arms_and_contrasts(self) -> list[Target]:
        changes = {
            (arm.arm, str(o.scale), float(o.time_d or 0)): o
            for arm, o in self.published.outcomes
            if arm.arm in self.arms
            and self._seen(o.scale, o.time_d)
            and self._meant(o)
            and o.mean is not None
            and _trust(o)
        }
        printed = self._printed()
        derived = {} if not changes else self._derived(changes, printed)
        answered = {(names[0], scale, day) for names, scale, day in (*printed, *derived)}
        arms = [
            self._target((name,), scale, day, str(_measure(o)), float(o.mean or 0), _error(o, scale), _trust(o))
            for (name, scale, day), o in changes.items()
            if (name, scale, day) not in answered
        ]
        return [*arms, *printed.values(), *derived.values()]

    def _printed(self) -> dict[Where, Target]:
        found = {}
        for one in self.published.contrasts:
            names = self._both(one)
            if one.difference is None or not names or not self._seen(one.scale, one.time_d) or not _trust(one):
                continue
            scale, day = str(one.scale), float(one.time_d or 0)
            se = one.standard_error or UNKNOWN_SE / POINTS[scale]
            found[names, scale, day] = self._target(names, scale, day, "difference", one.difference, se, _trust(one))
        return found

    def _derived(
        self, changes: Mapping[tuple[str, str, float], Outcome], printed: Mapping[Where, Target]
    ) -> dict[Where, Target]:
        """Differences from a control arm that follow from two arm changes where the table prints none."""
        found = {}
        controls = [name for name in self.arms if name.startswith(CONTROLS)]
        for (name, scale, day), outcome in changes.items():
            control = _control_of(name, controls)
            other = changes.get((control, scale, day))
            if other is None or name in controls or ((name, control), scale, day) in printed:
                continue
            if _measure(outcome) != _measure(other) or name.startswith("period2") != control.startswith("period2"):
                continue
            shift = self._gap(name, control) if _measure(outcome) == "score" else 0.0
            if shift is None:
                continue
            measure = "percent_difference" if _measure(outcome) == "percent_change" else "difference"
            gap = float(outcome.mean or 0) - float(other.mean or 0) - shift
            se = float(np.hypot(_error(outcome, scale), _error(other, scale)))
            trust = min(_trust(outcome), _trust(other))
            found[(name, control), scale, day] = self._target((name, control), scale, day, measure, gap, se, trust)
        return found

    def spreads(self) -> list[Target]:
        """Standard deviations of raw change, where they are printed as such."""
        found = []
        for arm, o in self.published.outcomes:
            if arm.arm not in self.arms or not self._seen(o.scale, o.time_d) or o.kind != "change" or not o.sd:
                continue
            se = o.sd / np.sqrt(2 * max((o.n or UNKNOWN_N) - 1, 1))
            found.append(self._target((arm.arm,), str(o.scale), float(o.time_d or 0), "spread", o.sd, se, _trust(o)))
        return found

    def rates(self, met: set[tuple[str, float]]) -> list[Target]:
        """Response and remission in arms that print no mean at that visit."""
        found = []
        for arm, rate in self.published.rates:
            told = _criterion(rate.outcome, rate.scale or self.published.scale)
            day = rate.time_d
            if arm.arm not in self.arms or told is None or day is None or day not in self.days or rate.rate is None:
                continue
            if (arm.arm, day) in met or day <= 0 or not _trust(rate):
                continue
            measure, scale, cut = told
            n = rate.n or UNKNOWN_N
            share = float(np.clip(rate.rate, 0.5 / n, 1 - 0.5 / n))
            se = float(1 / np.sqrt(n * share * (1 - share)))
            found.append(self._target((arm.arm,), scale, day, measure, _logit(share), se, _trust(rate), cut))
        surest = {(t.arms, t.day, t.measure): t for t in sorted(found, key=lambda t: t.weight)}
        return [target for target in found if target is surest[target.arms, target.day, target.measure]]

    def odds(self, met: set[tuple[str, float]]) -> list[Target]:
        """Odds ratios of response where no means are printed; of several for one pair the surest."""
        best: dict[tuple[tuple[str, ...], float], Target] = {}
        for one in self.published.contrasts:
            names, day, ratio = self._both(one), one.time_d, one.effects.get("odds_ratio")
            if not names or day is None or day not in self.days or not ratio or (names[0], day) in met:
                continue
            if not _trust(one):
                continue
            low, high = one.ci95 if one.ci95 else (ratio / 2, ratio * 2)
            se = float(np.log(high / low) / 3.92)
            target = self._target(
                names, _response_scale(one.scale), day, "log_odds_ratio", float(np.log(ratio)), se, _trust(one), 0.5
            )
            if (names, day) not in best or best[names, day].weight < target.weight:
                best[names, day] = target
        met |= {(names[0], day) for names, day in best}
        return list(best.values())

    def _target(
        self,
        arms: tuple[str, ...],
        scale: str,
        day: float,
        measure: str,
        number: float,
        se: float,
        trust: float,
        cut: float = 0.0,
    ) -> Target:
        return Target(self.published.id, self.family, arms, scale, day, measure, float(number), float(se), trust, cut)

    def _seen(self, scale: str | None, day: float | None) -> bool:
        """Whether the model has a scale and a visit there, after the start."""
        return scale in POINTS and day is not None and day > 0 and day in self.days

    def _meant(self, outcome: Outcome) -> bool:
        """Whether the model can mean the same: a level of severity only where the trial printed where it began."""
        measure = _measure(outcome)
        return measure is not None and (measure != "score" or self.virtual.baseline is not TYPICAL)

    def _both(self, one: Contrast) -> tuple[str, ...]:
        arms = [self.published.arm(one.arm), self.published.arm(one.reference)]
        names = tuple(arm.arm for arm in arms if arm is not None and arm.arm in self.arms)
        return names if len(names) == 2 else ()

    def _gap(self, arm: str, control: str) -> float | None:
        one, other = _baseline(self.published.arm(arm)), _baseline(self.published.arm(control))
        return None if one is None or other is None else one - other


def _criterion(outcome: str, on: str | None) -> tuple[str, str, float] | None:
    """Measure, scale and cut of a rate: response by half of baseline, on whatever version of a scale, or remission by a
    total on one of ours; None for anything else."""
    from euthymia.trial.scoring.rates import criterion
    from euthymia.trial.scoring.seen import CannotCompare

    try:
        told = criterion(outcome, on)
    except CannotCompare:
        return None
    if told.outcome == "response":
        return "response", _response_scale(told.scale), 0.5
    if told.scale not in POINTS:
        return None
    cut = told.threshold if told.threshold is not None else scale_of(told.scale).remission
    return "remission", told.scale, float(cut)


def _response_scale(named: str | None) -> str:
    """Where half of baseline is looked for: a fall in per cent is about the same on every one (leucht2018)."""
    return named if named in POINTS else "HAMD17"


def _measure(outcome: Outcome) -> str | None:
    measure = {"change_LS": "change"}.get(outcome.kind, outcome.kind)
    return measure if measure in ARM_MEASURES else None


def _error(outcome: Outcome, scale: str) -> float:
    unit = PER_CENT if outcome.kind == "percent_change" else 1 / POINTS[scale]
    return outcome.standard_error or UNKNOWN_SE * unit


def _trust(datum: Outcome | Contrast | Rate) -> float:
    """Weight of a datum: full when read in its source, when recalled its chance of being right, squared; 0 for one
    that is as likely wrong."""
    early = 0.25 if (datum.time_d or 0) * 24 < EARLY_HOURS else 1.0
    if str(datum.confidence) == "verified":
        return early
    sure = datum.p_correct or UNSAID
    return early * sure**2 if sure >= LEAST_SURE else 0.0


def _control_of(arm: str, controls: Sequence[str]) -> str:
    """The control an arm belongs to: the one that shares most of its name's end, or the only one."""
    if len(controls) == 1:
        return controls[0]
    return next((c for c in controls if c.split("_", 1)[-1] == arm.split("_", 1)[-1]), "")


def _baseline(arm: Arm | None) -> float | None:
    return arm.baseline.mean if arm is not None and arm.baseline else None


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))
