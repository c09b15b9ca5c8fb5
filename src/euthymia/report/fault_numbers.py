"""Three small experiments whose numbers decide known faults that no trial in the report shows.

The assumption that matters: they are done on the typical patient, whose answer is not the mean of all. Left out:
uncertainty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from euthymia.report.typical import typical

QUESTION, PATHWAY = "ketamine-versus-esketamine", "neurotrophin.r_ketamine_release"

if TYPE_CHECKING:
    from collections.abc import Mapping

    from euthymia.engine.task import Engine
    from euthymia.report.report_data import Typical


def fault_numbers(engine: Engine | None = None) -> dict[str, float]:
    """Numbers for `ReportData.numbers`: stopping an SSRI, inflammation at baseline, the R-ketamine pathway."""
    from euthymia.treatments.order import oral, placebo

    found: dict[str, float] = {}
    week, days = 168.0, (0, 28, 56)
    arms = {
        "kept": oral("escitalopram", "10 mg").daily(weeks=8),
        "stopped": oral("escitalopram", "10 mg").daily(weeks=4),
        "placebo": placebo().daily(weeks=8),
    }
    last = {name: madrs(typical(a.plan(), hours=8 * week, engine=engine, visits=days))[-1] for name, a in arms.items()}
    own = last["placebo"] - last["kept"]
    found["ssri_lost_share_after_stopping"] = float((last["stopped"] - last["kept"]) / own) if own else np.nan
    inflamed = typical(placebo().daily(days=1).plan(), hours=1, engine=engine, parameters={"inflammation.load": 0.8})
    found["inflamed_madrs"] = float(madrs(inflamed)[0])
    found |= r_ketamine_shares(engine)
    return found


def r_ketamine_shares(engine: Engine | None = None, weights: Mapping[str, float] | None = None) -> dict[str, float]:
    """Share of ketamine's day-1 contrast that is lost without the R-ketamine pathway, averaged over rival explanations.

    `weights` of the alternatives default to those after the fit, and to those before it where the fit does not tell.
    """
    from euthymia.model.hypothesis import hypothesis

    told = weights or explained_by(QUESTION)
    share = {}
    for one in hypothesis(QUESTION).alternatives:
        with_it = _day_one(engine, one.sets)
        without = _day_one(engine, {**one.sets, PATHWAY: 0.0})
        share[one.name] = 1 - without / with_it if with_it else np.nan
    real = [one.name for one in hypothesis(QUESTION).alternatives if one.sets.get(PATHWAY) != 0]
    weight = sum(told[name] for name in real)
    return {
        "r_ketamine_share_averaged": sum(told[name] * share[name] for name in share if told[name]),
        "r_ketamine_share_if_true": sum(told[name] * share[name] for name in real) / weight if weight else np.nan,
        "r_ketamine_weight": weight,
    }


def explained_by(question: str) -> dict[str, float]:
    """Weights of a hypothesis' alternatives: those the fit came to, else those of its ensemble, else the prior ones."""
    from euthymia.model.hypothesis import posterior_weights, prior_weights
    from euthymia.model.parameter_table import current_fit

    fit = current_fit()
    rows = [row for row in fit.rivals if row["hypothesis"] == question] if fit else []
    if rows:
        return {row["alternative"]: float(row["weight"]) for row in rows}
    return dict(posterior_weights().get(question) or prior_weights()[question])


def _day_one(engine: Engine | None, changed: Mapping[str, float]) -> float:
    """Points of MADRS by which ketamine beats midazolam a day later in the typical patient."""
    from euthymia.model.treatment import model_of
    from euthymia.treatments.order import infusion

    last = []
    for given in (infusion("midazolam", "0.045 mg/kg"), infusion("ketamine", "0.5 mg/kg")):
        plan = given.once().plan()
        parameters = {name: number for name, number in changed.items() if name in model_of(plan).parameters}
        last.append(float(madrs(typical(plan, None, 24, engine, None, (0, 1), parameters))[-1]))
    return last[0] - last[1]


def madrs(patient: Typical) -> np.ndarray:
    """Expected MADRS of the typical patient over time."""
    from euthymia.model.symptoms.domains import DOMAINS
    from euthymia.trial.scale import scale

    return scale("MADRS").total(np.stack([patient.output(name) for name in DOMAINS], axis=-1))
