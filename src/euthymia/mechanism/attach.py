"""Claims brought to the map: which edge a sentence bears on, and whether it agrees.

A claim bears on an edge if its ends ground to the edge's ends, in that direction. Its sign is composed, never
flipped: 'inhibition of A lowers B' says A raises B. The assumption that matters: what has no edge between two nodes
of the map is a candidate for a person to judge, and is never added. Left out: paths of more than three edges.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from euthymia.evidence.text.claims import Claim
from euthymia.mechanism.graph import MechanismMap


@dataclass(frozen=True)
class Attached:
    """A claim on an edge; `agrees` is 1, -1, or 0 where the claim or the edge has no direction."""

    claim: Claim
    edge: str
    match: str
    agrees: int

    def told(self) -> dict[str, Any]:
        return {"edge": self.edge, "match": self.match, "agrees": self.agrees} | {"claim": self.claim.told()}


def attach(claims: Iterable[Claim], on: MechanismMap) -> tuple[tuple[Attached, ...], tuple[Claim, ...]]:
    """Claims on edges, and claims between two nodes that no edge joins (candidates)."""
    found: list[Attached] = []
    candidates: list[Claim] = []
    for claim in claims:
        sources = on.homes.get(claim.subject.entity.curie, ())
        targets = on.homes.get(claim.object.entity.curie, ())
        edges = [
            (edge, _match(how_a, how_b), how_b)
            for source, how_a in sources
            for target, how_b in targets
            for edge in on.between(source, target)
        ]
        if edges:
            edge, match, how = edges[0]
            found.append(Attached(claim, edge.id, match, _agreement(claim, edge.sign, how)))
        elif path := _path(on, sources, targets):
            found.append(Attached(claim, "→".join(path[0]), "path", _agreement(claim, path[1], "path")))
        elif any(source != target for source, _ in sources for target, _ in targets):
            candidates.append(claim)
    return tuple(found), tuple(candidates)


def _path(on: MechanismMap, sources, targets) -> tuple[tuple[str, ...], int] | None:
    """The shortest path of at most three edges that a claim spans; it bears on no single edge, so it has no vote."""
    for source, _ in sources:
        for target, _ in targets:
            if source != target and (found := _shortest(on, source, target)):
                return found
    return None


def _shortest(on: MechanismMap, source: str, target: str) -> tuple[tuple[str, ...], int] | None:
    return next(iter(on.paths(source, target, longest=3)), None)


def _match(one: str, other: str) -> str:
    return "exact" if one == other == "exact" else "member" if "member" in (one, other) else "process"


def _agreement(claim: Claim, sign: int, how: str) -> int:
    said = claim.net_sign
    if not said or not sign:
        return 0
    return 1 if said == sign else -1
