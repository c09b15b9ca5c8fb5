"""One door to the physics: settings by name in, quantities by name out, whichever device they are about.

What the settings name decides who answers: coils, electrodes, light, or a protocol of the catalogue. The assumption
that matters: a setting nobody understands is an error or a reason, never ignored. Left out: what a dose does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from euthymia.errors import EuthymiaError, Place
from euthymia.fields import ask_current, ask_light, ask_magnetic
from euthymia.fields.inputs import CannotExpress, Inputs, Quantities, listed
from euthymia.fields.light import in_head
from euthymia.fields.optics import optics_tables
from euthymia.treatments.device import Light, device_called


def ask(given: Mapping[str, Any], wanted: tuple[str, ...] = (), tolerance: float | None = None) -> Quantities:
    """Every quantity that the settings define, by name and with its unit at the end of the name.

    `wanted` names quantities whose place is in their name (under_F3_mean, ratio_30_over_15); `tolerance` decides how
    many photons are sent. Raises `EuthymiaError` for settings that cannot be, `CannotExpress` for what is not modelled.

    >>> round(ask({"n": 1.37})["specular"], 5)
    0.02437
    """
    asked = Inputs(given)
    if "protocol" in asked:
        found = _protocol(asked)
    elif _about(asked, ask_magnetic.WORDS) or set(given) == {"r_mm"}:
        found = ask_magnetic.answer(asked, wanted)
    elif asked.plain("conductivity_profile", default=None) is not None:
        found = ask_magnetic.answer(Inputs(given), wanted)
    elif _about(asked, ask_current.WORDS):
        found = ask_current.answer(asked, wanted)
    elif asked.plain("state", default=None) is not None:
        found = ask_magnetic.answer(asked, wanted)
    elif _about(asked, ask_light.WORDS):
        found = ask_light.answer(asked, wanted, tolerance)
    else:
        raise CannotExpress(f"nothing here is about a coil, electrodes or light: {', '.join(map(str, given)) or 'no setting'}")
    asked.refuse_left()
    return found


def _about(asked: Inputs, words: tuple[str, ...]) -> bool:
    return any(asked.has(word) for word in words)


def _protocol(asked: Inputs) -> Quantities:
    """Light of a protocol at the cortex: for every table of optics, and over thicknesses."""
    protocol = device_called(str(asked.plain("protocol")))
    if not isinstance(protocol, Light):
        raise EuthymiaError(
            f"'{protocol.name}' is no protocol of light", place=Place(field="protocol"),
            fix=f"euthymia stimulate {protocol.name} gives its doses.",
        )  # fmt: skip
    tables = listed(asked.plain("optics", default=list(optics_tables())))
    thick = asked.plain("layers_mm", "layers", default="default")
    means, ends = [], []
    for table in tables:
        one = in_head(table, protocol.wavelength, thick, protocol.beam_radius)
        if one is not None:
            means.append(one)
            ends += [
                found.grey_mean() * protocol.radiant_exposure
                for extreme in ("thin", "default", "thick")
                if (found := in_head(table, protocol.wavelength, extreme, protocol.beam_radius)) is not None
            ]
    if not means:
        raise CannotExpress(f"no table of {', '.join(tables)} speaks of {protocol.wavelength:g} nm")
    answer = ask_light.summary(means, protocol.radiant_exposure, protocol.beam_radius, protocol.average)
    return answer | {"range_over_thickness": [min(ends), max(ends)], "radiant_exposure_J_cm2": protocol.radiant_exposure}
