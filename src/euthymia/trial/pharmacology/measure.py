"""What is read off simulated curves, in the unit of the publication.

Peaks, areas, half-lives, clearances, ratios and occupancies by the name a table gives them. The assumption that
matters: a published half-life is that of the visible decline, from a seventh to a seventieth of the peak, as assays saw
it. Left out: whatever is not a number about plasma or a target.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from euthymia.errors import EuthymiaError
from euthymia.evidence.observation import Observation
from euthymia.treatments.compound import Compound
from euthymia.treatments.drug import drug
from euthymia.treatments.product import single
from euthymia.trial.noncompartmental import area
from euthymia.trial.pharmacology import words
from euthymia.trial.pharmacology.setting import DAY, FLUCTUATION, Arm, CannotExpress, Setting
from euthymia.trial.pharmacology.simulate import Curves
from euthymia.units import convert

VISIBLE = (0.15, 0.015)  # shares of the peak between which a half-life is read
GENES = {
    "SLC6A4": "sert_occupancy", "SLC6A2": "net_occupancy", "SLC6A3": "dat_occupancy", "MAOA": "mao_a_inhibition",
    "MAOB": "mao_b_inhibition", "DRD2": "d2_occupancy", "DRD3": "d3_occupancy", "DRD2/DRD3": "d2_occupancy",
    "HTR1A": "ht1a_occupancy", "HTR2A": "ht2a_occupancy", "HRH1": "h1_occupancy", "SIGMAR1": "sigma1_occupancy",
    "NMDAR": "nmda_block",
}  # fmt: skip
PD_TARGETS = {
    "platelet mao": "mao_b_inhibition", "mao-a": "mao_a_inhibition", "mao-b": "mao_b_inhibition",
    "platelet sert": "sert_occupancy", "platelet uptake": "sert_occupancy", "moclobemide": "mao_a_inhibition",
    "sert ": "sert_occupancy", "net ": "net_occupancy", "dat ": "dat_occupancy",
}  # fmt: skip
#: the concentration or dose with half of the greatest effect
HALF_EFFECT = re.compile(r"\be[cd]50\b", re.I)
RunArm = Callable[[Arm], Curves]


def measured(row: Observation, setting: Setting, run: RunArm) -> tuple[float, str]:
    """The predicted number and its unit (that of the row); raises `CannotExpress`."""
    if row.kind == "pd_animal":
        raise CannotExpress("an animal study; people are simulated")
    if re.search(r"conj-|\(total\)", row.compound or ""):
        raise CannotExpress("conjugates are not modelled")
    occupancy = _occupancy_port(row)
    if occupancy is not None:
        return _occupancy(row, setting, run(setting.arm), occupancy)
    name = row.name.lower()
    if re.search(r"model fit|simulation", row.title or "") and row.kind == "pk":
        raise CannotExpress("a parameter or a result of a model and not an observation")
    if HALF_EFFECT.search(name) and row.unit != "%":
        return half_effect(row, setting, run), row.unit
    _refuse(row, name)
    if row.unit in ("ratio", "fraction", "fold", "x single-dose", "%", "-") or "ratio" in name:
        found = _relative(row, setting, run, name)
        return (found * 100 if row.unit == "%" else found), row.unit
    parts = compounds_called(setting.drug, setting.compound)
    value, unit = _absolute(row, setting, run(setting.arm), name, parts, run)
    return _in_unit(value, unit, row.unit, parts, setting.arm), row.unit


def _refuse(row: Observation, name: str) -> None:
    for pattern, reason in (
        (r"therapeutic range|suggested target|^range$", "a recommended range of concentrations, not an observation"),
        (r"dose advice|early-phase target", "advice on dosing, not an observation"),
        (r"dose proportionality|linearity|design|sampling|duration|biphasic", "described in words or as a design"),
        (r"\bcv\b|max/min", "a spread between people; the typical person is simulated"),
        (r"\burine|excretion|rid\b|max rid|below \d", "urine or milk is not modelled"),
        (r"^ka$|clint|km\b|kcat", "a parameter of a model and not an observation"),
        (r"sparteine|\bmr\b|dm/dx", "a urinary metabolic ratio is not modelled"),
        (r"conj-|\(total\)", "conjugates are not modelled"),
        (r"mrna|5-ht depletion|qtc", "not modelled"),
    ):
        if re.search(pattern, name):
            raise CannotExpress(reason)


def compounds_called(drug_name: str, said: str) -> tuple[Compound, ...]:
    """The compounds a table's word stands for: one, or a sum; raises `CannotExpress`."""
    known = {c.name.lower(): c for c in drug(drug_name).compounds}
    found: list[Compound] = []
    given = drug(drug_name)
    moieties = {name.lower(): parts for name, parts in given.moieties.items()}
    for component in given.components:
        moieties |= {name.lower(): parts for name, parts in drug(component).moieties.items()}
    for text in re.split(r"\+(?![)])", said) if said.lower() not in moieties else [said]:
        word = text.strip().lower()
        if word in moieties:
            found += [known[part.lower()] for part in moieties[word] if part.lower() in known]
        elif word in known:
            found.append(known[word])
        elif word == "both":
            found += given.compounds[:2]
        elif word in words.aliases() and word not in ("dextromethorphan_bupropion",):
            inner = drug(words.aliases()[word])
            found += [known[c.lower()] for c in inner.contains if c.lower() in known]
        if word not in moieties and word not in known and not found:
            raise CannotExpress(f"the compound '{said}' is not modelled for {drug_name}")
    if not found:
        raise CannotExpress(f"the compound '{said}' is not modelled for {drug_name}")
    return tuple(found)


def _sum(curves: Curves, parts: tuple[Compound, ...]) -> np.ndarray:
    return np.sum([curves.plasma(part.name) for part in parts], axis=0)


def _absolute(
    row: Observation, setting: Setting, curves: Curves, name: str, parts: tuple[Compound, ...], run: RunArm
) -> tuple[float, str]:
    """A number with a unit from one arm."""
    arm = setting.arm
    times, levels = curves.times, _sum(curves, parts)
    start, first = arm.last, arm.doses[0].time
    mine = [dose for dose in arm.doses if dose.drug == setting.drug]
    first = mine[0].time if mine else first
    end = start + arm.tau if arm.tau else arm.until
    if name.startswith(("cmax", "peak")) or "cmax" in name.split("/")[0]:
        return float(
            levels[times >= first].max() if not arm.tau else _between(times, levels, start, end).max()
        ), "ng/mL"
    if name.startswith("tmax"):
        inside = (times >= start) & (times <= end)
        late = float(times[inside][np.argmax(levels[inside])] - start)
        return (late - max(d.duration for d in mine) if "after last spray" in row.unit else late), "h"
    if re.search(r"t1/2|t_half|half-?life|thalf", name):
        return half_life(times, levels, start), "h"
    if name.startswith("auc"):
        return _area(row, arm, times, levels, start, first, run, setting, parts), "ng*h/mL"
    if re.search(r"trough|cmin|^css\b|^conc|cavg|concentration", name):
        if arm.tau and re.search(r"cmin", name):
            return float(_between(times, levels, start, end).min()), "ng/mL"
        if re.search(r"trough|cmin", name):
            return float(np.interp(end if arm.tau else start + 24, times, levels)), "ng/mL"
        if re.search(r"at scan", name):
            return float(np.interp(start + 6.5, times, levels)), "ng/mL"
        return area(times, levels, start, end) / (end - start) if arm.tau else float(levels.max()), "ng/mL"
    if re.match(r"mrt|mean residence", name):
        return _residence(times - start, levels, arm), "h"
    if re.search(r"time to (?:ss|steady|90)", name):
        return _time_to_steady(times, levels, arm, 0.9 if "90" in name else 0.97), "h"
    if re.match(r"cl\b|cl/f|cl \(iv\)|cl_", name):
        return _clearance(name, setting, arm, times, levels, start), "L/h"
    if re.match(r"v\b|v/f|v \(iv\)|vss|vz", name):
        clearance = _clearance("cl", setting, arm, times, levels, start)
        if name.startswith("vss") or "(iv)" in name or row.route == "iv":
            return clearance * _residence(times - start, levels, arm), "L"
        return clearance * half_life(times, levels, start) / np.log(2), "L"
    raise CannotExpress(f"'{row.name}' is not a measure we know")


def _between(times: np.ndarray, levels: np.ndarray, start: float, end: float) -> np.ndarray:
    return levels[(times >= start - 1e-9) & (times <= end + 1e-9)]


def half_life(times: np.ndarray, levels: np.ndarray, start: float) -> float:
    """Half-life (h) of the visible decline after `start`; raises `CannotExpress` when it does not fall so far."""
    after = times >= start
    hours, seen = times[after], levels[after]
    peak = int(np.argmax(seen))
    hours, seen = hours[peak:], seen[peak:]
    high, low = (share * seen[0] for share in VISIBLE)
    inside = (seen <= high) & (seen >= low)
    if inside.sum() < 4:
        inside = seen <= seen[0] * 0.5
    if inside.sum() < 4 or seen[inside][0] <= 0:
        raise CannotExpress("the curve does not fall far enough for a half-life within the days that are simulated")
    x, y = hours[inside], np.log(seen[inside])
    grid = np.linspace(x[0], x[-1], 30)
    slope = np.polyfit(grid, np.interp(grid, x, y), 1)[0]
    if slope >= 0:
        raise CannotExpress("the curve does not fall")
    return float(-np.log(2) / slope)


def _area(
    row: Observation,
    arm: Arm,
    times: np.ndarray,
    levels: np.ndarray,
    start: float,
    first: float,
    run: RunArm,
    setting: Setting,
    parts: tuple[Compound, ...],
) -> float:
    window = words.window_in(row.name)
    name = row.name.lower()
    if window is not None:
        low, high = window
        if arm.tau and low >= 24 and high > 24 and arm.last > 0:  # hours from the first dose
            offset = first if high <= times[-1] - first else start - low
            return area(times, levels, max(first, offset + low), min(times[-1], offset + high))
        return area(times, levels, start + low, min(times[-1], start + high))
    if arm.tau and not re.search(r"inf", name):
        return area(times, levels, start, start + (24.0 if re.search(r"24", name) else arm.tau))
    return whole_area(times, levels, start)


def whole_area(times: np.ndarray, levels: np.ndarray, start: float) -> float:
    """Area to infinity after `start`: to the end of the curve, and the rest by its last slope."""
    seen = area(times, levels, start, times[-1])
    tail = times >= times[-1] - 48
    if levels[tail][0] > levels[-1] > 0:
        rate = np.log(levels[tail][0] / levels[-1]) / (times[-1] - times[tail][0])
        seen += levels[-1] / rate
    return seen


def _dose_of(setting: Setting, arm: Arm) -> float:
    """Mass of the compound's own drug in the last dose (mg of base)."""
    weight = float(dict(arm.covariates).get("weight", 70.0))
    mine = [dose for dose in arm.doses if dose.drug == setting.drug and dose.time == arm.last]
    total = 0.0
    for dose in mine:
        for one in single(dose):
            given = drug(one.drug)
            wanted = {c.name for c in compounds_called(setting.drug, setting.compound)} & set(given.contains)
            mass = one.amount * (weight if one.unit == "mg/kg" else 1.0)
            factor = given.base_factor.number if given.base_factor is not None else 1.0
            share = sum(given.contains[name] for name in wanted) if wanted else 1.0
            total += mass * factor * share
    return total


def _clearance(name: str, setting: Setting, arm: Arm, times: np.ndarray, levels: np.ndarray, start: float) -> float:
    if "to nt" in name or " to " in name:
        raise CannotExpress("a clearance to one metabolite is a parameter and not an observation")
    dose = _dose_of(setting, arm)
    exposed = area(times, levels, start, start + arm.tau) if arm.tau else whole_area(times, levels, start)
    return dose * 1000 / exposed


def _residence(hours: np.ndarray, levels: np.ndarray, arm: Arm) -> float:
    inside = hours >= 0
    x, y = hours[inside], levels[inside]
    return float(np.trapezoid(x * y, x) / np.trapezoid(y, x)) - max((d.duration for d in arm.doses), default=0.0) / 2


def _time_to_steady(times: np.ndarray, levels: np.ndarray, arm: Arm, share: float) -> float:
    """Hours until the mean over a dosing interval reaches a share of its last value (0.97: five half-lives)."""
    if not arm.tau:
        raise CannotExpress("a time to steady state needs repeated doses")
    every = arm.tau
    starts = np.arange(arm.doses[0].time, arm.last + 1e-9, max(arm.tau, 12.0))
    means = np.array([area(times, levels, s, s + arm.tau) for s in starts if s + arm.tau <= times[-1]])
    reached = np.flatnonzero(means >= share * means[-1])
    return float(starts[reached[0]] + every)


def _relative(row: Observation, setting: Setting, run: RunArm, name: str) -> float:
    """A ratio, a share or a change: between arms, between compounds, or between first dose and steady state."""
    compound = setting.compound
    if re.search(r"^f\b|f abs|^f_|bioavail|first-pass|^f transdermal|^f oral", name):
        return _bioavailability(row, setting, run, name)
    if name == "fu" or name.startswith("fu "):
        unbound = compounds_called(setting.drug, compound)[0].fraction_unbound
        if unbound is None:
            raise CannotExpress("no unbound share is known")
        return unbound.number
    if "accumulation" in name:
        return _accumulation(setting, run)
    if re.search(FLUCTUATION, name):
        return _fluctuation(setting, run, name)
    if "predicted" in name:
        return _over_single(setting, run, name)
    if re.search(r"share of total|fraction of total|s fraction", f"{name} {compound.lower()}"):
        curves = run(setting.arm)
        whole = np.sum([curves.plasma(c.name) for c in _contained(setting)], axis=0)
        part = _sum(curves, compounds_called(setting.drug, re.sub(r" share(?: of total)?", "", compound)))
        return float(_exposed(setting.arm, curves.times, part) / _exposed(setting.arm, curves.times, whole))
    if re.search(r"^fall", name):
        curves = run(setting.arm)
        level = _sum(curves, compounds_called(setting.drug, compound))
        at = np.interp([setting.arm.last, setting.arm.last + 168], curves.times, level)
        return float(1 - at[1] / at[0])
    between = re.split(r"\s*[/:]\s*", compound) if re.search(r"[/:]", compound) else None
    if between is None and "vs parent" in name:
        between = [compound, drug(setting.drug).label]
    if between is not None and len(between) == 2:
        curves = run(setting.arm)
        over, under = (_sum(curves, compounds_called(setting.drug, _long(setting.drug, side))) for side in between)
        if "cmax" in name:
            return float(over.max() / under.max())
        return float(_exposed(setting.arm, curves.times, over) / _exposed(setting.arm, curves.times, under))
    if setting.reference is None:
        raise CannotExpress("the row compares with something that it does not name in words we know")
    parts = compounds_called(setting.drug, compound)
    measure = _measure_for(name)
    found = [measure(arm, curves.times, _sum(curves, parts)) for arm, curves in
             ((arm, run(arm)) for arm in (setting.arm, setting.reference))]  # fmt: skip
    ratio = found[0] / found[1]
    if re.search(r"female/male|nonsmoker/smoker", name):
        return 1 / ratio if "nonsmoker" in name else ratio
    if re.search(r"decrease|reduction", name):
        return 1 - ratio
    if re.search(r"change|increase", name):
        return ratio - 1
    return ratio


def _contained(setting: Setting) -> tuple[Compound, ...]:
    """What counts as the whole: the named total, or the compounds that the drug contains."""
    given = drug(setting.drug)
    for name in ("total active", "total", given.label):
        if name in given.moieties:
            return compounds_called(setting.drug, name)
    return tuple(c for c in given.compounds if c.name in given.contains)


def _long(drug_name: str, short: str) -> str:
    """A compound by the letters a table uses for it: the first of the drug's compounds whose name they abbreviate."""
    plain = {"c": 0, "dc": 1, "dcmi": 1, "dmc": 1, "dms": 1, "ser": 0, "dct": 1, "dm": 0, "dx": 1}
    short = re.sub(r"free-|total|\(\w*\)", "", short, flags=re.I).strip()
    compounds = drug(drug_name).compounds
    if short.lower() in plain and plain[short.lower()] < len(compounds):
        return compounds[plain[short.lower()]].name
    return short


def _measure_for(name: str) -> Callable[[Arm, np.ndarray, np.ndarray], float]:
    if "cmax" in name:
        return lambda arm, times, levels: float(levels[times >= arm.last - (0 if arm.tau is None else 1e-9)].max())
    if re.search(r"t1/2|t_half|half", name):
        return lambda arm, times, levels: half_life(times, levels, arm.last)
    if re.search(r"trough|cmin", name):
        return lambda arm, times, levels: float(np.interp(arm.last + (arm.tau or 24.0), times, levels))
    if re.match(r"cl\b|cl/f|cl ", name):
        return lambda arm, times, levels: arm.amount / _exposed(arm, times, levels)
    window = words.window_in(name.upper())
    if window is not None and "inf" not in name:
        low, high = window
        return lambda arm, times, levels: area(times, levels, arm.last + low, min(times[-1], arm.last + high))
    return _exposed


def _exposed(arm: Arm, times: np.ndarray, levels: np.ndarray) -> float:
    """Area over one interval at steady state, or to infinity after one dose."""
    return area(times, levels, arm.last, arm.last + arm.tau) if arm.tau else whole_area(times, levels, arm.last)


def _accumulation(setting: Setting, run: RunArm) -> float:
    arm = setting.arm
    if not arm.tau:
        first = arm.doses[0]
        many = tuple(replace(first, time=24.0 * n) for n in range(42))
        arm = replace(arm, doses=many, last=many[-1].time, tau=24.0, until=many[-1].time + 240)
    curves = run(arm)
    levels = _sum(curves, compounds_called(setting.drug, setting.compound))
    first, tau = arm.doses[0].time, arm.tau or 24.0
    return area(curves.times, levels, arm.last, arm.last + tau) / area(curves.times, levels, first, first + tau)


def _fluctuation(setting: Setting, run: RunArm, name: str) -> float:
    """Within one interval at steady state: (peak - trough) / mean, swing over the trough, or one over the other."""
    arm = setting.arm
    if not arm.tau:
        raise CannotExpress("a fluctuation needs repeated doses")
    curves = run(arm)
    levels = _sum(curves, compounds_called(setting.drug, setting.compound))
    seen = _between(curves.times, levels, arm.last, arm.last + arm.tau)
    peak, trough = float(seen.max()), float(seen.min())
    if re.search(r"trough.{1,4}peak|cmin/cmax", name):
        return trough / peak
    if re.search(r"peak.{1,4}trough ratio|peak/trough|cmax/cmin", name):
        return peak / trough
    mean = area(curves.times, levels, arm.last, arm.last + arm.tau) / arm.tau
    return (peak - trough) / (trough if "swing" in name else mean)


def _over_single(setting: Setting, run: RunArm, name: str) -> float:
    """Steady state over what a single dose would have added up to (area), or its peak or day-end level."""
    arm = setting.arm
    one = replace(arm, doses=arm.doses[:1], last=arm.doses[0].time, tau=None, until=arm.doses[0].time + 240)
    many, single_dose = run(arm), run(one)
    parts = compounds_called(setting.drug, setting.compound)
    steady, alone = _sum(many, parts), _sum(single_dose, parts)
    tau = arm.tau or 24.0
    if "auc" in name:
        return area(many.times, steady, arm.last, arm.last + tau) / whole_area(single_dose.times, alone, one.last)
    grid = np.arange(0, tau, 0.5)
    added = np.sum([np.interp(grid + tau * k, single_dose.times, alone) for k in range(9)], axis=0)
    seen = np.interp(arm.last + grid, many.times, steady)
    return float(seen.max() / added.max()) if "cmax" in name else float(seen.min() / added.min())


def _bioavailability(row: Observation, setting: Setting, run: RunArm, name: str) -> float:
    given = drug(setting.drug)
    if "intravenous" not in given.routes:
        raise CannotExpress("absolute bioavailability needs intravenous kinetics, which are not known")
    arm = setting.arm
    direct_routes = ("intravenous", "intramuscular")
    route = "oral" if "oral" in name or arm.doses[-1].route in direct_routes else arm.doses[-1].route
    if re.search("first-pass", name):
        route = "oral"
    if route not in given.routes:
        raise CannotExpress(f"{setting.drug} has no {route} route")
    last = arm.doses[-1]
    extravascular = replace(last, time=0.0, route=route, duration=0.0, unit=last.unit)
    direct = replace(last, time=0.0, route="intravenous", duration=max(last.duration, 1 / 30), condition="")
    base = replace(arm, last=0.0, tau=None, until=240.0)
    parts = compounds_called(setting.drug, setting.compound)
    found = []
    for dose in (extravascular, direct):
        curves = run(replace(base, doses=(dose,)))
        found.append(whole_area(curves.times, _sum(curves, parts), 0.0))
    share = found[0] / found[1]
    return 1 - share if "first-pass" in name else share


def _occupancy_port(row: Observation) -> str | None:
    if row.unit != "%":
        return None
    if row.target and row.target.upper() in GENES:
        return GENES[row.target.upper()]
    said = f"{row.compound or ''} {row.name}".lower()
    if row.kind in ("pd", "occupancy") or "inhibition" in said or "occupancy" in said:
        return next((port for word, port in PD_TARGETS.items() if word in said), None)
    return None


def _occupancy(row: Observation, setting: Setting, curves: Curves, port: str) -> tuple[float, str]:
    if row.compound and not re.search(r"platelet|mao|sert", row.compound, re.I):
        compounds_called(setting.drug, row.compound)
    if port not in curves.levels:
        raise CannotExpress(f"{setting.drug} has no effect at this target in the model")
    if "SPECT" not in row.name and re.search(r"ED50|EC50|Emax", row.name):
        raise CannotExpress("a half-effect dose or concentration is a parameter and not an observation")
    if re.search(r"\brange single\b|plateau above", row.name):
        raise CannotExpress("a range over doses, or a plateau over concentrations, is not one simulation")
    arm, levels = setting.arm, curves.levels[port]
    if row.time_h is not None:
        return 100 * float(np.interp(arm.last + row.time_h, curves.times, levels)), "%"
    if arm.tau is not None:
        return 100 * area(curves.times, levels, arm.last, arm.last + arm.tau) / arm.tau, "%"
    return 100 * float(np.interp(arm.last + 6.0, curves.times, levels)), "%"


def half_effect(row: Observation, setting: Setting, run: RunArm) -> float:
    """The dose (ED50) or plasma level (EC50) at which half of a target is taken; raises `CannotExpress`.

    Doses are searched with all else as it was, as in a study over doses; the level is the one at the scan. Without a
    target in the row, the first that the drug's file lists.
    """
    port = GENES.get((row.target or "").upper()) or next(
        (found for word, found in PD_TARGETS.items() if word in f"{row.name} ".lower()), None
    )
    parts = compounds_called(setting.drug, setting.compound)
    port = port or next((f"{target}_occupancy" for target in parts[0].targets), "none")
    plain, scan = row.model_copy(update={"name": "occupancy"}), row.time_h or 6.0
    low, high = -5.0, 3.0  # natural logarithms of the dose over that of the row
    ends = [_occupancy(plain, setting, run(_scaled(setting.arm, end)), port)[0] for end in (low, high)]
    if not ends[0] < 50 < ends[1]:
        raise CannotExpress("occupancy does not pass through a half at the doses that are simulated")
    for _ in range(12):
        middle = (low + high) / 2
        share, _unit = _occupancy(plain, setting, run(_scaled(setting.arm, middle)), port)
        low, high = (middle, high) if share < 50 else (low, middle)
    arm = _scaled(setting.arm, high)
    if "ec50" in row.name.lower():
        curves = run(arm)
        levels = _sum(curves, parts)
        if arm.tau and row.time_h is None:
            at = area(curves.times, levels, arm.last, arm.last + arm.tau) / arm.tau
        else:
            at = float(np.interp(arm.last + scan, curves.times, levels))
        return _in_unit(at, "ng/mL", row.unit, parts, arm)
    a_day = DAY / arm.tau if arm.tau and re.search(r"/\s*d", row.unit) else 1.0
    return _in_unit(arm.amount * a_day, "mg", row.unit.split("/")[0], parts, arm)


def _scaled(arm: Arm, log_factor: float) -> Arm:
    """The same arm at another dose; the factor as its natural logarithm."""
    factor = float(np.exp(log_factor))
    doses = tuple(replace(dose, amount=dose.amount * factor) for dose in arm.doses)
    return replace(arm, doses=doses, amount=arm.amount * factor)


def _in_unit(value: float, unit: str, wanted: str, parts: tuple[Compound, ...], arm: Arm) -> float:
    """Convert to the unit of the publication; molar units by molar mass, per-mg and per-kg ones by dose and weight."""
    text = wanted.replace("ug/L", "ng/mL").replace("after last spray", "")
    weight = float(dict(arm.covariates).get("weight", 70.0))
    text = re.sub(r"\s+(?:after end|at \d+ kg)$", "", text.strip())
    if text.endswith("/mg"):
        return _in_unit(value / arm.amount, unit, text.removesuffix("/mg"), parts, arm)
    if text.endswith("/kg"):
        return _in_unit(value / weight, unit, text.removesuffix("/kg"), parts, arm)
    text = {"d": "day", "wk": "week", "weeks": "week", "min": "minute"}.get(text, text)
    text = re.sub(r"\bmin\b", "minute", text)
    try:
        if re.search(r"mol|nM|uM", text):
            if parts[0].molar_mass is None:
                raise CannotExpress(f"{parts[0].name} has no molar mass")
            mass = parts[0].molar_mass.number
            plain = text.replace("nmol", "ng").replace("umol", "ug").replace("nM", "ng/L").replace("uM", "ug/L")
            return convert(value, unit, plain) / mass
        return convert(value, unit, text)
    except EuthymiaError as error:
        raise CannotExpress(f"the unit '{wanted}' does not fit this measure ({error.problem})") from None
