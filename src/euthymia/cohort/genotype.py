"""Genotypes: alleles, what a pair of them adds up to, and the parameters that moves, as files.

Each allele has a score; the sum of two picks a level, such as 'Val/Met' or 'poor'. A level multiplies parameters, or
is the phenotype of an enzyme of the treatments. The assumption that matters: alleles add up. Left out: linkage between
genes, and ancestry as anything but allele frequencies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from euthymia.cohort.effect import Effect, Part, check_parameters
from euthymia.errors import DataError, TrialError, UnknownName
from euthymia.evidence.checked import checked
from euthymia.evidence.yaml_with_lines import PACKAGE, Document, read_yaml
from euthymia.treatments.enzyme import enzyme
from euthymia.treatments.measured import Share
from euthymia.treatments.numbers import resolved

FOLDER = Path(__file__).parent / "genotypes"
#: what an enzyme's activity is 1 in, without a line in its file
REFERENCE = "normal"


class Level(Part):
    """Pairs of alleles whose scores add up to `scores` (lowest, highest), and what they do."""

    scores: tuple[float, float]
    effects: Mapping[str, Effect] = {}

    @model_validator(mode="after")
    def _factors(self) -> Level:
        if self.scores[0] > self.scores[1]:
            raise ValueError("the scores of a level run from low to high")
        if any(effect.factor is None for effect in self.effects.values()):
            raise ValueError("a genotype acts by factors alone")
        return self


class Genotype(Part):
    """One gene: alleles with their scores, levels, allele frequencies by ancestry."""

    name: str
    label: str
    aliases: tuple[str, ...] = ()
    because: str
    source: str | None = None
    confidence: Literal["verified", "recalled"]
    enzyme: str | None = Field(None, description="The enzyme of the treatments whose phenotypes the levels are.")
    alleles: Mapping[str, float] = Field(min_length=2)
    levels: Mapping[str, Level] = Field(min_length=2)
    frequencies: Mapping[str, Mapping[str, Share]] = Field({}, description="Ancestry → allele → frequency.")
    prediction: str

    @model_validator(mode="after")
    def _complete(self) -> Genotype:
        for ancestry, shares in self.frequencies.items():
            if unknown := next((allele for allele in shares if allele not in self.alleles), None):
                raise ValueError(f"there is no allele '{unknown}' in the frequencies of {ancestry}")
            if abs(sum(share.number for share in shares.values()) - 1) > 1e-6:
                raise ValueError(f"the frequencies of {ancestry} do not add up to 1")
        scores = list(self.alleles.values())
        for total in sorted({one + other for one in scores for other in scores}):
            if sum(low <= total <= high for low, high in (level.scores for level in self.levels.values())) != 1:
                raise ValueError(f"a pair of score {total:g} is in no level, or in more than one")
        return self

    @property
    def phenotypes(self) -> tuple[str, ...]:
        """Every level a person can be given; an enzyme's own finer phenotypes too."""
        finer = () if self.enzyme is None else enzyme(self.enzyme).phenotypes
        return (*self.levels, *(name for name in finer if name not in self.levels))

    def of_score(self, score: float) -> str:
        """The level of a score."""
        return next(name for name, level in self.levels.items() if level.scores[0] <= score <= level.scores[1])

    def factors(self, level: str) -> tuple[tuple[str, float], ...]:
        """Parameters that a level multiplies, by full name."""
        found = self.levels.get(level)
        return () if found is None else tuple((n, effect.multiplied(1.0)) for n, effect in found.effects.items())

    def shares(self, ancestry: str) -> dict[str, float]:
        """Level → share of people by allele frequencies, in Hardy-Weinberg proportions; raises `UnknownName`."""
        if ancestry not in self.frequencies:
            raise UnknownName("ancestry", ancestry, self.frequencies)
        found = dict.fromkeys(self.levels, 0.0)
        alleles = {allele: share.number for allele, share in self.frequencies[ancestry].items()}
        for one, first in alleles.items():
            for other, second in alleles.items():
                found[self.of_score(self.alleles[one] + self.alleles[other])] += first * second
        return {level: share for level, share in found.items() if share > 0}


@dataclass(frozen=True)
class Fixed:
    """The genotype that everybody in a cohort has: the level, and the pair of alleles if one was named."""

    gene: Genotype
    level: str
    diplotype: str | None = None


def genotypes() -> tuple[str, ...]:
    """Names of the genes that ship."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def genotype(name: str) -> Genotype:
    """A gene by name or alias (rs6265 is BDNF); raises `UnknownName` or `DataError`."""
    name = _aliases().get(name.lower(), name)
    path = FOLDER / f"{name}.yaml"
    if name not in genotypes():
        raise UnknownName("genotype", name, genotypes())
    return read_genotype(path)


@cache
def read_genotype(path: Path) -> Genotype:
    """A gene from its file; raises `DataError` with its line."""
    document = read_yaml(path)
    found = checked(Genotype, document, content=resolved(document))
    for level, told in found.levels.items():
        check_parameters(told.effects, document, "levels", level, "effects")
    if found.enzyme is not None:
        _check_enzyme(found, document)
    return found


def _check_enzyme(found: Genotype, document: Document) -> None:
    known = (REFERENCE, *enzyme(str(found.enzyme)).phenotypes)
    for level in found.levels:
        if level not in known:
            raise DataError(
                f"enzyme {found.enzyme} has no phenotype '{level}'",
                place=document.place("levels", level),
                rule=f"Known: {', '.join(known)}.",
                fix=f"Add its activity to treatments/enzymes/{found.enzyme}.yaml.",
            )


@cache
def _aliases() -> dict[str, str]:
    """Every name of a gene in small letters → its own."""
    found = {}
    for name in genotypes():
        for alias in (name, *(read_yaml(FOLDER / f"{name}.yaml").content.get("aliases") or ())):
            found[str(alias).lower()] = name
    return found


def fixed_from(given: Mapping[str, Any]) -> tuple[Fixed, ...]:
    """Genotypes as people write them; raises `UnknownName`, or `TrialError` for one that contradicts itself.

    A gene (or an alias) maps to a level, a pair of alleles, a list of both, or `{diplotype, phenotype}`.
    """
    said: dict[str, list[Fixed]] = {}
    for name, told in given.items():
        gene = genotype(str(name))
        said.setdefault(gene.name, []).extend(_read(gene, one) for one in _statements(gene, told))
    return tuple(_agreed(statements) for statements in said.values())


def _statements(gene: Genotype, told: Any) -> Iterable[str]:
    if isinstance(told, str):
        return (told,)
    if isinstance(told, Mapping):
        for key in told:
            if key not in ("diplotype", "phenotype"):
                raise TrialError(
                    f"the genotype of {gene.name} has no '{key}'",
                    rule="It has a diplotype and a phenotype.",
                    fix=f"{gene.name}: {_example(gene)}",
                )
        told = list(told.values())
    if isinstance(told, (list, tuple)) and told and all(isinstance(one, str) for one in told):
        return told
    raise TrialError(
        f"the genotype of {gene.name} cannot be read: '{told}'",
        rule=f"Known: {', '.join(gene.phenotypes)}, or a pair of the alleles {', '.join(gene.alleles)}.",
        fix=f"{gene.name}: {_example(gene)}",
    )


def _read(gene: Genotype, told: str) -> Fixed:
    """One statement about a gene: a level by its name, or a pair of alleles in either order."""
    if told in gene.phenotypes and told not in _pairs(gene):
        return Fixed(gene, told)
    alleles = told.split("/")
    unknown = next((allele for allele in alleles if allele not in gene.alleles), None)
    if len(alleles) != 2 or unknown is not None:
        said = f"allele '{unknown}'" if len(alleles) == 2 else f"genotype '{told}'"
        raise TrialError(
            f"{gene.name} has no {said}",
            rule=f"{_file(gene)} knows {', '.join(gene.phenotypes)}, or pairs of {', '.join(gene.alleles)}.",
            fix=f"{gene.name}: {_example(gene)}",
        )
    level = gene.of_score(sum(gene.alleles[allele] for allele in alleles))
    order = list(gene.alleles)
    return Fixed(gene, level, "/".join(sorted(alleles, key=order.index)))


def _agreed(statements: list[Fixed]) -> Fixed:
    """All that was said of one gene as one; raises `TrialError` if two statements do not go together."""
    first = statements[0]
    for other in statements[1:]:
        pairs = {one.diplotype for one in (first, other) if one.diplotype is not None}
        if len(pairs) > 1 or _coarse(first) != _coarse(other):
            raise TrialError(
                f"the genotype of {first.gene.name} contradicts itself: {_told(first)} and {_told(other)}",
                rule=f"A person has one pair of alleles, and its phenotype follows from it ({_file(first.gene)}).",
                fix=f"Keep one of them, for example {first.gene.name}: {_example(first.gene)}.",
            )
        finer = other if _coarse(first) == first.level else first
        first = Fixed(first.gene, finer.level, first.diplotype or other.diplotype)
    return first


def _coarse(one: Fixed) -> str:
    """The level a finer phenotype (an activity score such as AS0.5) belongs to."""
    if one.level in one.gene.levels:
        return one.level
    if one.level.startswith("AS"):
        return one.gene.of_score(float(one.level.removeprefix("AS")))
    return one.level


def _told(one: Fixed) -> str:
    return f"'{one.level}'" if one.diplotype in (None, one.level) else f"'{one.diplotype}' ('{one.level}')"


def _pairs(gene: Genotype) -> set[str]:
    return {f"{one}/{other}" for one in gene.alleles for other in gene.alleles}


def _example(gene: Genotype) -> str:
    return next(iter(gene.levels))


def _file(gene: Genotype) -> str:
    return str((FOLDER / f"{gene.name}.yaml").relative_to(PACKAGE))
