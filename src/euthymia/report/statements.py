"""Results as sentences and tables of plain text: what the pages print, without any layout.

The assumption that matters: a sentence states the number, its interval and what it is an interval of. Left out:
adjectives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from euthymia.report.fit_statements import target_counts, target_lines
from euthymia.report.report_data import ReportData, Strategy
from euthymia.report.verdict import INSIDE, SHORT, compared, days, is_miss, mark, verdict
from euthymia.report.wording import DASH, arm_name, number, percent, when

if TYPE_CHECKING:
    from euthymia.trial.score import Row


def contrast_sentence(strategy: Strategy) -> str:
    """The difference between the arms on the day they are judged, in words."""
    from euthymia.trial.endpoints import effect

    found = effect(strategy.run, strategy.active, strategy.control, strategy.scale, strategy.judged)
    g = effect(strategy.run, strategy.active, strategy.control, strategy.scale, strategy.judged, standardised=True)
    better = "better" if found.value < 0 else "worse"
    size = number(abs(found.value))
    people = len(strategy.arms[0].people)
    return (
        f"At {when(strategy.judged)}, people on {strategy.active} are {size} points of {strategy.scale} {better} "
        f"than people on {strategy.control} (difference {number(found.value)}; 95 % interval of {people} virtual "
        f"people an arm {number(found.low)} to {number(found.high)}; Hedges' g {number(g.value, 2)})."
    )


def published_sentences(strategy: Strategy, rows: Iterable[Row]) -> tuple[dict[str, str], ...]:
    """One sentence for each published contrast of the trials laid over this strategy, misses first."""
    ids = {one.trial for one in strategy.comparisons}
    found = []
    for row in compared(row for row in rows if row.trial in ids and row.kind == "contrast"):
        said = (
            f"{row.trial}, {when(days(row))}: published {number(row.published)} points of {row.scale}, predicted "
            f"{number(row.predicted)} (90 % interval {number(row.low)} to {number(row.high)})"
        )
        found.append({"text": said, "mark": mark(row), "verdict": verdict(row), "miss": is_miss(row)})
    return tuple(found)


def shares_table(strategy: Strategy) -> list[dict[str, str]]:
    """Change, response and remission in both arms at each visit."""
    from euthymia.trial.endpoints import endpoint

    lines = []
    for day in strategy.run.trial.visits:
        if day == 0:
            continue
        kinds = {
            kind: {one.arm: one for one in endpoint(strategy.run, kind, strategy.scale, day)}
            for kind in ("change", "response", "remission")
        }
        for name in (strategy.active, strategy.control):
            change, response, remission = (kinds[kind][name] for kind in ("change", "response", "remission"))
            lines.append(
                {
                    "when": when(day),
                    "arm": name,
                    "change": f"{number(change.value)} ({number(change.low)} to {number(change.high)})",
                    "response": f"{percent(response.value)} ({percent(response.low)} to {percent(response.high)})",
                    "remission": f"{percent(remission.value)} ({percent(remission.low)} to {percent(remission.high)})",
                }
            )
    return lines


def published_rates(strategy: Strategy) -> list[dict[str, str]]:
    """Published shares of response and remission of the trials laid over this strategy."""
    from euthymia.evidence.library import library

    lines = []
    arms = {one.trial: one.arms for one in strategy.comparisons}
    for trial in library().trials:
        for arm, rate in trial.rates if trial.id in arms else ():
            if arm.arm not in arms[trial.id] or rate.rate is None:
                continue
            said = "provisional" if str(rate.confidence) == "recalled" else ""
            lines.append(
                {
                    "trial": trial.id,
                    "arm": arm_name(arm.arm),
                    "outcome": f"{rate.outcome.replace('_', ' ')}" + (f" ({rate.scale})" if rate.scale else ""),
                    "when": when(rate.time_d),
                    "rate": percent(rate.rate),
                    "mark": said,
                }
            )
    return lines


def score_lines(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Every comparison as text, misses first."""
    lines = []
    for row in compared(rows):
        said = _size_of(row)
        error = f" ± {said(row.published_se)}" if row.published_se is not None else ""
        lines.append(
            {
                "trial": row.trial,
                "arms": arm_name(row.arm) + (f" minus {arm_name(row.reference)}" if row.reference else ""),
                "measure": f"{row.measure.replace('_', ' ')}, {row.scale}",
                "when": when(days(row)),
                "predicted": said(row.predicted),
                "interval": f"{said(row.low)} to {said(row.high)}",
                "published": said(row.published) + error,
                "mark": mark(row),
                "verdict": SHORT[verdict(row)],
                "miss": is_miss(row),
                "split": row.split,
                "taken": row.reason or DASH,
            }
        )
    return lines


def _size_of(row: Row) -> Callable[[float | None], str]:
    """How numbers of a comparison are written: rates as per cent, log odds ratios finer than points."""
    if row.kind == "rate":
        return percent
    return (lambda value: number(value, 2)) if row.kind == "odds_ratio" else number


def hit_counts(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """How many comparisons lie inside, by split and kind."""
    counts: Counter[tuple[str, str, bool]] = Counter()
    for row in compared(rows):
        counts[row.split, row.kind, verdict(row) == INSIDE] += 1
    lines = []
    for split in ("hold-out", "calibrate", "unused"):
        for kind in ("contrast", "arm", "rate", "odds_ratio"):
            inside, outside = counts[split, kind, True], counts[split, kind, False]
            if inside + outside:
                line = {"split": split, "kind": kind, "inside": inside, "all": inside + outside}
                lines.append(line | {"share": percent(inside / (inside + outside))})
    return lines


def not_compared(rows: Iterable[Row]) -> list[dict[str, str]]:
    """Why published numbers were not compared: trial, arm, reason, each once."""
    seen = {
        (row.trial, arm_name(row.arm), row.reason or "the table gives no number")
        for row in rows
        if row.predicted is None or row.published is None
    }
    return [{"trial": trial, "arm": arm, "reason": reason} for trial, arm, reason in sorted(seen)]


def trust_table(data: ReportData) -> dict[str, Any]:
    """Parameters of all models by grade and confidence, and every one that wears a mark."""
    every: dict[str, Any] = {}
    for model in data.models:
        every |= dict(model.parameters)
    grades = Counter((str(value.grade), str(value.confidence)) for value in every.values())
    lines = [
        {"grade": grade, "confidence": confidence, "count": count, "share": percent(count / len(every))}
        for (grade, confidence), count in sorted(grades.items(), key=lambda item: -item[1])
    ]
    marked = [(name, value) for name, value in sorted(every.items()) if value.mark or value.grade == "fitted"]
    return {"lines": lines, "all": len(every), "marked": marked, "count": sum(bool(v.mark) for v in every.values())}


def fit_table(data: ReportData) -> Mapping[str, Any] | None:
    """The fit in use: id, targets hash and how many targets each trial gave; None before the first fit."""
    from euthymia.evidence.library import library
    from euthymia.model.parameter_table import current_fit

    fit = current_fit()
    splits: dict[str, list[str]] = {"calibrate": [], "hold-out": [], "unused": []}
    for trial in library().trials:
        splits[str(trial.split)].append(trial.id)
    if fit is None:
        return {"fit": None, "splits": splits}
    targets = target_lines(fit)
    counts = Counter(target["trial"] for target in fit.told["targets"] if target["trial"])
    told = {key: given for key, given in fit.told.items() if key not in ("targets", "checks")}
    return {
        "fit": fit,
        "told": told,
        "targets": targets,
        "outside": sum(target["miss"] for target in targets),
        "markers": target_counts(fit)["markers"],
        "counts": counts,
        "splits": splits,
    }
