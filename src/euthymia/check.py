"""Whether the house is in order: every file read, every unit, source and grade, every model put together.

What a reader would check by hand before trusting a number, done for all of them. The assumption that matters: one bad
file never hides another, so problems are gathered and nothing stops at the first. Left out: whether a number is right,
which only its source can say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from euthymia.errors import EuthymiaError
from euthymia.evidence.library import library
from euthymia.evidence.observation import observations
from euthymia.evidence.value import Value
from euthymia.model.block import Block, Model
from euthymia.model.equations import read_equations
from euthymia.model.expression import names_in
from euthymia.model.hypothesis import FOLDER as HYPOTHESES
from euthymia.model.hypothesis import hypotheses, read_hypothesis, unknown_settings
from euthymia.model.parameter_table import FOLDER as PARAMETERS
from euthymia.model.parameter_table import current_fit, priors, values_for
from euthymia.model.treatment import model_of
from euthymia.report.map_join import Joined, join
from euthymia.report.provenance import all_links, chain
from euthymia.report.values_in import values_in
from euthymia.treatments.device import device, devices
from euthymia.treatments.drug import drug, drugs
from euthymia.treatments.enzyme import enzyme, enzymes
from euthymia.treatments.plan import Dose, Plan, Session
from euthymia.treatments.safety.rules import rules
from euthymia.units import unit


@dataclass(frozen=True)
class Checked:
    """What was looked at (kind → how many), every problem found, and every value that bears a mark."""

    counts: Mapping[str, int]
    problems: tuple[str, ...]
    marked: tuple[tuple[str, str], ...]
    joined: Joined | None = None

    def told(self, names: bool = False) -> dict[str, Any]:
        """As plain data; `names` adds the marked values."""
        found = {"counts": dict(self.counts), "marks": self.marks, "problems": list(self.problems)}
        found |= {"map": self.joined.told()} if self.joined else {}
        return found | ({"marked": dict(self.marked)} if names else {})

    @property
    def marks(self) -> dict[str, int]:
        """How many values are assumed, and how many provisional; a value can be both."""
        return {mark: sum(mark in marks for _, marks in self.marked) for mark in ("assumed", "provisional")}

    def text(self, names: bool = False) -> str:
        """As lines to read."""
        lines = [f"looked at {', '.join(f'{count} {kind}' for kind, count in self.counts.items())}"]
        lines.append(" · ".join(f"{count} values are {mark}" for mark, count in self.marks.items()))
        lines += [f"  {name}: {mark}" for name, mark in self.marked] if names else []
        if self.joined is not None:
            lines.append(self.joined.text())
            lines += [f"  no edge: {name} depends on {used}" for name, used in self.joined.without_edge]
            lines += [f"  no equation: {edge}: {why}" for edge, why in self.joined.without_equation] if names else []
        lines += self.problems
        lines.append(f"{len(self.problems)} problems" if self.problems else "no problem found")
        return "\n".join(lines)


@dataclass
class _Round:
    """A round through the house: what has been gathered so far."""

    counts: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    values: dict[str, Value] = field(default_factory=dict)

    def tried(self, what: str, make: Callable[[], Any]) -> Any:
        """What `make` gives, or nothing and one more problem."""
        try:
            return make()
        except EuthymiaError as error:
            self.problems.append(f"{what}: {error}" if error.place is None else str(error))
            return None

    def each(self, kind: str, names: Iterable[str], read: Callable[[str], Any]) -> list[Any]:
        """Everything of a kind that can be read; its values are gathered on the way."""
        found = [(name, self.tried(f"{kind} {name}", lambda name=name: read(name))) for name in names]
        self.counts[kind] = len(found)
        for name, thing in found:
            self.values |= {f"{name}.{path}" if path else name: value for path, value in values_in(thing)}
        return [thing for _, thing in found if thing is not None]


def check() -> Checked:
    """Look at everything that ships, and at drugs in `EUTHYMIA_DRUGS`."""
    from euthymia.cohort.endophenotype import endophenotype, endophenotypes
    from euthymia.cohort.genotype import genotype, genotypes
    from euthymia.cohort.preset import preset, presets
    from euthymia.report.demo import designs
    from euthymia.trial.biomarkers.predict import prepare
    from euthymia.trial.protocol_file import protocols, trial_from
    from euthymia.trial.scale import FOLDER as SCALES
    from euthymia.trial.scale import scale

    going = _Round()
    going.counts["sources"] = len(going.tried("sources.bib", lambda: library().sources) or ())
    read = going.tried("evidence", lambda: library().values) or {}
    going.counts["values read"] = len(read)
    going.values |= dict(read)
    going.counts["published trials"] = len(going.tried("published trials", lambda: library().trials) or ())
    going.problems += going.tried("evidence", library().problems) or ()
    going.each("drugs", drugs(), drug)
    going.each("enzymes", enzymes(), enzyme)
    going.counts["rules of safety"] = len(going.tried("rules of safety", lambda: rules().ids) or ())
    going.counts["observations"] = len(going.tried("observations", lambda: observations().rows) or ())
    going.counts["markers"] = len(going.tried("markers", lambda: prepare(people=1).rows) or ())
    going.each("devices", devices(), device)
    going.each("parameter tables", sorted(p.stem for p in PARAMETERS.glob("*.yaml") if p.stem != "fit"), _table)
    going.each(
        "hypotheses",
        sorted(p.stem for p in HYPOTHESES.glob("*.yaml")),
        lambda name: read_hypothesis(HYPOTHESES / f"{name}.yaml"),
    )
    going.each("scales", sorted(path.stem for path in SCALES.glob("*.yaml")), scale)
    going.each("endophenotypes", endophenotypes(), endophenotype)
    going.each("genotypes", genotypes(), genotype)
    going.each("cohorts", presets(), preset)
    going.each("protocols", protocols(), trial_from)
    going.each("table of the demonstration", ["all"], lambda _: designs())
    models = going.each("models", plans(), lambda name: model_of(plans()[name]))
    going.problems += dict.fromkeys(_unused(models))
    going.problems += _fit(models)
    going.problems += going.tried("hypotheses", lambda: (*unknown_settings(models), *_hypothesis_sources())) or ()
    going.problems += _values(going.values, read)
    joined = going.tried("mechanism map", join)
    if joined is not None:
        going.counts["edges of the map"] = len(joined.on.edges)
        going.problems += (*joined.broken, *joined.wrong_sign, *_sources(joined))
    marked = tuple((name, value.mark) for name, value in sorted(going.values.items()) if value.mark)
    return Checked(going.counts, tuple(going.problems), marked, joined)


def _sources(joined: Joined) -> Iterator[str]:
    """Sources of edges that are not in the bibliography."""
    for edge in joined.on.edges:
        for key in (*edge.supports, *edge.disputes):
            if key not in library().sources:
                yield f"{edge.place}: {edge.id}: source '{key}' is not in sources.bib"


def _hypothesis_sources() -> Iterator[str]:
    """Sources of hypotheses that are not in the bibliography."""
    for one in hypotheses().values():
        for key in (*one.sources, one.decides.source, *(answer.source for answer in one.alternatives)):
            if key is not None and key not in library().sources:
                yield f"model/hypotheses/{one.name}.yaml: source '{key}' is not in sources.bib"


def _table(block: str) -> Mapping[str, Value]:
    priors(block)
    return values_for(block)


def plans() -> dict[str, Plan]:
    """The shortest plan for every drug by every route in every condition, and for every device, by name."""
    found: dict[str, Plan] = {}
    for name in drugs():
        for route, way in drug(name).routes.items():
            for condition in ("", *way.conditions):
                lasting = 1.0 if way.kind == "infusion" else 0.0
                dose = Dose(0.0, name, 1.0, "mg", route, lasting, condition)
                found[" ".join(filter(None, (name, route, condition)))] = Plan((dose,), (), 24.0)
    for name in devices():
        session = Session(0.0, name, device(name).session_hours, device(name).intensity, device(name).pulses)
        found[name] = Plan((), (session,), 24.0)
    return found


def _unused(models: Iterable[Model]) -> Iterator[str]:
    """Parameters that no equation of their own block uses."""
    blocks: dict[str, Block] = {block.name: block for model in models for block in model.blocks}
    for block in blocks.values():
        used = {name for line in read_equations(block.equations, block.name) for name in names_in(line.expression)}
        for name in block.parameters:
            if name not in used:
                yield f"block {block.name}: no equation uses the parameter '{name}'"


def _fit(models: Iterable[Model]) -> Iterator[str]:
    """A fit of parameters that are no more, or with a covariance that is not theirs."""
    fit = current_fit()
    if fit is None:
        return
    known = {name for model in models for name in model.parameters}
    known |= {f"{table}.{name}" for table in ("contacts", "life", "publication") for name in values_for(table)}
    yield from (f"fit.yaml: there is no parameter '{name}'" for name in fit.names if name not in known)
    if any(len(row) != len(fit.names) for row in (*fit.covariance, fit.covariance)):
        yield f"fit.yaml: the covariance is not {len(fit.names)} by {len(fit.names)}"
    if any(len(member) != len(fit.names) for member in fit.ensemble):
        yield f"fit.yaml: a member of the ensemble does not have {len(fit.names)} numbers"


def _values(values: Mapping[str, Value], read: Mapping[str, Value]) -> Iterator[str]:
    """Rules every value obeys: a unit that can be read, its grade's rules, a chain that ends at a source, one home."""
    homes: dict[tuple[str | None, float, str], list[str]] = {}
    for key, value in read.items():
        homes.setdefault((value.source, value.number, value.unit), []).append(key)
    for name, value in values.items():
        where = f"{value.place}" if value.place else name
        try:
            unit(value.unit)
        except EuthymiaError as error:
            yield f"{where}: {error}"
        yield from (f"{where}: {broken}" for broken in value.problems())
        yield from (f"{where}: {link.name}: {link.text}" for link in all_links(chain(value)) if link.kind == "missing")
        known = homes.get((value.source, value.number, value.unit), [])
        if known and name not in read and value.place not in [read[key].place for key in known]:
            yield f"{where}: {value.number:g} {value.unit} is typed again; write 'take: {known[-1]}'"
