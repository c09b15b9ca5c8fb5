"""From a dose to a rate of entry: by mouth, by nasal spray with its swallowed part, through skin, from a slow tablet.

A depot empties at a first-order rate into plasma or liver; it is filled at once, over a while, or through a chain of
transit compartments. A slow tablet is several such parts side by side. A spray leaves part on the mucosa; the rest is
swallowed over a while and passes gut and liver (after perezruixo2021). The assumption that matters: what a meal changes
is known as factors on dose and rate. Left out: enterohepatic cycling, saturable uptake.
"""

from __future__ import annotations

from dataclasses import dataclass

from euthymia.evidence.value import Value
from euthymia.model.block import Block
from euthymia.model.pharmacokinetics.disposition import Source, identifier
from euthymia.treatments.drug import Drug, Route
from euthymia.treatments.measured import promised


@dataclass(frozen=True)
class Entry:
    """Where a share of a dose goes: a depot (at once) or an input (`duration` hours), after `lag` hours."""

    share: float
    target: str
    lag: float = 0.0
    duration: float = 0.0


def name_of(drug: Drug, route: str, condition: str = "") -> str:
    """Block name of one way in: drug, route and, where it matters, the condition of the meal."""
    return "_".join(filter(None, (identifier(drug.name), identifier(route), identifier(condition))))


def entry_port(drug: Drug, route: str, condition: str, compound: str, part: str = "absorbed") -> str:
    """Port (mg/hour) by which one compound of a drug enters."""
    return f"{identifier(compound)}_{part}_{name_of(drug, route, condition)}"


def sources(drug: Drug, route_name: str, condition: str, compound: str) -> tuple[Source, ...]:
    """How a compound of `drug` enters by a route; nothing for an infusion, which feeds the compound directly."""
    route = drug.routes[route_name]
    absorbed = entry_port(drug, route_name, condition, compound)
    match route.kind:
        case "infusion" | "none":
            return ()
        case "nasal":
            swallowed = entry_port(drug, route_name, condition, compound, "swallowed")
            return (Source(absorbed, "central"), Source(swallowed, "liver"))
    return (Source(absorbed, route.into or "central"),)


def entries(drug: Drug, route_name: str, condition: str) -> tuple[Entry, ...]:
    """Where the shares of one swallowed, injected or applied dose go; nothing for an infusion or a spray."""
    route, block = drug.routes[route_name], name_of(drug, route_name, condition)
    lag = route.lag.number if route.lag is not None else 0.0
    lasting = route.duration.number if route.duration is not None else 0.0
    match route.kind:
        case "first-order" | "transit":
            return (Entry(1.0, f"{block}.release" if lasting else f"{block}.depot", lag, lasting),)
        case "zero-order" | "transdermal":
            return (Entry(1.0, f"{block}.release", lag, lasting),)
        case "extended-release":
            found = []
            for number, part in enumerate(route.parts, start=1):
                late = lag + (part.lag.number if part.lag is not None else 0.0)
                slow = part.duration.number if part.duration is not None else 0.0
                target = f"{block}.release_{number}" if slow else f"{block}.depot_{number}"
                found.append(Entry(part.share.number, target, late, slow))
            return tuple(found)
    return ()


def block(drug: Drug, route_name: str, condition: str = "") -> Block | None:
    """The absorption block of one route; None for an infusion."""
    route = drug.routes[route_name]
    match route.kind:
        case "infusion" | "none":
            return None
        case "nasal":
            return _nasal(drug, route, route_name, condition)
    parameters: dict[str, Value] = {}
    inputs: dict[str, str] = {}
    lines: list[str] = []
    filled = {entry.target.rpartition(".")[2] for entry in entries(drug, route_name, condition)}
    inputs |= {name: "mg/hour" for name in filled if name.startswith("release")}
    match route.kind:
        case "zero-order":
            entering = ["release"]
        case "extended-release":
            entering = []
            for number, part in enumerate(route.parts, start=1):
                if part.rate is None:
                    entering.append(f"release_{number}")
                    continue
                parameters[f"rate_{number}"] = _rate(part.rate, route, condition)
                coming = f"release_{number} - " if part.duration is not None else "-"
                lines.append(f"d(depot_{number}) = {coming}rate_{number}*depot_{number} : mg/hour")
                entering.append(f"rate_{number}*depot_{number}")
        case _:
            parameters["rate"] = _rate(promised(route.rate), route, condition)
            coming = "release - " if "release" in inputs else "-"
            if route.kind == "transit":
                parameters["transit_rate"] = promised(route.transit_rate)
                lines.append(f"d(depot) = {coming}transit_rate*depot : mg/hour")
                for step in range(1, route.transits + 1):
                    before = "depot" if step == 1 else f"transit_{step - 1}"
                    leaving = "rate" if step == route.transits else "transit_rate"
                    lines.append(f"d(transit_{step}) = transit_rate*{before} - {leaving}*transit_{step} : mg/hour")
                entering = [f"rate*transit_{route.transits}"]
            else:
                lines.append(f"d(depot) = {coming}rate*depot : mg/hour")
                entering = ["rate*depot"]
    gives = {}
    for compound, share in drug.contains.items():
        port = entry_port(drug, route_name, condition, compound)
        gives[port] = "mg/hour"
        whole = " + ".join(entering)
        lines.append(f"{port} = {share:.12g}*{whole if len(entering) == 1 else f'({whole})'} : mg/hour")
    return Block(
        name=name_of(drug, route_name, condition),
        doc=f"Absorption of {drug.label} ({route_name}{', ' + condition if condition else ''}).\n\n{__doc__}",
        gives=gives,
        inputs=inputs,
        parameters=parameters,
        equations="\n".join(lines),
    )


def _rate(rate: Value, route: Route, condition: str) -> Value:
    changed = route.conditions.get(condition) if route.conditions else None
    if changed is None or changed.rate_factor is None:
        return rate
    factor = changed.rate_factor
    return factor.with_(
        number=rate.number * factor.number,
        unit=rate.unit,
        meaning=f"absorption rate when {condition}: {rate.number:g} x {factor.number:g}",
    )


def _nasal(drug: Drug, route: Route, route_name: str, condition: str) -> Block:
    lines = ["d(mucosa) = -rate*mucosa : mg/hour", "d(gut) = swallowing - swallowed_rate*gut : mg/hour"]
    gives = {}
    for compound, share in drug.contains.items():
        absorbed = entry_port(drug, route_name, condition, compound)
        swallowed = entry_port(drug, route_name, condition, compound, "swallowed")
        gives |= {absorbed: "mg/hour", swallowed: "mg/hour"}
        lines.append(f"{absorbed} = {share:.12g}*rate*mucosa : mg/hour")
        lines.append(f"{swallowed} = {share:.12g}*swallowed_rate*gut : mg/hour")
    return Block(
        name=name_of(drug, route_name, condition),
        doc=f"Nasal spray of {drug.label} with its swallowed part.\n\n{__doc__}",
        gives=gives,
        inputs={"swallowing": "mg/hour"},
        parameters={"rate": promised(route.rate), "swallowed_rate": promised(route.swallowed_rate)},
        equations="\n".join(lines),
    )
