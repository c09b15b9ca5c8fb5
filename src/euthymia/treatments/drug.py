"""What every drug file must hold: what it contains, how it gets in, what becomes of it, what it binds.

Numbers are choices among values read (`take: source/name`, with a reason) or, failing that, assumptions marked as such.
Adding a drug of a known kind is adding a file. The assumption that matters: a compound is defined once, in one file,
whatever product contains it. Left out: side effects.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from euthymia.errors import DataError, UnknownName
from euthymia.evidence.checked import checked
from euthymia.evidence.yaml_with_lines import Document, read_yaml
from euthymia.treatments.compound import Compound, Part
from euthymia.treatments.measured import Hours, Mass, PerHour, Ratio, Share
from euthymia.treatments.numbers import resolved

FOLDER = Path(__file__).parent / "drugs"


class Condition(Part):
    """What a meal or its absence changes: factors on the dose that arrives and on the rate."""

    bioavailability_factor: Ratio | None = None
    rate_factor: Ratio | None = None


class Release(Part):
    """One part of a slow dose: its share, when it starts, how long it takes, how fast it enters."""

    share: Share
    lag: Hours | None = None
    duration: Hours | None = None
    rate: PerHour | None = None


class Route(Part):
    """A way in.

    `infusion` needs nothing; `first-order` a rate; `zero-order` a duration; `transit` a rate, a transit rate and how
    many compartments; `extended-release` its parts; `transdermal` the hours a patch is worn and the rate from the skin;
    `nasal` both its parts; `none` carries a control, or a product whose components have routes of
    their own. `lag` is the time before anything happens.
    """

    kind: Literal[
        "infusion", "first-order", "zero-order", "transit", "extended-release", "transdermal", "nasal", "none"
    ]
    rate: PerHour | None = None
    bioavailability: Share | None = None
    into: Literal["central", "liver"] = "central"
    lag: Hours | None = None
    duration: Hours | None = None
    transit_rate: PerHour | None = None
    transits: int = Field(0, ge=0, le=12)
    parts: tuple[Release, ...] = ()
    conditions: Mapping[str, Condition] = {}
    absorbed_fraction: Share | None = None
    later_spray_factor: Ratio | None = None
    spray_dose: Mass | None = None
    gut_fraction: Share | None = None
    swallowed_duration: Hours | None = None
    swallowed_rate: PerHour | None = None

    @model_validator(mode="after")
    def _complete(self) -> Route:
        nasal = (
            *("rate", "absorbed_fraction", "later_spray_factor", "spray_dose"),
            *("gut_fraction", "swallowed_duration", "swallowed_rate"),
        )
        needed = {
            "first-order": ("rate",),
            "zero-order": ("duration",),
            "transit": ("rate", "transit_rate", "transits"),
            "extended-release": ("parts",),
            "transdermal": ("rate", "duration"),
            "nasal": nasal,
        }.get(self.kind, ())
        for name in needed:
            if not getattr(self, name):
                raise ValueError(f"a {self.kind} route needs '{name}'")
        if self.parts and abs(sum(part.share.number for part in self.parts) - 1) > 1e-9:
            raise ValueError("the shares of the parts of a release add up to 1")
        for part in self.parts:
            if part.rate is None and part.duration is None:
                raise ValueError("a part of a release has a rate, a duration or both")
        return self


class Drug(Part):
    """A product: what it contains (mass share by compound), its routes, and the compounds it brings along."""

    name: str
    label: str
    kind: str
    identity: Mapping[str, Any] = {}
    contains: Mapping[str, float] = {}
    components: Mapping[str, float] = Field({}, description="Drugs in one tablet, with the share of its mass.")
    base_factor: Ratio | None = Field(None, description="Mass of free base for each mass of the dose as labelled.")
    usual: tuple[Mapping[str, Any], ...] = Field((), description="Usual regimens, written as in a plan file.")
    usual_dose: Mass | None = Field(
        None, description="Amount a day that stands in where a table says 'licensed range'."
    )
    moieties: Mapping[str, tuple[str, ...]] = Field({}, description="Names for sums of compounds.")
    also: tuple[str, ...] = Field((), description="Other names it goes by in tables.")
    role: Literal["treatment", "control", "probe"] = "treatment"
    contradictions: tuple[str, ...] = ()
    missing: Mapping[str, str] = Field({}, description="What nobody has published, and what that costs.")
    routes: Mapping[str, Route]
    compounds: tuple[Compound, ...] = ()
    limits: str = Field("", description="What this file does not model.")

    @model_validator(mode="after")
    def _shares(self) -> Drug:
        if self.contains and (abs(sum(self.contains.values()) - 1) > 1e-9 or min(self.contains.values()) <= 0):
            raise ValueError("the shares in 'contains' are above zero and add up to 1")
        if self.components and (self.contains or abs(sum(self.components.values()) - 1) > 1e-9):
            raise ValueError("a product has 'components' (drugs, shares adding up to 1) or 'contains' (compounds)")
        return self

    def route(self, name: str) -> Route:
        """A way in by name; raises `UnknownName`."""
        if name not in self.routes:
            raise UnknownName(f"route of {self.name}", name, self.routes)
        return self.routes[name]


def folders() -> tuple[Path, ...]:
    """Where drug files are looked for: ours, then any in `EUTHYMIA_DRUGS` (a path list)."""
    extra = os.environ.get("EUTHYMIA_DRUGS", "")
    return (FOLDER, *(Path(part) for part in extra.split(os.pathsep) if part))


def drugs() -> tuple[str, ...]:
    """Names of all drugs and controls that can be given."""
    return tuple(sorted(path.stem for folder in folders() for path in folder.glob("*.yaml")))


def drug(name: str) -> Drug:
    """A drug or control by name; raises `UnknownName` with the nearest, or `DataError` for its file."""
    return _drug(name, folders())


@cache
def _drug(name: str, where: tuple[Path, ...]) -> Drug:
    path = next((p for folder in where if (p := folder / f"{name}.yaml").is_file()), None)
    if path is None:
        raise UnknownName("drug", name, drugs())
    document = read_yaml(path)
    content = resolved(document)
    defined = content.pop("compounds", {}) or {}
    content["compounds"] = _closure(content.get("contains") or {}, defined, document, where)
    for part in content.get("components") or {}:
        content["compounds"] += tuple(c for c in _drug(part, where).compounds if c not in content["compounds"])
    found = checked(Drug, document, content=content)
    if found.name != name:
        raise DataError(
            f"the file is called '{name}' but says name: {found.name}",
            place=document.place("name"),
            rule="A drug is found by its file name.",
            fix="Make the two agree.",
        )
    return found


def _closure(
    contains: Mapping[str, float], defined: Mapping[str, Any], document: Document, where: tuple[Path, ...]
) -> tuple[Compound, ...]:
    """Compounds contained and everything they turn into, parents first; each defined here or in another file."""
    found: dict[str, Compound] = {}
    wanted = list(contains)
    while wanted:
        name = wanted.pop(0)
        if name in found:
            continue
        if name in defined:
            part = {"name": name} | dict(defined[name])
            found[name] = checked(Compound, document, "compounds", name, content=part)
        else:
            found[name] = _elsewhere(name, document, where)
        wanted += found[name].products
    return tuple(found.values())


def _elsewhere(name: str, document: Document, where: tuple[Path, ...]) -> Compound:
    homes = _homes(where)
    if name not in homes:
        raise DataError(
            f"the compound '{name}' is defined nowhere",
            place=document.place("contains"),
            rule="A compound is defined under 'compounds' of one drug file.",
            fix=f"Add it here. Known elsewhere: {', '.join(sorted(homes)) or 'none'}.",
        )
    path = homes[name]
    other = read_yaml(path)
    part = {"name": name} | dict(resolved(other)["compounds"][name])
    return checked(Compound, other, "compounds", name, content=part)


@cache
def _homes(where: tuple[Path, ...]) -> dict[str, Path]:
    """Compound → the file that defines it; raises `DataError` when two do."""
    homes: dict[str, Path] = {}
    for path in (path for folder in where for path in sorted(folder.glob("*.yaml"))):
        for name in _defined_in(path, path.stat().st_mtime_ns):
            if name in homes:
                raise DataError(
                    f"the compound '{name}' is already defined in {homes[name].name}",
                    place=read_yaml(path).place("compounds", name),
                    rule="A compound is defined once.",
                    fix="Remove it here; 'contains' finds it by name.",
                )
            homes[name] = path
    return homes


_BLOCK = re.compile(r"^compounds:[ \t]*(?:#.*)?\n((?:[ \t]+.*\n?|[ \t]*\n?|#.*\n)*)", re.M)
_NAME = re.compile(r"^  (?! )([^\s#][^:\n]*):", re.M)


@cache
def _defined_in(path: Path, changed: int) -> tuple[str, ...]:
    """Names under `compounds` of a file, found in its text: looking for one compound must not read every file."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if re.search(r"^compounds:[ \t]*$", text, re.M) is None:
        if re.search(r"^compounds:", text, re.M) is None:
            return ()
        return tuple(read_yaml(path).content.get("compounds") or ())
    block = _BLOCK.search(text)
    return tuple(name.strip().strip("'\"") for name in _NAME.findall(block[1] if block else ""))
