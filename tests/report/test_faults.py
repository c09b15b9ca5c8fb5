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
