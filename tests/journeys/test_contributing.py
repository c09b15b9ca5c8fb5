"""The worked example of CONTRIBUTING.md does what it says: a drug is added without touching Python."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TEXT = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"```yaml\n# (\S+)\n(.*?)```", TEXT, re.DOTALL))
COMMANDS = re.findall(r"^euthymia (.+)$", TEXT, re.MULTILINE)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def euthymia(arguments: str, place: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "euthymia", *arguments.split()],
        cwd=place, env=os.environ | {"EUTHYMIA_DRUGS": "my-drugs"}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def test_the_example_is_there():
    assert set(FILES) == {"my-drugs/psilocybin.yaml", "plan.yaml"}
    assert COMMANDS == ["check", "run plan.yaml --days 28"]


def test_the_new_drug_passes_the_check(place: Path):
    with_it = euthymia("check --list", place)
    assert "psilocybin.compounds.psilocin.clearance: assumed, provisional" in with_it


def test_the_new_drug_can_be_given(place: Path):
    assert "psilocin_plasma" in euthymia("run plan.yaml --days 28", place)
    told = json.loads(euthymia("run plan.yaml --days 28 --json", place))
    occupancy = told["quantities"]["ht2a_occupancy"]
    assert 0.6 <= max(occupancy) <= 0.72  # after up to 30 mg, by positron emission (madsen2019)
