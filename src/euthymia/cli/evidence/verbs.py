"""The words of the verb `evidence`, each one function."""

from __future__ import annotations

from cyclopts import App, Parameter

from euthymia.cli.evidence.pooling import meta, nma
from euthymia.cli.evidence.reading import outcomes, parse
from euthymia.cli.evidence.sorting import dedupe

#: in the order of a review
WORDS = (parse, dedupe, outcomes, meta, nma)

evidence = App(
    name="evidence",
    help="The literature and the registries: read, deduplicate, screen, ground, claim, pool.",
    help_format="plaintext",
    default_parameter=Parameter(negative=()),
    result_action="return_value",
)
for _order, _word in enumerate(WORDS):
    evidence.command(_word, sort_key=_order)
