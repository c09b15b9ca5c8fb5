"""Endophenotypes and genotypes: files that move parameters of the same people, and refuse what cannot be."""

from __future__ import annotations

import numpy as np
import pytest

from euthymia.cohort.cohort import cohort
from euthymia.cohort.effect import missing
from euthymia.cohort.endophenotype import endophenotype, endophenotypes
from euthymia.cohort.genotype import FOLDER, genotype, genotypes, read_genotype
from euthymia.cohort.preset import preset, presets
from euthymia.errors import DataError, EuthymiaError, TrialError, UnknownName
from euthymia.treatments.enzyme import enzyme
from euthymia.trial.enrol import OUTSIDE, base_model

CLINIC = cohort("outpatient-mdd", n=10, seed=7)


def traits_of(name: str) -> set[str]:
    return set(endophenotype(name).effects)


@pytest.mark.parametrize("name", endophenotypes())
def test_what_an_endophenotype_moves_is_in_the_assembled_model(name: str):
    assert traits_of(name) <= set(base_model().parameters)


@pytest.mark.parametrize("name", genotypes())
def test_what_a_genotype_moves_is_in_the_assembled_model(name: str):
    moved = {one for level in genotype(name).levels.values() for one in level.effects}
    assert moved <= set(base_model().parameters)
    if genotype(name).enzyme:
        assert set(genotype(name).levels) <= {"normal", *enzyme(str(genotype(name).enzyme)).phenotypes}
    else:
        assert moved


@pytest.mark.parametrize("name", endophenotypes())
def test_to_no_degree_is_not_at_all(name: str):
    before = CLINIC.candidates(0, 40)
    after = CLINIC.with_endophenotype(name, degree=0).candidates(0, 40)
    model = {n: value.number for n, value in base_model().parameters.items()}
    for one, same in zip(before, after, strict=True):
        for parameter in traits_of(name):
            start = one.parameters.get(parameter, model[parameter]) * one.factors.get(parameter, 1.0)
            then = same.parameters.get(parameter, model[parameter]) * same.factors.get(parameter, 1.0)
            assert then == pytest.approx(start, abs=1e-12)


@pytest.mark.parametrize("name", endophenotypes())
def test_a_carrier_lies_where_the_file_says_and_is_otherwise_himself(name: str):
    before, after = CLINIC.candidates(0, 300), CLINIC.with_endophenotype(name).candidates(0, 300)
    for one, same in zip(before, after, strict=True):
        assert same.covariates == {**one.covariates, name: 1.0}
        for kind, other in ((one.parameters, same.parameters), (one.factors, same.factors)):
            assert {n: v for n, v in other.items() if n not in traits_of(name)} == {
                n: v for n, v in kind.items() if n not in traits_of(name)
            }
    for parameter, effect in endophenotype(name).effects.items():
        if effect.to is not None:
            drawn = np.array([person.parameters[parameter] for person in after])
            assert effect.low <= drawn.min()
            assert drawn.max() <= effect.high
            assert np.median(drawn) == pytest.approx(effect.to.number, rel=0.1)


def test_half_a_degree_is_half_way():
    whole, half = CLINIC.with_endophenotype("inflamed"), CLINIC.with_endophenotype("inflamed", degree=0.5)
    loads = np.array(
        [[c.candidate(k).parameters["inflammation.load"] for c in (CLINIC, half, whole)] for k in range(30)]
    )
    assert loads[:, 1] == pytest.approx(loads[:, [0, 2]].mean(axis=1))


def test_the_correlations_of_the_clinic_remain():
    people = CLINIC.with_endophenotype("inflamed").candidates(0, 1500)
    pairs = np.array([(p.parameters["inflammation.load"], p.parameters["redox.load"]) for p in people])
    ranks = pairs.argsort(axis=0).argsort(axis=0)
    assert np.corrcoef(ranks.T)[0, 1] == pytest.approx(0.3, abs=0.12)


def test_a_share_of_the_people_and_always_the_same_ones():
    mixed = cohort("outpatient-mdd", 10, 7, endophenotypes={"inflamed": {"share": 0.3}})
    people = mixed.candidates(0, 1500)
    has = np.array([person.covariates["inflamed"] for person in people])
    assert set(has) == {0.0, 1.0}
    assert has.mean() == pytest.approx(0.3, abs=0.04)
    assert people[40:44] == tuple(mixed.candidate(number) for number in range(40, 44))
    both = mixed.with_endophenotype("anhedonic", share=0.5).candidates(0, 1500)
    assert [person.covariates["inflamed"] for person in both] == has.tolist()
    most = mixed.with_endophenotype("inflamed", share=0.6).candidates(0, 1500)
    assert all(m.covariates["inflamed"] >= h for m, h in zip(most, has, strict=True))


def test_a_genotype_fixed_for_all_leaves_everything_else_as_drawn():
    before = CLINIC.candidates(0, 60)
    after = CLINIC.with_genotypes(BDNF="Met/Val", CYP2D6="*4/*41").candidates(0, 60)
    for one, same in zip(before, after, strict=True):
        assert same.covariates == {**one.covariates, "BDNF": "Val/Met", "CYP2D6": "intermediate",
                                   "CYP2D6_diplotype": "*4/*41"}  # fmt: skip
        assert same.factors["neurotrophin.activity_release"] == 0.6
        assert same.parameters == one.parameters


def test_the_same_people_as_before_genotypes_had_names():
    """Parameters and covariates of candidate 3 as they were drawn when Val66Met was an anonymous choice."""
    person = CLINIC.candidate(3)
    spread = CLINIC.preset.varies["stress.hyperactivity"]
    drawn = (person.parameters["stress.hyperactivity"] - spread.centre) / spread.spread
    assert drawn == pytest.approx((-0.05804889268520243 - 0.08) / 0.12, abs=1e-12)  # as under the spread it then had
    assert person.factors["metaplasticity.gain"] == pytest.approx(0.21724471666777193, abs=1e-12)
    assert person.covariates["weight"] == pytest.approx(84.3292940094546, abs=1e-9)
    assert person.covariates["CYP2C19"] == "intermediate"


@pytest.mark.parametrize("name", presets())
def test_genotypes_come_as_often_as_the_preset_says(name: str):
    people = cohort(name, n=10, seed=3).candidates(0, 3000)
    genes = [gene for gene in preset(name).covariates if gene in genotypes()]
    assert {"BDNF", "SLC6A4", "FKBP5", "CYP2D6", "CYP2C19"} <= set(genes)
    for gene in genes:
        for level, share in preset(name).covariates[gene].shares.items():
            drawn = np.mean([person.covariates[gene] == level for person in people])
            assert drawn == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 3000) + 1e-9)


def test_allele_frequencies_become_shares_of_people():
    assert genotype("rs6265").shares("European") == pytest.approx({"Val/Val": 0.64, "Val/Met": 0.32, "Met/Met": 0.04})
    assert sum(genotype("CYP2C19").shares("East Asian").values()) == pytest.approx(1)
    with pytest.raises(UnknownName) as caught:
        genotype("BDNF").shares("Europen")
    assert str(caught.value) == (
        "there is no ancestry 'Europen'\n  Known: African, East Asian, European.\n  Did you mean 'European'?"
    )


@pytest.mark.parametrize(
    ("pair", "level"),
    [
        ("*1/*1", "normal"),
        ("*4/*4", "poor"),
        ("*41/*4", "intermediate"),
        ("*1/*2xN", "ultrarapid"),
        ("*10/*10", "intermediate"),
    ],
)
def test_pairs_of_alleles_have_the_phenotype_the_consortia_give_them(pair: str, level: str):
    """Caudle 2020 (Clin Transl Sci 13:116, recalled): activity score 0, 0.25-1, 1.25-2.25 and above."""
    assert CLINIC.with_genotypes(CYP2D6=pair).candidate(0).covariates["CYP2D6"] == level


def problem(make) -> str:
    with pytest.raises(EuthymiaError) as caught:
        make()
    return str(caught.value)


def test_a_degree_out_of_range():
    assert problem(lambda: cohort("outpatient-mdd", 5, endophenotypes={"inflamed": 1.5})) == (
        "the degree of endophenotype 'inflamed' is 1.5\n"
        "  Its file allows 0 to 1; 0 is not at all, 1 the typical carrier.\n"
        "  For example inflamed: 1."
    )
    for degree in (-0.1, float("nan"), 2):
        with pytest.raises(TrialError):
            CLINIC.with_endophenotype("inflamed", degree=degree)


def test_an_endophenotype_nobody_knows():
    assert problem(lambda: CLINIC.with_endophenotype("inflammed")).startswith("there is no endophenotype 'inflammed'\n")


def test_two_endophenotypes_that_both_say_where_a_parameter_lies():
    assert problem(lambda: cohort("outpatient-mdd", 5, endophenotypes=("low-gaba", "postpartum"))) == (
        "endophenotypes 'low-gaba' and 'postpartum' both say where gaba.deficit lies\n"
        "  A parameter is drawn from one spread; shifts and factors add up, spreads do not.\n"
        "  Keep one of the two, or mix two cohorts."
    )


def test_a_genotype_that_contradicts_itself():
    assert problem(
        lambda: cohort("outpatient-mdd", 5, genotypes={"CYP2D6": {"diplotype": "*4/*4", "phenotype": "normal"}})
    ) == (
        "the genotype of CYP2D6 contradicts itself: '*4/*4' ('poor') and 'normal'\n"
        "  A person has one pair of alleles, and its phenotype follows from it (cohort/genotypes/CYP2D6.yaml).\n"
        "  Keep one of them, for example CYP2D6: poor."
    )
    assert "contradicts itself: 'Val/Val' and 'Met/Met'" in problem(
        lambda: cohort("outpatient-mdd", 5, genotypes={"BDNF": "Val/Val", "rs6265": "Met/Met"})
    )
    agreed = cohort("outpatient-mdd", 5, genotypes={"CYP2D6": ["*4/*4", "poor", "AS0"]})
    assert agreed.candidate(0).covariates["CYP2D6"] == "AS0"


def test_an_allele_that_does_not_exist():
    assert problem(lambda: cohort("outpatient-mdd", 5, genotypes={"BDNF": "Val/Leu"})) == (
        "BDNF has no allele 'Leu'\n"
        "  cohort/genotypes/BDNF.yaml knows Val/Val, Val/Met, Met/Met, or pairs of Val, Met.\n"
        "  BDNF: Val/Val"
    )
    for given in ({"BDNF": 3}, {"BDNF": {"allele": "Val"}}, {"BDNF": "Val/Val/Met"}, {"COMT": "Val/Met"}):
        with pytest.raises(EuthymiaError):
            cohort("outpatient-mdd", 5, genotypes=given)


MINE = """\
name: mine
label: mine
because: a test
confidence: recalled
biomarker: none
prediction: none
effects:
  inflammation.load: {shift: {value: 0.1, unit: "1", grade: assumed, confidence: recalled, because: a test}}
"""


def test_an_endophenotype_of_ones_own_is_a_file(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(MINE)
    person, bare = CLINIC.with_endophenotype(str(file)).candidate(4), CLINIC.candidate(4)
    assert person.covariates["mine"] == 1.0
    assert person.parameters["inflammation.load"] == pytest.approx(bare.parameters["inflammation.load"] + 0.1)


def test_an_endophenotype_of_a_parameter_the_model_does_not_have(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(MINE.replace("inflammation.load", "astrocytes.deficit"))
    with pytest.raises(DataError) as caught:
        endophenotype(str(file))
    assert str(caught.value) == (
        f"{file}, line 8, effects.astrocytes.deficit: there is no parameter 'astrocytes.deficit' in the model\n"
        "  The model has no block 'astrocytes'.\n"
        "  Write block.parameter; 'euthymia show parameter' lists them all."
    )
    file.write_text(MINE.replace("shift:", "shfit:"))
    assert f"{file}, line 8, effects.inflammation.load.shfit: there is no key 'shfit' here" in problem(
        lambda: endophenotype(f"{file.parent}/./mine.yaml")
    )


def test_a_genotype_file_with_a_gap_between_its_levels(tmp_path):
    file = tmp_path / "BDNF.yaml"
    file.write_text((FOLDER / "BDNF.yaml").read_text().replace("scores: [2, 2]", "scores: [3, 3]"))
    with pytest.raises(DataError) as caught:
        read_genotype(file)
    assert "a pair of score 2 is in no level, or in more than one" in str(caught.value)


def test_a_preset_with_a_genotype_that_does_not_exist(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(
        "name: mine\nlabel: mine\nbecause: a test\nseverity: {scale: MADRS, low: 20, high: 60}\n"
        "covariates: {BDNF: {kind: choice, shares: {Val/Leu: 1.0}}}\nvaries: {}\n"
    )
    with pytest.raises(DataError) as caught:
        preset(str(file))
    assert str(caught.value) == (
        f"{file}, line 5, covariates.BDNF: 'Val/Leu' is no genotype of BDNF\n"
        "  Known: Val/Val, Val/Met, Met/Met.\n"
        "  Write a choice with shares of these."
    )


def test_what_varies_outside_the_model_is_named():
    assert {name for p in presets() for name in preset(p).varies if name not in base_model().parameters} <= set(OUTSIDE)
    assert not any(missing(name) for name in OUTSIDE)
