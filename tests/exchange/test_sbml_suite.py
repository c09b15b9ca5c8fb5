"""Cases of the SBML Test Suite, each with its own tolerances: passed, refused by feature, failed; none may fail.

The cases stand beside the repository and are no part of it (see docs/sbml.md).
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from euthymia.cli.app import ended
from euthymia.engine.compiled import CompiledEngine
from euthymia.engine.reference import ReferenceEngine
from euthymia.exchange.sbml_simulate import simulate_file
from euthymia.exchange.unsupported import Unsupported

CASES = Path(__file__).parents[3] / "shared" / "sbml-cases"
AT_LEAST = 463
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason=f"no SBML Test Suite cases at {CASES}")


def listed() -> list[dict[str, str]]:
    if not CASES.is_dir():
        return []
    with (CASES / "cases.csv").open() as file:
        return list(csv.DictReader(file))


def files(case: dict[str, str]) -> tuple[Path, Path]:
    folder = CASES / case["id"]
    return folder / case["file"], folder / f"{case['id']}-settings.txt"


def table(text: str) -> tuple[list[str], np.ndarray]:
    rows = [row for row in csv.reader(text.splitlines()) if any(cell.strip() for cell in row)]
    return [name.strip() for name in rows[0]], np.array([[float(cell) for cell in row] for row in rows[1:]])


def misses(case: dict[str, str], text: str) -> list[str]:
    """Points outside the case's own tolerance."""
    names, found = table(text)
    expected_names, expected = table((CASES / case["id"] / f"{case['id']}-results.csv").read_text())
    assert names[1:] == expected_names[1:]
    assert found.shape == expected.shape
    with np.errstate(invalid="ignore"):
        near = np.abs(expected - found) <= float(case["absolute"]) + float(case["relative"]) * np.abs(expected)
    good = near | (expected == found) | (np.isnan(expected) & np.isnan(found))
    return [
        f"{names[j]} at {found[i, 0]:g}: {found[i, j]:g}, expected {expected[i, j]:g}" for i, j in np.argwhere(~good)
    ]


def outcome(case: dict[str, str], engine) -> str:
    try:
        missed = misses(case, simulate_file(*files(case), engine))
    except Unsupported as refused:
        return f"refused: {', '.join(refused.features)}"
    except Exception as error:
        return f"failed: {error}"
    return f"failed: {missed[0]} (and {len(missed) - 1} more)" if missed else "passed"


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """What every case came to, on the compiled engine alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EUTHYMIA_CACHE", str(tmp_path_factory.mktemp("machine-code")))
        return {case["id"]: outcome(case, CompiledEngine(threads=1)) for case in listed()}


def test_the_tally(outcomes, record_property):
    counts = Counter({"passed": 0, "failed": 0, "refused": 0})
    counts.update(found if found.startswith("refused") else found.partition(":")[0] for found in outcomes.values())
    told = ", ".join(f"{n} {what}" for what, n in sorted(counts.items()))
    record_property("tally", f"SBML Test Suite, {len(outcomes)} cases: {told}")
    assert len(outcomes) >= AT_LEAST
    assert {name: found for name, found in outcomes.items() if found.startswith("failed")} == {}
    assert counts["passed"] >= AT_LEAST


@pytest.mark.parametrize("case", listed(), ids=lambda case: f"{case['group']}-{case['id']}")
def test_case(outcomes, case):
    assert outcomes[case["id"]] == "passed"


def test_the_reference_engine_agrees():
    """The slow and obvious solver on every fifth case."""
    engine = ReferenceEngine(workers=1)
    cases = [case for case in listed()[::5] if case["id"] != "00953"]  # ten thousand events take it a minute
    assert len(cases) >= AT_LEAST // 6
    assert {case["id"]: found for case in cases if (found := outcome(case, engine)) != "passed"} == {}


def test_on_the_command_line(tmp_path):
    cases = listed()[::40]
    assert len(cases) >= 10
    for case in cases:
        model, settings = files(case)
        output = tmp_path / f"{case['id']}.csv"
        assert (
            ended(["exchange", "simulate-sbml", str(model), "--settings", str(settings), "--output", str(output)]) == 0
        )
        assert misses(case, output.read_text()) == []
