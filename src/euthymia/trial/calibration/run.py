"""A whole calibration, from the problem to what ships, with every part kept as it is finished.

Prior predictions, the most probable parameters, each hypothesis' alternatives, the ensemble, then what identifies what
and what would have been foreseen. The assumption that matters: one seed and one engine give the same numbers. Left out:
searching from several starts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from euthymia.engine.task import Engine
from euthymia.trial.calibration.ensemble import MEMBERS, Member, ensemble
from euthymia.trial.calibration.finished import Finished
from euthymia.trial.calibration.identified import identified
from euthymia.trial.calibration.left_out import LeftOut, left_out
from euthymia.trial.calibration.optimum import Point, predicted_in_batches, slopes, standing, stepped
from euthymia.trial.calibration.problem import Problem
from euthymia.trial.calibration.rivals import Rival, rivals
from euthymia.trial.calibration.stages import Arrays, Stages, stages
from euthymia.trial.enrol import base_model

ROUNDS = 14
PRIOR_DRAWS = 48

Progress = Callable[[str, int, int], None]


def calibrate(
    problem: Problem,
    engine: Engine,
    *,
    rounds: int = ROUNDS,
    members: int = MEMBERS,
    prior_draws: int = PRIOR_DRAWS,
    seed: int = 7,
    keep: Path | None = None,
    progress: Progress = lambda what, done, total: None,
) -> Finished:
    """Calibrate; with `keep`, parts are kept in that folder and a stopped calibration goes on from them.

    Raises `StoreError` if the folder holds parts of another calibration.
    """
    people = problem.trials.trials[0].trial.cohort.size
    asked = {
        "targets": problem.hash, "model": base_model().having(_centres(problem)).hash, "seed": seed,
        "rounds": rounds, "members": members, "prior_draws": prior_draws, "engine": engine.name,
        "hypotheses": _switches(problem),
    }  # fmt: skip
    parts = stages(keep, asked)
    progress("prior", 0, 1)
    before = parts.kept("prior", lambda: _prior(problem, engine, prior_draws, seed))["spread"]
    best = _search(problem, engine, rounds, parts, progress)
    progress("slopes", 0, 1)
    jacobian = parts.kept("slopes", lambda: {"jacobian": slopes(problem, best, engine)})["jacobian"]
    weighed = _rivals(problem, best, jacobian, engine, parts, progress)
    chunks = _Chunks(parts, problem, members, progress)
    drawn = ensemble(problem, best, jacobian, weighed, engine, members, seed, chunks)
    told = {by: _left_out(problem, best, jacobian, engine, by, parts, progress) for by in ("trial", "family")}
    progress("done", 1, 1)
    known = identified(problem, best, jacobian)
    return Finished(
        problem, best, jacobian, weighed, drawn, known, told, before, engine.name, seed, people, members
    )  # fmt: skip


def _switches(problem: Problem) -> str:
    """Hash of what every alternative sets."""
    told = sorted((*key, *sorted(sets.items())) for key, sets in problem.rivals.items())
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def _centres(problem: Problem) -> dict[str, float]:
    """Free parameters of the model at their prior's centre, so that the fit that ships does not matter."""
    known = base_model().parameters
    return {name: prior.centre for name, prior in problem.free.items() if name in known}


def _prior(problem: Problem, engine: Engine, draws: int, seed: int) -> dict[str, np.ndarray]:
    """Mean and standard deviation of every prediction before anything was seen (2, targets)."""
    random = np.random.default_rng(seed)
    points = problem.centre + problem.prior_sd * random.standard_normal((draws, len(problem.names)))
    told = predicted_in_batches(problem, np.clip(points, *problem.bounds), engine)
    return {"spread": np.stack([np.nanmean(told, axis=0), np.nanstd(told, axis=0)])}


def _search(problem: Problem, engine: Engine, rounds: int, parts: Stages, progress: Progress) -> Point:
    """Rounds of the search, going on from the last one that is kept."""
    found = parts.read("search")
    point = standing(problem, problem.centre, engine) if found is None else _point(found)
    while point.rounds < rounds and not point.finished:
        progress(f"search, cost {point.cost:.1f}", point.rounds, rounds)
        point = stepped(problem, point, slopes(problem, point, engine), engine, lambda text: None)
        parts.write("search", _arrays(point))
    return point


def _arrays(point: Point) -> dict[str, np.ndarray]:
    numbers = np.array([point.cost, point.damping, point.rounds, float(point.finished)])
    return {"x": point.x, "predicted": point.predicted, "numbers": numbers}


def _point(arrays: Arrays) -> Point:
    cost, damping, rounds, finished = arrays["numbers"]
    return Point(arrays["x"], arrays["predicted"], float(cost), float(damping), int(rounds), bool(finished))


def _rivals(
    problem: Problem, best: Point, jacobian: np.ndarray, engine: Engine, parts: Stages, progress: Progress
) -> tuple[Rival, ...]:
    def made() -> dict[str, np.ndarray]:
        found = rivals(problem, best, jacobian, engine, lambda n, total: progress("hypotheses", n, total))
        return {
            "names": np.array([[one.hypothesis, one.alternative] for one in found]),
            "numbers": np.array([[one.reference, one.prior, one.cost, one.weight] for one in found]),
            "x": np.stack([one.x for one in found]),
            "predicted": np.stack([one.predicted for one in found]),
            "awake": np.stack([one.awake for one in found]),
        }

    told = parts.kept("rivals", made)
    rows = zip(*(told[key] for key in ("names", "numbers", "x", "predicted", "awake")), strict=True)
    return tuple(
        Rival(str(n[0]), str(n[1]), bool(v[0]), float(v[1]), x, predicted, float(v[2]), awake, float(v[3]))
        for n, v, x, predicted, awake in rows
    )


class _Chunks:
    """Chunks of the ensemble, each kept as it is finished."""

    def __init__(self, parts: Stages, problem: Problem, members: int, progress: Progress) -> None:
        self.parts, self.problem, self.members, self.progress = parts, problem, members, progress

    def __call__(self, number: int, make: Callable[[], list[Member]]) -> list[Member]:
        def made() -> dict[str, np.ndarray]:
            found = make()
            return {
                "x": np.stack([m.x for m in found]),
                "predicted": np.stack([m.predicted for m in found]),
                "numbers": np.array([[m.cost, m.weight] for m in found]),
                "states": np.array([[" ".join(pair) for pair in m.states] for m in found]),
            }

        told = self.parts.kept(f"members-{number:03d}", made)
        self.progress("ensemble", min((number + 1) * len(told["x"]), self.members), self.members)
        return _members(told["x"], told["predicted"], told["numbers"], told["states"])


def _members(x: np.ndarray, predicted: np.ndarray, numbers: np.ndarray, states: np.ndarray) -> list[Member]:
    pairs = [tuple((str(s).split(" ")[0], str(s).split(" ")[1]) for s in told) for told in states]
    return [
        Member(one, held, there, float(cost), float(weight))
        for one, held, there, (cost, weight) in zip(x, pairs, predicted, numbers, strict=True)
    ]


def _left_out(
    problem: Problem, best: Point, jacobian: np.ndarray, engine: Engine, by: str, parts: Stages, progress: Progress
) -> tuple[LeftOut, ...]:
    def made() -> dict[str, np.ndarray]:
        found = left_out(problem, best, jacobian, engine, by, lambda n, total: progress(f"without {by}", n, total))
        return {"rows": np.array([[one.target, one.mean, one.sd] for one in found])}

    rows = parts.kept(f"without-{by}", made)["rows"]
    return tuple(LeftOut(int(target), float(mean), float(sd)) for target, mean, sd in rows)
