"""Regimens: dosing you can hold in your hand, add and lay over each other.

An order says what (`oral("escitalopram", "10 mg")`); a schedule makes it a regimen (`.daily(weeks=8)`). `+` is then,
`|` is meanwhile. A regimen is frozen; every operation gives a new one. The assumption that matters: a regimen says what
is prescribed, and what is really taken is decided when a trial is conducted. Left out: dosing by response.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace

from euthymia.errors import RegimenError, UnitError
from euthymia.treatments.device import device
from euthymia.treatments.drug import drug
from euthymia.treatments.plan import Dose, Plan, Session
from euthymia.units import quantity

DAY = 24.0
WEEK = 168.0


@dataclass(frozen=True)
class Course:
    """One order on its days: what the prescription line says, from `start` to `end` (hours)."""

    label: str
    start: float
    end: float
    items: tuple[Dose | Session, ...]

    @property
    def kind(self) -> tuple[str, str]:
        """What may not be ordered twice at once: one drug by one route, or one device."""
        first = self.items[0]
        if isinstance(first, Dose):
            return first.drug, first.route
        return "device", device(first.protocol).kind

    def shifted(self, hours: float) -> Course:
        items = tuple(replace(item, time=item.time + hours) for item in self.items)
        return replace(self, start=self.start + hours, end=self.end + hours, items=items)


@dataclass(frozen=True)
class Regimen:
    """Courses and how long the whole lasts (hours)."""

    courses: tuple[Course, ...] = ()
    span: float = 0.0

    def __add__(self, later: Regimen) -> Regimen:
        """This, then `later`."""
        moved = tuple(course.shifted(self.span) for course in later.courses)
        return Regimen(self.courses + moved, self.span + later.span)

    def __or__(self, other: Regimen) -> Regimen:
        """This and meanwhile `other`; raises `RegimenError` when they contradict each other."""
        for mine in self.courses:
            for theirs in other.courses:
                _check_pair(mine, theirs)
        both = sorted((*self.courses, *other.courses), key=lambda c: (c.start, c.label, c.end))
        return Regimen(tuple(both), max(self.span, other.span))

    def starting(self, day: float) -> Regimen:
        """The same, begun on another day."""
        if day < 0:
            raise RegimenError(
                f"the regimen starts on day {day:g}", rule="Day 0 is the first.", fix="Use a day of 0 or later."
            )
        return Regimen(tuple(course.shifted(day * DAY) for course in self.courses), self.span + day * DAY)

    def until(self, day: float) -> Regimen:
        """The same, stopped on a day: nothing is given from then on."""
        kept = (_kept(course, lambda time: time < day * DAY) for course in self.courses)
        cut = tuple(replace(course, end=min(course.end, day * DAY)) for course in kept if course.items)
        return Regimen(cut, min(self.span, day * DAY))

    def missing(self, days: Iterable[int]) -> Regimen:
        """The same without anything due on these days."""
        gone = set(days)
        kept = (_kept(course, lambda t: int(t // DAY) not in gone) for course in self.courses)
        return replace(self, courses=tuple(course for course in kept if course.items))

    def missed(self, share: float, seed: int) -> Regimen:
        """The same with a share of doses forgotten at random; the same seed forgets the same doses."""
        if not 0 <= share < 1:
            raise RegimenError(f"a share of {share:g} is missed", rule="A share lies from 0 to 1.", fix="Write 0.1.")
        chance = random.Random(seed)
        kept = (_kept(course, lambda _: chance.random() >= share) for course in self.courses)
        return replace(self, courses=tuple(course for course in kept if course.items))

    def plan(self) -> Plan:
        """The doses and sessions in order of time; raises `RegimenError` if there are none."""
        items = [item for course in self.courses for item in course.items]
        if not items:
            raise RegimenError(
                "the regimen is empty: no dose and no session",
                rule="A plan holds at least one dose or session; a control is a treatment too.",
                fix="Give placebo().daily(weeks=8), or add a treatment.",
            )
        doses = tuple(sorted(item for item in items if isinstance(item, Dose)))
        sessions = tuple(sorted(item for item in items if isinstance(item, Session)))
        return Plan(doses, sessions, self.span)

    def calendar(self) -> str:
        """The doses and sessions that will really happen, one a line."""
        from euthymia.treatments.calendar import calendar

        return calendar(self.plan())


def _kept(course: Course, keep) -> Course:
    return replace(course, items=tuple(item for item in course.items if keep(item.time)))


def _check_pair(mine: Course, theirs: Course) -> None:
    if not mine.items or not theirs.items or mine.kind != theirs.kind:
        return
    if max(mine.start, theirs.start) < min(mine.end, theirs.end):
        first, last = max(mine.start, theirs.start) / DAY, min(mine.end, theirs.end) / DAY
        raise RegimenError(
            f"'{mine.label}' and '{theirs.label}' overlap from day {first:g} to day {last:g}",
            rule="One drug by one route, and one device, follows one order at a time.",
            fix="Join them with + (one after the other), or give one order with the sum of the doses.",
        )


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
        if not 1 <= times <= 7:
            raise RegimenError(f"{times} times a week", rule="A week has seven days.", fix="Use 1 to 7.")
        spread = {1: (0,), 2: (0, 3), 3: (0, 2, 4), 4: (0, 1, 3, 4), 5: (0, 1, 2, 3, 4), 6: (0, 1, 2, 3, 4, 5)}
        pattern = spread.get(times, tuple(range(7)))
        moments = [7.0 * week + day for week in range(round(weeks)) for day in pattern]
        return self._at(moments, weeks * 7)

    def weekly(self, weeks: float) -> Regimen:
        """Once a week."""
        return self.times_per_week(1, weeks)

    def course(self, per_week: int = 5, weeks: float = 6) -> Regimen:
        """A stimulation course: sessions on working days."""
        return self.times_per_week(per_week, weeks)

    def _every(self, step: float, weeks: float | None, days: float | None, clock: float = 0.0) -> Regimen:
        if (weeks is None) == (days is None):
            raise RegimenError(
                f"it is not said how long '{self.label}' goes on",
                rule="Give weeks or days, one of them.",
                fix="Write .daily(weeks=8).",
            )
        length = weeks * 7 if weeks is not None else float(days)
        if length <= 0:
            raise RegimenError(
                f"'{self.label}' lasts {length:g} days", rule="A length is above zero.", fix="Write weeks=8."
            )
        count = round(length / step)
        return self._at([n * step + clock for n in range(count)], length)

    def _at(self, days: list[float], length: float) -> Regimen:
        items = tuple(replace(self.item, time=day * DAY) for day in days)
        return Regimen((Course(self.label, days[0] * DAY, length * DAY, items),), length * DAY)


def _clock(text: str) -> float:
    """A clock time as a share of the day."""
    hours, _, minutes = text.partition(":")
    if not (hours.isdigit() and minutes.isdigit() and int(hours) < 24 and int(minutes) < 60):
        raise RegimenError(f"cannot read the time '{text}'", rule="A time is hours:minutes.", fix="Write '08:00'.")
    return (int(hours) + int(minutes) / 60) / 24


def oral(name: str, amount: str, *, fed: bool | None = None) -> Order:
    """A dose by mouth, taken at home; `fed=False` where the drug knows a fasted condition.

    >>> print(oral("escitalopram", "10 mg").daily(days=2).calendar())
    day  0  00:00  escitalopram  10 mg  oral
    day  1  00:00  escitalopram  10 mg  oral
    """
    condition = "" if fed is None or fed else "fasted"
    return _dose(name, amount, "oral", condition=condition)


def infusion(name: str, amount: str, over: str = "40 min") -> Order:
    """An intravenous infusion over a time, always supervised."""
    hours = quantity(over, "hour")
    if hours <= 0:
        raise RegimenError(f"{name} is infused over '{over}'", rule="An infusion takes time.", fix="over='40 min'")
    return _dose(name, amount, "intravenous", duration=hours, supervised=True, suffix=f" over {over}")


def intranasal(name: str, amount: str) -> Order:
    """A nasal spray, always supervised."""
    return _dose(name, amount, "intranasal", supervised=True)


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
    if given.contains and number <= 0:
        raise RegimenError(
            f"the dose of {name} is {amount}",
            rule="A dose is an amount above zero.",
            fix="Write the amount the patient takes, for example '10 mg'.",
        )
    label = name if not given.contains else f"{name} {amount} {route}{suffix}"
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


def rtms(protocol: str, intensity: str | None = None, pulses: int | None = None) -> Order:
    """A session of repetitive magnetic stimulation; intensity and pulses default to the protocol's own."""
    return _session(protocol, intensity, pulses, sham=False)


def sham(protocol: str) -> Order:
    """A sham session: the same visit with a coil that does not stimulate."""
    return _session(protocol, None, None, sham=True)


def _session(name: str, intensity: str | None, pulses: int | None, sham: bool) -> Order:
    protocol = device(name)
    level = protocol.intensity if intensity is None else quantity(intensity, "%RMT")
    count = protocol.pulses if pulses is None else pulses
    if level <= 0 or count <= 0:
        raise RegimenError(
            f"a session of {name} with {level:g} %RMT and {count} pulses",
            rule="A session has intensity and pulses above zero.",
            fix="Use sham() for a session without stimulation.",
        )
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


def washout(days: float) -> Regimen:
    """Days on which nothing is given."""
    if days <= 0:
        raise RegimenError(f"a washout of {days:g} days", rule="A washout takes time.", fix="Write washout(days=14).")
    return Regimen((), days * DAY)
