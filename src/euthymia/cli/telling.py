"""What verbs print: JSON that any reader accepts, progress with the time that is left, files that are whole.

The assumption that matters: stdout is for results alone. Left out: a number JSON has no word for (not-a-number,
infinity) becomes null.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from euthymia.files import write_whole

__all__ = ["DESIGN", "Progress", "as_json", "progress", "table", "write_whole"]

Progress = Callable[[str, int, int], None]

#: the design of a trial, kept beside its ratings
DESIGN = "design.yaml"


def as_json(told: Any) -> str:
    """`told` as JSON text, every number finite or null.

    >>> as_json({"low": float("nan"), "n": 3})
    '{"low": null, "n": 3}'
    """
    return json.dumps(_plain(told), ensure_ascii=False, allow_nan=False)


def _plain(told: Any) -> Any:
    if isinstance(told, Mapping):
        return {str(key): _plain(value) for key, value in told.items()}
    if isinstance(told, str) or told is None or isinstance(told, bool | int):
        return told
    if hasattr(told, "tolist"):  # a numpy number or array
        return _plain(told.tolist())
    if isinstance(told, float):
        return told if math.isfinite(told) else None
    if isinstance(told, Sequence | set | frozenset):
        return [_plain(item) for item in told]
    return str(told)


@contextmanager
def progress(quiet: bool = False) -> Iterator[Progress]:
    """A function `(what, done, total)` that draws a bar with the time left on stderr, where somebody can see it."""
    if quiet or not sys.stderr.isatty():
        yield lambda what, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda what, done, total: bar.update(task, description=what, completed=done, total=total)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as aligned columns, the first row on top.

    >>> print(table([("arm", "n"), ("placebo", "40")]))
    arm      n
    placebo  40
    """
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
