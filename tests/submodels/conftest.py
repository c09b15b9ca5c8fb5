"""Published submodels for tests: every printed figure becomes a test on every engine, and a miss a strict xfail."""

import functools
import importlib.util
import sys
from pathlib import Path

import pytest

from euthymia.engine.compiled import CompiledEngine, available
from euthymia.engine.reference import ReferenceEngine


def _beside(name):
    """A module beside this file."""
    path = Path(__file__).parent / f"{name}.py"
    told = importlib.util.spec_from_file_location(f"submodels_{name}", path)
    module = importlib.util.module_from_spec(told)
    sys.modules[told.name] = module
    told.loader.exec_module(module)
    return module


published = _beside("published")
SUBMODELS = published.submodels()
ENGINES = {"reference": ReferenceEngine(workers=1)} | ({"compiled": CompiledEngine(threads=1)} if available() else {})


@pytest.fixture(scope="session", autouse=True)
def cache_of_its_own(tmp_path_factory):
    """Tests never read or fill the user's cache of machine code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EUTHYMIA_CACHE", str(tmp_path_factory.mktemp("machine-code")))
        yield


@pytest.fixture(scope="session")
def submodels():
    """Every published submodel by name."""
    return SUBMODELS


@pytest.fixture(scope="session")
def engines():
    """Both engines by name."""
    return ENGINES


@pytest.fixture(scope="session")
def engine():
    """The fastest engine there is."""
    return ENGINES.get("compiled", ENGINES["reference"])


@pytest.fixture(scope="session")
def simulate():
    """The spiking cingulo-frontal network."""
    return _beside("spiking_circuit").simulate


@pytest.fixture(scope="session")
def circuit_switch(submodels, engine):
    """Where an area of the rate reduction of the cingulo-frontal circuit goes on or off."""
    return functools.partial(published.circuit_switch, submodels["cingulo_frontal"], engine)


def pytest_generate_tests(metafunc):
    if "figure" in metafunc.fixturenames:
        cases = [
            pytest.param(figure, name, id=f"{figure.name} [{name}]", marks=_marks(figure))
            for submodel in SUBMODELS.values()
            for figure in submodel.figures
            for name in ENGINES
            if name == "compiled" or figure.told["run"] in submodel.runs_on_reference
        ]
        metafunc.parametrize(("figure", "engine_name"), cases)
    if "missed" in metafunc.fixturenames:
        rows = [figure for submodel in SUBMODELS.values() for figure in submodel.figures if figure.miss]
        metafunc.parametrize("missed", rows, ids=[figure.name for figure in rows])
    for argument in ("knock_out", "block_knock_out"):
        if argument in metafunc.fixturenames:
            metafunc.parametrize(argument, _knock_outs(f"{argument}s"))
    if "block_knocked_out" in metafunc.fixturenames:
        rows = SUBMODELS["dalvi_garcia"].told["block_knock_outs"]
        metafunc.parametrize("block_knocked_out", rows, ids=[row["knock_out"] for row in rows])


def _knock_outs(table):
    """The rows of a table of the power-law model, with those that are missed expected to fail."""
    return [
        pytest.param(
            row,
            id=f"{row['knock_out']}: {row['quantity']}",
            marks=[pytest.mark.xfail(strict=True, raises=AssertionError, reason=row["miss"])]
            if row.get("miss")
            else [],
        )
        for row in SUBMODELS["dalvi_garcia"].told[table]
    ]


def _marks(figure):
    if figure.miss is None:
        return []
    why = f"printed {figure.published}, computed {figure.told['computed']}: {figure.miss}"
    return [pytest.mark.xfail(strict=True, raises=AssertionError, reason=why)]


def pytest_terminal_summary(terminalreporter):
    """How many printed figures are reproduced, submodel by submodel."""
    if not any("submodels" in str(r.nodeid) for r in terminalreporter.getreports("passed")):
        return
    terminalreporter.section("published submodels: figures reproduced")
    for line in published.tally(SUBMODELS):
        terminalreporter.write_line(line)
