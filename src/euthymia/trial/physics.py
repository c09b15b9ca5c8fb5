"""Cases with known answers: settings in a table, what the physics makes of them, and whether that is near enough.

A case is `{id, inputs, expected, tol_rel or tol_abs or tol, source}`. One that cannot be computed comes back with the
reason and is counted. The assumption that matters: a case without a tolerance asks for the sign. Left out: opinions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from euthymia.errors import DataError, EuthymiaError
from euthymia.evidence.yaml_with_lines import read_yaml
from euthymia.fields.ask import ask
from euthymia.fields.inputs import CannotExpress, Inputs
from euthymia.trial import session_cases

CASES = Path(__file__).parent / "physics_cases.yaml"
#: expected keys that describe the source and are no quantity of a model
FACTS = ("formula", "note", "trials", "n", "k", "ci", "later_d", "source", "unit", "units", "metric")
#: what a source reports beside the quantity judged, and the model does not give
BESIDE = ("long_term_pulses", "long_term_sessions", "speedup")
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class CaseRow:
    """One case: `status` says whether every expected quantity was met."""

    id: str
    status: Literal["pass", "fail", "not_expressed"]
    computed: Mapping[str, Any]
    expected: Mapping[str, Any]
    tolerance: Any
    reason: str

    def told(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def score_physics(source: Path | None = None, progress: Progress | None = None) -> tuple[CaseRow, ...]:
    """Every case of a YAML table (ours, if none is named); raises `DataError` for a file that is no table of cases."""
    document = read_yaml(source or CASES)
    content = document.content
    cases = content.get("cases") if isinstance(content, dict) else content
    if not isinstance(cases, list) or not cases:
        raise DataError(
            "the file holds no cases",
            place=document.place(),
            rule="A table of cases is a list, or has one under 'cases:'; each has id, inputs and expected.",
            fix="See docs/stimulation.md.",
        )
    rows = []
    for index, case in enumerate(cases):
        name = str(case.get("id", f"case {index + 1}")) if isinstance(case, dict) else f"case {index + 1}"
        if progress:
            progress(name, index, len(cases))
        rows.append(score_case(name, case))
    if progress:
        progress("done", len(cases), len(cases))
    return tuple(rows)


def score_case(name: str, case: Any) -> CaseRow:
    """One case; whatever is wrong with it becomes a reason, so that no case loses the others."""
    if (
        not isinstance(case, dict)
        or not isinstance(case.get("inputs"), dict)
        or not isinstance(case.get("expected"), dict)
    ):
        return CaseRow(name, "not_expressed", {}, {}, None, "a case has id, inputs and expected, the last two mappings")
    expected = {str(key): value for key, value in case["expected"].items()}
    tolerance = next((case[key] for key in ("tol_rel", "tol_abs", "tol") if key in case), None)
    kind = next((key for key in ("tol_rel", "tol_abs", "tol") if key in case), "sign")
    told = {kind: tolerance} if tolerance is not None else None
    if tolerance == "narrative":
        return CaseRow(
            name, "not_expressed", {}, expected, told, "an opinion in words; it is reported and never scored"
        )
    wanted = tuple(key for key in expected if key not in FACTS)
    try:
        found = quantities(case["inputs"], wanted, tolerance if kind == "tol_abs" else None)
    except CannotExpress as reason:
        return CaseRow(name, "not_expressed", {}, expected, told, str(reason))
    except EuthymiaError as error:
        return CaseRow(name, "not_expressed", {}, expected, told, " ".join(str(error).split()))
    except Exception as error:  # a case nobody thought of must not lose the others
        reason = f"the settings could not be computed ({type(error).__name__}: {error})"
        return CaseRow(name, "not_expressed", {}, expected, told, reason)
    missing = [key for key in wanted if key not in found and key not in BESIDE]
    computed = {key: found[key] for key in wanted if key in found}
    if missing:
        return CaseRow(name, "not_expressed", computed, expected, told, f"no quantity is called '{missing[0]}' here")
    faults = [
        said for key in computed if (said := _judged(key, computed[key], expected[key], kind, tolerance, expected))
    ]
    beside = [key for key in wanted if key in BESIDE and key not in computed]
    note = f"not given by the model: {', '.join(beside)}" if beside else ""
    if kind == "sign" and any(
        isinstance(expected[key], int | float) and not isinstance(expected[key], bool) for key in computed
    ):
        note = f"no tolerance is given, so the sign is judged{'; ' + note if note else ''}"
    return CaseRow(
        name, "fail" if faults else "pass", computed, expected, told, "; ".join([*faults, *([note] if note else [])])
    )


def quantities(
    inputs: Mapping[str, Any], wanted: tuple[str, ...] = (), tolerance: float | None = None
) -> dict[str, Any]:
    """Every quantity that settings define, whether of a field or of sessions; raises what `ask` raises."""
    given = {str(key): value for key, value in inputs.items()}
    if session_cases.is_about_sessions(given):
        asked = Inputs(given)
        found = session_cases.answer(asked)
        asked.refuse_left()
        return found
    return ask(given, wanted, tolerance)


def _judged(key: str, computed: Any, expected: Any, kind: str, tolerance: Any, all_expected: Mapping[str, Any]) -> str:
    """Empty when the quantity is near enough, else what is wrong with it."""
    if isinstance(expected, bool | str) or expected is None:
        return "" if computed == expected else f"{key} is {computed}"
    if key in BESIDE:
        return ""
    if key == "sign":
        return "" if list(np.sign(computed)) == list(np.sign(expected)) else f"the signs are {computed}"
    x, y = np.asarray(computed, dtype=float), np.asarray(expected, dtype=float)
    if not np.isfinite(x).all():
        return f"{key} is not finite"
    if kind == "tol" and isinstance(tolerance, str) and tolerance.startswith("<"):
        most = float(tolerance.strip("< %")) / (100 if "%" in tolerance else 1)
        return "" if np.abs(x).max() < most else f"{key} is {float(np.abs(x).max()):.3g}, not below {most:g}"
    if kind == "tol" and isinstance(tolerance, list):
        return _within(key, x, np.asarray(tolerance, dtype=float))
    if x.ndim == 0 and y.shape == (2,):
        return _within(key, x, y)
    if kind == "sign":
        if isinstance(ci := all_expected.get("ci"), list):
            return _within(key, x, np.asarray(ci, dtype=float))
        if key.endswith(("_min", "_duration")):
            return ""
        return "" if (np.sign(x) == np.sign(y)).all() else f"{key} is {computed}, of the other sign"
    if x.ndim == 1 and y.ndim == 0:
        x = np.linalg.norm(x)
    if x.size == y.size:
        x = x.reshape(y.shape)
    if x.shape != y.shape:
        return f"{key} has {x.size} numbers, {y.size} are expected"
    off = np.abs(x - y)
    if kind == "tol_rel":
        size = np.abs(y)
        if y.ndim and key.lower().startswith(("e_v", "e", "minus_e", "mne")) and y.shape[-1] == 3:
            size = np.linalg.norm(y, axis=-1, keepdims=True)  # a component is as near as its vector
        off = off / np.maximum(size, 1e-300)
    limit = float(tolerance if not isinstance(tolerance, str) else 0.05)
    return (
        "" if float(off.max()) <= limit * (1 + 1e-9) else f"{key} is off by {float(off.max()):.3g}, allowed {limit:g}"
    )


def _within(key: str, x: np.ndarray, ends: np.ndarray) -> str:
    low, high = np.sort(ends)
    return "" if (x >= low).all() and (x <= high).all() else f"{key} is {float(x.max()):.4g}, not {low:g} to {high:g}"
