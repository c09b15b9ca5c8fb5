"""How published tables spell treatments: which drug of ours they mean, by which route and in which form.

The words stand in `table_names.yaml` and in the drug files (`also`). The assumption that matters: salts, brands and
the words of a blinded trial do not change the drug. Left out: classes of drugs, and drugs that the treatments lack,
which stay unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from euthymia.errors import EuthymiaError
from euthymia.evidence.yaml_with_lines import read_yaml
from euthymia.treatments.drug import drug, drugs, folders

WORDS = Path(__file__).parent / "table_names.yaml"


@dataclass(frozen=True)
class Named:
    """A drug or control of ours as a table names it; `route` and `form` are empty where its name says neither."""

    drug: str
    route: str = ""
    form: str = ""


def spelled(text: str) -> str:
    """A name in lower case, with one underscore for whatever is no letter or digit.

    >>> spelled("(S)-Ketamine"), spelled("AXS-05")
    ('s_ketamine', 'axs_05')
    """
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def named(text: str) -> Named | None:
    """The drug or control that a table means by a name; None where we have none.

    >>> named("gepirone_ER"), named("Racemic Ketamine").drug, named("isocarboxazid")
    (Named(drug='gepirone', route='', form='extended'), 'ketamine', None)
    """
    whole = spelled(text)
    parts = whole.split("_")
    route = next((route for route, said in _words()["routes"].items() if set(said) & set(parts)), "")
    if found := _known(whole):
        return Named(found, route)
    form = next((form for form, said in _words()["forms"].items() if set(said) & set(parts)), "")
    for ways in (_listed("forms"), _listed("forms") | _listed("routes")):
        bare = "_".join(part for part in parts if part not in ways | set(_words()["empty"]))
        if bare and (found := _known(bare)):
            return Named(found, route, form)
    return None


def is_ongoing(text: str) -> bool:
    """Whether a name is that of a treatment which people had already taken for weeks."""
    name, words = spelled(text), _words()
    return name.startswith(tuple(words["ongoing_beginnings"])) or name.endswith(tuple(words["ongoing_endings"]))


def is_newly_started(text: str) -> bool:
    """Whether a name is that of an oral antidepressant which is started and not named."""
    name, words = spelled(text), _words()
    return name.startswith(tuple(words["newly_started"])) or name in words["newly_started_alone"]


def is_usual(dose: str) -> bool:
    """Whether a dose in words means the usual one."""
    return any(word in dose.lower() for word in _words()["usual_dose"])


def _known(name: str) -> str | None:
    return name if name in drugs() else _aliases(folders()).get(name)


@cache
def _aliases(_where: tuple[Path, ...]) -> Mapping[str, str]:
    """Every other name → the drug, in the spelling of `spelled`; our own table wins."""
    found = {spelled(written): row["is"] for row in _words()["drugs"] for written in row["written"]}
    for name in drugs():
        try:
            also = drug(name).also
        except EuthymiaError:
            continue  # a file that cannot be read costs its own drug only; `check` tells
        for other in also:
            found.setdefault(spelled(other), name)
    return found


@cache
def _words() -> dict[str, Any]:
    return read_yaml(WORDS).content


@cache
def _listed(key: str) -> frozenset[str]:
    return frozenset(word for said in _words()[key].values() for word in said)
