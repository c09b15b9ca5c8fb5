"""What labels forbid is refused, what they warn of is told, and nothing else is."""

from __future__ import annotations

import pytest

from euthymia.errors import RegimenError
from euthymia.treatments.drug import drugs
from euthymia.treatments.order import oral, rtms, transdermal
from euthymia.treatments.regimen import Regimen, washout
from euthymia.treatments.safety.rules import rules


def daily(name: str, amount: str, weeks: float = 4) -> Regimen:
    return oral(name, amount).daily(weeks=weeks)


def ids(regimen: Regimen, *conditions: str) -> dict[str, str]:
    return {one.rule: one.severity for one in regimen.findings(conditions)}


def test_every_name_in_a_rule_is_a_drug_or_a_group():
    book, known = rules(), {*drugs(), *rules().groups}
    named = [name for rule in book.together for name in (*rule.a, *rule.b)]
    named += [rule.drug for rule in book.doses] + [name for rule in book.conditions for name in rule.drugs]
    named += [name for group in book.groups.values() for name in group]
    assert len(named) > 100
    assert set(named) <= known, set(named) - known
    assert len(set(book.ids)) == len(book.ids) >= 40


def test_an_irreversible_inhibitor_with_an_ssri_is_refused_unless_allowed():
    both = daily("phenelzine", "60 mg") | daily("sertraline", "50 mg")
    with pytest.raises(RegimenError, match="overlap from day 0: serotonin syndrome") as refused:
        both.plan()
    assert "maoi-with-ssri" in str(refused.value)
    assert both.plan(allow=["maoi-with-ssri"]).allowed == ("maoi-with-ssri",)


@pytest.mark.parametrize(("days", "refused"), [(7, True), (13, False), (20, False)])
def test_two_weeks_pass_after_an_inhibitor(days, refused):
    switch = daily("tranylcypromine", "30 mg") + washout(days) + daily("escitalopram", "10 mg")
    assert ("maoi-with-ssri" in ids(switch)) is refused  # a washout begins the day after the last dose


@pytest.mark.parametrize(("days", "refused"), [(14, True), (27, True), (35, False)])
def test_fluoxetine_asks_for_five_weeks(days, refused):
    switch = daily("fluoxetine", "20 mg") + washout(days) + daily("phenelzine", "45 mg")
    assert ("maoi-with-fluoxetine" in ids(switch)) is refused


def test_the_order_of_a_switch_decides_its_washout():
    there = daily("moclobemide", "300 mg") + washout(2) + daily("citalopram", "20 mg")
    back = daily("citalopram", "20 mg") + washout(2) + daily("moclobemide", "300 mg")
    assert "reversible-maoi-with-serotonergic" not in ids(there)
    assert "reversible-maoi-with-serotonergic" in ids(back)


def test_inhibitors_and_their_victims_are_told_and_not_refused():
    both = daily("paroxetine", "20 mg") | daily("desipramine", "100 mg")
    assert ids(both)["cyp2d6-inhibitor-with-victim"] == "warn"
    assert both.plan().allowed == ()


def test_too_much_is_told():
    assert "citalopram-dose" in ids(daily("citalopram", "60 mg"))
    assert "citalopram-dose" not in ids(daily("citalopram", "40 mg"))
    assert "dxm-bupropion-dose" in ids(oral("dextromethorphan_bupropion", "300 mg").twice_daily(weeks=1))


def test_stimulation_under_a_drug_that_lowers_the_threshold():
    both = daily("bupropion", "150 mg", 6) | rtms("left-dlpfc-10hz").course()
    assert ids(both)["tms-with-seizure-threshold"] == "warn"


@pytest.mark.parametrize(
    ("condition", "regimen", "rule"),
    [
        ("metal-in-head", rtms("left-dlpfc-10hz").course(), "metal-in-head-with-tms"),
        ("seizure-disorder", oral("bupropion", "150 mg").daily(weeks=1), "seizures-with-bupropion"),
        ("long-qt", oral("gepirone", "36.3 mg").daily(weeks=1), "long-qt-with-gepirone"),
    ],
)
def test_conditions_of_the_patient(condition, regimen, rule):
    assert regimen.findings() == ()
    with pytest.raises(RegimenError):
        regimen.plan(conditions=[condition])
    assert ids(regimen, condition)[rule] == "refuse"


def test_ordinary_regimens_touch_no_rule():
    assert ids(daily("escitalopram", "10 mg") | rtms("left-dlpfc-itbs").course()) == {}
    assert ids(transdermal("selegiline_transdermal", "6 mg").daily(weeks=2)) == {}
