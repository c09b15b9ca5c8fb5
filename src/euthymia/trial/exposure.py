"""How this patient handles a drug: clearance, volumes and enzymes moved by weight, age, genotype, organs and chance.

Between-patient spreads come with the compound; the draw depends on patient and compound alone, so a patient has one
clearance in every arm and trial. The assumption that matters: spreads are log-normal and independent. Left out:
correlations between the parameters of one compound.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import numpy as np

from euthymia.cohort.cohort import EXPOSURE, Patient
from euthymia.evidence.value import Value
from euthymia.model.pharmacokinetics import enzyme as enzymes
from euthymia.model.pharmacokinetics.disposition import identifier
from euthymia.treatments.compound import Compound
from euthymia.treatments.enzyme import Enzyme

REFERENCE_WEIGHT = 70.0
#: kidney function left, by stage, relative to normal: middle of the stage's range of eGFR over 100 mL/min
KIDNEY = {"normal": 1.0, "mild": 0.75, "moderate": 0.45, "severe": 0.22, "end-stage": 0.08}


def exposure(compound: Compound, patient: Patient) -> Mapping[str, float]:
    """Parameters of the compound's block that differ in this patient, by full name."""
    block = identifier(compound.name)
    found = {f"{block}.{name}": number for name, number in _covariates(compound, patient).items()}
    for name, spread in (compound.variability or {}).items():
        full = f"{block}.{name}"
        start = found.get(full, _typical(compound)[name].number)
        key = zlib.crc32(f"{compound.name}/{name}".encode())
        random = np.random.Generator(
            np.random.Philox(key=[patient.seed, patient.number], counter=[0, 0, key, EXPOSURE])
        )
        log_sd = np.sqrt(np.log1p(spread.number**2))
        found[full] = float(start * np.exp(log_sd * random.standard_normal()))
    return found


def typical_exposure(compound: Compound, patient: Patient) -> Mapping[str, float]:
    """The same without chance: the typical person with these covariates."""
    block = identifier(compound.name)
    return {f"{block}.{name}": number for name, number in _covariates(compound, patient).items()}


def capacity(enzyme: Enzyme, patient: Patient) -> Mapping[str, float]:
    """The enzyme's activity by this patient's genotype and liver, by full parameter name."""
    told = str(patient.covariates.get(enzyme.name, "normal"))
    number = 1.0
    if told in enzyme.phenotypes:
        number = enzyme.phenotypes[told].number
    liver = enzyme.hepatic.get(str(patient.covariates.get("hepatic", "normal")))
    number *= liver.number if liver is not None else 1.0
    return {f"{enzymes.name_of(enzyme.name)}.capacity": number}


def _typical(compound: Compound) -> dict[str, Value]:
    """Parameters of a compound that a patient can change, by their name in the block."""
    found: dict[str, Value | None] = {
        "clearance": compound.clearance,
        "volume": compound.volume,
        "renal_clearance": compound.renal_clearance,
    }
    if compound.liver is not None:
        found |= {
            "liver_flow": compound.liver.flow,
            "liver_elimination": compound.liver.elimination_rate,
            "liver_intrinsic": compound.liver.intrinsic,
        }
    return {name: value for name, value in found.items() if value is not None}


CLEARING = ("clearance", "liver_elimination", "liver_intrinsic")


def _covariates(compound: Compound, patient: Patient) -> dict[str, float]:
    typical = _typical(compound)
    found = {name: value.number for name, value in typical.items() if name in ("clearance", "volume")}
    weight = float(patient.covariates.get("weight", REFERENCE_WEIGHT))
    for of, power in compound.allometry.items():
        for name in CLEARING if of == "clearance" else ("volume",):
            if name in typical:
                start = found.get(name, typical[name].number)
                found[name] = start * (weight / REFERENCE_WEIGHT) ** power.number
    factor = {"clearance": 1.0, "volume": 1.0}
    for covariate, factors in (compound.phenotypes or {}).items():
        told = factors.get(str(patient.covariates.get(covariate, "normal")))
        factor["clearance"] *= told.number if told is not None else 1.0
    for trend in compound.trends:
        if trend.covariate not in patient.covariates:
            continue
        x, reference = float(patient.covariates[trend.covariate]), trend.reference.number
        if trend.above and x <= reference:
            continue
        if trend.exponent is not None:
            factor[trend.of] *= (x / reference) ** trend.exponent.number
        if trend.slope is not None:
            factor[trend.of] *= max(0.1, 1 + trend.slope.number * (x - reference))
    for of, names in (("clearance", CLEARING), ("volume", ("volume",))):
        for name in names:
            if name in typical and factor[of] != 1.0:
                found[name] = found.get(name, typical[name].number) * factor[of]
    kidney = KIDNEY.get(str(patient.covariates.get("renal", "normal")), 1.0)
    if "renal_clearance" in typical and kidney != 1.0:
        found["renal_clearance"] = typical["renal_clearance"].number * kidney
    return found
