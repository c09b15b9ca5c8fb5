"""Low-grade peripheral inflammation, raised by stress, held back by cortisol where its receptors still listen.

What raises it also starts its resolution, as the anti-inflammatory arm of the acute core does (Reynolds 2006), so load
and stress add up with falling return and cannot run away. The assumption that matters: one level stands for IL-6 and
CRP. Left out: an acute challenge with a pathogen, cells and cytokines by name.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    """Takes stress input, cortisol and glucocorticoid sensitivity; gives inflammation; all 1 in health."""
    return Block(
        name="inflammation",
        doc=__doc__,
        takes={
            "stress_input": Port("1", absent=1),
            "cortisol": Port("1", absent=1),
            "glucocorticoid_sensitivity": Port("1", absent=1),
        },
        gives={"inflammation": "1"},
        parameters=values_for("inflammation"),
        equations="""
        raised          = load + from_stress*(stress_input - 1) : 1
        unresolved      = raised/(1 + resolution*positive(raised)) : 1
        braked          = cortisol_brake*(glucocorticoid_sensitivity*cortisol - 1) : 1
        level           = max(floor, 1 + unresolved - braked) : 1
        d(inflammation) = (level - inflammation)/adjustment_time : 1/hour
        inflammation(0) = 1
        """,
    )
