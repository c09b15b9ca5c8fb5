"""Response, remission and their odds ratios against published ones.

A rate is the share of virtual people whose ratings meet the criterion as the trial states it; its interval is that of
a published share: uncertainty of the fit, scatter of trials (a trial whose mean differs has another rate), people and
our own sample. An odds ratio is compared as its natural logarithm. The assumption that matters: rates are of everyone,
while trials count those they lost as failures or leave them out. Left out: response that has to last, relapse, and
rates on scales that are not modelled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from euthymia.evidence.published_trial import Arm, Contrast, PublishedTrial, Rate
from euthymia.trial.express import Expressed, rated_as
from euthymia.trial.run import Run
from euthymia.trial.scale import scale
from euthymia.trial.scoring.climatology import judge
from euthymia.trial.scoring.predictive import components, mixture, predictive, quantile
from euthymia.trial.scoring.row import Row
from euthymia.trial.scoring.seen import CannotCompare, Seen, hours_of, scatter_of, seen, size_of

#: response, remission, remission_MADRS<=12, response_HAMD17 …
OUTCOME = re.compile(r"(response|remission)(?:_([A-Za-z][A-Za-z0-9-]*))?(?:<=(\d+))?$")
#: what tables call a scale in an outcome's name
SHORT = {"QIDS": "QIDS_SR16"}
#: several scales in one column, the first of them ours
MIXED = re.compile(r"(MADRS|HAMD17)(?= mainly|\|)")
ON_PER_CENT = "of unknown scale, taken on MADRS: a fall in per cent is about the same on HAM-D17 (leucht2018)"
Z_95 = 3.92  # width of a 95 % interval in standard errors


@dataclass(frozen=True)
class Criterion:
    """Who counts: responders by a share of baseline or remitters by a total, on a scale as the table writes it."""

    outcome: str
    scale: str | None
    threshold: float | None
    taken: str = ""

    def met(self, found: Seen, arm: str, shift: float = 0.0) -> np.ndarray:
        """Whether each virtual patient counts (people,), 0 or 1 and NaN if unsolved; `shift` moves the last rating."""
        before, after = found.both(arm)
        rating = scale(found.scale)
        if self.outcome == "response":
            limit = (1 - rating.response) * before
        else:
            limit = np.full(len(after), rating.remission if self.threshold is None else self.threshold)
        return np.where(np.isfinite(before) & np.isfinite(after), after + shift <= limit, np.nan)


def rate_row(
    published: PublishedTrial, arm: Arm, rate: Rate, expressed: Expressed, finished: Run | None, problem: str
) -> Row:
    """One published share beside ours."""
    low = high = mean = whole = None
    status, said, on = "predicted", expressed.liberties.get(arm.arm, ""), rate.scale
    measure = rate.outcome
    try:
        wanted = criterion(rate.outcome, rate.scale or published.scale)
        on, measure = wanted.scale, wanted.outcome
        found = seen((arm.arm,), wanted.scale, rate.time_d, expressed, finished, problem)
        said = "; ".join(filter(None, (said, wanted.taken)))
        sample, worlds = wanted.met(found, arm.arm), found.worlds(arm.arm)
        points = scatter_of("arm", found.scale)
        scatter = np.nanmean(wanted.met(found, arm.arm, -points)) - np.nanmean(wanted.met(found, arm.arm, points))
        mean, low, high = predictive(sample, worlds, rate.n or size_of(arm), float(scatter) / 2, _chance(sample))
        whole = mixture(sample, worlds, mean, low, high)
        low, high = (float(np.clip(end, 0, 1)) for end in (low, high))
    except CannotCompare as reason:
        status, said = "not expressed", str(reason)
    judged = judge(published, arm, f"rate:{measure}", measure, on, rate.rate, whole)
    return Row(
        published.id, arm.arm, None, "rate", measure, on, hours_of(rate.time_d), mean, low, high, rate.rate,
        rate.standard_error, status, said, str(rate.confidence), str(published.split), **judged,
    )  # fmt: skip


def is_odds_ratio(one: Contrast) -> bool:
    """Whether a contrast gives odds ratios and no difference in points."""
    return one.difference is None and any(name.startswith("odds_ratio") for name in one.effects)


def odds_ratio_rows(
    published: PublishedTrial, one: Contrast, expressed: Expressed, finished: Run | None, problem: str
) -> list[Row]:
    """One row for each odds ratio of a contrast, as natural logarithms; of two estimates of one the first."""
    rows = []
    for name, ratio in one.effects.items():
        outcome = {"odds_ratio": published.scale, "odds_ratio_response": "response"}.get(name, name[11:])
        if name in ("odds_ratio", "odds_ratio_response", "odds_ratio_remission"):
            rows.append(_odds_ratio(published, one, str(outcome), ratio, expressed, finished, problem))
    return rows


def _odds_ratio(
    published: PublishedTrial,
    one: Contrast,
    outcome: str,
    ratio: float,
    expressed: Expressed,
    finished: Run | None,
    problem: str,
) -> Row:
    low = high = mean = whole = None
    status, on, said = "predicted", one.scale, ""
    given = published.arm(one.arm)
    if outcome not in ("response", "remission"):
        outcome = "response"
        said = "the table does not say what the odds are of, taken to be response"
    interval = (one.model_extra or {}).get("ci95_remission") if outcome == "remission" else None
    interval = interval or one.ci95
    seen_log = float(np.log(ratio)) if ratio > 0 else None
    error = float(np.log(interval[1] / interval[0]) / Z_95) if interval and min(interval) > 0 else None
    try:
        reference = published.arm(one.reference)
        if given is None or reference is None:
            raise CannotCompare("the table does not give both arms of this contrast")
        wanted = criterion(outcome, one.scale or published.scale)
        on = wanted.scale
        names = (given.arm, reference.arm)
        found = seen(names, wanted.scale, one.time_d, expressed, finished, problem)
        liberties = (said, wanted.taken, *(expressed.liberties.get(name) for name in names))
        said = "; ".join(dict.fromkeys(filter(None, liberties)))
        mean, low, high, leaning = _predicted(wanted, found, names, size_of(given), size_of(reference))
        whole = mixture(leaning, found.worlds(given.arm), mean, low, high)
    except CannotCompare as reason:
        status, said = "not expressed", str(reason)
    judged = judge(published, given, f"odds:{outcome}", outcome, on, seen_log, whole)
    return Row(
        published.id, one.arm, one.reference, "odds_ratio", outcome, on, hours_of(one.time_d), mean, low, high,
        seen_log, error, status, said, str(one.confidence), str(published.split), **judged,
    )  # fmt: skip


def _predicted(
    wanted: Criterion, found: Seen, names: tuple[str, str], n: float, m: float
) -> tuple[float, float, float, np.ndarray]:
    """Logarithm of the odds ratio with its 90 % interval, and each person's share in it (people,), about 0 + mean."""
    a, b = (wanted.met(found, name) for name in names)
    keep = np.isfinite(a) & np.isfinite(b)
    worlds = found.worlds(names[0])
    p, q = _share(a[keep]), _share(b[keep])
    mean = _logit(p) - _logit(q)
    leaning = mean + (a - p) / (p * (1 - p)) - (b - q) / (q * (1 - q))
    between, within = components(leaning[keep], worlds[keep])
    points = scatter_of("contrast", found.scale)
    above, below = (_logit(_share(wanted.met(found, names[0], side)[keep])) for side in (-points, points))
    many = len(np.unique(worlds[keep]))
    sampled = 1 / (n * p * (1 - p)) + 1 / (m * q * (1 - q))
    spread = np.sqrt(between * (1 + 1 / many) + ((above - below) / 2) ** 2 + within / keep.sum() + sampled)
    width = quantile(many) * float(spread)
    return mean, mean - width, mean + width, leaning


def criterion(outcome: str, on: str | None) -> Criterion:
    """What an outcome's name and its scale ask for; raises `CannotCompare`."""
    read = OUTCOME.match(outcome.replace("≤", "<="))
    if read is None:
        raise CannotCompare(f"'{outcome}' is not compared: only response and remission at a visit are")
    kind, named, limit = read.groups()
    on = SHORT.get(named, named) if named else on
    taken = ""
    if on in ("response", "remission", None):
        if kind == "remission" and limit is None:
            raise CannotCompare("the table gives no scale to be in remission on")
        on, taken = "MADRS", ON_PER_CENT
    first = MIXED.match(on)
    if first and first[1] != on:
        on, taken = first[1], f"rated on {on}, taken as {first[1]}"
    ours = rated_as(on)
    if kind == "remission" and limit is None and ours is not None:
        taken = "; ".join(filter(None, (taken, f"remission taken as {ours} of {scale(ours).remission:g} or less")))
    return Criterion(kind, ours or on, None if limit is None else float(limit), taken)


def _chance(met: np.ndarray) -> float:
    """Variance of one person's outcome; not 0 where all or none of ours met the criterion."""
    share = _share(met)
    return share * (1 - share)


def _share(met: np.ndarray) -> float:
    """A share that is never 0 or 1 (half a person is added to both sides)."""
    return float((np.nansum(met) + 0.5) / (np.isfinite(met).sum() + 1))


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))
