"""A calibration as files that ship: what came out, how sure, from what, and what it would not have foreseen.

`fit.yaml` holds the central numbers and what the fit says of itself; tables beside it hold the ensemble, the
covariance, every target with its prediction, what identifies each parameter, and how the hypotheses fared. The
assumption that matters: the files say by hash which targets went in. Left out: the way there, which is kept while a
calibration runs.
"""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from euthymia.trial.calibration.finished import Finished

Row = Mapping[str, Any]
METHOD = "most probable by Gauss-Newton; ensemble by randomised maximum likelihood, weighted by hypothesis"


def write_fit(done: Finished, identity: str, folder: Path) -> Path:
    """Write a calibration to a folder, whole or not at all; returns the folder."""
    part, old = folder.with_name(f"{folder.name}.part"), folder.with_name(f"{folder.name}.old")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    (part / "fit.yaml").write_text("\n".join(_told(done, identity)) + "\n", encoding="utf-8")
    _table(part / "ensemble.csv", _members(done))
    _table(part / "covariance.csv", _covariance(done))
    _table(part / "targets.csv", _targets(done))
    _table(part / "identified.csv", _identified(done))
    _table(part / "rivals.csv", _rivals(done))
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        os.replace(folder, old)
    os.replace(part, folder)
    shutil.rmtree(old, ignore_errors=True)
    return folder


def _told(done: Finished, identity: str) -> Iterable[str]:
    yield "# Written by 'euthymia calibrate'. Fitted numbers replace the starting values of the tables beside it."
    yield f"id: {identity}"
    yield f"engine: {done.engine}"
    yield f"seed: {done.seed}"
    yield f"people: {done.people}"
    yield f"targets_hash: {done.problem.hash}"
    yield f"cost: {done.best.cost:.2f}"
    yield f"rounds: {done.best.rounds}"
    yield f"method: {METHOD}"
    yield f"members: {len(done.members)}"
    yield f"effective_members: {done.effective:.1f}"
    yield f"dropped_members: {done.dropped}"
    yield "scatter:  # of trials around predictions made without them: MADRS points, logits for rates"
    yield from (f"  {kind}: {size:.3f}" for kind, size in done.scatter.items())
    yield "checks:  # share of targets inside the 90 % predictive interval"
    for name, share in done.checks.items():
        yield f"  {name}: {share:.3f}"
    yield "parameters:"
    for name, number in zip(done.problem.names, np.exp(done.best.x), strict=True):
        yield f"  {name}: {number:.6g}"


def _members(done: Finished) -> list[Row]:
    rows = []
    for member in done.members:
        told: dict[str, Any] = {"weight": f"{member.weight:.6g}"}
        told |= {f"{hypothesis}?": alternative for hypothesis, alternative in member.states}
        told |= {n: f"{number:.5g}" for n, number in zip(done.problem.names, np.exp(member.x), strict=True)}
        rows.append(told)
    return rows


def _covariance(done: Finished) -> list[Row]:
    return [{n: f"{c:.4g}" for n, c in zip(done.problem.names, row, strict=True)} for row in done.covariance]


def _targets(done: Finished) -> list[Row]:
    rows: list[Row] = []
    by_trial = {one.target: one for one in done.left_out["trial"]}
    by_family = {one.target: one for one in done.left_out["family"]}
    low, high = done.band
    for i, target in enumerate(done.problem.trials.targets):
        rows.append(
            {
                "trial": target.trial, "family": target.family, "arms": "; ".join(target.arms), "scale": target.scale,
                "day": f"{target.day:g}", "measure": target.measure, "published": f"{target.published:.4g}",
                "fitted": f"{done.best.predicted[i]:.4g}", "low": f"{low[i]:.4g}", "high": f"{high[i]:.4g}",
                "sd": f"{target.sd:.3g}", "weight": f"{target.weight:.2g}",
                "without_trial": f"{by_trial[i].mean:.4g}", "without_trial_sd": f"{by_trial[i].sd:.3g}",
                "without_family": f"{by_family[i].mean:.4g}", "without_family_sd": f"{by_family[i].sd:.3g}",
            }
        )  # fmt: skip
    for i, seen in enumerate(done.problem.markers.observed, start=len(rows)):
        rows.append(
            {
                "trial": "", "family": seen.group, "arms": seen.id, "scale": seen.unit, "day": "",
                "measure": seen.kind, "published": f"{seen.published:.4g}", "fitted": f"{done.best.predicted[i]:.4g}",
                "low": f"{low[i]:.4g}", "high": f"{high[i]:.4g}", "sd": f"{seen.sd:.3g}",
                "weight": f"{seen.weight:.2g}", "without_trial": "", "without_trial_sd": "", "without_family": "",
                "without_family_sd": "",
            }
        )  # fmt: skip
    return rows


def _identified(done: Finished) -> list[Row]:
    return [
        {
            "parameter": one.name, "prior": f"{one.prior:.5g}", "prior_sd": f"{one.prior_sd:.3g}",
            "posterior": f"{one.posterior:.5g}", "posterior_sd": f"{one.posterior_sd:.3g}",
            "moved": f"{one.moved:.2f}", "shrunk": f"{one.shrunk:.2f}",
            "unidentified": "yes" if one.unidentified else "no",
            "by": "; ".join(f"{group} {100 * share:.0f} %" for group, share in one.by),
        }
        for one in done.identified
    ]  # fmt: skip


def _rivals(done: Finished) -> list[Row]:
    return [
        {
            "hypothesis": one.hypothesis, "alternative": one.alternative, "prior": f"{one.prior:.4g}",
            "weight": f"{one.weight:.4g}", "cost": f"{one.cost:.2f}",
            "decides": done.decides.get((one.hypothesis, one.alternative), ""),
        }
        for one in done.rivals
    ]  # fmt: skip


def _table(path: Path, rows: Sequence[Row]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else ["empty"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
