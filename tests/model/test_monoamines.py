"""What the monoamine blocks must do whatever their gains: roots, adaptation, who clears what, and their rivals."""

from __future__ import annotations

import pytest

from euthymia.engine.schedule import Rate
from euthymia.model.assemble import assemble
from euthymia.model.block import Block, Model
from euthymia.model.physiology import dopamine, serotonin

DAY = 24.0
LONG = 4000.0  # hours, until every receptor has adapted


def held(block: Block, **levels: float) -> Model:
    """The block with these ports held, and the others absent."""
    lines = "\n".join(f"{port} = {level} : 1" for port, level in levels.items())
    return assemble((block, Block("held", None, lines, gives=dict.fromkeys(levels, "1"))))


def rest(solve, block: Block, output: str, parameters=None, **levels: float) -> float:
    return float(solve(held(block, **levels), [0.0, LONG], [output], parameters=parameters)[output][-1])


@pytest.mark.parametrize("feedback", [0.0, 0.25, 2.0])
def test_the_level_is_where_the_terminal_holds_its_own_release(feedback, solve):
    """The closed form is the root of level = unbraked (1 + f)/(1 + f R level)."""
    names = ["serotonin_level", "serotonin.unbraked_level", "serotonin.terminal_autoreceptor"]
    model = held(serotonin.block(), sert_occupancy=0.8)
    found = solve(model, [0.0, 30.0], names, parameters={"serotonin.terminal_feedback": feedback})
    level, unbraked, receptor = (found[name][-1] for name in names)
    assert level == pytest.approx(unbraked * (1 + feedback) / (1 + feedback * receptor * level), rel=1e-9)


def test_the_terminal_receptor_takes_from_the_rise_and_gives_some_back_as_it_adapts(solve):
    def levels(**changed: float):
        numbers = {f"serotonin.{name}": number for name, number in changed.items()}
        model = held(serotonin.block(), sert_occupancy=0.8)
        return solve(model, [0.0, 6.0, LONG], ["serotonin_level"], parameters=numbers)["serotonin_level"]

    without, with_it, stiff = (
        levels(terminal_feedback=0.0),
        levels(),
        levels(terminal_desensitisation=0.0),
    )
    assert 1 < with_it[1] < without[1]
    assert stiff[2] < with_it[2] < without[2]


def test_without_feedback_or_desensitisation_firing_has_no_dip_or_no_recovery(solve):
    """The two rivals to desensitisation as the cause of the delay: settings, not other equations."""

    def firing(**changed: float):
        model = held(serotonin.block(), sert_occupancy=0.8)
        numbers = {f"serotonin.{name}": number for name, number in changed.items()}
        return solve(model, [0.0, DAY, LONG], ["raphe_firing"], parameters=numbers)["raphe_firing"]

    _, early, late = firing()
    assert early < 0.8 < late
    assert firing(feedback=0.0)[1:] == pytest.approx([1.0, 1.0], abs=1e-9)
    _, early, late = firing(desensitisation=0.0)
    assert late <= early + 1e-6


def test_tryptophan_limits_serotonin_unless_the_hypothesis_is_off(solve):
    short = rest(solve, serotonin.block(), "serotonin_level", tryptophan=0.7)
    off = rest(solve, serotonin.block(), "serotonin_level", {"serotonin.tryptophan_gain": 0.0}, tryptophan=0.7)
    assert 0.5 < short < 0.95
    assert off == pytest.approx(1.0, abs=1e-9)


def test_blocking_noradrenaline_uptake_raises_dopamine_in_the_cortex_alone(solve):
    """Atomoxetine and reboxetine in rats: about threefold in prefrontal cortex, nothing in accumbens (recalled)."""
    assert 1.5 < rest(solve, dopamine.block(), "prefrontal_dopamine", net_occupancy=0.9) < 4
    assert rest(solve, dopamine.block(), "dopamine_tone", net_occupancy=0.9) == pytest.approx(1.0, abs=1e-9)


def test_a_partial_agonist_lifts_a_low_tone_and_lowers_a_high_one(solve):
    drug = {"d2_occupancy": 0.7, "d2_agonism": 0.35, "d3_occupancy": 0.8, "d3_agonism": 0.4}

    def change(tone: float) -> float:
        changed = {"dopamine.tone": tone}
        with_it = rest(solve, dopamine.block(), "dopamine_tone", changed, **drug)
        return with_it - rest(solve, dopamine.block(), "dopamine_tone", changed)

    assert change(0.5) > 0 > change(1.3)


def test_a_patients_own_tone_is_the_tone_without_anything_else(solve):
    for tone in (0.7, 1.0, 1.15):
        assert rest(solve, dopamine.block(), "dopamine_tone", {"dopamine.tone": tone}) == pytest.approx(tone, abs=1e-9)


@pytest.mark.parametrize(
    ("port", "level", "sign"),
    [
        ("microglial_activation", 1.5, -1),
        ("cortisol", 1.4, -1),
        ("ht2_tone", 1.3, -1),
        ("biopterin", 0.7, -1),
        ("reward_response", 1.3, 1),
        ("mao_b_inhibition", 0.9, 1),
        ("dat_occupancy", 0.3, 1),
    ],
)
def test_what_moves_accumbal_dopamine_moves_it_the_right_way(port, level, sign, solve):
    assert (rest(solve, dopamine.block(), "dopamine_tone", **{port: level}) - 1) * sign > 1e-4


def test_an_ssri_slows_tegmental_neurons_and_blocking_5ht2_frees_them(solve):
    """Dremencov 2009 (recalled): escitalopram slows them, a 5-HT2C blocker undoes it."""

    def firing(blocked: float) -> float:
        lines = f"sert_occupancy = 0.8 : 1\nht2a_occupancy = {blocked} : 1"
        given = {"sert_occupancy": "1", "ht2a_occupancy": "1"}
        model = assemble((serotonin.block(), dopamine.block(), Block("held", None, lines, gives=given)))
        name = "dopamine.tegmental_firing"
        return float(solve(model, [0.0, 14 * DAY], [name])[name][-1])

    assert firing(0.0) < 0.99
    assert firing(0.9) > firing(0.0)


def test_stopping_a_blocker_lets_serotonin_fall_below_rest_and_come_back(solve):
    """Receptors that have adapted are still so when the drug is gone."""
    port = Block(
        "held", None, "sert_occupancy = drive : 1", gives={"sert_occupancy": "1"}, inputs={"drive": "1"}
    )  # fmt: skip
    model = assemble((serotonin.block(), port))
    drive = [Rate(0.0, "held.drive", 0.8, 28 * DAY)]
    firing = solve(model, [0.0, 28.0 * DAY, 29.0 * DAY, 120.0 * DAY], ["raphe_firing"], drive)["raphe_firing"]
    assert firing[2] > firing[1] > 0.9
    assert firing[3] == pytest.approx(1.0, abs=0.01)
