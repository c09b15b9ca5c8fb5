"""Every published trial of a device with its control: those that found a difference, those that did not, those unclear.

The assumption that matters: a trial that found nothing is as much an observation as one that found something, so all
stand in one table in the order of their names. Left out: a judgement of any trial.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from euthymia.report.wording import DASH, arm_name, number

if TYPE_CHECKING:
    from euthymia.evidence.published_trial import Contrast, Outcome, PublishedTrial
    from euthymia.trial.score import Row

FAMILIES = ("tms", "tdcs", "photobiomodulation")
FOUND, NONE, UNCLEAR = "found a difference", "found none", "gives no interval"


@dataclass(frozen=True)
class StimulationTrial:
    """One contrast of a device trial: what was published, what the model says, and what kind of finding it is."""

    trial: str
    compared: str
    published: str
    predicted: str
    finding: str
    why: str
    mark: str


def stimulation_trials(rows: Iterable[Row]) -> tuple[StimulationTrial, ...]:
    """Every contrast of every device trial in the evidence, with our prediction where there is one."""
    from euthymia.evidence.library import published_trials

    rows = tuple(rows)
    by_key = {(row.trial, row.arm, row.reference, row.scale, row.time_h): row for row in rows if row.kind == "contrast"}
    found = []
    for trial in published_trials():
        if any(word in str(trial.treatment_family).lower() for word in FAMILIES):
            found += [_one(trial, contrast, by_key) for contrast in trial.contrasts]
            found += [] if trial.contrasts else _from_arms(trial, rows)
    return tuple(sorted(found, key=lambda one: one.trial))


def _one(trial: PublishedTrial, contrast: Contrast, by_key: dict) -> StimulationTrial:
    hours = None if contrast.time_d is None else contrast.time_d * 24
    row: Row | None = by_key.get((trial.id, contrast.arm, contrast.reference, contrast.scale, hours))
    predicted, why = DASH, "not scored in this report"
    if row is not None:
        why = row.reason
        if row.predicted is not None and row.low is not None and row.high is not None:
            predicted = f"{number(row.predicted)} ({number(row.low)} to {number(row.high)})"
    mark = "provisional" if str(contrast.confidence) == "recalled" else ""
    compared = f"{arm_name(contrast.arm)} minus {arm_name(contrast.reference)}, {contrast.scale or ''}"
    return StimulationTrial(
        trial.acronym or trial.id, compared, _published(contrast), predicted, _finding(contrast), why, mark
    )


CONTROLS = ("sham", "placebo", "occipital")


def _from_arms(trial: PublishedTrial, rows: tuple[Row, ...]) -> list[StimulationTrial]:
    """Means of an arm against those of its control, where the table prints no contrast."""
    outcomes = [(arm, one) for arm, one in trial.outcomes if one.mean is not None]
    found = []
    for arm, mine in outcomes:
        if any(word in arm.arm.lower() for word in CONTROLS):
            continue
        beside = [
            (other, theirs)
            for other, theirs in outcomes
            if any(word in other.arm.lower() for word in CONTROLS)
            and (theirs.scale, theirs.kind, theirs.time_d) == (mine.scale, mine.kind, mine.time_d)
        ]
        for other, theirs in beside:
            ours = [_arm_prediction(rows, trial.id, name.arm, mine) for name in (arm, other)]
            published = f"{mine.kind.replace('_', ' ')} {number(mine.mean)} against {number(theirs.mean)}"
            finding, interval = _from_errors(mine, theirs)
            mark = "provisional" if "recalled" in {str(mine.confidence), str(theirs.confidence)} else ""
            compared = f"{arm_name(arm.arm)} and {arm_name(other.arm)}, {mine.scale}"
            predicted = DASH if None in ours else f"{number(ours[0])} against {number(ours[1])}"
            why = "the table prints no difference; the arms stand side by side"
            found.append(
                StimulationTrial(
                    trial.acronym or trial.id, compared, published + interval, predicted, finding, why, mark
                )
            )
    return found


def _arm_prediction(rows: tuple[Row, ...], trial: str, arm: str, outcome: Outcome) -> float | None:
    for row in rows:
        same = (row.trial, row.arm, row.scale, row.kind) == (trial, arm, outcome.scale, "arm")
        if same and outcome.time_d is not None and row.time_h == outcome.time_d * 24:
            return row.predicted
    return None


def _from_errors(mine: Outcome, theirs: Outcome) -> tuple[str, str]:
    """Finding and 95 % interval of a difference of two means, where both have an error."""
    if mine.mean is None or theirs.mean is None or mine.standard_error is None or theirs.standard_error is None:
        return UNCLEAR, ""
    gap = mine.mean - theirs.mean
    reach = 1.96 * (mine.standard_error**2 + theirs.standard_error**2) ** 0.5
    interval = f", difference {number(gap)}, 95 % interval {gap - reach:.1f} to {gap + reach:.1f} (derived)"
    return (FOUND if abs(gap) > reach else NONE), interval


def _published(contrast: Contrast) -> str:
    said = [] if contrast.difference is None else [f"{number(contrast.difference)} points"]
    said += [f"{name.replace('_', ' ')} {value:g}" for name, value in contrast.effects.items()]
    if contrast.ci95 is not None:
        low, high = contrast.ci95
        said.append(f"95 % interval {low:g} to {high:g}")
    if contrast.p is not None:
        said.append(f"p {contrast.p}")
    return ", ".join(said) or "no number"


def _finding(contrast: Contrast) -> str:
    nil = 1.0 if any(name.startswith(("odds", "risk")) for name in contrast.effects) else 0.0
    if contrast.ci95 is not None:
        low, high = contrast.ci95
        return NONE if low <= nil <= high else FOUND
    if isinstance(contrast.p, int | float):
        return NONE if contrast.p > 0.05 else FOUND
    return UNCLEAR


def counted(found: Iterable[StimulationTrial]) -> dict[str, int]:
    """How many trials are of each kind of finding; one with any difference counts as having found it."""
    kinds: dict[str, set[str]] = {}
    for one in found:
        kinds.setdefault(one.trial, set()).add(one.finding)
    order = (FOUND, NONE, UNCLEAR)
    first = [next(kind for kind in order if kind in said) for said in kinds.values()]
    return {kind: first.count(kind) for kind in order}
