"""Which numbers a course hangs on, against what must hold whatever the numbers are."""

import json

import numpy as np
import pytest

import euthymia as eu
from euthymia.cli.app import ended
from euthymia.errors import UnknownName

PLAN = eu.oral("escitalopram", "10 mg").daily(weeks=2).plan()
DISPOSITION = ("escitalopram.clearance", "escitalopram.volume")


def test_a_body_twice_as_large_in_both_ways_halves_the_concentration():
    """C = dose/V f(CL/V, t): with linear kinetics the elasticities in clearance and volume add up to -1, always."""
    found = eu.sensitivity(PLAN, ["escitalopram_plasma"], DISPOSITION, hours=336.0)
    after_first_dose = found.elasticities[1:, 0]
    np.testing.assert_allclose(after_first_dose.sum(axis=1), -1.0, rtol=2e-3)
    assert after_first_dose[0, 1] < -0.1 and after_first_dose[-1, 0] < after_first_dose[0, 0] < 0


def test_they_are_what_a_small_change_brings():
    found = eu.sensitivity(PLAN, ["sert_occupancy"], ["target_sert.escitalopram_half"], hours=336.0)
    from euthymia.report.typical import typical

    half = next(iter(found.numbers)).number
    up, down = (
        typical(PLAN, ["sert_occupancy"], 336.0, parameters={"target_sert.escitalopram_half": half * (1 + s)})
        for s in (1e-3, -1e-3)
    )
    at = [int(np.flatnonzero(up.times == t)[0]) for t in (168.0, 336.0)]
    slope = (np.log(up.values[at, 0]) - np.log(down.values[at, 0])) / (np.log1p(1e-3) - np.log1p(-1e-3))
    rows = [int(np.flatnonzero(found.times == t)[0]) for t in (168.0, 336.0)]
    np.testing.assert_allclose(found.elasticities[rows, 0, 0], slope, rtol=2e-3)


def test_the_verb_ranks_them_and_says_what_they_rest_on(tmp_path, capsys):
    plan = tmp_path / "plan.yaml"
    plan.write_text("{oral: escitalopram, amount: 10 mg, daily: {weeks: 2}}")
    words = [str(plan), "--output", "sert_occupancy", "--parameters", ",".join(DISPOSITION), "--json"]
    assert ended(["sensitivity", *words]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["parameter"] for row in told["parameters"]] == list(DISPOSITION)
    assert {"unit", "grade", "confidence"} <= set(told["parameters"][0])
    assert ended(["sensitivity", str(plan), "--output", "sert_ocupancy"]) == 4
    assert "Did you mean 'sert_occupancy'?" in capsys.readouterr().err


def test_a_name_nobody_knows_is_refused():
    with pytest.raises(UnknownName, match="no parameter"):
        eu.sensitivity(PLAN, ["mood"], ["escitalopram.clearence"])
