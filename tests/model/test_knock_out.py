"""Knock-outs on the assembled model: what is held, where, in which unit, and what stays as it was."""

from __future__ import annotations

import numpy as np
import pytest

from euthymia.errors import ModelError, UnitError, UnknownName
from euthymia.model.assemble import assemble
from euthymia.model.block import Block, Port
from euthymia.model.knock_out import edges_of, healthy, knock_out
from euthymia.model.treatment import model_of
from euthymia.report.typical import typical
from euthymia.treatments.order import infusion, oral

KETAMINE = infusion("ketamine", "0.5 mg/kg", over="40 min").once(day=0).plan()


@pytest.fixture(scope="module")
def model():
    return model_of(KETAMINE)


def test_health_is_what_every_block_says_of_itself(model, solve):
    """Ports at rest, by the solver: the fixed point of the model without stress and drug."""
    held = healthy(model)
    ports = [name for name in model.ports if not name.endswith("_plasma")]
    calm = {"life.episode": 0.0, "life.habitual": 0.0}
    found = solve(model, [0.0, 5000.0], ports, parameters=calm)
    for name in ports:
        assert found[name][-1] == pytest.approx(held[name], abs=1e-9), name


def test_a_port_is_held_wherever_it_is_read_and_nowhere_else(model):
    held = knock_out(model, "bdnf_release")
    assert [str(one) for one in held.held] == [
        "bdnf_release -> bias held at 1",
        "bdnf_release -> hippocampus held at 1",
        "bdnf_release -> metaplasticity held at 1",
        "bdnf_release -> neurotrophin held at 1",
        "bdnf_release -> synapse held at 1",
    ]
    before = {quantity.name: quantity for quantity in (*model.states, *model.values)}
    for quantity in (*held.states, *held.values):
        changed = quantity.expression != before[quantity.name].expression
        reads = "bdnf_release" in before[quantity.name].printed.partition("=")[2]
        assert changed == (reads and quantity.name != "bdnf_release"), quantity.name


def test_the_model_itself_does_not_change_and_the_other_has_another_hash(model):
    before = model.hash
    held = knock_out(model, "gaba")
    assert model.hash == before
    assert model.held == ()
    assert held.hash != before
    assert {one.port for one in held.held} == {"tonic_inhibition"}


def test_an_edge_is_held_in_one_block_alone(model):
    held = knock_out(model, "tonic_inhibition -> circuit")
    assert [(one.port, one.block) for one in held.held] == [("tonic_inhibition", "circuit")]
    assert len(edges_of(model, "tonic_inhibition")) == 3


def test_knocking_out_all_drug_targets_is_giving_nothing():
    treated = typical(KETAMINE, ("mood", "limbic_drive"), hours=7 * 24, knock_out=("nmda_block", "r_ketamine_drive"))
    nothing = typical(
        infusion("midazolam", "0.045 mg/kg", over="40 min").once(day=0).plan(),
        ("mood", "limbic_drive"), hours=7 * 24, setting="infusion",
    )  # fmt: skip
    at = np.array([24.0, 72.0, 168.0])
    for name in ("mood", "limbic_drive"):
        with_drug, without = (np.interp(at, one.times, one.output(name)) for one in (treated, nothing))
        assert with_drug == pytest.approx(without, abs=2e-4)


def test_removing_bdnf_abolishes_most_of_what_ketamine_does_on_the_first_day():
    """model.md section 15, test 2: without the BDNF route the effect is gone, but for the acute glutamate burst."""
    effect = {}
    for name, targets in (("intact", ()), ("without BDNF", ("bdnf_release",))):
        curve = typical(KETAMINE, ("ampa_scaling",), hours=7 * 24, knock_out=targets)
        effect[name] = np.interp(24.0, curve.times, curve.output("ampa_scaling") - curve.output("ampa_scaling")[0])
    assert effect["intact"] > 0.05
    assert abs(effect["without BDNF"]) < 0.02 * effect["intact"]


def test_a_port_can_be_held_elsewhere_with_its_unit():
    tank = Block("tank", None, "d(level) = 0*level/hours : mg/hour\nlevel(0) = full", gives={"level": "mg"},
                 parameters=_values(hours=(1, "hour"), full=(3, "mg")))  # fmt: skip
    gauge = Block("gauge", None, "reading = level : mg", takes={"level": Port("mg")}, gives={"reading": "mg"})
    joined = assemble((tank, gauge))
    assert knock_out(joined, "level").held[0].value == 3
    assert knock_out(joined, "level", at={"level": "0.5 g"}).held[0].value == pytest.approx(500)
    assert str(knock_out(joined, "level", at={"level": 7}).held[0]) == "level -> gauge held at 7 mg"
    with pytest.raises(UnitError):
        knock_out(joined, "level", at={"level": "2 hour"})


def _values(**numbers):
    from euthymia.evidence.read_value import value_from

    told = {"meaning": "x", "grade": "assumed", "confidence": "recalled", "because": "a test"}
    return {name: value_from({"value": value, "unit": unit, **told}) for name, (value, unit) in numbers.items()}


def test_mistakes_name_what_there_is(model):
    with pytest.raises(UnknownName, match="tonic_inhibition"):
        knock_out(model, "tonic_inhibitio")
    with pytest.raises(ModelError, match="does not take"):
        knock_out(model, "bdnf_release -> gaba")
    with pytest.raises(ModelError, match="nothing takes"):
        knock_out(model, "mood")
    with pytest.raises(UnknownName):
        knock_out(model, "cortisol", at={"inflammation": 1.0})


def test_a_target_this_plan_does_not_reach_is_unknown():
    with pytest.raises(UnknownName):
        knock_out(model_of(oral("escitalopram", "10 mg").daily(days=2).plan()), "nmda_block")
