"""Known faults are judged by numbers, and what cannot be judged is not called closed."""

from dataclasses import replace

from euthymia.evidence.yaml_with_lines import read_yaml
from euthymia.report.faults import CHECKS, CLOSED, FILE, NOT_CHECKED, OPEN, faults


def test_all_known_faults_are_in_the_report(report_data):
    found = faults(report_data)
    assert [fault.id for fault in found] == [f"F{number}" for number in range(1, 16)]
    assert all(fault.told for fault in found)


def test_every_check_in_the_file_is_known():
    assert {entry["check"]["kind"] for entry in read_yaml(FILE).content} <= set(CHECKS)


def test_a_number_decides_both_ways(report_data):
    ill = replace(report_data, numbers={"inflamed_madrs": 51.0})
    well = replace(report_data, numbers={"inflamed_madrs": 38.0})
    status = [next(f.status for f in faults(data) if f.id == "F5") for data in (report_data, ill, well)]
    assert status == [NOT_CHECKED, OPEN, CLOSED]


def test_a_missed_early_contrast_opens_its_fault(report_data, rows):
    from euthymia.trial.score import Row

    early = Row(**(rows[2].told() | {"trial": "transform2", "arm": "esketamine", "time_h": 24.0}))
    found = {fault.id: fault for fault in faults(replace(report_data, rows=(early,)))}
    assert found["F2"].status == OPEN
    assert "transform2" in found["F2"].told
    inside = Row(**(early.told() | {"predicted": -4.0, "low": -6.0, "high": -2.0}))
    found = {fault.id: fault for fault in faults(replace(report_data, rows=(inside,)))}
    assert found["F2"].status == CLOSED


def test_early_means_count_where_no_contrast_was_published(report_data, rows):
    from euthymia.trial.score import Row

    early = Row(**(rows[1].told() | {"trial": "synapse_daly2018", "time_h": 2.0}))
    found = {fault.id: fault for fault in faults(replace(report_data, rows=(early,)))}
    assert found["F1"].status == OPEN
    assert "1 of 1 contrasts and means" in found["F1"].told
    assert found["F2"].status == NOT_CHECKED


def test_arms_that_differ_too_little_are_named(report_data):
    found = CHECKS["spread-of-change"](report_data, 100.0, 200.0, 13)
    assert found[0] == OPEN
    assert "placebo in Escitalopram" in found[1]
    assert CHECKS["spread-of-change"](report_data, 0.0, 100.0, 13)[0] == CLOSED
