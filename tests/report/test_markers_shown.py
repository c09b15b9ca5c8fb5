"""Markers in the report: misses first, one axis for all units, and nothing unexpressed counted as right."""

import json
from dataclasses import replace

import pytest

from euthymia.report.drawing import MISSED, specification, svg
from euthymia.report.html import page
from euthymia.report.markers import (
    FARTHEST,
    marker_counts,
    marker_figure,
    marker_lines,
    marker_table,
    not_expressed,
    sign_lines,
)  # fmt: skip


def test_misses_come_first_the_farthest_before_the_nearer(markers):
    assert [line["id"] for line in marker_lines(markers)] == ["far", "near", "hit"]
    assert [line["miss"] for line in marker_lines(markers)] == [True, True, False]
    assert marker_lines(markers)[0]["mark"] == "provisional"
    assert marker_lines(markers)[0]["off"] == "25.0"


def test_every_unit_is_counted_in_deviations_of_the_published_number(markers):
    table = {row["row"]: row for row in marker_table(markers).to_dicts()}
    near = table["near"]
    assert (near["off"], near["off_low"], near["off_high"]) == pytest.approx((2.5, 0.5, 4.5))
    assert all((row["off_low"] <= 0 <= row["off_high"]) == (row["verdict"] == "inside") for row in table.values())


def test_what_lies_beyond_the_axis_says_how_far(markers):
    assert "far (+25)" in marker_table(markers)["row"].to_list()
    spec = json.dumps(specification(marker_figure(markers)))
    assert f"[-{FARTHEST}, {FARTHEST}]" in spec
    assert "far (+25)" in svg(marker_figure(markers))
    assert MISSED in spec


def test_directions_are_told_wrong_ones_first_and_no_change_is_none(markers):
    lines = sign_lines(markers)
    assert [(line["id"], line["ours"], line["miss"]) for line in lines] == [
        ("still", "no change", True),
        ("wrong way", "down", True),
        ("right way", "up", False),
    ]


def test_what_is_not_expressed_is_listed_with_its_reason_and_counts_for_nothing(markers):
    assert not_expressed(markers) == [{"id": "absent", "marker": "absent", "reason": "the model has no such thing"}]
    counts = {one["group"]: one for one in marker_counts(markers)}
    assert (counts["biomarker"]["inside"], counts["biomarker"]["compared"]) == (1, 2)
    assert (counts["biomarker"]["right"], counts["biomarker"]["signs"]) == (1, 3)


def test_the_page_holds_them_with_a_figure_to_take_away(report_data, markers):
    html = page(replace(report_data, markers=markers, markers_note="two of everything"))
    start = html.index('<section aria-labelledby="markers">')
    part = html[start : html.index("</section>", start)]
    assert "2 of 3 published numbers of markers are\n  misses" in part
    assert "2 of 3\n  published directions are wrong" in part
    assert "two of everything" in part
    assert 'download="markers.csv"' in part
    assert part.count("<table") == part.count("<caption>") == 4
    folded = part[part.index("<details>") :]
    assert "the model has no such thing" in folded
    assert part.count("the model has no such thing") == 1


def test_without_markers_the_page_says_so(report_data):
    html = page(report_data)
    assert "No marker was compared in this report" in html
    assert marker_figure(()) is None


def test_the_demonstration_scores_every_marker_on_a_small_scale_and_says_how_small():
    from euthymia.engine.choose import default_engine
    from euthymia.report.demo import _markers
    from euthymia.trial.biomarkers.predict import prepare

    rows, said = _markers(default_engine(), 2)
    assert len(rows) == len(prepare(2).rows) > 60
    assert {row.status for row in rows} == {"predicted", "sign", "not expressed"}
    assert said == "members of the ensemble: 2, virtual people in each group: 2"


def test_a_damaged_fit_stops_the_demonstration_before_it_runs(made_fit, tmp_path):
    from euthymia.errors import DataError
    from euthymia.model import parameter_table
    from euthymia.report.demo import demonstrate

    (parameter_table.FIT / "identified.csv").write_text("parameter\nsynapse.formation\n")
    parameter_table.current_fit.cache_clear()
    with pytest.raises(DataError, match=r"identified\.csv, line 2"):
        demonstrate(tmp_path / "out")
    assert not (tmp_path / "out").exists()
