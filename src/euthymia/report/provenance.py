"""Where one number comes from, link by link, until a source, a fit or a stated assumption.

The assumption that matters: a chain ends well only at something a reader can open or dispute: a publication, a fit
with its targets, or a sentence that begins with *because*. Left out: whether the source is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from euthymia.errors import UnknownName
from euthymia.evidence.fits import fits
from euthymia.evidence.library import library
from euthymia.evidence.value import Grade, Value


@dataclass(frozen=True)
class Link:
    """One step of a chain: `kind` is source, value, formula, fit, because or missing; `ends` when it may stop here."""

    kind: str
    name: str
    text: str
    link: str | None = None
    ends: bool = False
    told: Mapping[str, str] = field(default_factory=dict)
    further: tuple[Link, ...] = ()


def chain(value: Value, seen: tuple[str, ...] = ()) -> tuple[Link, ...]:
    """The links a value hangs on; an input that cannot be found is a link of kind `missing`."""
    from euthymia.model.parameter_table import current_fit

    links: list[Link] = []
    if value.grade is Grade.derived:
        inputs = tuple(_input(key, seen) for key in value.inputs)
        links.append(Link("formula", "formula", value.formula or "no formula given", further=inputs))
    if value.grade is Grade.fitted:
        fit = current_fit()
        shown = dict(fit.told) if fit is not None and fit.id == value.fit else fits().get(value.fit or "")
        known = shown is not None
        told = (
            {key: str(shown[key]) for key in ("targets_hash", "cost", "method", "data") if key in shown}
            if shown
            else {}
        )
        kind, text = ("fit", f"fitted in {value.fit}") if known else ("missing", f"there is no fit '{value.fit}' here")
        links.append(Link(kind, value.fit or "", text, ends=known, told=told))
    if value.because:
        links.append(Link("because", "because", value.because, ends=value.grade is Grade.assumed))
    if value.source:
        links.append(source_link(value.source, value.where))
    if not links:
        links.append(Link("missing", "nothing", "no source, formula, fit or reason is given"))
    return tuple(links)


def source_link(key: str, where: str | None = None) -> Link:
    """A publication as the end of a chain, or a `missing` link when the bibliography does not have it."""
    try:
        source = library().source(key)
    except UnknownName:
        return Link("missing", key, f"the source '{key}' is not in the bibliography")
    told = {"where": where} if where else {}
    if source.unverified:
        told["not checked yet"] = ", ".join(source.unverified)
    return Link("source", key, source.citation, source.link, ends=True, told=told)


def ends_well(links: tuple[Link, ...]) -> bool:
    """Whether a chain reaches a source, a fit or a stated assumption, and no part of it is missing."""
    parts = list(all_links(links))
    return any(part.ends for part in parts) and not any(part.kind == "missing" for part in parts)


def all_links(links: tuple[Link, ...]) -> Iterator[Link]:
    """Every link of a chain, nearest first."""
    for part in links:
        yield part
        yield from all_links(part.further)


def _input(key: str, seen: tuple[str, ...]) -> Link:
    """What a derived number was computed from: a value that was read, a link between scales, or a parameter."""
    if key in seen:
        return Link("missing", key, "the formula goes round in a ring")
    trial = next((one for one in library().trials if key == f"trials/{one.id}"), None)
    if trial is not None:
        return Link(
            "value",
            key,
            f"outcomes of the published trial {trial.id}",
            further=(source_link(trial.source or trial.id),),
        )
    value = _read(key)
    if value is None:
        return Link("missing", key, "this input is not in the library")
    if isinstance(value, Value):
        mark = f" [{value.mark}]" if value.mark else ""
        text = f"{value.meaning or key}: {value.number:g} {value.unit}{mark}"
        return Link("value", key, text, further=chain(value, (*seen, key)))
    about = (value.model_extra or {}).get("measure") or getattr(value, "marker", None) or key
    mark = " [provisional]" if str(value.confidence) == "recalled" else ""
    return Link("value", key, f"{about}{mark}", further=(_datum_source(value.source, value.where, key),))


def _datum_source(source: str | None, where: str | None, key: str) -> Link:
    """The end of a row of a table: its source in the bibliography, or the address it was read at."""
    if source and source in library().sources:
        return source_link(source, where)
    if said := where or source:
        return Link("source", key, said, said if said.startswith("http") else None, ends=True)
    return Link("missing", key, "no source is given")


def _read(key: str):
    from euthymia.errors import EuthymiaError

    table, _, name = key.partition("/")
    if table == "scale_links":
        return library().scale_links.get(name)
    if table == "biomarkers":
        return library().markers.get(name)
    try:
        return library().value(key)
    except EuthymiaError:
        return _parameter(key)


def _parameter(key: str) -> Value | None:
    """A downstream parameter named as an input (`block.name`)."""
    from euthymia.model.parameter_table import FOLDER, values_for

    block, _, name = key.partition(".")
    return values_for(block).get(name) if (FOLDER / f"{block}.yaml").is_file() else None
