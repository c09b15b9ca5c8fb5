"""What a plan adds to the model: the blocks of its drugs and devices, and nothing else.

This is all a treatment may do: concentrations reach targets, sessions drive the cortex; everything below is shared.
The assumption that matters: drugs meet at targets and at the enzymes that clear them, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable

from euthymia.model.assemble import assemble
from euthymia.model.block import Block, Model
from euthymia.model.circumstances import expectancy, life
from euthymia.model.downstream import downstream
from euthymia.model.pharmacokinetics import absorption, disposition
from euthymia.model.pharmacokinetics import enzyme as enzymes
from euthymia.model.pharmacokinetics.disposition import Source
from euthymia.model.stimulation import course, light
from euthymia.model.targets import binding
from euthymia.treatments.compound import Compound
from euthymia.treatments.device import Light, device
from euthymia.treatments.drug import drug
from euthymia.treatments.enzyme import enzyme
from euthymia.treatments.plan import Plan
from euthymia.treatments.product import single


def model_of(plan: Plan) -> Model:
    """The whole model for a plan: its treatments, the shared downstream, and the circumstances."""
    return assemble((*treatment_blocks(plan), *downstream(), life.block(), expectancy.block()))


def treatment_blocks(plan: Plan) -> tuple[Block, ...]:
    """Absorption, disposition, targets and sessions of everything in the plan; raises `UnknownName`."""
    ways = sorted({(one.drug, one.route, one.condition) for dose in plan.doses for one in single(dose)})
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
        for product in compound.products:
            port = disposition.formed_port(compound.name, product)
            entries.setdefault(product, []).append(Source(port))
    blocks += [disposition.block(compound, entries.get(name, ())) for name, compound in compounds.items()]
    present = tuple(compounds.values())
    blocks += [enzymes.block(enzyme(name), present) for name in enzymes_of(present)]
    blocks += binding.blocks(present)
    given = [device(name) for name in sorted({session.protocol for session in plan.sessions if not session.sham})]
    if driving := [one for one in given if not isinstance(one, Light)]:
        blocks.append(course.block(driving))
    if len(driving) < len(given):
        blocks.append(light.block())
    return tuple(blocks)


def enzymes_of(compounds: Iterable[Compound]) -> tuple[str, ...]:
    """Names of the enzymes that clear any of the compounds or that any of them acts on."""
    return tuple(sorted({name for compound in compounds for name in compound.enzymes}))


def compounds_of(plan: Plan) -> tuple[Compound, ...]:
    """Every compound a plan brings into the body, metabolites included."""
    found = {compound.name: compound for name in plan.drugs for compound in drug(name).compounds}
    return tuple(found.values())
