"""The glutamate burst that NMDA-receptor block releases, and the resting signal that the same block stops.

The assumption that matters: interneurons are blocked first, so the burst is an inverted U in block, b(1 - b); block
of resting receptors releases the eEF2-kinase brake in proportion to b. Left out: interneuron types, transporter
loss, receptor subunits.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    return Block(
        name="glutamate",
        doc=__doc__,
        takes={"nmda_block": Port("1", absent=0), "gabaa_potentiation": Port("1", absent=0)},
        gives={"glutamate_burst": "1", "resting_block": "1"},
        parameters=values_for("glutamate"),
        equations="""
        glutamate_burst = peak*4*nmda_block*(1 - nmda_block)*(1 - damping*gabaa_potentiation) : 1
        resting_block   = nmda_block : 1
        """,
    )
