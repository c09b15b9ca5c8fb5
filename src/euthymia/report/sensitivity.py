"""Which numbers the typical patient's course hangs on: elasticities, exactly.

An elasticity of -0.3 says that a parameter one per cent larger makes the output 0.3 per cent smaller. The assumption
that matters: a slope holds for small changes around the typical patient, and says nothing of how sure a number is. Left
out: parameters that are zero, whose elasticity is zero, and doses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from euthymia.errors import EuthymiaError, ModelError
from euthymia.report.typical import typical_task

if TYPE_CHECKING:
    from euthymia.engine.task import Engine
    from euthymia.evidence.value import Value
    from euthymia.treatments.plan import Plan

#: hours between the looks at the course
GRID = 24.0


@dataclass(frozen=True)
class Elasticities:
    """`values` is (times, outputs) and `elasticities` (times, outputs, parameters), both without unit but `values`.

    `numbers` holds each parameter with its unit, source and grade; `times` are hours.
    """

    times: np.ndarray
    outputs: tuple[str, ...]
    parameters: tuple[str, ...]
    values: np.ndarray
    elasticities: np.ndarray
    numbers: tuple[Value, ...]

    def ranked(self, output: str, day: float) -> list[tuple[str, float, Value]]:
        """Parameters by the size of their elasticity for an output on a day: name, elasticity, value."""
        at = int(np.abs(self.times - day * 24).argmin())
        row = self.elasticities[at, self.outputs.index(output)]
        order = np.argsort(-np.abs(row), kind="stable")
        return [(self.parameters[j], float(row[j]), self.numbers[j]) for j in order]


def sensitivity(
    plan: Plan,
    outputs: Sequence[str],
    parameters: Sequence[str] | None = None,
    hours: float | None = None,
    engine: Engine | None = None,
) -> Elasticities:
    """Elasticities of outputs in parameters (default: all) for the typical patient under a plan.

    Raises `UnknownName` for a name the model does not have and `ModelError` if the patient cannot be solved.
    """
    from dataclasses import replace

    from euthymia.engine.choose import default_engine
    from euthymia.engine.sensitivity import sensitivities

    if hours is not None and not hours > 0:
        raise EuthymiaError(
            f"the course lasts {hours:g} hours", rule="A course lasts longer than no time.", fix="Use 8 weeks."
        )
    model, task = typical_task(plan, outputs, hours)
    names = tuple(model.parameters) if parameters is None else tuple(parameters)
    task = replace(task, times=np.arange(0.0, task.times[-1] + 1e-9, GRID))
    found = sensitivities(engine or default_engine(), task, names)
    if not found.status[0].ok:
        raise ModelError(f"the typical patient could not be solved ({found.status[0].message})")
    values, numbers = found.values[0], tuple(model.parameters[name] for name in names)
    scale = np.array([value.number for value in numbers]) / np.where(values == 0, np.nan, values)[..., None]
    elasticities = np.nan_to_num(found.slopes[0] * scale)
    return Elasticities(task.times, tuple(outputs), names, values, elasticities, numbers)
