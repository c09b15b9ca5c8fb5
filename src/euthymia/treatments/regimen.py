"""Regimens: dosing you can hold in your hand, add and lay over each other.

`+` is then, `|` is meanwhile; `order.py` holds what is given and how often. A regimen is frozen; every operation gives
a new one. The assumption that matters: a regimen says what is prescribed, and what is really taken is decided when a
trial is conducted. Left out: dosing by response.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from euthymia.errors import RegimenError
from euthymia.treatments.device import device
from euthymia.treatments.finding import Finding
from euthymia.treatments.plan import Dose, Plan, Session
from euthymia.treatments.safety.look import look
from euthymia.treatments.safety.rules import rules

DAY = 24.0


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
        if day <= 0:
            raise RegimenError(
                f"the regimen stops on day {day:g}", rule="It stops after it has begun.", fix="Use a day above 0."
            )
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

    def plan(self, allow: Iterable[str] = (), conditions: Sequence[str] = ()) -> Plan:
        """The doses and sessions in order of time.

        Raises `RegimenError` if there are none, or if a rule of safety refuses them and its id is not in `allow`.
        """
        items = [item for course in self.courses for item in course.items]
        if not items:
            raise RegimenError(
                "the regimen is empty: no dose and no session",
                rule="A plan holds at least one dose or session; a control is a treatment too.",
                fix="Give placebo().daily(weeks=8), or add a treatment.",
            )
        doses = tuple(sorted(item for item in items if isinstance(item, Dose)))
        sessions = tuple(sorted(item for item in items if isinstance(item, Session)))
        whole = Plan(doses, sessions, self.span)
        touched = [one for one in look(whole, conditions) if one.severity == "refuse"]
        allowed = tuple(sorted({one.rule for one in touched} & set(allow)))
        for one in touched:
            if one.rule not in allowed:
                raise RegimenError(
                    one.message,
                    rule=f"{one.rule} ({one.source}, {one.where}).",
                    fix=f"Leave one out or wait longer; to simulate it all the same, allow '{one.rule}'.",
                )
        return replace(whole, allowed=allowed)

    def findings(self, conditions: Sequence[str] = ()) -> tuple[Finding, ...]:
        """Every rule of safety that this touches, refusals first; raises `RegimenError` if it is empty."""
        return look(self.plan(allow=rules().ids, conditions=conditions), conditions)

    def calendar(self) -> str:
        """The doses and sessions that will really happen, one a line."""
        from euthymia.treatments.calendar import calendar

        return calendar(self.plan(allow=rules().ids))


def _kept(course: Course, keep: Callable[[float], bool]) -> Course:
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


def washout(days: float) -> Regimen:
    """Days on which nothing is given."""
    if days <= 0:
        raise RegimenError(f"a washout of {days:g} days", rule="A washout takes time.", fix="Write washout(days=14).")
    return Regimen((), days * DAY)
