"""What every drug file must hold: what it contains, how it gets in, what becomes of it, what it binds.

Numbers are choices among values read (`take: source/name`, with a reason) or, failing that, assumptions marked as such.
Adding a drug of a known kind is adding a file. The assumption that matters: a compound is defined once, in one file,
whatever product contains it. Left out: enzymes, interactions, side effects.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

from euthymia.errors import DataError, UnknownName
from euthymia.evidence.checked import checked
from euthymia.evidence.value import Value
from euthymia.evidence.yaml_with_lines import Document, read_yaml
from euthymia.treatments.measured import Flow, Hours, Mass, MolarMass, PerHour, Ratio, Share, Volume
from euthymia.treatments.numbers import resolved
from euthymia.units import unit

FOLDER = Path(__file__).parent / "drugs"

#: what a drug file may say a compound acts on
TARGETS = {
    "sert": "serotonin transporter",
    "nmda": "NMDA receptor (open-channel block)",
    "gaba_a": "GABA-A receptor (positive allosteric modulation)",
    "r_ketamine": "the R-ketamine hypothesis: BDNF release beside NMDA block",
}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Condition(_Part):
    """What a meal or its absence changes: factors on the dose that arrives and on the rate."""

    bioavailability_factor: Ratio | None = None
    rate_factor: Ratio | None = None


class Route(_Part):
    """A way in. `infusion` needs nothing; `first-order` a rate; `nasal` both its parts; `none` carries a control."""

    kind: Literal["infusion", "first-order", "nasal", "none"]
    rate: PerHour | None = None
    bioavailability: Share | None = None
    into: Literal["central", "liver"] = "central"
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
        needed = {"first-order": ("rate",), "nasal": nasal}.get(self.kind, ())
        for name in needed:
            if getattr(self, name) is None:
                raise ValueError(f"a {self.kind} route needs '{name}'")
        return self


class Peripheral(_Part):
    """A tissue compartment: its volume and the flow to it."""

    volume: Volume
    clearance: Flow


class Liver(_Part):
    """A liver compartment for drugs swallowed whole: its volume, its blood flow, and loss other than to metabolites."""

    volume: Volume
    flow: Flow
    elimination_rate: PerHour


class Metabolite(_Part):
    """What a compound turns into: at a `rate` from the liver, or as a `fraction` of its clearance."""

    compound: str
    rate: PerHour | None = None
    fraction: Share | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Metabolite:
        if (self.rate is None) == (self.fraction is None):
            raise ValueError("a metabolite has a rate (from the liver) or a fraction (of clearance), one of them")
        return self


class Site(_Part):
    """Action at a target: concentration of half effect (ng/mL of plasma, or nM unbound) and greatest effect."""

    half: Annotated[Value, WithJsonSchema({"measured in": "ng/mL or nM"})]
    maximum: Share | None = None

    @model_validator(mode="after")
    def _concentration(self) -> Site:
        if not (unit(self.half.unit).fits(unit("ng/mL")) or unit(self.half.unit).fits(unit("nM"))):
            raise ValueError(f"the half-effect concentration is in '{self.half.unit}'; ng/mL or nM is wanted")
        if self.half.number <= 0:
            raise ValueError(f"a half-effect concentration of {self.half.number:g} cannot be right; it is above zero")
        return self


class Compound(_Part):
    """One moiety in the body."""

    name: str
    molar_mass: MolarMass | None = None
    fraction_unbound: Share | None = None
    volume: Volume
    clearance: Flow | None = None
    peripherals: tuple[Peripheral, ...] = ()
    liver: Liver | None = None
    metabolites: tuple[Metabolite, ...] = ()
    variability: Mapping[Literal["clearance", "volume", "liver_elimination", "liver_flow"], Ratio] = {}
    phenotypes: Mapping[str, Mapping[str, Ratio]] = {}
    allometry: Mapping[Literal["clearance", "volume"], Ratio] = {}
    targets: Mapping[str, Site] = {}

    @model_validator(mode="after")
    def _whole(self) -> Compound:
        if self.clearance is None and self.liver is None:
            raise ValueError(f"{self.name} has no way out: give a clearance or a liver")
        for name in self.targets:
            if name not in TARGETS:
                near = get_close_matches(name, TARGETS, n=1)
                hint = f"; did you mean '{near[0]}'?" if near else ""
                raise ValueError(f"there is no target '{name}'; known: {', '.join(TARGETS)}{hint}")
        for metabolite in self.metabolites:
            if metabolite.rate is not None and self.liver is None:
                raise ValueError(f"{metabolite.compound} is formed in a liver that {self.name} does not have")
            if metabolite.fraction is not None and self.clearance is None:
                raise ValueError(f"{metabolite.compound} is a fraction of a clearance that {self.name} does not have")
        if any("M" in site.half.unit for site in self.targets.values()) and self.molar_mass is None:
            raise ValueError(f"{self.name} binds at a molar concentration and has no molar_mass")
        return self


class Drug(_Part):
    """A product: what it contains (mass share by compound), its routes, and the compounds it brings along."""

    name: str
    label: str
    kind: str
    identity: Mapping[str, Any] = {}
    contains: Mapping[str, float] = {}
    routes: Mapping[str, Route]
    compounds: tuple[Compound, ...] = ()
    limits: str = Field("", description="What this file does not model.")

    @model_validator(mode="after")
    def _shares(self) -> Drug:
        if self.contains and (abs(sum(self.contains.values()) - 1) > 1e-9 or min(self.contains.values()) <= 0):
            raise ValueError("the shares in 'contains' are above zero and add up to 1")
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
    content["compounds"] = _closure(content.get("contains", {}), defined, document, where)
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
        wanted += [metabolite.compound for metabolite in found[name].metabolites]
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
        document = read_yaml(path)
        for name in (document.content or {}).get("compounds") or {}:
            if name in homes:
                raise DataError(
                    f"the compound '{name}' is already defined in {homes[name].name}",
                    place=document.place("compounds", name),
                    rule="A compound is defined once.",
                    fix="Remove it here; 'contains' finds it by name.",
                )
            homes[name] = path
    return homes
