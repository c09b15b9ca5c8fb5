"""Enzymes, interactions and irreversible targets against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from euthymia.evidence.value import Grade, Value
from euthymia.model.assemble import assemble
from euthymia.model.block import Block
from euthymia.model.pharmacokinetics import disposition
from euthymia.model.pharmacokinetics import enzyme as enzymes
from euthymia.model.pharmacokinetics.disposition import Source
from euthymia.model.targets import binding
from euthymia.treatments.compound import Compound
from euthymia.treatments.enzyme import enzyme


def value(number: float, unit: str) -> Value:
    return Value(number, unit, grade=Grade.assumed, because="test")


def compound(name: str, **parts) -> Compound:
    defaults = {"name": name, "volume": value(100, "L"), "clearance": value(10, "L/h")}
    return Compound.model_validate(defaults | parts)


def held(name: str, level: float) -> Block:
    """A compound at a constant plasma concentration."""
    port = disposition.plasma_port(name)
    lines = f"{port} = level : ng/mL\nd(clock) = rate*(1 - clock) : 1/hour"  # a solver wants a state
    return Block(f"held_{name}", "Held.", lines, gives={port: "ng/mL"},
                 parameters={"level": value(level, "ng/mL"), "rate": value(1, "1/h")})  # fmt: skip


def activity(solve, perpetrator: Compound, level: float, hours: float = 5000.0) -> float:
    model = assemble((held(perpetrator.name, level), enzymes.block(enzyme("CYP2D6"), [perpetrator])))
    return float(solve(model, [0.0, hours], ["cyp2d6_activity"])["cyp2d6_activity"][-1])


def test_a_reversible_inhibitor_leaves_one_over_one_plus_its_load(solve):
    blocker = compound("blocker", inhibits={"CYP2D6": {"half": value(20, "ng/mL")}})
    assert activity(solve, blocker, 60) == pytest.approx(1 / 4)
    assert activity(solve, blocker, 0) == 1.0


def test_an_inactivator_leaves_turnover_over_turnover_plus_inactivation(solve):
    half, rate = 30.0, 0.2
    killer = compound("killer", inhibits={"CYP2D6": {"half": value(half, "ng/mL"), "inactivation": value(rate, "1/h")}})
    loss, turnover = rate * 60 / (60 + half), enzyme("CYP2D6").turnover.number
    assert activity(solve, killer, 60) == pytest.approx(turnover / (turnover + loss), rel=1e-6)


def test_an_inducer_and_a_suppressor_move_synthesis(solve):
    inducer = compound("inducer", induces={"CYP2D6": {"half": value(10, "ng/mL"), "fold": value(4, "1")}})
    suppressor = compound("suppressor", suppresses={"CYP2D6": {"half": value(10, "ng/mL"), "maximum": value(0.8, "1")}})
    assert activity(solve, inducer, 10) == pytest.approx(1 + 4 / 2, rel=1e-6)
    assert activity(solve, suppressor, 30) == pytest.approx(1 - 0.8 * 0.75, rel=1e-6)


def swallowing() -> Block:
    """A depot of 100 mg that empties at 1/h."""
    lines = "d(depot) = -rate*depot : mg/hour\nswallowed = rate*depot : mg/hour\ndepot(0) = start"
    parameters = {"rate": value(1, "1/h"), "start": value(100, "mg")}
    return Block("gut", "Depot.", lines, gives={"swallowed": "mg/hour"}, parameters=parameters)


def exposure(solve, victim: Compound, enzyme_level: float, times=None) -> float:
    """Area to infinity of a victim swallowed once, at a constant enzyme activity."""
    level = Block("held_enzyme", "Held.", "cyp2d6_activity = level : 1", gives={"cyp2d6_activity": "1"},
                  parameters={"level": value(enzyme_level, "1")})  # fmt: skip
    depot = swallowing()
    body = disposition.block(victim, (Source("swallowed", "liver"),))
    model = assemble((level, depot, body))
    times = np.linspace(0, 3000, 30001)
    plasma = solve(model, times, [disposition.plasma_port(victim.name)])[disposition.plasma_port(victim.name)]
    return float(np.trapezoid(plasma, times))


def test_an_oral_exposure_rises_by_rowland_and_matin(solve):
    share, left = 0.8, 0.25
    victim = compound("victim", pathways=({"share": value(share, "1"), "enzyme": "CYP2D6"},))
    ratio = exposure(solve, victim, left) / exposure(solve, victim, 1.0)
    assert ratio == pytest.approx(1 / (1 - share + share * left), rel=1e-3)


@pytest.mark.parametrize("liver_volume", [None, 2.0])
def test_a_well_stirred_liver_takes_dose_over_intrinsic_clearance(solve, liver_volume):
    liver = {"flow": value(90, "L/h"), "intrinsic": value(60, "L/h")}
    if liver_volume:
        liver["volume"] = value(liver_volume, "L")
    victim = compound("victim", clearance=None, liver=liver,
                      pathways=({"share": value(0.9, "1"), "enzyme": "CYP2D6"},))  # fmt: skip
    for left in (1.0, 0.2):
        assert exposure(solve, victim, left) == pytest.approx(1000 * 100 / (60 * (0.1 + 0.9 * left)), rel=2e-3)


def test_what_a_pathway_forms_is_its_share_of_the_dose(solve):
    victim = compound("victim", pathways=({"share": value(0.6, "1"), "forms": "product", "gain": value(0.5, "1")},))
    product = compound("product", clearance=value(5, "L/h"))
    depot = swallowing()
    formed = (Source(disposition.formed_port("victim", "product")),)
    model = assemble((depot, disposition.block(victim, (Source("swallowed"),)), disposition.block(product, formed)))
    times = np.linspace(0, 1500, 15001)
    level = solve(model, times, ["product_plasma"])["product_plasma"]
    assert float(np.trapezoid(level, times)) == pytest.approx(1000 * 100 * 0.6 * 0.5 / 5, rel=2e-3)


def occupied(solve, ligands: dict[str, tuple[Compound, float]], outputs: list[str], hours: float = 0.0) -> list[float]:
    (block,) = binding.blocks([one for one, _ in ligands.values()])
    model = assemble((block, *(held(name, level) for name, (_, level) in ligands.items())))
    found = solve(model, [0.0, max(hours, 1.0)], outputs)
    return [float(found[name][-1]) for name in outputs]


def test_two_ligands_share_a_target(solve):
    one = compound("one", targets={"sert": {"half": value(10, "ng/mL")}})
    two = compound("two", targets={"sert": {"half": value(5, "ng/mL"), "maximum": value(0.5, "1")}})
    (both,) = occupied(solve, {"one": (one, 20), "two": (two, 10)}, ["sert_occupancy"])
    assert both == pytest.approx((2 + 0.5 * 2) / (1 + 2 + 2))


def test_a_partial_agonist_takes_more_than_it_gives_back(solve):
    partial = compound("partial", targets={"d3": {"half": value(4, "ng/mL"), "efficacy": value(0.4, "1")}})
    occupancy, agonism = occupied(solve, {"partial": (partial, 12)}, ["d3_occupancy", "d3_agonism"])
    assert (occupancy, agonism) == (pytest.approx(0.75), pytest.approx(0.3))


def test_an_irreversible_inhibitor_reaches_inactivation_over_inactivation_and_turnover(solve):
    from euthymia.model.parameter_table import values_for

    rate, turnover = 0.05, values_for("turnover")["mao_a"].number
    suicide = compound("suicide", targets={"mao_a": {"half": value(100, "ng/mL"), "inactivation": value(rate, "1/h")}})
    (found,) = occupied(solve, {"suicide": (suicide, 25)}, ["mao_a_inhibition"], hours=6000)
    loss = rate * 25 / 125
    assert found == pytest.approx(loss / (loss + turnover), rel=1e-5)


def test_a_target_that_is_not_turned_over_cannot_be_destroyed():
    with pytest.raises(ValueError, match="is not destroyed"):
        compound("odd", targets={"sert": {"half": value(1, "ng/mL"), "inactivation": value(1, "1/h")}})


def test_pathways_beyond_the_whole_are_refused():
    share = {"share": value(0.6, "1")}
    with pytest.raises(ValueError, match="more than the whole"):
        compound("odd", pathways=(share, share))
