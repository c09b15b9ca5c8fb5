"""Gaussian elimination written out in advance: the matrix of one step as straight-line code.

The matrix is M = shift·I - J, with shift = 1/(h gamma). Pivots are taken on the diagonal, in the order that fills in
least (markowitz1957). There is no pivoting at run time: for the small steps that matter M is dominated by its
diagonal, and a step in which a pivot cancels almost entirely is rejected (see `Factors.guards`).
Left out: block structure, and a dense path for models whose Jacobian is nearly full.

Entries off the diagonal are kept with their sign turned (as those of J), so that every update is an addition.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from euthymia.engine.share import Graph, Node

Entry = tuple[int, int]


@dataclass(frozen=True)
class Factors:
    """What solving with M needs: `order` of elimination, and per pivot its reciprocal and neighbours.

    `below[p]` are (row, multiplier) still to be updated when p is eliminated; `right[p]` are (column, entry) used
    when p is found again on the way back. `guards` are (pivot, diagonal before elimination) of changed pivots.
    """

    order: tuple[int, ...]
    inverse: Mapping[int, Node]
    below: Mapping[int, tuple[tuple[int, Node], ...]]
    right: Mapping[int, tuple[tuple[int, Node], ...]]
    guards: tuple[tuple[Node, Node], ...]

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Every number that solving reads, in the order of elimination, without repeats."""
        nodes = [
            node
            for pivot in self.order
            for node in (self.inverse[pivot], *(n for _, n in (*self.below[pivot], *self.right[pivot])))
        ]
        return tuple(dict.fromkeys(nodes))


def elimination_order(size: int, entries: set[Entry]) -> tuple[int, ...]:
    """Diagonal pivots, each with the least possible fill-in (rows times columns it touches), ties by number."""
    rows: list[set[int]] = [set() for _ in range(size)]
    columns: list[set[int]] = [set() for _ in range(size)]
    for row, column in entries:
        if row != column:
            rows[row].add(column)
            columns[column].add(row)
    left = set(range(size))
    order = []
    while left:
        pivot = min(left, key=lambda p: (len(rows[p]) * len(columns[p]), p))
        left.remove(pivot)
        order.append(pivot)
        for row in columns[pivot]:
            rows[row].discard(pivot)
            rows[row] |= rows[pivot] - {row}
        for column in rows[pivot]:
            columns[column].discard(pivot)
            columns[column] |= columns[pivot] - {column}
    return tuple(order)


def eliminate(graph: Graph, jacobian: Mapping[Entry, Node], size: int) -> Factors:
    """Factor shift·I - J symbolically."""
    shift = graph.leaf("shift")
    diagonal = [shift] * size
    entries: list[dict[int, Node]] = [{} for _ in range(size)]
    for (row, column), node in jacobian.items():
        if row == column:
            diagonal[row] = graph.subtract(shift, node)
        else:
            entries[row][column] = node
    original = list(diagonal)
    order = elimination_order(size, set(jacobian))
    inverse, below, right = {}, {}, {}
    left = set(order)
    for pivot in order:
        left.remove(pivot)
        inverse[pivot] = graph.reciprocal(diagonal[pivot])
        right[pivot] = tuple(sorted(entries[pivot].items()))
        updates = []
        for row in sorted(left):
            if pivot not in entries[row]:
                continue
            multiplier = graph.multiply(entries[row].pop(pivot), inverse[pivot])
            updates.append((row, multiplier))
            for column, entry in right[pivot]:
                product = graph.multiply(multiplier, entry)
                if column == row:
                    diagonal[row] = graph.subtract(diagonal[row], product)
                else:
                    before: Node | None = entries[row].get(column)
                    entries[row][column] = product if before is None else graph.add(before, product)
        below[pivot] = tuple(updates)
    changed = [i for i in order if diagonal[i] != original[i]]
    return Factors(order, inverse, below, right, tuple((diagonal[i], original[i]) for i in changed))


def substitute(factors: Factors, right_hand_side: Sequence[Any], fused: Callable, scaled: Callable) -> list[Any]:
    """The solution, forward and back; `fused(node, x, sum)` is node·x + sum and `scaled(node, x)` is node·x."""
    found = list(right_hand_side)
    for pivot in factors.order:
        for row, multiplier in factors.below[pivot]:
            found[row] = fused(multiplier, found[pivot], found[row])
    for pivot in reversed(factors.order):
        for column, entry in factors.right[pivot]:
            found[pivot] = fused(entry, found[column], found[pivot])
        found[pivot] = scaled(factors.inverse[pivot], found[pivot])
    return found
