"""What 'why' does with a plan: the shares of its effect, printed, and written to a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from euthymia.cli.engines import EngineName, engine_called
from euthymia.cli.telling import as_json, progress, write_whole

if TYPE_CHECKING:
    from euthymia.report.shares import Shares


def tell_shares(
    name: str,
    plan: Path,
    *,
    day: float | None,
    people: int,
    cohort: str,
    seed: int,
    by: str,
    scale: str,
    engine: EngineName,
    out: Path | None,
    json: bool,
    worlds: int = 0,
    hypothesis: tuple[str, ...] = (),
) -> None:
    """Print the shares of a plan's effect on `name`; with `out`, write shares.json, .csv and .svg there."""
    from euthymia.evidence.yaml_with_lines import read_yaml
    from euthymia.report.shares import shares
    from euthymia.treatments.regimen_file import regimen_from
    from euthymia.trial.restriction import from_words

    document = read_yaml(plan)
    regimen = regimen_from(document.content, document.place())
    with progress() as tell:
        tell("every combination of pathways", 0, 1)
        found = shares(
            regimen,
            name,
            day,
            people,
            cohort,
            seed,
            by,
            scale,
            engine_called(engine),
            None,
            worlds,
            from_words(hypothesis),
        )
    if out is not None:
        _write(found, out)
    print(as_json(found.told()) if json else found)


def _write(found: Shares, folder: Path) -> None:
    from euthymia.report.drawing import svg
    from euthymia.report.share_figure import share_figure

    figure = share_figure(found)
    write_whole(folder / "shares.json", as_json(found.told()) + "\n")
    write_whole(folder / "shares.csv", figure.table.write_csv())
    write_whole(folder / "shares.svg", svg(figure))
