"""The fit as a file: numbers, their covariance, and every target beside what came out.

`model/parameters/fit.yaml` is data that ships; nothing is fitted at use time. The assumption that matters: the file
says by hash which targets went in, so a fit to other targets cannot pass for this one. Left out: the path there.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from euthymia.model.parameter_table import FIT
from euthymia.trial.calibrate import Fitted, Problem
from euthymia.trial.posterior import Posterior, scatter


def write_fit(
    problem: Problem, fitted: Fitted, posterior: Posterior, identity: str, engine: str, path: Path = FIT
) -> Path:
    """Write the fit in one piece (a temporary file, then a rename); returns the path."""
    around = scatter(problem, fitted.predicted)
    lines = [
        "# Written by 'euthymia calibrate'. Fitted numbers replace the starting values of the tables beside this file.",
        f"id: {identity}",
        f"engine: {engine}",
        f"targets_hash: {problem.hash}",
        f"cost: {fitted.cost:.2f}",
        f"evaluations: {fitted.evaluations}",
        f"scatter: {{arm: {around['arm']:.3f}, contrast: {around['contrast']:.3f}}}  # MADRS points",
        "method: maximum a posteriori, Levenberg-Marquardt on logarithms, quadratic covariance",
        "parameters:",
    ]
    lines += [f"  {name}: {number:.6g}" for name, number in fitted.parameters.items()]
    lines.append("covariance:  # of the logarithms, in the order above")
    lines += [f"  - [{', '.join(f'{c:.4g}' for c in row)}]" for row in np.asarray(fitted.covariance)]
    lines.append(f"ensemble:  # {len(posterior.members)} members; share of steps taken {posterior.accepted:.2f}")
    lines += [f"  - [{', '.join(f'{number:.5g}' for number in member)}]" for member in posterior.members]
    lines.append("targets:  # what it was fitted to: published beside fitted")
    for target, number in zip(problem.targets, fitted.predicted, strict=True):
        arms = ", ".join(target.arms)
        lines.append(
            f"  - {{trial: {target.trial}, arms: [{arms}], scale: {target.scale}, day: {target.day:g}, "
            f"measure: {target.measure}, published: {target.published:g}, fitted: {number:.2f}, "
            f"sd: {target.sd:.2f}, weight: {target.weight:.2f}}}"
        )
    temporary = path.with_suffix(".tmp")
    temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")
    os.replace(temporary, path)
    return path
