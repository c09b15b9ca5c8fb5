"""Glutamate: the burst that NMDA-receptor block releases, and the tone that transporters keep low at rest.

Parvalbumin and somatostatin interneurons are blocked before pyramidal cells, so the burst is an inverted U in block;
block of resting receptors releases the eEF2-kinase brake in proportion. Transporters are lost to activated microglia
and oxidative stress, somatostatin interneurons to cortisol; quinolinate acts at NMDA receptors as glutamate does, so
block silences what all three add. The assumption that matters: interneurons settle within the hour and are algebraic.
Left out: receptor subunits, glial release, the excitation-inhibition balance as a state.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    return Block(
        name="glutamate",
        doc=__doc__,
        takes={
            "nmda_block": Port("1", absent=0),
            "gabaa_potentiation": Port("1", absent=0),
            "microglial_activation": Port("1", absent=1),
            "quinolinate": Port("1", absent=1),
            "oxidative_stress": Port("1", absent=1),
            "cortisol": Port("1", absent=1),
        },
        gives={
            "glutamate_burst": "1",
            "resting_block": "1",
            "glutamate_tone": "1",
            "glutamate_transport": "1",
            "parvalbumin_drive": "1",
            "somatostatin_drive": "1",
        },
        parameters=values_for("glutamate"),
        equations="""
        parvalbumin_drive      = 1 - nmda_block : 1
        somatostatin_drive     = somatostatin_cells*(1 - nmda_block) : 1
        blocked_parvalbumin    = parvalbumin_share*(1 - parvalbumin_drive) : 1
        blocked_somatostatin   = (1 - parvalbumin_share)*(somatostatin_cells - somatostatin_drive) : 1
        disinhibition          = blocked_parvalbumin + blocked_somatostatin : 1
        glutamate_burst        = peak*4*disinhibition*(1 - nmda_block)*(1 - damping*gabaa_potentiation) : 1
        resting_block          = nmda_block : 1
        surviving              = 1/(1 + cortisol_loss*positive(cortisol - 1)) : 1
        d(somatostatin_cells)  = (surviving - somatostatin_cells)/somatostatin_time : 1/hour
        somatostatin_cells(0)  = 1
        glial_loss             = microglial_loss*positive(microglial_activation - 1) : 1
        oxidised               = oxidative_loss*positive(oxidative_stress - 1) : 1
        d(glutamate_transport) = (1/(1 + glial_loss + oxidised) - glutamate_transport)/transport_time : 1/hour
        glutamate_transport(0) = 1
        agonists               = 1 + quinolinate_gain*(quinolinate - 1) : 1
        released               = agonists*(1 + disinhibited_tone*(1 - somatostatin_cells)) : 1
        glutamate_tone         = 1 + (released/glutamate_transport - 1)*(1 - nmda_block) : 1
        """,
    )
