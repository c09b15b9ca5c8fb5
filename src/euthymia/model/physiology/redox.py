"""Oxidative stress, and the antioxidant defence that it calls up.

Inflammation, cortisol and failing mitochondria make reactive oxygen; Nrf2 and glutathione remove it, and more of it
calls for more of them. The assumption that matters: the defence is induced and not used up, which holds for months and
may not hold for years. Left out: single species, glutathione and its oxidised form as two pools, antioxidants in food.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    """Takes inflammation, cortisol and ATP capacity; gives oxidative stress; all 1 in health."""
    return Block(
        name="redox",
        doc=__doc__,
        takes={
            "inflammation": Port("1", absent=1),
            "cortisol": Port("1", absent=1),
            "atp_capacity": Port("1", absent=1),
        },
        gives={"oxidative_stress": "1"},
        parameters=values_for("redox"),
        equations="""
        bodily              = from_inflammation*(inflammation - 1) + from_cortisol*(cortisol - 1) : 1
        made                = max(floor, 1 + load + bodily + electron_leak*(1 - atp_capacity)) : 1
        d(oxidative_stress) = (made - defence*oxidative_stress)/adjustment_time : 1/hour
        oxidative_stress(0) = 1
        called_up           = positive(1 + induction*(oxidative_stress - 1)) : 1
        d(defence)          = (called_up - defence)/defence_time : 1/hour
        defence(0)          = 1
        """,
    )
