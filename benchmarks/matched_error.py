"""Patients per CPU-second and the error beside them, contenders taking turns.

All rounds are kept in the order run and nothing is selected, so that a busy computer is busy for all. Speeds are
medians over rounds. Every error is over the same first patients. Against each opponent stands the loosest tolerance
of ours whose error is not above the opponent's.
"""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass, field, replace

import numpy as np
import reference_problem
from contenders import Absent, Contender, segments
from contenders.libroadrunner import RoadRunner
from contenders.mrgsolve import Mrgsolve
from contenders.numbalsoda import NumbaLsoda
from contenders.own import Own, OwnExplicit
from contenders.scipy_lsoda import Compiled, Plain
from scipy.integrate import solve_ivp

from euthymia.engine.compiled import CompiledEngine
from euthymia.engine.reference import Translation

#: errors at which contenders are compared; each opponent stands with the setting whose error is nearest
TARGETS = (1e-3, 2e-5)
ERROR_PATIENTS = 8
OPPONENTS = (RoadRunner, NumbaLsoda, Compiled, Plain, Mrgsolve)


@dataclass
class Setting:
    """One contender at one tolerance, and what came of it; `trouble` is why it was given up."""

    contender: str
    rtol: float
    atol: float
    patients: int
    speeds: list[float] = field(default_factory=list)
    error: float | None = None
    failures: int = 0
    trouble: str | None = None

    @property
    def speed(self) -> float | None:
        """Patients per CPU-second, median over rounds; nothing if it never came to an end."""
        return float(np.median(self.speeds)) if self.speeds else None

    def take_turn(self, contender: Contender, exact: np.ndarray, stiff: bool) -> None:
        task = reference_problem.task(self.patients, self.rtol, self.atol, stiff)
        try:
            turn = contender.solve(task)
        except Exception as trouble:  # whatever stops one contender must not stop the others
            self.trouble = f"{type(trouble).__name__}: {trouble}"
            print(f"{self.contender} at {self.rtol:g}: {self.trouble}", file=sys.stderr)
            return
        self.speeds.append(self.patients / turn.cpu_seconds)
        self.failures = turn.failures
        error = reference_problem.error(turn.values[: len(exact)], exact)
        self.error = error if np.isfinite(error) else None

    def told(self) -> dict:
        return asdict(self) | {"patients_per_cpu_second": self.speed}


def line_up() -> tuple[list[Contender], list[dict]]:
    """Everyone who can run here, ourselves first; and of all, version, time to compile, or the reason for absence."""
    example = reference_problem.task(1)
    present: list[Contender] = []
    told = []
    for kind in (Own, OwnExplicit, *OPPONENTS):
        try:
            contender = kind(example)
            present.append(contender)
            about = {"version": contender.version, "compile_cpu_seconds": contender.compile_cpu_seconds}
            told.append({"name": contender.name, "absent": None, **about})
        except Absent as reason:
            told.append({"name": kind.name, "absent": str(reason)})
            print(f"{kind.name} is absent: {reason}", file=sys.stderr)
    return present, told


def reference_values(stiff: bool = False) -> np.ndarray:
    """What errors are measured against: our Rodas5P at rtol 1e-10, atol 1e-13."""
    task = reference_problem.task(ERROR_PATIENTS, 1e-10, 1e-13, stiff)
    return CompiledEngine(threads=1).solve(task).values


def cross_check(exact: np.ndarray, patients: int = 2, times: int = 72) -> dict:
    """How far SciPy's DOP853 is from the reference values."""
    whole = reference_problem.task(patients, 1e-12, 1e-14)
    task = replace(whole, times=whole.times[: times + 1])
    translated = Translation(task.program)
    split = len(task.program.parameters)

    def stretch(states, numbers, points):
        told = (numbers[:split].tolist(), numbers[split:].tolist())
        options = {"rtol": task.rtol, "atol": float(np.max(task.atol))}
        return solve_ivp(translated.rhs, points[[0, -1]], states, "DOP853", points, args=told, **options).y.T

    plain = segments.run(task, lambda p: np.asarray(translated.initial(p.tolist()), float), stretch)
    difference = reference_problem.error(plain, exact[:patients, : times + 1])
    solver = f"SciPy DOP853, rtol {task.rtol:g}, atol {float(np.max(task.atol)):g}"
    return {"solver": solver, "patients": patients, "times": times, "largest_difference": difference}


def measure(
    present: list[Contender], exact: np.ndarray, rounds: int, own_patients: int, stiff: bool = False
) -> list[Setting]:
    """Every contender at every tolerance of its own, in rounds."""
    turns = [
        (contender, Setting(contender.name, rtol, 0.01 * rtol, own_patients if own else ERROR_PATIENTS))
        for contender in present
        for own in [isinstance(contender, Own)]
        for rtol in (contender.tolerances if not stiff else (1e-4, 1e-6))
    ]
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}{', stiffened' if stiff else ''}", file=sys.stderr)
        for contender, setting in turns:
            if number < contender.most_rounds and not setting.trouble:
                setting.take_turn(contender, exact, stiff)
    return [setting for _, setting in turns]


def compare(settings: list[Setting], targets: tuple[float, ...] = TARGETS) -> list[dict]:
    """Each opponent at each target error, beside the loosest tolerance of ours that is no worse."""
    rows = []
    whole = [setting for setting in settings if setting.error and setting.speed and not setting.failures]
    ours = [setting for setting in whole if setting.contender == Own.name]
    for opponent in (kind.name for kind in OPPONENTS):
        theirs = [setting for setting in whole if setting.contender == opponent]
        for target in targets if theirs else ():
            their = min(theirs, key=lambda setting: abs(np.log(setting.error / target)))
            equal = [setting for setting in ours if setting.error <= their.error]
            best = max(equal, key=lambda setting: setting.rtol) if equal else None
            row = {"target_error": target, "opponent": opponent, "opponent_setting": their.told()}
            row["own_setting"] = best.told() if best else None
            rows.append(row | {"ratio": best.speed / their.speed if best else None})
    return rows


def stiffened(present: list[Contender], patients: int) -> dict:
    """Binding a hundred times faster: speeds and errors as before, and failures among many patients of ours.

    Plain SciPy and our explicit method are left out: they need seconds a patient.
    """
    exact = reference_values(stiff=True)
    quick = [contender for contender in present if not isinstance(contender, Plain | OwnExplicit)]
    settings = measure(quick, exact, 1, 128, stiff=True)
    solution = CompiledEngine().solve(reference_problem.task(patients, 1e-4, stiff=True))
    return {
        "patients": patients,
        "failures": len(solution.failures),
        "settings": [setting.told() for setting in settings],
    }
