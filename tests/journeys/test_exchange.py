"""`euthymia exchange` as a user meets it: tables, refusals, mistakes, and nothing half-written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from euthymia.cli.app import ended

MODELS = Path(__file__).parents[1] / "exchange" / "models"
SETTINGS = """\
start: 0
duration: 1
steps: 4
variables: height, bounces
amount:
concentration:
absolute: 1e-6
relative: 1e-4
"""


@pytest.fixture
def settings(tmp_path):
    path = tmp_path / "settings.txt"
    path.write_text(SETTINGS)
    return path


def simulate(model: Path, settings: Path, output: Path) -> int:
    return ended(["exchange", "simulate-sbml", str(model), "--settings", str(settings), "--output", str(output)])


def test_a_table(settings, tmp_path):
    assert simulate(MODELS / "ball.xml", settings, tmp_path / "out.csv") == 0
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert lines[:2] == ["time,height,bounces", "0,1,0"]
    assert len(lines) == 6
    assert float(lines[2].split(",")[1]) == pytest.approx(1 - 9.81 * 0.25**2 / 2)


def test_a_refusal_ends_with_3_and_names_what_is_missing(settings, tmp_path, capsys):
    assert simulate(MODELS / "refused.xml", settings, tmp_path / "out.csv") == 3
    told = capsys.readouterr().err
    assert "not supported" in told
    assert "AlgebraicRule" in told and "FastReaction" in told and "CSymbolDelay" in told and "comp" in told
    assert not (tmp_path / "out.csv").exists()


def test_as_a_process_of_its_own(settings, tmp_path):
    command = [sys.executable, "-m", "euthymia", "exchange", "simulate-sbml", str(MODELS / "refused.xml")]
    done = subprocess.run(
        [*command, "--settings", str(settings), "--output", str(tmp_path / "out.csv")], capture_output=True, text=True
    )
    assert done.returncode == 3
    assert "AlgebraicRule" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    "line, change, told, code",
    [
        ("duration: 1\n", "", "'duration' is missing", 3),
        ("steps: 4", "steps: 4.5", "whole number", 3),
        ("steps: 4", "steps: many", "'steps' is 'many'", 3),
        ("duration: 1", "duration: -1", "'duration' is '-1'", 3),
        ("variables: height, bounces", "variables:", "'variables' is missing", 3),
        ("variables: height, bounces", "variables: heigth", "Did you mean 'height'?", 4),
        ("start: 0", "start 0", "line 1: cannot read 'start 0'", 3),
    ],
)
def test_settings_that_make_no_sense(settings, tmp_path, capsys, line, change, told, code):
    settings.write_text(SETTINGS.replace(line, change))
    assert simulate(MODELS / "ball.xml", settings, tmp_path / "out.csv") == code
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()


def test_files_that_are_not_there(settings, tmp_path, capsys):
    assert simulate(tmp_path / "no.xml", settings, tmp_path / "out.csv") == 3
    assert simulate(MODELS / "ball.xml", tmp_path / "no.txt", tmp_path / "out.csv") == 3
    told = capsys.readouterr().err
    assert "no.xml" in told and "no.txt" in told


def test_a_place_that_cannot_be_written(settings, tmp_path, capsys):
    assert simulate(MODELS / "ball.xml", settings, settings / "out.csv") == 2
    assert "cannot write" in capsys.readouterr().err


def test_a_table_that_starts_late(settings, tmp_path):
    """The initial conditions hold at time 0, not where the table starts."""
    settings.write_text(SETTINGS.replace("start: 0", "start: 0.2"))
    assert simulate(MODELS / "ball.xml", settings, tmp_path / "out.csv") == 0
    time, height, _ = (tmp_path / "out.csv").read_text().splitlines()[1].split(",")
    assert float(time) == 0.2
    assert float(height) == pytest.approx(1 - 9.81 * 0.2**2 / 2)


def test_no_time_at_all(settings, tmp_path):
    settings.write_text(SETTINGS.replace("duration: 1", "duration: 0").replace("steps: 4", "steps: 0"))
    assert simulate(MODELS / "ball.xml", settings, tmp_path / "out.csv") == 0
    assert (tmp_path / "out.csv").read_text() == "time,height,bounces\n0,1,0\n"


def test_a_plan_becomes_a_model(tmp_path, capsys):
    plan = tmp_path / "plan.yaml"
    plan.write_text("{oral: escitalopram, amount: 10 mg, daily: {days: 2}}\n")
    assert ended(["exchange", "write-sbml", str(plan), "--output", str(tmp_path / "model.xml")]) == 0
    told = capsys.readouterr()
    assert "model.xml" in told.out
    assert "not carried" in told.err
    assert (tmp_path / "model.xml").read_text().startswith("<?xml")
