"""Pharmacology as sentences: what is given, what is expected, and who says so.

A claim is a mapping in one of the YAML files beside this one:

    claim:  one sentence
    give:   a regimen, as in a plan file
    expect: {quantity: …, measure: value|peak|time of peak|area|half-life, from: hour, to: hour, between: [low, high]}
    source: key in sources.bib
    where:  place in it

`at: hour` is short for a value at one time. `over` divides by another measure of the same curve, and `than` by the same
measure under another regimen. `body: ill` asks about a patient in an episode instead of a healthy body. A claim that
the model fails keeps its place with `misses: <since, and why>`; it is printed, and has to miss.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from pydantic import BaseModel, ConfigDict, Field

from euthymia.evidence.checked import checked
from euthymia.evidence.library import library
from euthymia.evidence.yaml_with_lines import read_yaml
from euthymia.treatments.regimen_file import regimen_from

LEAST = 18  # claims; a file that is not found would otherwise pass


class Measure(BaseModel):
    """Something read off a curve, between two hours."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    measure: Literal["value", "peak", "time of peak", "area", "half-life", "mean"] = "value"
    at: float | None = None
    start: float = Field(0.0, alias="from")
    end: float | None = Field(None, alias="to")


class Expected(Measure):
    quantity: str
    between: tuple[float, float]
    over: Measure | None = None


class Claim(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    claim: str
    give: Mapping[str, Any]
    expect: Expected
    source: str
    where: str
    than: Mapping[str, Any] | None = None
    body: Literal["healthy", "ill"] = "healthy"
    misses: str | None = None


def collected() -> list[Claim]:
    found = []
    for file in sorted(Path(__file__).parent.glob("*.yaml")):
        document = read_yaml(file)
        found += [checked(Claim, document, row) for row in range(len(document.content))]
    return found


CLAIMS = collected()


def read_off(measure: Measure, times: np.ndarray, curve: np.ndarray) -> float:
    if measure.at is not None:
        return float(np.interp(measure.at, times, curve))
    end = times[-1] if measure.end is None else measure.end
    within = (times >= measure.start - 1e-9) & (times <= end + 1e-9)
    hours, seen = times[within], curve[within]
    match measure.measure:
        case "peak":
            return float(seen.max())
        case "time of peak":
            return float(hours[seen.argmax()] - measure.start)
        case "area":
            return float(np.trapezoid(seen, hours))
        case "half-life":
            return float(np.log(2) * (hours[-1] - hours[0]) / np.log(seen[0] / seen[-1]))
        case "mean":
            return float(seen.mean())
    return float(seen[-1])


def answer(claim: Claim, treat: Callable[..., Mapping[str, np.ndarray]]) -> float:
    expected = claim.expect
    measures = [expected, *([expected.over] if expected.over else [])]
    last = max(m.at if m.at is not None else m.end or 0.0 for m in measures)
    times = np.unique(np.concatenate([np.arange(0, min(last, 24.0), 0.05), np.arange(0, last, 0.5), [last]]))

    def curve(given: Mapping[str, Any]) -> np.ndarray:
        plan = regimen_from(given).plan()
        return treat(plan, times, [expected.quantity], ill=claim.body == "ill")[expected.quantity]

    found = read_off(expected, times, curve(claim.give))
    if expected.over is not None:
        found /= read_off(expected.over, times, curve(claim.give))
    if claim.than is not None:
        found /= read_off(expected, times, curve(claim.than))
    return found


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.claim)
def test_claim(claim: Claim, treat):
    low, high = claim.expect.between
    found = answer(claim, treat)
    said = f"{claim.claim} ({claim.source}, {claim.where}): {low:g} to {high:g} expected, {found:.4g} found"
    if claim.misses is None:
        assert low <= found <= high, said
    else:
        print(f"misses {claim.misses}: {said}")
        assert not low <= found <= high, f"no longer misses; take the word away. {said}"


def test_there_are_claims():
    assert len(CLAIMS) >= LEAST
    assert len({claim.claim for claim in CLAIMS}) == len(CLAIMS)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.claim)
def test_every_claim_names_a_source_we_hold(claim: Claim):
    assert library().source(claim.source)
    assert claim.where
