"""Light on the cortex: cytochrome-c oxidase set free, energy and reactive oxygen, and harm beyond a dose.

Light releases inhibited oxidase; active oxidase drives energy and makes reactive oxygen; too much of that does harm and
ends the drive, so the response is biphasic (signs after sharma2011, in cultured neurons at 810 nm). What lasts is a
mitochondrial capacity that decays in two weeks. The assumption that matters: there is a direct effect at all;
`light.specific_effect = 0` is the rival hypothesis. Left out: pulsing beyond its average, heat, blood flow.
"""

from __future__ import annotations

from euthymia.model.block import Block
from euthymia.model.parameter_table import values_for


def block() -> Block:
    """The drive of all light in a plan; its input is the irradiance at the cortex."""
    return Block(
        name="light",
        doc=__doc__,
        gives={"mitochondrial_capacity": "1", "energy_drive": "1", "oxygen_signal": "1"},
        inputs={"irradiance": "mW/cm^2"},
        parameters=values_for("light"),
        equations="""
        d(inhibited)              = rebinding*(1 - inhibited) - release*irradiance*inhibited : 1/hour
        inhibited(0)              = 1
        active                    = 1 - inhibited : 1
        made                      = light_oxygen*irradiance + active_oxygen*active : 1/hour
        d(oxygen)                 = made - oxygen/oxygen_time : 1/hour
        d(damage)                 = harm*positive(oxygen - tolerated) - damage/repair_time : 1/hour
        energy_drive              = positive(active - harm_weight*damage) : 1
        oxygen_signal             = energy_drive + harm_oxygen*damage : 1
        gained                    = specific_effect*capacity_gain*energy_drive : 1/hour
        d(mitochondrial_capacity) = gained - mitochondrial_capacity/capacity_time : 1/hour
        """,
    )
