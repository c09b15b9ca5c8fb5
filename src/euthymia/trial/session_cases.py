"""What published observations on sessions and courses ask of the model: signs of patterns, plateaus, doses of light.

The assumption that matters: signs of magnetic patterns were used to set the session kernel, so meeting them is no
prediction (`model.stimulation.calcium`). Left out: the size of after-effects, which no unit ties to ours.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from euthymia.fields.inputs import CannotExpress, Inputs, Quantities
from euthymia.model.parameter_table import values_for
from euthymia.model.stimulation import calcium, current
from euthymia.model.stimulation.worth import sessions_to_plateau

WORDS = ("protocols", "quantity", "sham-controlled RCTs", "anodal", "cathodal", "J_cm2")
PATTERN = re.compile(r"(iTBS|cTBS|imTBS|(\d+(?:\.\d+)?)\s*Hz)\s*x?\s*(\d+)", re.IGNORECASE)
SMD_OF_ITBS = 0.71  # chung2016, by which our scale is tied to theirs
PULSES_AT_PLATEAU = 2300  # a session, total over sessions in wangz2025
PEOPLE = 96


def is_about_sessions(given: dict[str, Any]) -> bool:
    """Whether settings ask for sessions or courses and not for a field."""
    asked = Inputs(given)
    return any(asked.has(word) for word in WORDS) and not asked.has("optics")


def answer(asked: Inputs) -> Quantities:
    """Every quantity the settings define; raises `CannotExpress`."""
    if "protocols" in asked:
        return _patterns([str(one) for one in asked.plain("protocols")])
    if "sham-controlled RCTs" in asked:
        asked.plain("sham-controlled RCTs")
        return {"cohen_d": course_against_sham()}
    if asked.has("anodal", "cathodal"):
        return _currents(asked)
    if "J_cm2" in asked:
        return _light(asked)
    what = str(asked.plain("quantity"))
    if "plateau" in what:
        sessions = sessions_to_plateau(PULSES_AT_PLATEAU)
        return {"sessions": sessions, "total_pulses": sessions * PULSES_AT_PLATEAU}
    raise CannotExpress(f"'{what}' is an opinion in words; it is reported and never scored")


def _times(text: str) -> tuple[str, np.ndarray]:
    """Seconds of the pulses of a pattern such as iTBS600 or 10Hz1200; faster than 2 Hz runs 4 s on and 26 s off."""
    match = PATTERN.fullmatch(text.strip())
    if match is None:
        raise CannotExpress(f"the pattern '{text}'")
    pulses, word = int(match[3]), match[1].lower()
    one = np.array([0.0, 0.02, 0.04])
    if word.endswith("tbs"):
        bursts = np.arange(int(np.ceil(pulses / 3))) * 0.2
        if word != "ctbs":
            train, pause = (5.0, 10.0) if word == "imtbs" else (2.0, 8.0)
            bursts = bursts + np.floor(bursts / train + 1e-9) * pause
        return match[1], (bursts[:, None] + one).ravel()[:pulses]
    rate = float(match[2])
    times = np.arange(pulses) / rate
    return match[1], times + (np.floor(times / 4 + 1e-9) * 26 if rate > 2 else 0.0)


def _patterns(names: list[str]) -> Quantities:
    strength, found = [], {}
    scale = SMD_OF_ITBS / calcium.after_effect(_times("iTBS600")[1]).strength
    for name in names:
        word, times = _times(name)
        left = calcium.after_effect(times)
        strength.append(left.strength)
        found |= {f"{word}_duration_min": left.minutes, f"{word}_strength": left.strength}
        found |= {f"{word}_SMD": left.strength * scale, f"{word}_SMD_5min": left.after_five * scale}
    return found | {"sign": [int(np.sign(one)) for one in strength], "strength": strength}


def _currents(asked: Inputs) -> Quantities:
    """After-effects of several currents for some minutes, and whether they differ by more than a tenth."""
    sign = 1 if asked.has("anodal") else -1
    amounts = [sign * 1e3 * x for x in np.atleast_1d(asked.number("anodal", "cathodal"))]
    lasting = np.atleast_1d(asked.number("min", "minutes", default=10))
    effects = [current.after_effect(amount, minutes) for amount in amounts for minutes in lasting]
    spread = (max(effects) - min(effects)) / max(abs(one) for one in effects)
    return {
        "difference": "none" if spread < 0.1 else "some",
        "after_effect": effects,
        "spread_rel": spread,
        "sign": [int(np.sign(one)) for one in effects],
    }


def light_in_culture(irradiance: float, exposures: list[float]) -> dict[str, list[float]]:
    """Energy drive and reactive oxygen at the end of an exposure (J/cm2) at `irradiance` mW/cm2, in a dish."""
    p = {name: value.number for name, value in values_for("light").items()}
    energy, oxygen_signal = [], []
    for exposure in exposures:
        hours = exposure / irradiance * 1000 / 3600
        inhibited, oxygen, damage = 1.0, 0.0, 0.0
        steps = max(200, int(hours * 3600 * 4))
        dt = hours / steps
        for _ in range(steps):
            active = 1 - inhibited
            inhibited += dt * (p["rebinding"] * active - p["release"] * irradiance * inhibited)
            made = p["light_oxygen"] * irradiance + p["active_oxygen"] * active
            oxygen += dt * (made - oxygen / p["oxygen_time"])
            damage += dt * (p["harm"] * max(oxygen - p["tolerated"], 0.0) - damage / p["repair_time"])
        drive = max(1 - inhibited - p["harm_weight"] * damage, 0.0)
        energy.append(drive)
        oxygen_signal.append(drive + p["harm_oxygen"] * damage)
    return {"energy": energy, "oxygen": oxygen_signal}


def _light(asked: Inputs) -> Quantities:
    asked.number("wl", "wavelength", default=810)
    irradiance = float(asked.plain("mW_cm2", "irradiance_mW_cm2", default=25))
    exposures = [float(x) for x in asked.plain("J_cm2")]
    found = light_in_culture(irradiance, exposures)
    energy, oxygen = found["energy"], found["oxygen"]
    top = int(np.argmax(energy))
    inside = [i for i in range(1, len(oxygen) - 1) if oxygen[i] > oxygen[i - 1] and oxygen[i] > oxygen[i + 1]]
    double = bool(inside) and oxygen[-1] > max(oxygen[i] for i in inside)
    rises, falls = top > 0, energy[-1] < energy[0]
    return {
        "ATP_MMP_Ca": "up at low" if rises else "not up at low",
        "down at high": None if falls else "not down at high",
        "ROS": f"double peak with larger one at {exposures[-1]:g}" if double else "one peak",
        "peak_J_cm2": exposures[top], "energy": energy, "oxygen": oxygen,
    }  # fmt: skip


def course_against_sham(people: int = PEOPLE, seed: int = 11) -> float:
    """Cohen's d of 30 sessions of 10 Hz against sham at the end of treatment, HAM-D17 as rated, in a virtual trial."""
    from euthymia.cohort.cohort import cohort
    from euthymia.treatments.order import rtms, sham
    from euthymia.trial.conduct import run
    from euthymia.trial.protocol import trial

    name = "left-dlpfc-10hz"
    arms = {"active": rtms(name).as_published(), "sham": sham(name).as_published()}
    clinic = cohort("treatment-resistant", n=people, seed=seed)
    done = run(trial(clinic, arms, visits=(42,), allocation="twins", staying=None, worlds=8), grid_hours=1e9)
    change = {arm: done.arm(arm).rated["HAMD17"][:, -1] - done.arm(arm).rated["HAMD17"][:, 0] for arm in arms}
    pooled = np.sqrt((np.nanvar(change["active"], ddof=1) + np.nanvar(change["sham"], ddof=1)) / 2)
    return float((np.nanmean(change["active"]) - np.nanmean(change["sham"])) / pooled)
