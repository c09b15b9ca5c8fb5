"""Every verb once, as a reader would: results on stdout, valid JSON when asked, help at once."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from euthymia.cli.app import EXIT_CODES, VERBS, ended

DOCS = Path(__file__).parents[2] / "docs"
HEAVY = {"numpy", "scipy", "pint", "polars", "altair", "llvmlite", "pydantic", "ruamel", "jinja2", "vl_convert"}
HEAVY |= {"fsspec", "distributed", "dask", "zarr", "numba"}

TABLE = """\
- id: invented
  scale: MADRS
  arms:
    - arm: escitalopram
      regimen: [{intervention: escitalopram, dose: 10, unit: mg, schedule: {kind: qd, start_d: 0, end_d: 28}}]
      n: {value: 120, confidence: verified}
      baseline: {mean: 29.1, sd: 4.2, confidence: verified}
      outcomes: [{visit: week 4, time_d: 28, kind: change, mean: -12.2, sd: 9.6, confidence: verified}]
    - arm: lithium
      regimen: [{intervention: lithium, dose: 600, unit: mg, schedule: {kind: qd, start_d: 0, end_d: 28}}]
      outcomes: [{visit: week 4, time_d: 28, kind: change, mean: -11.5, sd: 9.9, confidence: verified}]
"""


def said(capsys, *arguments: str) -> str:
    try:
        code = ended(arguments)
    except SystemExit as end:
        code = end.code or 0
    out, err = capsys.readouterr()
    assert code == 0, err
    return out


def loaded_after(code: str) -> set[str]:
    """Which heavy libraries a fresh Python has loaded after running `code`."""
    words = f"import sys\n{code}\nprint(*{{m.split('.')[0] for m in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True, timeout=60)
    return HEAVY & set(done.stdout.splitlines()[-1].split())


def test_importing_loads_nothing_heavy():
    assert loaded_after("import euthymia\nassert 'cohort' in dir(euthymia)") == set()


def test_help_loads_nothing_heavy():
    show_help = "from euthymia.cli.app import ended\ntry: ended(['--help'])\nexcept SystemExit: pass"
    assert loaded_after(show_help) == set()


def test_the_guard_sees_what_it_guards_against():
    assert "numpy" in loaded_after("import euthymia\neuthymia.run_trial")


def test_help_names_every_verb_and_exit_code(capsys):
    shown = said(capsys, "--help")
    for verb in VERBS:
        name = verb.name[0] if hasattr(verb, "name") else verb.__name__
        assert f"│ {name} " in shown
    for line in EXIT_CODES.splitlines():
        assert line.strip() in shown


@pytest.mark.parametrize("verb", ["demo", "trial", "run", "simulate", "show", "why", "cite", "check", "calibrate"])
def test_every_verb_explains_itself(capsys, verb: str):
    shown = said(capsys, verb, "--help")
    assert f"Usage: euthymia {verb}" in shown
    assert "Research model; not medical advice." in shown


def test_the_page_on_the_command_line_tells_the_same_codes():
    page = (DOCS / "cli.md").read_text(encoding="utf-8")
    codes = [line.split(maxsplit=1) for line in EXIT_CODES.split("\n\n")[0].splitlines()[1:]]
    assert len(codes) == 11
    for code, meaning in codes:
        assert f"| {code} | {meaning} |" in page


def test_one_patient(capsys, tmp_path):
    (tmp_path / "plan.yaml").write_text("oral: escitalopram\namount: 10 mg\ndaily: {weeks: 2}\n")
    assert said(capsys, "run", str(tmp_path / "plan.yaml")).startswith("day  MADRS  ")
    told = json.loads(said(capsys, "run", str(tmp_path / "plan.yaml"), "--days", "7", "--json"))
    assert told["time_h"][-1] == 7 * 24
    assert {len(values) for values in told["quantities"].values()} == {len(told["time_h"])}


def test_a_trial_and_its_sources(capsys, tmp_path):
    folder = tmp_path / "done"
    told = json.loads(said(capsys, "trial", "escitalopram-vs-placebo", "--people", "8", "--out", str(folder), "--json"))
    assert told["header"]["seed"] == 7
    assert told["header"]["size"] == 8
    assert {one["endpoint"] for one in told["endpoints"]} >= {"change", "response", "remission", "difference"}
    kept = ["design.yaml", "items.parquet", "patients.parquet", "ratings.parquet", "run.json"]
    assert sorted(path.name for path in folder.iterdir()) == kept
    sources = json.loads(said(capsys, "cite", str(folder), "--json"))["sources"]
    assert "sogaard2005" in {source["key"] for source in sources}
    assert all(source["for"] for source in sources)
    assert "zurzuvae_label" not in {source["key"] for source in sources}


def test_the_scorecard_is_rows_of_finite_numbers_or_null(capsys, tmp_path):
    (tmp_path / "table.yaml").write_text(TABLE)
    file = tmp_path / "rows.json"
    asked = ("score", "trials", "--trials", str(tmp_path / "table.yaml"), "--people", "8", "--out", str(file))
    told = json.loads(said(capsys, *asked, "--json"), parse_constant=pytest.fail)
    assert list(told) == ["rows", "summary", "left_out"]
    assert told["left_out"] == []  # of our own calibration trials alone
    assert json.loads(file.read_text()) == told
    keys = {"trial", "arm", "reference", "kind", "scale", "time_h", "predicted", "low", "high", "published"}
    keys |= {"published_se", "status", "reason"}
    for row in told["rows"]:
        assert keys <= set(row)
        numbers = [row[name] for name in ("predicted", "low", "high", "published", "published_se", "time_h")]
        assert all(number is None or math.isfinite(number) for number in numbers)
    ours = {row["arm"]: row for row in told["rows"]}
    assert ours["escitalopram"]["low"] < ours["escitalopram"]["predicted"] < ours["escitalopram"]["high"]
    assert ours["lithium"]["predicted"] is None
    assert "lithium" in ours["lithium"]["reason"]


def test_why_ends_at_a_source(capsys):
    assert "Søgaard" in said(capsys, "why", "escitalopram.clearance")
    assert json.loads(said(capsys, "why", "sert_occupancy", "--depth", "1", "--json"))


def test_why_names_edges_of_the_map_with_their_state(capsys):
    assert "map edge sert→serotonin" in said(capsys, "why", "serotonin_level", "--depth", "1")
    told = json.loads(said(capsys, "why", "serotonin_level", "--depth", "1", "--json"))
    assert {"untested"} == {one["told"]["state"] for one in told["because"] if one["kind"] == "edge"}


def test_check_finds_no_problem(capsys):
    told = json.loads(said(capsys, "check", "--json"))
    assert told["problems"] == []
    assert told["counts"]["values read"] > 80
    assert told["counts"]["published trials"] > 60
    assert told["counts"]["models"] > 10


def test_check_finds_what_is_wrong(capsys, tmp_path, monkeypatch):
    good = (Path(__file__).parents[2] / "src/euthymia/treatments/drugs/escitalopram.yaml").read_text(encoding="utf-8")
    bad = good.replace("name: escitalopram", "name: other").replace("escitalopram:", "other:")
    bad = bad.replace("contains: {escitalopram", "contains: {other").replace("source: klein2007", "source: nobody1999")
    (tmp_path / "other.yaml").write_text(bad.replace("contains: {other: 1}", "contains: {other: 1}"))
    monkeypatch.setenv("EUTHYMIA_DRUGS", str(tmp_path))
    assert ended(["check"]) == 1
    assert "the source 'nobody1999' is not in the bibliography" in capsys.readouterr().out
