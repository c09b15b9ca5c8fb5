"""mrgsolve, LSODA: the model as C++ that R compiles, all patients in one call.

R does the work in a process of its own and says how much CPU time the simulation took; starting R and reading the
tables are not counted. Infusions enter the compartment whose equation holds the input as its first term.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from shutil import which

import numpy as np

from contenders import Absent, Contender, Turn, infix
from euthymia.engine.program import Program
from euthymia.engine.schedule import Kind
from euthymia.engine.task import Task
from euthymia.model.expression import Call, Name

_SCRIPT = Path(__file__).with_suffix(".R")
_CHOICE = "({0} ? {1} : {2})"


class Mrgsolve(Contender):
    """Needs R with the package mrgsolve, and a C++ compiler."""

    name = "mrgsolve"
    tolerances = (1e-4, 1e-6)

    def __init__(self, example: Task):
        if which("Rscript") is None:
            raise Absent("R is not installed")
        asked = subprocess.run(
            ["Rscript", "-e", "cat(as.character(packageVersion('mrgsolve')))"], capture_output=True, text=True
        )
        if asked.returncode:
            raise Absent("R has no package mrgsolve")
        self.version = asked.stdout.strip()
        self.folder = tempfile.TemporaryDirectory()
        Path(self.folder.name, "reference.cpp").write_text(model_text(example.program))
        self.compile_cpu_seconds = self._r("compile")

    def solve(self, task: Task) -> Turn:
        folder = Path(self.folder.name)
        _write_csv(folder / "doses.csv", "ID,time,evid,cmt,amt,rate", doses(task))
        head = "ID," + ",".join(f"p_{name}" for name in task.program.parameters)
        rows = [[i + 1, *row] for i, row in enumerate(task.parameters.tolist())]
        _write_csv(folder / "people.csv", head, rows)
        np.savetxt(folder / "times.txt", task.times)
        np.savetxt(folder / "tolerances.txt", [task.rtol, float(np.max(task.atol)), task.max_steps])
        spent = self._r("solve")
        values = np.fromfile(folder / "values.bin").reshape(len(rows), len(task.times), len(task.program.states))
        return Turn(values, spent)

    def _r(self, verb: str) -> float:
        done = subprocess.run(["Rscript", _SCRIPT, verb, self.folder.name], capture_output=True, text=True)
        if done.returncode:
            raise Absent(f"R stopped: {done.stderr.strip().splitlines()[-1:]}")
        return float(done.stdout.split()[-1])


def model_text(program: Program) -> str:
    """Parameters as p_NAME and states as s_NAME, so that no name means something in C++."""
    names = {name: f"p_{name}" for name in program.parameters}
    names |= {name: f"s_{name}" for name in program.states} | {"time": "SOLVERTIME"}
    names |= dict.fromkeys(program.inputs, "0")
    lines = ["$PARAM", *(f"p_{name} = 0" for name in program.parameters)]
    lines += ["$CMT", *(f"s_{name}" for name in program.states), "$MAIN"]
    lines += [
        f"s_{n}_0 = {infix.text(e, names, _CHOICE)};" for n, e in zip(program.states, program.initial, strict=True)
    ]
    lines += ["$GLOBAL", "#define power(x, n) ((x) > 0 ? pow((x), (n)) : 0.0)", "$ODE"]
    lines += [
        f"dxdt_s_{n} = {infix.text(e, names, _CHOICE)};"
        for n, e in zip(program.states, program.derivatives, strict=True)
    ]
    return "\n".join(lines)


def doses(task: Task) -> list[list[float]]:
    """Boluses, and an infusion for each time an input is raised."""
    table, rows = task.schedule, []
    for patient in range(table.patients):
        own = range(*table.rows(patient).indices(len(table.time)))
        for row in own:
            time, value, target = float(table.time[row]), float(table.value[row]), int(table.target[row])
            if table.kind[row] == Kind.ADD:
                rows.append([patient + 1, time, 1, target + 1, value, 0.0])
            elif value > 0:
                end = next(float(table.time[r]) for r in own if r > row and table.kind[r] == Kind.SET)
                entered = _compartment(task.program, task.program.inputs[target])
                rows.append([patient + 1, time, 1, entered, value * (end - time), value])
    return rows


def _compartment(program: Program, name: str) -> int:
    """Number, from 1, of the state whose equation begins with this input."""
    for number, expression in enumerate(program.derivatives, start=1):
        while isinstance(expression, Call):
            expression = expression.arguments[0]
        if expression == Name(name):
            return number
    raise Absent(f"no equation begins with the input {name}")


def _write_csv(path: Path, head: str, rows: list[list[float]]) -> None:
    path.write_text("\n".join([head, *(",".join(repr(value) for value in row) for row in rows)]) + "\n")
