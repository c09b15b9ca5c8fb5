"""Orders: what is given each time, and the schedules that turn it into a regimen.

`oral("escitalopram", "10 mg")` is an order; `.daily(weeks=8)` makes it a regimen. The assumption that matters: a
patient who comes to the clinic is watched, so infusions, sprays and sessions are supervised and tablets are not. Left
out: dosing by response.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from euthymia.errors import RegimenError, UnitError
from euthymia.treatments.device import Device, device, devices
from euthymia.treatments.drug import drug
from euthymia.treatments.limits.stimulation import findings, refused
from euthymia.treatments.plan import Dose, Session
from euthymia.treatments.regimen import DAY, Course, Regimen
from euthymia.units import quantity


@dataclass(frozen=True)
class Order:
    """What is given each time; a schedule turns it into a regimen."""

    label: str
    item: Dose | Session

    def once(self, day: float = 0) -> Regimen:
        """A single time."""
        return self.at(days=[day])

    def at(self, days: Iterable[float]) -> Regimen:
        """On the days listed (0 is the first; fractions are allowed)."""
        moments = [float(day) for day in days]
        if not moments or min(moments) < 0 or moments != sorted(set(moments)):
            raise RegimenError(
                f"the days of '{self.label}' are {moments}",
                rule="Days are a rising list from 0, each once.",
                fix="Write days=[0, 3, 7].",
            )
        return self._at(moments, moments[-1] + 1)

    def daily(self, weeks: float | None = None, days: float | None = None, at: str = "00:00") -> Regimen:
        """Once a day for some weeks or days; `at` is the clock time."""
        return self._every(1.0, weeks, days, _clock(at))

    def twice_daily(self, weeks: float | None = None, days: float | None = None) -> Regimen:
        """Every twelve hours for some weeks or days."""
        return self._every(0.5, weeks, days)

    def times_per_week(self, times: int, weeks: float) -> Regimen:
        """`times` a week, spread over the working days (twice: days 0 and 3)."""
        if times not in range(1, 8):
            raise RegimenError(f"'{self.label}' {times} times a week", rule="A week has seven days.", fix="Use 1 to 7.")
        length = self._length(weeks * 7)
        spread = {1: (0,), 2: (0, 3), 3: (0, 2, 4), 4: (0, 1, 3, 4), 5: (0, 1, 2, 3, 4), 6: (0, 1, 2, 3, 4, 5)}
        pattern = spread.get(times, tuple(range(7)))
        moments = [7.0 * week + day for week in range(math.ceil(weeks)) for day in pattern]
        return self._at([moment for moment in moments if moment < length], length)

    def weekly(self, weeks: float) -> Regimen:
        """Once a week."""
        return self.times_per_week(1, weeks)

    def course(self, per_week: int = 5, weeks: float = 6) -> Regimen:
        """A stimulation course: sessions on working days."""
        return self.times_per_week(per_week, weeks)

    def accelerated(self, per_day: int = 10, days: int = 5, gap: str = "50 min") -> Regimen:
        """Several sessions a day on days in a row; `gap` is from the end of one to the start of the next.

        >>> len(rtms("left-dlpfc-saint").accelerated().plan().sessions)
        50
        """
        pause = quantity(gap, "hour")
        length = self.item.duration + pause
        if per_day < 1 or days < 1 or pause < 0 or per_day * length > DAY:
            raise RegimenError(
                f"{per_day} sessions of '{self.label}' a day, {gap} apart, on {days} days",
                rule="The sessions of a day fit into the day.",
                fix="Write accelerated(per_day=10, days=5, gap='50 min').",
            )
        moments = [day + n * length / DAY for day in range(days) for n in range(per_day)]
        return self._at(moments, float(days))

    def as_published(self) -> Regimen:
        """The course that the device's file says its trial gave."""
        sessions = device(self.item.protocol).session_days() if isinstance(self.item, Session) else ()
        if not sessions:
            raise RegimenError(
                f"no course is known for '{self.label}'",
                rule="Some protocols were only ever given once.",
                fix="Say when: .course(per_week=5, weeks=4).",
            )
        return self._at(list(sessions), math.ceil(sessions[-1] + 1e-9 + self.item.duration / DAY))

    def _every(self, step: float, weeks: float | None, days: float | None, clock: float = 0.0) -> Regimen:
        if weeks is not None and days is None:
            length = self._length(weeks * 7)
        elif days is not None and weeks is None:
            length = self._length(float(days))
        else:
            raise RegimenError(
                f"it is not said how long '{self.label}' goes on",
                rule="Give weeks or days, one of them.",
                fix="Write .daily(weeks=8).",
            )
        return self._at([n * step + clock for n in range(math.ceil(length / step - 1e-9))], length)

    def _length(self, days: float) -> float:
        if not 0 < days < math.inf:
            raise RegimenError(
                f"'{self.label}' lasts {days:g} days", rule="A length is above zero.", fix="Write weeks=8."
            )
        return days

    def _at(self, days: list[float], length: float) -> Regimen:
        items = tuple(replace(self.item, time=day * DAY) for day in days)
        return Regimen((Course(self.label, days[0] * DAY, length * DAY, items),), length * DAY)


def _clock(text: str) -> float:
    """A clock time as a share of the day."""
    hours, _, minutes = text.partition(":")
    if not (hours.isdigit() and minutes.isdigit() and int(hours) < 24 and int(minutes) < 60):
        raise RegimenError(f"cannot read the time '{text}'", rule="A time is hours:minutes.", fix="Write '08:00'.")
    return (int(hours) + int(minutes) / 60) / 24


def oral(name: str, amount: str, *, fed: bool | None = None, form: str = "") -> Order:
    """A dose by mouth, taken at home; `fed=False` where the drug knows a fasted condition, `form` where it has several.

    >>> print(oral("escitalopram", "10 mg").daily(days=2).calendar())
    day  0  00:00  escitalopram  10 mg  oral
    day  1  00:00  escitalopram  10 mg  oral
    """
    condition = "" if fed is None or fed else "fasted"
    return _dose(name, amount, f"oral {form}".strip(), condition=condition)


def infusion(name: str, amount: str, over: str = "40 min") -> Order:
    """An intravenous infusion over a time, always supervised."""
    hours = quantity(over, "hour")
    if hours <= 0:
        raise RegimenError(f"{name} is infused over '{over}'", rule="An infusion takes time.", fix="over='40 min'")
    return _dose(name, amount, "intravenous", duration=hours, supervised=True, suffix=f" over {over}")


def intranasal(name: str, amount: str) -> Order:
    """A nasal spray, always supervised."""
    return _dose(name, amount, "intranasal", supervised=True)


def injection(name: str, amount: str, route: str = "intramuscular") -> Order:
    """An intramuscular or subcutaneous injection, always supervised."""
    return _dose(name, amount, route, supervised=True)


def transdermal(name: str, amount: str) -> Order:
    """A patch, by the amount it delivers in the time it is worn; changed at home."""
    return _dose(name, amount, "transdermal")


def titrated_infusion(name: str, rates: Iterable[tuple[str, str]], at: float = 0.0) -> Regimen:
    """One infusion whose rate changes: pairs of a rate per body weight and how long it runs.

    >>> titrated_infusion("brexanolone", [("30 ug/kg/h", "4 h"), ("60 ug/kg/h", "20 h")]).span
    24.0
    """
    drug(name).route("intravenous")
    doses: list[Dose] = []
    hour = at * DAY
    for rate, lasting in rates:
        hours = quantity(lasting, "hour")
        amount = quantity(rate, "mg/kg/hour") * hours
        if hours <= 0 or amount < 0:
            raise RegimenError(
                f"{name} runs at '{rate}' for '{lasting}'", rule="A step takes time.", fix="Write '4 h'."
            )
        doses.append(Dose(hour, name, amount, "mg/kg", "intravenous", hours, "", True))
        hour += hours
    if not doses:
        raise RegimenError(f"the infusion of {name} has no step", rule="A titration has steps.", fix="See brexanolone.")
    span = math.ceil(hour / DAY) * DAY
    return Regimen((Course(f"{name} titrated infusion", at * DAY, span, tuple(doses)),), span)


def placebo(route: str = "oral") -> Order:
    """A placebo by a route; given in the clinic unless it is oral."""
    supervised = route != "oral"
    return _dose("placebo", "0 mg", route, duration=2 / 3 if route == "intravenous" else 0.0, supervised=supervised)


def _dose(
    name: str,
    amount: str,
    route: str,
    duration: float = 0.0,
    condition: str = "",
    supervised: bool = False,
    suffix: str = "",
) -> Order:
    given = drug(name)
    way = given.route(route)
    if condition and condition not in way.conditions:
        raise RegimenError(
            f"{name} by {route} route knows no condition '{condition}'",
            rule=f"Known: {', '.join(way.conditions) or 'none'}.",
            fix="Leave it out.",
        )
    number, unit = _amount(name, amount)
    if not number < math.inf or number < 0 or ((given.contains or given.components) and number == 0):
        raise RegimenError(
            f"the dose of {name} is {amount}",
            rule="A dose is an amount above zero.",
            fix="Write the amount the patient takes, for example '10 mg'.",
        )
    label = name if not (given.contains or given.components) else f"{name} {amount} {route}{suffix}"
    return Order(label, Dose(0.0, name, number, unit, route, duration, condition, supervised))


def _amount(name: str, amount: str) -> tuple[float, str]:
    """A dose in mg or mg/kg."""
    try:
        return quantity(amount, "mg"), "mg"
    except UnitError as in_mg:
        try:
            return quantity(amount, "mg/kg"), "mg/kg"
        except UnitError:
            raise RegimenError(
                f"the dose of {name} is '{amount}': {in_mg.problem}",
                rule="A dose is a mass, or a mass per body weight.",
                fix="Write '10 mg' or '0.5 mg/kg'.",
            ) from None


def rtms(protocol: str, intensity: str | None = None, pulses: int | None = None, allow: Iterable[str] = ()) -> Order:
    """A session of repetitive magnetic stimulation; intensity and pulses default to the protocol's own.

    Outside a safety limit it raises `RegimenError`, unless the rule is named in `allow`.
    """
    return _session(protocol, intensity, pulses, sham=False, allow=allow)


def sham(protocol: str) -> Order:
    """A sham session: the same visit with a coil, current or lamp that does nothing."""
    return _session(protocol, None, None, sham=True)


def tdcs(protocol: str, current: str | None = None, over: str | None = None, allow: Iterable[str] = ()) -> Order:
    """A session of direct current; current and length default to the protocol's own.

    >>> print(tdcs("tdcs-bifrontal-home").once().calendar())
    day  0  00:00  tdcs-bifrontal-home  2 mA  30 min
    """
    return _steady(protocol, "tdcs", current, over, allow)


def light(protocol: str, irradiance: str | None = None, over: str | None = None, allow: Iterable[str] = ()) -> Order:
    """A session of transcranial light; irradiance at the skin and length default to the protocol's own."""
    return _steady(protocol, "pbm", irradiance, over, allow)


def _steady(name: str, kind: str, level: str | None, over: str | None, allow: Iterable[str]) -> Order:
    protocol = _of_kind(name, kind)
    strength = protocol.intensity if level is None else quantity(level, protocol.unit)
    hours = protocol.session_hours if over is None else quantity(over, "hour")
    if not 0 < strength < math.inf or not 0 < hours < math.inf:
        raise RegimenError(
            f"a session of {name} with {strength:g} {protocol.unit} for {hours * 60:g} minutes",
            rule="A session has a strength and a length above zero.",
            fix="Use sham() for a session without stimulation.",
        )
    refused(findings(protocol, strength, hours), allow, name)
    return Order(name, Session(0.0, name, hours, strength, 0))


def _of_kind(name: str, kind: str) -> Device:
    protocol = device(name)
    if protocol.kind != kind:
        word = {"rtms": "rtms()", "tdcs": "tdcs()", "pbm": "light()"}
        raise RegimenError(
            f"'{name}' is no protocol for {word[kind]}",
            rule=f"Known: {', '.join(devices(kind))}.",
            fix=f"Order it with {word[protocol.kind]}.",
        )
    return protocol


def _session(name: str, intensity: str | None, pulses: int | None, sham: bool, allow: Iterable[str] = ()) -> Order:
    protocol = device(name) if sham else _of_kind(name, "rtms")
    level = protocol.intensity if intensity is None else quantity(intensity, "%RMT")
    if protocol.kind != "rtms":
        return Order(f"sham {name}", Session(0.0, name, protocol.session_hours, level, 0, sham))
    count = protocol.pulses if pulses is None else pulses
    if not 0 < level < math.inf or count <= 0 or count != int(count):
        raise RegimenError(
            f"a session of {name} with {level:g} %RMT and {count} pulses",
            rule="A session has an intensity above zero and a whole number of pulses above zero.",
            fix="Use sham() for a session without stimulation.",
        )
    if not sham:
        refused(findings(protocol, level), allow, name)
    duration = protocol.session_hours * count / protocol.pulses
    label = f"{'sham ' if sham else ''}{name}"
    return Order(label, Session(0.0, name, duration, level, int(count), sham))


def titrate(*steps: tuple[Order, float]) -> Regimen:
    """Orders one after the other, each daily for some weeks: `titrate((oral(…, "5 mg"), 1), (oral(…, "10 mg"), 7))`."""
    whole = Regimen()
    for order, weeks in steps:
        whole = whole + order.daily(weeks=weeks)
    return whole


taper = titrate
