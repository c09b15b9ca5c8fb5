"""Virtual patients, drawn one by one from a preset.

Patient 4711 is the same in every run, shard and arm: each patient has a generator of his own, keyed by seed and
number. Endophenotypes and genotypes then move the parameters their files name; a patient who carries one keeps every
number he was drawn with, so he is his own twin without it. The assumption that matters: between-patient spreads are
joined by a Gaussian copula, and traits come independently of them. Left out: weighting a crowd to look like one clinic,
which belongs to the trial that asks for it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby, repeat
from typing import Any

import numpy as np

from euthymia.cohort.effect import reference
from euthymia.cohort.endophenotype import Carried, carried, carried_from, check_together, pairs
from euthymia.cohort.genotype import Fixed, fixed_from, genotype, genotypes
from euthymia.cohort.preset import Preset, Spread, preset
from euthymia.errors import TrialError

#: streams of random numbers a patient has; never renumber
TRAITS, LIFE, RATER, STAYING, TAKING, EXPOSURE, OPTICS, KIND = range(8)


@dataclass(frozen=True)
class Patient:
    """One person: number, model parameters (by full name), factors on the model's own values, covariates.

    Covariates hold the genotypes (`BDNF`: 'Val/Met') and the degree of every endophenotype of the cohort (`inflamed`:
    1.0, or 0.0 for who does not have it), so that results can be grouped by them.
    """

    seed: int
    number: int
    parameters: dict[str, float]
    factors: dict[str, float]
    covariates: dict[str, float | str]

    def random(self, stream: int) -> np.random.Generator:
        """This patient's own generator for one purpose; the same whenever it is asked for."""
        return generator(self.seed, self.number, stream)


def generator(seed: int, number: int, stream: int) -> np.random.Generator:
    """Counter-based numbers keyed by seed and patient; streams never overlap."""
    return np.random.Generator(np.random.Philox(key=[seed, number], counter=[0, 0, 0, stream]))


def generators(keys: Iterable[tuple[int, int]], stream: int) -> Iterator[np.random.Generator]:
    """`generator` of every (seed, number) in turn, none made anew: one is good until the next is asked for."""
    random, fresh = None, {}
    for seed, number in keys:
        if random is None or seed != fresh["seed"]:
            random = generator(seed, number, stream)
            fresh = {"seed": seed, "state": random.bit_generator.state}
        fresh["state"]["state"]["key"][1] = number
        random.bit_generator.state = fresh["state"]
        yield random


@dataclass(frozen=True)
class Cohort:
    """`size` people to enrol from a preset; candidates are drawn until that many are eligible.

    `endophenotypes` are carried on top of the preset's own, `genotypes` replace what the preset draws.
    """

    preset: Preset
    size: int
    seed: int
    endophenotypes: tuple[Carried, ...] = ()
    genotypes: tuple[Fixed, ...] = ()

    def with_(self, **changes: object) -> Cohort:
        return replace(self, **changes)

    def where(self, **varies: Spread | None) -> Cohort:
        """The same clinic with other spreads (names use `__` for the dot); `None` stops a quantity varying."""
        spreads = dict(self.preset.varies)
        for name, spread in varies.items():
            spreads.pop(name.replace("__", "."), None)
            if spread is not None:
                spreads[name.replace("__", ".")] = spread
        return replace(self, preset=self.preset.model_copy(update={"varies": spreads}))

    def with_endophenotype(self, name: str, degree: float = 1.0, share: float = 1.0) -> Cohort:
        """The same people, a `share` of whom has an endophenotype to a degree; again replaces what was said of it.

        Raises `UnknownName`, `DataError` for its file, or `TrialError` for a degree or share out of range.
        """
        one = carried(name, degree, share)
        kept = tuple(other for other in self.endophenotypes if other.name != one.name)
        return replace(self, endophenotypes=_together(self.preset, (*kept, one)))

    def with_genotypes(self, **genes: Any) -> Cohort:
        """The same people with these genotypes, for example `BDNF="Val/Met"`; raises as `cohort`."""
        fixed = fixed_from(genes)
        named = {one.gene.name for one in fixed}
        kept = tuple(one for one in self.genotypes if one.gene.name not in named)
        return replace(self, genotypes=(*kept, *fixed))

    @property
    def all_endophenotypes(self) -> tuple[Carried, ...]:
        """Those of the preset and those asked for; what is asked for replaces what the preset says of the same."""
        asked = {one.name for one in self.endophenotypes}
        own = (carried(n, h.degree, h.share) for n, h in self.preset.endophenotypes.items() if n not in asked)
        return (*own, *self.endophenotypes)

    def told(self) -> dict[str, Any]:
        """Endophenotypes and fixed genotypes as plain data, for the header of a run."""
        return {
            "endophenotypes": {one.name: {"degree": one.degree, "share": one.share} for one in self.all_endophenotypes},
            "genotypes": {one.gene.name: one.diplotype or one.level for one in self.genotypes},
        }

    def _dressed(self, people: Sequence[Patient], scores: np.ndarray) -> tuple[Patient, ...]:
        """Patients as drawn, with what their genotypes and endophenotypes do; `scores` is (people, joint names)."""
        names = {name: column for column, name in enumerate(self._joint[0])}
        for one in self.genotypes:
            for patient in people:
                patient.covariates[one.gene.name] = one.level
                if one.diplotype not in (None, one.level):
                    patient.covariates[f"{one.gene.name}_diplotype"] = str(one.diplotype)
        genes = [genotype(name) for name in genotypes()]
        acts = {gene.name: {level: gene.factors(level) for level in gene.levels} for gene in genes}
        for patient in people:
            for gene, levels in acts.items():
                for name, factor in levels.get(str(patient.covariates.get(gene)), ()):
                    patient.factors[name] = patient.factors.get(name, 1.0) * factor
        for one in self.all_endophenotypes:
            for row, patient in enumerate(people):
                _carry(one, patient, {name: scores[row, column] for name, column in names.items()})
        return tuple(people)

    @cached_property
    def _joint(self) -> tuple[tuple[str, ...], np.ndarray]:
        names = tuple(name for name, spread in self.preset.varies.items() if spread.kind != "choice")
        matrix = np.eye(len(names))
        for one, other, size in self.preset.correlations:
            if one in names and other in names:
                i, j = names.index(one), names.index(other)
                matrix[i, j] = matrix[j, i] = size
        try:
            return names, np.linalg.cholesky(matrix)
        except np.linalg.LinAlgError:
            raise TrialError(
                f"the correlations of cohort '{self.preset.name}' contradict each other",
                rule="A correlation matrix is positive definite.",
                fix="Bring the largest of them closer to zero.",
            ) from None

    def candidate(self, number: int) -> Patient:
        """Candidate `number`, before any inclusion rule."""
        random = generator(self.seed, number, TRAITS)
        names, root = self._joint
        scores = dict(zip(names, root @ random.standard_normal(len(names)), strict=True))
        parameters: dict[str, float] = {}
        factors: dict[str, float] = {}
        for name, spread in self.preset.varies.items():
            number_drawn = _draw(spread, scores.get(name), random)
            (factors if spread.factor else parameters)[name] = float(number_drawn)
        covariates = {name: _draw(spread, None, random) for name, spread in self.preset.covariates.items()}
        bare = Patient(self.seed, number, parameters, factors, covariates)
        return self._dressed((bare,), np.array([[scores[name] for name in names]]))[0]

    def candidates(self, first: int, last: int) -> tuple[Patient, ...]:
        """Candidates `first … last - 1`, each as `candidate` gives him, drawn together because that is quicker."""
        numbers = range(first, last)
        names, root = self._joint
        own, met = self.preset.varies, self.preset.covariates
        loose = [s.kind != "choice" for s in own.values() if s.kind == "choice"]
        loose += [s.kind != "choice" for s in met.values()]
        scores, others = np.empty((len(numbers), len(names))), np.empty((len(numbers), len(loose)))
        stretches = _stretches(loose)
        for row, random in enumerate(generators(((self.seed, number) for number in numbers), TRAITS)):
            scores[row] = root @ random.standard_normal(len(names))
            for stretch, normal in stretches:
                size = stretch.stop - stretch.start
                others[row, stretch] = random.standard_normal(size) if normal else random.random(size)
        scored, unscored = iter(scores.T), iter(others.T)
        columns = {n: _column(s, next(unscored if s.kind == "choice" else scored)) for n, s in own.items()}
        factors = [n for n, s in own.items() if s.factor]
        parameters = [n for n, s in own.items() if not s.factor]
        told = (
            [columns[n] for n in parameters],
            [columns[n] for n in factors],
            [_column(s, next(unscored)) for s in met.values()],
        )
        rows = (_rows(columns_of_one, len(numbers)) for columns_of_one in told)
        bare = tuple(
            Patient(self.seed, number, _floats(parameters, a), _floats(factors, b), dict(zip(met, c, strict=True)))
            for number, a, b, c in zip(numbers, *rows, strict=True)
        )
        return self._dressed(bare, scores)


def _keyed(patient: Patient, name: str) -> np.random.Generator:
    """A generator for one trait of one person, whatever other traits the cohort has."""
    key = zlib.crc32(name.encode())
    return np.random.Generator(np.random.Philox(key=[patient.seed, patient.number], counter=[0, 0, key, KIND]))


def _carry(one: Carried, patient: Patient, scores: Mapping[str, float]) -> None:
    """Give a person an endophenotype, if he is among those who have it; the degree becomes a covariate."""
    has = one.share == 1 or _keyed(patient, one.name).random() < one.share
    patient.covariates[one.name] = one.degree if has else 0.0
    if not has or one.degree == 0:
        return
    for name, effect in one.endophenotype.effects.items():
        if effect.factor is not None:
            patient.factors[name] = patient.factors.get(name, 1.0) * effect.multiplied(one.degree)
            continue
        old = patient.parameters.get(name)
        score = scores[name] if name in scores else float(_keyed(patient, name).standard_normal())
        patient.parameters[name] = effect.moved(reference(name) if old is None else old, score, one.degree)


def _together(clinic: Preset, asked: tuple[Carried, ...]) -> tuple[Carried, ...]:
    """What is asked for, if it goes together with itself and the clinic; raises `TrialError`."""
    names = {one.name for one in asked}
    own = tuple(carried(n, h.degree, h.share) for n, h in clinic.endophenotypes.items() if n not in names)
    check_together((*own, *asked))
    for one in asked:
        for name, effect in one.endophenotype.effects.items():
            if effect.factor is None and name in clinic.varies and clinic.varies[name].factor:
                raise TrialError(
                    f"endophenotype '{one.name}' says where {name} lies; cohort '{clinic.name}' draws a factor on it",
                    rule="A drawn factor takes a factor.",
                    fix="Write a factor in the file of the endophenotype.",
                )
    return asked


def _draw(spread: Spread, score: float | None, random: np.random.Generator) -> float | str:
    if spread.kind == "choice":
        assert spread.shares is not None  # `Spread` refuses a choice without shares
        values, shares = zip(*spread.shares.items(), strict=True)
        return values[int(np.searchsorted(np.cumsum(shares)[:-1], random.random(), side="right"))]
    assert spread.centre is not None and spread.spread is not None  # and any other kind without these two
    score = random.standard_normal() if score is None else score
    if spread.kind == "normal":
        drawn = spread.centre + spread.spread * score
    else:
        drawn = spread.centre * np.exp(spread.spread * score)
    return float(np.clip(drawn, spread.low, spread.high))


def _column(spread: Spread, drawn: np.ndarray) -> list[float] | list[float | str]:
    """`_draw` for many patients, from their normal scores or, for a choice, their shares."""
    if spread.kind == "choice":
        assert spread.shares is not None
        values = tuple(spread.shares)
        where = np.searchsorted(np.cumsum(tuple(spread.shares.values()))[:-1], drawn, side="right")
        return [values[at] for at in where]
    assert spread.centre is not None and spread.spread is not None
    scaled = spread.spread * drawn
    moved = spread.centre + scaled if spread.kind == "normal" else spread.centre * np.exp(scaled)
    return np.clip(moved, spread.low, spread.high).tolist()


def _rows(columns: Sequence[Sequence[Any]], count: int) -> Iterable[tuple[Any, ...]]:
    return zip(*columns, strict=True) if columns else repeat((), count)


def _floats(names: Sequence[str], numbers: Sequence[Any]) -> dict[str, float]:
    return dict(zip(names, map(float, numbers), strict=True))


def _stretches(normal: Sequence[bool]) -> list[tuple[slice, bool]]:
    """Draws of one kind that follow each other, as slices."""
    found, at = [], 0
    for kind, group in groupby(normal):
        size = len(list(group))
        found.append((slice(at, at + size), kind))
        at += size
    return found


def cohort(
    name: str,
    n: int,
    seed: int = 1,
    endophenotypes: Iterable[str] | Mapping[str, Any] = (),
    genotypes: Mapping[str, Any] | None = None,
) -> Cohort:
    """A cohort of `n` people from a preset (or a preset file).

    `endophenotypes` are names, or name: degree, or name: {degree, share}; `genotypes` are what everybody has, such as
    {"BDNF": "Val/Met", "CYP2D6": "*4/*4"}. Raises `UnknownName`, `DataError` for a file, or `TrialError` for a degree
    out of range or genotypes that contradict each other.
    """
    if n < 1:
        raise TrialError(
            f"the cohort has {n} people", rule="A cohort has at least one.", fix="Give n, for example n=100."
        )
    clinic = preset(name)
    asked = tuple(carried_from(one, said) for one, said in pairs(endophenotypes).items())
    return Cohort(clinic, int(n), int(seed), _together(clinic, asked), fixed_from(genotypes or {}))
