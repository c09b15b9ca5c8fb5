"""SBGN-ML 0.3, activity flow: what influences what, positively, negatively or unknown.

After the SBGN Activity Flow language, level 1 version 1.2. Nodes stand in columns by their distance from the
treatments, so that a viewer has something to show before it lays them out again. Left out: compartments.
"""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from euthymia.mechanism.graph import MechanismMap

ARC = {1: "positive influence", -1: "negative influence", 0: "unknown influence"}
CLASS = {"treatment": "perturbing agent", "disease": "phenotype"}
WIDE, HIGH = 150, 40


def text(on: MechanismMap) -> str:
    """The map as SBGN-ML."""
    places = columns(on)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<sbgn xmlns="http://sbgn.org/libsbgn/0.3">',
        '  <map id="euthymia" language="activity flow" version="http://identifiers.org/combine.specifications/sbgn.af.level-1.version-1.2">',
    ]
    names = {name: f"n{index}" for index, name in enumerate(on.nodes)}
    for name, node in on.nodes.items():
        column, row = places[name]
        box = f'x="{column * 220}" y="{row * 60}" w="{WIDE}" h="{HIGH}"'
        kind = CLASS.get(node.kind, "biological activity")
        lines += [
            f'    <glyph id="{names[name]}" class="{kind}">',
            f"      <label text={quoteattr(node.name)}/>",
            f"      <bbox {box}/>",
            "    </glyph>",
        ]
    for number, edge in enumerate(on.edges):
        (c1, r1), (c2, r2) = places[edge.source], places[edge.target]
        lines += [
            f'    <arc id="a{number}" class="{ARC[edge.sign]}" '
            f'source="{names[edge.source]}" target="{names[edge.target]}">',
            f'      <start x="{c1 * 220 + WIDE}" y="{r1 * 60 + HIGH // 2}"/>',
            f'      <end x="{c2 * 220}" y="{r2 * 60 + HIGH // 2}"/>',
            "    </arc>",
        ]
    return "\n".join([*lines, "  </map>", "</sbgn>", ""])


def columns(on: MechanismMap) -> dict[str, tuple[int, int]]:
    """Node → column (steps from a treatment, symptoms last) and row."""
    depth: dict[str, int] = {name: 0 for name, node in on.nodes.items() if node.kind == "treatment"}
    queue = list(depth)
    while queue:
        name = queue.pop(0)
        for edge in on.edges:
            if edge.source == name and edge.target not in depth:
                depth[edge.target] = depth[name] + 1
                queue.append(edge.target)
    last = max(depth.values(), default=0) + 1
    rows: dict[int, int] = {}
    found = {}
    for name, node in on.nodes.items():
        column = last if node.kind == "disease" else min(depth.get(name, 1), last - 1)
        found[name] = (column, rows.get(column, 0))
        rows[column] = rows.get(column, 0) + 1
    return found
