"""The calendar of a plan as text: what really happens, one line each."""

from __future__ import annotations

from euthymia.treatments.device import device
from euthymia.treatments.plan import Dose, Plan, Session


def calendar(plan: Plan) -> str:
    """Every dose and session in order of time, aligned."""
    rows = [_row(item) for item in sorted((*plan.doses, *plan.sessions), key=lambda item: item.time)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _row(item: Dose | Session) -> tuple[str, str, str, str, str]:
    day, minute = divmod(round(item.time * 60), 1440)
    when = f"day {day:>2}", f"{minute // 60:02d}:{minute % 60:02d}"
    if isinstance(item, Session):
        given = device(item.protocol)
        if given.kind != "rtms":
            return (*when, item.protocol, *_level(item, given.unit))
        how = "sham" if item.sham else f"{item.intensity:g} %RMT, {item.duration * 60:.0f} min"
        return (*when, item.protocol, f"{item.pulses} pulses", how)
    how = item.route + (f" over {item.duration * 60:.0f} min" if item.duration else "")
    return (*when, item.drug, f"{item.amount:g} {item.unit}", f"{how}{', ' + item.condition if item.condition else ''}")


def _level(item: Session, unit: str) -> tuple[str, str]:
    """Strength and length of a session that has no pulses."""
    return ("sham" if item.sham else f"{item.intensity:g} {unit}"), f"{item.duration * 60:.0f} min"
