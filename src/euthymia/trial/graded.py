"""Ordered-category items: how likely each category of each item is, given the severity of the item's domain.

The graded response model on the logit of a domain's severity d: an item is rated k or more with probability
1/(1 + ((1 - d)/d)^a (t/(1 - t))^a), where t is the threshold of k as a severity and a the discrimination. Items of one
group count once, by the highest of them. The assumption that matters: given the domains, items are independent. Left
out: items that one person always scores high, items that load on two domains.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

EDGE = 1e-12  # severities are kept this far from 0 and 1


@dataclass(frozen=True)
class Graded:
    """Items as arrays: domain index and discrimination (items,), thresholds as severities (items, categories), NaN
    where there is no such category or it is never reached, and for each item the number of its group."""

    domain: np.ndarray
    discrimination: np.ndarray
    thresholds: np.ndarray
    group: np.ndarray

    def only(self, items: Sequence[int]) -> Graded:
        """Some of the items, as a short form keeps them."""
        rows = np.asarray(items)
        return Graded(self.domain[rows], self.discrimination[rows], self.thresholds[rows], self.group[rows])

    @cached_property
    def _steps(self) -> np.ndarray:
        """Odds of every threshold to the power of the discrimination (items, categories); inf where never reached."""
        with np.errstate(divide="ignore"):
            odds = (self.thresholds / (1 - self.thresholds)) ** self.discrimination[:, None]
        return np.where(np.isfinite(odds), odds, np.inf)

    @cached_property
    def _columns(self) -> tuple[np.ndarray, ...]:
        """Items of each group, in order; most groups have one item."""
        return tuple(np.flatnonzero(self.group == number) for number in dict.fromkeys(self.group.tolist()))

    @cached_property
    def _alone(self) -> tuple[tuple[int, float, np.ndarray, np.ndarray], ...]:
        """Items that count by themselves, joined: domain, discrimination, distinct steps and how often each occurs."""
        single = np.concatenate([c for c in self._columns if len(c) == 1] or [np.empty(0, int)]).astype(int)
        found = []
        for domain, power in sorted({(int(self.domain[i]), float(self.discrimination[i])) for i in single}):
            rows = [i for i in single if self.domain[i] == domain and self.discrimination[i] == power]
            steps = self._steps[rows].ravel()
            found.append((domain, power, *np.unique(steps[np.isfinite(steps)], return_counts=True)))
        return tuple(found)

    def expected(self, domains: np.ndarray) -> np.ndarray:
        """Expected total from domains (…, 7); no loop over people."""
        against = _against(domains)
        total = np.zeros(domains.shape[:-1])
        for domain, power, steps, counts in self._alone:
            odds = against[..., domain] ** power
            for step, count in zip(steps, counts, strict=True):
                total += count / (1 + odds * step)
        for columns in self._columns:
            if len(columns) > 1:
                reached = self.reached(domains, columns=columns)
                total += (1 - (1 - reached).prod(axis=-2)).sum(axis=-1)
        return total

    def reached(
        self, domains: np.ndarray, leaning: np.ndarray | float = 0.0, columns: Sequence[int] | np.ndarray | None = None
    ) -> np.ndarray:
        """Probability of each category or more (…, items, categories); `leaning` (…) of the rater, in logits."""
        columns = np.arange(len(self.domain)) if columns is None else np.asarray(columns)
        power = self.discrimination[columns]
        odds = (_against(domains)[..., self.domain[columns]] * np.exp(-np.asarray(leaning))[..., None]) ** power
        return 1 / (1 + odds[..., None] * self._steps[columns])

    def drawn(self, domains: np.ndarray, leaning: np.ndarray, chance: np.ndarray) -> np.ndarray:
        """Item scores (…, items) from uniform `chance` (…, items); NaN where a domain is."""
        reached = self.reached(domains, leaning)
        scores = (chance[..., None] < reached).sum(axis=-1).astype(float)
        return np.where(np.isfinite(reached).all(axis=-1), scores, np.nan)

    def added(self, scores: np.ndarray) -> np.ndarray:
        """Totals from item scores (…, items): each group once, by its highest."""
        total = np.zeros(scores.shape[:-1])
        for columns in self._columns:
            total += scores[..., columns].max(axis=-1)
        return total

    def variance(self, domains: np.ndarray) -> np.ndarray:
        """Variance of the total of one rating from domains (…, 7), rater's leaning apart."""
        total = np.zeros(domains.shape[:-1])
        for columns in self._columns:
            reached = 1 - (1 - self.reached(domains, columns=columns)).prod(axis=-2)
            weights = 2 * np.arange(1, reached.shape[-1] + 1) - 1
            total += reached @ weights - reached.sum(axis=-1) ** 2
        return total


def _against(domains: np.ndarray) -> np.ndarray:
    """Odds against the worst, (1 - d)/d."""
    inside = np.clip(domains, EDGE, 1 - EDGE)
    return (1 - inside) / inside
