"""Paths: the shortest ways by which one quantity of the model reaches another.

The assumption that matters: each step is one equation that names the one before, so a short path is a direct
mechanism and says nothing about size. Left out: paths through the patient's behaviour or the trial.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Mapping

from euthymia.errors import UnknownName
from euthymia.model.block import Model
from euthymia.report.why import uses
from euthymia.report.wording import label


def paths(model: Model, start: str, goal: str, most: int = 3) -> tuple[tuple[str, ...], ...]:
    """Up to `most` shortest paths from `start` (a quantity, parameter or input) to `goal`; raises `UnknownName`."""
    reaches = _reaches(model)
    known = {*reaches, *(name for names in reaches.values() for name in names), *model.parameters}
    for name in (start, goal):
        if name not in known:
            raise UnknownName("quantity", name, known)
    left = _steps_left(reaches, goal)
    found: list[tuple[str, ...]] = []
    waiting: list[tuple[int, tuple[str, ...]]] = [(left[start], (start,))] if start in left else []
    while waiting and len(found) < most:
        _, path = heapq.heappop(waiting)
        if path[-1] == goal:
            found.append(path)
            continue
        for step in reaches.get(path[-1], ()):
            if step in left and step not in path:
                heapq.heappush(waiting, (len(path) + left[step], (*path, step)))
    return tuple(found)


def paths_text(model: Model, found: tuple[tuple[str, ...], ...]) -> str:
    """Each path on a line with clinical names, and below it the equation of every step."""
    printed = {quantity.name: quantity for quantity in (*model.states, *model.values)}
    lines = []
    for number, path in enumerate(found, start=1):
        lines.append(f"{number}. " + " → ".join(label(name) for name in path))
        for name in path[1:]:
            quantity = printed[name]
            lines.append(f"     {' '.join(quantity.printed.split())}   (block {quantity.block}, line {quantity.line})")
    return "\n".join(lines) or "No equation connects them."


def _reaches(model: Model) -> dict[str, tuple[str, ...]]:
    """Name → the quantities whose equations use it, in alphabetical order."""
    found: dict[str, set[str]] = {}
    for quantity in (*model.states, *model.values):
        for used in uses(quantity):
            found.setdefault(used, set()).add(quantity.name)
    return {name: tuple(sorted(users)) for name, users in found.items()}


def _steps_left(reaches: Mapping[str, tuple[str, ...]], goal: str) -> dict[str, int]:
    """Fewest steps from each name to the goal; names that never reach it are left out."""
    back: dict[str, list[str]] = {}
    for name, users in reaches.items():
        for user in users:
            back.setdefault(user, []).append(name)
    left, queue = {goal: 0}, deque([goal])
    while queue:
        name = queue.popleft()
        for before in back.get(name, ()):
            if before not in left:
                left[before] = left[name] + 1
                queue.append(before)
    return left
