"""Writing SBML: the file is valid, another simulator finds the same curves, and so do we when we read it back."""

from __future__ import annotations

from dataclasses import replace

import libsbml
import numpy as np
import pytest

import euthymia as eu
from euthymia.engine.compiled import CompiledEngine
from euthymia.engine.lower import lower
from euthymia.engine.schedule import Bolus, Rate, tabulate
from euthymia.engine.task import Task
from euthymia.errors import EuthymiaError
from euthymia.evidence.value import Grade, Value
from euthymia.exchange.sbml_read import read_sbml
from euthymia.exchange.sbml_write import identifiers, sbml_of, sbml_text, write_sbml
from euthymia.model.assemble import assemble
from euthymia.model.block import Block
from euthymia.report.typical import typical_task

from .conftest import ours, theirs

ENGINE = CompiledEngine(threads=1)


@pytest.fixture(scope="module")
def plan():
    return (
        eu.oral("escitalopram", "10 mg").daily(days=4) | eu.rtms("left-dlpfc-10hz").course(per_week=5, weeks=1)
    ).plan()


@pytest.fixture(scope="module")
def written(plan, tmp_path_factory):
    """A plan with doses and sessions as a file, and what it could not carry."""
    path = tmp_path_factory.mktemp("sbml") / "plan.xml"
    return path, write_sbml(plan, path, engine=ENGINE)


def problems(path) -> list[str]:
    """What libSBML has against a file: errors of every kind, and warnings but for units inside formulas."""
    document = libsbml.readSBML(str(path))
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_UNITS_CONSISTENCY, False)
    document.checkConsistency()
    return [document.getError(i).getMessage() for i in range(document.getNumErrors())]


def test_a_plan_is_valid(written):
    assert problems(written[0]) == []


def test_a_plan_means_the_same_to_us_and_to_another_simulator(plan, written):
    """Every state and value of the model, over the doses and after them."""
    path, _ = written
    model, task = typical_task(plan)
    names = [quantity.name for quantity in (*model.states, *model.values)]
    inside = identifiers([*names, *(entry.name for entry in model.inputs), *model.parameters])
    times = np.arange(0.0, 200.0, 1.7)
    direct = ENGINE.solve(replace(task, times=times[1:], outputs=tuple(names), rtol=1e-9, atol=1e-12)).values[0]
    size = np.abs(direct).max(axis=0)
    for found in (ours, theirs):
        values = found(path, times, [inside[name] for name in names])[1:]
        nothing = size < 1e-12  # drives that cancel leave rounding alone
        assert np.max(np.abs(values[:, nothing]), initial=0.0) < 1e-12, found.__name__
        apart = np.abs(values - direct) / (np.abs(direct) + 1e-3 * size + 1e-12)
        assert np.max(apart[:, ~nothing]) < 2e-5, found.__name__


def test_what_is_not_carried_is_said(written):
    told = " ".join(written[1])
    assert "no unit of session" in told
    assert "adherence" in told
    assert "run-in" in told


def test_units_and_sources_travel(written):
    model = libsbml.readSBML(str(written[0])).getModel()
    clearance = model.getParameter("escitalopram__clearance")
    definition = model.getUnitDefinition(clearance.getUnits())
    assert definition.getName() in ("L/h", "L/hour")
    kinds = {libsbml.UnitKind_toString(unit.getKind()) for unit in definition.getListOfUnits()}
    assert kinds == {"dimensionless", "metre", "second"}
    assert clearance.isSetNotes()
    assert "escitalopram" in clearance.getName()


def small(equations: str, **parameters: float):
    values = {
        name: Value(number, "1/hour" if name == "k" else "1", grade=Grade.assumed, because="a test")
        for name, number in parameters.items()
    }
    return assemble(
        [Block("b", "A block.", equations, gives={"x": "1"}, parameters=values, inputs={"given": "1/hour"})]
    )


def test_rules_of_our_arithmetic_are_kept(tmp_path):
    """A broken power of what is not above 0, the root of a negative number, a comparison as a number."""
    model = small(
        """
        d(x)    = given - k*(x^n - sqrt(low - x)*(x < 2) - where(n, 0, 1)) : 1/hour
        low     = 1 : 1
        y       = min(x, 1.5)*max(x, 0.5) + abs(x - 1) + exp(-x) + log(2 + x) + sin(x) + 2^x + x^2 + x^-1 : 1
        x(0)    = 0
        """,
        k=0.3,
        n=1.5,
    )
    program = lower(model)
    events = [Bolus(1.0, "x", 2.0), Bolus(1.0, "x", 1.0), Rate(0.0, "b.given", 3.0, 0.5), Bolus(2.0, "x", -4.0)]
    table = tabulate(program, [events])
    path = tmp_path / "small.xml"
    path.write_text(sbml_text(model, table).text)
    assert problems(path) == []
    times = np.linspace(0.07, 2.9, 20)  # none at a dose
    numbers = np.array([[value.number for value in model.parameters.values()]])
    task = Task(program, numbers, table, times, ("x", "b.y"), rtol=1e-10, atol=1e-12)
    solution = ENGINE.solve(task)
    assert solution.status[0].ok, solution.status[0].message
    direct = solution.values[0]
    for found in (ours, theirs):
        values = found(path, np.concatenate([[0.0], times]), ["x", "b__y"])[1:]
        np.testing.assert_allclose(values, direct, rtol=1e-6, atol=1e-7, err_msg=found.__name__)


def test_a_model_alone_starts_from_its_parameters(tmp_path):
    model = small("d(x) = given - k*x : 1/hour\nx(0) = 2*n", k=1, n=4)
    left_out = eu.write_sbml(model, tmp_path / "model.xml")
    assert problems(tmp_path / "model.xml") == []
    assert left_out == ()
    read = eu.read_sbml(tmp_path / "model.xml")
    assert read.program.initial[0].value == 8
    assert read.having({"b__n": 5}).program.initial[0].value == 10
    assert read.events == ()


def test_the_same_plan_is_the_same_file(plan):
    assert sbml_of(plan, engine=ENGINE).text == sbml_of(plan, engine=ENGINE).text


def test_a_place_that_cannot_be_written(plan, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(EuthymiaError, match="cannot write"):
        write_sbml(small("d(x) = given : 1/hour", k=1), tmp_path / "file" / "model.xml")
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_identifiers_are_valid_and_distinct():
    found = identifiers(["a.b", "a__b", "9lives", "5-HT", "naïve"])
    assert len(set(found.values())) == 5
    assert all(libsbml.SyntaxChecker.isValidSBMLSId(name) for name in found.values())


def test_what_is_written_is_read_with_all_its_events(written, plan):
    model = read_sbml(written[0])
    given = {float(dose.time) for dose in plan.doses}
    assert len(given) == 4
    assert len(model.events) >= len(given)
