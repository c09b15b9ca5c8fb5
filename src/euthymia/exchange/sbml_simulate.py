"""An SBML model over time, and the SBML Test Suite's way of asking for it.

The assumption that matters: the initial conditions hold at time 0, wherever the table starts. Tolerances are far
tighter than any comparison needs, each state's in its own scale.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from euthymia.engine.compiled import CompiledEngine
from euthymia.engine.events import solve_with_events
from euthymia.engine.schedule import tabulate
from euthymia.engine.task import Engine, Task
from euthymia.errors import ModelError, Place, UnknownName
from euthymia.exchange.sbml_model import SbmlModel
from euthymia.exchange.sbml_read import read_sbml, too_deep
from euthymia.exchange.sbml_settings import Settings, read_settings

if TYPE_CHECKING:
    from euthymia.model.expression import Expression

RELATIVE = 1e-10
#: the loosest absolute tolerance, where none is asked for
LOOSEST = 1e-9
MOST_STEPS = 2_000_000


def simulate(
    model: SbmlModel,
    times: Sequence[float] | np.ndarray,
    outputs: Sequence[str],
    *,
    engine: Engine | None = None,
    rtol: float = RELATIVE,
    atol: float | None = None,
) -> np.ndarray:
    """Outputs (times, outputs) from time 0; `atol` bounds the absolute tolerance of every state from above.

    What cannot be solved so tightly (a rate that jumps just where its state is 0, say) is tried again, in two steps,
    up to `atol` itself and a hundred times `rtol`. Raises `UnknownName` for an output and `ModelError` where the
    equations cannot be solved.
    """
    from euthymia.engine.choose import default_engine

    times = np.asarray(times, float)
    for name in outputs:
        if name not in model.observable:
            raise UnknownName("quantity", name, model.observable)
    program = model.program
    span = float(times[-1]) or 1.0
    spacing = span / max(len(times) - 1, 1)
    task = Task(
        program,
        np.array([[model.parameters[name] for name in program.parameters]]).reshape(1, -1),
        tabulate(program, [[]]),
        times,
        tuple(outputs),
        max_steps=MOST_STEPS,
        first_step=1e-4 * spacing,
        least_step=1e-15 * span,
        longest_step=min(spacing, 1e-2 * span),
    )
    engine = engine or default_engine()
    fast = replace(engine, fallback=None) if isinstance(engine, CompiledEngine) else engine
    tightest = _absolute(program.initial)
    loosest = np.maximum(tightest, LOOSEST) if atol is None else np.full_like(tightest, atol)
    tightest = np.minimum(tightest, loosest)
    for share, solver in ((0.0, fast), (0.5, fast), (1.0, engine)):
        tolerance = tightest ** (1 - share) * loosest**share
        solution = solve_with_events(solver, replace(task, rtol=rtol * 100.0**share, atol=tolerance), model.events)
        if not solution.failures:
            return solution.values[0]
    (_, failure) = solution.failures[0]
    when = "" if failure.time is None else f" at time {failure.time:g}"
    raise ModelError(
        f"the equations of '{model.id}' cannot be solved{when}",
        rule=failure.message,
        fix="Look at the model there: a value that grows without bound, or one that does not exist.",
    )


def _absolute(initial: Sequence[Expression]) -> np.ndarray:
    """An absolute tolerance for each state, in the scale of where it starts or, from 0, of the smallest other start."""
    starts = np.array([abs(getattr(start, "value", 0.0)) for start in initial])
    sizes = starts[(starts > 0) & np.isfinite(starts)]
    smallest = float(sizes.min()) if len(sizes) else 1.0
    scale = np.where((starts > 0) & np.isfinite(starts), starts, smallest)
    return np.maximum(1e-2 * RELATIVE * scale, 1e-50)


def tabulated(model: SbmlModel, settings: Settings) -> tuple[str, ...]:
    """What is observed for each variable of the settings: an amount, a concentration, or the value of its name."""
    found = []
    for name in settings.variables:
        both = model.species.get(name)
        if both is None or name not in (*settings.amount, *settings.concentration):
            found.append(name)
        else:
            found.append(both[0] if name in settings.amount else both[1])
    return tuple(found)


def simulate_file(model_file: str | Path, settings_file: str | Path, engine: Engine | None = None) -> str:
    """A model simulated as its settings ask, as the text of a CSV table: `time`, then the variables."""
    settings = read_settings(settings_file)
    model = read_sbml(model_file)
    outputs = tabulated(model, settings)
    unknown = [name for name, shown in zip(settings.variables, outputs, strict=True) if shown not in model.observable]
    if unknown:
        error = UnknownName("quantity", unknown[0], model.observable)
        error.place = Place(settings_file, field="variables")
        raise error
    try:
        values = simulate(model, settings.times, outputs, engine=engine, atol=1e-3 * settings.absolute or None)
    except RecursionError:
        raise too_deep(model_file) from None
    lines = [",".join(("time", *settings.variables))]
    for time, row in zip(settings.times, values, strict=True):
        lines.append(",".join(number_as_text(number) for number in (time, *row)))
    return "\n".join([*lines, ""])


def number_as_text(number: float) -> str:
    """A number as the Test Suite writes it: the fewest digits that read back as the same; NaN, INF, -INF.

    >>> number_as_text(float("-inf")), number_as_text(0.1), number_as_text(2.0)
    ('-INF', '0.1', '2')
    """
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "INF" if number > 0 else "-INF"
    return repr(float(number)).removesuffix(".0")
