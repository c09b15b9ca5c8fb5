"""Immunity, kynurenine, redox and mitochondria: mass kept, loops that end, and switches that switch."""

from __future__ import annotations

import pytest

from euthymia.model.assemble import assemble
from euthymia.model.block import Block, Model
from euthymia.model.downstream import downstream
from euthymia.model.physiology import inflammation, kynurenine, mitochondria, neuroimmune, redox

LONG = 6000.0  # hours


def held(*blocks: Block, **levels: float) -> Model:
    """The blocks with these ports held, and the others absent."""
    lines = "\n".join(f"{port} = {level} : 1" for port, level in levels.items())
    return assemble((*blocks, Block("held", None, lines, gives=dict.fromkeys(levels, "1"))))


def rest(solve, *blocks: Block, output: str, parameters=None, **levels: float) -> float:
    return float(solve(held(*blocks, **levels), [0.0, LONG], [output], parameters=parameters)[output][-1])


def level(solve, load: float, **levels: float) -> float:
    changed = {"inflammation.load": load}
    return rest(solve, inflammation.block(), output="inflammation", parameters=changed, **levels)


def test_a_load_of_low_grade_inflammation_has_falling_return(solve):
    """An inflamed person (0.8) stays in the low-grade range, whatever the load."""
    low, high, absurd = (level(solve, load) for load in (0.2, 0.8, 50.0))
    assert 1.15 < low < 1.2 < high < 1.8
    assert absurd < 5


@pytest.mark.parametrize("load", [0.0, 0.4, 0.8])
def test_the_whole_model_comes_to_rest_with_an_inflamed_person_in_it(load, solve):
    """Fault F5: stress, cortisol, microglia, dopamine and mood feed each other and still settle."""
    model = assemble(downstream())
    found = solve(model, [0.0, 20000.0, 22000.0], ["inflammation", "mood"], parameters={"inflammation.load": load})
    assert found["inflammation"][-1] == pytest.approx(found["inflammation"][-2], abs=1e-3)
    assert found["inflammation"][-1] < 2.2
    assert found["mood"][-1] < 0.95


def test_cortisol_holds_inflammation_only_where_its_receptors_listen(solve):
    assert level(solve, 0.3, cortisol=1.4) < level(solve, 0.3)
    assert level(solve, 0.3, cortisol=1.4, glucocorticoid_sensitivity=0.6) > level(solve, 0.3)


def test_microglia_follow_the_periphery_and_stress(solve):
    for port in ("inflammation", "stress_input"):
        assert rest(solve, neuroimmune.block(), output="microglial_activation", **{port: 1.5}) > 1.01


def test_tryptophan_that_is_lost_is_found_as_kynurenine(solve):
    """At rest their ratio is the speed of conversion, by IDO or by TDO."""
    for port, gain in (("inflammation", "ido_gain"), ("cortisol", "tdo_gain")):
        model = held(kynurenine.block(), **{port: 1.6})
        found = solve(model, [0.0, LONG], ["kynurenine", "tryptophan"])
        ratio = found["kynurenine"][-1] / found["tryptophan"][-1]
        assert ratio == pytest.approx(1 + 0.6 * model.parameters[f"kynurenine.{gain}"].number, rel=1e-6)
        assert found["tryptophan"][-1] < 1 < found["kynurenine"][-1]


def test_inflammation_has_an_end_in_quinolinate_and_costs_biopterin(solve):
    both = (kynurenine.block(), neuroimmune.block())
    kyn, quin = (rest(solve, *both, output=name, inflammation=1.8) for name in ("kynurenine", "quinolinate"))
    assert quin > kyn > 1
    assert rest(solve, *both, output="biopterin", inflammation=1.8) == pytest.approx(1 / (1 + 0.35 * 0.8), rel=0.01)
    assert rest(solve, kynurenine.block(), output="biopterin", oxidative_stress=1.5) < 0.99


def test_defence_answers_a_load_of_oxygen_in_part(solve):
    changed = {"redox.load": 0.4}
    with_it = rest(solve, redox.block(), output="oxidative_stress", parameters=changed)
    bare = rest(solve, redox.block(), output="oxidative_stress", parameters=changed | {"redox.induction": 0.0})
    assert bare == pytest.approx(1.4, rel=1e-6)
    assert 1.05 < with_it < bare


def test_mitochondria_and_oxygen_wear_each_other_and_settle(solve):
    both = (redox.block(), mitochondria.block())
    found = {
        name: rest(solve, *both, output=name, parameters={"mitochondria.deficit": 0.2}, inflammation=1.3)
        for name in ("oxidative_stress", "atp_capacity")
    }
    assert 1.05 < found["oxidative_stress"] < 2
    assert 0.6 < found["atp_capacity"] < 0.9


def test_light_adds_capacity_and_relieves_oxygen_unless_it_has_no_direct_effect(solve):
    both = (redox.block(), mitochondria.block())

    def stress(gain: float) -> float:
        changed = {"mitochondria.light_gain": gain, "redox.load": 0.4}
        return rest(solve, *both, output="oxidative_stress", parameters=changed, mitochondrial_capacity=0.2)

    dark = rest(solve, *both, output="oxidative_stress", parameters={"redox.load": 0.4})
    assert stress(1.0) < dark
    assert stress(0.0) == pytest.approx(dark, rel=1e-9)
