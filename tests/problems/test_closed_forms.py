"""One, two and three compartments against solutions that can be written down, to 1e-8.

After a unit dose into the central compartment its amount is a sum of exponentials, whose rates are the roots of the
characteristic polynomial (gibaldi1982, chapters 1 and 2, as recalled; worked out anew in `Exponentials.of`). Infusion,
entry at first order and endless repetition follow from one exponential by integration and by the geometric series.
The same solutions are asked of the equations alone and of the blocks that every drug here is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from euthymia.engine import methods
from euthymia.engine.compiled import CompiledEngine
from euthymia.engine.lower import lower
from euthymia.engine.program import Program
from euthymia.engine.reference import ReferenceEngine
from euthymia.engine.schedule import Bolus, Event, Rate, tabulate
from euthymia.engine.task import Task
from euthymia.evidence.value import Grade, Value
from euthymia.model.assemble import assemble
from euthymia.model.expression import parse
from euthymia.model.pharmacokinetics import absorption, disposition
from euthymia.treatments.compound import Compound, Peripheral
from euthymia.treatments.drug import Drug, Route

ENGINES = {"Rodas5P": CompiledEngine(threads=1), "reference": ReferenceEngine(workers=1)}
if hasattr(methods, "TSIT5"):
    ENGINES["Tsit5"] = CompiledEngine(threads=1, method=methods.TSIT5)

CLEARANCE, VOLUME, ENTRY = 5.0, 30.0, 0.9  # L/h, L, 1/h
PERIPHERALS = ((12.0, 40.0), (2.0, 60.0))  # flow in L/h and volume in L
DOSE, LENGTH, INTERVAL = 100.0, 1.5, 24.0  # mg, h, h
DOSES = 60  # until what is missing from steady state is below 1e-12
TIMES = np.array([0.1, 0.5, 1.0, 1.5, 2.0, 4.0, 7.0, 12.0, 18.0, 24.0])


@dataclass(frozen=True)
class Exponentials:
    """Amount in the central compartment after a unit dose into it: sum of `weights` e^(-`rates` t)."""

    rates: np.ndarray
    weights: np.ndarray

    @classmethod
    def of(cls, compartments: int) -> Exponentials:
        out = [flow / VOLUME for flow, _ in PERIPHERALS[: compartments - 1]]
        back = np.array([flow / volume for flow, volume in PERIPHERALS[: compartments - 1]])
        # (k10 - s + sum of out_j) prod(back_j - s) - sum of out_j back_j prod over the others (back_i - s) = 0
        polynomial = np.polynomial.Polynomial([CLEARANCE / VOLUME + sum(out), -1.0])
        for rate in back:
            polynomial *= np.polynomial.Polynomial([rate, -1.0])
        for j, (there, rate) in enumerate(zip(out, back, strict=True)):
            term = np.polynomial.Polynomial([there * rate])
            for other in np.delete(back, j):
                term *= np.polynomial.Polynomial([other, -1.0])
            polynomial -= term
        rates = np.sort(polynomial.roots().real)
        weights = [np.prod(back - s) / np.prod(np.delete(rates, i) - s) for i, s in enumerate(rates)]
        return cls(rates, np.array(weights))

    def total(self, each: Callable[[float], np.ndarray]) -> np.ndarray:
        return sum(weight * each(rate) for rate, weight in zip(self.rates, self.weights, strict=True))


def bolus(curve: Exponentials, t: np.ndarray, repeated: bool) -> np.ndarray:
    return DOSE * curve.total(lambda k: np.exp(-k * t) / left_over(k, repeated))


def oral(curve: Exponentials, t: np.ndarray, repeated: bool) -> np.ndarray:
    def each(k: float) -> np.ndarray:
        entered = np.exp(-ENTRY * t) / left_over(ENTRY, repeated)
        return ENTRY / (ENTRY - k) * (np.exp(-k * t) / left_over(k, repeated) - entered)

    return DOSE * curve.total(each)


def infusion(curve: Exponentials, t: np.ndarray, repeated: bool) -> np.ndarray:
    def each(k: float) -> np.ndarray:
        now = -np.expm1(-k * np.minimum(t, LENGTH)) * np.exp(-k * np.maximum(t - LENGTH, 0))
        before = -np.expm1(-k * LENGTH) * np.exp(-k * (t + INTERVAL - LENGTH)) / left_over(k, True)
        return (now + repeated * before) / k

    return DOSE / LENGTH * curve.total(each)


def left_over(rate: float, repeated: bool) -> float:
    """One minus what is left of a dose when the next is given; one if there is no next."""
    return -np.expm1(-rate * INTERVAL) if repeated else 1.0


WAYS = {"bolus": bolus, "infusion": infusion, "oral": oral}
CASES = [(n, way, repeated) for n in (1, 2, 3) for way in WAYS for repeated in (False, True)]


def events(way: str, repeated: bool, names: dict[str, str]) -> list[Event]:
    times = INTERVAL * np.arange(DOSES + 1 if repeated else 1)
    if way == "infusion":
        return [Rate(time, names[way], DOSE / LENGTH, LENGTH) for time in times]
    return [Bolus(time, names[way], DOSE) for time in times]


def solved(
    engine, program: Program, numbers: Sequence[float], way: str, repeated: bool, names: dict[str, str]
) -> np.ndarray:
    task = Task(
        program=program,
        parameters=np.array([numbers], float),
        schedule=tabulate(program, [events(way, repeated, names)]),
        times=TIMES + (INTERVAL * DOSES if repeated else 0.0),
        outputs=(names["output"],),
        rtol=1e-11,
        atol=1e-13,
    )
    solution = engine.solve(task)
    assert solution.status[0].ok, solution.status[0].message
    return solution.values[0, :, 0]


def equations(compartments: int) -> Program:
    """The textbook's equations, in amounts."""
    flows = [(f"peripheral{j}", flow, volume) for j, (flow, volume) in enumerate(PERIPHERALS[: compartments - 1])]
    out = "".join(f" - {flow}/{VOLUME}*central + {flow}/{volume}*{name}" for name, flow, volume in flows)
    rates = {"depot": f"-{ENTRY}*depot", "central": f"rate + {ENTRY}*depot - {CLEARANCE}/{VOLUME}*central{out}"}
    rates |= {name: f"{flow}/{VOLUME}*central - {flow}/{volume}*{name}" for name, flow, volume in flows}
    zeros = tuple(parse("0") for _ in rates)
    return Program((), ("rate",), (parse("0"),), tuple(rates), zeros, (), tuple(map(parse, rates.values())))


def said(number: float, unit: str) -> Value:
    return Value(number, unit, grade=Grade.assumed, because="a round value for a test")


@pytest.mark.parametrize("compartments", [1, 2, 3])
def test_the_solution_written_down_is_one(compartments):
    """At time zero all of the dose is there, and its area is the dose over the clearance."""
    curve = Exponentials.of(compartments)
    assert curve.weights.sum() == pytest.approx(1.0, rel=1e-13)
    assert (curve.weights / curve.rates).sum() == pytest.approx(VOLUME / CLEARANCE, rel=1e-13)
    assert np.exp(-curve.rates[0] * INTERVAL * DOSES) < 1e-12


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("compartments", "way", "repeated"), CASES)
def test_equations_agree_with_the_closed_form(engine, compartments, way, repeated):
    names = {"bolus": "central", "oral": "depot", "infusion": "rate", "output": "central"}
    found = solved(ENGINES[engine], equations(compartments), [], way, repeated, names)
    np.testing.assert_allclose(found, WAYS[way](Exponentials.of(compartments), TIMES, repeated), rtol=1e-8)


@pytest.mark.parametrize(("compartments", "way", "repeated"), CASES)
def test_the_blocks_of_a_drug_agree_with_the_closed_form(compartments, way, repeated):
    """Absorption and disposition as assembled for any drug; concentration in ng/mL."""
    peripherals = tuple(
        Peripheral(volume=said(volume, "L"), clearance=said(flow, "L/hour"))
        for flow, volume in PERIPHERALS[: compartments - 1]
    )
    compound = Compound(
        name="plain", volume=said(VOLUME, "L"), clearance=said(CLEARANCE, "L/hour"), peripherals=peripherals
    )
    route = Route(kind="first-order", rate=said(ENTRY, "1/hour"))
    drug = Drug(
        name="plain", label="plain", kind="drug", contains={"plain": 1.0}, routes={"oral": route}, compounds=(compound,)
    )
    entry = absorption.block(drug, "oral")
    assert entry is not None
    model = assemble([entry, disposition.block(compound, absorption.sources(drug, "oral", "", "plain"))])
    numbers = [value.number for value in model.parameters.values()]
    names = {
        "bolus": "plain.central",
        "oral": "plain_oral.depot",
        "infusion": "plain.infusion",
        "output": "plain_plasma",
    }
    found = solved(ENGINES["Rodas5P"], lower(model), numbers, way, repeated, names)
    expected = WAYS[way](Exponentials.of(compartments), TIMES, repeated) / VOLUME * 1000
    np.testing.assert_allclose(found, expected, rtol=1e-8)
