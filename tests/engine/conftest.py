"""Programs and tasks for tests, written as equations."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest

from euthymia.engine.program import Program
from euthymia.engine.schedule import tabulate
from euthymia.engine.task import Task
from euthymia.model.expression import parse


@pytest.fixture(scope="session", autouse=True)
def cache_of_its_own(tmp_path_factory):
    """Tests never read or fill the user's cache of machine code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EUTHYMIA_CACHE", str(tmp_path_factory.mktemp("machine-code")))
        yield


@pytest.fixture(scope="session")
def program():
    """`d(x) = rate ; start` and `name = expression`, one a line; parameters and inputs by name."""
    return _program


@pytest.fixture(scope="session")
def task():
    """A task; without parameters, one patient with none. `events` is one list for all, or one for each patient."""
    return _task


@pytest.fixture(scope="session")
def reference_problem():
    """The module `benchmarks/reference_problem.py`."""
    path = Path(__file__).parents[2] / "benchmarks" / "reference_problem.py"
    found = importlib.util.spec_from_file_location("reference_problem", path)
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def _program(text: str, parameters: str = "", inputs: str = "") -> Program:
    states = re.findall(r"d\((\w+)\) = (.+) ; (.+)", text)
    names, rates, initial = zip(*states, strict=True)
    algebraic = re.findall(r"^\s*(\w+) = (.+)$", text, re.MULTILINE)
    return Program(
        parameters=tuple(parameters.split()),
        inputs=tuple(inputs.split()),
        input_initial=tuple(parse("0") for _ in inputs.split()),
        states=names,
        initial=tuple(map(parse, initial)),
        algebraic=tuple((name, parse(expression)) for name, expression in algebraic),
        derivatives=tuple(map(parse, rates)),
    )


def _task(program: Program, parameters=None, events=(), times=(0.0, 1.0), outputs=None, **options) -> Task:
    rows = np.zeros((1, 0)) if parameters is None else np.atleast_2d(np.asarray(parameters, float))
    each = events if events and isinstance(events[0], list) else [list(events)] * len(rows)
    return Task(
        program=program,
        parameters=rows,
        schedule=tabulate(program, each),
        times=np.asarray(times, float),
        outputs=program.names if outputs is None else tuple(outputs),
        **{"rtol": 1e-8, "atol": 1e-10, **options},
    )
