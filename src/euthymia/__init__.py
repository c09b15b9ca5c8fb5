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
    from euthymia.errors import EuthymiaError
    from euthymia.evidence.trial_table import read_trials
    from euthymia.model.treatment import model_of
    from euthymia.report.cite import cite
    from euthymia.report.why import why
    from euthymia.treatments.device import device
    from euthymia.treatments.drug import drug
    from euthymia.treatments.order import infusion, intranasal, oral, placebo, rtms, sham
    from euthymia.treatments.regimen import washout
    from euthymia.trial.conduct import run as run_trial
    from euthymia.trial.endpoints import effect, endpoint
    from euthymia.trial.protocol import trial
    from euthymia.trial.score import score as score_trials

__all__ = [
    "EuthymiaError",
    "cite",
    "cohort",
    "device",
    "drug",
    "effect",
    "endpoint",
    "infusion",
    "intranasal",
    "model_of",
    "oral",
    "placebo",
    "read_trials",
    "rtms",
    "run_trial",
    "score_trials",
    "sham",
    "trial",
    "washout",
    "why",
]

#: public name → where it lives, and what it is called there if not the same
_HOMES = {
    "EuthymiaError": "errors",
    "cite": "report.cite",
    "device": "treatments.device",
    "drug": "treatments.drug",
    "effect": "trial.endpoints",
    "endpoint": "trial.endpoints",
    "infusion": "treatments.order",
    "intranasal": "treatments.order",
    "model_of": "model.treatment",
    "oral": "treatments.order",
    "placebo": "treatments.order",
    "read_trials": "evidence.trial_table",
    "rtms": "treatments.order",
    "run_trial": "trial.conduct:run",
    "score_trials": "trial.score:score",
    "sham": "treatments.order",
    "washout": "treatments.regimen",
    "why": "report.why",
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
