"""Questions about electrodes, from settings to named quantities: potentials and fields in shells.

Settings: `model` (a head by name) or `radii_mm` with `sigma_S_m`; `I_mA`; `anode` and `cathode`, or `montage` such as
F3-F4 with `area_cm2`, or `electrodes`; `r_mm` for fields at points. Left out: heads with anatomy, unless the `[head]`
extra is installed.
"""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from euthymia.errors import EuthymiaError, Place
from euthymia.fields.head import direction, head_called, heads, sites
from euthymia.fields.inputs import CannotExpress, Inputs, Quantities, listed
from euthymia.fields.shells import Electrode, ShellHead, half_angle_of, solve_shells
from euthymia.fields.stimulate import BELOW_SURFACE, REGION, CurrentField, montage_field

WORDS = (
    "anode",
    "cathode",
    "montage",
    "electrodes",
    "I",
    "current",
    "split any layer in two equal-sigma layers",
    "head",
)
UNDER = re.compile(r"(?:GM_)?under_([A-Za-z0-9]+?)(?:_mean)?(?:_V_m)?")
RADIAL = re.compile(r"radial_(?:in_|under_)?([A-Za-z0-9]+?)(?:_V_m)?")
SITE = re.compile(r"[A-Za-z]+\d*z?")


def answer(asked: Inputs, wanted: tuple[str, ...]) -> Quantities:
    """Every quantity the settings define; `wanted` names those whose site is in their name (under_F3_mean)."""
    if (
        asked.plain("split any layer in two equal-sigma layers", "split_layer", default=NotImplemented)
        is not NotImplemented
    ):
        return {"max_change": _split()}
    if (anatomy := asked.plain("head", default=None)) is not None:
        return _anatomy(asked, str(anatomy), wanted)
    currents = asked.number("I", "current", default=1e-3)
    if isinstance(currents, np.ndarray):
        return _several(asked, currents, wanted)
    if currents <= 0:
        raise EuthymiaError(f"a current of {currents:g} A", place=Place(field="I_mA"), rule="A current is above zero.")
    seconds = asked.number("duration", "time", default=None)
    head = _head(asked)
    charge = {} if seconds is None else _charge(asked, currents, float(seconds))
    if charge and not asked.has("montage", "anode", "electrodes"):
        return charge
    electrodes = _electrodes(asked, head, currents)
    if _wants_points(asked):
        return charge | _at_points(asked, head, electrodes)
    return charge | _over_cortex(asked, head, electrodes, wanted)


def _charge(asked: Inputs, current: float, seconds: float) -> Quantities:
    """Charge of a session, and densities at an electrode where its area is given."""
    found: Quantities = {"charge_C": current * seconds, "charge_c": current * seconds}
    area = asked.number("area", "electrode_area", default=None)
    if area is not None:
        found |= {
            "current_density_A_m2": current / (area * 1e-4),
            "charge_density_C_m2": current * seconds / (area * 1e-4),
        }
    return found


def _wants_points(asked: Inputs) -> bool:
    return asked.has("r", "points", "target") or asked.given.get("electrodes") == "diametric points"


def _head(asked: Inputs) -> ShellHead:
    radius = asked.number("R", "radius", "head_radius", default=None)
    sigma = asked.number("sigma", "conductivities", "conductivity", default=None)
    radii = asked.number("radii", default=None)
    name = asked.plain("model", default=None)
    if isinstance(name, dict):
        inner = Inputs(name)
        radii, sigma, name = inner.number("radii", default=radii), inner.number("sigma", default=sigma), None
    if name is not None and str(name) in ("homogeneous", "homogeneous sphere", "sphere"):
        name = None
    if name is not None:
        head = head_called(str(name))
        if radius is not None:
            factor = radius * 1e-3 / head.radius
            head = ShellHead(tuple(r * factor for r in head.radii), head.conductivities, head.name)
        return head
    if radii is None and radius is not None and sigma is not None:
        relative = asked.number("relative_radii", default=None)
        radii = [radius] if relative is None else np.asarray(relative) * radius
    if radii is None and sigma is None:
        return head_called("four_shell")
    if radii is None or sigma is None:
        raise asked.missing("radii_mm" if radii is None else "sigma_S_m")
    return ShellHead(tuple(float(r) * 1e-3 for r in np.atleast_1d(radii)), tuple(map(float, np.atleast_1d(sigma))))


def _electrodes(asked: Inputs, head: ShellHead, current: float) -> tuple[Electrode, ...]:
    area = asked.number("area", "electrode_area", default=None)
    half = asked.number("half_angle", "cap_half_angle", "alpha", default=None)
    radius = asked.number("electrode_radius", default=None)
    width = math.radians(half) if half is not None else 0.0
    if radius is not None:
        width = float(radius) * 1e-3 / head.radius
    if area is not None:
        if np.ndim(area) == 0 and area <= 0:
            raise EuthymiaError(
                f"an electrode of {area:g} cm2", place=Place(field="area_cm2"), rule="It is above zero."
            )
        width = half_angle_of(float(area) * 1e-4, head.radius)
    given = asked.plain("electrodes", default=None)
    if given in ("diametric points", "diametric"):
        return Electrode((0, 0, 1), current, width, "anode"), Electrode((0, 0, -1), -current, width, "cathode")
    if isinstance(given, list):
        return tuple(_listed(one, current, width, head) for one in given)
    if given is not None and given not in ("points", "point", "discs"):
        raise CannotExpress(f"electrodes of the kind '{given}'")
    anodes, cathodes = asked.plain("anode", "anodes", default=None), asked.plain("cathode", "cathodes", default=None)
    montage = asked.plain("montage", default=None)
    if isinstance(montage, dict):
        anodes, cathodes = montage.get("anode", montage.get("anodes")), montage.get("cathode", montage.get("cathodes"))
    elif montage is not None:
        anodes, cathodes = poles_named(str(montage))
    if anodes is None or cathodes is None:
        raise asked.missing("montage", "anode", "electrodes")
    angle = asked.number("angle", default=None)
    places = [(_several_places(anodes), 1), (_several_places(cathodes), -1)]
    found = []
    for group, sign in places:
        for where in group:
            at = direction(where)
            if angle is not None and len(places[0][0]) == len(places[1][0]) == 1:
                at = _spread(direction(places[0][0][0]), direction(places[1][0][0]), angle, sign)
            label = where if isinstance(where, str) else str(list(where))
            found.append(Electrode(tuple(float(x) for x in at), sign * current / len(group), width, label))
    return tuple(found)


def _listed(one: Any, current: float, width: float, head: ShellHead) -> Electrode:
    given = Inputs(one)
    where = given.plain("site", "position", "direction", "at")
    own = given.number("I", "current", default=None)
    if own is None:
        own = given.number("share") * current
    area = given.number("area", default=None)
    half = width if area is None else half_angle_of(float(area) * 1e-4, head.radius)
    given.refuse_left()
    return Electrode(tuple(float(x) for x in direction(where)), float(own), half, str(where))


def poles_named(montage: str) -> tuple[list[str], list[str]]:
    """Anodes and cathodes of text such as 'F3-F4' or 'anode F3 / cathode F4 (bifrontal)'."""
    text = montage.replace("\u2013", "-").replace("anode", "").replace("cathode", "-").replace("/", " ").split("(")[0]
    known = {site.lower(): site for site in sites()}
    sides = [
        [known[w.lower()] for w in SITE.findall(part) if w.lower() in known] for part in text.split("-") if part.strip()
    ]
    if len(sides) != 2 or not all(sides):
        raise EuthymiaError(
            f"the montage '{montage}' cannot be read", place=Place(field="montage"),
            rule="Anode first, then cathode, at 10-10 sites.", fix="Write F3-F4.",
        )  # fmt: skip
    return sides[0], sides[1]


def _several_places(given: Any) -> list[Any]:
    if isinstance(given, str) or (len(given) == 3 and all(isinstance(x, int | float) for x in given)):
        return [given]
    return list(given)


def _spread(one: np.ndarray, other: np.ndarray, angle: float, sign: int) -> np.ndarray:
    """Two places moved along the arc between them until they are `angle` degrees apart, about the same middle."""
    middle = (one + other) / np.linalg.norm(one + other)
    side = one - (one @ middle) * middle
    side /= np.linalg.norm(side)
    half = math.radians(angle) / 2
    return math.cos(half) * middle + sign * math.sin(half) * side


def _at_points(asked: Inputs, head: ShellHead, electrodes: tuple[Electrode, ...]) -> Quantities:
    points = np.atleast_2d(asked.number("r", "points", "target", default=np.zeros(3))) * 1e-3
    solved = solve_shells(head, electrodes, points)
    one = len(points) == 1
    shown = lambda a: a[0].tolist() if one else a.tolist()  # noqa: E731
    field = shown(solved.field)
    found = {
        "V": float(solved.potential[0]) if one else solved.potential.tolist(),
        "E_V_m": field,
        "minus_E": shown(-solved.field),
        "minus_E_V_m": shown(-solved.field),
        "mne_eeg_lead": shown(-solved.field),
        "E_mag_V_m": shown(solved.size),
        "E": shown(solved.size),
        "|E|": shown(solved.size),
        "abs_E_V_m": shown(solved.size),
    }
    found["V_V"] = found["potential_V"] = found["V"]
    sigma = head.conductivities[int(np.searchsorted(np.array(head.radii) * (1 + 1e-12), np.linalg.norm(points[0])))]
    found["J_A_m2"] = (np.asarray(found["E_mag_V_m"]) * sigma).tolist()
    return found


def _over_cortex(
    asked: Inputs, head: ShellHead, electrodes: tuple[Electrode, ...], wanted: tuple[str, ...]
) -> Quantities:
    below = asked.number("below_surface", default=BELOW_SURFACE)
    roi = asked.number("roi_radius", "roi", "region", default=REGION)
    over = montage_field(electrodes, head, 4000, float(below))
    size = over.size
    found: Quantities = {
        "peak": float(size.max()), "p99": float(np.quantile(size, 0.99)), "p95": float(np.quantile(size, 0.95)),
        "mean": float(size.mean()), "under_anode_mean": float(size[_near(over, electrodes[0], roi)].mean()),
        "under_cathode_mean": float(size[_near(over, electrodes[-1], roi)].mean()),
        "current_density_A_m2": _density(electrodes, head),
    }  # fmt: skip
    found |= {f"{name}_V_m": value for name, value in list(found.items()) if name != "current_density_A_m2"}
    for key in wanted:
        for pattern, inward in ((UNDER, False), (RADIAL, True)):
            match = pattern.fullmatch(key)
            if match is None or key in found:
                continue
            one = next((e for e in electrodes if e.site.lower() == match[1].lower()), None)
            at = one or Electrode(tuple(float(x) for x in direction(match[1])), 0.0, 0.0, match[1])
            near = _near(over, at, roi)
            out = over.points[near] / np.linalg.norm(over.points[near], axis=1, keepdims=True)
            radial = -(over.field[near] * out).sum(1)
            found[key] = float(radial.mean()) if inward else float(size[near].mean())
    return found


def _near(over: CurrentField, electrode: Electrode, roi: float) -> np.ndarray:
    return over.region(electrode.direction, roi)


def _density(electrodes: tuple[Electrode, ...], head: ShellHead) -> float:
    areas = [2 * math.pi * head.radius**2 * (1 - math.cos(e.half_angle)) for e in electrodes]
    return max(abs(e.current) / area if area else math.inf for e, area in zip(electrodes, areas, strict=True))


def _several(asked: Inputs, currents: np.ndarray, wanted: tuple[str, ...]) -> Quantities:
    """The same montage at several currents: the field of each over that of the first."""
    rest = {key: value for key, value in asked.given.items() if not key.startswith(("I_", "current"))}
    if not any(key in rest for key in ("montage", "anode", "electrodes")):
        rest["montage"] = "F3-F4"
        rest.setdefault("area_cm2", 35)
    peaks = []
    for current in currents:
        one = Inputs(rest | {"I_A": float(current)})
        found = answer(one, wanted)
        asked.used |= one.used
        peaks.append(float(np.linalg.norm(found["peak"] if "peak" in found else found["E_V_m"])))
    return {"E_ratio": [peak / peaks[0] for peak in peaks], "E": peaks, "peak": peaks}


def _split() -> float:
    """Largest change of the field when any layer of any head is cut in two, relative to the largest field."""
    worst = 0.0
    for head in heads().values():
        electrodes = (Electrode((0, 0, 1), 1e-3, 0.3), Electrode((1, 0, 0), -1e-3, 0.2))
        points = np.random.default_rng(2).normal(size=(60, 3))
        points = (
            points / np.linalg.norm(points, axis=1, keepdims=True) * np.linspace(0.01, 0.9, 60)[:, None] * head.radius
        )
        whole = solve_shells(head, electrodes, points).field
        for index in range(len(head.radii)):
            inner = head.radii[index - 1] if index else 0.0
            middle = (inner + head.radii[index]) / 2
            radii = (*head.radii[:index], middle, *head.radii[index:])
            sigma = (*head.conductivities[: index + 1], *head.conductivities[index:])
            cut = solve_shells(ShellHead(radii, sigma), electrodes, points).field
            worst = max(worst, float(np.abs(cut - whole).max() / np.abs(whole).max()))
    return worst


def _anatomy(asked: Inputs, name: str, wanted: tuple[str, ...]) -> Quantities:
    if name in heads():
        asked.given["model"] = name
        rest = Inputs({key: value for key, value in asked.given.items() if key != "head"})
        found = answer(rest, wanted)
        asked.used |= rest.used
        return found
    if not any(word in name.lower() for word in ("fsaverage", "voxel", "anatomy", "template")):
        raise CannotExpress(f"the head '{name}'; known: {', '.join(heads())}, and 'template' (extra head)")
    from euthymia.fields.anatomy import NoAnatomy, anatomy_field

    montage = asked.plain("montage", default="F3-F4")
    anodes, cathodes = poles_named(str(montage))
    poles = [(site, 1 / len(anodes)) for site in anodes] + [(site, -1 / len(cathodes)) for site in cathodes]
    current, area = asked.number("I", "current", default=1e-3), asked.number("area", "electrode_area", default=35.0)
    try:
        found = anatomy_field(poles, float(current), float(area))
    except NoAnatomy as missing:
        raise CannotExpress(str(missing)) from None
    size = found.strength
    told = {
        "GM_mean": float(size.mean()),
        "GM_p95": float(np.quantile(size, 0.95)),
        "GM_p99": float(np.quantile(size, 0.99)),
    }
    for key in wanted:
        match = UNDER.fullmatch(key)
        if match is not None and match[1] in found.centres:
            told[key] = found.below(match[1])
    return told


__all__ = ["WORDS", "answer", "listed"]
