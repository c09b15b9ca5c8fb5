"""What drugs do to a target: competitive binding of all ligands present, each with its own efficacy.

Binding is fast compared with everything downstream, so it is algebraic: effect = sum(e x)/(1 + sum(x)) with
x = concentration over half-effect concentration. Agonism weighs each ligand by its intrinsic activity. A ligand that
destroys its target leaves it to grow back with the target's own turnover; a reversible one then shares what is left.
The assumption that matters: plasma stands for the site of action unless the compound has a brain. Left out: slow
off-rates, receptor reserve.
"""

from __future__ import annotations

from collections.abc import Sequence

from euthymia.evidence.value import Value
from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for
from euthymia.model.pharmacokinetics.disposition import brain_port, identifier, plasma_port
from euthymia.treatments.compound import TURNED_OVER, Compound, is_molar
from euthymia.treatments.measured import promised

#: target in a drug file → the port with its occupancy or effect
PORTS = {
    "sert": "sert_occupancy",
    "net": "net_occupancy",
    "dat": "dat_occupancy",
    "mao_a": "mao_a_inhibition",
    "mao_b": "mao_b_inhibition",
    "ht1a": "ht1a_occupancy",
    "ht2a": "ht2a_occupancy",
    "alpha2": "alpha2_occupancy",
    "d2": "d2_occupancy",
    "d3": "d3_occupancy",
    "h1": "h1_occupancy",
    "muscarinic": "muscarinic_occupancy",
    "sigma1": "sigma1_occupancy",
    "nmda": "nmda_block",
    "gaba_a": "gabaa_potentiation",
    "r_ketamine": "r_ketamine_drive",
}


def agonism_port(target: str) -> str:
    """Port with the agonism at a receptor: occupancy weighed by intrinsic activity."""
    return f"{target}_agonism"


def blocks(compounds: Sequence[Compound]) -> tuple[Block, ...]:
    """One block a target that any of `compounds` binds."""
    ligands: dict[str, list[Compound]] = {}
    for compound in compounds:
        for target in compound.targets:
            ligands.setdefault(target, []).append(compound)
    return tuple(_block(target, found) for target, found in sorted(ligands.items()) if target in PORTS)


def _block(target: str, ligands: Sequence[Compound]) -> Block:
    port = PORTS[target]
    parameters: dict[str, Value] = {}
    takes: dict[str, Port] = {}
    lines, loads, effects, agonism, losses = [], [], [], [], []
    for ligand in ligands:
        name, site = identifier(ligand.name), ligand.targets[target]
        parameters[f"{name}_half"] = site.half
        local = brain_port(ligand.name) if ligand.brain is not None else plasma_port(ligand.name)
        takes[local] = Port("ng/mL")
        concentration = _concentration(ligand, site.half, name, parameters, local)
        lines.append(f"{name}_load = {concentration}/{name}_half : 1")
        if site.inactivation is not None:
            parameters[f"{name}_inactivation"] = site.inactivation
            losses.append(f"{name}_inactivation*{name}_load/(1 + {name}_load)")
            continue
        loads.append(f"{name}_load")
        effects.append(f"{name}_load")
        if site.maximum is not None:
            parameters[f"{name}_maximum"] = site.maximum
            effects[-1] = f"{name}_maximum*{name}_load"
        if site.efficacy is not None:
            parameters[f"{name}_efficacy"] = site.efficacy
            agonism.append(f"{name}_efficacy*{effects[-1]}")
    bound = f"({' + '.join(effects)})/(1 + {' + '.join(loads)})" if loads else "0"
    gives = {port: "1"}
    if losses:
        parameters["turnover"] = values_for("turnover")[target]
        lines.append(f"d(left) = turnover*(1 - left) - ({' + '.join(losses)})*left : 1/hour")
        lines.append("left(0) = 1")
        lines.append(f"{port} = 1 - left{f'*(1 - {bound})' if loads else ''} : 1")
    else:
        lines.append(f"{port} = {bound} : 1")
    if agonism:
        gives[agonism_port(target)] = "1"
        lines.append(f"{agonism_port(target)} = ({' + '.join(agonism)})/(1 + {' + '.join(loads)}) : 1")
    return Block(
        name=f"target_{target}",
        doc=f"Effect at {target} of {', '.join(ligand.name for ligand in ligands)}.\n\n{__doc__}",
        takes=takes,
        gives=gives,
        parameters=parameters,
        equations="\n".join(lines),
    )


def _concentration(ligand: Compound, half: Value, name: str, parameters: dict[str, Value], local: str) -> str:
    """Total concentration, or the unbound molar one where the half-effect concentration is molar."""
    if not is_molar(half):
        return local
    parameters[f"{name}_molar_mass"] = promised(ligand.molar_mass)
    unbound = ""
    if ligand.fraction_unbound is not None:
        parameters[f"{name}_unbound"] = ligand.fraction_unbound
        unbound = f"{name}_unbound*"
    return f"{unbound}{local}/{name}_molar_mass"


assert set(TURNED_OVER) <= set(PORTS)
