"""The scorecard: our rows, somebody else's file, what is refused, and how well the drugs do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from euthymia.engine.choose import default_engine
from euthymia.errors import DataError
from euthymia.evidence.observation import observations
from euthymia.trial.pharmacology.score import fitted_ids, points_off, score, summaries

REFERENCE = Path(__file__).parents[2].parent / "shared" / "reference" / "pharmacology"
LEAST_ROWS, LEAST_COMPARED = 550, 400

OUTSIDE = """
- {id: a1, drug: escitalopram, kind: ddi, name: AUC ratio, compound: escitalopram, value: 1.5, unit: ratio,
   title: omeprazole 30 mg/d x6 d, dose: 20 mg po single}
- {id: a2, drug: duloxetine, kind: pk, name: Cmax, compound: duloxetine, value: 0.158, unit: umol/L, dose: 40 mg bid SS}
- {id: a3, drug: aspirin, kind: pk, name: Cmax, compound: aspirin, value: 3, unit: ng/mL, dose: 100 mg}
- {id: a4, drug: duloxetine, kind: pk, name: Cmax, compound: duloxetine, value: 3, unit: furlong, dose: 60 mg}
- {id: a5, drug: paroxetine, name: SERT occupancy, compound: paroxetine, target: SLC6A4, unit: "%", value: 83,
   dose: 20 mg/d, schedule: repeated, kind: occupancy}
- just words
"""


def test_enough_rows_were_found():
    table = observations()
    assert len(table.rows) >= LEAST_ROWS
    assert not table.problems
    assert len({row.drug for row in table.rows}) == 22
    assert len(fitted_ids()) > 100


def test_a_table_from_outside_is_scored_row_by_row(tmp_path):
    file = tmp_path / "seen.yaml"
    file.write_text(OUTSIDE, encoding="utf-8")
    table = observations(file)
    assert len(table.problems) == 1
    found = {row.id: row for row in score(table.rows, default_engine())}
    assert found["a1"].fold_error is not None
    assert found["a1"].fold_error < 1.5
    assert found["a2"].unit == "umol/L"
    assert found["a2"].predicted == pytest.approx(0.158, rel=0.5)
    assert (found["a3"].status, found["a3"].predicted) == ("not expressed", None)
    assert "aspirin" in (found["a3"].reason or "")
    assert "furlong" in (found["a4"].reason or "")
    assert found["a5"].predicted == pytest.approx(83, abs=12)
    told = json.dumps([row.told() for row in found.values()])
    for key in ("id", "drug", "compound", "kind", "metric", "unit", "predicted", "observed", "fold_error", "status"):
        assert f'"{key}"' in told


def test_a_table_that_is_none_is_refused(tmp_path):
    with pytest.raises(DataError, match="no table"):
        observations(tmp_path / "absent.yaml")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("observations: 3\n", encoding="utf-8")
    with pytest.raises(DataError, match="no list"):
        observations(wrong)


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="the reference tables are not beside this checkout")
def test_the_reference_tables_read_as_they_are():
    table = observations(REFERENCE)
    ours = {row.id: row.value for row in observations().rows}
    known = [row for row in table.rows if row.id in ours]
    assert len(known) >= LEAST_ROWS
    assert all(row.value == ours[row.id] for row in known)


@pytest.mark.slow
def test_the_headline_of_the_scorecard():
    """Mean fold errors of exposure and peaks, shares of ratios within 1.5-fold and of occupancies within 12 points."""
    rows = [row for row in score(observations().rows, default_engine()) if row.basis != "same study"]
    compared = [row for row in rows if row.predicted is not None]
    assert len(compared) >= LEAST_COMPARED - 18
    by_kind = {one.group: one for one in summaries(compared)}
    assert by_kind["exposure"].mean_fold <= 1.25
    assert by_kind["Cmax"].mean_fold <= 1.35
    ratios = [row for row in compared if row.group in ("interaction ratio", "genotype ratio")]
    assert sum(row.fold_error is not None and row.fold_error <= 1.5 for row in ratios) / len(ratios) >= 0.85
    off = points_off(compared)
    assert sum(one <= 12 for one in off) / len(off) >= 0.85
