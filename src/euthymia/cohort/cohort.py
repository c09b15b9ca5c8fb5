"""Virtual patients, drawn one by one from a preset.

Patient 4711 is the same in every run, shard and arm: each patient has a generator of his own, keyed by seed and
number. The assumption that matters: between-patient spreads are joined by a Gaussian copula. Left out: weighting a
crowd to look like one clinic, which belongs to the trial that asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby, repeat
from typing import Any

import numpy as np

from euthymia.cohort.preset import Preset, Spread, preset
from euthymia.errors import TrialError

#: streams of random numbers a patient has; never renumber
TRAITS, LIFE, RATER, STAYING, TAKING, EXPOSURE, OPTICS = range(7)


@dataclass(frozen=True)
class Patient:
    """One person: number, model parameters (by full name), factors on the model's own values, covariates."""

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
    """`size` people to enrol from a preset; candidates are drawn until that many are eligible."""

    preset: Preset
    size: int
    seed: int

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
        return Patient(self.seed, number, parameters, factors, covariates)

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
        return tuple(
            Patient(self.seed, number, _floats(parameters, a), _floats(factors, b), dict(zip(met, c, strict=True)))
            for number, a, b, c in zip(numbers, *rows, strict=True)
        )


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


def cohort(name: str, n: int, seed: int = 1) -> Cohort:
    """A cohort of `n` people from a preset (or a preset file); raises `UnknownName`, `DataError` or `TrialError`."""
    if n < 1:
        raise TrialError(
            f"the cohort has {n} people", rule="A cohort has at least one.", fix="Give n, for example n=100."
        )
    return Cohort(preset(name), int(n), int(seed))
