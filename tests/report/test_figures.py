"""Figures draw what was run: their tables hold the run's own numbers, and a miss looks like one."""

import json

import numpy as np
import pytest

from euthymia.report.comparisons import forest, scatter
from euthymia.report.drawing import MISSED, VERDICT_SHAPES, specification, svg
from euthymia.report.figures import curves, exposure, pathways
from euthymia.report.verdict import INSIDE, MISS, NOT_COMPARED, WRONG_SIGN, compared, is_miss, verdict


@pytest.fixture
def strategy(report_data):
    return report_data.strategies[0]


def test_the_curve_is_the_mean_change_of_the_run(strategy, rows):
    table = curves(strategy, rows).table
    for arm in strategy.arms:
        total = arm.total("MADRS")
        drawn = table.filter((table["kind"] == "model") & (table["panel"] == arm.name))
        assert np.allclose(drawn["mean"], (total - total[:, :1]).mean(axis=0))
        assert np.allclose(drawn["day"], arm.times / 24)
        assert (drawn["low90"] <= drawn["low50"]).all() and (drawn["high50"] <= drawn["high90"]).all()


def test_the_difference_is_active_minus_control(strategy, rows):
    table = curves(strategy, rows).table
    one, two = (arm.total("MADRS") - arm.total("MADRS")[:, :1] for arm in strategy.arms)
    drawn = table.filter((table["kind"] == "model") & (table["panel"] == "Difference"))
    assert np.allclose(drawn["mean"], one.mean(axis=0) - two.mean(axis=0))


def test_published_numbers_lie_over_the_curve(strategy, rows):
    table = curves(strategy, rows).table
    published = table.filter(table["kind"] == "published")
    assert published["mean"].to_list() == [-2.7]
    assert published["trial"].to_list() == ["wade2002_escitalopram"]
    assert published["low95"][0] < -2.7 < published["high95"][0]


def test_plasma_and_occupancy_are_those_of_the_typical_patient(strategy):
    table = exposure(strategy).table
    occupancy = strategy.typical.output("sert_occupancy")
    assert np.allclose(table["Serotonin transporter occupancy"], occupancy, rtol=1e-4)
    assert 0.5 < max(occupancy) < 0.95


def test_pathways_show_both_arms(strategy):
    table = pathways(strategy).table
    assert set(table["arm"]) == {"escitalopram 10 mg", "placebo"}
    active = table.filter(table["arm"] == "escitalopram 10 mg")["Extracellular serotonin"]
    assert max(active) > 1.2


def test_verdicts_are_one_vocabulary(rows):
    assert [verdict(row) for row in rows] == [INSIDE, MISS, WRONG_SIGN, NOT_COMPARED]
    assert [is_miss(row) for row in compared(rows)] == [True, True, False]


def test_the_forest_holds_every_contrast_and_puts_misses_first(rows):
    table = forest(rows).table
    assert table["verdict"].to_list() == [WRONG_SIGN, WRONG_SIGN, INSIDE, INSIDE]
    assert set(table["split"]) == {"calibrate", "hold-out"}


def test_a_miss_has_its_own_colour_and_shape(rows):
    drawn = json.dumps(specification(scatter(rows)))
    assert MISSED in drawn
    assert len(set(VERDICT_SHAPES)) == len(VERDICT_SHAPES)
    assert MISSED in svg(scatter(rows))


def test_pictures_on_one_page_share_no_ids(strategy, rows):
    import re

    one, two = svg(curves(strategy, rows)), svg(exposure(strategy))
    ids = [set(re.findall(r'id="([^"]+)"', picture)) for picture in (one, two)]
    assert ids[1]
    assert not ids[0] & ids[1]
    assert all(f'id="{name}"' in one + two for name in re.findall(r"url\(#([^)]+)\)", one + two))


def test_labels_keep_their_digits(strategy):
    assert 'opacity="0.15"' in svg(curves(strategy)) or 'fill-opacity="0.15"' in svg(curves(strategy))
