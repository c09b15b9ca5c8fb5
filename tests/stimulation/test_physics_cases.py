"""Cases of physics: the reference table within its own tolerances, other cases, and what cannot be computed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from euthymia.cli.app import ended
from euthymia.errors import DataError
from euthymia.evidence.yaml_with_lines import read_yaml
from euthymia.fields.anatomy import available
from euthymia.trial.physics import CASES, score_case, score_physics

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "stimulation" / "physics_reference.yaml"
#: why a case of the table has no answer; everything else must pass
UNANSWERED = {"pbm_target_window": "opinion"} | ({} if available() else {"tdcs_bifrontal_voxel": "anatomy"})
SLOW = {"mc_chandra_0p99", "pbm_similarity", "rtms_overall_d", "mc_diffusion_slope"}


def cases(path: Path = CASES) -> dict[str, dict]:
    return {case["id"]: case for case in read_yaml(path).content["cases"]}


def test_our_table_holds_the_reference() -> None:
    if not REFERENCE.is_file():
        pytest.skip(f"the reference table is not here ({REFERENCE})")
    ours, theirs = cases(), cases(REFERENCE)
    assert len(theirs) >= 37 and set(theirs) <= set(ours)
    for name, case in theirs.items():
        for key in ("inputs", "expected", "tol_rel", "tol_abs", "tol"):
            assert ours[name].get(key) == case.get(key), (name, key)


@pytest.mark.parametrize("name", sorted(set(cases()) - SLOW))
def test_a_case_is_met(name: str) -> None:
    row = score_case(name, cases()[name])
    if name in UNANSWERED:
        assert row.status == "not_expressed" and UNANSWERED[name] in row.reason
    else:
        assert row.status == "pass", row.reason


#: cases the model misses, and since when
MISSED = {
    "rtms_overall_d": "since the fit of 27 November 2026: d is -0.36 where -0.68 to -0.41 was published; patients now "
    "differ as much as in trials, and the fitted threshold stops a course early"
}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SLOW))
def test_a_slow_case_is_met(name: str) -> None:
    row = score_case(name, cases()[name])
    if name in MISSED:
        assert row.status == "fail", f"no longer missed; take it out. {row.reason}"
        pytest.xfail(MISSED[name])
    assert row.status == "pass", row.reason


OTHERS = """\
- {id: near, inputs: {n1: 1.0, n2: 1.5}, expected: {specular: 0.04}, tol_abs: 1.0e-6}
- {id: far, inputs: {n1: 1.0, n2: 1.5}, expected: {specular: 0.05}, tol_abs: 1.0e-6}
- {id: unknown setting, inputs: {n: 1.5, colour: red}, expected: {specular: 0.04}, tol_abs: 1.0e-6}
- {id: unknown quantity, inputs: {n: 1.5}, expected: {taste: 1}, tol_abs: 1.0e-6}
- {id: nothing known, inputs: {moon: full}, expected: {E_V_m: 1}, tol_rel: 1}
- {id: bad input, inputs: {coil: D70, depth_mm: 15, gap_mm: -4}, expected: {E_V_m: 1}, tol_rel: 1}
- {id: no settings, expected: {E_V_m: 1}}
- {id: layers, inputs: {layers: [{mua_cm: 1, mus_cm: 10, g: 0.5, d_cm: 0.1}, {mua_mm: 0.2, musp_mm: 1, d_mm: 3}]},
   expected: {R_plus_T_plus_A: 1}, tol_abs: 2.0e-3}
- {id: other head, inputs: {radii_mm: [80, 86, 92], sigma_S_m: [0.33, 0.01, 0.4], I_mA: 1, anode: C3,
   cathodes: [Fp2, Oz], area_cm2: 9, r_mm: [0, 0, 0]}, expected: {V: 0}, tol_abs: 0.01}
- {id: arithmetic, inputs: {protocol: saint_snt}, expected: {pulses_per_session: 1800, total_pulses: 90000},
   tol_rel: 0.01}
"""


def test_other_cases_are_run_and_what_cannot_be_is_counted(tmp_path: Path, capsys) -> None:
    (tmp_path / "cases.yaml").write_text(OTHERS)
    assert ended(["score", "physics", "--cases", str(tmp_path / "cases.yaml"), "--json"]) == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)["rows"]}
    assert len(rows) == 10
    assert {name for name, row in rows.items() if row["status"] == "pass"} == {
        "near",
        "layers",
        "other head",
        "arithmetic",
    }
    assert rows["far"]["status"] == "fail" and "off by 0.01" in rows["far"]["reason"]
    left = {name: row["reason"] for name, row in rows.items() if row["status"] == "not_expressed"}
    assert "'colour'" in left["unknown setting"] and "'taste'" in left["unknown quantity"]
    assert "gap_mm" in left["bad input"] and "moon" in left["nothing known"] and "inputs" in left["no settings"]
    assert all(set(row) == {"id", "status", "computed", "expected", "tolerance", "reason"} for row in rows.values())


def test_a_file_without_cases_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cases.yaml").write_text("rows: 3\n")
    with pytest.raises(DataError, match="holds no cases"):
        score_physics(tmp_path / "cases.yaml")


def test_stimulate_answers_for_a_protocol_and_for_settings(capsys) -> None:
    assert ended(["stimulate", "elated3", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["kind"] == "pbm" and all(dose["metric"] and len(dose["interval"]) == 2 for dose in told["doses"])
    assert ended(["stimulate", "{montage: F3-F4, I_mA: 2, area_cm2: 35}", "--want", "under_F3_mean", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["quantities"]["under_F3_mean"] > 0 and "20 mm" in told["metrics"]["under_F3_mean"]
    assert ended(["stimulate", "laser-808-cassano"]) == 5
    assert "light-skin-limit" in capsys.readouterr().err
    assert ended(["stimulate", "laser-808-cassano", "--allow", "light-skin-limit"]) == 0
    assert ended(["stimulate", "{coil: D70, depth_mm: 15, gap_mm: -3}"]) == 2
    assert "gap_mm" in capsys.readouterr().err
