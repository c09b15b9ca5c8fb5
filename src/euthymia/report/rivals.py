"""Rival hypotheses in the report: weights before and after the fit, each strategy under each alternative, what decides.

The assumption that matters: each strategy is run again on a small scale over worlds of the ensemble, so that a page of
alternatives costs little; its intervals are those of the worlds and of that small trial. Left out: combinations of
alternatives.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from euthymia.model.hypothesis import hypotheses, hypothesis, posterior_weights
from euthymia.report.drawing import ACTIVE, CONTROL, INK, Figure, look, named_data
from euthymia.report.wording import DASH, number, percent, when
from euthymia.trial.by_hypothesis import Disagreement, Prediction, Rivals, bearing

if TYPE_CHECKING:
    import polars

    from euthymia.engine.task import Engine
    from euthymia.report.report_data import Strategy

PEOPLE, WORLDS = 48, 16
TELLING = 1.0  # standard errors of a trial of 100 people an arm below which alternatives say the same


@dataclass(frozen=True)
class StrategyRivals:
    """One strategy's main contrast under each alternative that bears on it, and where the alternatives are apart."""

    key: str
    title: str
    arm: str
    control: str
    scale: str
    day: float
    predictions: tuple[Prediction, ...]
    disagreements: tuple[Disagreement, ...]
    problems: tuple[str, ...] = ()


def strategy_rivals(strategy: Strategy, engine: Engine, people: int = PEOPLE) -> StrategyRivals:
    """A strategy run again, small and over worlds, under every alternative of the hypotheses that bear on it."""
    from euthymia.trial.conduct import run

    planned = strategy.run.trial
    small = planned.with_(
        cohort=replace(planned.cohort, size=people), worlds=min(WORLDS, people), allocation="twins", staying=None
    )
    arm, control = strategy.active, strategy.control
    names = bearing(planned.arms[arm], planned.arms[control])
    rivals = Rivals(run(small, engine, grid_hours=1e9), engine)
    day, scale = strategy.judged, strategy.scale
    predictions = tuple(one for name in names for one in rivals.predicted(name, arm, control, scale, day))
    apart = tuple(sorted(rivals.disagreements(arm, control, scale, names), key=lambda one: -one.in_errors))
    problems = tuple(
        f"{name}={alternative}: {str(problem).splitlines()[0]}"
        for (name, alternative), problem in rivals.problems.items()
    )
    return StrategyRivals(strategy.key, strategy.title, arm, control, scale, day, predictions, apart, problems)


def weight_lines() -> list[dict[str, Any]]:
    """A line for each alternative: question, weight before and after the fit, what it sets, why it is open."""
    posterior = posterior_weights()
    lines = []
    for name, found in hypotheses().items():
        after = posterior.get(name)
        for one in found.alternatives:
            sets = ", ".join(f"{parameter} = {held:g}" for parameter, held in one.sets.items())
            lines.append(
                {
                    "hypothesis": name,
                    "question": found.question,
                    "alternatives": len(found.alternatives),
                    "first": one is found.reference,
                    "alternative": one.name,
                    "meaning": one.meaning,
                    "prior": percent(one.weight),
                    "posterior": DASH if after is None else percent(after[one.name]),
                    "sets": sets or "nothing: as fitted",
                    "mark": one.mark,
                }
            )
    return lines


def decides_lines() -> list[dict[str, str]]:
    """What would decide each question, with its source."""
    return [
        {
            "hypothesis": name,
            "text": found.decides.text,
            "source": found.decides.source or "",
            "mark": "provisional" if found.decides.confidence == "recalled" else "",
        }
        for name, found in hypotheses().items()
    ]


def rival_table(found: StrategyRivals) -> polars.DataFrame:
    """One row an alternative: the main contrast with its 90 % interval, and the weight."""
    import polars

    return polars.DataFrame(
        [
            {
                "hypothesis": one.hypothesis,
                "alternative": one.alternative,
                "row": f"{one.hypothesis}: {one.alternative}",
                "mean": one.mean,
                "low": one.low,
                "high": one.high,
                "weight": one.weight,
                "weighed": one.weighed,
                "worlds": one.members,
                "how": "reference" if one.alternative == hypothesis(one.hypothesis).reference.name else "rival",
            }
            for one in found.predictions
        ]
    )


def rival_figure(found: StrategyRivals) -> Figure | None:
    """Dot and interval of the main contrast under each alternative; the reference alternative is filled."""
    import altair as alt

    if not found.predictions:
        return None
    table = rival_table(found)
    order = table["row"].to_list()
    y = alt.Y("row:N", sort=order, title=None, axis=alt.Axis(labelLimit=340, ticks=False, domain=False, grid=True))
    title = f"{found.arm} minus {found.control}, {found.scale} change at {when(found.day)} (points)"
    x = alt.X("mean:Q", title=title)
    kinds = alt.Scale(domain=["reference", "rival"], range=[ACTIVE, CONTROL])
    colour = alt.Color("how:N", title="Alternative", scale=kinds)
    base = alt.Chart()
    layers = [
        base.mark_rule(color="#444").encode(x=alt.datum(0)),
        base.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q", y=y, color=colour),
        base.mark_point(filled=True, opacity=1, stroke=INK, strokeWidth=0.5).encode(
            x=x, y=y, color=colour, size=alt.Size("weight:Q", title="Weight", scale=alt.Scale(range=[25, 160]))
        ),
    ]
    chart = alt.layer(*layers, data=named_data()).properties(width=440, height=alt.Step(17))
    caption = (
        "Dot: mean over the worlds of the ensemble that hold the alternative, or that it was put on; its size is the "
        "weight of the alternative. Line: 90 % of worlds and of the small trial. Left of zero favours the treatment."
    )
    said = f"{len(order)} alternatives of {table['hypothesis'].n_unique()} hypotheses for {found.title}."
    return Figure(f"{found.key}-rivals", f"{found.title} under each alternative", caption, said, look(chart), table)


def rival_sentences(found: StrategyRivals, decided: Iterable[str] = ()) -> list[str]:
    """Where the alternatives are apart, the most telling first; one sentence where they all say the same.

    What would decide is added, but not for the hypotheses `decided`, of which it was said before.
    """
    said = []
    for one in found.disagreements:
        if one.in_errors < TELLING or one.people is None:
            continue
        text = (
            f"{one.hypothesis}: '{one.lowest}' and '{one.highest}' are {number(one.gap)} points of {one.scale} apart "
            f"at {when(one.day)}, {number(one.in_errors)} standard errors of a trial with 100 people an arm; "
            f"{one.people} people an arm would tell them apart in four of five trials."
        )
        if one.hypothesis not in decided:
            text += f" What would decide: {hypothesis(one.hypothesis).decides.text.strip()}"
        said.append(text)
    same = sorted({one.hypothesis for one in found.disagreements if one.in_errors < TELLING or one.people is None})
    if same:
        said.append(
            f"No trial of this strategy with 100 people an arm would decide {', '.join(same)}: their alternatives "
            "predict the same here, to within a standard error."
        )
    return said + [f"Not in the ensemble and not run: {problem}." for problem in found.problems]


def rivals_shown(found: Sequence[StrategyRivals]) -> dict[str, Any]:
    """Everything the page needs, figures not yet drawn."""
    parts, decided = [], set()
    for one in found:
        if one.predictions:
            parts.append({"it": one, "figure": rival_figure(one), "sentences": rival_sentences(one, decided)})
            decided |= {apart.hypothesis for apart in one.disagreements if apart.in_errors >= TELLING}
    return {
        "weights": weight_lines(),
        "fitted": bool(posterior_weights()),
        "decides": decides_lines(),
        "strategies": parts,
    }
