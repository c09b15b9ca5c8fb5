"""What happens to people who make mistakes: the right exit code, a text that names the place and the way out, and
nothing written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from euthymia.cli.app import ended

PLAN = "oral: escitalopram\namount: 10 mg\ndaily: {weeks: 8}\n"
TRIAL = """\
label: mine
because: a test
cohort: {preset: outpatient-mdd, people: 6}
arms:
  drug: {oral: escitalopram, amount: 10 mg, daily: {weeks: 2}}
  placebo: {placebo: oral, daily: {weeks: 2}}
control: placebo
visits: [7, 14]
"""


def told(capsys, monkeypatch, place: Path, *arguments: str, code: int) -> str:
    """Run a verb that must fail with `code`; what it says, having printed no result and written no file."""
    monkeypatch.chdir(place)
    before = sorted(place.rglob("*"))
    try:
        found = ended(arguments)
    except SystemExit as end:
        found = end.code
    out, err = capsys.readouterr()
    assert found == code, err
    assert out == ""
    assert "Traceback" not in err
    assert sorted(place.rglob("*")) == before
    return err.strip()


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        (
            "oral: escitalopram", "oral: escitalopam", 4,
            "plan.yaml, line 1: there is no drug 'escitalopam'\n"
            "  Known: alprazolam, amitriptyline, arketamine, atomoxetine, brexanolone, bupropion, caffeine, "
            "carbamazepine, cariprazine, cimetidine, ciprofloxacin, citalopram ….\n"
            "  Did you mean 'escitalopram'?",
        ),
        (
            "10 mg", "10 mL", 5,
            "plan.yaml, line 1: the dose of escitalopram is '10 mL': the unit 'mL' does not fit where 'mg' is wanted\n"
            "  A dose is a mass, or a mass per body weight.\n"
            "  Write '10 mg' or '0.5 mg/kg'.",
        ),
        (
            "10 mg", "-10 mg", 5,
            "plan.yaml, line 1: the dose of escitalopram is -10 mg\n"
            "  A dose is an amount above zero.\n"
            "  Write the amount the patient takes, for example '10 mg'.",
        ),
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_given(capsys, monkeypatch, tmp_path, old: str, new: str, code: int, said: str):
    (tmp_path / "plan.yaml").write_text(PLAN.replace(old, new))
    assert told(capsys, monkeypatch, tmp_path, "run", "plan.yaml", code=code) == said


def test_yaml_that_cannot_be_read(capsys, monkeypatch, tmp_path):
    (tmp_path / "plan.yaml").write_text("oral: [escitalopram\namount: 10 mg\n")
    said = told(capsys, monkeypatch, tmp_path, "run", "plan.yaml", code=3)
    assert said.startswith("plan.yaml, line 2")


def test_a_file_that_is_not_there(capsys, monkeypatch, tmp_path):
    said = told(capsys, monkeypatch, tmp_path, "run", "plam.yaml", code=3)
    assert said == "plam.yaml: there is no such file\n  Check the path."


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        (
            "visits: [7, 14]",
            "visits: []",
            7,
            "trial.yaml, line 8, visits: the trial has no visits",
        ),
        ("{placebo: oral, daily: {weeks: 2}}", "{}", 3, "trial.yaml, line 6, arms.placebo: a regimen is a mapping"),
        (
            "outpatient-mdd",
            "outpatient-mmd",
            4,
            "trial.yaml, line 3, cohort.preset: there is no cohort",
        ),
        ("people: 6", "people: few", 3, "trial.yaml, line 3, cohort.people: "),
        ("because: a test\n", "", 3, "trial.yaml"),
    ],
)
def test_a_trial_that_cannot_be_run(capsys, monkeypatch, tmp_path, old: str, new: str, code: int, said: str):
    (tmp_path / "trial.yaml").write_text(TRIAL.replace(old, new))
    assert told(capsys, monkeypatch, tmp_path, "trial", "trial.yaml", "--out", "done", code=code).startswith(said)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("trial", "escitalopram-vs-plazebo"), 4, "Did you mean 'escitalopram-vs-placebo'?"),
        (("why", "sert_ocupancy"), 4, "Did you mean 'sert_occupancy'?"),
        (("run", "plan.yaml", "--patient", "median"), 4, "there is no patient 'median'"),
        (("run", "plan.yaml", "--days", "0"), 2, "--days is 0"),
        (("trial", "escitalopram-vs-placebo", "--people", "0"), 7, "the cohort has 0 people"),
        (("trial", "escitalopram-vs-placebo", "--people", "many"), 2, "Invalid value for --people"),
        (("demmo",), 2, 'Did you mean "demo"?'),
        (("score", "trials", "--trials", "none.yaml"), 3, "none.yaml"),
        (("cite", "."), 2, "this is no folder of a run"),
    ],
)
def test_words_nobody_knows(capsys, monkeypatch, tmp_path, arguments: tuple[str, ...], code: int, said: str):
    (tmp_path / "plan.yaml").write_text(PLAN)
    assert said in " ".join(told(capsys, monkeypatch, tmp_path, *arguments, code=code).split())


def test_a_bug_is_one_line_and_debug_shows_the_stack(capsys, monkeypatch):
    def broken(*_: object) -> None:
        raise RuntimeError("something\nunforeseen")

    monkeypatch.setattr("euthymia.report.whole_model.whole_model", broken)
    assert ended(["why", "mood"]) == 70
    assert capsys.readouterr().err == (
        "this is a bug, not a mistake of yours (RuntimeError: something unforeseen); "
        "run again with --debug and report it\n"
    )
    with pytest.raises(RuntimeError):
        ended(["why", "mood"], debug=True)


def test_stopping_is_no_error(capsys, monkeypatch):
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("euthymia.report.whole_model.whole_model", stopped)
    assert ended(["why", "mood"]) == 130
    assert capsys.readouterr().err == "stopped\n"


def test_debug_shows_the_stack_of_a_mistake(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "euthymia", "run", "none.yaml", "--debug"],
        cwd=tmp_path, env=os.environ, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "Traceback" in done.stderr
    assert done.returncode == 1
