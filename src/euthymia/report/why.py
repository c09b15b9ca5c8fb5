"""Why: from an outcome to pathway, equation, parameter and source, as a tree.

Each quantity is opened once, where it is nearest to the question; elsewhere the tree points there, so rings in the
biology cannot trap it. The assumption that matters: a quantity depends on what its printed equation names. Left out:
how much each part contributes; that is sensitivity, another question.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from euthymia.errors import UnknownName
from euthymia.evidence.library import library
from euthymia.evidence.value import Value
from euthymia.model.block import Model, Quantity, State
from euthymia.model.expression import names_in
from euthymia.report.provenance import Link, chain, ends_well
from euthymia.report.wording import amount, label

if TYPE_CHECKING:
    from euthymia.mechanism.state import EdgeState

ENDPOINTS = ("change", "score", "response", "remission")


@dataclass(frozen=True)
class WhyNode:
    """One step of an answer. `kind`: endpoint, scale, item, quantity, start, parameter, absent, schedule, drug,
    device, edge (of the map, that stands for a step), source, value, formula, fit, because, missing, seen (opened
    elsewhere) or deeper (cut off)."""

    kind: str
    name: str
    text: str
    told: Mapping[str, Any] = field(default_factory=dict)
    children: tuple[WhyNode, ...] = ()
    link: str | None = None

    def all(self) -> tuple[WhyNode, ...]:
        """This node and everything below it."""
        return (self, *(node for child in self.children for node in child.all()))

    def __str__(self) -> str:
        from euthymia.report.why_text import text

        return text(self)


def why(
    name: str,
    model: Model | None = None,
    depth: int | None = None,
    scale: str = "MADRS",
    edge_states: Iterable[EdgeState] | None = None,
) -> WhyNode:
    """The chain below a scale, an endpoint, a quantity, a parameter, a drug, a device or a value (`source/name`).

    `model` is every shipped treatment at once if not given; `depth` limits how many equations deep it goes (None: to
    the end); `scale` is the one an endpoint is read on; `edge_states` are those of an evidence base (the
    map's own sources are counted if None). Raises `UnknownName` with the nearest name.
    """
    from euthymia.report.whole_model import whole_model
    from euthymia.trial.scale import scales

    model = model or whole_model()
    if "/" in name:
        return value_node(name, library().value(name))
    named = {one.lower(): one for one in scales()}
    walk = _Walk(model, depth, edge_nodes(edge_states))
    if name.lower() in named:
        return walk.scale(named[name.lower()])
    if name in ENDPOINTS:
        return walk.endpoint(name, named.get(scale.lower(), scale))
    quantities = _quantities(model)
    if name in quantities:
        return walk.opened([name])[0]
    if name in model.parameters:
        return parameter_node(name, model)
    for given in model.inputs:
        if name == given.name:
            return _schedule(given.name, given.unit)
    if name in _absent(model):
        return _absent_node(name, _absent(model)[name])
    from euthymia.report.why_treatment import treatment_names, why_treatment

    if name in treatment_names():
        return why_treatment(name, model)
    known = [*named.values(), *ENDPOINTS, *quantities, *model.parameters, *_absent(model), *treatment_names()]
    raise UnknownName("quantity", name, known)


def unsourced(model: Model) -> tuple[tuple[str, str], ...]:
    """Parameters whose chain ends nowhere, each with what is missing; empty when every number can answer."""
    found = []
    for name, value in model.parameters.items():
        links = chain(value)
        if not ends_well(links):
            node = parameter_node(name, model)
            missing = [part.text for part in node.all() if part.kind == "missing"]
            found.append((name, "; ".join(missing) or "the chain ends in nothing that can be opened or disputed"))
    return tuple(found)


def parameter_node(name: str, model: Model) -> WhyNode:
    """A parameter with its number, mark and everything it hangs on; raises `UnknownName`."""
    if name not in model.parameters:
        raise UnknownName("parameter", name, model.parameters)
    return value_node(name, model.parameters[name])


def value_node(name: str, value: Value) -> WhyNode:
    """A `Value` under a name, with its number, mark and chain."""
    told: dict[str, Any] = {"number": value.number, "unit": value.unit, "grade": str(value.grade)}
    told |= {"confidence": str(value.confidence), "mark": value.mark, "place": str(value.place or "")}
    told |= {"spread": str(value.spread)} if value.spread else {}
    told |= {key: given for key, given in value.setting}
    mark = f" [{value.mark}]" if value.mark else ""
    short = name if "/" in name else name.split(".")[-1]
    text = f"{short} = {amount(value)}{mark}" + (f": {value.meaning}" if value.meaning else "")
    return WhyNode("parameter", name, text, told, tuple(link_node(part) for part in chain(value)))


def edge_nodes(found: Iterable[EdgeState] | None) -> dict[tuple[str, str], tuple[WhyNode, ...]]:
    """Block and quantity → the edges of the map that stand for a step of its equation, each with its state."""
    from euthymia.report.map_table import edge_lines

    nodes: dict[tuple[str, str], tuple[WhyNode, ...]] = {}
    for line in edge_lines(found=found):
        if (enters := line.edge.enters) is None:
            continue
        told = line.told()
        told = {
            key: told[key] for key in ("sign", "mechanism", "state", "studies_for", "studies_against", "by", "mark")
        }
        mark = f" [{line.mark}]" if line.mark else ""
        step = f"through {enters.by}" if enters.by else "the treatment itself"
        studies = f"{line.studies_for} for, {line.studies_against} against"
        text = f"{line.edge.id}, {line.edge.mechanism} ({step}): {line.state}, {studies}{mark}"
        node = WhyNode("edge", line.edge.id, text, told)
        nodes[enters.block, enters.quantity] = (*nodes.get((enters.block, enters.quantity), ()), node)
    return nodes


def link_node(part: Link) -> WhyNode:
    """One link of a chain as a node."""
    return WhyNode(
        part.kind, part.name, part.text, dict(part.told), tuple(link_node(one) for one in part.further), part.link
    )


@dataclass(frozen=True)
class _Walk:
    """A walk through one model; `opened` decides by breadth first where each quantity is opened."""

    model: Model
    depth: int | None
    edges: Mapping[tuple[str, str], tuple[WhyNode, ...]]

    def endpoint(self, name: str, scale_name: str) -> WhyNode:
        from euthymia.trial.scale import scale

        rating = scale(scale_name)
        rule = {
            "remission": f"{rating.name} of {rating.remission:g} or less",
            "response": f"{rating.name} fallen by {100 * rating.response:.0f} % of baseline or more",
            "change": f"{rating.name} minus its baseline",
            "score": f"{rating.name} as rated",
        }[name]
        return WhyNode("endpoint", name, rule, {"scale": rating.name}, (self.scale(rating.name),))

    def scale(self, name: str) -> WhyNode:
        from euthymia.trial.scale import scale

        rating = scale(name)
        known = {"rater_sd": rating.rater_sd, "discrimination": rating.discrimination}
        children = [value_node(f"{name}.{of}", value) for of, value in known.items()]
        domains: dict[str, list[str]] = {}
        for item, row in rating.items.items():
            share = "" if row.share == 1 else f" x {row.share:g}"
            domains.setdefault(row.domain, []).append(f"{item} (0 to {row.maximum:g}{share})")
        opened = self.opened(list(domains))
        for domain, node in zip(domains, opened, strict=True):
            text = f"items {', '.join(domains[domain])} follow {label(domain).lower()}"
            children.append(WhyNode("item", f"{name}: {domain}", text, {"items": domains[domain]}, (node,)))
        return WhyNode("scale", name, f"{rating.label}, 0 to {rating.maximum:g}", {}, tuple(children))

    def opened(self, roots: Sequence[str]) -> list[WhyNode]:
        """Trees below `roots`, each quantity opened once, where it is nearest."""
        quantities = _quantities(self.model)
        home: dict[str, tuple[str | None, int]] = {root: (None, 0) for root in roots}
        queue = deque(roots)
        while queue:
            name = queue.popleft()
            for used in uses(quantities[name]):
                if used in quantities and used not in home:
                    home[used] = (name, home[name][1] + 1)
                    queue.append(used)
        return [self._quantity(root, None, home) for root in roots]

    def _quantity(self, name: str, parent: str | None, home: Mapping[str, tuple[str | None, int]]) -> WhyNode:
        quantity = _quantities(self.model)[name]
        if home[name][0] != parent:
            return WhyNode("seen", name, f"{label(name)}: opened elsewhere in this tree")
        if self.depth is not None and home[name][1] >= self.depth:
            return WhyNode("deeper", name, f"{label(name)}: ask 'why {name}' or a greater depth")
        children: list[WhyNode] = []
        if isinstance(quantity, State) and (start := _start_line(self.model, quantity)):
            children.append(WhyNode("start", name, start))
        held = _absent(self.model)
        children += [one for one in self.edges.get((quantity.block, name), ()) if one.told["by"] not in held]
        names = uses(quantity)
        children += [parameter_node(used, self.model) for used in names if used in self.model.parameters]
        units = {given.name: given.unit for given in self.model.inputs}
        children += [_schedule(used, units[used]) for used in names if used in units]
        block = self.model.block(quantity.block)
        absent = {port: taken for port, taken in _absent(self.model).items() if port in block.takes}
        children += [_absent_node(port, held) for port, held in absent.items() if _mentions(quantity.printed, port)]
        children += [self._quantity(used, name, home) for used in names if used in home]
        told = {"block": block.name, "about": block.title, "line": quantity.line, "unit": quantity.unit}
        printed = " ".join(quantity.printed.split())
        text = printed if name.startswith(f"{block.name}.") else f"{label(name)}: {printed}"
        return WhyNode("quantity", name, text, told, tuple(children))


def uses(quantity: Quantity) -> tuple[str, ...]:
    """What an equation names, its starting value included, each once and in order."""
    start = names_in(quantity.initial) if isinstance(quantity, State) else ()
    own = {quantity.name, "time"}
    return tuple(name for name in dict.fromkeys((*names_in(quantity.expression), *start)) if name not in own)


def _quantities(model: Model) -> dict[str, Quantity]:
    return {quantity.name: quantity for quantity in (*model.values, *model.states)}


def _start_line(model: Model, state: State) -> str | None:
    from euthymia.model.equations import read_equations

    short = state.name.removeprefix(f"{state.block}.")
    block = model.block(state.block)
    for equation in read_equations(block.equations, block.name):
        if equation.kind == "start" and equation.name == short:
            return f"starts at {' '.join(equation.text.split())} (line {equation.line})"
    return None


def _absent(model: Model) -> dict[str, float]:
    """Ports that nothing in this model gives, with the value they are held at."""
    taken = {port: want.absent for block in model.blocks for port, want in block.takes.items()}
    return {port: held for port, held in taken.items() if port not in model.ports and held is not None}


def _absent_node(port: str, held: float) -> WhyNode:
    return WhyNode("absent", port, f"{label(port)}: nothing in this plan gives it, so it is {held:g}", {"held": held})


def _schedule(name: str, unit: str) -> WhyNode:
    return WhyNode("schedule", name, f"{name} is set by the calendar of doses, sessions and visits", {"unit": unit})


def _mentions(printed: str, port: str) -> bool:
    from euthymia.model.equations import read_equations

    return any(port in names_in(equation.expression) for equation in read_equations(printed, "printed"))
