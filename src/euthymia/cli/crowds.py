"""The verb for many: one plan, a crowd, trajectories kept chunk by chunk."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Literal

from euthymia.cli.engines import EngineName, engine_called
from euthymia.cli.hypotheses import held_text
from euthymia.cli.telling import as_json, progress, table


def simulate(
    plan: Path,
    /,
    *,
    cohort: str = "outpatient-mdd",
    endophenotype: tuple[str, ...] = (),
    genotype: tuple[str, ...] = (),
    people: int = 1000,
    seed: int = 1,
    outputs: str | None = None,
    every: str = "24 h",
    weeks: float | None = None,
    store: str | None = None,
    cluster: str | None = None,
    chunk: int | None = None,
    precision: Literal["float32", "float64"] = "float32",
    layout: Literal["parquet", "zarr"] = "parquet",
    engine: EngineName = "auto",
    json: bool = False,
    worlds: int = 0,
    hypothesis: tuple[str, ...] = (),
) -> None:
    """Give a regimen to a crowd, keep every trajectory, and print how the crowd spreads. A stopped run goes on.

    Parameters
    ----------
    plan
        A YAML file with a regimen, for example {oral: escitalopram, amount: 10 mg, daily: {weeks: 8}}.
    cohort
        A cohort that ships, or the YAML file of one.
    endophenotype
        What everybody has, such as inflamed, or to a degree, such as inflamed=0.5; once for each.
    genotype
        What everybody has, such as BDNF=Val/Met or CYP2D6=*4/*4; once for each gene.
    people
        How many; candidates by number, nobody screened out.
    seed
        Where the random numbers start.
    outputs
        Quantities to keep, with commas between; the symptom domains, if not given.
    every
        Time between two points, for example "6 h".
    weeks
        How long to look; as long as the plan, if not given.
    store
        Folder, or an address such as s3://bucket/run. Started again with the same words, the run goes on there. Nothing
        is kept if not given.
    cluster
        'local' for processes on this computer, or the address of a dask scheduler; threads, if not given.
    chunk
        People in one chunk; as many as fill 32 MiB, if not given.
    precision
        float32 or float64.
    layout
        parquet (a table) or zarr (an array).
    engine
        compiled, reference, or auto for the fastest that works here.
    json
        Print the header and quantiles as JSON.
    worlds
        Members of the fitted ensemble that people are spread over; the central estimate alone, if 0.
    hypothesis
        NAME=ALTERNATIVE ('show hypotheses' lists them), or PARAMETER=NUMBER; once for each.
    """
    from euthymia.cli.people import endophenotypes_called, genotypes_called
    from euthymia.cohort.cohort import cohort as clinic
    from euthymia.evidence.yaml_with_lines import read_yaml
    from euthymia.treatments.regimen_file import regimen_from
    from euthymia.trial.restriction import from_words
    from euthymia.trial.simulate import simulate as run

    document = read_yaml(plan)
    regimen = regimen_from(document.content, document.place())
    named = None if outputs is None else [name.strip() for name in outputs.split(",") if name.strip()]
    crowd = clinic(cohort, people, seed, endophenotypes_called(endophenotype), genotypes_called(genotype))
    try:
        with progress() as tell:
            done = run(
                crowd, regimen, outputs=named, every=every, weeks=weeks, store=store,
                cluster=cluster, chunk=chunk, precision=precision, layout=layout, engine=engine_called(engine),
                worlds=worlds, hypotheses=from_words(hypothesis), progress=tell,
            )  # fmt: skip
    except KeyboardInterrupt:
        if store is not None:
            print(f"finished chunks stay in {store}; the same command goes on from there", file=sys.stderr)
        raise
    found = done.quantiles(times=[float(time) for time in (done.times[0], done.times[-1])])
    if json:
        print(as_json({"header": dict(done.header), "quantiles": found.to_dicts()}))
        return
    print(f"{done.patients} people, seed {seed}, {len(done.times)} times to day {done.times[-1] / 24:g}")
    print(_spread(found.to_dicts()))
    for line in held_text(done.header):
        print(line)
    if done.failures:
        print(f"{len(done.failures)} patients could not be solved; --json lists them")
    if store is not None:
        print(f"trajectories: {store}")


def _spread(rows: list[dict[str, Any]]) -> str:
    """A line for each quantity: median and middle nine tenths at the first and at the last time."""
    lines = [("quantity", "day", "median", "5 % to 95 %")]
    for row in rows:
        span = f"{row['q05']:.4g} to {row['q95']:.4g}"
        lines.append((row["output"], f"{row['time_h'] / 24:g}", f"{row['q50']:.4g}", span))
    return table(lines)
