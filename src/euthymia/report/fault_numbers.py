"""Three small experiments whose numbers decide known faults that no trial in the report shows.

The assumption that matters: they are done on the typical patient, whose answer is not the mean of all. Left out:
uncertainty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from euthymia.report.typical import typical

if TYPE_CHECKING:
    from euthymia.engine.task import Engine
    from euthymia.report.report_data import Typical


def fault_numbers(engine: Engine | None = None) -> dict[str, float]:
    """Numbers for `ReportData.numbers`: stopping an SSRI, inflammation at baseline, the R-ketamine pathway."""
    from euthymia.treatments.order import infusion, oral, placebo

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
    day_one = []
    for release in (None, 0.0):
        changed = {} if release is None else {"neurotrophin.r_ketamine_release": release}
        ketamine = typical(infusion("ketamine", "0.5 mg/kg").once().plan(), None, 24, engine, None, (0, 1), changed)
        control = typical(infusion("midazolam", "0.045 mg/kg").once().plan(), None, 24, engine, None, (0, 1))
        day_one.append(float(madrs(control)[-1] - madrs(ketamine)[-1]))
    found["r_ketamine_share_of_effect"] = 1 - day_one[1] / day_one[0] if day_one[0] else np.nan
    return found


def madrs(patient: Typical) -> np.ndarray:
    """Expected MADRS of the typical patient over time."""
    from euthymia.model.symptoms.domains import DOMAINS
    from euthymia.trial.scale import scale

    return scale("MADRS").total(np.stack([patient.output(name) for name in DOMAINS], axis=-1))
