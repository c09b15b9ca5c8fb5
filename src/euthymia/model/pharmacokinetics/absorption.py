"""From a dose to a rate of entry: by mouth, and by nasal spray with its swallowed part.

A depot empties at a first-order rate into plasma or liver. A spray leaves part on the mucosa; the rest is swallowed
over a while and passes gut and liver (after perezruixo2021). The assumption that matters: what a meal changes is known
as factors on dose and rate. Left out: lag times, gut transit, enterohepatic cycling.
"""

from __future__ import annotations

from euthymia.evidence.value import Value
from euthymia.model.block import Block
from euthymia.model.pharmacokinetics.disposition import Source, identifier
from euthymia.treatments.drug import Drug, Route
from euthymia.treatments.measured import promised


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
        case "first-order":
            return (Source(absorbed, route.into or "central"),)
        case "nasal":
            swallowed = entry_port(drug, route_name, condition, compound, "swallowed")
            return (Source(absorbed, "central"), Source(swallowed, "liver"))
    return ()


def block(drug: Drug, route_name: str, condition: str = "") -> Block | None:
    """The absorption block of one route; None for an infusion."""
    route = drug.routes[route_name]
    match route.kind:
        case "first-order":
            return _first_order(drug, route, route_name, condition)
        case "nasal":
            return _nasal(drug, route, route_name, condition)
    return None


def _first_order(drug: Drug, route: Route, route_name: str, condition: str) -> Block:
    rate = _rate(route, condition)
    lines = ["d(depot) = -rate*depot : mg/hour"]
    gives = {}
    for compound, share in drug.contains.items():
        port = entry_port(drug, route_name, condition, compound)
        gives[port] = "mg/hour"
        lines.append(f"{port} = {share:.12g}*rate*depot : mg/hour")
    return Block(
        name=name_of(drug, route_name, condition),
        doc=f"Absorption of {drug.label} ({route_name}{', ' + condition if condition else ''}).\n\n{__doc__}",
        gives=gives,
        parameters={"rate": rate},
        equations="\n".join(lines),
    )


def _rate(route: Route, condition: str) -> Value:
    rate = promised(route.rate)
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
