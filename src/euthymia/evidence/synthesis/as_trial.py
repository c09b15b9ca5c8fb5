"""A pooled effect as a table of published trials, with everything it rests on, ready to be scored against.

The assumption that matters: a pooled effect is never fitted to by itself, so the table says `split: unused` and only a
person may change that. Left out: arms; a pooled contrast has none.
"""

from __future__ import annotations

from pathlib import Path

from euthymia.errors import DataError
from euthymia.evidence.records.bytes_in import file_hash
from euthymia.evidence.synthesis.pooled import Pooled

#: measure → how a table of trials calls it
NAMES = {"MD": "difference", "SMD": "hedges_g", "OR": "odds_ratio", "RR": "risk_ratio", "RD": "risk_difference"}


def as_trial(
    found: Pooled, data: Path, *, name: str, arm: str, reference: str, scale: str, day: float, source: str = ""
) -> str:
    """YAML of one entry; ratios leave the log scale; raises `DataError` for a measure a table has no word for."""
    from math import exp

    if found.measure not in NAMES:
        raise DataError(f"a table of trials has no word for {found.measure}", rule=f"Known: {', '.join(NAMES)}.")
    turn = exp if found.measure in ("OR", "RR") else float
    low, high = turn(found.ci_low), turn(found.ci_high)
    rest = f", se: {found.se:.6g}" if found.measure == "MD" else ""
    made = (
        f"{found.method}{', Knapp-Hartung' if found.test == 'knha' else ''}, k = {found.k}, tau2 = {found.tau2:.4g}, "
        f"I2 = {found.i2:.1f} %, from {data.name} (sha256 {file_hash(data)[:16]})"
    )
    studies = "; ".join(found.studies)
    return (
        f"- id: {_quoted(name)}\n"
        f"  scale: {_quoted(scale)}\n"
        "  arms: []\n"
        "  split: unused\n"
        "  split_because: a pooled effect; nothing was fitted to it\n"
        f"  design: {_quoted(f'meta-analysis, {made}')}\n"
        + (f"  source: {_quoted(source)}\n" if source else "")
        + f"  note: {_quoted(f'pooled: {studies}')}\n"
        "  contrasts:\n"
        f"    - {{arm: {_quoted(arm)}, reference: {_quoted(reference)}, visit: {_quoted(f'day {day:g}')}, "
        f"time_d: {day:g}, "
        f"scale: {_quoted(scale)}, {NAMES[found.measure]}: {turn(found.estimate):.6g}{rest}, "
        f"ci95: [{low:.6g}, {high:.6g}], confidence: verified, where: {_quoted(made)}}}\n"
    )


def _quoted(text: str) -> str:
    """A YAML text in single quotes, on one line."""
    return "'" + " ".join(text.split()).replace("'", "''") + "'"
