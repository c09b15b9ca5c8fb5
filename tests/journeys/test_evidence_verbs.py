"""Every word of 'evidence' once, as a reader would, with JSON that any reader accepts."""

from __future__ import annotations

import json

import pytest
from tests.evidence.conftest import *  # noqa: F403

from euthymia.cli.app import ended
from euthymia.cli.evidence.verbs import WORDS, evidence
from euthymia.evidence.trial_table import read_trials


def said(capsys, *arguments: object, code: int = 0):
    assert ended(["evidence", *map(str, arguments)]) == code
    out = capsys.readouterr().out
    return json.loads(out) if "--json" in arguments else out


def test_every_word_says_what_it_does(capsys):
    names = [word.name[0] if hasattr(word, "name") else word.__name__.rstrip("_") for word in WORDS]
    assert len(names) >= 20
    help_ = said(capsys, "--help")
    assert all(name in help_ for name in names)
    assert evidence.name == ("evidence",)


def test_every_word_speaks_json():
    import inspect

    words = [word for word in WORDS if not hasattr(word, "name")]
    assert all("json" in inspect.signature(word).parameters for word in words)


def test_parse(files, capsys):
    found = said(capsys, "parse", files["xml"], "--json")
    assert (found["kind"], found["count"], len(found["records"])) == ("pubmed-xml", 3, 3)
    assert {"title", "authors", "year", "journal", "doi", "pmid", "abstract", "sections", "nct", "mesh"} <= set(
        found["records"][0]
    )
    assert "3 records" in said(capsys, "parse", files["xml"])


def test_dedupe(files, capsys):
    found = said(capsys, "dedupe", files["ris"], files["bib"], files["csv"], "--json")
    assert (found["records"], found["reports"], found["duplicates"]) == (5, 3, 2)
    assert sorted(len(one["members"]) for one in found["clusters"]) == [1, 1, 3]


def test_ground_and_claims(files, capsys, tmp_path):
    found = said(capsys, "ground", "SERT", "zuranolone", "--json")
    assert [one["curie"] for one in found] == ["HGNC:11050", "MESH:C000634505"]
    claims = said(capsys, "claims", files["nbib"], "--json")
    assert claims["claims"][0]["edge"] == "ssri→sert" and claims["claims"][0]["quote"].endswith("transporter.")
    text = tmp_path / "t.txt"
    text.write_text("Cortisol reduces BDNF.", encoding="utf-8")
    assert said(capsys, "claims", text, "--json")["claims"][0]["sign"] == -1


def test_outcomes_meta_and_network(files, capsys, tmp_path):
    found = said(capsys, "outcomes", files["json"], "--scale", "MADRS", "--json")
    assert found["with_results"] == 1 and any(one["adjusted"] for one in found["effects"])
    table = tmp_path / "t.csv"
    table.write_text("study,yi,vi\na,0.1,0.02\nb,0.5,0.03\nc,0.4,0.01\n")
    pooled = said(capsys, "meta", "--data", table, "--method", "REML", "--knha", "--json")
    assert {"k", "estimate", "se", "ci_low", "ci_high", "tau2", "i2", "q", "pi_low", "pi_high"} <= set(pooled)
    trial = tmp_path / "pooled.yaml"
    said(
        capsys,
        "meta",
        "--data",
        table,
        "--measure",
        "MD",
        "--trial",
        trial,
        "--contrast",
        "inventamine,placebo",
        "--day",
        42,
    )
    read = read_trials(trial)
    assert not read.problems and read.trials[0].split == "unused"
    contrast = read.trials[0].contrasts[0]
    assert contrast.difference == pytest.approx(said(capsys, "meta", "--data", table, "--json")["estimate"], rel=1e-5)
    assert "sha256" in (read.trials[0].design or "") and contrast.time_d == 42
    arms = tmp_path / "n.csv"
    arms.write_text("study,treatment,events,n\ns1,a,5,20\ns1,b,9,22\ns2,a,7,30\ns2,b,12,31\n")
    assert said(capsys, "nma", "--data", arms, "--split", "--json")["effects"][0]["comparator"] == "a"


@pytest.mark.parametrize("ending", ["svg", "png", "json"])
def test_plots(capsys, tmp_path, ending):
    table = tmp_path / "t.csv"
    table.write_text("study,ai,n1i,ci,n2i\na,5,30,9,31\nb,4,40,8,40\nc,10,50,20,52\n")
    out = tmp_path / f"forest.{ending}"
    said(capsys, "meta", "--data", table, "--measure", "OR", "--forest", out, "--funnel", tmp_path / f"funnel.{ending}")
    assert out.stat().st_size > 2000 and (tmp_path / f"funnel.{ending}").stat().st_size > 1000


def test_a_base_from_start_to_edge(files, capsys, tmp_path):
    base = ["--base", tmp_path / "b.db"]
    assert said(capsys, "init", tmp_path / "b.db", "--json")["record"] == 0
    taken = said(capsys, "ingest", files["xml"], files["ris"], *base, "--json")
    assert taken["grouped"]["reports"] == 4
    assert len(said(capsys, "search", "inventamine", *base, "--json")) == 2
    waiting = said(capsys, "screen", "next", *base, "--criterion", "mood", "--json")
    said(capsys, "screen", "decide", waiting[0]["report"], "include", "--who", "Anna", *base)
    assert said(capsys, "screen", "kappa", *base, "--json") == []
    flow = said(capsys, "prisma", *base, "--svg", tmp_path / "p.svg", "--json")
    assert flow["sought"] == 1 and (tmp_path / "p.svg").read_text().startswith("<svg")
    assert said(capsys, "extract", *base, "--json")["claims"] >= 1
    queued = said(capsys, "queue", *base, "--json")
    assert said(capsys, "accept", queued[0]["claim"], "--who", "Anna", *base, "--json")["verdict"] == "accept"
    edges = said(capsys, "edges", *base, "--take", "--json")
    assert {one["state"] for one in edges["edges"]} <= {"thin", "untested"}
    said(capsys, "searched", "s1", "--source", "pubmed", "--query", "edge:sert→serotonin", *base, "--json")
    assert len(said(capsys, "reports", *base, "--json")) == 4
    one = said(capsys, "edge", "sert->serotonin", *base, "--json")
    assert one["state"]["state"] == "unsupported" and "serotonin_level" in one["equations"][0]
    assert ended(["why", "serotonin_level", "--depth", "1", "--evidence", str(tmp_path / "b.db")]) == 0
    assert "map edge sert→serotonin, reuptake (through sert_occupancy): unsupported" in capsys.readouterr().out
    assert ended(["why", "serotonin_level", "--evidence", str(tmp_path / "none.db")]) != 0
    assert "no such evidence base" in capsys.readouterr().err and not (tmp_path / "none.db").exists()
    assert "report,source" in said(capsys, "reports", *base)


@pytest.mark.parametrize("kind", ["sif", "graphml", "cx2", "kgx", "sbgn"])
def test_the_map(capsys, tmp_path, kind):
    out = tmp_path / f"map.{kind}"
    said(capsys, "map", "--export", kind, "--out", out)
    assert out.stat().st_size > 1000


def test_mistakes_are_told_without_a_stack(capsys, tmp_path):
    assert ended(["evidence", "parse", str(tmp_path / "none.ris")]) == 3
    assert ended(["evidence", "meta", "--data", str(tmp_path / "none.csv")]) == 3
    assert ended(["evidence", "edge", "a->b"]) == 4
    assert ended(["evidence", "dedupe"]) == 2
    assert "bug" not in capsys.readouterr().err
