"""The verb that holds the model's biology against published markers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from euthymia.cli.engines import EngineName, engine_called
from euthymia.cli.telling import as_json, progress, table, write_whole

if TYPE_CHECKING:
    from euthymia.trial.biomarkers.score import Row, Summary


def biomarkers(
    *,
    markers: Path | None = None,
    worlds: int | None = None,
    people: int | None = None,
    engine: EngineName = "auto",
    json: bool = False,
    out: Path | None = None,
) -> None:
    """Simulate published markers, images and animal courses and print ours beside theirs, misses first.

    Parameters
    ----------
    markers
        A YAML table of markers (its form: docs/biomarkers.md); ours, if not given.
    worlds
        Members of the fitted ensemble.
    people
        Virtual people in each group.
    engine
        compiled, reference, or auto for the fastest that works here.
    json
        Print JSON: {"rows": [...], "summary": [...]}.
    out
        Write the same JSON to a file.
    """
    from euthymia.trial.biomarkers.predict import PEOPLE
    from euthymia.trial.biomarkers.score import WORLDS, problems, score, summaries

    with progress() as tell:
        rows = score(
            markers,
            engine_called(engine),
            WORLDS if worlds is None else worlds,
            PEOPLE if people is None else people,
            progress=tell,
        )
    summed = summaries(rows)
    told = as_json({"rows": [row.told() for row in rows], "summary": [one.told() for one in summed]})
    if out is not None:
        write_whole(out, told + "\n")
    print(told if json else f"{_told(rows)}\n\n{_summed_up(summed)}")
    for problem in problems(markers) if markers is not None else ():
        print(problem, file=sys.stderr)


def _told(rows: tuple[Row, ...]) -> str:
    lines = [("id", "quantity", "unit", "ours (90 %)", "published", "inside", "trust")]
    for row in rows:
        if row.inside is None:
            continue
        ours = f"{row.predicted:.3g} ({row.low:.3g} to {row.high:.3g})"
        published = f"{row.published:.3g} ± {row.sd:.2g}" if row.published is not None else f"{row.direction}"
        marks = row.confidence + (f"; assumed {', '.join(row.assumed)}" if row.assumed else "")
        lines.append((row.id, row.quantity, row.unit, ours, published, "yes" if row.inside else "no", marks))
    left = [row for row in rows if row.inside is None]
    said = [table(lines)]
    if left:
        said += ["", "not compared:"] + [f"  {row.id}: {row.reason}" for row in left]
    return "\n".join(said)


def _summed_up(summaries: tuple[Summary, ...]) -> str:
    lines = [("rows", "inside 90 %", "signs right", "not compared", "mean square z")]
    for one in summaries:
        lines.append(
            (
                one.group,
                f"{one.inside} of {one.compared}",
                f"{one.right} of {one.signs}",
                str(one.not_expressed),
                f"{one.mean_square_z:.1f}",
            )
        )
    return table(lines)
