"""The demonstration's five strategies give the same numbers on the compiled engine and on the slow and obvious one."""

from dataclasses import replace

import numpy as np
import pytest

from euthymia.engine.choose import default_engine
from euthymia.engine.compiled import CompiledEngine
from euthymia.engine.reference import ReferenceEngine
from euthymia.report.demo import designs, run_design

TIGHT = {"rtol": 1e-7, "atol": 1e-10}


class Tight:
    """An engine at tolerances at which two solvers must meet."""

    def __init__(self, engine):
        self.engine, self.name = engine, engine.name

    def solve(self, task):
        return self.engine.solve(replace(task, **TIGHT))


def test_the_compiled_engine_is_the_one_that_runs():
    assert default_engine().name == "compiled"


@pytest.mark.parametrize("design", designs(), ids=lambda design: design.key)
def test_both_engines_give_the_same_trial(design):
    fast = run_design(design, 2, 3, Tight(CompiledEngine(threads=2)))
    plain = run_design(design, 2, 3, Tight(ReferenceEngine(workers=2)))
    assert not fast.failures and not plain.failures
    for name, arm in fast.arms.items():
        other = plain.arm(name).values
        scale = np.maximum(np.abs(other).max(axis=(0, 1)), 1e-6)  # what is less is nothing: the tolerance asked for
        np.testing.assert_allclose(arm.values / scale, other / scale, rtol=1e-4, atol=1e-5)
