"""Fits the kinetics of a drug to its published observations and prints what to write into its file.

    python scripts/fit_pharmacology.py sertraline [venlafaxine ...]

Logarithms of predicted over observed (occupancies in quarters of the whole), soft absolute loss, every parameter pulled
to where it stands; half-lives and times of peak count half. `fit_pharmacology.yaml` says which rows and parameters.
Left out: writing the file; a person decides, and names the rows beside the number.
"""

from __future__ import annotations

import math
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import least_squares

from euthymia.engine.choose import default_engine
from euthymia.engine.task import Engine
from euthymia.evidence.observation import Observation, observations
from euthymia.evidence.yaml_with_lines import read_yaml
from euthymia.trial.pharmacology import simulate
from euthymia.trial.pharmacology.score import Row, score_one
from euthymia.trial.pharmacology.setting import Arm

SPEC = Path(__file__).with_suffix(".yaml")
PULL = 0.3  # weight of a parameter's distance from its starting value, in logarithms
LIGHT = ("Tmax", "half-life", "other", "other ratio")
FARTHEST = 2.5  # natural logarithms


def main() -> None:
    """Fit every drug or family named on the command line."""
    spec = read_yaml(SPEC).content
    engine = default_engine()
    for name in sys.argv[1:] or spec:
        print(f"{name}:")
        for parameters, factor in fit(spec[name], engine).items():
            print(f"  times {factor:.4g}: {', '.join(parameters)}")


def fit(spec: dict[str, Any], engine: Engine) -> dict[tuple[str, ...], float]:
    """The factor for each group of parameters."""
    rows = [row for row in observations().rows if re.fullmatch(spec["observations"], row.id)]
    rows = [row for row in rows if not re.fullmatch(spec.get("except", "(?!)"), row.id)]
    groups = [tuple(group) for group in spec["parameters"]]

    def residuals(logs: np.ndarray) -> np.ndarray:
        changes = tuple((name, math.exp(log)) for group, log in zip(groups, logs, strict=True) for name in group)
        return np.array([*_misfits(rows, changes, engine), *(PULL * logs)])

    found = least_squares(
        residuals, np.zeros(len(groups)), loss="soft_l1", f_scale=0.3, diff_step=0.02, max_nfev=10,
        bounds=(-FARTHEST, FARTHEST),
    )  # fmt: skip
    return {group: math.exp(log) for group, log in zip(groups, found.x, strict=True)}


def _misfits(rows: list[Observation], changes: tuple[tuple[str, float], ...], engine: Engine) -> list[float]:
    curves: dict[Arm, simulate.Curves] = {}

    def run(arm: Arm) -> simulate.Curves:
        if arm not in curves:
            curves[arm] = simulate.run(arm, engine, changes)
        return curves[arm]

    scored = (score_one(row, run) for row in rows)
    return [_misfit(row) for row in scored if row.predicted is not None]


def _misfit(row: Row) -> float:
    assert row.predicted is not None and row.observed is not None
    if row.group == "occupancy":
        return (row.predicted - row.observed) / 25
    if row.predicted * row.observed <= 0:
        return 2.0
    return (0.5 if row.group in LIGHT else 1.0) * math.log(row.predicted / row.observed)


if __name__ == "__main__":
    main()
