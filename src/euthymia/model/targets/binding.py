"""What drugs do to a target: competitive binding of all ligands present, each with its own efficacy.

Binding is fast compared with everything downstream, so it is algebraic: effect = sum(e x)/(1 + sum(x)) with
x = concentration over half-effect concentration. The assumption that matters: plasma stands for the site of action.
Left out: slow off-rates, receptor reserve, irreversible binding.
"""

from __future__ import annotations

from collections.abc import Sequence

from euthymia.evidence.value import Value
from euthymia.model.block import Block, Port
from euthymia.model.pharmacokinetics.disposition import identifier, plasma_port
from euthymia.treatments.drug import Compound
from euthymia.treatments.measured import promised

#: target in a drug file → the port the downstream model takes
PORTS = {
    "sert": "sert_occupancy",
    "nmda": "nmda_block",
    "gaba_a": "gabaa_potentiation",
    "r_ketamine": "r_ketamine_drive",
}


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
    lines, loads, effects = [], [], []
    for ligand in ligands:
        name, site = identifier(ligand.name), ligand.targets[target]
        parameters[f"{name}_half"] = site.half
        concentration = _concentration(ligand, site.half, name, parameters)
        lines.append(f"{name}_load = {concentration}/{name}_half : 1")
        loads.append(f"{name}_load")
        effects.append(f"{name}_load")
        if site.maximum is not None:
            parameters[f"{name}_maximum"] = site.maximum
            effects[-1] = f"{name}_maximum*{name}_load"
    lines.append(f"{port} = ({' + '.join(effects)})/(1 + {' + '.join(loads)}) : 1")
    return Block(
        name=f"target_{target}",
        doc=f"Effect at {target} of {', '.join(ligand.name for ligand in ligands)}.\n\n{__doc__}",
        takes={plasma_port(ligand.name): Port("ng/mL") for ligand in ligands},
        gives={port: "1"},
        parameters=parameters,
        equations="\n".join(lines),
    )


def _concentration(ligand: Compound, half: Value, name: str, parameters: dict[str, Value]) -> str:
    """Total plasma concentration, or the unbound molar one where the half-effect concentration is molar."""
    if "M" not in half.unit:
        return plasma_port(ligand.name)
    parameters[f"{name}_molar_mass"] = promised(ligand.molar_mass)
    unbound = ""
    if ligand.fraction_unbound is not None:
        parameters[f"{name}_unbound"] = ligand.fraction_unbound
        unbound = f"{name}_unbound*"
    return f"{unbound}{plasma_port(ligand.name)}/{name}_molar_mass"
