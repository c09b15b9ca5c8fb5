"""A tablet that holds more than one drug, taken apart into the doses of each.

The assumption that matters: each drug in it behaves as on its own; what they do to each other follows from enzymes and
targets. Left out: a coating that changes one drug because of the other.
"""

from __future__ import annotations

from dataclasses import replace

from euthymia.treatments.drug import drug
from euthymia.treatments.plan import Dose


def single(dose: Dose) -> tuple[Dose, ...]:
    """The doses of single drugs that a dose stands for: itself, or one for each component."""
    parts = drug(dose.drug).components
    if not parts:
        return (dose,)
    return tuple(
        replace(dose, drug=name, amount=dose.amount * share, route=_route(name, dose.route))
        for name, share in parts.items()
    )


def _route(name: str, wanted: str) -> str:
    """The component's own route of that name, or its plain one (a form such as 'oral immediate' need not exist)."""
    routes = drug(name).routes
    return wanted if wanted in routes else wanted.split()[0]
