"""The public API: what a script or a notebook needs, and nothing that may change without notice.

Each name is imported when it is first used, so `import euthymia` costs nothing. The assumption that matters: two
names, `cohort` and `trial`, are both a room of the house and the function that opens it, so those rooms can be called.
Left out: everything else, which has a home of its own.

>>> import euthymia as eu
>>> print(eu.oral("escitalopram", "10 mg").daily(days=2).calendar())
day  0  00:00  escitalopram  10 mg  oral
day  1  00:00  escitalopram  10 mg  oral
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from euthymia.cohort.cohort import cohort
    from euthymia.cohort.endophenotype import endophenotype
    from euthymia.cohort.genotype import genotype
    from euthymia.errors import EuthymiaError
    from euthymia.evidence.observation import observations
    from euthymia.evidence.trial_table import read_trials
    from euthymia.exchange.sbml_read import read_sbml
    from euthymia.exchange.sbml_write import write_sbml
    from euthymia.model.hypothesis import hypotheses, hypothesis, posterior_weights, prior_weights
    from euthymia.model.knock_out import knock_out
    from euthymia.model.stimulation.summary import stimulate
    from euthymia.model.treatment import model_of
    from euthymia.report.cite import cite
    from euthymia.report.sensitivity import sensitivity
    from euthymia.report.shares import shares
    from euthymia.report.why import why
    from euthymia.treatments.device import device
    from euthymia.treatments.drug import drug
    from euthymia.treatments.order import (
        infusion,
        injection,
        intranasal,
        light,
        oral,
        placebo,
        rtms,
        sham,
        tdcs,
        titrated_infusion,
        transdermal,
    )
    from euthymia.treatments.regimen import washout
    from euthymia.trial.biomarkers.score import score as score_biomarkers
    from euthymia.trial.by_hypothesis import by_hypothesis, hypotheses_disagree
    from euthymia.trial.conduct import run as run_trial
    from euthymia.trial.endpoints import effect, endpoint
    from euthymia.trial.noncompartmental import analyse as noncompartmental
    from euthymia.trial.pharmacology.score import score as score_pharmacology
    from euthymia.trial.physics import score_physics
    from euthymia.trial.protocol import trial
    from euthymia.trial.score import score as score_trials
    from euthymia.trial.simulate import simulate
    from euthymia.trial.simulation import opened as open_simulation

__all__ = [
    "EuthymiaError",
    "by_hypothesis",
    "cite",
    "cohort",
    "device",
    "drug",
    "effect",
    "endophenotype",
    "endpoint",
    "genotype",
    "hypotheses",
    "hypotheses_disagree",
    "hypothesis",
    "infusion",
    "injection",
    "intranasal",
    "knock_out",
    "light",
    "model_of",
    "noncompartmental",
    "observations",
    "open_simulation",
    "oral",
    "placebo",
    "posterior_weights",
    "prior_weights",
    "read_sbml",
    "read_trials",
    "rtms",
    "run_trial",
    "score_biomarkers",
    "score_pharmacology",
    "score_physics",
    "score_trials",
    "sensitivity",
    "sham",
    "shares",
    "simulate",
    "stimulate",
    "tdcs",
    "titrated_infusion",
    "transdermal",
    "trial",
    "washout",
    "why",
    "write_sbml",
]

#: public name → where it lives, and what it is called there if not the same
_HOMES = {
    "EuthymiaError": "errors",
    "by_hypothesis": "trial.by_hypothesis",
    "cite": "report.cite",
    "device": "treatments.device",
    "drug": "treatments.drug",
    "effect": "trial.endpoints",
    "endophenotype": "cohort.endophenotype",
    "endpoint": "trial.endpoints",
    "genotype": "cohort.genotype",
    "hypotheses": "model.hypothesis",
    "hypotheses_disagree": "trial.by_hypothesis",
    "hypothesis": "model.hypothesis",
    "infusion": "treatments.order",
    "injection": "treatments.order",
    "intranasal": "treatments.order",
    "knock_out": "model.knock_out",
    "light": "treatments.order",
    "model_of": "model.treatment",
    "open_simulation": "trial.simulation:opened",
    "noncompartmental": "trial.noncompartmental:analyse",
    "observations": "evidence.observation",
    "oral": "treatments.order",
    "placebo": "treatments.order",
    "posterior_weights": "model.hypothesis",
    "prior_weights": "model.hypothesis",
    "read_sbml": "exchange.sbml_read",
    "read_trials": "evidence.trial_table",
    "rtms": "treatments.order",
    "run_trial": "trial.conduct:run",
    "score_biomarkers": "trial.biomarkers.score:score",
    "score_physics": "trial.physics",
    "score_pharmacology": "trial.pharmacology.score:score",
    "score_trials": "trial.score:score",
    "sensitivity": "report.sensitivity",
    "sham": "treatments.order",
    "simulate": "trial.simulate",
    "shares": "report.shares",
    "stimulate": "model.stimulation.summary",
    "tdcs": "treatments.order",
    "titrated_infusion": "treatments.order",
    "transdermal": "treatments.order",
    "washout": "treatments.regimen",
    "why": "report.why",
    "write_sbml": "exchange.sbml_write",
}


#: rooms that can be called
_ROOMS = ("cohort", "trial")


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"euthymia.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'euthymia' has no attribute '{name}'")
    home, _, there = _HOMES[name].partition(":")
    found = getattr(import_module(f"euthymia.{home}"), there or name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
