"""Every treatment that ships, in one model, for questions about structure that name no plan.

The assumption that matters: nobody is given all of this, so it is asked and never simulated. Left out: drugs and
devices in folders of the user's own.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from euthymia.model.block import Model


@cache
def whole_model() -> Model:
    """The model with one dose of every treatment by each of its routes, and one session of every device."""
    from euthymia.model.treatment import model_of
    from euthymia.treatments.device import device, devices
    from euthymia.treatments.drug import drug, drugs
    from euthymia.treatments.plan import Dose, Plan, Session

    named = [name for name in drugs() if drug(name).role != "probe"]
    doses = [Dose(0.0, name, 1.0, "mg", route) for name in named for route in drug(name).routes]
    sessions = []
    for name in devices():
        found = device(name)
        sessions.append(Session(0.0, name, found.session_hours, found.intensity, found.pulses))
    return model_of(Plan(tuple(doses), tuple(sessions), 24.0))
