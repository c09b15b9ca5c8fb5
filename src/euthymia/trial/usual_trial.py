"""A drug of the review in the trial it is usually tested in: its usual regimen against its usual control.

The control is a placebo by the same route; for a drug that is licensed as an adjunct both arms also take an SSRI. The
assumption that matters: everybody is their own control (twins), so that a few people show a drug's effect and not who
was drawn. Left out: run-in phases, active controls such as midazolam.
"""

from __future__ import annotations

from euthymia.cohort.cohort import cohort
from euthymia.errors import TrialError
from euthymia.treatments.drug import drug
from euthymia.treatments.order import oral, placebo
from euthymia.treatments.regimen import Regimen
from euthymia.treatments.regimen_file import regimen_from
from euthymia.trial.protocol import Trial, trial

WEEKS = 6.0
#: licensed beside an antidepressant, and studied so
ADJUNCTS = ("cariprazine", "esketamine")
#: given to people whose episode did not respond
RESISTANT = ("cariprazine", "esketamine", "ketamine", "arketamine")
#: the day that the trials of short courses look at
LOOK = {"ketamine": 1.0, "arketamine": 1.0, "brexanolone": 3.0, "zuranolone": 15.0}


def usual_trial(name: str, people: int = 8, seed: int = 7) -> Trial:
    """The trial of a drug: arms by its name and `control`; the last visit is the day its trials look at.

    Raises `TrialError` when the drug's file lists no usual regimen, and `UnknownName` for no drug of that name.
    """
    given = drug(name)
    if not given.usual:
        raise TrialError(
            f"{name} has no usual regimen",
            rule="The trial of a drug is built from 'usual' in its file.",
            fix="Add one, or write a protocol.",
        )
    active = regimen_from(dict(given.usual[0]))
    last = LOOK.get(name, WEEKS * 7)
    active = active.until(last) if active.span > last * 24 else active
    route = active.plan().doses[0].route
    control = _same_days(route, active)
    arms = {name: active, "control": control}
    if name in ADJUNCTS:
        ssri = oral("escitalopram", "10 mg").daily(weeks=WEEKS)
        arms = {label: regimen | ssri for label, regimen in arms.items()}
    preset = "treatment-resistant" if name in RESISTANT else "outpatient-mdd"
    visits = (*(day for day in (1.0, 3.0, 7.0, 14.0, 28.0) if day < last), last)
    return trial(
        cohort(preset, n=people, seed=seed), arms, name=f"{name} in its usual trial", control="control",
        visits=visits, allocation="twins",
    )  # fmt: skip


def _same_days(route: str, active: Regimen) -> Regimen:
    """A placebo by a route on the days the drug is given."""
    days = sorted({dose.time // 24 for dose in active.plan().doses})
    return placebo(route).at(days)
