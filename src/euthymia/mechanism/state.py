"""The state of each edge: what the studies found so far say of it.

One vote a study and edge, whatever its number of sentences; reviews, background, aims and retracted reports have none.
Tiers are kept apart and shown. The assumption that matters: `unsupported` (searched, nothing found) is not `untested`
(never searched). Left out: the size of an effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from euthymia.mechanism.graph import MechanismMap

State = Literal["supported", "contradicted", "contested", "thin", "unsupported", "untested"]
#: tier → weight in the score; shown wherever a state is shown
TIERS: Mapping[str, float] = {"human trial": 1.0, "human": 0.6, "animal": 0.4, "in vitro": 0.3}
SURE = 0.95
#: states from the worst to the best
WORST_FIRST: tuple[State, ...] = ("contradicted", "contested", "unsupported", "untested", "thin", "supported")


@dataclass(frozen=True)
class Vote:
    """What one study says of one edge: `agrees` 1 or -1; `weight` 0 for a retracted report."""

    study: str
    edge: str
    agrees: int
    tier: str
    retracted: bool = False
    counts: bool = True


@dataclass(frozen=True)
class EdgeState:
    """An edge with its studies for and against by tier, a score and its state."""

    edge: str
    state: State
    supporting: Mapping[str, int]
    opposing: Mapping[str, int]
    score: float
    sure: float

    def told(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def __str__(self) -> str:
        def said(counts: Mapping[str, int]) -> str:
            return ", ".join(f"{count} {tier}" for tier, count in counts.items() if count) or "none"

        return f"{self.edge}: {self.state} (for: {said(self.supporting)}; against: {said(self.opposing)})"


def tier_of(study_type: str, species: str) -> str:
    """The tier of a study; empty for reviews, which do not vote."""
    if study_type == "review":
        return ""
    if study_type == "randomised trial":
        return "human trial"
    if species in ("mouse", "rat", "monkey", "zebrafish", "fly") or study_type == "animal":
        return "animal"
    if species == "cell" or study_type == "in vitro":
        return "in vitro"
    return "human" if species == "human" or study_type == "observational" else "in vitro"


def states(on: MechanismMap, votes: Iterable[Vote], searched: Iterable[str] = ()) -> tuple[EdgeState, ...]:
    """The state of every edge; `searched` names edges (or '*') that a recorded search covered."""
    looked = set(searched)
    every: dict[str, dict[str, dict[int, str]]] = {}
    for vote in votes:
        if vote.retracted or not vote.counts or vote.agrees == 0 or vote.tier not in TIERS:
            continue
        every.setdefault(vote.edge, {}).setdefault(vote.study, {})[vote.agrees] = vote.tier
    found = []
    for name in dict.fromkeys(edge.id for edge in on.edges):
        supporting, opposing = dict.fromkeys(TIERS, 0), dict.fromkeys(TIERS, 0)
        for said in every.get(name, {}).values():
            if len(said) == 1:  # a study that says both says nothing
                ((agrees, tier),) = said.items()
                (supporting if agrees > 0 else opposing)[tier] += 1
        found.append(_state(name, supporting, opposing, name in looked or "*" in looked))
    return tuple(found)


def shipped_votes(on: MechanismMap) -> Iterator[Vote]:
    """The sources that the map itself names for and against each edge, one vote each.

    The bibliography records no design, so each counts in the lowest tier; tiers of these votes mean nothing.
    """
    for edge in on.edges:
        for keys, agrees in ((edge.supports, 1), (edge.disputes, -1)):
            yield from (Vote(key, edge.id, agrees, "in vitro") for key in keys)


def shipped_states(on: MechanismMap) -> tuple[EdgeState, ...]:
    """The state of every edge where there is no evidence base: from the map's own sources, by the same rules."""
    return states(on, shipped_votes(on))


def _state(name: str, supporting: dict[str, int], opposing: dict[str, int], searched: bool) -> EdgeState:
    from scipy.stats import beta

    plus, minus = sum(supporting.values()), sum(opposing.values())
    score = sum(TIERS[tier] * (supporting[tier] - opposing[tier]) for tier in TIERS)
    sure = float(beta.sf(0.5, plus + 1, minus + 1))
    human = _side(supporting, opposing, ("human trial", "human"))
    animal = _side(supporting, opposing, ("animal", "in vitro"))
    state: State
    if plus + minus == 0:
        state = "unsupported" if searched else "untested"
    elif (plus >= 2 and minus >= 2) or human * animal < 0:
        state = "contested"
    elif plus + minus == 1:
        state = "thin"
    elif plus >= 2 and sure >= SURE:
        state = "supported"
    elif minus >= 2 and 1 - sure >= SURE:
        state = "contradicted"
    elif plus and minus:
        state = "contested"
    else:
        state = "thin"
    return EdgeState(name, state, supporting, opposing, round(score, 3), round(sure, 4))


def _side(supporting: dict[str, int], opposing: dict[str, int], tiers: tuple[str, ...]) -> int:
    balance = sum(supporting[tier] - opposing[tier] for tier in tiers)
    return (balance > 0) - (balance < 0)


@dataclass(frozen=True)
class Change:
    """A change of state, to be opened as a finding."""

    edge: str
    before: State
    after: State

    def told(self) -> dict[str, Any]:
        return {"edge": self.edge, "before": self.before, "after": self.after}


def changes(before: Iterable[EdgeState], after: Iterable[EdgeState]) -> tuple[Change, ...]:
    """Edges whose state is not what it was."""
    was: dict[str, State] = {one.edge: one.state for one in before}
    return tuple(
        Change(one.edge, was[one.edge], one.state) for one in after if one.edge in was and was[one.edge] != one.state
    )
