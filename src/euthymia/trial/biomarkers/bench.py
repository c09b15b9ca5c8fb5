"""A healthy typical animal on the bench: ports held, parameters multiplied, nothing else happening.

The downstream model alone, with one block that stands for every drug and circumstance it could do without: each port
that may be absent follows an input, 0 unless a protocol raises it. The assumption that matters: rates of the human
model are those of the animal. Left out: strain, sex, stress of handling.
"""

from __future__ import annotations

from functools import cache

from euthymia.engine.lower import lower
from euthymia.engine.program import Program
from euthymia.engine.schedule import Rate
from euthymia.model.assemble import assemble
from euthymia.model.block import Block, Model
from euthymia.model.downstream import downstream
from euthymia.trial.biomarkers.experiment import CannotExpress
from euthymia.trial.biomarkers.link import Protocol

CLAMP = "clamp"


@cache
def bench() -> tuple[Model, Program]:
    """The model on the bench and its program, assembled once in a process."""
    blocks = downstream()
    given = {port for block in blocks for port in block.gives}
    open_ports = {
        port: taken.unit
        for block in blocks
        for port, taken in block.takes.items()
        if port not in given and taken.absent == 0
    }
    clamp = Block(
        CLAMP,
        __doc__,
        "\n".join(f"{port} = {port}_held : {unit}" for port, unit in open_ports.items()),
        gives=open_ports,
        inputs={f"{port}_held": unit for port, unit in open_ports.items()},
    )
    model = assemble((*blocks, clamp))
    return model, lower(model)


def holding(protocol: Protocol, until: float) -> list[Rate]:
    """What a protocol holds, from hour 0; raises `CannotExpress` for a port this model has not or gives itself."""
    _, program = bench()
    found = []
    for port, level in protocol.hold.items():
        target = f"{CLAMP}.{port}_held"
        if target not in program.inputs:
            raise CannotExpress(f"the model has no port '{port}' that can be held from outside")
        found.append(Rate(0.0, target, level, protocol.hours or until))
    for name in protocol.multiply:
        if name not in program.parameters:
            raise CannotExpress(f"the model has no parameter '{name}'")
    return found
