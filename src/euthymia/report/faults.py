"""Known faults of the model, each judged open or closed from the numbers of this very report where it can be.

The assumption that matters: a fault without a number to judge it by is *not checked*, never closed. Left out: faults
nobody has noticed yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from euthymia.errors import DataError
from euthymia.report.report_data import ReportData
from euthymia.report.verdict import compared, is_miss

FILE = Path(__file__).parent / "faults.yaml"
OPEN, CLOSED, NOT_CHECKED = "open", "closed", "not checked"
Judged = tuple[str, str]


@dataclass(frozen=True)
class Fault:
    """A known fault, its status in this report, and the sentence that says why."""

    id: str
    fault: str
    status: str
    told: str


def faults(data: ReportData) -> tuple[Fault, ...]:
    """Every known fault, judged; raises `DataError` for a check nobody knows."""
    from euthymia.evidence.yaml_with_lines import read_yaml

    document = read_yaml(FILE)
    found = []
    for number, entry in enumerate(document.content):
        check = dict(entry["check"])
        kind = check.pop("kind")
        if kind not in CHECKS:
            raise DataError(
                f"there is no check '{kind}'",
                place=document.place(number, "check"),
                rule=f"Checks: {', '.join(CHECKS)}.",
                fix="Use one of them, or 'stated' with a status and a because.",
            )
        status, told = CHECKS[kind](data, **check)
        found.append(Fault(entry["id"], entry["fault"], status, told))
    return tuple(found)


def _status(good: bool) -> str:
    return CLOSED if good else OPEN


def _stated(data: ReportData, status: str, because: str) -> Judged:
    return status, because


def _rows(data: ReportData, drugs: list[str], hours: list[float], allowed_misses: int, arms: bool = False) -> Judged:
    """Contrasts of these drugs in a window of time, and with `arms` means of their trials' arms too: closed when no
    more than a few are misses."""
    from euthymia.evidence.library import library

    ids = {
        trial.id
        for trial in library().trials
        if any(given.intervention in drugs for arm in trial.arms for given in arm.regimen)
    }
    seen = [row for row in compared(data.rows) if row.trial in ids]
    kinds, named_so = (("contrast", "arm"), "contrasts and means") if arms else (("contrast",), "contrasts")
    seen = [row for row in seen if row.time_h is not None and hours[0] <= row.time_h <= hours[1] and row.kind in kinds]
    if not seen:
        return (
            NOT_CHECKED,
            f"no {' or '.join(kinds)} of {drugs[0]} between {hours[0]:g} and {hours[1]:g} hours was compared",
        )
    missed = [row for row in seen if is_miss(row)]
    named = f" ({', '.join(sorted({row.trial for row in missed}))})" if missed else ""
    said = f"{len(missed)} of {len(seen)} {named_so} between {hours[0]:g} and {hours[1]:g} hours are misses{named}"
    return _status(len(missed) <= allowed_misses), said


def _trials(data: ReportData, trials: list[str], allowed_misses: int) -> Judged:
    """Everything compared of these trials: closed when no more than a few are misses."""
    seen = [row for row in compared(data.rows) if row.trial in trials]
    if not seen:
        return NOT_CHECKED, f"nothing of {', '.join(trials)} was compared"
    missed = [row for row in seen if is_miss(row)]
    named = f" ({', '.join(sorted({row.trial for row in missed}))})" if missed else ""
    return _status(len(missed) <= allowed_misses), f"{len(missed)} of {len(seen)} numbers are misses{named}"


def _alternative(data: ReportData, hypothesis: str, alternative: str, share: float) -> Judged:
    """Whether the alternative of a hypothesis that mends a fault has enough weight after the fit."""
    from euthymia.model.hypothesis import posterior_weights, prior_weights

    before = prior_weights()[hypothesis][alternative]
    after = posterior_weights().get(hypothesis)
    named = f"the rival '{alternative}' of {hypothesis} mends it"
    if after is None:
        return OPEN, f"{named}, but the fit in use does not weigh it ({100 * before:.0f} % before any fit)"
    said = f"{named} and weighs {100 * after[alternative]:.0f} % after the fit ({100 * before:.0f} % before)"
    return _status(after[alternative] >= share), f"{said}; {100 * share:.0f} % would close it"


def _averaged_pathway(data: ReportData, high: float) -> Judged:
    """What hangs on the R-ketamine pathway, averaged over the rival explanations by how much each weighs."""
    names = ("r_ketamine_share_averaged", "r_ketamine_share_if_true", "r_ketamine_weight")
    if any(name not in data.numbers for name in names):
        return (
            NOT_CHECKED,
            "share of ketamine's day-1 contrast that hangs on this pathway: not computed for this report",
        )
    averaged, true, weight = (data.numbers[name] for name in names)
    said = (
        f"{100 * averaged:.0f} % of ketamine's day-1 contrast hangs on it, averaged over the rival explanations: "
        f"{100 * true:.0f} % where the pathway is real, which weighs {100 * weight:.0f} %; up to {100 * high:.0f} % "
        "would close it"
    )
    return _status(averaged <= high), said


def _control_holds(data: ReportData, points: float) -> Judged:
    """Whether control arms stay near their best to the last visit."""
    worst, where = 0.0, ""
    for strategy in data.strategies:
        arm = strategy.arms[1]
        mean = np.nanmean(arm.total(strategy.scale), axis=0)
        lost = float(mean[-1] - mean.min())
        if lost > worst:
            worst, where = lost, strategy.title
    said = f"at most {worst:.1f} points of the best are lost by the last visit" + (f" ({where})" if where else "")
    return _status(worst <= points), said


def _number(data: ReportData, name: str, low: float, high: float, meaning: str) -> Judged:
    if name not in data.numbers:
        return NOT_CHECKED, f"{meaning}: not computed for this report"
    number = data.numbers[name]
    return _status(low <= number <= high), f"{meaning}: {number:.2f}; {low:g} to {high:g} would close it"


def _spread_of_change(data: ReportData, low: float, high: float, days: float) -> Judged:
    """Standard deviation of the rated MADRS change at the last visit, in every arm seen long enough."""
    found = {}
    for strategy in data.strategies:
        for arm in strategy.arms:
            if "MADRS" in arm.rated and strategy.last_day >= days:
                change = arm.rated["MADRS"][:, -1] - arm.rated["MADRS"][:, 0]
                found[f"{arm.name} in {strategy.title}"] = float(np.nanstd(change, ddof=1))
    if not found:
        return NOT_CHECKED, "no arm was rated on MADRS for long enough"
    least, most = min(found.values()), max(found.values())
    said = f"standard deviations of {least:.1f} to {most:.1f} points in {len(found)} arms"
    outside = [f"{name} {size:.1f}" for name, size in found.items() if not low <= size <= high]
    return _status(not outside), said + (f"; outside {low:g} to {high:g}: {', '.join(outside)}" if outside else "")


def _fit_bounds(data: ReportData, share: float) -> Judged:
    """Parameters that end within a share of the (logarithmic) range of their bounds, and those nothing identifies."""
    from euthymia.model.parameter_table import current_fit, priors
    from euthymia.report.identifiability import known

    fit = current_fit()
    if fit is None:
        return NOT_CHECKED, "nothing has been fitted yet"
    near = []
    for name, number in zip(fit.names, fit.numbers, strict=True):
        block, _, short = name.partition(".")
        prior = priors(block).get(short)
        if prior is not None:
            place = np.log(number / prior.low) / np.log(prior.high / prior.low)
            near += [name] if min(place, 1 - place) < share else []
    every = known(fit)
    silent = [one.name for one in every if one.unidentified]
    said = f"{len(near)} of {len(fit.names)} fitted parameters are near a bound" + (": " if near else "")
    said += ", ".join(near)
    if not every:
        return (OPEN if near else NOT_CHECKED), f"{said}; the fit does not tell which the data identify"
    said += f"; nothing identifies {len(silent)}" + (f": {', '.join(silent)}" if silent else "")
    return _status(not near and not silent), said


def _baselines(data: ReportData, points: float) -> Judged:
    """Mean rated severity at baseline against the published one, where a run was asked to match it."""
    misses, seen = [], 0
    for strategy in data.strategies:
        wanted = strategy.run.trial.baseline
        if wanted is None:
            continue
        rated = np.concatenate([arm.rated[wanted.scale][:, 0] for arm in strategy.arms])
        seen += 1
        off = float(np.nanmean(rated)) - wanted.mean
        misses += [f"{strategy.title} by {off:+.1f}"] if abs(off) > points else []
    if not seen:
        return NOT_CHECKED, "no run was asked to match a published baseline"
    said = f"{seen - len(misses)} of {seen} runs start within {points:g} points of the published mean"
    return _status(not misses), said + (f"; off: {', '.join(misses)}" if misses else "")


def _sessions_last(data: ReportData) -> Judged:
    sessions = [s for one in data.strategies for arm in one.run.arms.values() for s in arm.plan.sessions]
    if not sessions:
        return NOT_CHECKED, "no session was given in this report"
    short = min(session.duration for session in sessions)
    return _status(short > 0), f"the shortest of {len(sessions)} sessions lasts {short * 60:.0f} minutes"


def _treatments(data: ReportData, wanted: list[str], blocks: list[str], scales: list[str]) -> Judged:
    """Whether drugs and devices, blocks of the model and scales rated item by item are there."""
    from euthymia.model.parameter_table import FOLDER
    from euthymia.treatments.device import devices
    from euthymia.treatments.drug import drugs
    from euthymia.trial.scale import scale
    from euthymia.trial.scale import scales as known_scales

    missing = [name for name in wanted if name not in (*drugs(), *devices())]
    missing += [f"block {name}" for name in blocks if not (FOLDER / f"{name}.yaml").exists()]
    missing += [f"items of {name}" for name in scales if name not in known_scales() or len(scale(name).items) < 2]
    return _status(not missing), f"missing: {', '.join(missing)}" if missing else "all that were wanted are here"


def _enantiomers(data: ReportData) -> Judged:
    """Whether the two ketamines differ, and whether any drug knows a metabolising enzyme."""
    from euthymia.treatments.drug import drug, drugs

    two = {one.name: one for one in drug("ketamine").compounds}
    s, r = two.get("S-ketamine"), two.get("R-ketamine")
    if s is None or r is None:
        return OPEN, "ketamine is not made of two enantiomers"
    differ = s.volume.number != r.volume.number or s.liver != r.liver or s.clearance != r.clearance
    enzymes = sorted({enzyme for name in drugs() for one in drug(name).compounds for enzyme in one.enzymes})
    said = "the enantiomers " + ("differ" if differ else "do not differ") + f"; enzymes: {', '.join(enzymes) or 'none'}"
    return _status(differ and bool(enzymes)), said


def _derived(data: ReportData, quantities: list[str], because: str) -> Judged:
    model = data.models[0]
    computed = {quantity.name for quantity in (*model.values, *model.states)}
    free = [name for name in quantities if name not in computed]
    return _status(not free), f"not computed but free: {', '.join(free)}" if free else because


CHECKS: Mapping[str, Callable[..., Judged]] = {
    "stated": _stated,
    "rows": _rows,
    "control-holds": _control_holds,
    "number": _number,
    "spread-of-change": _spread_of_change,
    "fit-bounds": _fit_bounds,
    "baselines": _baselines,
    "sessions-last": _sessions_last,
    "treatments": _treatments,
    "trials": _trials,
    "alternative": _alternative,
    "averaged-pathway": _averaged_pathway,
    "enantiomers": _enantiomers,
    "derived": _derived,
}


def told(found: tuple[Fault, ...]) -> dict[str, Any]:
    """How many faults have each status."""
    return {status: sum(fault.status == status for fault in found) for status in (OPEN, NOT_CHECKED, CLOSED)}
