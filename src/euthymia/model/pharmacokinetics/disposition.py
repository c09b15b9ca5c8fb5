"""A compound in the body: central volume, any peripherals, a liver if its route needs one, and what it turns into.

In amounts (mg). Clearance is split into pathways, each run by an enzyme whose activity other blocks give; a pathway
forms a metabolite, and may saturate. A well-stirred liver takes its share of what is swallowed before plasma sees it,
so first pass and interactions follow from the same intrinsic clearance. The assumption that matters: distribution
between plasma and tissue is that of the published model the numbers come from; mass is passed on without correction
for molar mass unless a pathway says otherwise. Left out: transporters, a metabolite's own first pass.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from euthymia.evidence.value import Value
from euthymia.model.block import Block, Port
from euthymia.treatments.compound import Compound, Pathway, is_molar
from euthymia.treatments.measured import promised


@dataclass(frozen=True)
class Source:
    """Where a compound comes from: a port in mg/hour, into `central` or `liver`."""

    port: str
    into: str = "central"


def identifier(name: str) -> str:
    """A compound, drug or protocol name as the equation language can write it.

    >>> identifier("S-ketamine")
    's_ketamine'
    >>> identifier("4-hydroxy-x")
    'x4_hydroxy_x'
    """
    found = re.sub(r"\W+", "_", name).strip("_").lower()
    return f"x{found}" if found[:1].isdigit() else found


def plasma_port(compound: str) -> str:
    """Name of the port with a compound's plasma concentration (ng/mL)."""
    return f"{identifier(compound)}_plasma"


def brain_port(compound: str) -> str:
    """Name of the port with a compound's concentration in the brain (ng/mL)."""
    return f"{identifier(compound)}_brain"


def formed_port(parent: str, metabolite: str) -> str:
    """Name of the port with the rate at which a parent forms a metabolite (mg/hour)."""
    return f"{identifier(metabolite)}_from_{identifier(parent)}"


def activity_port(enzyme: str) -> str:
    """Name of the port with an enzyme's activity (1: the typical extensive metaboliser)."""
    return f"{identifier(enzyme)}_activity"


@dataclass
class _Writing:
    """The block as it grows."""

    lines: list[str] = field(default_factory=list)
    parameters: dict[str, Value] = field(default_factory=dict)
    takes: dict[str, Port] = field(default_factory=dict)
    gives: dict[str, str] = field(default_factory=dict)
    into_central: list[str] = field(default_factory=list)
    out_of_central: list[str] = field(default_factory=list)
    formed: dict[str, list[str]] = field(default_factory=dict)


def block(compound: Compound, sources: Sequence[Source]) -> Block:
    """The equations of one compound, fed by `sources` and by its own infusion input."""
    now = _Writing()
    now.parameters["volume"] = compound.volume
    now.takes = {s.port: Port("mg/hour") for s in sources}
    plasma = plasma_port(compound.name)
    now.lines.append(f"{plasma} = central/volume : ng/mL")
    now.gives[plasma] = "ng/mL"
    now.into_central = ["infusion", *(s.port for s in sources if s.into == "central" or compound.liver is None)]
    _peripherals(compound, now)
    if compound.renal_clearance is not None:
        now.parameters["renal_clearance"] = compound.renal_clearance
        now.out_of_central.append("renal_clearance/volume*central")
    if compound.clearance is not None:
        _cleared_from_plasma(compound, now)
    if compound.liver is not None:
        into_liver = [s.port for s in sources if s.into == "liver"]
        if compound.liver.elimination_rate is not None:
            _liver_with_rates(compound, now, into_liver)
        else:
            _liver_with_intrinsic(compound, now, into_liver)
    for product, parts in now.formed.items():
        port = formed_port(compound.name, product)
        now.gives[port] = "mg/hour"
        now.lines.append(f"{port} = {' + '.join(parts)} : mg/hour")
    if compound.brain is not None:
        now.parameters |= {"partition": compound.brain.partition, "equilibration": compound.brain.equilibration}
        port = brain_port(compound.name)
        now.gives[port] = "ng/mL"
        now.lines.append(f"d({port}) = equilibration*(partition*{plasma} - {port}) : ng/mL/hour")
    now.lines.append(f"d(central) = {' + '.join(now.into_central)} - {' - '.join(now.out_of_central)} : mg/hour")
    return Block(
        name=identifier(compound.name),
        doc=f"{compound.name} in plasma and tissue.\n\n{__doc__}",
        takes=now.takes,
        gives=now.gives,
        inputs={"infusion": "mg/hour"},
        parameters=now.parameters,
        equations="\n".join(now.lines),
    )


def _peripherals(compound: Compound, now: _Writing) -> None:
    for number, peripheral in enumerate(compound.peripherals, start=1):
        now.parameters[f"peripheral_volume_{number}"] = peripheral.volume
        now.parameters[f"exchange_{number}"] = peripheral.clearance
        out, back = (
            f"exchange_{number}/volume*central",
            f"exchange_{number}/peripheral_volume_{number}*peripheral_{number}",
        )
        now.out_of_central.append(out)
        now.into_central.append(back)
        now.lines.append(f"d(peripheral_{number}) = {out} - {back} : mg/hour")


def _cleared_from_plasma(compound: Compound, now: _Writing) -> None:
    """Clearance from the central compartment, pathway by pathway when no liver takes them."""
    now.parameters["clearance"] = promised(compound.clearance)
    here = compound.liver is None
    whole = _capacity(compound, now, plasma_port(compound.name)) if here else ""
    now.lines.append(f"eliminated = clearance/volume*central{whole} : mg/hour")
    now.out_of_central.append("eliminated")
    if here:
        _forms(compound, now, "clearance/volume*central")
    for metabolite in compound.metabolites:
        if metabolite.fraction is None:
            continue
        short = identifier(metabolite.compound)
        now.parameters[f"fraction_to_{short}"] = metabolite.fraction
        formed = f"fraction_to_{short}*eliminated"
        if metabolite.delay is not None:
            now.parameters[f"delay_to_{short}"] = metabolite.delay
            now.lines.append(f"d(forming_{short}) = {formed} - delay_to_{short}*forming_{short} : mg/hour")
            formed = f"delay_to_{short}*forming_{short}"
        now.formed.setdefault(metabolite.compound, []).append(formed)


def _liver_with_rates(compound: Compound, now: _Writing, into_liver: list[str]) -> None:
    """A liver as a published model has it: a volume, with rates of loss and of formation."""
    liver = compound.liver
    assert liver is not None
    now.parameters |= {
        "liver_volume": promised(liver.volume),
        "liver_flow": liver.flow,
        "liver_elimination": promised(liver.elimination_rate),
    }
    whole = _capacity(compound, now, "liver_level")
    if "liver_level" in whole or any(p.half_saturation for p in compound.pathways):
        now.lines.append("liver_level = liver/liver_volume : ng/mL")
    now.out_of_central.append("liver_flow/volume*central")
    now.into_central.append("liver_flow/liver_volume*liver")
    arriving = ["liver_flow/volume*central", *(_passing_gut(compound, now, port) for port in into_liver)]
    leaving = ["liver_flow/liver_volume*liver", f"liver_elimination*liver{whole}"]
    for metabolite in compound.metabolites:
        if metabolite.rate is None:
            continue
        short = identifier(metabolite.compound)
        now.parameters[f"rate_to_{short}"] = metabolite.rate
        formed = f"rate_to_{short}*liver{whole}"
        now.formed.setdefault(metabolite.compound, []).append(formed)
        leaving.append(formed)
    now.lines.append(f"d(liver) = {' + '.join(arriving)} - {' - '.join(leaving)} : mg/hour")


def _liver_with_intrinsic(compound: Compound, now: _Writing, into_liver: list[str]) -> None:
    """A well-stirred liver with an intrinsic clearance; in balance with its blood unless it has a volume."""
    liver = compound.liver
    assert liver is not None
    now.parameters |= {"liver_flow": liver.flow, "liver_intrinsic": promised(liver.intrinsic)}
    whole = _capacity(compound, now, "liver_level")
    arriving = ["liver_flow/volume*central", *(_passing_gut(compound, now, port) for port in into_liver)]
    if liver.volume is None:
        now.lines.append(f"liver_level = ({' + '.join(arriving)})/(liver_flow + liver_intrinsic{whole}) : ng/mL")
    else:
        now.parameters["liver_volume"] = liver.volume
        now.lines.append("liver_level = liver/liver_volume : ng/mL")
        lost = f"liver_flow*liver_level - liver_intrinsic*liver_level{whole}"
        now.lines.append(f"d(liver) = {' + '.join(arriving)} - {lost} : mg/hour")
    now.out_of_central.append("liver_flow/volume*central")
    now.into_central.append("liver_flow*liver_level")
    _forms(compound, now, "liver_intrinsic*liver_level")


def _capacity(compound: Compound, now: _Writing, local: str) -> str:
    """`*capacity` of all pathways together, relative to the reference; nothing when no enzyme runs any of them."""
    if not any(path.enzyme or path.half_saturation for path in compound.pathways):
        for number, path in enumerate(compound.pathways, start=1):
            if path.forms:
                now.parameters[f"share_{number}"] = path.share
                now.lines.append(f"pathway_{number} = share_{number} : 1")
        return ""
    terms: list[str] = []
    shares: list[str] = []
    for number, path in enumerate(compound.pathways, start=1):
        now.parameters[f"share_{number}"] = path.share
        shares.append(f"share_{number}")
        term = f"share_{number}"
        if path.enzyme:
            port = activity_port(path.enzyme)
            now.takes[port] = Port("1")
            term += f"*{port}"
        if path.half_saturation is not None:
            term += f"/(1 + {_local(compound, path, number, now, local)}/half_saturation_{number})"
        now.lines.append(f"pathway_{number} = {term} : 1")
        terms.append(f"pathway_{number}")
    rest = 1 - sum(path.share.number for path in compound.pathways)
    if rest > 1e-9:
        terms.append(f"(1 - {' - '.join(shares)})")
    now.lines.append(f"capacity = {' + '.join(terms)} : 1")
    return "*capacity"


def _local(compound: Compound, path: Pathway, number: int, now: _Writing, local: str) -> str:
    half = path.half_saturation
    assert half is not None
    now.parameters[f"half_saturation_{number}"] = half
    if not is_molar(half):
        return local
    now.parameters["molar_mass"] = promised(compound.molar_mass)
    unbound = ""
    if compound.fraction_unbound is not None:
        now.parameters["unbound"] = compound.fraction_unbound
        unbound = "unbound*"
    return f"{unbound}{local}/molar_mass"


def _forms(compound: Compound, now: _Writing, reference: str) -> None:
    """What the pathways form: the pathway's share of `reference` (mg/hour at full reference activity)."""
    for number, path in enumerate(compound.pathways, start=1):
        if not path.forms:
            continue
        gain = ""
        if path.gain is not None:
            now.parameters[f"gain_{number}"] = path.gain
            gain = f"gain_{number}*"
        now.formed.setdefault(path.forms, []).append(f"{gain}pathway_{number}*{reference}")


def _passing_gut(compound: Compound, now: _Writing, port: str) -> str:
    """What of a swallowed dose passes the wall of the gut, which the activity of its enzyme decides."""
    gut = compound.gut
    if gut is None:
        return port
    now.parameters["gut_availability"] = gut.availability
    if not gut.enzyme:
        return f"gut_availability*{port}"
    activity = activity_port(gut.enzyme)
    now.takes[activity] = Port("1")
    return f"{port}/(1 + (1/gut_availability - 1)*{activity})"
