"""Verbs that hold the model against published trials: the scorecard and the fit."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import App

from euthymia.cli.engines import EngineName, engine_called
from euthymia.cli.marking import biomarkers
from euthymia.cli.stimulating import physics
from euthymia.cli.telling import as_json, progress, table, write_whole

if TYPE_CHECKING:
    from euthymia.evidence.published_trial import PublishedTrial
    from euthymia.trial.score import Row
    from euthymia.trial.scorecard import Summary

#: kinds of rows as the summary calls them
KINDS = {"arm": "arms", "contrast": "contrasts", "rate": "rates", "odds_ratio": "log odds ratios"}

scores = App(name="score", help="Hold the model against published trials and known physics.", help_epilogue="")
scores.command(physics)
scores.command(biomarkers)


@scores.command
def trials(
    *,
    trials: Path | None = None,
    people: int | None = None,
    seed: int = 1,
    engine: EngineName = "auto",
    json: bool = False,
    out: Path | None = None,
    hypothesis: tuple[str, ...] = (),
    by_hypothesis: bool = False,
) -> None:
    """Simulate published trials and print every published number beside ours.

    Parameters
    ----------
    trials
        A YAML file or folder of published trials (its form: docs/trial-table.md); ours, if not given.
    people
        Virtual people for each published trial.
    seed
        Where the random numbers start.
    engine
        compiled, reference, or auto for the fastest that works here.
    json
        Print JSON: {"rows": [...], "summary": [...], "left_out": [...]}. The last are our calibration trials as the
        calibration would have foreseen them without themselves, or without their whole treatment; they are in the
        summary too, and empty with --trials or --hypothesis, of which the calibration knew nothing.
    out
        Write the same JSON to a file.
    hypothesis
        NAME=ALTERNATIVE ('show hypotheses' lists them), or PARAMETER=NUMBER; once for each.
    by_hypothesis
        Also score under every alternative of the hypotheses that --hypothesis names; of all, if it names none.
    """
    from euthymia.trial.restriction import from_words, restricted
    from euthymia.trial.score import PEOPLE, WORLDS, score
    from euthymia.trial.scorecard import scorecard

    chosen = restricted(from_words(hypothesis))
    if by_hypothesis:
        _by_hypothesis(trials, tuple(chosen.states) or None, people, seed, engine, json, out)
        return

    found, problems = _published(trials)
    size = people or PEOPLE
    with progress() as tell:
        rows = score(found, engine_called(engine), size, min(WORLDS, size), seed, tell, chosen.given)
    left_out = () if trials is not None or chosen else _left_out()
    summaries = scorecard((*rows, *left_out))
    content = {"rows": [row.told() for row in rows], "summary": [one.told() for one in summaries]}
    content["left_out"] = [row.told() for row in left_out]
    told = as_json(content | ({"hypotheses": chosen.told()} if chosen else {}))
    if out is not None:
        write_whole(out, told + "\n")
    print(told if json else f"{_told(rows)}\n\n{_summed_up(summaries)}")
    for name, held in chosen.told().items():
        print(f"hypothesis: {name}={held}", file=sys.stderr if json else sys.stdout)
    for problem in problems:
        print(problem, file=sys.stderr)


def _by_hypothesis(
    trials: Path | None,
    names: tuple[str, ...] | None,
    people: int | None,
    seed: int,
    engine: EngineName,
    json: bool,
    out: Path | None,
) -> None:
    from euthymia.trial.score import PEOPLE, WORLDS
    from euthymia.trial.scoring.by_hypothesis import score_by_hypothesis, summed_up

    found, problems = _published(trials)
    size = people or PEOPLE
    with progress() as tell:
        rows = score_by_hypothesis(found, names, engine_called(engine), size, min(WORLDS, size), seed, tell)
    summaries = summed_up(rows)
    told = as_json({"rows": [row.told() for row in rows], "summary": [one.told() for one in summaries]})
    if out is not None:
        write_whole(out, told + "\n")
    lines: list[tuple[str, ...]] = [("hypothesis", "alternative", "compared", "inside 90 %", "bias", "CRPS")]
    for one in summaries:
        inside = f"{one.covered} of {one.rows}"
        kind = {"arm": "arms", "contrast": "contrasts"}.get(one.kind, one.kind)
        lines.append((one.hypothesis, one.alternative, kind, inside, f"{one.bias:+.1f}", f"{one.crps:.2f}"))
    said = "Of the trials each hypothesis bears on; free parameters were not fitted again for an alternative."
    print(told if json else f"{table(lines)}\n{said}")
    for problem in problems:
        print(problem, file=sys.stderr)


def _left_out() -> tuple[Row, ...]:
    """Calibration trials predicted without themselves, then without their treatment; none before a fit brings them."""
    from euthymia.trial.scoring.left_out import SPLITS, left_out_rows

    return tuple(row for by in SPLITS for row in left_out_rows(by))


def _published(source: Path | None) -> tuple[tuple[PublishedTrial, ...], list[str]]:
    """The trials of a file or folder and what could not be read of them; ours when none is named."""
    if source is None:
        from euthymia.evidence.library import published_trials

        return published_trials(), []
    from euthymia.evidence.trial_table import read_trials

    table_read = read_trials(source)
    return table_read.trials, [str(problem) for problem in table_read.problems]


def _told(rows: tuple[Row, ...]) -> str:
    lines = [("trial", "compared", "scale", "day", "ours (90 %)", "published", "inside")]
    compared = [row for row in rows if row.predicted is not None]
    for row in compared:
        what = row.arm if row.reference is None else f"{row.arm} - {row.reference}"
        if row.kind in ("rate", "odds_ratio"):
            what += f", {row.measure}" + (" (log odds ratio)" if row.kind == "odds_ratio" else "")
        digits = 1 if row.kind in ("arm", "contrast") else 2
        ours = f"{row.predicted:.{digits}f} ({row.low:.{digits}f} to {row.high:.{digits}f})"
        inside = {None: "", True: "yes", False: "no"}[row.hit]
        published = "" if row.published is None else f"{row.published:.{digits}f}"
        day = "" if row.time_h is None else f"{row.time_h / 24:g}"
        lines.append((row.trial, what, row.scale or "", day, ours, published, inside))
    judged = [row.hit for row in compared if row.hit is not None]
    said = [table(lines), f"{sum(judged)} of {len(judged)} published numbers lie inside our 90 % interval"]
    if left := len(rows) - len(compared):
        said.append(f"{left} are not compared; --json gives the reason for each")
    return "\n".join(said)


def _summed_up(summaries: tuple[Summary, ...]) -> str:
    from euthymia.trial.scoring.left_out import SPLITS

    head = (
        "trials",
        "compared",
        "inside 90 %",
        "bias",
        "error",
        "CRPS",
        "skill on class",
        "skill on all",
    )
    lines: list[tuple[str, ...]] = [head]
    for one in summaries:
        skills = [
            "" if skill is None else f"{skill:+.2f} ({rows})"
            for skill, rows in ((one.skill_class, one.class_rows), (one.skill_all, one.all_rows))
        ]
        digits = 1 if one.kind in ("arm", "contrast") else 2
        numbers = (f"{one.bias:+.{digits}f}", f"{one.error:.{digits}f}", f"{one.crps:.2f}")
        inside = f"{one.covered} of {one.rows} ({100 * one.coverage:.0f} %)"
        lines.append((one.split, KINDS[one.kind], inside, *numbers, *skills))
    said = (
        "Arms and contrasts in MADRS points, rates as shares. CRPS: continuous ranked probability score. Skill above 0 "
        "beats a forecast without mechanism: the mean of the treatment's class, or of all arms of its role, in the "
        "calibration trials (rows compared)."
    )
    if any(one.split in SPLITS.values() for one in summaries):
        said += (
            "\nWithout its trial, without its treatment: calibration trials as the fit would have foreseen them had "
            "their numbers, or those of their whole family of treatments, been missing; the fit brings them."
        )
    return f"{table(lines)}\n{said}"
