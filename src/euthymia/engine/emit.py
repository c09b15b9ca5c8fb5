"""Nodes of the graph as instructions, one straight line.

Every node is written once, as late as possible before its first use. A sum is written as a chain of fused
multiply-adds over the products in it. Left out: deciding which nodes to write and where they go; that is `kernels`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from euthymia.engine import vector_maths
from euthymia.engine.instructions import Function, Value
from euthymia.engine.share import Graph, Node

#: how a function finds a value it does not compute itself: the name of a loaded value, or nothing
Leaf = Callable[[Node], Value | None]


class Writer:
    """Writes nodes into one function; `roots` are all that will be asked for."""

    def __init__(self, f: Function, graph: Graph, roots: Iterable[Node], leaf: Leaf):
        self.f, self.graph, self.leaf = f, graph, leaf
        self.values: dict[Node, Value] = {}
        self.masks: dict[Node, Value] = {}
        self.uses: dict[Node, int] = {}
        for root in roots:
            self.uses[root] = self.uses.get(root, 0) + 1
        for node in graph.reachable(self.uses):
            for part in graph.parts(node):
                self.uses[part] = self.uses.get(part, 0) + 1

    def value(self, root: Node) -> Value:
        """The name of a node's value; writes it, and what it needs, if that has not been done."""
        waiting = [root]
        while waiting:
            node = waiting[-1]
            if node in self.values:
                waiting.pop()
                continue
            loaded = self.leaf(node)
            needed = [] if loaded else [n for n in self._needs(node) if n not in self.values]
            if needed:
                waiting += reversed(needed)
            else:
                self.values[node] = loaded or self._write(node)
                self.f.cut()
                waiting.pop()
        return self.values[root]

    def _needs(self, node: Node) -> list[Node]:
        """What must be written before this node: a sum needs its terms, a fused product its factors."""
        if self.graph.operators[node] != "+":
            return list(self.graph.parts(node))
        return [n for term in self._terms(node) for n in (term if isinstance(term, tuple) else (term,))]

    def _terms(self, node: Node) -> list[Node | tuple[Node, Node]]:
        """The terms of a sum, with inner sums used nowhere else dissolved; a product used once as its factors."""
        terms: list[Node | tuple[Node, Node]] = []
        waiting = list(reversed(self.graph.parts(node)))
        while waiting:
            term = waiting.pop()
            alone = self.uses.get(term) == 1 and self.leaf(term) is None
            if alone and self.graph.operators[term] == "+":
                waiting += reversed(self.graph.parts(term))
            elif alone and self.graph.operators[term] == "*":
                left, right = self.graph.parts(term)
                terms.append((left, right))
            else:
                terms.append(term)
        return sorted(terms, key=lambda term: isinstance(term, tuple))

    def _sum(self, node: Node) -> Value:
        total: Value | None = None
        for term in self._terms(node):
            if isinstance(term, tuple):
                left, right = (self.values[factor] for factor in term)
                minus_one = self.graph.value(term[0]) == -1.0
                if total is None:
                    total = self.f.negate(right) if minus_one else self.f.multiply(left, right)
                else:
                    subtracted = minus_one and self.f.subtract(total, right)
                    total = subtracted or self.f.fused(left, right, total)
            else:
                value = self.values[term]
                total = value if total is None else self.f.add(total, value)
        assert total is not None
        return total

    def _mask(self, condition: Node) -> Value:
        """A condition as one bit per lane."""
        if condition not in self.masks:
            value = self.values[condition]
            self.masks[condition] = self.f.compare("une", value, self.f.constant(0.0))
        return self.masks[condition]

    def _write(self, node: Node) -> Value:
        f = self.f
        values = [self.values[part] for part in self.graph.parts(node) if part in self.values]
        match self.graph.operators[node]:
            case "number":
                return f.constant(self.graph.arguments[node][0])
            case "+":
                return self._sum(node)
            case "*":
                minus_one = self.graph.value(self.graph.parts(node)[0]) == -1.0
                return f.negate(values[1]) if minus_one else f.multiply(*values)
            case "reciprocal":
                return f.divide(f.constant(1.0), *values)
            case "<" | "<=" as relation:
                self.masks[node] = f.compare("olt" if relation == "<" else "ole", *values)
                return f.select(self.masks[node], f.constant(1.0), f.constant(0.0))
            case "where":
                condition, yes, no = self.graph.parts(node)
                return f.select(self._mask(condition), self.values[yes], self.values[no])
            case "min":
                return f.minimum(*values)
            case "max":
                return f.maximum(*values)
            case "abs":
                return f.absolute(*values)
            case "floor":
                return f.floor(*values)
            case "sqrt":
                return f.sqrt(f.maximum(values[0], f.constant(0.0)))
            case "log":
                return vector_maths.log_or_nan(f, *values)
            case "exp" | "sin" | "cos" | "atan" | "power" | "log_positive" as name:
                return getattr(vector_maths, name)(f, *values)
            case operator:
                raise AssertionError(operator)
