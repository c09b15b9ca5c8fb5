"""Shapley values against games with known answers, and the axioms that define them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from euthymia.report.shapley import interactions, shapley


def game(players: int, worth) -> np.ndarray:
    """Worth of every coalition from a function of a set of players."""
    rows = [{p for p in range(players) if row >> p & 1} for row in range(1 << players)]
    return np.array([float(worth(coalition)) for coalition in rows])


def test_the_glove_game():
    """One left glove, two right ones: 2/3, 1/6, 1/6 (Shapley 1953, as in every textbook)."""
    worth = game(3, lambda c: 0 in c and (1 in c or 2 in c))
    assert shapley(worth) == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def test_the_airport_game():
    """Runways of 1, 2 and 3: the shortest third of 1, then halves and the rest (Littlechild and Owen 1973)."""
    worth = game(3, lambda c: max((p + 1 for p in c), default=0))
    assert shapley(worth) == pytest.approx([1 / 3, 1 / 3 + 1 / 2, 1 / 3 + 1 / 2 + 1])


def test_two_who_need_each_other_interact_by_one_and_those_who_stand_in_by_minus_one():
    both = interactions(game(2, lambda c: len(c) == 2))
    either = interactions(game(2, lambda c: len(c) >= 1))
    assert both[0, 1] == both[1, 0] == pytest.approx(1)
    assert either[0, 1] == pytest.approx(-1)
    assert np.all(interactions(game(4, lambda c: sum(p + 1 for p in c))) == pytest.approx(0))


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_shares_add_up_and_know_idlers_and_equals(players: int, seed: int):
    random = np.random.default_rng(seed)
    worth = random.normal(size=(1 << players, 3))
    assert shapley(worth).sum(axis=0) == pytest.approx(worth[-1] - worth[0])
    idle = np.concatenate([worth, worth])  # the last player changes nothing
    found = shapley(idle)
    assert found[-1] == pytest.approx(np.zeros(3))
    assert found[:-1] == pytest.approx(shapley(worth))
    other = random.normal(size=worth.shape)
    assert shapley(worth + other) == pytest.approx(shapley(worth) + shapley(other))


def test_an_incomplete_list_of_coalitions_is_refused():
    with pytest.raises(ValueError, match="3 coalitions"):
        shapley(np.zeros(3))
    assert shapley(np.zeros((1, 2))).shape == (0, 2)
