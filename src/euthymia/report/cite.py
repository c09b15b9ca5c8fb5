"""Cite: the sources that exactly these runs rest on, each with the reasons it is there.

The assumption that matters: a source is cited *for something*: a parameter, a number behind a parameter, a rating
scale, a published trial compared, or an argument in a block's prose. Left out: software.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from euthymia.evidence.bibliography import Source
from euthymia.evidence.library import library
from euthymia.evidence.value import Value
from euthymia.model.block import Block, Model
from euthymia.report.provenance import all_links, chain

if TYPE_CHECKING:
    from euthymia.trial.run import Run
    from euthymia.trial.score import Row

    Citable = Run | Model | Row


@dataclass(frozen=True)
class Citation:
    """A source and why it is cited."""

    source: Source
    reasons: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.source.key

    @property
    def citation(self) -> str:
        return self.source.citation

    @property
    def link(self) -> str | None:
        return self.source.link


def cite(*used: Citable | Iterable[Citable]) -> tuple[Citation, ...]:
    """Sources of runs, models and score rows, by key; without arguments those of every shipped treatment."""
    from euthymia.report.whole_model import whole_model

    found: dict[str, list[str]] = {}
    for one in _flat(used) if used else (whole_model(),):
        for key, reason in _reasons(one):
            if reason not in found.setdefault(key, []):
                found[key].append(reason)
    sources = library().sources
    return tuple(Citation(sources[key], tuple(found[key])) for key in sorted(found) if key in sources)


def citations_text(citations: Iterable[Citation]) -> str:
    """One source a paragraph: citation, link, and a line for each reason."""
    lines = []
    for one in citations:
        lines.append(f"{one.key}: {one.citation}" + (f"  {one.link}" if one.link else ""))
        if one.source.unverified:
            lines.append(f"  not checked yet: {', '.join(one.source.unverified)}")
        lines += [f"  for {reason}" for reason in one.reasons]
    return "\n".join(lines)


def bibtex(citations: Iterable[Citation]) -> str:
    """The sources as BibTeX, with the reasons as a note."""
    return "\n".join(_entry(one) for one in citations)


def _entry(one: Citation) -> str:
    source = one.source
    fields = {
        "author": " and ".join(source.authors),
        "title": source.title,
        "journal": source.journal,
        "year": source.year,
        "volume": source.volume,
        "pages": source.pages,
        "doi": source.doi,
        "pmid": source.pmid,
        "url": source.url or (source.link if not source.doi else None),
        "note": "cited for " + "; ".join(one.reasons).replace("{", "").replace("}", ""),
    }
    lines = [f"  {name} = {{{given}}}," for name, given in fields.items() if given]
    kind = "article" if source.journal else "misc"
    return "\n".join([f"@{kind}{{{source.key},", *lines, "}", ""])


def _flat(used: Iterable) -> Iterator:
    for one in used:
        if isinstance(one, (tuple, list, set, frozenset)):
            yield from _flat(one)
        else:
            yield one


def _reasons(one: Citable) -> Iterator[tuple[str, str]]:
    """(source key, reason) pairs of one thing."""
    from euthymia.trial.run import Run

    if isinstance(one, Model):
        yield from _of_model(one)
    elif isinstance(one, Run):
        yield from _of_run(one)
    else:
        yield from _of_row(one)


def _of_run(run: Run) -> Iterator[tuple[str, str]]:
    from euthymia.report.values_in import values_in
    from euthymia.treatments.device import device
    from euthymia.treatments.drug import drug
    from euthymia.trial.scale import scale

    for arm in run.arms.values():
        yield from _of_model(arm.model)
        told = {id_of(value) for value in arm.model.parameters.values()}
        for name in arm.plan.drugs:
            for path, value in values_in(drug(name)):
                if id_of(value) in told:
                    continue
                yield from _of_value(value, f"{name}: {value.meaning or path}")
        for name in arm.plan.protocols:
            yield device(name).source, f"stimulation protocol {name}"
            for path, value in values_in(device(name)):
                yield from _of_value(value, f"{name}: {value.meaning or path}")
    for name in run.trial.scales:
        yield from _of_value(scale(name).rater_sd, f"{name}: {scale(name).rater_sd.meaning}")


def _of_model(model: Model) -> Iterator[tuple[str, str]]:
    for name, value in model.parameters.items():
        yield from _of_value(value, f"parameter {name}" + (f" ({value.meaning})" if value.meaning else ""))
    for block in model.blocks:
        # a treatment's blocks share the prose of their kind, which may name sources of other drugs
        for key in keys_in_prose(block) if block.name in _shared_blocks() else ():
            yield key, f"an argument in the prose of block {block.name}"
    fit = _fit(model)
    if fit is not None:
        trials = {target.get("trial") for target in fit.told.get("targets", ())}
        for trial in library().trials:
            if trial.id in trials and trial.source:
                yield trial.source, f"trial {trial.id}: a target of fit {fit.id}"


@cache
def _shared_blocks() -> frozenset[str]:
    """Names of the blocks that every plan has."""
    from euthymia.trial.enrol import base_model

    return frozenset(block.name for block in base_model().blocks)


def _fit(model: Model):
    from euthymia.model.parameter_table import current_fit

    used = {value.fit for value in model.parameters.values() if value.fit}
    fit = current_fit()
    return fit if fit is not None and fit.id in used else None


def _of_row(row: Row) -> Iterator[tuple[str, str]]:
    for trial in library().trials:
        if trial.id == row.trial and trial.source:
            yield trial.source, f"trial {trial.id}: compared with its virtual twin ({row.split})"


def _of_value(value: Value, reason: str) -> Iterator[tuple[str, str]]:
    named: set[str] = set()
    links = [part for part in all_links(chain(value)) if part.kind == "source"]
    for part in sorted(links, key=lambda part: "where" not in part.told):
        if part.name not in named:
            named.add(part.name)
            yield part.name, reason + (f", {part.told['where']}" if part.told.get("where") else "")


def id_of(value: Value) -> tuple:
    """What makes a value the same one in a file and in a model."""
    return value.number, value.unit, value.source, str(value.place)


def keys_in_prose(block: Block) -> tuple[str, ...]:
    """Keys of the bibliography that a block's prose names."""
    import re

    words = re.findall(r"[a-z][a-z0-9_]*\d{4}[a-z0-9_]*", block.doc or "")
    return tuple(dict.fromkeys(word for word in words if word in library().sources))
