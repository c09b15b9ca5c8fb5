"""What every compound of a drug file must hold: where it goes, what clears it, what it turns into, what it acts on.

Numbers are choices among values read, or assumptions marked as such. The assumption that matters: a compound is
defined once, in one file, whatever product contains it. Left out: transporters, protein binding that saturates.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

from euthymia.evidence.value import Value
from euthymia.treatments.measured import Flow, MolarMass, PerHour, Ratio, Share, Volume
from euthymia.units import unit

#: what a drug file may say a compound acts on
TARGETS = MappingProxyType(
    {
        "sert": "serotonin transporter",
        "net": "noradrenaline transporter",
        "dat": "dopamine transporter",
        "mao_a": "monoamine oxidase A",
        "mao_b": "monoamine oxidase B",
        "ht1a": "5-HT1A receptor",
        "ht2a": "5-HT2A receptor",
        "alpha2": "alpha-2 adrenoceptor",
        "d2": "dopamine D2 receptor",
        "d3": "dopamine D3 receptor",
        "h1": "histamine H1 receptor",
        "muscarinic": "muscarinic receptors",
        "sigma1": "sigma-1 receptor",
        "nmda": "NMDA receptor (open-channel block)",
        "gaba_a": "GABA-A receptor (positive allosteric modulation)",
        "r_ketamine": "the R-ketamine hypothesis: BDNF release beside NMDA block",
    }
)
#: targets that a compound can destroy: their enzyme grows back with a turnover of its own
TURNED_OVER = ("mao_a", "mao_b")


class Part(BaseModel):
    """Any part of a drug file: frozen, and nothing in it that the schema does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


Concentration = Annotated[Value, WithJsonSchema({"measured in": "ng/mL or nM"})]


#: a number that may be negative: an exponent, a slope
Plain = Annotated[Value, WithJsonSchema({"measured in": "1"})]
Reference = Annotated[Value, WithJsonSchema({"measured in": "year or kg"})]


def is_molar(value: Value) -> bool:
    """Whether a concentration is unbound and molar (nM) and not total plasma (ng/mL)."""
    return unit(value.unit).fits(unit("nM"))


class Site(Part):
    """Action at a target: concentration of half effect (ng/mL of plasma, or nM unbound) and greatest effect.

    `efficacy` is the intrinsic activity of an agonist (1 full, 0 blocker). `inactivation` makes the binding
    irreversible: the greatest rate at which the target is destroyed.
    """

    half: Concentration
    maximum: Share | None = None
    efficacy: Share | None = None
    inactivation: PerHour | None = None

    @model_validator(mode="after")
    def _concentration(self) -> Site:
        if not (unit(self.half.unit).fits(unit("ng/mL")) or is_molar(self.half)):
            raise ValueError(f"the half-effect concentration is in '{self.half.unit}'; ng/mL or nM is wanted")
        if self.half.number <= 0:
            raise ValueError(f"a half-effect concentration of {self.half.number:g} cannot be right; it is above zero")
        return self


class Effect(Site):
    """What a compound does to an enzyme: reversible inhibition, or destruction at a greatest rate (`inactivation`);
    for induction and suppression `maximum` or `fold` is the greatest relative change of its synthesis."""

    fold: Ratio | None = None


class Peripheral(Part):
    """A tissue compartment: its volume and the flow to it."""

    volume: Volume
    clearance: Flow


class Liver(Part):
    """A well-stirred liver: its blood flow, and loss as rates from a `volume` or as an `intrinsic` clearance.

    Without a volume the liver is in balance with its blood at every moment.
    """

    flow: Flow
    volume: Volume | None = None
    elimination_rate: PerHour | None = None
    intrinsic: Flow | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Liver:
        if (self.elimination_rate is None) == (self.intrinsic is None):
            raise ValueError("a liver has an elimination_rate or an intrinsic clearance, one of them")
        if self.elimination_rate is not None and self.volume is None:
            raise ValueError("an elimination_rate is a rate from a liver volume, which is missing")
        return self


class Pathway(Part):
    """A share of the clearance (or of the liver's intrinsic clearance) by one enzyme, and what it forms.

    `half_saturation` is the local concentration at which the pathway runs at half its speed. `gain` is the mass formed
    for each mass cleared: the ratio of molar masses, or a fitted apparent one.
    """

    share: Share
    enzyme: str | None = None
    forms: str | None = None
    gain: Ratio | None = None
    half_saturation: Concentration | None = None


class Gut(Part):
    """The wall of the gut: the share of a swallowed dose that passes it, and the enzyme that holds back the rest."""

    availability: Share
    enzyme: str | None = None


class Brain(Part):
    """The brain beside plasma: concentration ratio at balance (unbound where known), and the rate of equilibration."""

    partition: Ratio
    equilibration: PerHour


class Metabolite(Part):
    """What a compound turns into: at a `rate` from the liver, or as a `fraction` of its clearance.

    `delay` puts one transit compartment between the two, emptied at that rate.
    """

    compound: str
    rate: PerHour | None = None
    fraction: Ratio | None = None
    delay: PerHour | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Metabolite:
        if (self.rate is None) == (self.fraction is None):
            raise ValueError("a metabolite has a rate (from the liver) or a fraction (of clearance), one of them")
        return self


class Trend(Part):
    """How a number moves with a covariate: `(x / reference) ^ exponent`, or `1 + slope (x - reference)`."""

    covariate: str
    of: Literal["clearance", "volume"] = "clearance"
    reference: Reference
    exponent: Plain | None = None
    slope: Annotated[Value, WithJsonSchema({"measured in": "1/year or 1/kg"})] | None = None
    above: bool = Field(False, description="Only where the covariate lies above its reference.")


class Compound(Part):
    """One moiety in the body."""

    name: str
    molar_mass: MolarMass | None = None
    fraction_unbound: Share | None = None
    volume: Volume
    clearance: Flow | None = None
    renal_clearance: Flow | None = None
    pathways: tuple[Pathway, ...] = ()
    peripherals: tuple[Peripheral, ...] = ()
    liver: Liver | None = None
    gut: Gut | None = None
    brain: Brain | None = None
    metabolites: tuple[Metabolite, ...] = ()
    inhibits: Mapping[str, Effect] = {}
    induces: Mapping[str, Effect] = {}
    suppresses: Mapping[str, Effect] = {}
    variability: Mapping[
        Literal["clearance", "volume", "liver_elimination", "liver_flow", "liver_intrinsic"], Ratio
    ] = {}
    phenotypes: Mapping[str, Mapping[str, Ratio]] = {}
    allometry: Mapping[Literal["clearance", "volume"], Plain] = {}
    trends: tuple[Trend, ...] = ()
    targets: Mapping[str, Site] = {}

    @property
    def products(self) -> tuple[str, ...]:
        """Names of the compounds this one turns into."""
        formed = (pathway.forms for pathway in self.pathways if pathway.forms)
        return tuple(dict.fromkeys((*(m.compound for m in self.metabolites), *formed)))

    @property
    def enzymes(self) -> tuple[str, ...]:
        """Enzymes that clear this compound or that it acts on."""
        clearing = [pathway.enzyme for pathway in self.pathways if pathway.enzyme]
        gut = [self.gut.enzyme] if self.gut is not None and self.gut.enzyme else []
        return tuple(dict.fromkeys((*clearing, *gut, *self.inhibits, *self.induces, *self.suppresses)))

    @model_validator(mode="after")
    def _whole(self) -> Compound:
        if self.clearance is None and self.liver is None:
            raise ValueError(f"{self.name} has no way out: give a clearance or a liver")
        for name in self.targets:
            if name not in TARGETS:
                near = get_close_matches(name, TARGETS, n=1)
                hint = f"; did you mean '{near[0]}'?" if near else ""
                raise ValueError(f"there is no target '{name}'; known: {', '.join(TARGETS)}{hint}")
        if sum(pathway.share.number for pathway in self.pathways) > 1 + 1e-9:
            raise ValueError(f"the pathways of {self.name} add up to more than the whole clearance")
        for metabolite in self.metabolites:
            if metabolite.rate is not None and (self.liver is None or self.liver.elimination_rate is None):
                raise ValueError(f"{metabolite.compound} is formed in a liver that {self.name} does not have")
            if metabolite.fraction is not None and self.clearance is None:
                raise ValueError(f"{metabolite.compound} is a fraction of a clearance that {self.name} does not have")
        for path in self.pathways:
            if path.forms and self.liver is not None and self.liver.elimination_rate is not None:
                raise ValueError("a liver with rates forms its metabolites under 'metabolites', not under 'pathways'")
            if path.half_saturation is not None and self.liver is not None and self.liver.volume is None:
                raise ValueError("a pathway that saturates needs a liver with a volume")
        halves = [site.half for site in self.targets.values()]
        for effects in (self.inhibits, self.induces, self.suppresses):
            halves += [effect.half for effect in effects.values()]
        halves += [path.half_saturation for path in self.pathways if path.half_saturation is not None]
        if any(is_molar(half) for half in halves) and self.molar_mass is None:
            raise ValueError(f"{self.name} binds at a molar concentration and has no molar_mass")
        for kind, effects in (("induces", self.induces), ("suppresses", self.suppresses)):
            for enzyme, effect in effects.items():
                if effect.fold is None and effect.maximum is None:
                    raise ValueError(f"{kind}.{enzyme} needs 'fold' or 'maximum', the greatest change of synthesis")
        for name, site in self.targets.items():
            if site.inactivation is not None and name not in TURNED_OVER:
                raise ValueError(f"'{name}' is not destroyed; only {', '.join(TURNED_OVER)} can have 'inactivation'")
        return self
