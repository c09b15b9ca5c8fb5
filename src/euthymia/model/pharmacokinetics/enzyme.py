"""The activity of a drug-metabolising enzyme, as genotype, organ and every drug present leave it.

Reversible inhibitors share the enzyme competitively; mechanism-based ones destroy it, inducers speed its synthesis and
suppressors slow it, and it grows back with its own turnover. Nothing here knows a pair of drugs: an interaction is what
happens when one compound's concentration meets an enzyme that clears another. The assumption that matters: plasma
stands for the enzyme's surroundings, so a half-inhibition concentration is an effective one. Left out: gut and liver
apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from euthymia.evidence.value import Confidence, Grade, Value
from euthymia.model.block import Block, Port
from euthymia.model.pharmacokinetics.disposition import activity_port, identifier, plasma_port
from euthymia.treatments.compound import Compound, Effect, is_molar
from euthymia.treatments.enzyme import Enzyme
from euthymia.treatments.measured import promised

CAPACITY = Value(
    1.0, "1", grade=Grade.assumed, confidence=Confidence.verified,
    because="1 is the typical extensive metaboliser with a healthy liver", meaning="activity by genotype and organ",
)  # fmt: skip


def name_of(enzyme: str) -> str:
    """Block name of an enzyme."""
    return f"enzyme_{identifier(enzyme)}"


def block(enzyme: Enzyme, compounds: Sequence[Compound]) -> Block:
    """The block of one enzyme, under every compound of a plan that acts on it."""
    parameters: dict[str, Value] = {"capacity": CAPACITY}
    takes: dict[str, Port] = {}
    lines: list[str] = []
    loads, losses, gains, brakes = [], [], [], []

    def relative(compound: Compound, effect: Effect, kind: str) -> str:
        """Concentration over the half-effect concentration, as text."""
        short = f"{identifier(compound.name)}_{kind}"
        parameters[f"{short}_half"] = effect.half
        takes[plasma_port(compound.name)] = Port("ng/mL")
        level = plasma_port(compound.name)
        if is_molar(effect.half):
            parameters[f"{short}_molar_mass"] = promised(compound.molar_mass)
            level = f"{level}/{short}_molar_mass"
            if compound.fraction_unbound is not None:
                parameters[f"{short}_unbound"] = compound.fraction_unbound
                level = f"{short}_unbound*{level}"
        lines.append(f"{short}_load = {level}/{short}_half : 1")
        return f"{short}_load"

    for compound in compounds:
        short = identifier(compound.name)
        effect = compound.inhibits.get(enzyme.name)
        if effect is not None:
            load = relative(compound, effect, "inhibition")
            if effect.inactivation is None:
                loads.append(load)
            else:
                parameters[f"{short}_inactivation"] = effect.inactivation
                losses.append(f"{short}_inactivation*{load}/(1 + {load})")
        for kind, effects, into in (
            ("induction", compound.induces, gains),
            ("suppression", compound.suppresses, brakes),
        ):
            effect = effects.get(enzyme.name)
            if effect is None:
                continue
            load = relative(compound, effect, kind)
            parameters[f"{short}_{kind}"] = promised(effect.fold if effect.fold is not None else effect.maximum)
            into.append(f"{short}_{kind}*{load}/(1 + {load})")
    activity = activity_port(enzyme.name)
    level = ""
    if losses or gains or brakes:
        parameters["turnover"] = enzyme.turnover
        made = " + ".join(["1", *gains])
        slowed = "".join(f"*(1 - {brake})" for brake in brakes)
        lines.append(f"synthesis = ({made}){slowed} : 1")
        lost = f" - ({' + '.join(losses)})*level" if losses else ""
        lines.append(f"d(level) = turnover*(synthesis - level){lost} : 1/hour")
        lines.append("level(0) = 1")
        level = "*level"
    shared = f"/(1 + {' + '.join(loads)})" if loads else ""
    lines.append(f"{activity} = capacity{level}{shared} : 1")
    return Block(
        name=name_of(enzyme.name),
        doc=f"Activity of {enzyme.label}.\n\n{__doc__}",
        takes=takes,
        gives={activity: "1"},
        parameters=parameters,
        equations="\n".join(lines),
    )
