"""Which rules a plan touches, from the doses that will really be given.

Each pair of drugs is looked at in time: doses that interleave overlap, and otherwise the days between the last of one
and the first of the other count. The assumption that matters: a course without a dose for longer than its washout has
ended, and what follows is a new one. Left out: what a kinetic model knows about what is left; the trial room adds it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from euthymia.treatments.finding import Finding
from euthymia.treatments.plan import Plan
from euthymia.treatments.safety.rules import Rule, Together, rules

DAY = 24.0


def look(plan: Plan, conditions: Sequence[str] = ()) -> tuple[Finding, ...]:
    """Every rule the plan touches, refusals first; `conditions` are the patient's (`metal-in-head`, `long-qt` …)."""
    found = [*_together(plan), *_doses(plan), *_stimulation(plan), *_conditions(plan, conditions)]
    unique = {(one.rule, one.message): one for one in found}
    return tuple(sorted(unique.values(), key=lambda one: (one.severity != "refuse", one.rule)))


def _finding(rule: Rule, message: str) -> Finding:
    return Finding(rule.id, rule.severity, f"{message}: {rule.why}", rule.source, rule.where, rule.confidence)


def _times(plan: Plan) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {}
    for dose in plan.doses:
        times.setdefault(dose.drug, []).append(dose.time)
    return {name: sorted(found) for name, found in times.items()}


def _together(plan: Plan) -> Iterator[Finding]:
    book, times = rules(), _times(plan)
    if len(times) < 2:
        return
    for rule in book.together:
        firsts, seconds = book.drugs(rule.a), book.drugs(rule.b)
        for one in sorted(firsts & set(times)):
            for other in sorted(seconds & set(times)):
                if one != other:
                    yield from _pair(rule, one, other, times)


def _pair(rule: Together, one: str, other: str, times: dict[str, list[float]]) -> Iterator[Finding]:
    mine, theirs = times[one], times[other]
    if min(mine) <= max(theirs) and min(theirs) <= max(mine):
        # courses interleave, unless every dose of one lies far enough from those of the other
        gap = min((abs(a - b), a < b) for a in mine for b in theirs)
        needed = rule.after_a if gap[1] else rule.after_b
        if gap[0] < max(needed, 1.0) * DAY:
            yield _finding(rule, f"{one} and {other} overlap from day {max(min(mine), min(theirs)) / DAY:g}")
        return
    first, then, needed = (one, other, rule.after_a) if max(mine) < min(theirs) else (other, one, rule.after_b)
    gap_days = (min(times[then]) - max(times[first])) / DAY
    if gap_days < needed:
        yield _finding(rule, f"{then} starts {gap_days:g} days after the last {first}, {needed:g} are asked for")


def _doses(plan: Plan) -> Iterator[Finding]:
    for rule in rules().doses:
        a_day: dict[int, float] = {}
        for dose in plan.doses:
            if dose.drug == rule.drug and dose.unit == "mg":
                day = int(dose.time // DAY)
                a_day[day] = a_day.get(day, 0.0) + dose.amount
        if a_day and max(a_day.values()) > rule.most * (1 + 1e-9):
            yield _finding(rule, f"{max(a_day.values()):g} mg of {rule.drug} a day, {rule.most:g} mg is the most")


def _stimulation(plan: Plan) -> Iterator[Finding]:
    if not any(not session.sham for session in plan.sessions):
        return
    for rule in rules().stimulation:
        for name in sorted(rules().drugs(rule.drugs) & set(plan.drugs)):
            yield _finding(rule, f"magnetic stimulation under {name}")


def _conditions(plan: Plan, conditions: Sequence[str]) -> Iterator[Finding]:
    stimulated = any(not session.sham for session in plan.sessions)
    for rule in rules().conditions:
        if rule.condition not in conditions:
            continue
        for name in sorted(rules().drugs(rule.drugs) & set(plan.drugs)):
            yield _finding(rule, f"{name} in a patient with {rule.condition.replace('-', ' ')}")
        if rule.stimulation and stimulated:
            yield _finding(rule, f"stimulation in a patient with {rule.condition.replace('-', ' ')}")
