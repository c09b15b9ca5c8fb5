"""Worlds picked from a weighted ensemble, under restrictions of its hypotheses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from euthymia.errors import EuthymiaError, UnknownName
from euthymia.model.hypothesis import hypothesis, prior_weights
from euthymia.model.parameter_table import Fit
from euthymia.trial.restriction import from_words, restricted
from euthymia.trial.world import picked, told, worlds

NAMES = ("circuit.from_stress", "neurotrophin.r_ketamine_release")
QUESTION = "ketamine-versus-esketamine"


def fit_of(states: list[dict[str, str]], weights: list[float]) -> Fit:
    members = tuple((1.0 + i, 10.0 + i) for i in range(len(states)))
    return Fit("made", NAMES, (0.5, 0.6), ((1.0, 0.0), (0.0, 1.0)), members, {}, tuple(weights), tuple(states))


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch):
    """Puts a made ensemble in place of the one that ships."""

    def put(states: list[dict[str, str]], weights: list[float] | None = None) -> Fit:
        fit = fit_of(states, weights or [1 / len(states)] * len(states))
        for module in ("model.hypothesis", "trial.world"):
            monkeypatch.setattr(f"euthymia.{module}.current_fit", lambda: fit)
        return fit

    return put


@settings(max_examples=60, deadline=None)
@given(some.lists(some.floats(0.01, 1), min_size=1, max_size=30), some.integers(1, 60))
def test_a_member_is_picked_in_proportion_to_its_weight_to_within_one(weights: list[float], count: int) -> None:
    found = np.bincount(picked(weights, count), minlength=len(weights))
    assert found.sum() == count
    assert np.all(np.abs(found - count * np.array(weights) / sum(weights)) < 1 + 1e-9)


def test_picking_is_unbiased() -> None:
    """A quantity that grows along the ensemble has the weighted mean of the ensemble in few worlds."""
    weights = np.random.default_rng(3).uniform(size=300)
    quantity = np.linspace(-1, 1, 300)
    few = np.mean(quantity[list(picked(weights, 16))])
    assert few == pytest.approx(np.average(quantity, weights=weights), abs=2 / 16)


def test_the_same_worlds_come_back(shipped) -> None:
    shipped([{}] * 10)
    assert worlds(4) == worlds(4)
    assert len({w.parameters["circuit.from_stress"] for w in worlds(4)}) == 4


def test_few_worlds_share_the_alternatives_as_the_ensemble_does(shipped) -> None:
    shipped([{"tdcs": "none" if i % 2 else "hebbian"} for i in range(40)], [3.0 if i % 2 else 1.0 for i in range(40)])
    held = [world.states["tdcs"] for world in worlds(8)]
    assert held.count("none") == 6 and held.count("hebbian") == 2


def test_only_members_that_agree_are_used(shipped) -> None:
    shipped([{QUESTION: name} for name in ("r-ketamine-drive", "unblinding", "ceiling", "unblinding")])
    found = worlds(4, {QUESTION: "unblinding"})
    assert {world.parameters["circuit.from_stress"] for world in found} == {2.0, 4.0}
    assert all(world.parameters["neurotrophin.r_ketamine_release"] == 0 and not world.imposed for world in found)
    either = {world.states[QUESTION] for world in worlds(8, {QUESTION: ("unblinding", "ceiling")})}
    assert either == {"unblinding", "ceiling"}


def test_where_no_member_holds_an_alternative_it_is_put_on_all_and_said(shipped) -> None:
    shipped([{}] * 3)
    found = worlds(3, {QUESTION: "ceiling"})
    assert [world.parameters["circuit.from_stress"] for world in found] == [1.0, 2.0, 3.0]
    assert all(world.parameters["neurotrophin.r_ketamine_release"] == 0 for world in found)
    assert told(found, {QUESTION: "ceiling"}) == {
        "hypotheses": {QUESTION: "ceiling"},
        "states": {QUESTION: {"ceiling": 3}},
        "imposed": {QUESTION: "no member of made holds it; its settings were put on every world"},
    }


def test_putting_an_alternative_on_takes_off_what_another_had_set(shipped) -> None:
    shipped([{QUESTION: "ceiling"}] * 2)
    found = worlds(2, {QUESTION: "r-ketamine-drive"})
    assert all("neurotrophin.r_ketamine_release" not in world.parameters for world in found)


def test_several_that_nobody_holds_share_by_their_priors(shipped) -> None:
    shipped([{}] * 5)
    asked = ("unblinding", "ceiling")
    found = [world.states[QUESTION] for world in worlds(60, {QUESTION: asked})]
    prior = prior_weights()[QUESTION]
    share = prior["unblinding"] / sum(prior[name] for name in asked)
    assert found.count("unblinding") == pytest.approx(60 * share, abs=1)


def test_a_parameter_is_set_in_every_world_and_breaks_the_states_it_contradicts(shipped) -> None:
    shipped([{"tdcs": "hebbian", "photobiomodulation": "none"}] * 2)
    found = worlds(2, {"stimulation.current_effect": 0.3})
    assert all(world.parameters["stimulation.current_effect"] == 0.3 for world in found)
    assert all(dict(world.states) == {"photobiomodulation": "none"} for world in found)


def test_the_central_estimate_takes_an_alternative_too(shipped) -> None:
    shipped([{}] * 3)
    assert worlds(0)[0].parameters == {}
    (central,) = worlds(0, {"tdcs": "none"})
    assert central.parameters == {"stimulation.current_effect": 0} and central.states == {"tdcs": "none"}
    shipped([{"tdcs": "none"}, {"tdcs": "none"}, {"tdcs": "none"}, {"tdcs": "hebbian"}])
    (middle,) = worlds(0, {"tdcs": "none"})
    assert middle.parameters["circuit.from_stress"] == 2.0 and not middle.imposed


NOTHING_LEFT = "A set of hypotheses leaves at least one alternative of each that counts for something."


def test_a_set_that_excludes_everything_is_refused() -> None:
    with pytest.raises(EuthymiaError) as error:
        restricted({"tdcs": ()})
    assert str(error.value) == (
        f"every alternative of 'tdcs' is excluded\n  {NOTHING_LEFT}\n  Keep one of: hebbian, none."
    )


def test_a_parameter_that_contradicts_an_alternative_is_refused() -> None:
    with pytest.raises(EuthymiaError) as error:
        restricted({"photobiomodulation": "specific", "light.specific_effect": 0})
    assert str(error.value) == (
        "photobiomodulation=specific sets light.specific_effect to 1 and light.specific_effect=0 to 0\n"
        "  A set of hypotheses gives every parameter one number; this one excludes everything.\n"
        "  Leave out photobiomodulation=specific or light.specific_effect=0."
    )
    both = restricted({"photobiomodulation": ("specific", "none"), "light.specific_effect": 0})
    assert both.states == {"photobiomodulation": ("none",)}


def test_alternatives_without_weight_are_refused(shipped) -> None:
    shipped([{"tdcs": "none"}, {"tdcs": "hebbian"}], [0.0, 1.0])
    with pytest.raises(EuthymiaError) as error:
        worlds(2, {"tdcs": "none"})
    assert str(error.value) == (
        f"the alternatives left of 'tdcs' (none) have no weight\n  {NOTHING_LEFT}\n  Allow another: hebbian."
    )


def test_unknown_names_offer_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'mtorc1'"):
        restricted({"mtor1": "required"})
    with pytest.raises(UnknownName, match="Did you mean 'required'"):
        restricted({"mtorc1": ["require"]})
    with pytest.raises(UnknownName, match="there is no alternative '0'"):
        restricted({"tdcs": 0})
    with pytest.raises(EuthymiaError, match=r"the parameter 'light.specific_effect' is set to 'none'"):
        restricted({"light.specific_effect": "none"})


def test_words_of_the_command_line() -> None:
    found = from_words(["mtorc1=required", "mtorc1=prolonging", "life.episode=0.5"])
    assert found == {"mtorc1": ("required", "prolonging"), "life.episode": 0.5}
    with pytest.raises(EuthymiaError, match="'tdcs' is no hypothesis and alternative"):
        from_words(["tdcs"])
    assert restricted(found).told() == {"mtorc1": "required,prolonging", "life.episode": 0.5}


def test_all_alternatives_are_no_restriction_of_the_names() -> None:
    names = hypothesis("mtorc1").names
    assert restricted({"mtorc1": names}).states["mtorc1"] == names
