"""One door to the physics: settings by name in, quantities by name out, whichever device they are about.

What the settings name decides who answers: coils, electrodes, light, or a protocol of the catalogue. The assumption
that matters: a setting nobody understands is an error or a reason, never ignored. Left out: what a dose does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from euthymia.fields import ask_current, ask_light, ask_magnetic
from euthymia.fields.inputs import CannotExpress, Inputs, Quantities, listed
from euthymia.fields.light import in_head
from euthymia.fields.optics import optics_tables
from euthymia.fields.stimulate import current_dose, magnetic_dose
from euthymia.treatments.device import Current, Light, Protocol, device_called

#: what was taken of a quantity, by the beginning of its name
METRICS = {
    "E_V_m": "electric field at the point (vector), or its strength below the coil's centre, V/m",
    "minus_E": "electric field at the point with its sign turned, as an EEG lead, V/m",
    "per_A_per_us": "field strength below the coil's centre per A/us of coil current",
    "V": "potential at the point relative to the mean of the head, V",
    "peak": "largest strength over the cortical sphere, V/m",
    "p99": "99th percentile of strength over the cortical sphere, V/m",
    "p95": "95th percentile of strength over the cortical sphere, V/m",
    "mean": "mean strength over the cortical sphere, V/m",
    "under_": "mean strength within 20 mm of the point below the site, 1 mm into grey matter, V/m",
    "radial_": "mean inward part within 20 mm of the point below the site, 1 mm into grey matter, V/m",
    "pct_MSO": "stimulator output at which the field below the coil's centre is the threshold field, per cent",
    "GM_top_over_H0": "fluence in the first half millimetre of grey matter, mean under the beam, over radiant exposure",
    "GM_mean_over_H0": "fluence over 4 mm of grey matter, mean under the beam, over radiant exposure",
    "GM_mean_fluence_J_cm2": "fluence over 4 mm of grey matter, mean under the beam, J/cm2",
    "energy_into_brain_pct": "light absorbed in grey and white matter, per cent of what was sent",
    "range_over_thickness": "least and most over optics tables and thin, middle and thick layers, J/cm2",
    "Rd": "share of light reflected diffusely",
    "Tt": "share of light transmitted",
    "slope_per_mm": "fall of the logarithm of fluence per mm of depth",
}


def metric_of(name: str) -> str:
    """What was taken of a quantity, in words; empty where its name says it all.

    >>> metric_of("under_F3_mean")
    'mean strength within 20 mm of the point below the site, 1 mm into grey matter, V/m'
    """
    exact = METRICS.get(name)
    return exact or next(
        (said for start, said in METRICS.items() if start.endswith("_") and name.startswith(start)), ""
    )


def ask(given: Mapping[str, Any], wanted: tuple[str, ...] = (), tolerance: float | None = None) -> Quantities:
    """Every quantity that the settings define, by name and with its unit at the end of the name.

    `wanted` names quantities whose place is in their name (under_F3_mean, ratio_30_over_15); `tolerance` decides how
    many photons are sent. Raises `EuthymiaError` for settings that cannot be, `CannotExpress` for what is not modelled.

    >>> round(ask({"n": 1.37})["specular"], 5)
    0.02437
    """
    asked = Inputs(given)
    if "protocol" in asked:
        found = _protocol(asked)
    elif _about(asked, ask_magnetic.WORDS) or set(given) == {"r_mm"}:
        found = ask_magnetic.answer(asked, wanted)
    elif asked.plain("conductivity_profile", default=None) is not None:
        found = ask_magnetic.answer(Inputs(given), wanted)
    elif _about(asked, ask_current.WORDS):
        found = ask_current.answer(asked, wanted)
    elif asked.plain("state", default=None) is not None:
        found = ask_magnetic.answer(asked, wanted)
    elif _about(asked, ask_light.WORDS):
        found = ask_light.answer(asked, wanted, tolerance)
    else:
        raise CannotExpress(
            f"nothing here is about a coil, electrodes or light: {', '.join(map(str, given)) or 'no setting'}"
        )
    asked.refuse_left()
    return found


def _about(asked: Inputs, words: tuple[str, ...]) -> bool:
    return any(asked.has(word) for word in words)


def _protocol(asked: Inputs) -> Quantities:
    """What a protocol of the catalogue adds up to and, of light, what reaches the cortex for every table of optics."""
    protocol = device_called(str(asked.plain("protocol")))
    totals = protocol.totals()
    answer: Quantities = {
        "session_s": protocol.session_hours * 3600, "session_seconds": protocol.session_hours * 3600,
        "sessions_total": totals.get("sessions"), "sessions": totals.get("sessions"),
    }  # fmt: skip
    match protocol:
        case Protocol():
            answer |= {"pulses_per_session": protocol.pulses, "total_pulses": totals.get("course_pulses")}
            dose = magnetic_dose(
                position=protocol.target, intensity=protocol.intensity, depth_corrected=protocol.depth_corrected
            )
            answer |= {"E_over_threshold": dose[0].value, "E_target_V_m": dose[1].value}
        case Current():
            answer |= {
                "charge_C": protocol.charge, "charge_c": protocol.charge, "current_density_A_m2": protocol.density,
                "charge_density_C_m2": protocol.density * protocol.seconds,
            }  # fmt: skip
            poles = tuple((pole.site, pole.share) for pole in protocol.montage)
            for dose in current_dose(poles, protocol.intensity, protocol.electrode_area):
                answer["_".join(dose.metric.split()[:1])] = dose.value
        case Light():
            answer |= _light(asked, protocol)
    return {name: value for name, value in answer.items() if value is not None}


def _light(asked: Inputs, protocol: Light) -> Quantities:
    tables = listed(asked.plain("optics", default=list(optics_tables())))
    thick = asked.plain("layers_mm", "layers", default="default")
    means, ends = [], []
    for table in tables:
        one = in_head(table, protocol.wavelength, thick, protocol.beam_radius)
        if one is not None:
            means.append(one)
            ends += [
                found.grey_mean() * protocol.radiant_exposure
                for extreme in ("thin", "default", "thick")
                if (found := in_head(table, protocol.wavelength, extreme, protocol.beam_radius)) is not None
            ]
    if not means:
        raise CannotExpress(f"no table of {', '.join(tables)} speaks of {protocol.wavelength:g} nm")
    exposure, energy = protocol.radiant_exposure, protocol.totals()["energy_kilojoule"]
    return ask_light.summary(means, exposure, protocol.beam_radius, protocol.average) | {
        "range_over_thickness": [min(ends), max(ends)], "radiant_exposure_J_cm2": exposure,
        "radiant_exposure_j_cm2": exposure, "total_energy_kj": energy, "total_energy_kJ": energy,
        "total_power_w": protocol.average * protocol.area * protocol.sites / 1000,
    }  # fmt: skip
