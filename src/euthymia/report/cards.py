"""Cards: what one thing in the house is, its numbers with unit, mark and source, as data and as text.

The assumption that matters: a card prints every number the thing holds, so that nothing in a file stays unseen.
Left out: what follows from the numbers, which `why` and the trials tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from euthymia.errors import UnknownName
from euthymia.evidence.value import Value
from euthymia.report.provenance import all_links, chain
from euthymia.report.wording import amount


@dataclass(frozen=True)
class Line:
    """One number of a card: its name, number with unit, mark, meaning, where it comes from."""

    name: str
    amount: str
    mark: str
    meaning: str
    origin: str


@dataclass(frozen=True)
class Card:
    """One thing: facts as label and text, numbers as lines; a list has names as facts and no lines."""

    kind: str
    name: str
    title: str
    facts: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()

    def told(self) -> dict[str, Any]:
        """The card as plain data."""
        return {
            "kind": self.kind,
            "name": self.name,
            "title": self.title,
            "facts": dict(self.facts),
            "numbers": [vars(line) for line in self.lines],
        }

    def __str__(self) -> str:
        wide = max((len(label) for label in self.facts), default=0)
        text = [self.title or self.name, ""]
        text += [f"{label.ljust(wide)}  {said}" for label, said in self.facts.items() if said]
        if self.lines:
            name = max(len(line.name) for line in self.lines)
            number = max(len(line.amount) for line in self.lines)
            text.append("")
            for line in self.lines:
                mark = f" [{line.mark}]" if line.mark else ""
                said = "; ".join(part for part in (line.meaning, line.origin) if part)
                text.append(f"{line.name.ljust(name)}  {line.amount.rjust(number)}{mark}  {said}")
            marked = sum(bool(line.mark) for line in self.lines)
            text += ["", f"{len(self.lines)} numbers, {marked} of them assumed or provisional."]
        return "\n".join(text)


def card(kind: str, name: str | None = None) -> Card:
    """The card of a thing, or the list of its kind when no name is given; raises `UnknownName`.

    Of a fit there is one, which needs no name.
    """
    from euthymia.report.card_kinds import CARDS, names_of

    if kind.lower() in ("fit", "fits"):
        from euthymia.report.fit_card import fit_card

        return fit_card(name)
    kind = {"hypotheses": "hypothesis"}.get(kind.lower(), kind.lower())
    kind = kind.rstrip("s") if kind not in CARDS else kind
    if kind not in CARDS:
        raise UnknownName("kind", kind, (*CARDS, "fit"))
    if name is None:
        return Card(kind, "", f"Every {kind}", names_of(kind))
    make: Callable[[str], Card] = CARDS[kind]
    return make(name)


def line(name: str, value: Value) -> Line:
    """A `Value` as a line of a card."""
    return Line(name, amount(value), value.mark, value.meaning or "", origin(value))


def origin(value: Value) -> str:
    """Where a number comes from in a few words: the nearest source, formula, fit or reason."""
    said = []
    for part in all_links(chain(value)):
        if part.kind == "source":
            where = f", {part.told['where']}" if part.told.get("where") else ""
            said.append(f"{part.text}{where}")
            break
    if value.formula:
        said.insert(0, f"= {value.formula}")
    if value.fit:
        said.insert(0, f"fit {value.fit}")
    if value.because:
        said.append(f"because {value.because}")
    return "; ".join(said)
