"""A network meta-analysis of a plain table, from file to result.

The assumption that matters: counts are compared by odds and means by differences, unless another measure is named. Left
out: choosing which rows belong together; `where` keeps some.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from euthymia.evidence.synthesis.network import Network, network
from euthymia.evidence.synthesis.table_in import Table, kept, read_table
from euthymia.evidence.synthesis.trial_arms import from_table


def analyse_network(
    data: str | Path | Table,
    *,
    measure: str | None = None,
    method: str = "DL",
    reference: str | None = None,
    small_is_good: bool = False,
    columns: Mapping[str, str] | None = None,
    where: Sequence[str] = (),
) -> Network:
    """Fit the network of a table of arms or pairs; `network.told` gives it as plain data. Raises `DataError`."""
    table = data if isinstance(data, Table) else read_table(data, columns)
    table = kept(table, where) if where else table
    if measure is None:
        measure = "OR" if table.has("events", "n") else "MD" if table.has("mean", "n") else "GEN"
    contrasts, dropped = from_table(table, measure.upper())
    return network(
        contrasts,
        measure=measure.upper(),
        method=method,
        reference=reference,
        small_is_good=small_is_good,
        dropped=dropped,
    )
