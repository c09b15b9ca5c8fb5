"""Posted results as effects: every class and time, the rule of each dispersion, and what is left out named."""

from __future__ import annotations

import json
import math

import pytest
from tests.evidence.shared import real, shared

from euthymia.evidence.records.read import read
from euthymia.evidence.synthesis.posted_effects import arms_of, critical, dispersion, effects_of


def test_all_classes_times_and_denominators(files):
    record = read(files["json"]).records[0]
    arms, left = arms_of(record)
    madrs = [one for one in arms if one.scale == "MADRS" and one.mean is not None]
    assert [(one.klass, one.weeks, one.n) for one in madrs if one.arm == "Placebo"] == [
        ("Week 2", 2.0, 96),
        ("Week 6", 6.0, 88),
    ]
    drug = next(one for one in madrs if one.klass == "Week 6" and one.arm != "Placebo")
    assert drug.se == 1.0 and drug.sd == pytest.approx(math.sqrt(90))
    assert any("posted as 'NA'" in reason for reason in left)


def test_differences_adjusted_and_from_arms(files):
    record = read(files["json"]).records[0]
    found, _ = effects_of(record)
    adjusted = next(one for one in found if one.adjusted)
    assert (adjusted.measure, adjusted.yi) == ("MD", -3.1)
    assert adjusted.se == pytest.approx(5.88 / (2 * 1.959964), abs=1e-5)
    plain = next(one for one in found if one.measure == "MD" and not one.adjusted and one.klass == "Week 6")
    assert plain.yi == pytest.approx(-3.0) and plain.vi == pytest.approx(1.0 + 1.21)
    ratio = next(one for one in found if one.measure == "OR")
    assert ratio.yi == pytest.approx(math.log((45 / 55) / (30 / 66)))
    assert all(one.reference == "Placebo" for one in found)
    assert all(one.steps for one in found)


def test_an_interval_gives_its_error_by_its_own_level():
    for level in (90.0, 95.0, 99.0):
        half = critical(level) * 0.4
        sd, se, _ = dispersion(f"{level:g}% Confidence Interval", None, 2 - half, 2 + half, 25)
        assert se == pytest.approx(0.4) and sd == pytest.approx(2.0)
    assert dispersion("Full Range", None, 1, 9, 20)[1] is None
    assert dispersion("Inter-Quartile Range", None, 1, 9, 20)[1] is None


@real
def test_real_results_keep_every_outcome():
    record = read(shared("ctgov/aact_NCT02552212.json")).records[0]
    assert record.trial is not None and len(record.trial["outcomes"]) == 31
    posted = json.loads(shared("ctgov/aact_NCT02552212.json").read_text(encoding="utf-8"))["resultsSection"]
    measures = posted["outcomeMeasuresModule"]["outcomeMeasures"]
    count = sum(
        len(cat["measurements"]) for one in measures for cls in one.get("classes", []) for cat in cls["categories"]
    )
    assert sum(len(one["measurements"]) for one in record.trial["outcomes"]) == count
    arms, left = arms_of(record)
    assert len(arms) + len([reason for reason in left if "nothing was posted" not in reason]) == count
    found, _ = effects_of(record)
    adjusted = [one for one in found if one.adjusted]
    assert len(adjusted) == sum(len(one.get("analyses", [])) for one in measures)
    first = next(one for one in adjusted if one.measure == "OR")
    assert math.exp(first.yi) == pytest.approx(15.231)
    assert math.exp(first.yi + critical(95) * first.se) == pytest.approx(31.623, rel=0.01)
