"""The map as a graph: paths, loops, what a term is on it, and what disagrees.

The assumption that matters: a term of the literature is a node if both ground to the same entity, or if the term is one
of the node's members (a drug of a class). Left out: strength; that is the model's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from euthymia.errors import UnknownName
from euthymia.mechanism.map_file import FOLDER, Edge, Node, read_map

if TYPE_CHECKING:
    import networkx


@dataclass(frozen=True)
class MechanismMap:
    """Nodes by id and edges."""

    nodes: Mapping[str, Node]
    edges: tuple[Edge, ...]

    def node(self, name: str) -> Node:
        if name not in self.nodes:
            raise UnknownName("node", name, self.nodes)
        return self.nodes[name]

    def edge(self, name: str) -> Edge:
        """The edge called `a→b` (or `a->b`); raises `UnknownName`."""
        wanted = name.replace("->", "→").replace(" ", "")
        for edge in self.edges:
            if edge.id == wanted:
                return edge
        raise UnknownName("edge", name, [edge.id for edge in self.edges])

    def between(self, source: str, target: str) -> tuple[Edge, ...]:
        return tuple(edge for edge in self.edges if (edge.source, edge.target) == (source, target))

    @cached_property
    def graph(self) -> networkx.DiGraph:
        """As a networkx graph; several edges between two nodes become one with the first's sign."""
        import networkx

        found = networkx.DiGraph()
        for name, node in self.nodes.items():
            found.add_node(name, label=node.name, kind=node.kind)
        for edge in reversed(self.edges):
            found.add_edge(edge.source, edge.target, sign=edge.sign, mechanism=edge.mechanism)
        return found

    def paths(self, source: str, target: str, longest: int = 6) -> Iterator[tuple[tuple[str, ...], int]]:
        """Paths between two nodes with their net sign, shortest first."""
        import networkx

        for end in (source, target):
            self.node(end)
        found = networkx.all_simple_paths(self.graph, source, target, cutoff=longest)
        for path in sorted(found, key=lambda steps: (len(steps), steps)):
            sign = 1
            for one, other in pairwise(path):
                sign *= self.graph.edges[one, other]["sign"]
            yield tuple(path), sign

    def loops(self, longest: int = 5) -> tuple[tuple[tuple[str, ...], int], ...]:
        """Rings of at most `longest` nodes with their sign: 1 reinforces, -1 balances."""
        import networkx

        found = []
        for ring in networkx.simple_cycles(self.graph, length_bound=longest):
            first = ring.index(min(ring))
            ring = [*ring[first:], *ring[:first]]
            sign = 1
            for one, other in zip(ring, [*ring[1:], ring[0]], strict=True):
                sign *= self.graph.edges[one, other]["sign"]
            found.append((tuple(ring), sign))
        return tuple(sorted(found, key=lambda pair: (len(pair[0]), pair[0])))

    @cached_property
    def homes(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """CURIE → (node, how): `exact` by its words, `member` by its members, `process` by the process it runs."""
        from euthymia.evidence.text.lexicon import candidates

        found: dict[str, list[tuple[str, str]]] = {}
        for name, node in self.nodes.items():
            terms = [(word, "exact") for word in node.words] + [(word, "member") for word in node.members]
            terms += [(node.process, "process")] if node.process else []
            for term, how in terms:
                for reading in candidates(term)[:1]:
                    if (name, how) not in found.setdefault(reading.entity.curie, []):
                        found[reading.entity.curie].append((name, how))
        return {curie: tuple(homes) for curie, homes in found.items()}

    @cached_property
    def curies(self) -> Mapping[str, tuple[str, ...]]:
        """Node → the CURIEs its own words ground to."""
        found: dict[str, list[str]] = {name: [] for name in self.nodes}
        for curie, homes in self.homes.items():
            for name, how in homes:
                if how == "exact":
                    found[name].append(curie)
        return {name: tuple(sorted(ids)) for name, ids in found.items()}


@cache
def mechanism_map(folder: Path = FOLDER) -> MechanismMap:
    """The map that ships, or that of a folder; raises `DataError`."""
    nodes, edges = read_map(folder)
    return MechanismMap(nodes, edges)
