"""Fits outside the downstream model: what was done, and to which data.

The assumption that matters: a fitted number is worth what its data are, so the fit says where they stand. Left out: the
fit of the downstream parameters, which has a file of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from euthymia.evidence.yaml_with_lines import read_yaml

FILE = Path(__file__).parent / "fits.yaml"


@cache
def fits() -> Mapping[str, Mapping[str, str]]:
    """Id → method and data of every fit that drug files name."""
    return MappingProxyType({str(key): dict(told) for key, told in read_yaml(FILE).content.items()})
