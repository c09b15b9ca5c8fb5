"""A run too large to hold: cut into shards that each draw, solve and keep their own patients.

A shard is hashes and a range of patient numbers; it returns counts, never results. It may run anywhere and twice: same
bits, same place. So a run that was stopped goes on with what is missing, on threads here or on a dask cluster. The
assumption that matters: one chunk fits in memory, about three times. Left out: two runs at once into one store.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from euthymia.engine.job import Job, Shard, processor, versions
from euthymia.engine.results import CHUNKS, HEADER, Slip, Store, file_slip, slip_of
from euthymia.engine.task import Engine, Solution, Task
from euthymia.errors import EuthymiaError, StoreError

Tell = Callable[[int, int], None]
#: how long a scheduler may take to answer
ANSWER_SECONDS = 10


@dataclass(frozen=True)
class Counts:
    """What a shard returns."""

    first: int
    last: int
    solved: int
    failed: int


def run_shards(job: Job, cluster: str | None = None, tell: Tell | None = None) -> Mapping[str, Any]:
    """Do what is missing of a run and return its header; `tell(patients done, patients)` hears of each chunk.

    `cluster`: nothing for threads in this process, `local` for processes on this computer, or the address of a dask
    scheduler. Raises `StoreError` if the store holds another run or cannot be written.
    """
    tell = tell or (lambda done, of: None)
    if cluster is not None and job.store.private:
        raise StoreError(
            f"the processes of a cluster cannot see '{job.store.url}'",
            rule="A cluster keeps its results where every process finds them.",
            fix="Name a folder or an object store.",
        )
    _open(job)
    slips = {shard: _slip(job, shard, job.run) for shard in job.shards}
    missing = [shard for shard, slip in slips.items() if slip is None]
    done = job.patients - sum(shard.last - shard.first for shard in missing)
    tell(done, job.patients)
    if missing:
        job.store.keep(HEADER, _told({**job.question, "complete": False}))  # whatever it said before
        job.written.begin(job.store, job.patients)
    for shard in _here(job, missing) if cluster is None else _there(job, missing, cluster):
        done += shard.last - shard.first
        tell(done, job.patients)
    return _close(job, slips)


def _open(job: Job) -> None:
    """Find that the store is empty or this run's; raises `StoreError` if it is not."""
    content = job.store.read(HEADER)
    if content is None:
        if any(not name.endswith(".part") for name in job.store.names()):
            raise StoreError(
                f"'{job.store.url}' holds other things", rule="A run is kept in a place of its own.",
                fix="Name a new folder, or the folder of the run you want to go on with.",
            )  # fmt: skip
        return
    try:
        found = json.loads(content)
        assert isinstance(found, dict)
    except (ValueError, AssertionError):
        found = {}
    if different := _different(job.question, found):
        raise StoreError(
            f"'{job.store.url}' holds another run: {different}",
            rule="A run goes on only in the folder it began in, asked for in the same words.",
            fix="Name another folder, or ask for what stands in its run.json.",
        )


def _different(asked: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """What is asked for and stands otherwise in a header, in words; the first few suffice."""
    names = [name for name in asked if found.get(name) != asked[name]]
    if not found.get("format"):
        return "its run.json is not that of a large run"

    def short(value: Any) -> str:
        text = json.dumps(value)
        return text if len(text) <= 60 else f"{text[:57]}…"

    return "; ".join(f"{name} is {short(found.get(name))} there, {short(asked[name])} here" for name in names[:3])


def _close(job: Job, slips: Mapping[Shard, Slip | None]) -> Mapping[str, Any]:
    """Write the final header from the slips of all chunks."""
    found: list[Slip] = []
    for shard, known in slips.items():
        slip = known or _slip(job, shard, job.run)
        if slip is None:
            raise StoreError(
                f"the chunk of patients {shard.first} to {shard.last - 1} is not in '{job.store.url}'",
                rule="Every worker keeps its chunks where this process can read them.",
                fix="Name a folder that all computers of the cluster share, or an object store; then run again.",
            )
        found.append(slip)
    header = {
        **job.question,
        "complete": True,
        "processors": sorted({slip.processor for slip in found}),
        "solved": sum(slip.solved for slip in found),
        "rescued": sum(slip.rescued for slip in found),
        "failures": [{"patient": p, "status": s, "time_h": t} for slip in found for p, s, t in slip.failures],
        "chunks": [slip.told() for slip in found],
    }
    content = _told(header)
    if job.store.read(HEADER) != content:
        job.store.keep(HEADER, content)
    for folder in {"", CHUNKS, *(slip.file.rpartition("/")[0] for slip in found)}:
        job.store.sweep(folder)
    return header


def _told(header: Mapping[str, Any]) -> bytes:
    """JSON with one entry of the header on a line, and one line for each chunk, failure or dose."""
    entries = []
    for name, value in header.items():
        text = json.dumps(value)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            text = "[\n  " + ",\n  ".join(map(json.dumps, value)) + "\n ]"
        entries.append(f" {json.dumps(name)}: {text}")
    return ("{\n" + ",\n".join(entries) + "\n}\n").encode()


def _here(job: Job, missing: Sequence[Shard]) -> Iterator[Shard]:
    """Shards one after the other: while this thread solves one, the next is drawn and the last is written."""
    if not missing:
        return
    with ThreadPoolExecutor(1) as drawing, ThreadPoolExecutor(1) as writing:
        ahead = drawing.submit(_drawn, job, missing[0])
        written: tuple[Shard, Future[Counts]] | None = None
        for shard, following in zip(missing, [*missing[1:], None], strict=True):
            task = ahead.result()
            if following is not None:
                ahead = drawing.submit(_drawn, job, following)
            solution = job.engine.solve(task)
            if written is not None:
                written[1].result()
                yield written[0]
            written = shard, writing.submit(_kept, job, shard, job.run, solution)
            del task, solution
        if written is not None:
            written[1].result()
            yield written[0]


def _there(job: Job, missing: Sequence[Shard], cluster: str) -> Iterator[Shard]:
    """Shards on a dask cluster, in any order; those of a worker that dies are done by another."""
    if not missing:
        return
    alone = replace(job, store=Store(job.store.address), engine=one_thread(job.engine))
    with _client(cluster) as client:
        from distributed import KilledWorker, as_completed

        made = versions()
        futures = {client.submit(solve_shard, alone, shard, job.run, made, pure=False): shard for shard in missing}
        try:
            for future in as_completed(list(futures), loop=client.loop):
                if future.status != "finished":
                    future.result()  # raises what went wrong
                yield futures.pop(future)  # its counts stay where they are: they are on the slip as well
                future.release()
        except KilledWorker as error:
            raise EuthymiaError(
                f"workers of the cluster died again and again ({error})",
                rule="Finished chunks are kept.",
                fix="Look for the reason (often memory: take a smaller chunk), then run the same again.",
            ) from None
        finally:
            client.cancel(list(futures), force=True)


@contextmanager
def _client(cluster: str) -> Iterator[Any]:
    """A client of a cluster: `local` starts one on this computer that nobody else can reach."""
    try:
        import logging

        from distributed import Client, LocalCluster
    except ImportError:
        raise EuthymiaError(
            "a run on a cluster is not possible here", rule="It needs the package distributed.",
            fix="pip install 'euthymia[cluster]', or leave --cluster out: threads need nothing.",
        ) from None  # fmt: skip
    with ExitStack() as stack:
        place: Any = cluster
        if cluster == "local":
            # Ctrl-C is for this process, which then ends its workers
            deaf = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
            quiet: dict[str, Any] = {
                "dashboard_address": "127.0.0.1:0",
                "silence_logs": logging.CRITICAL,
                "preload": deaf,
            }
            place = stack.enter_context(LocalCluster(threads_per_worker=1, host="127.0.0.1", **quiet))
        try:
            client = Client(place, set_as_default=False, timeout=ANSWER_SECONDS)
        except (OSError, ValueError) as error:
            raise EuthymiaError(
                f"no cluster answers at '{cluster}' ({error})",
                fix="Give the address of a dask scheduler, such as tcp://10.0.0.5:8786, or 'local'.",
            ) from None
        yield stack.enter_context(client)


def solve_shard(job: Job, shard: Shard, run: str, made: Mapping[str, str]) -> Counts:
    """Draw, solve and keep one shard of a run, on a worker that has the versions it was `made` for."""
    if job.model != shard.model or versions() != made:
        raise EuthymiaError(
            f"a worker of the cluster is not like this computer ({versions()} there, {dict(made)} here)",
            rule="All computers of a run have the same version of everything.",
            fix="Install the same packages and data on each.",
        )
    known = _slip(job, shard, run)  # done by a worker that died before it could say so
    return _counts(known) if known else _kept(job, shard, run, job.engine.solve(_drawn(job, shard)))


def one_thread(engine: Engine) -> Engine:
    """The same engine for a worker that has one core."""
    from euthymia.engine.compiled import CompiledEngine
    from euthymia.engine.reference import ReferenceEngine

    if isinstance(engine, CompiledEngine):
        return replace(engine, threads=1)
    return ReferenceEngine(workers=1) if isinstance(engine, ReferenceEngine) else engine


def _drawn(job: Job, shard: Shard) -> Task:
    parameters, schedule = job.crowd.draw(shard.first, shard.last)
    return Task(
        program=job.crowd.program, parameters=parameters, schedule=schedule, times=np.array(job.times),
        outputs=job.outputs, start=job.start, rtol=job.rtol, atol=job.atol,
    )  # fmt: skip


def _kept(job: Job, shard: Shard, run: str, solution: Solution) -> Counts:
    """Write a shard's chunk, then its slip."""
    layout = job.written
    content = layout.encoded(shard.first, solution.values)
    failures = tuple((shard.first + row, status.message, status.time) for row, status in solution.failures)
    slip = Slip(
        shard.first, shard.last, layout.file(shard.first, shard.last), hashlib.sha256(content).hexdigest(),
        len(content), run, processor(),
        sum(status.ok and status.message != "ok" for status in solution.status), failures,
    )  # fmt: skip
    job.store.keep(slip.file, content)
    file_slip(job.store, slip)
    return _counts(slip)


def _slip(job: Job, shard: Shard, run: str) -> Slip | None:
    return slip_of(job.store, job.written.file(shard.first, shard.last), shard.first, shard.last, run)


def _counts(slip: Slip) -> Counts:
    return Counts(slip.first, slip.last, slip.solved, len(slip.failures))
