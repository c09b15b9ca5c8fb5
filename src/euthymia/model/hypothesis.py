"""Hypotheses: questions about the mechanism that the data leave open, each with rival answers that can be switched.

A file of `hypotheses/` is one question. Each alternative fixes parameters at a number and leaves the others free, so a
combination of alternatives is a parameter set with a name, and an ensemble can say how much each counts. The assumption
that matters: prior weights of different questions are independent; what a fit makes of them need not be. Left out:
questions of size, which are wide priors (docs/hypotheses.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field

from euthymia.errors import DataError, EuthymiaError, Place, UnknownName
from euthymia.evidence.checked import checked
from euthymia.evidence.value import Confidence
from euthymia.evidence.yaml_with_lines import Document, read_yaml
from euthymia.model.block import Model
from euthymia.model.parameter_table import Fit, current_fit

FOLDER = Path(__file__).parent / "hypotheses"
States = Mapping[str, str]  # hypothesis → alternative
Weights = Mapping[str, Mapping[str, float]]  # hypothesis → alternative → weight, adding to 1 in each


@dataclass(frozen=True)
class Alternative:
    """One answer: `weight` before any fit, and the parameters it `sets`, by full name, in their own units."""

    name: str
    meaning: str
    weight: float
    sets: Mapping[str, float]
    because: str
    source: str | None
    confidence: Confidence
    places: Mapping[str, Place] = field(default_factory=dict, repr=False, compare=False)

    @property
    def mark(self) -> str:
        """What every view prints beside it; empty when its reason was read in its source."""
        return "provisional" if self.confidence is Confidence.recalled else ""


@dataclass(frozen=True)
class Decides:
    """The observation that would tell the alternatives apart, in words, and where the thought comes from."""

    text: str
    source: str | None
    confidence: Confidence


@dataclass(frozen=True)
class Hypothesis:
    """An open question and its alternatives; the first is the one a model has that nobody switched.

    `bears_on` are drugs and kinds of device (rtms, tdcs, light) whose effect it changes; empty where it is all of them.
    """

    name: str
    question: str
    why_open: str
    bears_on: tuple[str, ...]
    decides: Decides
    alternatives: tuple[Alternative, ...]
    sources: tuple[str, ...] = ()

    @property
    def reference(self) -> Alternative:
        return self.alternatives[0]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.alternatives)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Every parameter that some alternative sets, by full name."""
        return tuple(dict.fromkeys(name for one in self.alternatives for name in one.sets))

    def alternative(self, name: str) -> Alternative:
        """Raises `UnknownName`."""
        for one in self.alternatives:
            if one.name == name:
                return one
        error = UnknownName("alternative", name, self.names)
        if not error.near:
            error.fix = f"Run 'euthymia show hypothesis {self.name}' to read about them."
        raise error


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Decides(_Part):
    text: str
    source: str | None = Field(None, description="A key of evidence/sources.bib.")
    confidence: Confidence


class _Alternative(_Part):
    meaning: str
    weight: float = Field(ge=0, le=1, description="Prior weight; those of one hypothesis add to 1.")
    sets: Mapping[str, float] = Field(description="Full name of a parameter → the number it is held at.")
    because: str = Field(description="Why the alternative has this weight and these settings.")
    source: str | None = Field(None, description="A key of evidence/sources.bib.")
    confidence: Confidence


class _Written(_Part):
    question: str
    why_open: str
    bears_on: tuple[str, ...] = ()
    sources: tuple[str, ...] = Field((), description="Keys of evidence/sources.bib.")
    decides: _Decides
    alternatives: Mapping[str, _Alternative]


@cache
def hypotheses() -> Mapping[str, Hypothesis]:
    """Every hypothesis by name, sorted."""
    return MappingProxyType({path.stem: read_hypothesis(path) for path in sorted(FOLDER.glob("*.yaml"))})


def hypothesis(name: str) -> Hypothesis:
    """Raises `UnknownName`."""
    if name not in hypotheses():
        raise UnknownName("hypothesis", name, hypotheses())
    return hypotheses()[name]


def read_hypothesis(path: str | Path) -> Hypothesis:
    """The hypothesis of a file, named after it; raises `DataError`."""
    document = read_yaml(path)
    written = checked(_Written, document)
    _weigh(written, document)
    found = tuple(
        Alternative(
            name, one.meaning, one.weight, MappingProxyType(dict(one.sets)), one.because, one.source, one.confidence,
            {key: document.place("alternatives", name, "sets", key) for key in one.sets},
        )
        for name, one in written.alternatives.items()
    )  # fmt: skip
    decides = Decides(**dict(written.decides))
    return Hypothesis(
        Path(path).stem, written.question, written.why_open, written.bears_on, decides, found, written.sources
    )


def _weigh(written: _Written, document: Document) -> None:
    total = sum(one.weight for one in written.alternatives.values())
    if len(written.alternatives) < 2 or abs(total - 1) > 1e-6:
        raise DataError(
            f"{len(written.alternatives)} alternatives with weights that add to {total:g}",
            place=document.place("alternatives"),
            rule="A hypothesis has at least two alternatives, and their weights add to 1.",
            fix="Give every alternative its weight.",
        )


def prior_weights() -> Weights:
    """How much each alternative counts before any fit."""
    return {name: {one.name: one.weight for one in found.alternatives} for name, found in hypotheses().items()}


def posterior_weights(fit: Fit | None = None) -> Weights:
    """How much each alternative counts in a fit (the shipped one if None): the weight of the members that hold it.

    Only of hypotheses that the members tell their state of; an alternative nobody holds has weight 0.
    """
    fit = fit or current_fit()
    found: dict[str, dict[str, float]] = {}
    if fit is None:
        return found
    for name, one in hypotheses().items():
        held = [(state[name], weight) for state, weight in zip(fit.states, fit.weights, strict=True) if name in state]
        total = sum(weight for _, weight in held)
        if total > 0:
            found[name] = {a: sum(weight for state, weight in held if state == a) / total for a in one.names}
    return found


def sets_of(states: States) -> dict[str, float]:
    """The parameters that a combination of alternatives sets.

    Raises `UnknownName`, and `EuthymiaError` where two of them set one parameter differently.
    """
    found: dict[str, float] = {}
    owner: dict[str, str] = {}
    for name, alternative in states.items():
        for parameter, number in hypothesis(name).alternative(alternative).sets.items():
            if found.setdefault(parameter, number) != number:
                raise contradiction(parameter, owner[parameter], found[parameter], f"{name}={alternative}", number)
            owner.setdefault(parameter, f"{name}={alternative}")
    return found


def contradiction(parameter: str, one: str, number: float, other: str, rival: float) -> EuthymiaError:
    """The error of two settings that cannot both hold."""
    return EuthymiaError(
        f"{one} sets {parameter} to {number:g} and {other} to {rival:g}",
        rule="A set of hypotheses gives every parameter one number; this one excludes everything.",
        fix=f"Leave out {one} or {other}.",
    )


def unknown_settings(models: Iterable[Model]) -> Iterator[str]:
    """A line for every setting of a parameter that none of the models has, with its file and line."""
    known = {name for model in models for name in model.parameters}
    for found in hypotheses().values():
        for one in found.alternatives:
            for parameter, place in one.places.items():
                if parameter not in known:
                    yield f"{place}: there is no parameter '{parameter}' in any model"
