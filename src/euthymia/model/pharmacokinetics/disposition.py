"""A compound in the body: central volume, any peripherals, a liver if its route needs one, and what it turns into.

Linear and in amounts (mg). A metabolite is formed from its parent's clearance, or from the parent in the liver. The
assumption that matters: distribution between plasma and tissue is that of the published model the numbers come from;
mass is passed on without correction for molar mass, as in those models. Left out: saturable elimination.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from euthymia.evidence.value import Value
from euthymia.model.block import Block, Port
from euthymia.treatments.drug import Compound
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
    """
    return re.sub(r"\W+", "_", name).strip("_").lower()


def plasma_port(compound: str) -> str:
    """Name of the port with a compound's plasma concentration (ng/mL)."""
    return f"{identifier(compound)}_plasma"


def formed_port(parent: str, metabolite: str) -> str:
    """Name of the port with the rate at which a parent forms a metabolite (mg/hour)."""
    return f"{identifier(metabolite)}_from_{identifier(parent)}"


def block(compound: Compound, sources: Sequence[Source]) -> Block:
    """The equations of one compound, fed by `sources` and by its own infusion input."""
    parameters: dict[str, Value] = {"volume": compound.volume}
    lines: list[str] = [f"{plasma_port(compound.name)} = central/volume : ng/mL"]
    into_central = ["infusion", *(s.port for s in sources if s.into == "central")]
    into_liver = [s.port for s in sources if s.into == "liver"]
    out_of_central: list[str] = []
    out_of_liver: list[str] = []
    gives = {plasma_port(compound.name): "ng/mL"}
    for number, peripheral in enumerate(compound.peripherals, start=1):
        parameters[f"peripheral_volume_{number}"] = peripheral.volume
        parameters[f"exchange_{number}"] = peripheral.clearance
        out, back = (
            f"exchange_{number}/volume*central",
            f"exchange_{number}/peripheral_volume_{number}*peripheral_{number}",
        )
        out_of_central.append(out)
        into_central.append(back)
        lines.append(f"d(peripheral_{number}) = {out} - {back} : mg/hour")
    if compound.clearance is not None:
        parameters["clearance"] = compound.clearance
        lines.append("eliminated = clearance/volume*central : mg/hour")
        out_of_central.append("eliminated")
    if compound.liver is not None:
        liver = compound.liver
        parameters |= {
            "liver_volume": liver.volume,
            "liver_flow": liver.flow,
            "liver_elimination": liver.elimination_rate,
        }
        out_of_central.append("liver_flow/volume*central")
        into_central.append("liver_flow/liver_volume*liver")
        into_liver.insert(0, "liver_flow/volume*central")
        out_of_liver += ["liver_flow/liver_volume*liver", "liver_elimination*liver"]
    for metabolite in compound.metabolites:
        short = identifier(metabolite.compound)
        port = formed_port(compound.name, metabolite.compound)
        gives[port] = "mg/hour"
        if metabolite.rate is not None:
            parameters[f"rate_to_{short}"] = metabolite.rate
            lines.append(f"{port} = rate_to_{short}*liver : mg/hour")
            out_of_liver.append(port)
        else:
            parameters[f"fraction_to_{short}"] = promised(metabolite.fraction)
            lines.append(f"{port} = fraction_to_{short}*eliminated : mg/hour")
    if compound.liver is not None:
        lines.append(f"d(liver) = {' + '.join(into_liver)} - {' - '.join(out_of_liver)} : mg/hour")
    lines.append(f"d(central) = {' + '.join(into_central)} - {' - '.join(out_of_central)} : mg/hour")
    return Block(
        name=identifier(compound.name),
        doc=f"{compound.name} in plasma and tissue.\n\n{__doc__}",
        takes={s.port: Port("mg/hour") for s in sources},
        gives=gives,
        inputs={"infusion": "mg/hour"},
        parameters=parameters,
        equations="\n".join(lines),
    )
