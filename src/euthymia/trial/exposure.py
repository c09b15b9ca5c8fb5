"""How this patient handles a drug: clearance and volumes moved by weight, genotype and chance.

Between-patient spreads come with the compound; the draw depends on patient and compound alone, so a patient has one
clearance in every arm and trial. The assumption that matters: spreads are log-normal and independent. Left out: organ
impairment, co-medication.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Literal

import numpy as np

from euthymia.cohort.cohort import EXPOSURE, Patient
from euthymia.evidence.value import Value
from euthymia.model.pharmacokinetics.disposition import identifier
from euthymia.treatments.drug import Compound

REFERENCE_WEIGHT = 70.0


def exposure(compound: Compound, patient: Patient) -> Mapping[str, float]:
    """Parameters of the compound's block that differ in this patient, by full name."""
    block = identifier(compound.name)
    found: dict[str, float] = {}
    scaled: tuple[tuple[Literal["clearance", "volume"], Value | None], ...] = (
        ("clearance", compound.clearance),
        ("volume", compound.volume),
    )
    for name, value in scaled:
        if value is None:
            continue
        number = value.number
        if compound.allometry and name in compound.allometry:
            relative = float(patient.covariates.get("weight", REFERENCE_WEIGHT)) / REFERENCE_WEIGHT
            number *= relative ** compound.allometry[name].number
        if name == "clearance":
            for gene, factors in (compound.phenotypes or {}).items():
                factor = factors.get(str(patient.covariates.get(gene, "normal")))
                number *= factor.number if factor is not None else 1.0
        found[f"{block}.{name}"] = number
    for name, spread in (compound.variability or {}).items():
        full = f"{block}.{name}"
        start = found.get(full, _number(compound, name))
        key = zlib.crc32(f"{compound.name}/{name}".encode())
        random = np.random.Generator(
            np.random.Philox(key=[patient.seed, patient.number], counter=[0, 0, key, EXPOSURE])
        )
        log_sd = np.sqrt(np.log1p(spread.number**2))
        found[full] = float(start * np.exp(log_sd * random.standard_normal()))
    return found


def _number(compound: Compound, name: str) -> float:
    if compound.liver is not None and name.startswith("liver_"):
        return getattr(
            compound.liver, name.removeprefix("liver_") if name != "liver_elimination" else "elimination_rate"
        ).number
    return getattr(compound, name).number
