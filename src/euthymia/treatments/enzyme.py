"""What every enzyme file must hold: how fast the enzyme grows back, and how much of it a genotype leaves.

Activity is relative: 1 is the typical extensive metaboliser. The assumption that matters: one activity stands for liver
and gut, and genotype scales it for every substrate alike. Left out: alleles that act on one substrate only.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from euthymia.errors import UnknownName
from euthymia.evidence.checked import checked
from euthymia.evidence.yaml_with_lines import read_yaml
from euthymia.treatments.compound import Part
from euthymia.treatments.measured import PerHour, Ratio
from euthymia.treatments.numbers import resolved

FOLDER = Path(__file__).parent / "enzymes"


class Enzyme(Part):
    """An enzyme: turnover, activity by phenotype, and activity left in hepatic impairment (mild, moderate, severe)."""

    name: str
    label: str
    turnover: PerHour
    phenotypes: Mapping[str, Ratio] = {}
    hepatic: Mapping[str, Ratio] = {}


def enzymes() -> tuple[str, ...]:
    """Names of all enzymes."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def enzyme(name: str) -> Enzyme:
    """An enzyme by name; raises `UnknownName` or `DataError`."""
    path = FOLDER / f"{name}.yaml"
    if not path.is_file():
        raise UnknownName("enzyme", name, enzymes())
    document = read_yaml(path)
    return checked(Enzyme, document, content=resolved(document))
