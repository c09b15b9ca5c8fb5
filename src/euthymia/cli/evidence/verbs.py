"""The words of the verb `evidence`, each one function."""

from __future__ import annotations

from cyclopts import App, Parameter

from euthymia.cli.evidence.keeping import (
    accept,
    extract,
    ingest,
    init,
    prisma,
    queue,
    reject,
    reports,
    screen,
    search,
    searched,
)  # fmt: skip
from euthymia.cli.evidence.mapping import edge, edges, fetch, map_
from euthymia.cli.evidence.pooling import meta, nma
from euthymia.cli.evidence.reading import outcomes, parse
from euthymia.cli.evidence.sorting import dedupe
from euthymia.cli.evidence.text import claims, ground

#: in the order of a review: without a base first, then with one
WORDS = (
    parse,
    dedupe,
    ground,
    claims,
    outcomes,
    meta,
    nma,
    init,
    ingest,
    fetch,
    search,
    searched,
    reports,
    screen,
    prisma,
    extract,
    queue,
    accept,
    reject,
    edges,
    edge,
    map_,
)

ENDING = "Exit codes: see 'euthymia --help'. Research model; not medical advice."

evidence = App(
    name="evidence",
    help="The literature and the registries: read, deduplicate, screen, ground, claim, pool.",
    help_epilogue="",
    help_format="plaintext",
    default_parameter=Parameter(negative=()),
    result_action="return_value",
)
for _order, _word in enumerate(WORDS):
    if isinstance(_word, App):
        _word.sort_key = _order
        evidence.command(_word)
    else:
        evidence.command(_word, name=_word.__name__.rstrip("_"), sort_key=_order, help_epilogue=ENDING)
