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
