"""Clinical names for what the model calls by short names, and how numbers are written for people.

The assumption that matters: a name without an entry is shown as it is, so a new quantity is never hidden.
Left out: translations.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from euthymia.evidence.value import Value

MINUS, DASH = "\u2212", "\u2013"
NOTICE = "Research model. Not medical advice. Do not use it to choose, change or stop a treatment."

#: quantity → (what clinicians call it, unit on an axis)
NAMES = {
    "sert_occupancy": ("Serotonin transporter occupancy", "share"),
    "nmda_block": ("NMDA receptor block", "share"),
    "gabaa_potentiation": ("GABA-A potentiation", "share of greatest"),
    "r_ketamine_drive": ("R-ketamine drive (hypothesis)", "share"),
    "stimulation_drive": ("Cortical stimulation", "sessions per hour"),
    "serotonin_level": ("Extracellular serotonin", "relative to health"),
    "serotonin_drive": ("Serotonin effect on circuits", "relative to health"),
    "raphe_firing": ("Raphe firing", "relative to health"),
    "glutamate_burst": ("Glutamate burst", "relative"),
    "tonic_inhibition": ("Tonic inhibition (extrasynaptic GABA-A)", "relative to health"),
    "delta_receptors": ("Delta GABA-A receptors", "relative to health"),
    "bdnf_release": ("BDNF release", "relative to health"),
    "bdnf_pool": ("BDNF pool", "relative to health"),
    "mtorc1": ("mTORC1 activity", "relative to health"),
    "translation": ("Synaptic protein synthesis", "relative to health"),
    "ampa_scaling": ("AMPA receptor scaling", "relative to health"),
    "labile_spines": ("New spines", "relative to health"),
    "stable_synapses": ("Stable synapses", "relative to health"),
    "prefrontal_gain": ("Gain from stimulation", "relative"),
    "plasticity_threshold": ("Plasticity threshold", "relative"),
    "cortisol": ("Cortisol", "relative to health"),
    "inflammation": ("Inflammation", "relative to health"),
    "oxidative_stress": ("Oxidative stress", "relative to health"),
    "microglial_activation": ("Microglial activation", "relative to health"),
    "kynurenine": ("Kynurenine", "relative to health"),
    "tryptophan": ("Tryptophan", "relative to health"),
    "quinolinate": ("Quinolinic acid", "relative to health"),
    "biopterin": ("Tetrahydrobiopterin", "relative to health"),
    "atp_capacity": ("Capacity to make ATP", "relative to health"),
    "noradrenaline_level": ("Extracellular noradrenaline", "relative to health"),
    "dopamine_tone": ("Dopamine tone", "relative to health"),
    "prefrontal_dopamine": ("Prefrontal dopamine", "relative to health"),
    "ht2_tone": ("Tone at 5-HT2 receptors", "relative to health"),
    "prefrontal_control": ("Prefrontal control", "relative to health"),
    "limbic_drive": ("Limbic drive", "share of greatest"),
    "negative_bias": ("Negative bias", "share of greatest"),
    "life_stress": ("Life stress", "1 = moderate episode"),
    "expectancy": ("Expectancy", "relative"),
    "mood": ("Low mood", "share of worst"),
    "pessimism": ("Pessimism and suicidal thoughts", "share of worst"),
    "anxiety": ("Anxiety and tension", "share of worst"),
    "insomnia": ("Insomnia", "share of worst"),
    "somatic": ("Somatic symptoms", "share of worst"),
    "inattention": ("Poor concentration", "share of worst"),
    "anhedonia": ("Anhedonia and lassitude", "share of worst"),
}

#: what a drug or device acts on directly, as given by the target blocks
TARGET_EFFECTS = ("sert_occupancy", "nmda_block", "gabaa_potentiation", "r_ketamine_drive", "stimulation_drive")


def label(name: str) -> str:
    """What people call a quantity.

    >>> label("sert_occupancy"), label("s_ketamine_plasma"), label("synapse.pruning")
    ('Serotonin transporter occupancy', 'S-ketamine in plasma', 'synapse: pruning')
    """
    if name in NAMES:
        return NAMES[name][0]
    if name.endswith("_plasma"):
        return f"{compound_label(name.removesuffix('_plasma'))} in plasma"
    block, dot, own = name.partition(".")
    return f"{block}: {own}".replace("_", " ") if dot else name.replace("_", " ")


def compound_label(name: str) -> str:
    """A compound as written in a paper: s_ketamine → S-ketamine."""
    text = name.replace("_", "-")
    return text[0].upper() + text[1:] if text[:2] in ("s-", "r-") else text


def number(value: float | None, digits: int = 1) -> str:
    """A number with a true minus sign, or a dash where there is none.

    >>> number(-3.14) == MINUS + "3.1", number(None) == DASH
    (True, True)
    """
    if value is None or not math.isfinite(value):
        return DASH
    text = f"{value:.{digits}f}"
    return (text[1:] if float(text) == 0 and text.startswith("-") else text).replace("-", MINUS)


def percent(value: float | None) -> str:
    """A share as per cent.

    >>> percent(0.314)
    '31 %'
    """
    return DASH if value is None or not math.isfinite(value) else f"{100 * value:.0f} %"


def amount(value: Value) -> str:
    """Number and unit of a `Value`, without its mark; a bare number has no unit."""
    unit = "" if value.unit in ("1", "") else f" {value.unit}"
    return f"{value.number:.4g}".replace("-", MINUS, 1 if value.number < 0 else 0) + unit


def when(days: float | None) -> str:
    """A time after the first dose as trials write it.

    >>> when(0.1667), when(1), when(56), when(8)
    ('4 h', '24 h', 'week 8', 'day 8')
    """
    if days is None:
        return DASH
    if days <= 1:
        return f"{days * 24:.0f} h" if days else "baseline"
    if abs(days - round(days)) > 1e-6:
        return f"{days * 24:.0f} h" if days < 3 else f"day {days:.1f}"
    if days >= 14 and abs(days / 7 - round(days / 7)) < 1e-6:
        return f"week {days / 7:.0f}"
    return f"day {days:g}"


def arm_name(name: str) -> str:
    """An arm's name from a table without its underscores."""
    return name.replace("_", " ")
