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
    from euthymia.evidence.published_trial import Contrast, PublishedTrial
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

    by_key = {(row.trial, row.arm, row.reference, row.scale, row.time_h): row for row in rows if row.kind == "contrast"}
    found = []
    for trial in published_trials():
        if any(word in str(trial.treatment_family).lower() for word in FAMILIES):
            found += [_one(trial, contrast, by_key) for contrast in trial.contrasts]
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
