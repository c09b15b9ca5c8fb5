"""What a preset file must say: who may come, what varies between them, how far and together with what.

A covariate that bears the name of a gene is a genotype, and acts as the gene's file says. The assumption that matters:
everything not listed is the same for all patients. Left out: what endophenotypes and genotypes do, which have files of
their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

from euthymia.cohort.effect import check_parameters
from euthymia.cohort.endophenotype import carried
from euthymia.cohort.genotype import genotype, genotypes
from euthymia.errors import DataError, EuthymiaError, UnknownName
from euthymia.evidence.checked import checked
from euthymia.evidence.yaml_with_lines import Document, read_yaml

FOLDER = Path(__file__).parent / "presets"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Spread(_Frozen):
    """How one quantity varies: `normal` (centre, standard deviation), `lognormal` (median, log-SD) or `choice`
    (value → share). With `factor`, the draw multiplies the model's own value."""

    kind: Literal["normal", "lognormal", "choice"]
    centre: float | None = None
    spread: float | None = None
    low: float = float("-inf")
    high: float = float("inf")
    shares: Mapping[str | float, float] | None = None
    factor: bool = False
    unit: str = "1"

    @model_validator(mode="after")
    def _complete(self) -> Spread:
        if self.kind == "choice":
            if not self.shares or abs(sum(self.shares.values()) - 1) > 1e-6:
                raise ValueError("the shares of a choice add up to 1")
        elif self.centre is None or self.spread is None or self.spread < 0:
            raise ValueError(f"a {self.kind} spread needs a centre and a spread of 0 or more")
        elif self.low >= self.high:
            raise ValueError("low is below high")
        return self


class Severity(_Frozen):
    """Inclusion by rated severity, applied as a filter at screening."""

    scale: str
    low: float
    high: float


class Having(_Frozen):
    """How far people of a clinic have an endophenotype, and how many of them."""

    degree: float = 1.0
    share: float = 1.0


class Preset(_Frozen):
    """A kind of clinic: inclusion, covariates (genotypes among them), what varies, and what varies together."""

    name: str
    label: str
    because: str
    severity: Severity
    covariates: Mapping[str, Spread]
    varies: Mapping[str, Spread]
    correlations: tuple[tuple[str, str, float], ...] = ()
    endophenotypes: Mapping[str, Having] = {}

    @model_validator(mode="after")
    def _known_pairs(self) -> Preset:
        for one, other, size in self.correlations:
            for name in (one, other):
                if name not in self.varies or self.varies[name].kind == "choice":
                    raise ValueError(f"'{name}' in correlations is not among the normal or lognormal 'varies'")
            if not -1 < size < 1:
                raise ValueError(f"a correlation of {size:g} is outside -1 … 1")
        return self


def presets() -> tuple[str, ...]:
    """Names of the presets that ship."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def preset(name: str) -> Preset:
    """A preset by name or by the path of a YAML file; raises `UnknownName` or `DataError`."""
    path = Path(name) if name.endswith((".yaml", ".yml")) else FOLDER / f"{name}.yaml"
    if not path.exists():
        raise UnknownName("cohort", name, presets())
    document = read_yaml(path)
    found = checked(Preset, document)
    check_parameters(found.varies, document, "varies")
    _check_genes(found, document)
    for one, having in found.endophenotypes.items():
        try:
            carried(one, having.degree, having.share)
        except EuthymiaError as error:
            error.place = document.place("endophenotypes", one)
            raise
    return found


def _check_genes(found: Preset, document: Document) -> None:
    """Raise `DataError` for a covariate named as a gene that holds something else than its levels."""
    for name, spread in found.covariates.items():
        if name not in genotypes():
            continue
        known = genotype(name).phenotypes
        for level in spread.shares or ("a number",):
            if level not in known:
                raise DataError(
                    f"'{level}' is no genotype of {name}",
                    place=document.place("covariates", name),
                    rule=f"Known: {', '.join(known)}.",
                    fix="Write a choice with shares of these.",
                )
