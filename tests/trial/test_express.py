"""What a published table becomes: its setting, its days, its scales."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from euthymia.cohort.cohort import cohort
from euthymia.evidence.library import library
from euthymia.evidence.published_trial import PublishedTrial
from euthymia.evidence.trial_table import read_trials
from euthymia.treatments.drug import drug
from euthymia.treatments.order import oral, placebo
from euthymia.trial.conduct import run
from euthymia.trial.contact import setting_of
from euthymia.trial.express import DAYS_ASSUMED, TYPICAL, Expressed, baseline_of, express
from euthymia.trial.express_device import DAYS_OF_ACTIVE
from euthymia.trial.express_drug import USUAL_DOSE
from euthymia.trial.protocol import trial
from euthymia.trial.table_names import Named, named

NO_DAYS = """\
- id: no_days
  scale: MADRS
  arms:
  - arm: active
    regimen: [{intervention: tms, protocol: 10Hz, pulses_per_treatment: 3000, intensity_pct_rMT: 120}]
    outcomes: [{visit: week 4, time_d: 28, kind: change, mean: -9, confidence: verified}]
  - arm: sham
    regimen: [{intervention: tms_sham, treatment_days: [0, 1, 2, 3, 4]}]
    outcomes: [{visit: week 4, time_d: 28, kind: change, mean: -5, confidence: verified}]
"""


def test_a_short_course_stays_one_however_long_its_placebo_is_followed() -> None:
    active = oral("zuranolone", "50 mg").daily(weeks=2).plan()
    assert setting_of([active, placebo().daily(days=45).plan()]) == "short_course"
    assert setting_of([oral("escitalopram", "10 mg").daily(weeks=8).plan(), placebo().daily(weeks=2).plan()]) == "oral"


def test_days_that_no_table_gave_are_said_to_be_taken(tmp_path: Path) -> None:
    (tmp_path / "trials.yaml").write_text(NO_DAYS)
    expressed = express(read_trials(tmp_path / "trials.yaml").trials[0], people=8, seed=1, worlds=0)
    assert expressed.trial is not None
    assert expressed.liberties == {"active": DAYS_ASSUMED}
    sessions = {name: [s.time / 24 for s in plan.sessions] for name, plan in expressed.trial.arms.items()}
    assert sessions["sham"] == [0, 1, 2, 3, 4]
    assert [day % 7 < 5 for day in sessions["active"]] == [True] * 21


def test_a_sham_without_days_has_those_of_the_active_arm(tmp_path: Path) -> None:
    text = NO_DAYS.replace("[{intervention: tms_sham, treatment_days: [0, 1, 2, 3, 4]}]", "[{intervention: tms_sham}]")
    (tmp_path / "t.yaml").write_text(text.replace("protocol: 10Hz,", "protocol: 10Hz, treatment_days: [0, 1, 7],"))
    expressed = express(read_trials(tmp_path / "t.yaml").trials[0], people=8, seed=1, worlds=0)
    assert expressed.trial is not None
    assert [s.time / 24 for s in expressed.trial.arms["sham"].sessions] == [0, 1, 7]
    assert expressed.liberties == {"sham": DAYS_OF_ACTIVE}


@pytest.fixture(scope="module")
def totals() -> dict[str, np.ndarray]:
    """Expected totals on both scales of 120 virtual people over eight weeks."""
    plans = {"escitalopram": oral("escitalopram", "10 mg").daily(weeks=8), "placebo": placebo().daily(weeks=8)}
    done = run(trial(cohort("outpatient-mdd", n=120, seed=4), plans, visits=(28, 56)))
    return {name: np.concatenate([a.total(name).ravel() for a in done.arms.values()]) for name in ("MADRS", "HAMD17")}


@pytest.mark.parametrize("pair", library().scale_links["leucht2018_total"].anchors[:3])
def test_items_meet_the_published_link_of_the_scales(pair: tuple[float, float], totals: dict[str, np.ndarray]) -> None:
    hamd, madrs = pair
    near = np.abs(totals["MADRS"] - madrs) < 1
    assert near.sum() >= 20
    assert totals["HAMD17"][near].mean() == pytest.approx(hamd, abs=1)


def table(folder: Path, regimen: str, more: str = "") -> PublishedTrial:
    """A trial of one active arm with this regimen and a placebo arm, four weeks long, read from a table."""
    change = "outcomes: [{time_d: 28, kind: change, mean: -9}]"
    (folder / "t.yaml").write_text(
        f"- id: t\n  scale: MADRS\n  arms:\n  - arm: active\n    regimen: {regimen}\n    {change}\n"
        f"  - arm: placebo\n    regimen: [{{intervention: placebo}}]\n    {change}\n{more}"
    )
    read = read_trials(folder / "t.yaml")
    assert not read.problems
    return read.trials[0]


def expressed(folder: Path, regimen: str, more: str = "") -> Expressed:
    return express(table(folder, regimen, more), people=8, seed=1, worlds=0)


def given(folder: Path, regimen: str) -> list[tuple[float, str, float, str]]:
    """Day, drug, amount and route of every dose of the active arm."""
    found = expressed(folder, regimen)
    assert found.trial is not None and "active" in found.trial.arms, found.reasons
    return [(dose.time / 24, dose.drug, dose.amount, dose.route) for dose in found.trial.arms["active"].doses]


def test_an_infusion_follows_the_rates_of_its_table(tmp_path: Path) -> None:
    steps = "[[0, 4, 30], [4, 24, 60], [24, 52, 90], [52, 56, 60], [56, 60, 30]]"
    schedule = f"{{kind: infusion_profile, steps_h: {steps}}}"
    found = expressed(tmp_path, f"[{{intervention: brexanolone, route: iv, unit: ug/kg/h, schedule: {schedule}}}]")
    assert found.trial is not None
    doses = found.trial.arms["active"].doses
    assert [(dose.time, dose.duration) for dose in doses] == [(0, 4), (4, 20), (24, 28), (52, 4), (56, 4)]
    assert sum(dose.amount for dose in doses) == pytest.approx((30 * 4 + 60 * 20 + 90 * 28 + 60 * 4 + 30 * 4) / 1000)


def test_a_pause_of_an_infusion_gives_nothing(tmp_path: Path) -> None:
    schedule = "{kind: infusion_profile, steps_h: [[0, 2, 0.06], [4, 6, 0.03]]}"
    doses = given(tmp_path, f"[{{intervention: Zulresso, unit: mg/kg/h, schedule: {schedule}}}]")
    assert [(day * 24, amount) for day, _, amount, _ in doses] == [(0, 0.12), (2, 0), (4, 0.06)]


def test_a_steady_rate_runs_for_its_minutes(tmp_path: Path) -> None:
    schedule = "{kind: times, times_d: [0, 7], infusion_min: 120}"
    regimen = f"[{{intervention: brexanolone, dose: 60, unit: ug/kg/h, schedule: {schedule}}}]"
    found = [(day, round(amount, 6)) for day, _, amount, _ in given(tmp_path, regimen)]
    assert found == [(0, 0.12), (7, 0.12)]


@pytest.mark.parametrize(
    ("schedule", "unit", "reason"),
    [
        ("{kind: infusion_profile}", "ug/kg/h", "no rows"),
        ("{kind: infusion_profile, steps_h: [[0, 4, 30], [3, 6, 60]]}", "ug/kg/h", "do not follow"),
        ("{kind: infusion_profile, steps_h: [[0, 4, 30]]}", "mg", "mg"),
    ],
)
def test_an_infusion_that_cannot_be_is_refused(tmp_path: Path, schedule: str, unit: str, reason: str) -> None:
    found = expressed(tmp_path, f"[{{intervention: brexanolone, route: iv, unit: {unit}, schedule: {schedule}}}]")
    assert reason in found.reasons["active"]
    assert found.trial is not None and set(found.trial.arms) == {"placebo"}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("gepirone_ER", Named("gepirone", form="extended")),
        ("Venlafaxine XR", Named("venlafaxine", form="extended")),
        ("racemic_ketamine", Named("ketamine")),
        ("S-ketamine", Named("esketamine")),
        ("(R)-Ketamine", Named("arketamine")),
        ("AXS-05", Named("dextromethorphan_bupropion")),
        ("dextromethorphan/bupropion", Named("dextromethorphan_bupropion")),
        ("Sertraline hydrochloride", Named("sertraline")),
        ("esketamine nasal spray", Named("esketamine", "intranasal")),
        ("normal saline", Named("placebo", "intravenous")),
        ("isocarboxazid", None),
        ("mirtazapine", None),
        ("sertraline and lithium", None),
    ],
)
def test_spelled_variants_mean_what_they_mean(written: str, meant: Named | None) -> None:
    assert named(written) == meant


def test_routes_are_those_of_the_table_then_of_the_name_then_of_the_drug(tmp_path: Path) -> None:
    days = "schedule: {kind: times, times_d: [0]}"
    for row, route in [
        ("intervention: ketamine, route: IM, dose: 0.5, unit: mg/kg", "intramuscular"),
        ("intervention: IV ketamine, dose: 0.5, unit: mg/kg", "intravenous"),
        ("intervention: Spravato, route: nasal, dose: 56", "intranasal"),
        ("intervention: paroxetine CR, dose: 25", "oral controlled"),
        ("intervention: venlafaxine IR, dose: 75", "oral immediate"),
        ("intervention: selegiline, route: transdermal, dose: 6", "transdermal"),
    ]:
        assert [dose[3] for dose in given(tmp_path, f"[{{{row}, {days}}}]")] == [route], row
    refused = expressed(tmp_path, f"[{{intervention: sertraline, route: rectal, dose: 50, {days}}}]")
    assert "rectal" in refused.reasons["active"]


@pytest.mark.parametrize("name", ["antidepressant_switch_per_guideline", "switch", "new_oral_ssri_or_snri"])
def test_an_antidepressant_that_no_table_names_stands_for_one(tmp_path: Path, name: str) -> None:
    found = expressed(tmp_path, f"[{{intervention: {name}}}]")
    assert found.trial is not None
    assert set(found.trial.arms["active"].drugs) == {"escitalopram"}
    assert "stands for escitalopram 10 mg" in found.liberties["active"]


def test_a_class_at_a_dose_stands_for_nothing(tmp_path: Path) -> None:
    assert "active" in expressed(tmp_path, "[{intervention: ssri_10mg_fluoxetine_eq}]").reasons


@pytest.mark.parametrize("words", ["licensed range", "flexible", "fixed-flexible", "label dose", "null"])
def test_a_dose_in_words_is_the_usual_one_and_said_to_be(tmp_path: Path, words: str) -> None:
    found = expressed(tmp_path, f"[{{intervention: sertraline, dose: {words}, unit: mg, schedule: {{kind: qd}}}}]")
    usual = drug("sertraline").usual_dose
    assert found.trial is not None and usual is not None
    assert {dose.amount for dose in found.trial.arms["active"].doses} == {usual.number}
    assert USUAL_DOSE in found.liberties["active"]


def test_a_usual_dose_is_shared_among_the_times_of_a_day(tmp_path: Path) -> None:
    doses = given(tmp_path, "[{intervention: phenelzine, dose: licensed range, schedule: {kind: bid, end_d: 2}}]")
    assert [(day, amount) for day, _, amount, _ in doses] == [(0, 30), (0.5, 30), (1, 30), (1.5, 30)]


@pytest.mark.parametrize("name", ["amitriptyline", "bupropion", "moclobemide", "tranylcypromine", "venlafaxine"])
def test_a_usual_dose_is_one_that_the_drugs_file_knows_or_near(name: str) -> None:
    found = drug(name)
    assert found.usual_dose is not None
    times = {"daily": 1, "twice_daily": 2}
    known = [float(u["amount"].split()[0]) * n for u in found.usual for key, n in times.items() if key in u]
    assert 0.75 * min(known) <= found.usual_dose.number <= max(known)


@pytest.mark.parametrize(
    ("dose", "amount"),
    [("10-20", 10), ("'56 day 1, then 56/84'", 84), ("60 then 80", 80), ("25 -> 50", 50), ("flexible 50-200", 50)],
)
def test_one_amount_is_taken_of_several(tmp_path: Path, dose: str, amount: float) -> None:
    doses = given(tmp_path, f"[{{intervention: sertraline, dose: {dose}, unit: mg, schedule: {{kind: qd}}}}]")
    assert {dose[2] for dose in doses} == {amount}


def test_the_two_amounts_of_a_tablet_are_added(tmp_path: Path) -> None:
    regimen = "[{intervention: AXS-05, dose: 45/105, unit: mg, schedule: {kind: bid, end_d: 1}}]"
    assert {amount for _, _, amount, _ in given(tmp_path, regimen)} == {150}


def test_dated_steps_follow_one_another_and_undated_ones_give_the_last(tmp_path: Path) -> None:
    dated = "[{dose: 10, start_d: 0}, {dose: 20, start_d: 7}]"
    doses = given(tmp_path, f"[{{intervention: escitalopram, dose: {dated}, schedule: {{kind: qd, end_d: 14}}}}]")
    assert [amount for _, _, amount, _ in doses] == [10] * 7 + [20] * 7
    doses = given(tmp_path, "[{intervention: escitalopram, dose: [10, 20], schedule: {kind: qd, end_d: 14}}]")
    assert [amount for _, _, amount, _ in doses] == [20] * 14


def test_an_add_on_that_we_lack_leaves_the_control_standing(tmp_path: Path) -> None:
    found = expressed(tmp_path, "[{intervention: aripiprazole, dose: 10}, {intervention: stable_ongoing_ssri}]")
    assert found.trial is not None and set(found.trial.arms) == {"placebo"}
    assert found.reasons == {"active": "there is no drug 'aripiprazole' in the treatments"}


def test_an_arm_that_only_a_contrast_names_is_its_name(tmp_path: Path) -> None:
    rows = [
        "{arm: clomipramine, reference: placebo, time_d: 28, odds_ratio: 1.5}",
        "{arm: TCA, reference: placebo, time_d: 28, odds_ratio: 1.5}",
    ]
    published = table(tmp_path, "[{intervention: sertraline}]", f"  contrasts: [{', '.join(rows)}]\n")
    found = express(published, people=8, seed=1, worlds=0)
    assert found.trial is not None and set(found.trial.arms) == {"active", "placebo", "clomipramine"}
    assert [arm.arm for arm in published.arms] == ["active", "placebo"]
    assert USUAL_DOSE in found.liberties["clomipramine"]
    assert "the table gives no arm 'TCA'" in found.reasons["TCA"]


def test_a_contrast_without_a_number_names_no_arm(tmp_path: Path) -> None:
    rows = "[{arm: clomipramine, reference: placebo, time_d: 28, p: 0.4}]"
    assert table(tmp_path, "[{intervention: sertraline}]", f"  contrasts: {rows}\n").implied == ()


def test_two_treatments_in_one_row_are_refused(tmp_path: Path) -> None:
    assert "two treatments" in expressed(tmp_path, "[{intervention: tdcs+sertraline}]").reasons["active"]


def published_with(*baselines: tuple[int, dict], scale: str = "MADRS") -> PublishedTrial:
    arms = [
        {"arm": f"arm{i}", "n": n, "baseline": told, "outcomes": []} for i, (n, told) in enumerate(baselines, start=1)
    ]
    return PublishedTrial.model_validate({"id": "t", "scale": scale, "arms": arms})


def test_a_baseline_is_on_the_scale_that_it_names() -> None:
    mixed = published_with((10, {"mean": 24, "scale": "HAMD17"}), (30, {"mean": 32}))
    assert (baseline_of(mixed).scale, baseline_of(mixed).mean) == ("MADRS", 32)
    named_scale = published_with((10, {"mean": 24, "scale": "HAMD17"}), (30, {"mean": 26, "scale": "HAMD17"}))
    assert (baseline_of(named_scale).scale, baseline_of(named_scale).mean) == ("HAMD17", 25.5)
    other = published_with((10, {"mean": 24, "scale": "HAMD17"}), scale="CGI-S")
    assert baseline_of(other).scale == "HAMD17"
    assert baseline_of(published_with((10, {"mean": 4}), scale="CGI-S")) is TYPICAL
