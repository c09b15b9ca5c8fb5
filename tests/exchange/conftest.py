"""SBML written in the tests, and simulated by us and by libRoadRunner."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from euthymia.engine.compiled import CompiledEngine
from euthymia.exchange.sbml_read import read_sbml
from euthymia.exchange.sbml_simulate import simulate

MODELS = Path(__file__).parent / "models"
CORE = "http://www.sbml.org/sbml/level3/version2/core"
MATH = 'xmlns="http://www.w3.org/1998/Math/MathML"'


@pytest.fixture(autouse=True)
def kept_code(tmp_path_factory, monkeypatch):
    """Machine code is kept for this run of the tests alone."""
    monkeypatch.setenv("EUTHYMIA_CACHE", str(tmp_path_factory.getbasetemp() / "machine-code"))


@pytest.fixture
def sbml(tmp_path):
    """Writes a model from its lists of elements, as a file."""

    def write(body: str, name: str = "model.xml") -> Path:
        path = tmp_path / name
        path.write_text(f'<sbml xmlns="{CORE}" level="3" version="2"><model id="m">{body}</model></sbml>')
        return path

    return write


def maths(content: str) -> str:
    return f"<math {MATH}>{content}</math>"


def parameter(name: str, value: object = None, constant: bool = False) -> str:
    given = "" if value is None else f' value="{value}"'
    return f'<parameter id="{name}"{given} constant="{str(constant).lower()}"/>'


def time() -> str:
    return '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time">t</csymbol>'


def rule(kind: str, variable: str, content: str) -> str:
    return f'<{kind}Rule variable="{variable}">{maths(content)}</{kind}Rule>'


def event(
    trigger: str,
    assignments: dict[str, str],
    *,
    starts_true: bool = True,
    persistent: bool = True,
    trigger_values: bool = True,
    delay: str | None = None,
    priority: str | None = None,
) -> str:
    parts = [
        f'<trigger initialValue="{str(starts_true).lower()}" persistent="{str(persistent).lower()}">',
        maths(trigger),
        "</trigger>",
        f"<priority>{maths(priority)}</priority>" if priority else "",
        f"<delay>{maths(delay)}</delay>" if delay else "",
        "<listOfEventAssignments>",
        *(f'<eventAssignment variable="{name}">{maths(to)}</eventAssignment>' for name, to in assignments.items()),
        "</listOfEventAssignments>",
    ]
    return f'<event useValuesFromTriggerTime="{str(trigger_values).lower()}">{"".join(parts)}</event>'


def ours(path: Path, times, outputs) -> np.ndarray:
    return simulate(read_sbml(path), times, outputs, engine=CompiledEngine(threads=1))


def theirs(path: Path, times, outputs) -> np.ndarray:
    """The same from libRoadRunner; its times must begin at 0."""
    import roadrunner

    runner = roadrunner.RoadRunner(str(path))
    runner.integrator.relative_tolerance = 1e-10
    runner.integrator.absolute_tolerance = 1e-12
    runner.timeCourseSelections = list(outputs)
    return np.asarray(runner.simulate(times=list(times)))
