"""Markers: what a row says, what its experiment gives beside a direct simulation, errors, units, and other tables."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from euthymia.cli.app import ended
from euthymia.cohort.cohort import cohort
from euthymia.engine.choose import default_engine
from euthymia.engine.lower import lower
from euthymia.engine.schedule import tabulate
from euthymia.engine.task import Solution, Status, Task
from euthymia.errors import DataError, UnknownName
from euthymia.evidence.marker import Marker
from euthymia.evidence.preclinical import CoursePoint
from euthymia.evidence.value import Value
from euthymia.model.assemble import assemble
from euthymia.model.block import Block
from euthymia.model.downstream import downstream
from euthymia.model.symptoms.domains import DOMAINS
from euthymia.model.treatment import model_of
from euthymia.treatments.order import infusion, oral
from euthymia.trial.biomarkers.bench import holding
from euthymia.trial.biomarkers.experiment import CannotExpress, Experiment, experiment_of
from euthymia.trial.biomarkers.link import Link, Protocol, links
from euthymia.trial.biomarkers.observed import Item, items, observed
from euthymia.trial.biomarkers.predict import RULE_WIDTH, SEED, predict, predict_all, prepare
from euthymia.trial.biomarkers.score import score, summaries
from euthymia.trial.biomarkers.statistic import from_course, from_people
from euthymia.trial.biomarkers.table import read_table
from euthymia.trial.conduct import arm_task
from euthymia.trial.enrol import RUN_IN_HOURS, Person, base_model, traits
from euthymia.trial.protocol import trial
from euthymia.trial.scale import scale
from euthymia.trial.world import World

PEOPLE = 6
ENGINE = default_engine()
#: parameters away from any fit, so that nothing here rests on one
ELSEWHERE = {"serotonin.desensitisation": 0.7, "circuit.from_stress": 1.1, "contacts.visit_oral": 0.7}


def marker(**given: object) -> Marker:
    row = {"id": "x", "marker": "cortisol", "comparison": "MDD vs controls", "direction": "up", "n": "50 vs 50"}
    return Marker.model_validate(row | {"confidence": "verified", "source": "s"} | given)


def course(**given: object) -> CoursePoint:
    row = {"id": "x", "marker": "firing", "protocol": "sert-block", "quantity": "raphe_firing", "se": 5}
    return CoursePoint.model_validate(
        row | {"time_h": 100, "value": 0, "confidence": "verified", "source": "s"} | given
    )


def only(*rows: Marker | CoursePoint) -> tuple[Item, ...]:
    markers = [row for row in rows if isinstance(row, Marker)]
    return items(markers, [row for row in rows if isinstance(row, CoursePoint)])


def answer(*rows: Marker | CoursePoint) -> list[float]:
    return predict(prepare(PEOPLE, rows=only(*rows)), ELSEWHERE, ENGINE).tolist()


# what a row says


def test_ours_are_enough_and_every_one_has_an_error():
    ours = observed()
    assert len(ours) >= 10
    assert {row.group for row in ours} == {"biomarker", "preclinical"}
    assert all(row.sd > 0 and 0 < row.weight <= 1 for row in ours)
    assert all(row.weight <= 0.5 for row in ours if row.confidence == "computed")


def test_the_standard_error_comes_from_what_is_printed():
    share = links().translation["people"].share

    def error(**effect: object) -> float:
        item = only(marker(effect=effect))[0]
        assert item.observed is not None
        return float(np.sqrt(item.observed.sd**2 - (share * item.observed.published) ** 2))

    assert error(smd=0.5, ci95=[0.3, 0.7]) == pytest.approx(0.4 / 3.92)
    assert error(smd=0.5, se=0.2) == pytest.approx(0.2)
    assert error(smd=1.0, p=0.05) == pytest.approx(1 / 1.959964, rel=1e-5)
    assert error(smd=1.0, p="<.001") == pytest.approx(1 / 3.290527, rel=1e-5)
    assert error(smd=0.5) == pytest.approx(np.sqrt(1 / 50 + 1 / 50 + 0.25 / 200))


def test_a_link_with_an_assumed_slope_has_the_larger_error():
    assert "slope" in links().markers["bdnf"].assumed
    for name, share in (("cortisol", "people"), ("serum BDNF", "stand-ins")):
        item = only(marker(marker=name, effect={"smd": 1.0, "se": 0.1}))[0]
        assert item.observed is not None
        assert item.observed.sd == pytest.approx(np.hypot(0.1, links().translation[share].share))


def test_an_interval_belongs_to_the_number_it_holds():
    first, second = only(marker(effect={"smd": 0.5, "ci95": [0.3, 0.7], "pct": 12}))
    assert first.observed is not None
    assert second.observed is not None
    assert first.observed.sd == pytest.approx(np.hypot(0.4 / 3.92, 0.125))
    cv = links().markers["cortisol"].cv
    assert second.observed.sd == pytest.approx(np.hypot(100 * cv * np.sqrt(2 / 50), 3))


def test_directions_and_reversed_comparisons_give_the_sign():
    lower_in = only(marker(comparison="controls vs untreated MDD", direction="lower in MDD", effect={"smd": 0.9}))[0]
    assert lower_in.observed is not None
    assert lower_in.observed.published == -0.9
    reduction = marker(comparison="reduction after AD treatment", direction="down with treatment", effect={"smd": 0.7})
    item = only(reduction)[0]
    assert item.observed is not None
    assert item.experiment is not None
    assert (item.observed.published, item.experiment.kind, item.experiment.plan) == (-0.7, "before-after", "ssri")


def test_a_direction_without_a_number_is_no_part_of_a_likelihood():
    prepared = prepare(PEOPLE, rows=only(marker(effect={}), course(value=None, se=None, direction="down", time_h=12)))
    assert prepared.observed == ()
    assert len(prepared.items) == 2
    assert predict(prepared, {}, ENGINE).shape == (0,)
    assert np.isfinite(predict_all(prepared, {}, ENGINE)).all()


def test_recalled_rows_count_less_and_one_study_counts_once():
    recalled = only(marker(effect={"smd": 0.5}, confidence="recalled (p_correct~0.6)"))[0].observed
    assert recalled is not None
    assert recalled.weight == pytest.approx(0.36)
    twice = only(marker(id="a", effect={"smd": 0.5}), marker(id="b", effect={"smd": 0.5}))
    assert [item.observed.weight for item in twice if item.observed] == [0.5, 0.5]


@pytest.mark.parametrize(
    ("text", "hours"),
    [("BDNF 230-240 min after ketamine", 235 / 60), ("SV2A, 24 h after ketamine", 24), ("brain 1H-MRS, ketamine", 24)],
)
def test_the_time_is_read_from_the_words(text: str, hours: float):
    row = marker(marker="cortisol", comparison=f"{text} vs baseline", effect={"pct": 5}, n=20)
    assert experiment_of(row, "pct", "percent").time_h == pytest.approx(hours)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"marker": "ferritin"}, "no quantity of the model is linked"),
        ({"marker": "NAA"}, "N-acetylaspartate"),
        ({"comparison": "after vs before ECT"}, "convulsive"),
        ({"comparison": "after vs before acupuncture"}, "which treatment"),
        ({"comparison": "women and men"}, "who is compared"),
    ],
)
def test_what_cannot_be_done_has_a_reason(changed: dict[str, str], reason: str):
    rows = prepare(PEOPLE, rows=only(marker(effect={"smd": 0.4}, **changed))).rows
    assert reason in (rows[0].reason or "")


def test_a_quantity_the_model_has_not_is_a_row_and_no_exception():
    prepared = prepare(
        PEOPLE, rows=only(course(quantity="phlogiston"), course(id="y", protocol="dancing"), course(id="z"))
    )
    assert [row.reason for row in prepared.rows] == [
        "the model has no quantity 'phlogiston'", "there is no protocol 'dancing'", None,
    ]  # fmt: skip
    assert len(prepared.observed) == 1
    with pytest.raises(CannotExpress, match="no port 'aether'"):
        holding(Protocol(hold={"aether": 1}), 1.0)


# units and statistics against closed forms


def test_crp_has_the_units_of_the_design():
    crp = links().markers["crp"]
    assert crp.unit == "mg/L"
    assert float(crp.read(np.array(1.0))) == 1.0
    assert 3 <= float(crp.read(np.array(1.8))) <= 5


def test_a_difference_in_another_unit_is_not_compared():
    fits = only(marker(marker="morning salivary cortisol", effect={"mean_diff_nmol_L": 2.6, "se": 0.8}))[0]
    assert fits.observed is not None
    assert fits.observed.unit == "nmol/L"
    other = only(marker(marker="morning salivary cortisol", effect={"mean_diff_ug_dL": 0.1, "se": 0.05}))[0]
    assert other.observed is None
    assert "ug/dL" in (other.reason or "")


def test_statistics_by_hand():
    link = Link(quantity="q", cv=0.5, scale=2.0)
    ill, well, even = np.array([3.0, 5.0, 99.0]), np.full(3, 2.0), np.ones(3)
    weights = np.array([1.0, 1.0, 0.0])
    asked = {name: Experiment("case-control", link, name) for name in ("smd", "percent", "difference", "level")}
    found = {name: from_people(one, ill, weights, well, even) for name, one in asked.items()}
    assert found["level"] == 4
    assert found["difference"] == 2
    assert found["percent"] == pytest.approx(100)
    assert found["smd"] == pytest.approx(2 / np.sqrt((1 + 0) / 2 + (0.5 * 2) ** 2))


def test_courses_by_hand():
    times = np.linspace(0, 100, 1001)
    bump = 1 + np.exp(-times / 20) - np.exp(-times / 5)  # peaks at ln(4)*20*5/15 hours
    peak = np.log(4) * 100 / 15
    top = np.exp(-peak / 20) - np.exp(-peak / 5)
    link = Link(quantity="q")
    at = Experiment("course", link, "time of peak", time_h=100.0)
    assert from_course(at, times, bump) == pytest.approx(peak, abs=1e-3)
    share = Experiment("course", link, "share of peak", time_h=50.0)
    assert from_course(share, times, bump) == pytest.approx(100 * (np.exp(-2.5) - np.exp(-10)) / top, rel=1e-4)
    percent = Experiment("course", link, "percent", time_h=50.0)
    assert from_course(percent, times, bump) == pytest.approx(100 * (np.exp(-2.5) - np.exp(-10)))
    assert np.isnan(from_course(at, times, np.ones(1001)))


# each kind of experiment against a direct simulation


def ill_directly(names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Outputs (people, names) of the untreated, and the weights the severity rule gives them."""
    model, people = base_model(), cohort("outpatient-mdd", PEOPLE, SEED)
    persons = [Person(patient, World(ELSEWHERE), 0) for patient in people.candidates(0, PEOPLE)]
    parameters = np.stack([traits(model, person) for person in persons])
    program = lower(model)
    table = tabulate(program, [()] * PEOPLE)
    task = Task(program, parameters, table, np.array([0.0]), (*DOMAINS, *names), start=-RUN_IN_HOURS, rtol=1e-8)
    values = ENGINE.solve(task).values[:, 0]
    rule = people.preset.severity
    total = scale(rule.scale).total(values[:, : len(DOMAINS)])
    weights = 1 / ((1 + np.exp((rule.low - total) / RULE_WIDTH)) * (1 + np.exp((total - rule.high) / RULE_WIDTH)))
    return values[:, len(DOMAINS) :], weights / weights.sum()


def test_ill_against_well():
    (cortisol, oxidative), weights = (part := ill_directly(("cortisol", "oxidative_stress")))[0].T, part[1]
    cv = links().markers["lipid-peroxidation"].cv
    found = answer(
        marker(id="a", effect={"pct": 20}),
        marker(id="b", marker="malondialdehyde", effect={"smd": 0.5}),
    )
    assert found[0] == pytest.approx(100 * (weights @ cortisol - 1), rel=2e-3)
    mean = weights @ oxidative
    spread = np.sqrt(weights @ (oxidative - mean) ** 2 / 2 + cv**2)
    assert found[1] == pytest.approx((mean - 1) / spread, rel=2e-3)


def test_after_against_before():
    people = cohort("outpatient-mdd", PEOPLE, SEED)
    plan = oral("escitalopram", "10 mg").daily(weeks=8)
    weeks = tuple(float(day) for day in range(7, 57, 7))
    design = trial(people, {"arm": plan}, visits=weeks, adherence=1.0, certain=True, staying=None)
    persons = tuple(Person(patient, World(ELSEWHERE), 0) for patient in people.candidates(0, PEOPLE))
    task = arm_task(design, design.arms["arm"], persons, np.array([0.0, 56 * 24]), ("bdnf_pool", "sert_occupancy"))
    values = ENGINE.solve(task).values
    _, weights = ill_directly(("bdnf_pool",))
    before, after = weights @ values[:, 0, 0], weights @ values[:, 1, 0]
    found = answer(
        marker(id="a", marker="serum BDNF", comparison="after vs before SSRI", effect={"pct_change": 10}, n=40),
        marker(id="b", marker="SERT occupancy", comparison="8 wk treatment", effect={"occupancy": 0.8}, n=20),
    )
    assert found[0] == pytest.approx(100 * (after / before - 1), rel=5e-3)
    assert found[1] == pytest.approx(weights @ values[:, 1, 1], rel=1e-3)


def test_a_port_held_in_an_animal(solve):
    held = Block(
        "held", None, "sert_occupancy = level : 1", gives={"sert_occupancy": "1"},
        parameters={"level": Value(0.9, "1", because="the protocol")},
    )  # fmt: skip
    directly = solve(
        assemble((*downstream(), held)), [0.0, 100.0], ["raphe_firing"],
        parameters={"serotonin.desensitisation": ELSEWHERE["serotonin.desensitisation"]},
    )["raphe_firing"]  # fmt: skip
    assert links().protocols["sert-block"].hold == {"sert_occupancy": 0.9}
    assert answer(course())[0] == pytest.approx(100 * (directly[1] / directly[0] - 1), rel=2e-3)


def test_a_parameter_multiplied_in_an_animal(solve):
    model = assemble(downstream())
    half = solve(model, [0.0, 6.0], ["cortisol"], parameters={"stress.adrenal_synthesis": 0.5})["cortisol"]
    found = answer(course(protocol="adrenal-enzyme-half", quantity="cortisol", time_h=6))[0]
    assert found == pytest.approx(100 * (half[1] - 1), rel=2e-3)


def test_a_plan_in_an_animal(treat):
    plan = infusion("ketamine", "0.5 mg/kg", over="40 min").once().plan()
    moved = {"serotonin.desensitisation": ELSEWHERE["serotonin.desensitisation"]}
    directly = treat(plan, [0.0, 24.0], ["labile_spines"], moved)["labile_spines"]
    assert "labile_spines" in {one.name for one in model_of(plan).states}
    found = answer(course(protocol="ketamine-once", quantity="labile_spines", time_h=24))[0]
    assert found == pytest.approx(100 * (directly[1] - 1), rel=1e-2)


def test_parameters_follow_the_world_as_a_trial_would_have_them():
    prepared = prepare(PEOPLE, rows=only(marker(comparison="after vs before SSRI", effect={"pct": 5}, n=9)))
    group, crowd = next(iter(prepared.crowds.items()))
    people = prepared.populations[group[0]].cohort
    world = World(ELSEWHERE | {"stress.from_limbic": 0.31, "life.habitual": 0.2})
    persons = tuple(Person(patient, world, 0) for patient in people.candidates(0, PEOPLE))
    plan = oral("escitalopram", "10 mg").daily(weeks=8)
    design = trial(people, {"arm": plan}, visits=(*range(7, 56, 7), 56.0), adherence=1.0, certain=True, staying=None)
    task = arm_task(design, design.arms["arm"], persons, np.array([0.0]), ("cortisol",))
    np.testing.assert_allclose(crowd.parameters(world), task.parameters, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(crowd.schedule(world).value, task.schedule.value)


# determinism and failure


def test_same_seed_same_numbers():
    rows = only(marker(effect={"pct": 20}), course(id="y"))
    one, other = (predict(prepare(PEOPLE, rows=rows), ELSEWHERE, ENGINE) for _ in range(2))
    np.testing.assert_array_equal(one, other)


class Broken:
    """An engine that can solve nobody."""

    name = "broken"

    def solve(self, task: Task) -> Solution:
        shape = (len(task.parameters), len(task.times), len(task.outputs))
        nothing = np.full(shape, np.nan)
        return Solution(nothing, (Status(False, "lost"),) * shape[0], np.full(shape[0], np.inf), np.empty((0, 0)))


def test_what_cannot_be_solved_is_not_a_number():
    prepared = prepare(PEOPLE, rows=only(marker(effect={"pct": 20}), course(id="y")))
    assert np.isnan(predict(prepared, {}, Broken())).all()


# tables from elsewhere

TABLE = """\
- {id: a, marker: serum BDNF, comparison: MDD vs controls, direction: down, effect: {smd: -0.5, ci95: [-0.7, -0.3]}}
- {id: b, marker: IL-6, comparison: MDD vs controls, direction: up,
   effect: {smd: 0.5}}
- {id: c, marker: ferritin, comparison: MDD vs controls, direction: up, effect: {smd: 0.5, se: 0.1}}
- {id: d, marker: cortisol}
- {id: e, marker: firing, protocol: sert-block, quantity: raphe_firing, time_h: 100, value: 0, se: 10}
- {id: f, marker: firing, protocol: sert-block, quantity: raphe_firing, time_h: 100, value: 0}
"""


def test_a_table_from_outside_is_scored_row_by_row(tmp_path: Path):
    file = tmp_path / "seen.yaml"
    file.write_text(TABLE, encoding="utf-8")
    found = {row.id: row for row in score(file, ENGINE, worlds=2, people=PEOPLE)}
    assert {name for name, row in found.items() if row.status == "predicted"} == {"a", "e"}
    assert f"{file}, line 3" in found["b"].reason
    assert "without an error" in found["b"].reason
    assert "linked" in found["c"].reason
    assert f"{file}, line 5" in found["row 4"].reason
    assert f"{file}, line 7" in found["f"].reason
    row = found["a"]
    assert row.low is not None
    assert row.high is not None
    assert row.predicted is not None
    assert row.low < row.predicted < row.high
    assert row.inside == (row.low <= -0.5 <= row.high)
    assert sum(one.not_expressed for one in summaries(tuple(found.values()))) == 4


def test_a_calibration_table_with_missing_errors_is_refused(tmp_path: Path):
    file = tmp_path / "seen.yaml"
    file.write_text("\n".join(TABLE.splitlines()[1:3]), encoding="utf-8")
    for refused in (lambda: observed(file), lambda: score(file, ENGINE, worlds=0, people=PEOPLE)):
        with pytest.raises(DataError, match="missing errors") as told:
            refused()
        assert told.value.place is not None
        assert told.value.place.line == 2
    file.write_text("just words", encoding="utf-8")
    with pytest.raises(DataError, match="no rows"):
        read_table(file)


def test_misses_come_first_and_hypotheses_are_known_parameters():
    rows = score(None, ENGINE, worlds=0, people=PEOPLE)
    ranks = [{False: 0, True: 1, None: 2}[row.inside] for row in rows]
    assert ranks == sorted(ranks)
    assert all(row.reason for row in rows if row.status == "not expressed")
    with pytest.raises(UnknownName):
        score(None, ENGINE, worlds=0, people=PEOPLE, hypotheses={"serotonin.nonsense": 1})


def test_the_verb_prints_what_readers_read(capsys):
    assert ended(["score", "biomarkers", "--worlds", "0", "--people", "4", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {one["group"] for one in told["summary"]} == {"biomarker", "preclinical"}
    assert {"id", "predicted", "low", "high", "published", "inside", "reason", "z"} <= set(told["rows"][0])
