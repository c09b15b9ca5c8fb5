"""Virtual patients: the same person in every run, as different from each other as the preset says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from euthymia.cohort.cohort import LIFE, TAKING, cohort, generator, generators
from euthymia.cohort.preset import Spread, preset, presets
from euthymia.cohort.weigh import chosen, tilted
from euthymia.errors import DataError, TrialError, UnknownName


def test_patient_17_is_the_same_person_in_every_cohort():
    small, large = cohort("outpatient-mdd", n=20, seed=7), cohort("outpatient-mdd", n=5000, seed=7)
    assert small.candidate(17) == large.candidate(17) == large.candidates(10, 30)[7]
    assert small.candidate(17).random(LIFE).bytes(64) == large.candidate(17).random(LIFE).bytes(64)


@pytest.mark.parametrize("name", presets())
def test_patients_drawn_together_are_those_drawn_alone(name: str):
    clinic = cohort(name, n=10, seed=5)
    together = clinic.candidates(40_000, 40_300)
    assert together == tuple(clinic.candidate(number) for number in range(40_000, 40_300))
    assert clinic.candidates(3, 3) == ()


def test_patients_of_whom_little_is_said():
    clinic = cohort("outpatient-mdd", n=10, seed=5)
    bare = clinic.with_(preset=clinic.preset.model_copy(update={"varies": {}, "covariates": {}, "correlations": ()}))
    assert bare.candidates(0, 4) == tuple(bare.candidate(number) for number in range(4))
    assert bare.candidates(0, 4)[2].number == 2


def test_generators_in_turn_are_generators_alone():
    keys = [(7, 3), (7, 4), (8, 4), (8, 3)]
    for (seed, number), random in zip(keys, generators(keys, LIFE), strict=True):
        alone = generator(seed, number, LIFE)
        assert random.standard_normal(9).tobytes() == alone.standard_normal(9).tobytes()
        assert random.integers(0, 9, 3).tolist() == alone.integers(0, 9, 3).tolist()


def test_streams_and_seeds_are_different_people():
    person = cohort("outpatient-mdd", n=20, seed=7).candidate(17)
    assert person.random(LIFE).bytes(64) != person.random(TAKING).bytes(64)
    assert person != cohort("outpatient-mdd", n=20, seed=8).candidate(17)
    assert person != cohort("outpatient-mdd", n=20, seed=7).candidate(18)


@pytest.mark.parametrize("name", presets())
def test_patients_vary_as_the_preset_says(name: str):
    clinic = preset(name)
    people = cohort(name, n=10, seed=3).candidates(0, 1500)
    for quantity, spread in clinic.varies.items():
        drawn = np.array([{**p.parameters, **p.factors}[quantity] for p in people])
        assert (drawn >= spread.low).all()
        assert (drawn <= spread.high).all()
        if spread.kind == "lognormal":
            assert np.median(drawn) == pytest.approx(spread.centre, rel=0.1)
        if spread.kind == "choice":
            for level, share in spread.shares.items():
                assert np.mean(drawn == level) == pytest.approx(share, abs=0.04)


@pytest.mark.parametrize("name", presets())
def test_what_varies_exists_in_the_model(name: str):
    from euthymia.trial.enrol import base_model

    assert set(preset(name).varies) <= {*base_model().parameters, "life.volatility"}


def test_correlated_quantities_are_correlated():
    people = cohort("outpatient-mdd", n=10, seed=3).candidates(0, 1500)
    for one, other, size in preset("outpatient-mdd").correlations:
        drawn = [{**p.parameters, **p.factors} for p in people]
        pairs = np.array([(d[one], d[other]) for d in drawn]).argsort(axis=0).argsort(axis=0)
        assert np.corrcoef(pairs.T)[0, 1] == pytest.approx(size, abs=0.12), (one, other)


@given(centre=some.floats(0.1, 3), spread=some.floats(0, 1))
@settings(max_examples=25, deadline=None)
def test_a_scenario_leaves_its_base_as_it_was(centre: float, spread: float):
    base = cohort("outpatient-mdd", n=20, seed=7)
    before, names = base.candidate(5), dict(base.preset.varies)
    other = base.where(inflammation__load=Spread(kind="lognormal", centre=centre, spread=spread), redox__load=None)
    assert "redox.load" not in other.candidate(5).parameters
    assert other.with_(size=3).size == 3
    assert base.size == 20
    assert dict(base.preset.varies) == names
    assert base.candidate(5) == before


def test_correlations_that_contradict_each_other():
    clinic = preset("outpatient-mdd")
    pairs = (("life.episode", "life.habitual", 0.95), ("life.episode", "stress.hyperactivity", 0.95),
             ("life.habitual", "stress.hyperactivity", -0.95))  # fmt: skip
    twisted = cohort("outpatient-mdd", n=2).with_(preset=clinic.model_copy(update={"correlations": pairs}))
    with pytest.raises(TrialError) as caught:
        twisted.candidate(0)
    assert str(caught.value) == (
        "the correlations of cohort 'outpatient-mdd' contradict each other\n"
        "  A correlation matrix is positive definite.\n"
        "  Bring the largest of them closer to zero."
    )


def test_a_clinic_nobody_knows():
    with pytest.raises(UnknownName) as caught:
        cohort("outpatient-mmd", n=3)
    assert str(caught.value) == (
        "there is no cohort 'outpatient-mmd'\n"
        "  Known: healthy, outpatient-mdd, postpartum, treatment-resistant.\n"
        "  Did you mean 'outpatient-mdd'?"
    )


def test_a_cohort_of_nobody():
    with pytest.raises(TrialError) as caught:
        cohort("outpatient-mdd", n=0)
    assert str(caught.value) == ("the cohort has 0 people\n  A cohort has at least one.\n  Give n, for example n=100.")


def test_a_preset_of_ones_own(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(
        "name: mine\nlabel: mine\nbecause: a test\nseverity: {scale: MADRS, low: 20, high: 60}\n"
        "covariates: {weight: {kind: normal, centre: 80, spread: -1}}\nvaries: {}\n"
    )
    with pytest.raises(DataError) as caught:
        cohort(str(file), n=3)
    assert f"{file}, line 5, covariates.weight" in str(caught.value)
    assert "a normal spread needs a centre and a spread of 0 or more" in str(caught.value)


@given(mean=some.floats(22, 40), size=some.integers(5, 60))
@settings(max_examples=40, deadline=None)
def test_tilting_gives_the_wanted_mean(mean: float, size: int):
    scores = np.linspace(18, 46, size)
    weights = tilted(scores, mean)
    assert weights.sum() == pytest.approx(1)
    assert (weights > 0).all()
    assert weights @ scores == pytest.approx(mean, abs=1e-6)
    picked = chosen(weights, 200, np.random.default_rng(1))
    assert len(picked) == 200
    assert scores[picked].mean() == pytest.approx(mean, abs=1.5)
