"""Shapley values and interactions of a game of which every coalition is known.

`worth` is (2^n, ...): bit i of the row's number says whether player i takes part. The assumption that matters: all
players are listed, so that shares add up to what all achieve beyond none. Left out: sampling for many players.
"""

from __future__ import annotations

from math import factorial

import numpy as np


def shapley(worth: np.ndarray) -> np.ndarray:
    """Each player's share (n, ...): its mean contribution over all orders of joining; they sum to all less none."""
    rows, players = np.arange(len(worth)), _players(worth)
    sizes = _sizes(rows)
    found = []
    for player in range(players):
        without = rows[rows & (1 << player) == 0]
        weight = _weights(players)[sizes[without]]
        found.append(np.tensordot(weight, worth[without | (1 << player)] - worth[without], 1))
    return np.array(found).reshape(players, *worth.shape[1:])


def interactions(worth: np.ndarray) -> np.ndarray:
    """Shapley interaction index (n, n, ...): what two players achieve together beyond what each does alone, averaged
    over the company they keep; 0 on the diagonal. Below 0 they stand in for each other."""
    rows, players = np.arange(len(worth)), _players(worth)
    sizes = _sizes(rows)
    found = np.zeros((players, players, *worth.shape[1:]))
    for one in range(players):
        for other in range(one):
            a, b = 1 << one, 1 << other
            without = rows[rows & (a | b) == 0]
            weight = _weights(players - 1)[sizes[without]]
            beyond = worth[without | a | b] - worth[without | a] - worth[without | b] + worth[without]
            found[one, other] = found[other, one] = np.tensordot(weight, beyond, 1)
    return found


def _players(worth: np.ndarray) -> int:
    players = len(worth).bit_length() - 1
    if len(worth) != 1 << players:
        raise ValueError(f"{len(worth)} coalitions are not all of any number of players")
    return players


def _sizes(rows: np.ndarray) -> np.ndarray:
    return np.array([int(row).bit_count() for row in rows])


def _weights(players: int) -> np.ndarray:
    """Weight of a coalition of each size that one of `players` joins."""
    return np.array([factorial(s) * factorial(players - s - 1) / factorial(players) for s in range(players)])
