"""What kinetics add to the rules: residues that outlast a drug, and exposures that enzymes change."""

from __future__ import annotations

from euthymia.engine.choose import default_engine
from euthymia.treatments.order import oral
from euthymia.treatments.regimen import Regimen, washout
from euthymia.treatments.safety.rules import rules
from euthymia.trial.safety import findings


def told(regimen: Regimen) -> dict[str, str]:
    return {one.rule: one.message for one in findings(regimen.plan(allow=rules().ids), default_engine())}


def test_norfluoxetine_still_occupies_transporters_after_two_weeks():
    found = told(oral("fluoxetine", "20 mg").daily(weeks=8) + washout(14) + oral("phenelzine", "30 mg").daily(weeks=1))
    assert "serotonin transporters" in found["residual-sert"]
    assert "maoi-with-fluoxetine" in found


def test_an_inhibitor_outlasts_its_own_plasma():
    early = told(
        oral("phenelzine", "30 mg").twice_daily(weeks=4) + washout(3) + oral("sertraline", "50 mg").daily(weeks=1)
    )
    late = told(
        oral("phenelzine", "30 mg").twice_daily(weeks=4) + washout(35) + oral("sertraline", "50 mg").daily(weeks=1)
    )
    assert "MAO-A" in early["residual-mao"]
    assert "residual-mao" not in late


def test_an_exposure_that_enzymes_change_is_told_with_its_size():
    found = told(oral("paroxetine", "20 mg").daily(weeks=2) | oral("desipramine", "100 mg").daily(weeks=2))
    assert "paroxetine" in found["exposure-by-enzymes"]
    assert "exposure-by-enzymes" not in told(
        oral("escitalopram", "10 mg").daily(weeks=2) | oral("zuranolone", "50 mg").daily(weeks=2)
    )
