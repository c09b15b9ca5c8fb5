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
    """One contender at one tolerance, and what came of it."""

    contender: str
    rtol: float
    atol: float
    patients: int
    speeds: list[float] = field(default_factory=list)
    error: float = float("nan")
    failures: int = 0

    @property
    def speed(self) -> float:
        """Patients per CPU-second, median over rounds."""
        return float(np.median(self.speeds))

    def take_turn(self, contender: Contender, exact: np.ndarray, stiff: bool) -> None:
        task = reference_problem.task(self.patients, self.rtol, self.atol, stiff)
        turn = contender.solve(task)
        self.speeds.append(self.patients / turn.cpu_seconds)
        self.failures = turn.failures
        self.error = reference_problem.error(turn.values[: len(exact)], exact)

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
            if number < contender.most_rounds:
                setting.take_turn(contender, exact, stiff)
    return [setting for _, setting in turns]


def compare(settings: list[Setting], targets: tuple[float, ...] = TARGETS) -> list[dict]:
    """Each opponent at each target error, beside the loosest tolerance of ours that is no worse."""
    rows = []
    ours = [setting for setting in settings if setting.contender == Own.name and not setting.failures]
    for opponent in (kind.name for kind in OPPONENTS):
        theirs = [s for s in settings if s.contender == opponent and np.isfinite(s.error) and s.error > 0]
        for target in targets if theirs else ():
            their = min(theirs, key=lambda s: abs(np.log(s.error / target)))
            row = {"target_error": target, "opponent": opponent, "opponent_setting": their.told()}
            equal = [s for s in ours if s.error <= their.error]
            if equal:
                best = max(equal, key=lambda s: s.rtol)
                row |= {"own_setting": best.told(), "ratio": best.speed / their.speed}
            rows.append(row | ({} if equal else {"own_setting": None, "ratio": None}))
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
