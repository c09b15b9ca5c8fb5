"""Every drug of the review as a small virtual trial against its usual control: all the way to rated symptoms.

`pytest -s` prints the contrasts. Eight people an arm show that it runs and which way it goes; they measure no effect.
"""

from __future__ import annotations

import numpy as np
import pytest

from euthymia.engine.choose import default_engine
from euthymia.errors import TrialError, UnknownName
from euthymia.treatments.drug import drug as drug_of
from euthymia.treatments.drug import drugs
from euthymia.trial.conduct import run
from euthymia.trial.endpoints import effect, endpoint
from euthymia.trial.usual_trial import ADJUNCTS, usual_trial

REVIEW = sorted(name for name in drugs() if drug_of(name).usual and drug_of(name).role == "treatment")


def test_twenty_two():
    assert len(REVIEW) >= 22, REVIEW


@pytest.mark.parametrize("name", REVIEW)
def test_against_its_usual_control(name):
    done = run(usual_trial(name), default_engine())
    assert not done.failures
    for arm in done.arms.values():
        assert np.isfinite(arm.rated["MADRS"]).all()
    change = {one.arm: one.value for one in endpoint(done, "change")}
    gap = effect(done, name, "control")
    beside = " with escitalopram in both arms" if name in ADJUNCTS else ""
    print(
        f"{name:28s} day {gap.day:3g}  MADRS {change[name]:6.1f} against {change['control']:6.1f}, "
        f"difference {gap.value:6.2f} [{gap.low:.1f}, {gap.high:.1f}]{beside}"
    )
    assert gap.value < 0, "the same people do worse on the drug"


def test_the_control_is_given_as_the_drug_is():
    for name, route in (("ketamine", "intravenous"), ("selegiline_transdermal", "transdermal")):
        arms = usual_trial(name).arms
        assert {dose.route for dose in arms["control"].doses} == {route}
        assert {dose.drug for dose in arms["control"].doses} == {"placebo"}
    adjunct = usual_trial("cariprazine").arms
    assert {dose.drug for dose in adjunct["control"].doses} == {"placebo", "escitalopram"}
    assert {dose.drug for dose in adjunct["cariprazine"].doses} == {"cariprazine", "escitalopram"}


def test_what_has_no_usual_trial_is_refused():
    with pytest.raises(UnknownName):
        usual_trial("aspirin")
    with pytest.raises(TrialError, match="no usual regimen"):
        usual_trial("placebo")
