"""Runs in chunks: the same bits however they are cut, stopped, damaged or spread over processes."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import fsspec
import numpy as np
import polars
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from euthymia.engine import shards
from euthymia.engine.compiled import CompiledEngine, available
from euthymia.engine.job import Job, usual_chunk
from euthymia.engine.results import Store, scan, slip_of
from euthymia.engine.shards import run_shards
from euthymia.engine.task import Task
from euthymia.errors import EuthymiaError, StoreError

HERE = Path(__file__).parent
SCRIPT = HERE / "cheap_crowd.py"
sys.path.insert(0, str(HERE))  # where the processes of a cluster look, too

from cheap_crowd import OUTPUTS, Cheap, Counting, job  # noqa: E402

pytestmark = pytest.mark.skipif(
    not available(), reason="large runs are tested on the compiled engine; no llvmlite here"
)


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a run."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 3
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def table(store: str) -> polars.DataFrame:
    header = json.loads(Store(store).read("run.json") or b"")
    return scan(Store(store), [chunk["file"] for chunk in header["chunks"]]).collect()


def script(*words: object, **options: object) -> subprocess.Popen[str]:
    command = [sys.executable, str(SCRIPT), *map(str, words)]
    return subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """A run never stopped."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    run_shards(job(str(folder)))
    return folder


def test_the_table_is_what_the_engine_says(tmp_path):
    asked = job(str(tmp_path / "run"), precision="float64")
    run_shards(asked)
    parameters, schedule = asked.crowd.draw(0, 100)
    wanted = CompiledEngine(threads=1).solve(
        Task(
            program=asked.crowd.program, parameters=parameters, schedule=schedule,
            times=np.array(asked.times), outputs=OUTPUTS,
        )
    ).values  # fmt: skip
    found = table(str(tmp_path / "run"))
    assert found.columns == ["patient", "time_h", *OUTPUTS]
    assert found["patient"].to_list() == np.repeat(np.arange(100), 9).tolist()
    assert found["time_h"].to_list() == np.tile(asked.times, 100).tolist()
    assert found.select(OUTPUTS).to_numpy().tobytes(order="C") == wanted.reshape(-1, 8).tobytes()


@pytest.mark.parametrize("chunk", [1, 7, 99, 100, 1000])
def test_chunks_and_threads_do_not_matter(whole: Path, tmp_path, chunk: int):
    run_shards(job(str(tmp_path / "run"), chunk=chunk, engine=CompiledEngine(threads=3)))
    assert table(str(tmp_path / "run")).equals(table(str(whole)))


def test_single_precision_unless_asked_otherwise(whole: Path):
    assert set(table(str(whole)).select(OUTPUTS).dtypes) == {polars.Float32}


def test_an_object_store_looks_like_a_folder(whole: Path):
    header = run_shards(job("memory://large-runs/one"))
    assert header == json.loads((whole / "run.json").read_text())
    assert table("memory://large-runs/one").equals(table(str(whole)))
    again = Counting(CompiledEngine(threads=1))
    run_shards(job("memory://large-runs/one", engine=again))
    assert again.used == 0


def test_zarr_holds_the_same_numbers(whole: Path, tmp_path):
    zarr = pytest.importorskip("zarr")
    run_shards(job(str(tmp_path / "run"), layout="zarr"))
    array = zarr.open_array(tmp_path / "run" / "trajectories.zarr", mode="r")
    assert array.shape == (100, 9, 8)
    assert array.chunks == (16, 9, 8)
    assert array.attrs["outputs"] == list(OUTPUTS)
    wanted = table(str(whole)).select(OUTPUTS).to_numpy().reshape(100, 9, 8)
    np.testing.assert_array_equal(array[:], wanted)
    damaged = tmp_path / "run" / "trajectories.zarr" / "c" / "3" / "0" / "0"
    before = damaged.read_bytes()
    damaged.write_bytes(before[:-1])
    again = Counting(CompiledEngine(threads=1))
    run_shards(job(str(tmp_path / "run"), layout="zarr", engine=again))
    assert again.used == 1
    assert damaged.read_bytes() == before


def test_killed_half_way_and_started_again(whole: Path, tmp_path):
    folder = tmp_path / "run"
    running = script(folder, "--pause", 0.3)
    while int(running.stderr.readline()) < 32:  # says how many patients are done, chunk by chunk
        pass
    running.send_signal(signal.SIGKILL)
    running.communicate()
    assert running.returncode == -signal.SIGKILL
    assert json.loads((folder / "run.json").read_text())["complete"] is False
    kept = len(list((folder / "chunks").glob("*.parquet")))
    assert 2 <= kept < 7
    (folder / "chunks" / ".000000096-000000100.parquet.0bad.part").write_bytes(b"half")
    again = Counting(CompiledEngine(threads=1))
    run_shards(job(str(folder), engine=again))
    assert 7 - kept <= again.used <= 7 - kept + 1  # a chunk without its slip is done again
    assert digests(folder) == digests(whole)
    assert table(str(folder)).equals(table(str(whole)))


def test_ctrl_c_keeps_what_is_finished(whole: Path, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        run_shards(job(str(tmp_path / "run"), engine=Counting(CompiledEngine(threads=1), most=3)))
    again = Counting(CompiledEngine(threads=1))
    run_shards(job(str(tmp_path / "run"), engine=again))
    assert again.used == 7 - 3
    assert digests(tmp_path / "run") == digests(whole)


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [truncated, flipped, Path.unlink], ids=["truncated", "flipped", "gone"])
@pytest.mark.parametrize("kind", ["parquet", "json"])
def test_a_damaged_chunk_is_done_again(whole: Path, tmp_path, damage: Callable[[Path], None], kind: str):
    folder = tmp_path / "run"
    run_shards(job(str(folder)))
    damage(folder / "chunks" / f"000000032-000000048.{kind}")
    again = Counting(CompiledEngine(threads=1))
    run_shards(job(str(folder), engine=again))
    assert again.used == 1 or (kind, damage) == ("json", flipped)  # a flipped bit may leave the slip's meaning alone
    chunks = {name: digest for name, digest in digests(folder).items() if name.endswith(".parquet")}
    assert chunks == {name: digest for name, digest in digests(whole).items() if name.endswith(".parquet")}
    assert table(str(folder)).equals(table(str(whole)))


def test_a_chunk_of_another_run_is_not_taken(tmp_path):
    run_shards(job(str(tmp_path / "one")))
    run_shards(job(str(tmp_path / "two"), crowd=Cheap(seed=2), seed=2))
    for kind in ("parquet", "json"):
        name = f"chunks/000000032-000000048.{kind}"
        (tmp_path / "one" / name).write_bytes((tmp_path / "two" / name).read_bytes())
    mine = job(str(tmp_path / "one"))
    for first, last, known in ((0, 16, True), (32, 48, False)):
        slip = slip_of(mine.store, mine.written.file(first, last), first, last, mine.run)
        assert (slip is not None) is known


def test_a_slip_cannot_point_elsewhere(tmp_path):
    run_shards(job(str(tmp_path / "run")))
    path = tmp_path / "run" / "chunks" / "000000032-000000048.json"
    told = json.loads(path.read_text())
    (tmp_path / "elsewhere").write_bytes((tmp_path / "run" / told["file"]).read_bytes())
    path.write_text(json.dumps({**told, "file": "../elsewhere"}))
    again = Counting(CompiledEngine(threads=1))
    run_shards(job(str(tmp_path / "run"), engine=again))
    assert again.used == 1


def test_a_finished_run_that_lost_a_chunk_is_not_finished_until_it_is(whole: Path, tmp_path):
    run_shards(job(str(tmp_path / "run")))
    flipped(tmp_path / "run" / "chunks" / "000000032-000000048.parquet")
    with pytest.raises(KeyboardInterrupt):
        run_shards(job(str(tmp_path / "run"), engine=Counting(CompiledEngine(threads=1), most=0)))
    assert json.loads((tmp_path / "run" / "run.json").read_text())["complete"] is False
    run_shards(job(str(tmp_path / "run")))
    assert digests(tmp_path / "run") == digests(whole)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"crowd": Cheap(seed=2), "seed": 2}, "seed is 1 there, 2 here"),
        ({"patients": 101}, "patients is 100 there, 101 here"),
        ({"chunk": 20}, "chunk is 16 there, 20 here"),
        ({"outputs": ("a",)}, 'outputs is ["a", "b", "c", "d", "e", "f", "g", "h"] there, ["a"] here'),
        ({"rtol": 1e-3}, "rtol is 1e-05 there, 0.001 here"),
        ({"crowd": Cheap(ill=2)}, "first_patients is"),
    ],
)
def test_a_folder_with_another_run_is_refused(whole: Path, changes: dict, told: str):
    before = digests(whole)
    with pytest.raises(StoreError) as caught:
        run_shards(job(str(whole), **changes))
    assert f"'{whole}' holds another run: " in str(caught.value)
    assert told in str(caught.value)
    assert "Name another folder, or ask for what stands in its run.json." in str(caught.value)
    assert digests(whole) == before


@pytest.mark.parametrize("content", ["", "not json", '{"trial": "x"}', "[]"])
def test_a_header_that_is_not_ours_is_refused(tmp_path, content: str):
    (tmp_path / "run.json").write_text(content)
    with pytest.raises(StoreError) as caught:
        run_shards(job(str(tmp_path)))
    assert "its run.json is not that of a large run" in str(caught.value)
    assert (tmp_path / "run.json").read_text() == content


def test_a_folder_with_other_things_is_refused(tmp_path):
    (tmp_path / "thesis.docx").write_text("years")
    with pytest.raises(StoreError) as caught:
        run_shards(job(str(tmp_path)))
    assert str(caught.value) == (
        f"'{tmp_path}' holds other things\n"
        "  A run is kept in a place of its own.\n"
        "  Name a new folder, or the folder of the run you want to go on with."
    )
    assert os.listdir(tmp_path) == ["thesis.docx"]


def test_a_place_that_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError) as caught:
        run_shards(job(str(tmp_path / "file")))
    assert f"cannot write in '{tmp_path / 'file'}' (" in str(caught.value)


class Cramped(MemoryFileSystem):
    """A store with little room, which fills half a file before it says so."""

    protocol = ("cramped",)
    store: dict = {}  # noqa: RUF012  what the class it comes from keeps its files in
    pseudo_dirs = [""]  # noqa: RUF012
    room = 10**9

    @classmethod
    def _strip_protocol(cls, path):
        return MemoryFileSystem._strip_protocol(path.replace("cramped://", "memory://"))

    def pipe_file(self, path, value, mode="overwrite", **options):
        used = sum(len(file.getbuffer()) for file in self.store.values())
        if used + len(value) > self.room:
            super().pipe_file(path, value[: len(value) // 2], mode, **options)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        super().pipe_file(path, value, mode, **options)


def test_a_full_store_says_so_and_the_run_goes_on_once_there_is_room(whole: Path, monkeypatch):
    fsspec.register_implementation("cramped", Cramped, clobber=True)
    monkeypatch.setattr(Cramped, "room", 20_000)
    with pytest.raises(StoreError) as caught:
        run_shards(job("cramped://full/run"))
    assert str(caught.value) == (
        "there is no room left in 'cramped://full/run' (No space left on device)\n"
        "  Finished chunks are kept, and nothing half-written is taken for finished.\n"
        "  Make room and run the same again: it goes on where it stopped."
    )
    assert not any(name.endswith(".part") for name in Store("cramped://full/run").names("chunks"))
    finished = sum(name.endswith(".json") for name in Store("cramped://full/run").names("chunks"))
    assert 0 < finished < 7
    monkeypatch.setattr(Cramped, "room", 10**9)
    again = Counting(CompiledEngine(threads=1))
    run_shards(job("cramped://full/run", engine=again))
    assert again.used == 7 - finished
    assert table("cramped://full/run").equals(table(str(whole)))


def test_a_disk_that_takes_half_a_file(whole: Path, tmp_path):
    """The operating system cuts the file off; a limit on file size stands in for a full disk."""
    running = script(tmp_path / "run", "--largest-file", 3000)
    _, told = running.communicate(timeout=120)
    assert "StoreError: there is no room left" in told
    assert not list((tmp_path / "run" / "chunks").glob("*.parquet"))
    run_shards(job(str(tmp_path / "run")))
    assert digests(tmp_path / "run") == digests(whole)


def test_one_who_cannot_be_solved_is_told_in_the_header(whole: Path, tmp_path):
    header = run_shards(job(str(tmp_path / "run"), crowd=Cheap(ill=37)))
    assert header["solved"] == 99
    (failure,) = header["failures"]
    assert failure["patient"] == 37
    assert failure["time_h"] == 0.0
    assert "not a number" in failure["status"]
    assert [chunk["failed"] for chunk in header["chunks"]] == [0, 0, 1, 0, 0, 0, 0]
    found, healthy = table(str(tmp_path / "run")), table(str(whole))
    ill = polars.col("patient") == 37
    assert found.filter(ill).select(polars.col(OUTPUTS).is_nan().all()).row(0) == (True,) * 8
    assert found.filter(~ill).equals(healthy.filter(~ill))


def test_the_header_says_how_it_was_made(whole: Path):
    header = json.loads((whole / "run.json").read_text())
    assert header["complete"] is True
    assert header["failures"] == []
    assert header["seed"] == 1
    assert header["program"] == Cheap().program.hash
    assert header["engine"] == "compiled"
    assert {"euthymia", "numpy", "llvmlite", "engine"} <= set(header["versions"])
    assert len(header["processors"]) == 1
    assert sum(chunk["last"] - chunk["first"] for chunk in header["chunks"]) == 100
    for chunk in header["chunks"]:
        assert hashlib.sha256((whole / chunk["file"]).read_bytes()).hexdigest() == chunk["sha256"]
        assert (whole / chunk["file"]).stat().st_size == chunk["bytes"]


def test_chunks_are_of_a_size_that_fits():
    assert usual_chunk(1, 1) == 10_000
    assert usual_chunk(10_000, 60) == 100
    assert usual_chunk(225, 8) * 225 * 8 * 8 <= 2**25


def peak(folder: Path, patients: int, chunk: int) -> float:
    """The most memory (MiB) a process held that ran so many patients of 8 outputs at 225 times."""
    running = script(folder, "--patients", patients, "--chunk", chunk, "--times", 225)
    told, trouble = running.communicate(timeout=600)
    assert running.returncode == 0, trouble
    return float(told)


def test_memory_follows_the_chunk_and_not_the_crowd(tmp_path):
    few, many = peak(tmp_path / "few", 1500, 500), peak(tmp_path / "many", 9000, 500)
    values = 7500 * 225 * 8 * 4 / 2**20
    assert many - few < values / 2, f"{few:.0f} MiB for 1500, {many:.0f} MiB for 9000"


@pytest.mark.slow
def test_a_hundred_thousand_stay_under_a_gigabyte(tmp_path):
    held = peak(tmp_path / "run", 100_000, usual_chunk(225, 8))
    assert held < 1024, f"{held:.0f} MiB"


# ---- a cluster


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 2, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    with distributed.LocalCluster(**options, silence_logs=50) as running:
        yield running


def test_a_cluster_gives_the_same_bytes(whole: Path, tmp_path, cluster):
    run_shards(job(str(tmp_path / "run")), cluster.scheduler_address)
    assert digests(tmp_path / "run") == digests(whole)


def test_a_worker_that_is_killed_loses_nothing(whole: Path, tmp_path, cluster):
    victims = [worker.pid for worker in cluster.workers.values()]
    told: list[int] = []

    def tell(done: int, of: int) -> None:
        told.append(done)
        if len(told) == 2:  # the first chunk is done; both workers are busy with more
            os.kill(victims[0], signal.SIGKILL)

    asked: Job = job(str(tmp_path / "run"), crowd=Cheap(pause=0.4))
    run_shards(asked, cluster.scheduler_address, tell)
    with pytest.raises(ProcessLookupError):
        for _ in range(100):  # the nanny may take a moment to bury it
            os.kill(victims[0], 0)
            time.sleep(0.05)
    assert told[-1] == 100
    assert digests(tmp_path / "run") == digests(whole)


def test_what_a_worker_is_sent_is_small():
    import pickle

    asked = job("somewhere")
    assert len(pickle.dumps((asked, asked.shards[3]))) < 20_000


def test_a_cluster_needs_a_place_it_can_see():
    with pytest.raises(StoreError) as caught:
        run_shards(job("memory://large-runs/private"), "local")
    assert "the processes of a cluster cannot see 'memory://large-runs/private'" in str(caught.value)


def test_an_address_where_nobody_answers(tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(shards, "ANSWER_SECONDS", 1)
    with pytest.raises(EuthymiaError) as caught:
        run_shards(job(str(tmp_path / "run")), "tcp://127.0.0.1:1")
    assert "no cluster answers at 'tcp://127.0.0.1:1'" in str(caught.value)
