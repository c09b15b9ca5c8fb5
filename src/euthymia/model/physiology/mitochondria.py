"""Mitochondria: complex IV, which oxidation wears, and the biogenesis that replaces it.

Capacity to make ATP is what complex IV allows, less a patient's constitutive deficit, more what light adds. PGC-1alpha
rises when energy runs short and falls under inflammation. The assumption that matters: complex IV stands for the whole
chain. `light_gain = 0` is the rival hypothesis that light has no direct effect. Left out: membrane potential, fission
and fusion, calcium, tissues other than the brain.
"""

from __future__ import annotations

from euthymia.model.block import Block, Port
from euthymia.model.parameter_table import values_for


def block() -> Block:
    """Takes oxidative stress and inflammation (1 in health), capacity by light (0); gives ATP capacity (1)."""
    return Block(
        name="mitochondria",
        doc=__doc__,
        takes={
            "oxidative_stress": Port("1", absent=1),
            "inflammation": Port("1", absent=1),
            "mitochondrial_capacity": Port("1", absent=0),
        },
        gives={"atp_capacity": "1"},
        parameters=values_for("mitochondria"),
        equations="""
        atp_capacity   = (1 - deficit)*complex_four*(1 + light_gain*mitochondrial_capacity) : 1
        worn           = max(1 + wear*(oxidative_stress - 1), 0.1) : 1
        d(complex_four) = (biogenesis/worn - complex_four)/complex_time : 1/hour
        complex_four(0) = 1
        compensated    = 1 + compensation*(1 - atp_capacity) : 1
        supported      = positive(compensated)/(1 + immune_loss*positive(inflammation - 1)) : 1
        d(biogenesis)  = (supported - biogenesis)/biogenesis_time : 1/hour
        biogenesis(0)  = 1
        """,
    )
