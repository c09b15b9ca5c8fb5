"""Sensitivities are the exact slopes: against closed forms, complex steps and finite differences."""

from dataclasses import replace

import numpy as np
import pytest

from euthymia.engine.compiled import CompiledEngine
from euthymia.engine.methods import TSIT5
from euthymia.engine.program import Program
from euthymia.engine.reference import ReferenceEngine
from euthymia.engine.schedule import Bolus
from euthymia.engine.sensitivity import sensitivities
from euthymia.errors import ModelError, UnknownName
from euthymia.model.expression import parse

ENGINE = CompiledEngine(threads=1)
ENGINES = {"Rodas5P": ENGINE, "Tsit5": CompiledEngine(method=TSIT5), "reference": ReferenceEngine(workers=1)}


@pytest.fixture(scope="module")
def oral(program):
    """Absorption, one compartment, and what the clinic measures."""
    return program("d(gut) = -ka*gut ; 0\nd(body) = ka*gut - cl/v*body ; 0\nlevel = body/v", "ka cl v")


@pytest.fixture(params=ENGINES.values(), ids=ENGINES.keys())
def engine(request):
    return request.param


def level(times, row):
    """The closed form of two doses, 3 at 0 h and 2 at 5 h, for complex parameters too."""
    ka, cl, v = row
    total = np.zeros(len(times), complex)
    for dose, start in ((3.0, 0.0), (2.0, 5.0)):
        since = np.where(times > start, times - start, 0.0)
        total += dose * ka / (v * (ka - cl / v)) * (np.exp(-cl / v * since) - np.exp(-ka * since))
    return total


def test_slopes_are_those_of_the_closed_form(engine, oral, task):
    row, times = np.array([1.1, 5.0, 20.0]), np.linspace(0.0, 12.0, 25)
    doses = [Bolus(0.0, "gut", 3.0), Bolus(5.0, "gut", 2.0)]
    asked = task(oral, [row], doses, times, ["level"], rtol=1e-10, atol=1e-13)
    found = sensitivities(engine, asked, ["ka", "cl", "v"])
    np.testing.assert_allclose(found.values[0, :, 0], level(times, row).real, atol=1e-9)
    for j in range(3):
        step = row + 1e-30j * np.eye(3)[j]  # a complex step: exact to rounding
        np.testing.assert_allclose(found.slopes[0, :, 0, j], level(times, step).imag / 1e-30, atol=3e-9)


def test_starting_values_count_and_so_do_parameters_of_zero(engine, program, task):
    problem = program("d(x) = -k*x + drift ; 2*start\ntwice = 2*x + drift", "k start drift")
    times = np.linspace(0.0, 3.0, 7)
    asked = task(problem, [[0.5, 3.0, 0.0]], (), times, ["x", "twice"], rtol=1e-10, atol=1e-12)
    found = sensitivities(engine, asked, ["start", "drift", "k"]).slopes[0]
    gone = np.exp(-0.5 * times)
    np.testing.assert_allclose(found[:, 0, 0], 2 * gone, rtol=1e-8)
    np.testing.assert_allclose(found[:, 0, 1], (1 - gone) / 0.5, atol=1e-8)
    np.testing.assert_allclose(found[:, 0, 2], -times * 6 * gone, atol=1e-8)
    np.testing.assert_allclose(found[:, 1, 0], 4 * gone, rtol=1e-8)
    np.testing.assert_allclose(found[:, 1, 1], 2 * (1 - gone) / 0.5 + 1, atol=1e-8)


def test_the_reference_problem_agrees_with_central_differences(reference_problem):
    whole = replace(reference_problem.task(4, rtol=1e-9, atol=1e-11), outputs=("HAMD", "BDNF", "GRn"))
    names = ("stress", "CLA", "kelim")
    found = sensitivities(ENGINE, whole, names)
    for j, name in enumerate(names):
        place = whole.program.parameters.index(name)
        change = np.zeros(len(whole.program.parameters))
        change[place] = 1e-4
        up, down = (ENGINE.solve(replace(whole, parameters=whole.parameters * (1 + s * change))) for s in (1, -1))
        expected = (up.values - down.values) / (2e-4 * whole.parameters[:, place, None, None])
        moves = np.abs(expected).max(axis=(0, 1))
        error = np.abs(found.slopes[..., j] - expected).max(axis=(0, 1))
        assert np.all(error[moves > 1e-6] < 1e-6 * moves[moves > 1e-6]), name


def test_one_factorisation_serves_the_model_and_all_its_slopes(reference_problem):
    """What solving reads of the step matrix is the model's own factors and the coupling, no more."""
    from euthymia.engine.kernels import plan
    from euthymia.engine.methods import RODAS5P
    from euthymia.engine.sensitivity import with_sensitivities

    program = reference_problem.task(1).program
    alone = plan(program, RODAS5P, 8)
    wide = plan(with_sensitivities(program, ("stress", "CLA", "kelim"), ()), RODAS5P, 8)
    assert len(wide.factors.nodes) == len(alone.factors.nodes)
    assert wide.factors.order == alone.factors.order


def test_many_parameters_are_solved_in_groups(oral, task, monkeypatch):
    doses, times = [Bolus(0.0, "gut", 3.0)], np.linspace(0.0, 12.0, 5)
    asked = task(oral, [[1.1, 5.0, 20.0]], doses, times, ["level"], rtol=1e-9, atol=1e-12)
    together = sensitivities(ENGINE, asked, ["ka", "cl", "v"]).slopes
    monkeypatch.setattr("euthymia.engine.sensitivity.MOST_STATES", 4)
    apart = sensitivities(ENGINE, asked, ["ka", "cl", "v"]).slopes
    np.testing.assert_allclose(apart, together, rtol=1e-6, atol=1e-9)


def test_a_patient_who_fails_has_no_slopes_and_the_others_do(program, task):
    problem = program("d(x) = k*x*x ; 1", "k")
    found = sensitivities(ENGINE, task(problem, [[1.0], [0.1]], [[], []], [0.0, 2.0]), ["k"])
    assert [status.ok for status in found.status] == [False, True]
    assert np.isnan(found.slopes[0]).all()
    assert found.slopes[1, 1, 0, 0] == pytest.approx(2 / 0.8**2, rel=1e-6)  # x = 1/(1 - k t), so dx/dk = t x^2


def test_what_cannot_be_asked_is_refused(oral, task):
    asked = task(oral, [[1.0, 1.0, 1.0]], (), [1.0], ["level"])
    with pytest.raises(UnknownName, match="no parameter 'kb'"):
        sensitivities(ENGINE, asked, ["kb"])
    watched: Program = replace(oral, triggers=(parse("body > 1"),))
    with pytest.raises(ModelError, match="cannot be given sensitivities"):
        sensitivities(ENGINE, replace(asked, program=watched), ["ka"])
