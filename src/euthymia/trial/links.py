"""Points on one rating scale as points on another, by published links and by our own items.

The published route follows equipercentile anchors (leucht2018) and, from the self-rated scale, a chain over HAM-D17;
between anchors it is straight, and outside them it goes on as it began. The item route asks which total the other
scale has where all symptom domains are equally severe. The assumption that matters: people with one total on one scale
have one total on the other. Left out: HAM-D of 21 and 24 items, for which no published table was found.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from euthymia.errors import UnknownName
from euthymia.evidence.library import library
from euthymia.model.symptoms.domains import DOMAINS
from euthymia.trial.scale import Link, scale

SEVERITIES = np.linspace(0.0, 1.0, 2001)  # of all domains at once, for the item route


def madrs_points(name: str) -> float:
    """MADRS points that one point of a scale is worth, in small differences; raises `UnknownName`."""
    return scale(name).madrs_points.number


def convert(points: np.ndarray | float, of: str, to: str, change: bool = False) -> np.ndarray:
    """`points` on scale `of` as points on scale `to` by published links; raises `UnknownName` where none leads there.

    `change` links improvements instead of totals, where a table for them was published. Inside the scale's range
    unless it is a change.

    >>> float(convert(20, "HAMD17", "MADRS")), float(convert(11, "QIDS_SR16", "HAMD17"))
    (26.0, 14.0)
    """
    one, other = scale(of), scale(to)
    found = np.asarray(points, float)
    for link, forwards in _way(one.name, other.name):
        x, y = _anchors(link, change)
        found = np.sign(found) * _along(np.abs(found), *((x, y) if forwards else (y, x)))
    return found if change else np.clip(found, 0, other.maximum)


def by_items(points: np.ndarray | float, of: str, to: str) -> np.ndarray:
    """`points` on scale `of` as points on scale `to` where all domains are equally severe."""
    alike = np.repeat(SEVERITIES[:, None], len(DOMAINS), axis=1)
    severity = np.interp(np.asarray(points, float), scale(of).total(alike), SEVERITIES)
    return np.interp(severity, SEVERITIES, scale(to).total(alike))


def disagreement(points: np.ndarray | float, of: str, to: str) -> np.ndarray:
    """Item route minus published route, in points of `to`."""
    return by_items(points, of, to) - convert(points, of, to)


def _way(one: str, other: str) -> Iterator[tuple[Link, bool]]:
    """Links that lead from one scale to another, each with whether it is followed forwards."""
    up, down = _upwards(one), _upwards(other)
    joint = next((name for name, _ in up if name in [known for known, _ in down]), None)
    if joint is None:
        raise UnknownName("link", f"{one} to {other}", [name for name, _ in up])
    for name, link in up:
        if name == joint:
            break
        assert link is not None  # only the last of a chain has none
        yield link, True
    names = [name for name, _ in down]
    for _, link in reversed(down[: names.index(joint)]):
        assert link is not None
        yield link, False


def _upwards(name: str) -> list[tuple[str, Link | None]]:
    """A scale and those its links lead to, in order."""
    found: list[tuple[str, Link | None]] = []
    while name:
        link = scale(name).link
        found.append((name, link))
        name = scale(link.to).name if link else ""
    return found


def _anchors(link: Link, change: bool) -> tuple[np.ndarray, np.ndarray]:
    """Anchors of a link from (0, 0) on; a pair on the other scale counts by its middle."""
    row = library().scale_links[link.change if change and link.change else link.table]
    x = [0.0, *(float(one) for one, _ in row.anchors)]
    y = [0.0, *(float(np.mean(other)) for _, other in row.anchors)]
    return np.array(x), np.array(y)


def _along(points: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Straight between anchors, and beyond the last as between the last two."""
    slope = (y[-1] - y[-2]) / (x[-1] - x[-2])
    return np.where(points > x[-1], y[-1] + slope * (points - x[-1]), np.interp(points, x, y))
