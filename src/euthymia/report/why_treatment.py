"""Why, for a drug or a device: every number its file brings, and where each enters the model.

The assumption that matters: a treatment acts only through what its file says. Left out: drugs met in the body that
the plan does not contain.
"""

from __future__ import annotations

from euthymia.model.block import Model
from euthymia.report.provenance import chain
from euthymia.report.values_in import values_in
from euthymia.report.why import WhyNode, link_node
from euthymia.report.wording import amount


def treatment_names() -> tuple[str, ...]:
    """Names of all drugs and devices."""
    from euthymia.treatments.device import devices
    from euthymia.treatments.drug import drugs

    return (*drugs(), *devices())


def why_treatment(name: str, model: Model) -> WhyNode:
    """The numbers of a drug or device with their sources, and the equations in `model` that use them."""
    from euthymia.treatments.device import device, devices
    from euthymia.treatments.drug import drug

    is_device = name in devices()
    found = device(name) if is_device else drug(name)
    children = []
    for path, value in values_in(found):
        mark = f" [{value.mark}]" if value.mark else ""
        used = [full for full, given in model.parameters.items() if given.place == value.place and given == value]
        text = f"{path} = {amount(value)}{mark}" + (f": {value.meaning}" if value.meaning else "")
        told = {"number": value.number, "unit": value.unit, "mark": value.mark, "used as": used}
        children.append(WhyNode("parameter", path, text, told, tuple(link_node(part) for part in chain(value))))
    limits = getattr(found, "limits", "")
    told = {"not modelled": limits} if limits else {}
    return WhyNode("device" if is_device else "drug", name, found.label, told, tuple(children))
