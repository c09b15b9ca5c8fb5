"""Network meta-analysis: pairs as in pairwise, arms kept together, and the published networks met."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.evidence.shared import real, shared

from euthymia.errors import DataError
from euthymia.evidence.library import library
from euthymia.evidence.synthesis.inconsistency import decomposition, node_split
from euthymia.evidence.synthesis.network import network
from euthymia.evidence.synthesis.pooled import pool
from euthymia.evidence.synthesis.table_in import read_table
from euthymia.evidence.synthesis.trial_arms import from_table


def fitted(path, measure: str, **said):
    contrasts, dropped = from_table(read_table(path), measure)
    return network(contrasts, measure=measure, dropped=dropped, **said)


def written(tmp_path, rows: list[str], heading: str = "study,treatment,events,n"):
    path = tmp_path / "net.csv"
    path.write_text("\n".join([heading, *rows]))
    return path


@pytest.mark.parametrize("method", ["EE", "DL", "REML", "ML"])
def test_two_treatments_are_a_plain_meta_analysis(tmp_path, method):
    counts = [(12, 50, 5, 48), (30, 90, 22, 95), (8, 40, 9, 41), (25, 60, 10, 58)]
    rows = [line for i, (a, n, c, m) in enumerate(counts) for line in (f"s{i},drug,{a},{n}", f"s{i},placebo,{c},{m}")]
    found = fitted(written(tmp_path, rows), "OR", method=method)
    y = [math.log(a / (n - a) / (c / (m - c))) for a, n, c, m in counts]
    v = [1 / a + 1 / (n - a) + 1 / c + 1 / (m - c) for a, n, c, m in counts]
    plain = pool(y, v, method=method)
    assert found.against("drug", "placebo") == pytest.approx((plain.estimate, plain.se), abs=1e-6)
    assert found.tau2 == pytest.approx(plain.tau2, abs=1e-6)


def test_indirect_evidence_is_the_sum_of_its_ways(tmp_path):
    rows = ["s1,a,b,0.5,0.1", "s2,b,c,0.3,0.2"]
    found = fitted(written(tmp_path, rows, "study,treat1,treat2,yi,sei"), "MD", method="EE", reference="c")
    assert found.against("a", "c") == pytest.approx((0.8, math.hypot(0.1, 0.2)))
    assert all(row["indirect"] is None for row in node_split(found))


def test_a_trial_of_three_arms_is_not_three_trials(tmp_path):
    """All three pairs of one trial carry no more than its two contrasts."""
    rows = [f"s1,{name},{mean},{4},{50}" for name, mean in (("a", 1.0), ("b", 2.0), ("c", 4.0))]
    found = fitted(written(tmp_path, rows, "study,treatment,mean,sd,n"), "MD", method="EE", reference="a")
    assert found.against("c", "a") == pytest.approx((3.0, math.sqrt(2 * 16 / 50)))
    assert found.q == pytest.approx(0, abs=1e-12)
    pairs = ["s1,b,a,1,0.8", "s1,c,a,3,0.8", "s1,c,b,2,0.8"]
    same = fitted(written(tmp_path, pairs, "study,treat1,treat2,yi,sei"), "MD", method="EE", reference="a")
    assert same.against("c", "a") == pytest.approx((3.0, 0.8))


def test_a_contradiction_shows(tmp_path):
    rows = ["s1,a,b,0,0.1", "s2,b,c,0,0.1", "s3,a,c,1,0.1"]
    found = fitted(written(tmp_path, rows, "study,treat1,treat2,yi,sei"), "MD", method="EE", reference="c")
    split = next(row for row in node_split(found) if {row["treatment"], row["comparator"]} == {"a", "c"})
    assert abs(split["direct"]) == pytest.approx(1) and split["indirect"] == pytest.approx(0, abs=1e-9)
    assert split["z"] ** 2 == pytest.approx(1 / 0.03) and split["p"] < 1e-6
    assert decomposition(found)["between"]["q"] == pytest.approx(found.q)


def test_parts_that_nothing_joins_are_refused(tmp_path):
    rows = ["s1,a,5,20", "s1,b,7,20", "s2,c,5,20", "s2,d,7,20"]
    with pytest.raises(DataError, match="2 parts"):
        fitted(written(tmp_path, rows), "OR")


def test_doses_of_one_drug_are_added_and_empty_trials_named(tmp_path):
    rows = ["s1,a,5,20", "s1,a,7,30", "s1,b,6,25", "s2,a,0,9", "s2,b,0,9", "s3,a,5,20"]
    found = fitted(written(tmp_path, rows), "OR", method="EE")
    y = math.log((12 / 38) / (6 / 19))
    assert found.against("a", "b")[0] == pytest.approx(y) and found.studies == 1
    assert [one.split(":")[0] for one in found.dropped] == ["s2", "s3"]


@real
def test_senn_2013_is_what_netmeta_reports():
    """Rücker's netmeta on the same data (its documentation, as recalled): tau2 0.1087, I2 81.4 %, Q 96.99 on 18 df of
    which 74.46 within designs and 22.53 between; rosiglitazone -1.2335, metformin -1.1268 against placebo."""
    found = fitted(shared("meta_analysis/metadat_dat.senn2013.txt"), "MD")
    assert found.tau2 == pytest.approx(0.1087, abs=1e-4) and found.i2 == pytest.approx(81.4, abs=0.1)
    parts = decomposition(found)
    assert (parts["total"]["df"], parts["within"]["df"], parts["between"]["df"]) == (18, 11, 7)
    assert parts["within"]["q"] == pytest.approx(74.46, abs=0.02) and parts["between"]["q"] == pytest.approx(
        22.53, abs=0.02
    )
    assert found.against("rosiglitazone", "placebo")[0] == pytest.approx(-1.2335, abs=1e-4)
    assert found.against("metformin", "placebo")[0] == pytest.approx(-1.1268, abs=1e-4)


@real
def test_griselda_is_within_0_05_of_the_published_odds_ratios():
    """Cipriani 2018 against placebo, as our tables have them (recalled, so provisional)."""
    found = fitted(shared("meta_analysis/cNMA_griselda_full-efficacy.csv"), "OR")
    assert (found.studies, len(found.treatments)) == (433, 22)
    published = {
        contrast.arm: contrast.effects["odds_ratio"]
        for trial in library().trials
        if trial.id.startswith("nma_cipriani2018_")
        for contrast in trial.contrasts
        if "Cipriani 2018 NMA" in str((contrast.model_extra or {}).get("model"))
    }
    assert len(published) >= 11
    away = {name: math.exp(found.against(name, "placebo")[0]) - value for name, value in published.items()}
    assert max(map(abs, away.values())) <= 0.05, away
    assert np.isclose(sum(found.p_scores.values()) / 22, 0.5)
