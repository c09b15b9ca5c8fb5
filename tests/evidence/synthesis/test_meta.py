"""Meta-analysis against metafor's own figures, against hand calculation, and where it must refuse."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from tests.evidence.shared import real, shared

from euthymia.errors import DataError
from euthymia.evidence.synthesis.effect_size import effects
from euthymia.evidence.synthesis.meta import analyse
from euthymia.evidence.synthesis.pooled import pool
from euthymia.evidence.synthesis.table_in import read_table

COLUMNS = {
    "bcg": ("metadat_dat.bcg.txt", {}), "furukawa2003": (
        "metadat_dat.furukawa2003.txt",
        {"m1i": "Me", "sd1i": "Se", "n1i": "Ne", "m2i": "Mc", "sd2i": "Sc", "n2i": "Nc"},
    ),
    "linde2005": ("metadat_dat.linde2005.txt", {}),
    "metapsy_psilocybin_madrs_primary": ("../oracle/psilocybin_madrs_input.csv", {}),
}  # fmt: skip
FIGURES = {
    "k": "k", "estimate": "est", "se": "se", "ci_low": "ci_lb", "ci_high": "ci_ub", "tau2": "tau2", "se_tau2": "se_tau2",
    "i2": "I2", "h2": "H2", "q": "QE", "q_p": "QEp", "pi_low": "pi_lb", "pi_high": "pi_ub",
}  # fmt: skip


def table(name: str) -> Path:
    return shared(f"meta_analysis/{COLUMNS[name][0]}")


@real
def test_effect_sizes_agree_with_metafor_to_1e_10():
    from euthymia.evidence.synthesis.meta import effects_of

    with shared("oracle/escalc_oracle.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 127
    known: dict = {}
    for row in rows:
        key = (row["dataset"], row["measure"])
        if key not in known:
            known[key] = effects_of(read_table(table(key[0]), COLUMNS[key[0]][1]), key[1])
        for values, name in zip(known[key], ("yi", "vi"), strict=True):
            found = values[int(row["row"]) - 1]
            assert np.isnan(found) if row[name] == "NA" else abs(found - float(row[name])) <= 1e-10, row


@real
def test_every_fit_agrees_with_metafor_to_1e_6():
    with shared("oracle/metafor_oracle.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 136
    worst: dict[str, float] = {}
    for row in rows:
        say = {"measure": row["measure"], "method": row["method"], "knha": row["test"] == "knha"}
        found = analyse(table(row["dataset"]), columns=COLUMNS[row["dataset"]][1], **say).pooled
        for ours, theirs in FIGURES.items():
            value = getattr(found, ours)
            if row[theirs] == "NA":
                assert math.isnan(value), (row, ours)
            else:
                worst[ours] = max(worst.get(ours, 0.0), abs(value - float(row[theirs])))
    assert max(worst.values()) <= 1e-6, worst


def test_a_table_by_hand(tmp_path):
    """Two studies of variance 1 and 1/3: weights 1 and 3, estimate (1 + 3 x 2)/4, variance 1/4."""
    path = tmp_path / "t.csv"
    path.write_text("study,yi,vi\na,1,1\nb,2,0.3333333333333333\nc,NA,1\n")
    found = analyse(path, method="EE").pooled
    assert (found.k, found.dropped) == (2, ("c",))
    assert found.estimate == pytest.approx(1.75) and found.se == pytest.approx(0.5)
    assert found.q == pytest.approx(0.75)


def test_knapp_hartung_by_hand():
    """Equal variances: the estimate is a mean, and its error that of a sample of five."""
    y = np.array([0.1, 0.5, 0.9, 0.2, 0.6])
    found = pool(y, np.full(5, 0.04), method="REML", knha=True)
    assert found.estimate == pytest.approx(y.mean())
    assert found.se == pytest.approx(y.std(ddof=1) / np.sqrt(5))
    assert found.tau2 == pytest.approx(max(0.0, y.var(ddof=1) - 0.04), abs=1e-9)


@pytest.mark.parametrize("method", ["DL", "HE", "PM", "EB", "REML"])
def test_with_equal_variances_estimators_agree(method):
    y = np.array([-0.4, 0.3, 1.1, 0.2])
    expected = y.var(ddof=1) - 0.05
    tolerance = 1e-4 if method == "PM" else 1e-9  # PM stops where metafor's search stops
    assert pool(y, np.full(4, 0.05), method=method).tau2 == pytest.approx(expected, abs=tolerance)


def test_a_moderator_that_explains_all_leaves_nothing():
    x = np.arange(6.0)
    found = pool(1 + 2 * x, np.full(6, 0.1), moderators={"x": x}, method="REML")
    assert found.tau2 == pytest.approx(0, abs=1e-9) and found.q == pytest.approx(0, abs=1e-12)
    assert [row["estimate"] for row in found.coefficients] == pytest.approx([1, 2])


def test_zero_cells_get_a_half_and_double_zeros_only_where_asked():
    given = {"ai": [0, 0], "n1i": [10, 10], "ci": [2, 0], "n2i": [10, 10]}
    y, v = effects("OR", given)
    assert y[0] == pytest.approx(math.log((0.5 * 8.5) / (10.5 * 2.5)))
    assert y[1] == pytest.approx(0.0) and v[1] > 4
    assert np.isnan(effects("OR", given, drop_double_zero=True)[0][1])


def test_subgroups_leave_one_out_cumulative_and_funnel(tmp_path):
    path = tmp_path / "t.csv"
    rows = ["study,yi,vi,group,year"]
    rows += [f"s{i},{0.1 * i},{0.02 + 0.01 * i},{'ab'[i % 2]},{2000 + i}" for i in range(8)]
    path.write_text("\n".join(rows))
    found = analyse(path, method="DL", subgroup="group", leave_one_out=True, cumulative="year", egger=True, fill=True)
    assert [row["k"] for row in found.parts["subgroups"]] == [4, 4]
    assert len(found.parts["leave_one_out"]) == 8 and found.parts["leave_one_out"][0]["k"] == 7
    assert [row["k"] for row in found.parts["cumulative"]] == list(range(1, 9))
    assert found.parts["cumulative"][-1]["estimate"] == pytest.approx(found.pooled.estimate)
    assert found.parts["egger"]["p"] < 0.05


@real
def test_trim_and_fill_and_egger_on_textbook_data():
    """BCG: metafor fills one study and reports -0.6571 for it (documentation of trimfill, as recalled)."""
    found = analyse(table("bcg"), measure="RR", fill=True)
    assert found.parts["trim_and_fill"]["filled"] == 1
    assert found.parts["trim_and_fill"]["estimate"] == pytest.approx(-0.6571, abs=5e-4)


@pytest.mark.parametrize(
    "text, said",
    [
        ("study,yi\na,1\n", "no column vi"), ("study,yi,vi\na,x,1\n", "no number"), ("study,yi,vi\na,NA,1\n", "no row can be pooled"),
        ("study,yi,vi\na,1,0\n", "variance is zero"), ("study,ai,n1i,ci,n2i\na,5,3,1,9\n", "more events than people"),
        ("study,yi,vi\n", "no rows"),
    ],
)  # fmt: skip
def test_what_cannot_be_pooled_is_refused(tmp_path, text, said):
    path = tmp_path / "t.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=said):
        analyse(path, measure="OR" if "ai" in text else "GEN")


def test_decimal_commas_and_other_headings(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("Studie;Effekt;Fehler\nA;0,5;0,1\nB;0,7;0,2\n")
    found = analyse(path, method="EE", columns={"yi": "Effekt", "sei": "Fehler", "study": "Studie"}).pooled
    assert found.estimate == pytest.approx((0.5 / 0.01 + 0.7 / 0.04) / (1 / 0.01 + 1 / 0.04))
