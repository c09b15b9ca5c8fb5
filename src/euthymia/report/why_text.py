"""A tree of reasons as plain text for a terminal and as plain data for `--json`.

The assumption that matters: a line tells the whole step, so that a line copied elsewhere still carries its mark.
Left out: colour, which belongs to the command line.
"""

from __future__ import annotations

from typing import Any

from euthymia.report.why import WhyNode


def text(node: WhyNode, indent: str = "") -> str:
    """The tree as indented lines."""
    lines = [indent + _line(node)]
    for number, child in enumerate(node.children):
        last = number == len(node.children) - 1
        first, *rest = text(child).split("\n")
        lines.append(f"{indent}{'└─ ' if last else '├─ '}{first}")
        lines += [f"{indent}{'   ' if last else '│  '}{line}" for line in rest]
    return "\n".join(lines)


def told(node: WhyNode) -> dict[str, Any]:
    """The tree as nested dicts that JSON can hold."""
    found: dict[str, Any] = {"kind": node.kind, "name": node.name, "text": node.text}
    if node.told:
        found["told"] = {key: _plain(given) for key, given in node.told.items() if given not in ("", None)}
    if node.link:
        found["link"] = node.link
    if node.children:
        found["because"] = [told(child) for child in node.children]
    return found


def _line(node: WhyNode) -> str:
    match node.kind:
        case "endpoint" | "scale" | "drug" | "device":
            said = f" (not modelled: {node.told['not modelled']})" if node.told.get("not modelled") else ""
            return f"{node.name}: {node.text}{said}"
        case "quantity":
            return f"{node.text}   (block {node.told['block']}, line {node.told['line']})"
        case "source":
            where = f", {node.told['where']}" if node.told.get("where") else ""
            unchecked = f" (not checked yet: {node.told['not checked yet']})" if "not checked yet" in node.told else ""
            return f"source: {node.text}{where}{unchecked}" + (f"  {node.link}" if node.link else "")
        case "edge":
            return f"map edge {node.text}"
        case "because" | "formula" | "missing":
            return f"{node.kind}: {node.text}"
        case "fit":
            return f"fit: {node.text}" + "".join(f", {key} {given}" for key, given in node.told.items())
        case "value":
            return f"from {node.text}  ({node.name})"
        case "seen" | "deeper":
            return f"… {node.text}"
    return node.text


def _plain(given: Any) -> Any:
    if isinstance(given, (str, int, float, bool)):
        return given
    if isinstance(given, (list, tuple)):
        return [_plain(part) for part in given]
    return str(given)
