"""One small trial and a handful of comparisons that every test of the report shares."""

import pytest


@pytest.fixture(scope="session")
def small_run():
    from euthymia.cohort.cohort import cohort
    from euthymia.engine.reference import ReferenceEngine
    from euthymia.treatments.order import oral, placebo
    from euthymia.trial.conduct import run
    from euthymia.trial.protocol import trial

    arms = {"escitalopram 10 mg": oral("escitalopram", "10 mg").daily(weeks=2), "placebo": placebo().daily(weeks=2)}
    planned = trial(cohort("outpatient-mdd", 6, seed=3), arms, control="placebo", visits=(0, 7, 14), allocation="twins")
    return run(planned, ReferenceEngine(workers=1))


@pytest.fixture(scope="session")
def rows():
    """A hit, a miss, a contrast of the wrong sign and one that could not be compared."""
    from euthymia.trial.score import Row

    def row(trial, arm, reference, predicted, low, high, published, split="calibrate", confidence="verified", **other):
        told = {"kind": "contrast" if reference else "arm", "measure": "difference" if reference else "change"}
        told |= {"scale": "MADRS", "time_h": 336.0, "published_se": 1.0, "status": "predicted", "reason": ""}
        return Row(
            trial=trial, arm=arm, reference=reference, predicted=predicted, low=low, high=high, published=published,
            confidence=confidence, split=split, **(told | other),
        )  # fmt: skip

    return (
        row("wade2002_escitalopram", "escitalopram_10", "placebo", -2.0, -4.0, 0.5, -1.5),
        row("murrough2013", "ketamine", None, -4.0, -6.0, -2.0, -16.5, confidence="recalled", time_h=24.0),
        row("robin", "zuranolone_30", "placebo", 1.0, -6.0, 8.0, -4.2, split="hold-out"),
        row("stride1", "axs05", None, None, None, None, -9.0, reason="no such drug", status="not expressed"),
    )


@pytest.fixture(scope="session")
def report_data(small_run, rows):
    from euthymia.engine.reference import ReferenceEngine
    from euthymia.report.report_data import Comparison, ReportData, Strategy
    from euthymia.report.typical import typical

    engine = ReferenceEngine(workers=1)
    one, two = (typical(arm.plan, hours=14 * 24, engine=engine) for arm in small_run.arms.values())
    laid_over = Comparison("wade2002_escitalopram", {"escitalopram_10": "escitalopram 10 mg", "placebo": "placebo"})
    strategy = Strategy(
        "ssri", "Escitalopram", "An SSRI against placebo.", small_run, "escitalopram 10 mg", "placebo", one, two,
        (laid_over,),
    )  # fmt: skip
    return ReportData("A small report", (strategy,), rows, 3, "euthymia demo --seed 3", {"euthymia": "0.1.0"})


@pytest.fixture(scope="session")
def html(report_data):
    from euthymia.report.html import page

    return page(report_data)


IDENTIFIED = """\
parameter,prior,prior_sd,posterior,posterior_sd,moved,shrunk,unidentified,by
circuit.from_stress,1,0.8,1.2,0.2,0.23,0.75,no,SSRI 60 %; ketamine_iv 40 %
synapse.formation,0.5,0.8,0.52,0.79,0.05,0.01,yes,esketamine_in 98 %
expectancy.ceiling,1,0.5,1.6,0.48,0.94,0.04,no,SSRI 100 %
gaba.recovery,0.3,0.8,0.29,0.84,-0.04,-0.05,yes,
"""
TARGETS = """\
trial,family,arms,scale,day,measure,published,fitted,low,high,sd,weight,without_trial,without_trial_sd,without_family,without_family_sd
wade2002_escitalopram,SSRI,escitalopram_10; placebo,MADRS,56,difference,-2.7,-3.0,-6.0,0.5,1.8,1,-2.5,1.0,-9.0,1.0
wade2002_escitalopram,SSRI,placebo,MADRS,56,change,-13.0,-12.0,-17,-7,3,1,-12.0,3.0,-12.5,3.0
murrough2013,ketamine_iv,ketamine; midazolam,MADRS,1,difference,-8.0,-3.0,-5,-1,2,1,-2.0,2.0,-2.0,2.0
,biomarker,cortisol_cc,SD,,case-control,0.6,0.7,0.2,1.2,0.2,0.9,,,,
"""
RIVALS = """\
hypothesis,alternative,prior,weight,cost,decides
ketamine-versus-esketamine,r-ketamine-drive,0.4,0.1,10,
ketamine-versus-esketamine,unblinding,0.35,0.6,8,
ketamine-versus-esketamine,ceiling,0.25,0.3,9,
"""
CHECKS = (
    "checks: {prior: 0.75, posterior_trials: 0.667, posterior_markers: 1.0, without_trial: 0.667, without_family: 0.9}"
    "\n"
)


@pytest.fixture
def made_fit(tmp_path, monkeypatch):
    """A fit whose numbers are those that ship, with tables made up here, put in the place of the one that ships."""
    import shutil

    from euthymia.model import parameter_table

    folder = tmp_path / "fit"
    shutil.copytree(parameter_table.FIT, folder)
    told = [line for line in (folder / "fit.yaml").read_text().splitlines() if not line.startswith(("checks", "id:"))]
    told = [
        line
        for line in told
        if line.split(":")[0].strip()
        not in ("prior", "posterior_trials", "posterior_markers", "without_trial", "without_family")
    ]
    (folder / "fit.yaml").write_text("id: made-up\n" + CHECKS + "\n".join(told) + "\n")
    for name, text in (("identified", IDENTIFIED), ("targets", TARGETS), ("rivals", RIVALS)):
        (folder / f"{name}.csv").write_text(text)
    monkeypatch.setattr(parameter_table, "FIT", folder)
    parameter_table.current_fit.cache_clear()
    yield parameter_table.current_fit()
    parameter_table.current_fit.cache_clear()


@pytest.fixture
def silent_fit(made_fit):
    """The same fit before a calibration told anything of its parameters, checks, rivals and left-out predictions."""
    from euthymia.model import parameter_table

    folder = parameter_table.FIT
    told = (folder / "fit.yaml").read_text().replace(CHECKS, "")
    (folder / "fit.yaml").write_text(told)
    (folder / "identified.csv").write_text("parameter\n")
    (folder / "rivals.csv").write_text("hypothesis\n")
    (folder / "targets.csv").write_text(
        "trial,arms,scale,day,measure,published,fitted,sd,weight\n"
        "wade2002_escitalopram,placebo,MADRS,56,change,-13.0,-12.0,3,1\n"
    )
    parameter_table.current_fit.cache_clear()
    return parameter_table.current_fit()


@pytest.fixture(scope="session")
def markers():
    """A marker inside, one far off, one near, a wrong direction, a right one, and one that is not expressed."""
    from euthymia.trial.biomarkers.score import Row

    def row(name, predicted, low, high, published, sd, **other):
        status = other.pop("status", "predicted")
        inside = None if status == "not expressed" else other.pop("inside", None)
        if status == "predicted":
            inside = low <= published <= high
        told = {"marker": name, "comparison": "", "group": "biomarker", "kind": "", "unit": "SD", "direction": "up"}
        told |= {"reason": "", "quantity": "cortisol", "confidence": "verified", "weight": 1.0, "source": "x"}
        return Row(
            id=name, predicted=predicted, low=low, high=high, published=published, sd=sd, inside=inside, status=status,
            assumed=("slope",), **(told | other),
        )  # fmt: skip

    return (
        row("hit", 0.5, 0.1, 0.9, 0.6, 0.2),
        row("far", 60.0, 50.0, 70.0, 10.0, 2.0, unit="%", confidence="recalled", group="preclinical"),
        row("near", 1.5, 1.1, 1.9, 1.0, 0.2),
        row("wrong way", -3.0, -4.0, -2.0, None, None, status="sign", inside=False),
        row("still", 1e-12, 0.0, 0.0, None, None, status="sign", inside=False),
        row("right way", 3.0, 2.0, 4.0, None, None, status="sign", inside=True),
        row("absent", None, None, None, None, None, status="not expressed", reason="the model has no such thing"),
    )
