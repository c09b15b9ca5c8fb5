"""How the calibration would have foreseen each of its trials: predictions by the fit without that trial, scored.

They come with the fit that ships. The assumption that matters: as for the fit, a number scatters around its prediction
as a normal curve. Left out: arms with a control, which the calibration answers through their contrast.
"""

from __future__ import annotations

from euthymia.evidence.library import library
from euthymia.model.parameter_table import current_fit
from euthymia.trial.score import Row
from euthymia.trial.scoring.climatology import judge
from euthymia.trial.scoring.crps import Mixture

NINETY = 1.645
KINDS = {"change": "arm", "score": "arm", "percent_change": "arm", "difference": "contrast"}
SPLITS = {"without_trial": "without its trial", "without_family": "without its treatment"}


def left_out_rows(by: str = "without_trial") -> tuple[Row, ...]:
    """A row for every mean and difference the fit answered to, predicted `without_trial` or `without_family`; empty
    before the first fit."""
    fit = current_fit()
    if fit is None:
        return ()
    trials = {trial.id: trial for trial in library().trials}
    rows = []
    for told in fit.told["targets"]:
        kind = KINDS.get(told["measure"])
        published = trials.get(told["trial"])
        if kind is None or published is None or not told.get(by):
            continue
        arms = told["arms"].split("; ")
        mean, sd, seen = float(told[by]), float(told[f"{by}_sd"]), float(told["published"])
        arm = published.arm(arms[0])
        judged = judge(published, arm, kind, told["measure"], told["scale"], seen, Mixture((mean,), sd))
        rows.append(
            Row(
                published.id, arms[0], arms[1] if len(arms) == 2 else None, kind, told["measure"], told["scale"],
                24 * float(told["day"]), mean, mean - NINETY * sd, mean + NINETY * sd, seen, None, "predicted", "",
                "", SPLITS[by], **judged,
            )
        )  # fmt: skip
    return tuple(rows)
