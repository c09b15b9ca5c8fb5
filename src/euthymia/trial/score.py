"""Our arms against published arms: every number a published table lets us compare, and a reason where it does not.

Each published trial is simulated once, every virtual patient in every arm, spread over worlds. The interval is that of
a new trial's published mean: uncertainty of the fit, scatter of trials around it (from the fit's own residuals), the
published sample and ours. The assumption that matters: published means are compared with everyone's value, drop-outs
included. Left out: effect sizes, which are listed as not compared; response and remission are in `score_rates`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from euthymia.engine.choose import default_engine
from euthymia.engine.task import Engine
from euthymia.errors import EuthymiaError, UnknownName
from euthymia.evidence.published_trial import Arm, Contrast, Outcome, PublishedTrial
from euthymia.trial.conduct import ready, run
from euthymia.trial.express import Expressed, express
from euthymia.trial.restriction import Given, Restriction, restricted
from euthymia.trial.run import Run
from euthymia.trial.scoring.climatology import judge
from euthymia.trial.scoring.predictive import mixture as mixture_of
from euthymia.trial.scoring.predictive import predictive, predictive_contrast, sampling_error
from euthymia.trial.scoring.rates import is_odds_ratio, odds_ratio_rows, rate_row
from euthymia.trial.scoring.row import Row
from euthymia.trial.scoring.seen import DEFAULT_N, CannotCompare, hours_of, overstated, scatter_of, seen, size_of

__all__ = ["PEOPLE", "WORLDS", "Row", "score"]

PEOPLE = 64
WORLDS = 16


def score(
    trials: Iterable[PublishedTrial],
    engine: Engine | None = None,
    people: int = PEOPLE,
    worlds: int = WORLDS,
    seed: int = 1,
    progress: Callable[[str, int, int], None] | None = None,
    hypotheses: Given | None = None,
) -> tuple[Row, ...]:
    """Rows for every arm mean, contrast, rate and odds ratio of `trials`, predicted where they can be expressed.

    `hypotheses` restricts the worlds (see `trial.restriction`), and raises what a restriction raises.
    """
    asked = restricted(hypotheses or {})
    engine = engine or default_engine()
    trials = tuple(trials)
    if asked.parameters:
        _known(asked, trials)
    rows: list[Row] = []
    for done, published in enumerate(trials):
        if progress:
            progress(published.id, done, len(trials))
        expressed = express(published, people, seed, worlds)
        finished, problem = None, ""
        if expressed.trial is not None:
            try:
                finished = run(expressed.trial.with_(hypotheses=asked.given), engine, grid_hours=1e9)
            except EuthymiaError as error:
                problem = str(error)
        rows += _rows(published, expressed, finished, problem)
    if progress:
        progress("done", len(trials), len(trials))
    return tuple(rows)


def _known(asked: Restriction, trials: Iterable[PublishedTrial]) -> None:
    """Raises `UnknownName` for a parameter that the model of no arm has."""
    virtual = [express(published, 1, 1, 0).trial for published in trials]
    plans = [plan for one in virtual if one is not None for plan in one.arms.values()]
    known = {name for plan in plans for name in ready(plan)[0].parameters}
    for name in asked.parameters:
        if name not in known:
            raise UnknownName("parameter", name, known)


def _rows(published: PublishedTrial, expressed: Expressed, finished: Run | None, problem: str) -> list[Row]:
    rows = [_arm_row(published, arm, outcome, expressed, finished, problem) for arm, outcome in published.outcomes]
    for one in published.contrasts:
        if is_odds_ratio(one):
            rows += odds_ratio_rows(published, one, expressed, finished, problem)
        else:
            rows.append(_contrast_row(published, one, expressed, finished, problem))
    return rows + [rate_row(published, arm, rate, expressed, finished, problem) for arm, rate in published.rates]


def _arm_row(
    published: PublishedTrial, arm: Arm, outcome: Outcome, expressed: Expressed, finished: Run | None, problem: str
) -> Row:
    measure = {"change_LS": "change"}.get(outcome.kind, outcome.kind)
    low = high = mean = mixture = None
    status, said = "predicted", expressed.liberties.get(arm.arm, "")
    try:
        found = seen((arm.arm,), outcome.scale, outcome.time_d, expressed, finished, problem)
        if measure not in ("change", "score", "percent_change"):
            raise CannotCompare(f"'{outcome.kind}' is not compared")
        scatter = scatter_of("arm", found.scale) * (100 / 32.5 if measure == "percent_change" else 1.0)
        sample, worlds = found.sample(arm.arm, measure), found.worlds(arm.arm)
        mean, low, high = predictive(sample, worlds, outcome.n or DEFAULT_N, scatter)
        mixture = mixture_of(sample, worlds, mean, low, high)
    except CannotCompare as reason:
        status, said = "not expressed", str(reason)
    judged = judge(published, arm, "arm", measure, outcome.scale, outcome.mean, mixture)
    return Row(
        published.id, arm.arm, None, "arm", measure, outcome.scale, hours_of(outcome.time_d), mean, low, high,
        outcome.mean, outcome.standard_error, status, said, str(outcome.confidence), str(published.split), **judged,
    )  # fmt: skip


def _contrast_row(
    published: PublishedTrial, one: Contrast, expressed: Expressed, finished: Run | None, problem: str
) -> Row:
    low = high = mean = mixture = None
    status = "predicted"
    try:
        arm, reference = published.arm(one.arm), published.arm(one.reference)
        if arm is None or reference is None:
            raise CannotCompare("the table does not give both arms of this contrast")
        names = (arm.arm, reference.arm)
        found = seen(names, one.scale, one.time_d, expressed, finished, problem)
        if one.difference is None:
            other = ", ".join(one.effects) or "no difference"
            raise CannotCompare(f"the table gives {other}, and only differences in points are compared")
        a, b = (found.sample(name, "change") for name in names)
        scatter = scatter_of("contrast", found.scale)
        sizes = size_of(arm), size_of(reference)
        shift = overstated(reference.arm, one.standard_error or sampling_error(a, b, *sizes))
        mean, low, high = predictive_contrast(a - shift, b, found.worlds(arm.arm), *sizes, scatter)
        mixture = mixture_of(a - b, found.worlds(arm.arm), mean, low, high)
        said = "; ".join(dict.fromkeys(filter(None, (expressed.liberties.get(name) for name in names))))
    except CannotCompare as reason:
        status, said = "not expressed", str(reason)
    given = published.arm(one.arm)
    judged = judge(published, given, "contrast", "difference", one.scale, one.difference, mixture)
    return Row(
        published.id, one.arm, one.reference, "contrast", "difference", one.scale, hours_of(one.time_d), mean, low,
        high, one.difference, one.standard_error, status, said, str(one.confidence), str(published.split), **judged,
    )  # fmt: skip
