"""GraphML with names, kinds, signs, sources and equations as attributes; for networkx, yEd, Gephi, igraph."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from euthymia.mechanism.graph import MechanismMap

_KEYS = (
    ("name", "node", "string"),
    ("kind", "node", "string"),
    ("curies", "node", "string"),
    ("quantity", "node", "string"),
    ("sign", "edge", "int"),
    ("mechanism", "edge", "string"),
    ("supports", "edge", "string"),
    ("disputes", "edge", "string"),
    ("confidence", "edge", "string"),
    ("equation", "edge", "string"),
    ("left_out", "edge", "string"),
)


def text(on: MechanismMap) -> str:
    """The map as one directed graph."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">']
    lines += [f'  <key id="{name}" for="{of}" attr.name="{name}" attr.type="{kind}"/>' for name, of, kind in _KEYS]
    lines.append('  <graph id="euthymia" edgedefault="directed">')
    for key, node in on.nodes.items():
        data = {
            "name": node.name,
            "kind": node.kind,
            "curies": " ".join(on.curies[key]),
            "quantity": node.quantity or "",
        }
        lines += [f"    <node id={quoteattr(key)}>", *_data(data), "    </node>"]
    for number, edge in enumerate(on.edges):
        entry = edge.enters
        data = {
            "sign": str(edge.sign), "mechanism": edge.mechanism, "supports": " ".join(edge.supports),
            "disputes": " ".join(edge.disputes), "confidence": edge.confidence,
            "equation": f"{entry.block}.{entry.quantity}" if entry else "", "left_out": edge.left_out or "",
        }  # fmt: skip
        ends = f"source={quoteattr(edge.source)} target={quoteattr(edge.target)}"
        lines += [f'    <edge id="e{number}" {ends}>', *_data(data), "    </edge>"]
    return "\n".join([*lines, "  </graph>", "</graphml>", ""])


def _data(given: dict[str, str]) -> list[str]:
    return [f'      <data key="{key}">{escape(value)}</data>' for key, value in given.items() if value]
