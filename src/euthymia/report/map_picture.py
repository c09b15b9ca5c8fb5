"""The map of mechanisms as SVG: from treatments on the left to symptoms on the right.

Blue leads to more, orange with a bar to less, grey where the direction depends on the state; a dashed edge has no
equation. The assumption that matters: a node stands in the column of its part of the story, and rows are ordered so
that few edges cross. Left out: interaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from euthymia.mechanism.graph import MechanismMap

UP, DOWN, OPEN, DISPUTED = "#00558c", "#b35900", "#777777", "#c43a00"
FILLS = {
    "treatment": "#f0e6d2",
    "chemical": "#e3eef7",
    "protein": "#e6f2ea",
    "process": "#f4f4f4",
    "disease": "#f7e4e0",
}
WIDE, HIGH, ACROSS, DOWNWARDS = 168, 30, 236, 42
#: state of an edge → width of its line
WIDTHS = {"supported": 2.6, "contested": 2.6, "contradicted": 2.6, "thin": 1.6}


def map_svg(on: MechanismMap, states: Mapping[str, str] | None = None) -> str:
    """The whole map; with `states` an edge's width, and a diamond where studies disagree, show what they say."""
    places = _places(on)
    wide = 30 + ACROSS * (1 + max(column for column, _ in places.values()))
    high = 96 + DOWNWARDS * (1 + max(row for _, row in places.values()))
    parts = [_edge(edge, places, (states or {}).get(edge.id, "")) for edge in on.edges if edge.source != edge.target]
    parts += [_node(node.name, node.kind, *places[name]) for name, node in on.nodes.items()]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" '
        f'viewBox="0 0 {wide} {high}" role="img" '
        'aria-label="Map of mechanisms" font-family="Helvetica, Arial, sans-serif" font-size="11.5">\n<defs>'
        + _arrow("up", UP)
        + _arrow("open", OPEN)
        + '<marker id="down" viewBox="0 0 4 10" refX="3" refY="5" markerWidth="4" markerHeight="10" orient="auto">'
        + f'<path d="M3,0V10" stroke="{DOWN}" stroke-width="2.4"/></marker>'
        + '</defs>\n<rect width="100%" height="100%" fill="#ffffff"/>\n'
        + _key(states is not None)
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _arrow(name: str, colour: str) -> str:
    return (
        f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0,0L8,4L0,8z" fill="{colour}"/></marker>'
    )


def _key(states: bool) -> str:
    said = (
        (UP, "", "more leads to more"),
        (DOWN, "", "more leads to less"),
        (OPEN, "", "depends on the state"),
        (OPEN, "5 4", "no equation in the model"),
    )
    words = []
    for index, (colour, dash, text) in enumerate(said):
        x = 20 + index * 190
        words.append(
            f'<line x1="{x}" y1="24" x2="{x + 28}" y2="24" stroke="{colour}" stroke-width="2" '
            f'stroke-dasharray="{dash}"/>'
        )
        words.append(f'<text x="{x + 34}" y="28">{text}</text>')
    if states:
        words.append(
            _diamond(20 + len(said) * 190 + 14, 24) + f'<text x="{54 + len(said) * 190}" y="28">disputed</text>'
        )
    return "\n".join(words) + "\n"


def _diamond(x: float, y: float) -> str:
    return f'<path d="M{x:.1f},{y - 6:.1f}l6,6l-6,6l-6,-6z" fill="{DISPUTED}" stroke="#ffffff"/>'


def _places(on: MechanismMap) -> dict[str, tuple[int, float]]:
    """Column by depth from the treatments, rows settled by the mean of neighbours."""
    column = _columns(on)
    order: dict[int, list[str]] = {}
    for name in on.nodes:
        order.setdefault(column[name], []).append(name)
    row = {name: float(index) for names in order.values() for index, name in enumerate(names)}
    near: dict[str, list[str]] = {name: [] for name in on.nodes}
    for edge in on.edges:
        near[edge.source].append(edge.target)
        near[edge.target].append(edge.source)
    for _ in range(24):
        for names in order.values():
            mean = {
                name: sum(row[other] for other in near[name]) / len(near[name]) if near[name] else row[name]
                for name in names
            }
            names.sort(key=lambda name, mean=mean: (mean[name], name))
            for index, name in enumerate(names):
                row[name] = index
    tallest = max(len(names) for names in order.values())
    return {
        name: (at, index + (tallest - len(names)) / 2)
        for at, names in order.items()
        for index, name in enumerate(names)
    }


#: part of the story → column
COLUMNS = {
    "treatments": 0,
    "monoamines": 2,
    "amino acids": 2,
    "stress and immunity": 3,
    "plasticity": 4,
    "circuit and symptoms": 5,
}


def _columns(on: MechanismMap) -> dict[str, int]:
    """Treatments first, then what they act on, then each system's part of the story, symptoms last."""
    touched = {edge.target for edge in on.edges if on.nodes[edge.source].system == "treatments"}
    found = {}
    for name, node in on.nodes.items():
        column = COLUMNS.get(node.system, 3)
        if name in touched and node.kind == "protein" and column == 2:
            column = 1
        found[name] = 6 if node.kind == "disease" else column
    return found


def _node(name: str, kind: str, column: int, row: float) -> str:
    x, y = 20 + column * ACROSS, 60 + row * DOWNWARDS
    text = name if len(name) <= 28 else f"{name[:27]}…"
    return (
        f'<g><title>{escape(name)}</title><rect x="{x}" y="{y}" width="{WIDE}" height="{HIGH}" rx="6" '
        f'fill="{FILLS[kind]}" stroke="#555555"/>'
        f'<text x="{x + WIDE / 2}" y="{y + 19}" text-anchor="middle">{escape(text)}</text></g>'
    )


def _edge(edge, places, state: str) -> str:
    (c1, r1), (c2, r2) = places[edge.source], places[edge.target]
    x1, y1 = 20 + c1 * ACROSS + WIDE, 60 + r1 * DOWNWARDS + HIGH / 2
    x2, y2 = 20 + c2 * ACROSS, 60 + r2 * DOWNWARDS + HIGH / 2
    if c2 == c1:
        x2 = x1
        bend = x1 + 30 + 4 * abs(r2 - r1)
        turns = (bend, bend)
    elif c2 < c1:
        x1, x2 = 20 + c1 * ACROSS, 20 + c2 * ACROSS + WIDE
        turns = (x1 - 40, x2 + 40)
    else:
        turns = (x1 + 46, x2 - 46)
    path = f"M{x1},{y1}C{turns[0]},{y1} {turns[1]},{y2} {x2},{y2}"
    disputed = state in ("contested", "contradicted")
    middle = _diamond((x1 + 3 * sum(turns) + x2) / 8, (y1 + y2) / 2) if disputed else ""
    colour, mark = {1: (UP, "up"), -1: (DOWN, "down"), 0: (OPEN, "open")}[edge.sign]
    dash = ' stroke-dasharray="5 4"' if edge.enters is None else ""
    title = f"{edge.id}: {edge.mechanism}{f' ({state})' if state else ''}"
    width = WIDTHS.get(state, 1.1)
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-opacity="0.75"{dash} '
        f'marker-end="url(#{mark})"><title>{escape(title)}</title></path>{middle}'
    )
