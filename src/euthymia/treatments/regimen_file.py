"""A regimen as YAML: the same orders, schedules and operations, for people who do not write Python.

    then:                                        # one after the other (or: meanwhile, at the same time)
      - {oral: escitalopram, amount: 5 mg, daily: {weeks: 1}}
      - {oral: escitalopram, amount: 10 mg, daily: {weeks: 7}}

The assumption that matters: one mapping is one order with one schedule; `then` and `meanwhile` hold lists of regimens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from euthymia.errors import DataError, EuthymiaError, Place
from euthymia.treatments.order import (
    Order,
    infusion,
    injection,
    intranasal,
    light,
    oral,
    placebo,
    rtms,
    sham,
    tdcs,
    titrated_infusion,
    transdermal,
)
from euthymia.treatments.regimen import Regimen, washout

#: order → the keys that may stand beside it
ORDERS: dict[str, tuple[str, ...]] = {
    "oral": ("amount", "fed", "form"),
    "infusion": ("amount", "over"),
    "intranasal": ("amount",),
    "injection": ("amount", "route"),
    "transdermal": ("amount",),
    "placebo": (),
    "rtms": ("intensity", "pulses", "allow"),
    "tdcs": ("current", "over", "allow"),
    "light": ("irradiance", "over", "allow"),
    "sham": (),
}
SCHEDULES = ("once", "daily", "twice_daily", "at", "times_per_week", "weekly", "course", "accelerated", "as_published")
CHANGES = ("starting", "until", "missing", "missed")
FORM = "For example {oral: escitalopram, amount: 10 mg, daily: {weeks: 8}}."


def regimen_from(given: Any, place: Place | None = None) -> Regimen:
    """The regimen a mapping describes; raises `DataError` or what the order raises, naming the place.

    >>> regimen_from({"oral": "escitalopram", "amount": "10 mg", "daily": {"weeks": 8}}).span
    1344.0
    """
    place = place or Place()
    if not isinstance(given, Mapping) or not given:
        raise DataError(f"a regimen is a mapping, not '{given}'", place=place, fix=FORM)
    try:
        return _read(given, place)
    except EuthymiaError as error:
        error.place = error.place or place
        raise
    except TypeError as fault:
        raise DataError(f"the schedule cannot be read ({fault})", place=place, fix=FORM) from None


def _read(given: Mapping[str, Any], place: Place) -> Regimen:
    for word, join in (("then", Regimen.__add__), ("meanwhile", Regimen.__or__)):
        if word in given:
            return _joined(given, word, join, place)
    if "washout" in given:
        return _washout(given, place)
    if "titration" in given:
        return _titration(given, place)
    kind = next((name for name in ORDERS if name in given), None)
    if kind is None:
        raise DataError(
            f"there is no order among {', '.join(map(str, given))}",
            place=place,
            rule=f"Orders: {', '.join(ORDERS)}, washout; joined by then or meanwhile.",
            fix=FORM,
        )
    known = (kind, *ORDERS[kind], *SCHEDULES, *CHANGES)
    for key in given:
        if key not in known:
            near = get_close_matches(str(key), known, n=1)
            raise DataError(
                f"there is no '{key}' in a {kind} order",
                place=place,
                rule=f"Known: {', '.join(known)}.",
                fix=f"Did you mean '{near[0]}'?" if near else FORM,
            )
    regimen = _scheduled(_order(kind, given), given, place)
    for change in CHANGES:
        if change in given:
            regimen = _applied(getattr(regimen, change), given[change])
    return regimen


def _joined(given: Mapping[str, Any], word: str, join: Callable[[Regimen, Regimen], Regimen], place: Place) -> Regimen:
    parts = given[word]
    if len(given) > 1 or not isinstance(parts, list) or not parts:
        raise DataError(
            f"'{word}' holds a list of regimens and stands alone", place=place, fix=f"{word}: [{{…}}, {{…}}]"
        )
    inner = [_inside(place, f"{word}[{index}]") for index in range(len(parts))]
    whole = regimen_from(parts[0], inner[0])
    for part, where in zip(parts[1:], inner[1:], strict=True):
        whole = join(whole, regimen_from(part, where))
    return whole


def _inside(place: Place, step: str) -> Place:
    return replace(place, field=f"{place.field}.{step}" if place.field else step)


def _washout(given: Mapping[str, Any], place: Place) -> Regimen:
    days = given["washout"]
    if len(given) > 1 or isinstance(days, bool) or not isinstance(days, int | float):
        raise DataError("a washout is a number of days and stands alone", place=place, fix="{washout: 14}")
    return washout(days)


def _titration(given: Mapping[str, Any], place: Place) -> Regimen:
    rates = given.get("rates")
    if set(given) - {"titration", "rates"} or not isinstance(rates, list) or not all(len(step) == 2 for step in rates):
        raise DataError(
            "a titration is a drug and its 'rates', pairs of a rate and a time",
            place=place,
            fix="{titration: brexanolone, rates: [[30 ug/kg/h, 4 h], [60 ug/kg/h, 20 h]]}",
        )
    return titrated_infusion(str(given["titration"]), [(str(rate), str(time)) for rate, time in rates])


def _order(kind: str, given: Mapping[str, Any]) -> Order:
    options = {key: given[key] for key in ORDERS[kind] if key in given and key != "amount"}
    match kind:
        case "placebo":
            return placebo(route=given["placebo"] or "oral")
        case "rtms":
            return rtms(given["rtms"], **options)
        case "tdcs":
            return tdcs(given["tdcs"], **options)
        case "light":
            return light(given["light"], **options)
        case "sham":
            return sham(given["sham"])
    make = {
        "oral": oral,
        "infusion": infusion,
        "intranasal": intranasal,
        "injection": injection,
        "transdermal": transdermal,
    }[kind]
    return make(given[kind], str(given.get("amount", "")), **options)


def _scheduled(order: Order, given: Mapping[str, Any], place: Place) -> Regimen:
    found = [name for name in SCHEDULES if name in given]
    if len(found) != 1:
        raise DataError(
            f"the order has {len(found)} schedules",
            place=place,
            rule=f"One of: {', '.join(SCHEDULES)}.",
            fix=FORM,
        )
    return _applied(getattr(order, found[0]), given[found[0]])


def _applied(method: Callable[..., Regimen], given: Any) -> Regimen:
    """Call with a mapping as keywords, a list as days, a number or nothing as the one argument."""
    if isinstance(given, Mapping):
        return method(**given)
    return method() if given is None or given is True else method(given)
