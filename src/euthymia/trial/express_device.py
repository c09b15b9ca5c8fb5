"""What a published table says of a device, as an order: which protocol of ours, at which strength, on which days.

The assumption that matters: a table names enough to tell the protocol (its words, montage or wavelength); what it
leaves out is the protocol's own and is said to be taken. Left out: devices whose physics we do not have (vagus nerve,
seizures).
"""

from __future__ import annotations

import math
import re
from typing import Any

from euthymia.errors import EuthymiaError
from euthymia.evidence.published_trial import Given, PublishedTrial
from euthymia.fields.ask_current import poles_named
from euthymia.treatments.device import Current, Light, device, devices
from euthymia.treatments.limits.stimulation import findings
from euthymia.treatments.order import Order, light, rtms, sham, tdcs
from euthymia.treatments.regimen import Regimen

DAYS_ASSUMED = "the table gives no days, usual ones are taken"
DAYS_OF_ACTIVE = "a sham is given on the days of the active arm"  # by design, so no assumption about the calendar
COURSE_DAYS = 42  # a stimulation course without days: sessions on working days until the last rating, six weeks at most
USUAL_GAP = 50.0  # minutes between sessions of a day
NEAR_NM = 30  # how far a wavelength may be from that of a protocol of ours
#: word in a table's protocol or target → protocol of ours, the first that fits
MAGNETIC = (
    ("snt", "left-dlpfc-saint"), ("saint", "left-dlpfc-saint"), ("accelerated_itbs", "left-dlpfc-saint"),
    ("bilateral", "bilateral-sequential"), ("ctbs", "control-ctbs"), ("itbs", "left-dlpfc-itbs"),
    ("deep", "deep-h1-18hz"), ("h1", "deep-h1-18hz"), ("18hz", "deep-h1-18hz"),
    ("10hz", "left-dlpfc-10hz"), ("1hz", "right-dlpfc-1hz"), ("low", "right-dlpfc-1hz"),
)  # fmt: skip
WORDS = (
    "tms", "rtms", "dtms", "itbs", "ctbs", "tbs", "snt", "saint", "tdcs", "tpbm", "pbm", "photobiomodulation",
    "transcranial",
)  # fmt: skip
REFERENCE = "left-dlpfc-10hz"


class CannotExpress(Exception):
    """Why an arm has no virtual counterpart; the text is shown to the user."""


def is_device(name: str) -> bool:
    """Whether an intervention of a table is a device or the sham of one."""
    spelled = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return bool(set(WORDS) & set(spelled.split("_"))) or spelled.endswith("_sham") or spelled.startswith("sham")


def session_days(given: Given, published: PublishedTrial, days: float) -> tuple[list[float], str]:
    """Days of treatment and what was taken for granted: the table's own, for a sham those of the active arm, else
    working days."""
    if given.treatment_days:
        return [float(day) for day in given.treatment_days], ""
    name = given.intervention.lower()
    if name.endswith("_sham") or name.startswith("sham"):
        for arm in published.arms:
            for other in arm.regimen:
                if other.treatment_days and is_device(other.intervention.lower()):
                    return [float(day) for day in other.treatment_days], DAYS_OF_ACTIVE
    return [float(day) for day in range(min(int(days) + 1, COURSE_DAYS)) if day % 7 < 5], DAYS_ASSUMED


def stimulation(given: Given, name: str, published: PublishedTrial, days: float) -> tuple[Regimen, str]:
    """The course of a device and what was taken for granted; raises `CannotExpress`."""
    if "+" in name or "_plus_" in name.replace(" ", "_"):
        raise CannotExpress(f"'{given.intervention}' is two treatments in one row; give each a row")
    moments, taken = session_days(given, published, days)
    order, said = _order(given, name)
    told = [part for part in (said, taken) if part]
    per_day = int(given.treatments_per_day or _per_day_of_active(given, name, published))
    if per_day <= 1:
        return order.at(days=moments), "; ".join(told)
    gap = given.between_treatments_min
    if gap is None:
        gap = USUAL_GAP
        told.append(f"{USUAL_GAP:g} minutes between sessions are taken")
    step = (order.item.duration * 60 + gap) / 1440
    if per_day * step > 1:
        raise CannotExpress(f"{per_day} sessions a day of {order.item.duration * 60:.0f} minutes do not fit into a day")
    return order.at(days=[day + n * step for day in moments for n in range(per_day)]), "; ".join(told)


def _per_day_of_active(given: Given, name: str, published: PublishedTrial) -> float:
    """Sessions a day of the active arm, for a sham that says nothing of them."""
    if not name.endswith("_sham") or given.treatment_days:
        return 1
    found = [g.treatments_per_day for arm in published.arms for g in arm.regimen if g.treatments_per_day]
    return max(found, default=1)


def _order(given: Given, name: str) -> tuple[Order, str]:
    """The order for one session, and what was taken for granted; raises `CannotExpress`."""
    if name.endswith("_sham") or name.startswith("sham"):
        kind = next((k for word, k in (("tdcs", "tdcs"), ("pbm", "pbm")) if word in name), "rtms")
        return sham({"rtms": REFERENCE, "tdcs": "tdcs-bifrontal-home", "pbm": "led-823-elated2"}[kind]), ""
    if "tdcs" in name or "direct current" in name.replace("_", " "):
        return _current(given)
    if "pbm" in name or "photobiomodulation" in name:
        return _light(given)
    return _magnetic(given)


def _magnetic(given: Given) -> tuple[Order, str]:
    key = "".join(c for c in f"{given.protocol or ''} {given.intervention}".lower() if c not in " -")
    found = next((protocol for word, protocol in MAGNETIC if word in key and protocol in devices()), None)
    said = ""
    if found is None and given.protocol is None:
        found, said = REFERENCE, "the table names no protocol, the reference session is taken"
    if found is None:
        raise CannotExpress(f"there is no device protocol for '{given.protocol}'")
    level = given.intensity_pct_rMT
    intensity = f"{level or 120:g} %RMT" if level is not None or found != "left-dlpfc-saint" else None
    pulses = int(given.pulses_per_treatment) if given.pulses_per_treatment else None
    allow = tuple(dict.fromkeys(one.rule for one in findings(device(found), level or 120) if one.severity == "refuse"))
    return rtms(found, intensity, pulses, allow), "; ".join(part for part in (said, _outside(allow)) if part)


def _outside(allow: tuple[str, ...]) -> str:
    return f"the published session is outside {', '.join(allow)} and is simulated all the same" if allow else ""


def _current(given: Given) -> tuple[Order, str]:
    montage = (given.montage or "").lower()
    told = []
    if "occipital" in montage or "control" in montage:
        found = "tdcs-occipital-control"
    elif "bifrontal" in montage or _poles(given.montage) == ("F3", "F4"):
        found = "tdcs-bifrontal-home"
    elif _poles(given.montage) in (("F3", "Fp2"), ("F3", "AF8")) or "left dlpfc" in montage or "f3" in montage:
        found = "tdcs-f3-fp2"
    else:
        raise CannotExpress(f"there is no device protocol for the montage '{given.montage}'")
    protocol = device(found)
    assert isinstance(protocol, Current)
    if given.current_mA is None:
        told.append(f"the table gives no current, {protocol.intensity:g} mA are taken")
    minutes = _minutes(given.duration_min)
    if minutes is None:
        told.append(f"the table gives no minutes, {protocol.seconds / 60:g} are taken")
    current = given.current_mA or protocol.intensity
    hours = (minutes or protocol.seconds / 60) / 60
    allow = tuple(dict.fromkeys(one.rule for one in findings(protocol, current, hours) if one.severity == "refuse"))
    told.append(_outside(allow))
    return tdcs(found, f"{current:g} mA", f"{hours * 60:g} min", allow), "; ".join(part for part in told if part)


def _poles(montage: str | None) -> tuple[str, str] | None:
    try:
        anodes, cathodes = poles_named(montage or "")
    except EuthymiaError:
        return None
    return anodes[0], cathodes[0]


def _light(given: Given) -> tuple[Order, str]:
    extra: dict[str, Any] = given.model_extra or {}
    wavelength = _number(extra, "wavelength_nm", "wavelength")
    if wavelength is None:
        raise CannotExpress("the table gives no wavelength")
    known = [one for name in devices("pbm") if isinstance(one := device(name), Light)]
    pulsed = str(extra.get("mode", "CW")).upper() not in ("CW", "CONTINUOUS", "NONE")
    same = [one for one in known if (one.pulse_rate is not None) == pulsed] or known
    nearest = min(same, key=lambda one: abs(one.wavelength - wavelength))
    if abs(nearest.wavelength - wavelength) > NEAR_NM:
        raise CannotExpress(f"there is no light protocol near {wavelength:g} nm")
    told = []
    if nearest.wavelength != wavelength:
        told.append(f"{nearest.name} ({nearest.wavelength:g} nm) stands for {wavelength:g} nm")
    irradiance = _number(extra, "irradiance_mW_cm2", "irradiance_mw_cm2")
    if irradiance is None:
        told.append("the table gives no irradiance, that of the protocol is taken")
    level = irradiance or nearest.intensity
    exposure = _number(extra, "fluence_J_cm2", "radiant_exposure_J_cm2", "radiant_exposure_j_cm2")
    minutes = exposure / (level * nearest.duty) * 1000 / 60 if exposure else _minutes(given.duration_min)
    if minutes is None:
        told.append("the table gives no minutes, those of the protocol are taken")
    hours = nearest.session_hours if minutes is None else minutes / 60
    allow = tuple(dict.fromkeys(one.rule for one in findings(nearest, level, hours) if one.severity == "refuse"))
    told.append(_outside(allow))
    return light(nearest.name, f"{level:g} mW/cm^2", f"{hours * 60:g} min", allow), "; ".join(t for t in told if t)


def _minutes(given: float | str | None) -> float | None:
    """Minutes as a number; of a range the last."""
    if given is None or isinstance(given, int | float):
        return given
    numbers = re.findall(r"\d+\.?\d*", given)
    return float(numbers[-1]) if numbers else None


def _number(extra: dict[str, Any], *names: str) -> float | None:
    for name in names:
        value = extra.get(name)
        if isinstance(value, int | float) and math.isfinite(value):
            return float(value)
    return None
