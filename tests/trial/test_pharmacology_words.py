"""What the words of tables mean: doses, days, people, windows; and what is not guessed."""

from __future__ import annotations

import pytest

from euthymia.evidence.observation import Observation
from euthymia.trial.pharmacology import words
from euthymia.trial.pharmacology.setting import CannotExpress, owner_of, setting_of


def row(**given) -> Observation:
    return Observation.model_validate({"id": "x", "name": "Cmax", "unit": "ng/mL", "value": 1} | given)


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("20 mg po", 20, "mg"),
        ("0.5 mg/kg iv", 0.5, "mg/kg"),
        ("2 x 15 mg po", 30, "mg"),
        ("20->30->40 mg bid", 40, "mg"),
        ("single dose", None, "mg"),
    ],
)
def test_amounts(text, amount, unit):
    assert words.amount_in(text) == (amount, unit)


@pytest.mark.parametrize(("text", "a_day"), [("40 mg bid", 2), ("150 mg tid", 3), ("20 mg/d", 1), ("once", None)])
def test_frequency(text, a_day):
    assert words.often_in(text) == a_day


@pytest.mark.parametrize(
    ("text", "expected"),
    [("AUC(1.6-72 h)", (1.6, 72)), ("AUC0-24", (0, 24)), ("AUC(7.01-7.99 d)", (168.24, 191.76)), ("AUC48h", (0, 48)),
     ("AUCinf", None), ("AUC(tau 6 h)", (0, 6))],
)  # fmt: skip
def test_windows(text, expected):
    found = words.window_in(text)
    assert found == (pytest.approx(expected) if expected else None)


@pytest.mark.parametrize(
    ("text", "main", "expected"),
    [
        ("CYP2D6 activity 1.5", None, {"CYP2D6": "AS1.5"}),
        ("Chinese, AS=2", None, {"CYP2D6": "AS2"}),
        ("CYP2C19 *1/Null", None, {"CYP2C19": "intermediate"}),
        ("sparteine PM", "CYP2C19", {"CYP2D6": "poor"}),
        ("Child-Pugh B", None, {"hepatic": "moderate"}),
        ("ESRD on HD", None, {"renal": "end-stage"}),
        (">=65 y", None, {"age": 75.0}),
        ("18-60 y Japanese", None, {"ethnicity": "japanese"}),
        ("18-60 y non-Asian", None, {}),
        ("healthy", None, {}),
    ],
)
def test_people(text, main, expected):
    assert words.covariates_in(text, main) == expected


def test_a_drug_and_what_is_said_of_it():
    first, second = words.drugs_in("sertraline 50 mg/d -> desipramine 100 mg single")
    assert (first.drug, first.amount, first.a_day) == ("sertraline", 50, 1)
    assert (second.drug, second.amount) == ("desipramine", 100)


def test_a_perpetrator_comes_before_its_victim():
    found = setting_of(row(drug="imipramine", kind="ddi", compound="desipramine", name="AUC ratio", unit="ratio",
                           title="DDI: paroxetine 20 mg x20 d", dose="desipramine 50 mg single"))  # fmt: skip
    assert found.reference is not None
    assert {dose.drug for dose in found.reference.doses} == {"desipramine"}
    first = min(dose.time for dose in found.arm.doses if dose.drug == "desipramine")
    assert first == 19 * 24
    assert min(dose.time for dose in found.arm.doses if dose.drug == "paroxetine") == 0


def test_a_genotype_is_compared_with_the_normal_one():
    found = setting_of(row(drug="escitalopram", kind="genotype", compound="escitalopram", name="Css ratio vs *1/*1",
                           unit="ratio", title="CYP2C19 *1/Null vs *1/*1", dose="10 mg/d, steady state"))  # fmt: skip
    assert dict(found.arm.covariates) == {"CYP2C19": "intermediate"}
    assert found.reference is not None
    assert dict(found.reference.covariates) == {}


def test_the_routes_and_forms_of_a_product_are_told_apart():
    slow = setting_of(
        row(drug="venlafaxine", compound="venlafaxine", title="XR", dose="150 mg/d SS", schedule="repeated")
    )
    quick = setting_of(row(drug="venlafaxine", compound="venlafaxine", title="IR", dose="75 mg bid SS"))
    assert {dose.route for dose in slow.arm.doses} == {"oral"}
    assert {dose.route for dose in quick.arm.doses} == {"oral immediate"}


@pytest.mark.parametrize(
    "given",
    [
        {"drug": "aspirin", "compound": "aspirin"},
        {"drug": "sertraline", "kind": "ddi_perpetrator", "compound": "warfarin", "name": "AUC ratio"},
        {"drug": "gepirone", "compound": "gepirone", "dose": "ER"},
        {"drug": "sertraline", "compound": "sertraline", "route": "nasal", "dose": "50 mg"},
        {"drug": "sertraline", "kind": "special_population", "name": "AUC ratio", "compound": "sertraline",
         "population": "left-handed", "dose": "50 mg"},
    ],
)  # fmt: skip
def test_what_cannot_be_expressed_is_refused_with_a_reason(given):
    with pytest.raises(CannotExpress) as reason:
        setting_of(row(**given))
    assert len(str(reason.value)) > 20


def test_of_two_products_compared_the_one_that_is_measured_is_given():
    title = "XR 150 mg q24h vs IR 75 mg q12h"
    found = {
        form: setting_of(row(drug="venlafaxine", compound="venlafaxine", name=f"Cmax {form}", title=title,
                             dose="150 mg/d SS", schedule="repeated")) for form in ("XR", "IR")
    }  # fmt: skip
    assert (found["XR"].arm.amount, found["XR"].arm.tau) == (150, 24)
    assert (found["IR"].arm.amount, found["IR"].arm.tau) == (75, 12)
    assert {dose.route for dose in found["IR"].arm.doses} == {"oral immediate"}


@pytest.mark.parametrize(("name", "amount"), [("conc at scan 25 mg", 25), ("conc at scan 75 mg", 75)])
def test_of_several_doses_the_one_in_the_name_is_given(name, amount):
    found = setting_of(row(drug="amitriptyline", compound="nortriptyline", name=name, dose="25 / 75 mg single"))
    assert found.arm.amount == amount


def test_a_half_life_pooled_over_routes_is_not_that_of_a_patch():
    found = setting_of(row(drug="selegiline_transdermal", compound="desmethylselegiline", name="t1/2 single", unit="h",
                           dose="oral and patch", route="transdermal"))  # fmt: skip
    assert {dose.route for dose in found.arm.doses} == {"oral"}


def test_a_mean_concentration_ratio_compares_populations():
    found = setting_of(row(drug="paroxetine", compound="paroxetine", kind="special_population", unit="ratio",
                           name="CrCl<30 mean conc ratio"))  # fmt: skip
    assert dict(found.arm.covariates) == {"renal": "severe"}
    assert found.reference is not None
    assert dict(found.reference.covariates) == {}


def test_a_scan_of_a_compound_that_is_a_drug_gives_that_drug():
    found = setting_of(row(drug="amitriptyline", compound="nortriptyline", kind="occupancy", name="NET ED50",
                           unit="mg", target="SLC6A2"))  # fmt: skip
    assert {dose.drug for dose in found.arm.doses} == {"nortriptyline"}


def test_the_owner_of_a_row_is_found_without_a_drug_key():
    assert owner_of(row(id="esketamine_33", compound="S-ketamine")) == "esketamine"
    assert owner_of(row(id="7", compound="fluoxetine+norfluoxetine")) == "fluoxetine"
