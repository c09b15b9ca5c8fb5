"""Choosing who the people are on the command line: endophenotypes and genotypes, shown, given and refused."""

from __future__ import annotations

import json

import pytest

from euthymia.cli.app import ended
from euthymia.cohort.endophenotype import endophenotypes
from euthymia.cohort.genotype import genotypes

PLAN = "oral: escitalopram\namount: 10 mg\ndaily: {weeks: 1}\n"


def ran(capsys, *arguments: str) -> tuple[int, str, str]:
    try:
        code = ended(arguments)
    except SystemExit as end:
        code = int(end.code or 0)
    out, err = capsys.readouterr()
    return code, out, err.strip()


@pytest.mark.parametrize(("kind", "names"), [("endophenotypes", endophenotypes()), ("genotypes", genotypes())])
def test_every_kind_of_people_has_a_card(capsys, kind: str, names: tuple[str, ...]):
    code, listed, _ = ran(capsys, "show", kind)
    assert code == 0
    for name in names:
        assert name in listed
        code, card, err = ran(capsys, "show", kind, name)
        assert code == 0, err
        assert "foretells" in card
        assert "[provisional]" in card


def test_a_crowd_that_carries_something(capsys, tmp_path):
    (tmp_path / "plan.yaml").write_text(PLAN)
    words = ("simulate", str(tmp_path / "plan.yaml"), "--people", "30", "--outputs", "inflammation", "--json")
    plain = json.loads(ran(capsys, *words)[1])
    code, out, err = ran(capsys, *words, "--endophenotype", "inflamed=0.5", "--genotype", "CYP2D6=*4/*4")
    assert code == 0, err
    told = json.loads(out)
    assert told["header"]["endophenotypes"] == {"inflamed": {"degree": 0.5, "share": 1.0}}
    assert told["header"]["genotypes"] == {"CYP2D6": "*4/*4"}
    assert told["quantiles"][0]["q50"] > plain["quantiles"][0]["q50"]


@pytest.mark.parametrize(
    ("option", "given", "code", "said"),
    [
        ("--endophenotype", "inflamed=2", 7, "the degree of endophenotype 'inflamed' is 2\n"),
        ("--endophenotype", "inflamed=x", 7, "the degree of endophenotype 'inflamed' is 'x'\n"),
        ("--endophenotype", "inflammed", 4, "there is no endophenotype 'inflammed'\n"),
        ("--genotype", "BDNF", 7, "the genotype 'BDNF' cannot be read\n"),
        ("--genotype", "BDNF=Val/Leu", 7, "BDNF has no allele 'Leu'\n"),
        ("--genotype", "COMT=Val/Met", 4, "there is no genotype 'COMT'\n"),
    ],
)
def test_people_who_cannot_be(capsys, tmp_path, option: str, given: str, code: int, said: str):
    (tmp_path / "plan.yaml").write_text(PLAN)
    found, out, err = ran(capsys, "simulate", str(tmp_path / "plan.yaml"), "--people", "3", option, given)
    assert (found, out) == (code, "")
    assert err.startswith(said)
    assert len(err.splitlines()) == 3
