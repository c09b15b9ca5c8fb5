"""What the verbs print about open hypotheses: which alternatives held in a run, and predictions under each.

Left out: the cards of hypotheses, which `show` prints like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from euthymia.cli.engines import EngineName, engine_called
from euthymia.cli.telling import table

if TYPE_CHECKING:
    from euthymia.trial.run import Run


def held_text(header: Mapping[str, Any]) -> list[str]:
    """A line for each hypothesis that was restricted, and for each whose alternative was put on the worlds."""
    asked = [f"hypothesis: {name}={chosen}" for name, chosen in header.get("hypotheses", {}).items()]
    return asked + [f"  {name}: {said}" for name, said in header.get("imposed", {}).items()]


def rivals_of(done: Run, engine: EngineName) -> list[dict[str, Any]]:
    """Change of every arm, or its difference from the control, under each alternative: one row each."""
    from euthymia.trial.by_hypothesis import by_hypothesis

    control, solver = done.trial.control, engine_called(engine)
    rows: list[dict[str, Any]] = []
    for arm in done.arms:
        if arm != control:
            found = by_hypothesis(done, arm, control, done.trial.scales[0], engine=solver)
            rows += [{"arm": arm, "control": control} | row for row in found.to_dicts()]
    return rows


def rivals_text(rows: Iterable[Mapping[str, Any]]) -> str:
    """The rows as a table."""
    lines = [("arm", "hypothesis", "alternative", "weight", "change", "90 % interval", "worlds")]
    for row in rows:
        what = row["arm"] if row["control"] is None else f"{row['arm']} - {row['control']}"
        weight = f"{100 * row['weight']:.0f} % {row['weighed']}"
        interval = f"{row['low']:.2f} to {row['high']:.2f}"
        worlds = f"{row['members']} {row['how']}"
        lines.append((what, row["hypothesis"], row["alternative"], weight, f"{row['mean']:.2f}", interval, worlds))
    return table(lines)
