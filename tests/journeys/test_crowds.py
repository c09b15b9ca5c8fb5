"""A large run from the command line: killed, started again, refused, cited."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from euthymia.cli.app import ended
from euthymia.engine.compiled import available

pytestmark = pytest.mark.skipif(not available(), reason="no llvmlite, so no compiled engine to run many on")

WORDS = ("--people", "300", "--chunk", "20", "--outputs", "cortisol, sert_occupancy", "--every", "12 h", "--weeks", "2")


@pytest.fixture
def plan(tmp_path) -> str:
    (tmp_path / "plan.yaml").write_text("{oral: escitalopram, amount: 10 mg, daily: {weeks: 2}}\n")
    return str(tmp_path / "plan.yaml")


def digests(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) == 31
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize(("stop", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)])
def test_stopped_and_started_again_with_the_same_words(plan, tmp_path, capsys, stop, code):
    assert ended(["simulate", plan, *WORDS, "--store", str(tmp_path / "whole")]) == 0
    told = capsys.readouterr().out
    assert told.startswith("300 people, seed 1, 29 times to day 14\nquantity        day  median  5 % to 95 %\n")
    assert f"trajectories: {tmp_path / 'whole'}" in told
    command = [sys.executable, "-m", "euthymia", "simulate", plan, *WORDS, "--store", str(tmp_path / "run")]
    running = subprocess.Popen(command, env={**os.environ, "OMP_NUM_THREADS": "1"}, stderr=subprocess.PIPE, text=True)
    chunks = tmp_path / "run" / "chunks"
    while not (chunks.is_dir() and len(list(chunks.glob("*.json"))) >= 3):
        assert running.poll() is None
        time.sleep(0.005)
    running.send_signal(stop)
    _, said = running.communicate(timeout=60)
    assert running.returncode == code
    if stop == signal.SIGINT:
        assert said == f"finished chunks stay in {tmp_path / 'run'}; the same command goes on from there\nstopped\n"
    assert not json.loads((tmp_path / "run" / "run.json").read_text())["complete"]
    assert ended(["simulate", plan, *WORDS, "--store", str(tmp_path / "run")]) == 0
    assert digests(tmp_path / "run") == digests(tmp_path / "whole")


def test_json_and_the_sources_of_a_run(plan, tmp_path, capsys):
    asked = ["simulate", plan, "--people", "5", "--outputs", "cortisol", "--store", str(tmp_path / "run")]
    assert ended([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert told["header"]["complete"] is True
    assert told["header"]["solved"] == 5
    assert [(row["output"], row["time_h"], row["people"]) for row in told["quantiles"]] == [
        ("cortisol", 0.0, 5), ("cortisol", 336.0, 5),
    ]  # fmt: skip
    assert all(row["q05"] <= row["q50"] <= row["q95"] for row in told["quantiles"])
    assert ended(["cite", str(tmp_path / "run"), "--json"]) == 0
    keys = {source["key"] for source in json.loads(capsys.readouterr().out)["sources"]}
    assert "sogaard2005" in keys
    assert "zurzuvae_label" not in keys


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--seed", "2"), 8, "holds another run: seed is 1 there, 2 here"),
        (("--outputs", "cortisoll"), 4, "there is no output 'cortisoll'"),
        (("--cohort", "inpatient"), 4, "there is no cohort 'inpatient'"),
        (("--people", "0"), 7, "the cohort has 0 people"),
        (("--store", "nowhere://x"), 8, "nothing can be kept in 'nowhere://x'"),
        (("--cluster", "tcp://127.0.0.1:1", "--store", "elsewhere"), 2, "no cluster answers at 'tcp://127.0.0.1:1'"),
    ],
)
def test_mistakes(plan, tmp_path, capsys, monkeypatch, words, code, told):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("euthymia.engine.shards.ANSWER_SECONDS", 1)
    usual = {"--people": "3", "--outputs": "cortisol", "--store": "run"}
    assert ended(["simulate", plan, *(word for pair in usual.items() for word in pair)]) == 0
    changed = usual | dict(zip(words[::2], words[1::2], strict=True))
    assert ended(["simulate", plan, *(word for pair in changed.items() for word in pair)]) == code
    assert told in capsys.readouterr().err
