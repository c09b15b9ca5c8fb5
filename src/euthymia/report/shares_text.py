"""Shares as text for a terminal: pathways in order of size, what they do together, and whether it adds up.

The assumption that matters: an interaction smaller than a hundredth of the effect is not worth a line. Left out: the
course over time, which is a figure.
"""

from __future__ import annotations

from typing import Any

from euthymia.report.shares import Shares
from euthymia.report.wording import number, percent

MOST_PAIRS = 5


def text(found: Shares) -> str:
    """The whole answer."""
    told = found.told()
    lines = [
        f"Effect on {found.endpoint}, day {found.day:g}, treated minus untreated twin ({found.unit or 'own unit'})"
    ]
    for who in ("typical", "ensemble", "cohort"):
        if who in told:
            lines += ["", *_part(who, told[who])]
    if found.idle:
        lines += ["", f"Carry nothing under this plan: {', '.join(found.idle)}"]
    if found.lost_people:
        lines.append(f"{found.lost_people} people could not be solved and are left out")
    lines.append("Shares are Shapley values of this model's prediction: what its equations do, not what was observed.")
    return "\n".join(lines)


def _part(who: str, told: dict[str, Any]) -> list[str]:
    digits = 2 if abs(told["effect"]) >= 0.1 else 4
    several = told["people"] > 1
    who_said = {
        "typical": "Typical patient",
        "ensemble": f"Typical patient in {told['people']} worlds" if several else "Typical patient in the world chosen",
        "cohort": f"Cohort of {told['people']}",
    }[who]
    among = "90 % of worlds" if who == "ensemble" else "90 % of people"
    rows = [("pathway", "share", "of all", "alone", "lost if cut", *([among] if several else []))]
    for row in told["shares"]:
        cells = [row["pathway"], number(row["share"], digits), percent(row["fraction"])]
        cells += [number(row["alone"], digits), number(row["lost_if_cut"], digits)]
        cells += [f"{number(row['low'], digits)} to {number(row['high'], digits)}"] if several else []
        rows.append(tuple(cells))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [f"{who_said}: effect {number(told['effect'], digits)}"]
    lines += ["  " + "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.append(
        f"  sum of shares {number(told['sum_of_shares'], digits)}, through nothing listed "
        f"{number(told['through_nothing_listed'], digits)}, away from the effect {told['sum_less_effect']:.1e}"
    )
    least = 0.01 * abs(told["effect"])
    for pair in [one for one in told["interactions"] if abs(one["interaction"]) > least][:MOST_PAIRS]:
        one, other = pair["pathways"]
        helps = (pair["interaction"] < 0) == (told["effect"] < 0)
        said = "more together" if helps else "stand in for each other"
        lines.append(f"  {one} x {other}: {number(pair['interaction'], digits)} ({said})")
    return lines
