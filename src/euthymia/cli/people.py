"""Options about who the people are: endophenotypes and genotypes as one types them."""

from __future__ import annotations

from collections.abc import Iterable


def endophenotypes_called(given: Iterable[str]) -> dict[str, float | None]:
    """`inflamed` or `inflamed=0.5` → name and degree; raises `TrialError`."""
    from euthymia.errors import TrialError

    found: dict[str, float | None] = {}
    for told in given:
        name, equals, degree = told.partition("=")
        if name in found:
            raise TrialError(f"endophenotype '{name}' is given twice", fix="Name it once, with one degree.")
        try:
            found[name] = float(degree) if equals else None
        except ValueError:
            raise TrialError(
                f"the degree of endophenotype '{name}' is '{degree}'",
                rule="A degree is a number; 0 is not at all, 1 the typical carrier.",
                fix=f"--endophenotype {name}=0.5",
            ) from None
    return found


def genotypes_called(given: Iterable[str]) -> dict[str, list[str]]:
    """`BDNF=Val/Met` → gene and all that was said of it; raises `TrialError`."""
    from euthymia.errors import TrialError

    found: dict[str, list[str]] = {}
    for told in given:
        gene, _, level = told.partition("=")
        if not level:
            raise TrialError(
                f"the genotype '{told}' cannot be read", rule="Write GENE=GENOTYPE.", fix="--genotype BDNF=Val/Met"
            )
        found.setdefault(gene, []).append(level)
    return found
