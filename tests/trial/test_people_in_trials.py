"""What endophenotypes and genotypes foretell, as signs in small twin trials run from the starting values.

The starting values of every parameter that a calibration may move stand in for the fit, and baselines are matched, so
that a sign comes from the equations and not from who was let in.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import polars as pl
import pytest

from euthymia.cohort.cohort import cohort
from euthymia.errors import EuthymiaError
from euthymia.evidence.library import library
from euthymia.model.parameter_table import FOLDER, priors, starting_values
from euthymia.treatments.order import infusion, oral, placebo
from euthymia.trial.conduct import run
from euthymia.trial.enrol import base_model
from euthymia.trial.express import clinic_of
from euthymia.trial.protocol import Baseline, trial
from euthymia.trial.protocol_file import trial_from
from euthymia.trial.run import Run
from euthymia.trial.simulate import simulate

BLOCKS = sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem != "fit")
MOVABLE = {f"{block}.{name}": starting_values(block)[name].number for block in BLOCKS for name in priors(block)}
START = {name: number for name, number in MOVABLE.items() if name in base_model().parameters}
SSRI = (oral("escitalopram", "10 mg").daily(weeks=8), placebo().daily(weeks=8))
KETAMINE = (infusion("ketamine", "0.5 mg/kg", over="40 min").once(), placebo(route="intravenous").once())
ZURANOLONE = (oral("zuranolone", "50 mg").daily(days=14), placebo().daily(days=14))


def twins(arms, days: tuple[float, ...], size: int = 80, matched: bool = True, **who: Any) -> Run:
    active, control = arms
    return run(
        trial(
            cohort("outpatient-mdd", size, seed=5, **who), {"active": active, "control": control}, control="control",
            visits=(0, *days), allocation="twins", certain=False, hypotheses=START, staying=None,
            baseline=Baseline("MADRS", 34) if matched else None,
        )
    )  # fmt: skip


def contrast(done: Run, day: float) -> float:
    active, control = done.arm("active"), done.arm("control")
    at = int(np.flatnonzero(active.times == day * 24)[0])
    return float((active.total("MADRS") - control.total("MADRS"))[:, at].mean())


@pytest.fixture(scope="module")
def ssri() -> Run:
    return twins(SSRI, (28, 56))


def test_a_reuptake_inhibitor_does_less_for_the_inflamed(ssri: Run):
    assert contrast(ssri, 56) < contrast(twins(SSRI, (28, 56), endophenotypes=("inflamed",)), 56) < 0


def test_a_reuptake_inhibitor_does_less_for_the_resistant(ssri: Run):
    assert contrast(ssri, 56) < contrast(twins(SSRI, (28, 56), endophenotypes=("treatment-resistant",)), 56) < 0


def test_ketamine_does_less_on_the_first_day_in_met_carriers():
    found = [
        contrast(twins(KETAMINE, (1,), genotypes={"BDNF": level}), 1) for level in ("Val/Val", "Val/Met", "Met/Met")
    ]
    assert found[0] < found[1] < found[2] < 0


def test_zuranolone_does_more_after_birth_and_lasts():
    usual = twins(ZURANOLONE, (14, 42), size=160, endophenotypes={"postpartum": 0.0})
    after_birth = twins(ZURANOLONE, (14, 42), size=160, endophenotypes=("postpartum",))
    for day in (14, 42):
        assert contrast(after_birth, day) < contrast(usual, day) < 0


def test_poor_metabolisers_have_more_escitalopram_and_about_its_effect():
    """Exposure two to three times (recalled, after jukic2018); a flat occupancy bounds what more of it can do."""
    runs = {level: twins(SSRI, (28, 56), matched=False, genotypes={"CYP2C19": level}) for level in ("normal", "poor")}
    plasma = {level: done.arm("active").output("escitalopram_plasma")[:, 28].mean() for level, done in runs.items()}
    effect = {level: contrast(done, 56) for level, done in runs.items()}
    exposure = plasma["poor"] / plasma["normal"]
    assert 1.5 < exposure < 5
    assert effect["poor"] / effect["normal"] < 1 + 0.25 * (exposure - 1)


@pytest.mark.parametrize(
    ("trait", "quantity", "sign"),
    [
        ("hpa-hyperactive", "cortisol", 1), ("inflamed", "inflammation", 1), ("low-gaba", "tonic_inhibition", -1),
        ("mitochondrial", "oxidative_stress", 1), ("low-plasticity", "bdnf_pool", -1),
        ("anhedonic", "dopamine_tone", -1), ("postpartum", "tonic_inhibition", -1),
    ],
)  # fmt: skip
def test_the_same_people_show_the_biomarker_when_they_carry_it(trait: str, quantity: str, sign: int):
    clinic = cohort("outpatient-mdd", 40, seed=5)
    plan = placebo().daily(days=2)
    without, having = (
        simulate(c, plan, outputs=(quantity,), times=(0.0, 24.0)).values(quantity)[:, 0]
        for c in (clinic, clinic.with_endophenotype(trait))
    )
    assert (sign * (having - without)).mean() > 0


HEALTHY = {
    "escitalopram": SSRI[0], "venlafaxine": oral("venlafaxine", "150 mg").daily(weeks=8),
    "phenelzine": oral("phenelzine", "45 mg").daily(weeks=8), "cariprazine": oral("cariprazine", "3 mg").daily(weeks=8),
    "ketamine": KETAMINE[0], "zuranolone": ZURANOLONE[0], "placebo": SSRI[1],
}  # fmt: skip


def test_a_healthy_person_stays_at_low_scores_under_any_drug():
    done = run(trial(cohort("healthy", 30, seed=5), HEALTHY, visits=(0, 14, 56), allocation="twins",
                     hypotheses=START, staying=None))  # fmt: skip
    for name, arm in done.arms.items():
        totals = arm.total("MADRS")
        assert np.isfinite(totals).all(), name
        assert totals.mean(axis=0).max() < 10, name
        assert totals.max() < 15, name


def test_results_can_be_grouped_by_who_people_are(tmp_path):
    done = twins(SSRI, (28,), size=24, matched=False, endophenotypes={"inflamed": {"share": 0.5}})
    folder = done.save(tmp_path / "run")
    assert pl.read_parquet(folder / "patients.parquet").equals(done.patients)
    told = done.ratings.join(done.patients, on=["arm", "patient"]).group_by("inflamed", "BDNF").len()
    assert set(told["inflamed"]) == {0.0, 1.0}
    assert told["len"].sum() == done.ratings.height
    assert done.header["endophenotypes"] == {"inflamed": {"degree": 1.0, "share": 0.5}}
    assert json.loads((folder / "run.json").read_text())["genotypes"] == {}


def test_trials_after_birth_are_played_by_women_after_birth():
    after_birth = {one.id for one in library().trials if clinic_of(one) == "postpartum"}
    assert after_birth == {"brexanolone_202a", "hummingbird_202c", "robin"}


DESIGN = """\
label: a test
because: a test
cohort:
  preset: outpatient-mdd
  people: 6
  endophenotypes: {inflamed: 0.5, anhedonic: {share: 0.3}}
  genotypes: {BDNF: Val/Met, CYP2D6: {diplotype: "*4/*4", phenotype: poor}}
arms:
  placebo: {placebo: oral, daily: {weeks: 1}}
"""


def planned(tmp_path, before: str = "", after: str = ""):
    file = tmp_path / "design.yaml"
    file.write_text(DESIGN.replace(before, after))
    return trial_from(str(file))


def test_a_design_says_who_its_people_are(tmp_path):
    assert planned(tmp_path).cohort.told() == {
        "endophenotypes": {"inflamed": {"degree": 0.5, "share": 1.0}, "anhedonic": {"degree": 1.0, "share": 0.3}},
        "genotypes": {"BDNF": "Val/Met", "CYP2D6": "*4/*4"},
    }
    listed = planned(tmp_path, "{inflamed: 0.5, anhedonic: {share: 0.3}}", "[inflamed, anhedonic]")
    assert [one.degree for one in listed.cohort.endophenotypes] == [1.0, 1.0]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("inflamed: 0.5", "inflamed: 5", "line 6, cohort.endophenotypes.inflamed: the degree of endophenotype"),
        ("inflamed: 0.5", "inflammed: 0.5", "line 6, cohort.endophenotypes.inflammed: there is no endophenotype"),
        ("share: 0.3", "share: 3", "line 6, cohort.endophenotypes.anhedonic: the share of people"),
        ("Val/Met", "Val/Mett", "line 7, cohort.genotypes.BDNF: BDNF has no allele 'Mett'"),
        ("phenotype: poor", "phenotype: normal", "line 7, cohort.genotypes.CYP2D6: the genotype of CYP2D6 contradicts"),
        (
            "BDNF: Val/Met",
            "BDNF: Val/Met, rs6265: Met/Met",
            "line 7, cohort.genotypes: the genotype of BDNF contradicts",
        ),
    ],
)
def test_a_design_with_people_who_cannot_be(tmp_path, before: str, after: str, said: str):
    with pytest.raises(EuthymiaError) as caught:
        planned(tmp_path, before, after)
    assert f"design.yaml, {said}" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 3
