"""A trial as YAML: the same design as `trial(…)`, for people who do not write Python.

    cohort: {preset: outpatient-mdd, people: 80, seed: 7}
    arms:
      escitalopram: {oral: escitalopram, amount: 10 mg, daily: {weeks: 8}}
      placebo: {placebo: oral, daily: {weeks: 8}}
    control: placebo

The assumption that matters: arms are regimens in the form of `treatments.regimen_file`, and what is not said is as in
`trial.protocol`. Left out: the clinic itself, which is a cohort preset; a design names `endophenotypes` and `genotypes`
on top of it, such as {inflamed: 0.5} and {BDNF: Val/Met}.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from euthymia.cohort.cohort import Cohort, cohort
from euthymia.cohort.endophenotype import carried_from, pairs
from euthymia.cohort.genotype import fixed_from
from euthymia.errors import EuthymiaError, UnknownName
from euthymia.evidence.checked import checked
from euthymia.evidence.yaml_with_lines import Document, read_yaml
from euthymia.treatments.regimen import Regimen
from euthymia.treatments.regimen_file import regimen_from
from euthymia.trial.protocol import Baseline, Staying, Trial, trial
from euthymia.trial.restriction import Given, restricted

FOLDER = Path(__file__).parent / "protocols"

#: field → the word by which `trial` speaks of it
WORDS = {
    "visits": "visit",
    "control": "control",
    "scales": "scale",
    "setting": "setting",
    "arms": "arm",
    "hypotheses": "parameter",
}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class People(_Part):
    """Who is enrolled: a cohort preset, how many in the whole trial, and where their random numbers start.

    `endophenotypes` and `genotypes` are as `cohort` takes them.
    """

    preset: str
    people: int = Field(gt=0)
    seed: int = 1
    endophenotypes: Any = Field((), description="Names, or name: degree, or name: {degree, share}.")
    genotypes: Mapping[str, Any] = Field({}, description="Gene: genotype, for example BDNF: Val/Met.")


class Leaving(_Part):
    """Drop-out: a weekly hazard at `centre` points of the first scale, how it grows with severity, and by arm a weekly
    hazard of leaving because of adverse effects."""

    weekly_hazard: float = Field(0.02, ge=0)
    per_point: float = 0.03
    centre: float = 20.0
    adverse: Mapping[str, float] = Field({}, description="Arm → weekly hazard of leaving for adverse effects.")


class Severity(_Part):
    """Mean severity at baseline that the enrolled should resemble."""

    scale: str
    mean: float


class Design(_Part):
    """Everything a protocol file may say; `visits` are days."""

    label: str
    because: str = Field(description="Which published design this follows, or why it is as it is.")
    cohort: People
    arms: Mapping[str, Any]
    control: str | None = None
    visits: tuple[float, ...] | None = None
    scales: tuple[str, ...] = ("MADRS", "HAMD17")
    setting: str | None = None
    allocation: Literal["parallel", "twins"] = "parallel"
    adherence: float = Field(0.9, gt=0, le=1)
    dropout: Leaving | Literal["none"] | None = None
    baseline: Severity | None = None
    worlds: int = Field(0, ge=0)
    hypotheses: Mapping[str, float | str | tuple[str, ...]] = Field(
        {}, description="Hypothesis: an alternative or a list of them; or a parameter by its full name: a number."
    )
    allow: tuple[str, ...] = Field((), description="Rules of safety that the arms may break; the report names them.")


def protocols() -> tuple[str, ...]:
    """Names of the protocols that ship."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def trial_from(
    name: str,
    people: int | None = None,
    seed: int | None = None,
    allow: tuple[str, ...] = (),
    hypotheses: Given | None = None,
) -> Trial:
    """A trial by the name of a protocol or the path of a YAML file; `people` and `seed` replace the file's own.

    `allow` adds to the rules of safety that the file says its arms may break, `hypotheses` to its hypotheses.

    Raises `UnknownName`, `DataError`, or what the arms raise, each with its place in the file.
    """
    document = read_yaml(path_of(name))
    design = checked(Design, document)
    size = design.cohort.people if people is None else people
    start = design.cohort.seed if seed is None else seed
    clinic = _clinic(design.cohort, document, size, start)
    arms: dict[str, Regimen] = {}
    for arm, written in design.arms.items():
        with _placed(document, "arms", arm):
            arms[arm] = regimen_from(written, document.place("arms", arm))
    with _placed(document, "hypotheses"):
        chosen = restricted(design.hypotheses).given
    chosen = {**chosen, **restricted(hypotheses or {}).given}
    with _placed(document):
        return trial(
            clinic,
            arms,
            name=Path(name).stem,
            control=design.control,
            visits=design.visits,
            scales=design.scales,
            setting=design.setting,
            allocation=design.allocation,
            adherence=design.adherence,
            staying=_staying(design.dropout),
            baseline=None if design.baseline is None else Baseline(design.baseline.scale, design.baseline.mean),
            worlds=design.worlds,
            hypotheses=chosen,
            allow=(*design.allow, *allow),
        )


def _clinic(who: People, document: Document, size: int, seed: int) -> Cohort:
    """The cohort, with the place in the file of whatever is wrong with it."""
    with _placed(document, "cohort", "preset"):
        cohort(who.preset, n=size, seed=seed)
    with _placed(document, "cohort", "endophenotypes"):
        asked = pairs(who.endophenotypes)
        for name, said in asked.items():
            listed = isinstance(who.endophenotypes, (list, tuple))
            with _placed(document, "cohort", "endophenotypes", list(asked).index(name) if listed else name):
                carried_from(name, said)
        clinic = cohort(who.preset, n=size, seed=seed, endophenotypes=asked)
    for gene, said in who.genotypes.items():
        with _placed(document, "cohort", "genotypes", gene):
            fixed_from({gene: said})
    with _placed(document, "cohort", "genotypes"):
        return clinic.with_genotypes(**who.genotypes)


def path_of(name: str) -> Path:
    """The file of a protocol; a name with a suffix is a path of the user's own."""
    if name.endswith((".yaml", ".yml")):
        return Path(name)
    path = FOLDER / f"{name}.yaml"
    if not path.is_file():
        raise UnknownName("trial", name, protocols())
    return path


@contextmanager
def _placed(document: Document, *path: str | int) -> Iterator[None]:
    """What goes wrong inside is told with its place in the file: `path`, or the field the problem speaks of."""
    try:
        yield
    except EuthymiaError as error:
        spoken_of = next(((field,) for field, word in WORDS.items() if word in error.problem), ())
        error.place = error.place or document.place(*(path or spoken_of))
        raise


def _staying(dropout: Leaving | Literal["none"] | None) -> Staying | None:
    if dropout == "none":
        return None
    if dropout is None:
        return Staying()
    return Staying(dropout.weekly_hazard, dropout.per_point, dropout.centre, dropout.adverse)
