"""Which limits a session touches: trains of pulses, current and charge, light on the skin.

The assumption that matters: limits are read as printed, for the nearest stricter frequency and intensity of a table.
Left out: implants, epilepsy, drugs that lower the seizure threshold, and every judgement of a clinician.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Literal

from euthymia.errors import Place, RegimenError
from euthymia.evidence.yaml_with_lines import read_yaml
from euthymia.treatments.device import Current, Device, Light, Protocol, Train
from euthymia.treatments.finding import Finding

TABLE = Path(__file__).parent / "limits.yaml"


@cache
def limits() -> dict[str, dict[str, Any]]:
    """The limits as data, by rule."""
    return dict(read_yaml(TABLE).content)


def findings(protocol: Device, level: float, hours: float | None = None) -> tuple[Finding, ...]:
    """What a session of `protocol` at `level` (in the unit of its kind) touches; `hours` its length if not its own."""
    seconds = (protocol.session_hours if hours is None else hours) * 3600
    match protocol:
        case Protocol():
            return tuple(_magnetic(protocol, level))
        case Current():
            return tuple(_current(protocol, level, seconds))
        case Light():
            return tuple(_light(protocol, level, seconds))


def refused(found: Iterable[Finding], allow: Iterable[str], label: str) -> None:
    """Raise `RegimenError` for the first finding that refuses and is not allowed by its rule's name."""
    allowed = set(allow)
    for one in found:
        if one.severity == "refuse" and one.rule not in allowed:
            raise RegimenError(
                f"'{label}' is outside a safety limit ({one.rule}): {one.message}",
                place=Place(field=one.rule),
                rule=f"{limits()[one.rule]['text'].capitalize()} ({one.source}, {one.where}; {one.confidence}).",
                fix=f"Change the setting, or say that it is meant: allow=('{one.rule}',) or --allow {one.rule}.",
            )


def _finding(rule: str, severity: Literal["refuse", "warn"], message: str) -> Finding:
    told = limits()[rule]
    return Finding(rule, severity, message, told["source"], told["where"], told["confidence"])


def _magnetic(protocol: Protocol, level: float) -> Iterable[Finding]:
    for part in (protocol, *protocol.also):
        if part.burst is not None:
            yield _finding("tms-train-limit", "warn", "theta bursts lie outside the table; no limit was checked")
            continue
        yield from _train(part, level)
        rule = limits()["tms-pause-limit"]
        if part.trains > 1 and part.frequency >= rule["frequency"] and level > rule["above"]:
            if part.pause_seconds <= rule["unsafe_seconds"]:
                yield _finding("tms-pause-limit", "refuse", f"{part.pause_seconds:g} s between trains at {level:g} %")
            elif part.pause_seconds < rule["safe_seconds"]:
                yield _finding("tms-pause-limit", "warn", f"{part.pause_seconds:g} s between trains; 5 s were safe")


def _train(part: Train, level: float) -> Iterable[Finding]:
    rule = limits()["tms-train-limit"]
    columns, rows = rule["intensities"], rule["seconds"]
    row = next((f for f in sorted(rows) if f >= part.frequency), None)
    column = next((i for i, limit in enumerate(columns) if limit >= level), None)
    if row is None or column is None:
        yield _finding(
            "tms-train-limit", "refuse", f"{part.frequency:g} Hz at {level:g} % of threshold is beyond the table, "
            f"which ends at {max(rows)} Hz and {columns[-1]} %",
        )  # fmt: skip
        return
    longest = rows[row][column]
    if part.train_seconds <= longest:
        return
    told = f"a train of {part.train_seconds:g} s at {part.frequency:g} Hz and {level:g} % of threshold"
    told += f"; the row of {row} Hz and {columns[column]} %"
    if columns[column] in rule["beyond"].get(row, ()):
        yield _finding("tms-train-limit", "warn", f"{told} was tested up to {longest:g} s")
    else:
        yield _finding("tms-train-limit", "refuse", f"{told} ends at {longest:g} s")


def _current(protocol: Current, level: float, seconds: float) -> Iterable[Finding]:
    rule = limits()["tdcs-envelope"]
    charge = level * 1e-3 * seconds
    for said, number, limit, unit in (
        ("a session", seconds / 60, rule["minutes"], "minutes"),
        ("a current", level, rule["milliampere"], "mA"),
        ("a charge", charge, rule["coulomb"], "C"),
    ):
        if number > limit * (1 + 1e-9):
            yield _finding("tdcs-envelope", "refuse", f"{said} of {number:g} {unit}, beyond {limit:g}")
    share = max(abs(pole.share) for pole in protocol.montage)
    density = share * level * 1e-3 / (protocol.electrode_area * 1e-4)
    if density >= limits()["tdcs-current-density"]["ampere_per_m2"]:
        yield _finding("tdcs-current-density", "refuse", f"{density:.3g} A/m2 at the electrode")
    per_area, rule = density * seconds, limits()["tdcs-charge-density"]
    if per_area >= rule["coulomb_per_m2"]:
        yield _finding("tdcs-charge-density", "refuse", f"{per_area:.4g} C/m2 at the electrode")
    elif per_area > rule["usual"][1]:
        low, high = rule["usual"]
        yield _finding(
            "tdcs-charge-density", "warn", f"{per_area:.4g} C/m2, above the {low} to {high} of earlier trials"
        )


def correction(wavelength: float) -> float:
    """The factor by which the skin limit rises with wavelength (nm): 1 below 700, 5 from 1050 to 1400."""
    if wavelength < 700:
        return 1.0
    return 10 ** (0.002 * (wavelength - 700)) if wavelength < 1050 else 5.0


def skin_limit(wavelength: float, seconds: float) -> float:
    """Largest irradiance of the skin by a laser in mW/cm2 for an exposure of `seconds`."""
    rule, factor = limits()["light-skin-limit"], correction(wavelength)
    if seconds > rule["seconds"]:
        return 0.1 * rule["long"] * factor
    return 0.1 * rule["short"] * factor * seconds**0.25 / seconds


def _light(protocol: Light, level: float, seconds: float) -> Iterable[Finding]:
    each = seconds / (protocol.sites if protocol.one_after_the_other else 1)
    severity: Literal["refuse", "warn"] = "refuse" if protocol.emitter == "laser" else "warn"
    beside = "" if protocol.emitter == "laser" else " (LEDs have a standard of their own)"
    average, longest = level * protocol.duty, skin_limit(protocol.wavelength, each)
    if average > longest * (1 + 1e-9):
        yield _finding("light-skin-limit", severity, f"{average:g} mW/cm2 on the skin, beyond {longest:.0f}{beside}")
    if protocol.pulse_rate is not None:
        pulse = protocol.duty / protocol.pulse_rate
        if level > skin_limit(protocol.wavelength, pulse):
            yield _finding("light-skin-limit", severity, f"pulses of {level:g} mW/cm2 for {pulse * 1e3:.3g} ms{beside}")
    area = protocol.area * (1 if protocol.one_after_the_other else protocol.sites)
    if area > limits()["light-skin-limit"]["area_cm2"]:
        yield _finding("light-skin-limit", "warn", f"{area:g} cm2 at once; limits are lower above 100 cm2")
