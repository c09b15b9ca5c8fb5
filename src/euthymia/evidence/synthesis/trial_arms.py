"""Trials of two or more arms as contrasts with their covariance.

Each trial's arms are compared with its first arm; contrasts of one trial share that arm's variance. The assumption that
matters: a treatment given in several arms of one trial (doses) is one treatment, so those arms are added up. Left out:
trials whose arms all give the same treatment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from euthymia.errors import DataError, Place
from euthymia.evidence.synthesis.effect_size import small_sample
from euthymia.evidence.synthesis.table_in import Table


@dataclass(frozen=True)
class Contrasts:
    """Rows of contrasts: `y` (rows,), block-diagonal `v` (rows, rows), `pairs` of treatment indices (row: first minus
    second), and which trial each row belongs to."""

    treatments: tuple[str, ...]
    studies: tuple[str, ...]
    y: np.ndarray
    blocks: tuple[np.ndarray, ...]
    pairs: tuple[tuple[int, int], ...]
    people: float

    @cached_property
    def design(self) -> np.ndarray:
        """Contrasts on treatments, shape (rows, T - 1); the first treatment is zero."""
        x = np.zeros((len(self.y), len(self.treatments)))
        for row, (one, other) in enumerate(self.pairs):
            x[row, one] += 1
            x[row, other] -= 1
        return x[:, 1:]

    @cached_property
    def shared(self) -> np.ndarray:
        """What one unit of tau2 adds to the covariance: 1 on the diagonal, a half within a trial."""
        return _diagonal([(np.eye(len(block)) + 1) / 2 for block in self.blocks])

    def weights(self, tau2: float) -> np.ndarray:
        """Inverse covariance at a given tau2, shape (rows, rows)."""
        return _diagonal([np.linalg.inv(block + tau2 * (np.eye(len(block)) + 1) / 2) for block in self.blocks])

    def log_determinant(self, tau2: float) -> float:
        """Log determinant of the weights at a given tau2."""
        return -sum(float(np.linalg.slogdet(block + tau2 * (np.eye(len(block)) + 1) / 2)[1]) for block in self.blocks)

    def of(self, keep: Sequence[int]) -> Contrasts:
        """The same with these trials alone (indices of `studies`)."""
        rows, at = [], 0
        chosen = set(keep)
        for index, block in enumerate(self.blocks):
            if index in chosen:
                rows += range(at, at + len(block))
            at += len(block)
        return Contrasts(
            self.treatments,
            tuple(self.studies[index] for index in sorted(chosen)),
            self.y[rows],
            tuple(self.blocks[index] for index in sorted(chosen)),
            tuple(self.pairs[row] for row in rows),
            self.people,
        )


def _diagonal(blocks: Sequence[np.ndarray]) -> np.ndarray:
    size = sum(len(block) for block in blocks)
    found, at = np.zeros((size, size)), 0
    for block in blocks:
        found[at : at + len(block), at : at + len(block)] = block
        at += len(block)
    return found


def components(contrasts: Contrasts) -> list[set[str]]:
    """Sets of treatments that trials join, directly or through others."""
    home = {index: {index} for index in range(len(contrasts.treatments))}
    for one, other in contrasts.pairs:
        if home[one] is not home[other]:
            home[one] |= home[other]
            for index in home[one]:
                home[index] = home[one]
    seen: list[set[int]] = []
    for part in home.values():
        if part not in seen:
            seen.append(part)
    return [{contrasts.treatments[index] for index in part} for part in seen]


def from_table(table: Table, measure: str) -> tuple[Contrasts, tuple[str, ...]]:
    """Contrasts of a table of arms (study, treatment, and events n or mean sd n) or of pairs (study, treat1, treat2,
    yi, and vi or sei), and the trials that were left out, each with its reason; raises `DataError`."""
    if table.has("treat1", "treat2", "yi"):
        return _from_pairs(table)
    if not table.has("study", "treatment"):
        raise DataError(
            "this is neither a table of arms nor of pairs",
            place=Place(table.file, 1),
            rule="Arms: study, treatment, and events n, or mean sd n. Pairs: study, treat1, treat2, yi, and vi or sei.",
            fix="Say which columns they are: --columns treatment=NAME",
        )
    kinds = ("events", "n") if measure in ("OR", "RR", "RD") else ("mean", "sd", "n")
    if "sd" in kinds and not table.has("sd") and table.has("sei"):  # an arm's mean with its standard error
        columns = {name: table.numbers(name) for name in ("mean", "n")}
        columns["sd"] = table.numbers("sei") * np.sqrt(columns["n"])
    else:
        columns = {name: table.numbers(name) for name in kinds}
    return _from_arms(table.text("study"), table.text("treatment"), columns, measure)


def _from_arms(
    studies: Sequence[str], treatments: Sequence[str], columns: Mapping[str, np.ndarray], measure: str
) -> tuple[Contrasts, tuple[str, ...]]:
    arms: dict[str, dict[str, list[dict[str, float]]]] = {}
    dropped: list[str] = []
    for row, (study, treatment) in enumerate(zip(studies, treatments, strict=True)):
        said = {name: float(values[row]) for name, values in columns.items()}
        trial = arms.setdefault(study, {})
        if all(np.isfinite(value) for value in said.values()) and said["n"] > 0 and treatment:
            trial.setdefault(treatment, []).append(said)
    trials: list[tuple[str, list[str], list[dict[str, float]]]] = []
    for study, given in arms.items():
        if len(given) < 2:
            dropped.append(f"{study}: fewer than two treatments with data")
            continue
        names = sorted(given)
        merged = [_merged(given[name]) for name in names]
        if measure in ("OR", "RR") and (
            all(one["events"] == 0 for one in merged) or all(one["events"] == one["n"] for one in merged)
        ):
            dropped.append(f"{study}: no events (or only events) in any arm")
            continue
        trials.append((study, names, merged))
    if not trials:
        raise DataError("no trial compares two treatments", fix="Check the columns of studies and treatments.")
    order = tuple(sorted({name for _, names, _ in trials for name in names}))
    index = {name: at for at, name in enumerate(order)}
    y, blocks, pairs, people = [], [], [], 0.0
    for _, names, merged in trials:
        effects, block = _trial(merged, measure)
        y += effects
        blocks.append(block)
        pairs += [(index[name], index[names[0]]) for name in names[1:]]
        people += sum(one["n"] for one in merged)
    kept = tuple(study for study, _, _ in trials)
    return Contrasts(order, kept, np.array(y), tuple(blocks), tuple(pairs), people), tuple(dropped)


def _merged(arms: list[dict[str, float]]) -> dict[str, float]:
    """Arms of one treatment as one (Cochrane Handbook 6.5.2.10 for means)."""
    total = arms[0]
    for one in arms[1:]:
        n = total["n"] + one["n"]
        if "events" in one:
            total = {"events": total["events"] + one["events"], "n": n}
            continue
        between = total["n"] * one["n"] / n * (total["mean"] - one["mean"]) ** 2
        within = (total["n"] - 1) * total["sd"] ** 2 + (one["n"] - 1) * one["sd"] ** 2
        mean = (total["n"] * total["mean"] + one["n"] * one["mean"]) / n
        total = {"mean": mean, "sd": float(np.sqrt((within + between) / (n - 1))), "n": n}
    return total


def _trial(arms: list[dict[str, float]], measure: str) -> tuple[list[float], np.ndarray]:
    """Contrasts of one trial against its first arm, and their covariance."""
    n = np.array([one["n"] for one in arms])
    if "events" in arms[0]:
        events = np.array([one["events"] for one in arms])
        if ((events == 0) | (events == n)).any() and measure != "RD":
            events, n = events + 0.5, n + 1.0
        rest = n - events
        value, variance = {
            "OR": lambda: (np.log(events / rest), 1 / events + 1 / rest),
            "RR": lambda: (np.log(events / n), 1 / events - 1 / n),
            "RD": lambda: (events / n, np.maximum(events * rest / n**3, 1e-12)),
        }[measure]()
        return list(value[1:] - value[0]), np.diag(variance[1:]) + variance[0]
    mean, sd = np.array([one["mean"] for one in arms]), np.array([one["sd"] for one in arms])
    if measure == "MD":
        variance = sd**2 / n
        return list(mean[1:] - mean[0]), np.diag(variance[1:]) + variance[0]
    if measure != "SMD":
        raise DataError(f"'{measure}' is no measure for networks", rule="Known: OR, RR, RD, MD, SMD.")
    freedom = float(np.sum(n) - len(n))
    pooled = np.sqrt(np.sum((n - 1) * sd**2) / freedom)
    y = float(small_sample(np.array([freedom]))[0]) * (mean[1:] - mean[0]) / pooled
    whole = np.sum(n)
    return list(y), np.diag(1 / n[1:]) + 1 / n[0] + np.outer(y, y) / (2 * whole)


def _from_pairs(table: Table) -> tuple[Contrasts, tuple[str, ...]]:
    """Contrasts given as pairs; a trial of m arms must give m - 1 pairs or all m(m - 1)/2."""
    studies = table.text("study")
    ones, others, y = table.text("treat1"), table.text("treat2"), table.numbers("yi")
    v = table.numbers("vi") if table.has("vi") else table.numbers("sei") ** 2
    rows: dict[str, list[int]] = {}
    for row, study in enumerate(studies):
        if np.isfinite(y[row]) and np.isfinite(v[row]) and v[row] > 0:
            rows.setdefault(study, []).append(row)
    order = tuple(sorted({name for at in rows.values() for row in at for name in (ones[row], others[row])}))
    index = {name: at for at, name in enumerate(order)}
    found_y: list[float] = []
    blocks, pairs, kept, dropped = [], [], [], []
    for study, given in rows.items():
        names = sorted({name for row in given for name in (ones[row], others[row])})
        if len(given) == 1:
            row = given[0]
            found_y.append(float(y[row]))
            blocks.append(np.array([[v[row]]]))
            pairs.append((index[ones[row]], index[others[row]]))
        elif len(given) == len(names) * (len(names) - 1) // 2:
            effects, block = _multi(names, [(ones[row], others[row], y[row], v[row]) for row in given])
            found_y += effects
            blocks.append(block)
            pairs += [(index[name], index[names[0]]) for name in names[1:]]
        else:
            dropped.append(f"{study}: {len(given)} pairs of {len(names)} treatments (all pairs are needed)")
            continue
        kept.append(study)
    if not kept:
        raise DataError("no pair can be used", place=Place(table.file))
    return Contrasts(order, tuple(kept), np.array(found_y), tuple(blocks), tuple(pairs), float("nan")), tuple(dropped)


def _multi(names: list[str], given: list[tuple[str, str, float, float]]) -> tuple[list[float], np.ndarray]:
    """All pairs of a trial as contrasts with the first arm: cov = (v01 + v02 - v12)/2."""
    value, variance = {}, {}
    for one, other, y, v in given:
        value[one, other], value[other, one] = y, -y
        variance[one, other] = variance[other, one] = v
    first, rest = names[0], names[1:]
    block = np.array(
        [
            [
                variance[first, one] if one == other
                else (variance[first, one] + variance[first, other] - variance[one, other]) / 2
                for other in rest
            ]
            for one in rest
        ]
    )  # fmt: skip
    return [value[one, first] for one in rest], block
