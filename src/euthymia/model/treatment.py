"""What a plan adds to the model: the blocks of its drugs and devices, and nothing else.

This is all a treatment may do: concentrations reach targets, sessions drive the cortex; everything below is shared.
The assumption that matters: drugs meet only at targets. Left out: interactions through enzymes.
"""

from __future__ import annotations

from euthymia.model.assemble import assemble
from euthymia.model.block import Block, Model
from euthymia.model.circumstances import expectancy, life
from euthymia.model.downstream import downstream
from euthymia.model.pharmacokinetics import absorption, disposition
from euthymia.model.pharmacokinetics.disposition import Source
from euthymia.model.stimulation import course, light
from euthymia.model.targets import binding
from euthymia.treatments.device import Light, device
from euthymia.treatments.drug import Compound, drug
from euthymia.treatments.plan import Plan


def model_of(plan: Plan) -> Model:
    """The whole model for a plan: its treatments, the shared downstream, and the circumstances."""
    return assemble((*treatment_blocks(plan), *downstream(), life.block(), expectancy.block()))


def treatment_blocks(plan: Plan) -> tuple[Block, ...]:
    """Absorption, disposition, targets and sessions of everything in the plan; raises `UnknownName`."""
    ways = sorted({(dose.drug, dose.route, dose.condition) for dose in plan.doses})
    compounds: dict[str, Compound] = {}
    entries: dict[str, list[Source]] = {}
    blocks: list[Block] = []
    for name, route, condition in ways:
        given = drug(name)
        way_in = absorption.block(given, route, condition)
        if way_in is not None:
            blocks.append(way_in)
        for compound in given.compounds:
            compounds[compound.name] = compound
        for contained in given.contains:
            entries.setdefault(contained, []).extend(absorption.sources(given, route, condition, contained))
    for compound in compounds.values():
        for metabolite in compound.metabolites:
            port = disposition.formed_port(compound.name, metabolite.compound)
            entries.setdefault(metabolite.compound, []).append(Source(port))
    blocks += [disposition.block(compound, entries.get(name, ())) for name, compound in compounds.items()]
    blocks += binding.blocks(tuple(compounds.values()))
    given = [device(name) for name in sorted({session.protocol for session in plan.sessions if not session.sham})]
    if driving := [one for one in given if not isinstance(one, Light)]:
        blocks.append(course.block(driving))
    if len(driving) < len(given):
        blocks.append(light.block())
    return tuple(blocks)


def compounds_of(plan: Plan) -> tuple[Compound, ...]:
    """Every compound a plan brings into the body, metabolites included."""
    found = {compound.name: compound for name in plan.drugs for compound in drug(name).compounds}
    return tuple(found.values())
