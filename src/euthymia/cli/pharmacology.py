"""The verb that holds the drugs against published pharmacology: `euthymia score pharmacology`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from euthymia.cli.engines import EngineName, engine_called
from euthymia.cli.scoring import scores
from euthymia.cli.telling import as_json, progress, table, write_whole

if TYPE_CHECKING:
    from euthymia.trial.pharmacology.score import Row

__all__ = ["pharmacology", "scores"]
SHOWN = 25  # misses in the terminal


@scores.command
def pharmacology(
    *,
    observations: Path | None = None,
    drug: str | None = None,
    engine: EngineName = "auto",
    json: bool = False,
    out: Path | None = None,
    all: bool = False,
) -> None:
    """Simulate published exposures, ratios and occupancies as they were made, and print ours beside theirs.

    Parameters
    ----------
    observations
        A YAML or JSON table of observations, or a folder of them (its form: docs/pharmacology.md); ours, if not given.
    drug
        Only the rows of this drug.
    engine
        compiled, reference, or auto for the fastest that works here.
    json
        Print the rows as JSON: {"rows": [...]}.
    out
        Folder for a page with the picture (pharmacology.html) and the rows (pharmacology.json).
    all
        Print every row, not the misses alone.
    """
    from euthymia.evidence.observation import observations as read
    from euthymia.trial.pharmacology.score import score

    found = read(observations)
    rows = [row for row in found.rows if drug is None or drug in (row.drug or "")]
    with progress() as tell:
        done = iter(range(len(rows)))
        scored = score(rows, engine_called(engine), lambda name: tell(name, next(done, len(rows)), len(rows)))
    told = as_json({"rows": [row.told() for row in scored], "problems": list(found.problems)})
    page = None
    if out is not None:
        from euthymia.report.pharmacology import write_page

        write_whole(out / "pharmacology.json", told + "\n")
        page = write_page(out / "pharmacology.html", scored)
    print(told if json else _told(scored, all))
    if page is not None and not json:
        print(f"page: {page}")
    for problem in found.problems:
        print(problem, file=sys.stderr)


def _told(rows: tuple[Row, ...], everything: bool) -> str:
    from euthymia.trial.pharmacology.score import points_off, summaries

    compared = sorted((row for row in rows if row.predicted is not None), key=lambda row: -(row.fold_error or 99))
    misses = [row for row in compared if row.fold_error is None or row.fold_error > 1.5]
    shown = compared if everything else misses[:SHOWN]
    lines = [("observation", "drug", "measure", "compound", "ours", "published", "unit", "fold", "basis")]
    for row in shown:
        fold = "sign" if row.fold_error is None else f"{row.fold_error:.2f}"
        lines.append(
            (row.id, row.drug, row.metric[:28], row.compound[:24], f"{row.predicted:.3g}", f"{row.observed:.3g}",
             row.unit, fold, row.basis)
        )  # fmt: skip
    said = (
        [] if len(lines) == 1 else ["misses first" if not everything else "every row, misses first", table(lines), ""]
    )
    for basis in ("independent", "fitted", "same study"):
        part = [row for row in compared if row.basis == basis]
        if part:
            said += [f"by kind, {basis}", table(_summary_lines(part)), ""]
    off = points_off(compared)
    if off:
        said.append(f"occupancy: {sum(one <= 12 for one in off)} of {len(off)} within 12 percentage points")
    said.append(f"{len(compared) - len(misses)} of {len(compared)} compared numbers lie within 1.5-fold")
    if left := len(rows) - len(compared):
        said.append(f"{left} are not expressed; --json gives the reason for each")
    said.append(f"{len(summaries(compared, lambda row: row.drug))} drugs; --all prints every row, --out draws a page")
    return "\n".join(said)


def _summary_lines(rows: list[Row]) -> list[tuple[str, ...]]:
    from euthymia.trial.pharmacology.score import summaries

    lines = [("kind", "rows", "within 1.5", "within 2", "mean fold error")]
    for one in summaries(rows):
        shares = f"{100 * one.within_half:.0f} %", f"{100 * one.within_double:.0f} %"
        lines.append((one.group, f"{one.count}", *shares, f"{one.mean_fold:.2f}"))
    return lines
