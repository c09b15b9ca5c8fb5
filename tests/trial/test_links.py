"""Scales linked by published anchors, and how far our items disagree with them."""

from __future__ import annotations

import numpy as np
import pytest

from euthymia.errors import UnknownName
from euthymia.evidence.library import library
from euthymia.trial.links import by_items, convert, disagreement, madrs_points

LINKS = library().scale_links


@pytest.mark.parametrize("pair", LINKS["leucht2018_total"].anchors[:3])
def test_published_anchors_come_back_both_ways(pair) -> None:
    hamd, madrs = pair
    assert convert(hamd, "HAMD17", "MADRS") == pytest.approx(madrs)
    assert convert(madrs, "MADRS", "HAMD17") == pytest.approx(hamd)
    assert by_items(hamd, "HAMD17", "MADRS") == pytest.approx(madrs, abs=2.5)


@pytest.mark.parametrize("pair", LINKS["leucht2018_change"].anchors)
def test_improvements_have_anchors_of_their_own(pair) -> None:
    hamd, madrs = pair
    assert convert(-hamd, "HAMD17", "MADRS", change=True) == pytest.approx(-madrs)


def test_the_chain_from_the_self_rating_over_hamd17() -> None:
    assert convert(5, "QIDS_SR16", "MADRS") == pytest.approx(7 * 1.3)
    assert convert(11, "QIDS_SR16", "MADRS") == pytest.approx(14 * 1.3)
    assert convert(14 * 1.3, "MADRS", "QIDS_SR16") == pytest.approx(11)


def test_the_chain_and_the_trial_that_used_both_scales_disagree() -> None:
    """GEMINI fell 2.07 to 2.11 MADRS points a point of QIDS-SR16; the chain of anchors says about 1.6."""
    slope = float(convert(16, "QIDS_SR16", "MADRS") - convert(8, "QIDS_SR16", "MADRS")) / 8
    assert slope == pytest.approx(1.6, abs=0.1)
    assert madrs_points("QIDS_SR16") == pytest.approx(slope, abs=0.1)
    assert slope < 2.07


def test_six_items_beside_seventeen_as_published() -> None:
    """HRSD6 of 4 beside HRSD17 of 7, and MADRS of 8 to 9 (carmody2006)."""
    assert convert(4, "HAMD6", "HAMD17") == pytest.approx(7)
    assert 8 <= convert(4, "HAMD6", "MADRS") <= 9.2
    assert abs(disagreement(4, "HAMD6", "HAMD17")) < 3


def test_the_disagreement_is_item_route_minus_published() -> None:
    points = np.array([5.0, 10.0, 20.0, 30.0])
    found = disagreement(points, "HAMD17", "MADRS")
    assert found == pytest.approx(by_items(points, "HAMD17", "MADRS") - convert(points, "HAMD17", "MADRS"))
    assert np.abs(found).max() < 2.5


def test_nothing_leads_to_a_scale_without_a_published_table() -> None:
    with pytest.raises(UnknownName):
        convert(20, "HAMD24", "MADRS")
