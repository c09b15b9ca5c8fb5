"""A protocol from device to dose: what reaches the cortex, what a session is worth, which limits it touches.

The assumption that matters: template head, not patient planning. Left out: anybody's own threshold or anatomy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from euthymia.fields.ask import METRICS, ask
from euthymia.fields.dose import NOT_FOR_PLANNING, CorticalDose
from euthymia.fields.head import site_called
from euthymia.fields.light import light_dose
from euthymia.fields.stimulate import current_dose, magnetic_dose
from euthymia.model.stimulation import current
from euthymia.model.stimulation.recruitment import recruited
from euthymia.model.stimulation.worth import COIL, field_share, worth
from euthymia.treatments.device import Current, Device, Light, Protocol, device_called
from euthymia.treatments.finding import Finding
from euthymia.treatments.limits.stimulation import findings, refused
from euthymia.treatments.plan import Session
from euthymia.units import quantity

COILS = {"H-coil": "H1-like"}


@dataclass(frozen=True)
class Stimulated:
    """One session of a protocol: its settings added up, doses at the cortex, worth and safety findings."""

    protocol: Device
    level: float
    hours: float
    doses: tuple[CorticalDose, ...]
    worth: float
    findings: tuple[Finding, ...]

    def told(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "protocol": self.protocol.name,
            "id": self.protocol.identity.get("id"),
            "kind": self.protocol.kind,
            "label": self.protocol.label,
            "level": self.level,
            "level_unit": self.protocol.unit,
            "session_seconds": self.hours * 3600,
            "totals": self.protocol.totals(),
            "course_days": list(self.protocol.session_days()),
            "doses": [dose.told() for dose in self.doses],
            "worth_in_reference_sessions": self.worth,
            "findings": [vars(one) for one in self.findings],
            "source": self.protocol.source,
            "where": self.protocol.where,
            "confidence": self.protocol.confidence,
            "note": NOT_FOR_PLANNING,
        }

    def __str__(self) -> str:
        mark = " [provisional]" if self.protocol.confidence == "recalled" else ""
        lines = [f"{self.protocol.label}{mark}", ""]
        lines += [f"{name.replace('_', ' ')}: {number:g}" for name, number in self.protocol.totals().items()]
        lines += [str(dose) for dose in self.doses]
        if not isinstance(self.protocol, Light):
            lines.append(f"worth: {self.worth:.2f} reference sessions")
        lines += [
            f"{one.severity}: {one.rule}: {one.message} ({one.source}, {one.confidence})" for one in self.findings
        ]
        return "\n".join([*lines, "", NOT_FOR_PLANNING])


def stimulate(
    what: str | Mapping[str, Any],
    level: str | None = None,
    over: str | None = None,
    allow: Iterable[str] = (),
    want: Iterable[str] = (),
) -> Stimulated | dict[str, Any]:
    """The doses of a protocol by name or id; or, given settings, every quantity they define (see `fields.ask`).

    `level` (120 %RMT, 2 mA, 50 mW/cm^2) and `over` (30 min) replace the protocol's own. Outside a safety limit it
    raises `RegimenError` unless the rule is in `allow`. `want` names quantities whose place is in their name, such as
    under_F3_mean or ratio_30_over_15.

    >>> stimulate({"n": 1.37})["specular"] > 0
    True
    """
    if isinstance(what, Mapping):
        return ask(what, tuple(want))
    protocol = device_called(what)
    strength = protocol.intensity if level is None else quantity(level, protocol.unit)
    hours = protocol.session_hours if over is None else quantity(over, "hour")
    found = findings(protocol, strength, hours)
    refused(found, allow, protocol.name)
    session = Session(0.0, protocol.name, hours, strength, protocol.pulses)
    return Stimulated(
        protocol, strength, hours, doses_of(protocol, strength, hours), worth(session) * _efficacy(protocol), found
    )


def _efficacy(protocol: Device) -> float:
    return 0.0 if isinstance(protocol, Light) else protocol.efficacy.number


def doses_of(protocol: Device, level: float, hours: float) -> tuple[CorticalDose, ...]:
    """What reaches the cortex in a session of a protocol."""
    match protocol:
        case Protocol():
            coil = COILS.get(protocol.coil, COIL)
            found = []
            for part in (protocol, *protocol.also):
                site = site_called(part.target)
                found += magnetic_dose(coil, site, level, protocol.depth_corrected)
            share = field_share(protocol, level)
            low, high = found[0].interval
            reached = CorticalDose(
                "share of neurons recruited", recruited(share), "1", "at the cortex below the coil's centre",
                (recruited(low), recruited(high)), found[0].interval_kind, "log-normal thresholds (weise2025)",
                "assumed",
            )  # fmt: skip
            return (*found, reached)
        case Current():
            poles = current.poles_of(protocol)
            anode = next(site for site, share in poles if share > 0)
            return current_dose(poles, level, protocol.electrode_area, anode)
        case Light():
            seconds = hours * 3600 / (protocol.sites if protocol.one_after_the_other else 1)
            average = level * protocol.duty
            exposure, radius = average * 1e-3 * seconds, protocol.beam_radius
            return (
                light_dose(protocol.wavelength, exposure, radius),
                light_dose(protocol.wavelength, exposure, radius, "grey-matter top under the beam"),
                light_dose(protocol.wavelength, average, radius, quantity="fluence rate", unit="mW/cm2"),
            )
    raise AssertionError(protocol)


__all__ = ["METRICS", "Stimulated", "doses_of", "stimulate"]
