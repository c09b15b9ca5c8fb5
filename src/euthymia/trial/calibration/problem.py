"""The question a calibration answers: free parameters with their priors, and everything published they must explain.

Misses are whitened by the covariance of their trial and softened beyond two deviations, so that one odd trial cannot
rule. The assumption that matters: pharmacokinetics and occupancy come calibrated from the drug files and are inputs
here. Left out: items.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from euthymia.engine.choose import default_engine
from euthymia.engine.task import Engine
from euthymia.errors import TrialError, UnknownName
from euthymia.evidence.library import calibration_trials
from euthymia.evidence.published_trial import PublishedTrial
from euthymia.model.downstream import MODULES
from euthymia.model.hypothesis import hypotheses
from euthymia.model.parameter_table import Prior, priors, values_for
from euthymia.trial.calibration.marker_targets import MarkerTargets, marker_targets
from euthymia.trial.calibration.published_targets import targets_of
from euthymia.trial.calibration.target import CONTROLS, Target, covariance
from euthymia.trial.calibration.virtual_trials import Alternative, States, VirtualTrials, virtual_trials
from euthymia.trial.express import DAYS_ASSUMED, express
from euthymia.trial.protocol import Trial

PEOPLE = 24
SEED = 20251
FAILED = 6.0  # deviations that a prediction which could not be made counts
#: tables of parameters a calibration may move beside those of the downstream blocks
TABLES = ("life", "expectancy", "contacts", "publication")


@dataclass(frozen=True)
class Problem:
    """Targets in one order, trials first, then markers; free parameters with their priors, in one order."""

    free: Mapping[str, Prior]
    trials: VirtualTrials
    markers: MarkerTargets
    rivals: Mapping[Alternative, Mapping[str, float]]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.free)

    @cached_property
    def centre(self) -> np.ndarray:
        """Logarithms of the prior's centres (free,)."""
        return np.log([prior.centre for prior in self.free.values()])

    @cached_property
    def prior_sd(self) -> np.ndarray:
        return np.array([prior.log_sd for prior in self.free.values()])

    @cached_property
    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Logarithms of the lowest and highest values (free,)."""
        return np.log([p.low for p in self.free.values()]), np.log([p.high for p in self.free.values()])

    @property
    def count(self) -> int:
        return len(self.trials.targets) + len(self.markers.observed)

    @cached_property
    def published(self) -> np.ndarray:
        """Published numbers (targets,)."""
        return np.array([*(t.published for t in self.trials.targets), *(o.published for o in self.markers.observed)])

    @cached_property
    def sd(self) -> np.ndarray:
        """By how much a right model may miss each (targets,)."""
        return np.sqrt(np.diag(self.covariance))

    @cached_property
    def covariance(self) -> np.ndarray:
        """Of what a right model misses (targets, targets)."""
        own = [o.sd**2 / o.weight for o in self.markers.observed]
        whole = np.zeros((self.count, self.count))
        many = len(self.trials.targets)
        whole[:many, :many] = covariance(self.trials.targets)
        whole[range(many, self.count), range(many, self.count)] = own
        return whole

    @cached_property
    def whitener(self) -> np.ndarray:
        """Turns misses into independent ones of size 1."""
        from scipy.linalg import solve_triangular

        root = np.linalg.cholesky(self.covariance)
        return solve_triangular(root, np.eye(self.count), lower=True)

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """What each target belongs to: a family of treatments, or the kind of marker."""
        return (*(t.family for t in self.trials.targets), *(o.group for o in self.markers.observed))

    @cached_property
    def of_trial(self) -> np.ndarray:
        """Id of the trial of each target, empty for markers (targets,)."""
        return np.array([*(t.trial for t in self.trials.targets), *("" for _ in self.markers.observed)])

    @cached_property
    def hash(self) -> str:
        """Hash of targets and priors, so that a fit says what it was fitted to."""
        return hash_of(self.trials.targets, self.markers.observed, self.free)

    def predict(
        self,
        points: np.ndarray,
        engine: Engine,
        only: frozenset[str] | None = None,
        states: Sequence[States] | None = None,
    ) -> np.ndarray:
        """Every target (sets, targets) under logarithms `points` (sets, free); with `only`, those of these trials.

        `states` are the alternatives that hold in each set, the references if not given.
        """
        trials = self.trials.predict(points, engine, only, states) + self._small_study(points)
        if only is not None:
            return np.concatenate([trials, np.full((len(points), len(self.markers.observed)), np.nan)], axis=1)
        settings = [self.sets_of(state) for state in states or [()] * len(points)]
        return np.concatenate([trials, self.markers.predict(self.names, points, settings, engine)], axis=1)

    def sets_of(self, states: States) -> dict[str, float]:
        """Parameters that a combination of alternatives sets."""
        return {name: number for alternative in states for name, number in self.rivals[alternative].items()}

    def _small_study(self, points: np.ndarray) -> np.ndarray:
        """What small trials overstate (sets, trial targets): a share of a contrast's standard error."""
        told = [t.measure == "difference" and t.arms[1].startswith(CONTROLS) for t in self.trials.targets]
        se = np.array([t.se * one for t, one in zip(self.trials.targets, told, strict=True)])
        if "publication.small_study" not in self.free:
            return -values_for("publication")["small_study"].number * se[None, :]
        return -np.exp(points[:, self.names.index("publication.small_study"), None]) * se

    def misses(self, predicted: np.ndarray) -> np.ndarray:
        """Whitened misses (sets, targets): published taken from predicted."""
        raw = predicted - self.published
        raw = np.where(np.isfinite(raw), raw, FAILED * self.sd)
        return raw @ self.whitener.T

    def prior_misses(self, points: np.ndarray) -> np.ndarray:
        return (points - self.centre) / self.prior_sd

    def cost(self, points: np.ndarray, predicted: np.ndarray) -> np.ndarray:
        """Twice the negative log posterior, but for a constant (sets,)."""
        softened = softened_square(self.misses(predicted)).sum(axis=1)
        return softened + (self.prior_misses(points) ** 2).sum(axis=1)


def softened_square(misses: np.ndarray) -> np.ndarray:
    """Squares that grow like sizes beyond two deviations."""
    size = np.abs(misses)
    return np.where(size <= 2, size**2, 4 * size - 4)


def softening(misses: np.ndarray) -> np.ndarray:
    """Weights under which least squares has the slope of the softened squares."""
    return np.where(np.abs(misses) <= 2, 1.0, 2 / np.maximum(np.abs(misses), 1e-12))


def free_parameters() -> dict[str, Prior]:
    """Every parameter with a prior, by full name."""
    names = [module.block().name for module in MODULES] + list(TABLES)
    return {f"{block}.{name}": prior for block in names for name, prior in priors(block).items()}


def problem(
    people: int = PEOPLE,
    seed: int = SEED,
    trials: Sequence[PublishedTrial] | None = None,
    free: Sequence[str] | None = None,
    markers: bool = True,
    engine: Engine | None = None,
) -> Problem:
    """The calibration problem; from the calibration trials alone unless `trials` says otherwise.

    `free` names the parameters that may move (all with a prior, if not given). Raises `TrialError` when nothing that
    is published can be answered, `UnknownName` for a parameter without a prior.
    """
    known = free_parameters()
    for name in free or ():
        if name not in known:
            raise UnknownName("free parameter", name, known)
    chosen = {name: prior for name, prior in known.items() if free is None or name in free}
    made = questions(people, seed, trials)
    if not made:
        raise TrialError(
            "no published number can be answered by the model",
            rule="A calibration needs an arm mean, a contrast, a rate or an odds ratio at a dated visit.",
            fix="See docs/trial-table.md; 'euthymia score trials --json' gives the reason for every row.",
        )
    names = tuple(chosen)
    start = np.array([prior.centre for prior in chosen.values()])
    rivals = rival_sets()
    trials_made = virtual_trials(made, names, start, rivals, engine or default_engine())
    return Problem(chosen, trials_made, marker_targets(people, seed, markers), rivals)


def questions(
    people: int = PEOPLE, seed: int = SEED, trials: Sequence[PublishedTrial] | None = None
) -> list[tuple[Trial, list[Target]]]:
    """Virtual trials and what each must answer; the calibration trials' unless `trials` says otherwise."""
    made = []
    for published in calibration_trials() if trials is None else trials:
        expressed = express(published, people, seed, 0)
        if expressed.trial is None:
            continue
        assumed = {arm for arm, said in expressed.liberties.items() if DAYS_ASSUMED in said}
        arms = tuple(name for name in expressed.trial.arms if name not in assumed)
        found = targets_of(published, expressed.trial, arms)
        if any(target.measure != "baseline" for target in found):
            made.append((expressed.trial.with_(adherence=1.0), found))
    return made


def hash_of(targets: Sequence[Target], observed: Sequence[Any], free: Mapping[str, Prior]) -> str:
    """Hash of a question: what must be answered, and by what."""
    told = (tuple(targets), tuple(observed), sorted(free.items()))
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def rival_sets() -> dict[Alternative, Mapping[str, float]]:
    """What every alternative of every hypothesis sets, the references included."""
    return {(name, one.name): one.sets for name, told in hypotheses().items() for one in told.alternatives}
