"""Shares of an effect: they add up to it, cut pathways carry nothing, and the effect is that of the plain model."""

from __future__ import annotations

import json

import numpy as np
import pytest

from euthymia.cli.app import ended
from euthymia.engine.program import Program
from euthymia.engine.reference import ReferenceEngine
from euthymia.engine.schedule import tabulate
from euthymia.engine.task import Task
from euthymia.engine.twin import UNTREATED, Switched, twin
from euthymia.errors import DataError, EuthymiaError, UnknownName
from euthymia.model.expression import parse
from euthymia.model.symptoms.domains import DOMAINS
from euthymia.report.share_figure import share_figure, share_table
from euthymia.report.shares import shares
from euthymia.report.typical import typical
from euthymia.treatments.order import infusion, oral, placebo
from euthymia.trial.scale import scale

KETAMINE = infusion("ketamine", "0.5 mg/kg", over="40 min").once(day=0)
TARGETS = ("nmda_block", "r_ketamine_drive")


@pytest.fixture(scope="module")
def ketamine():
    return shares(KETAMINE, "MADRS", day=1, people=4)


def test_shares_add_up_to_the_effect_exactly(ketamine):
    for effect in (ketamine.typical, ketamine.cohort):
        assert effect.shares.sum(axis=0) + effect.unexplained == pytest.approx(effect.total, abs=1e-11)
        assert effect.each.mean(axis=1) == pytest.approx(effect.shares, abs=1e-11)


def test_pathways_together_cut_everything(ketamine):
    """With all of them cut a treated patient is his untreated twin."""
    assert np.abs(ketamine.typical.unexplained).max() < 1e-4
    assert np.abs(ketamine.cohort.worth[0]).max() < 1e-3


def test_the_effect_is_that_of_the_plain_model(ketamine):
    """Two separate runs of the model without any switch: treated, and with all drug targets knocked out."""
    total = []
    for targets in ((), TARGETS):
        course = typical(KETAMINE.plan(), DOMAINS, hours=24.0, knock_out=targets)
        domains = np.stack([course.output(name)[-1] for name in DOMAINS])
        total.append(float(scale("MADRS").total(domains)))
    assert ketamine.typical.total[ketamine.at] == pytest.approx(total[0] - total[1], abs=0.01)
    assert total[0] - total[1] < -1


def test_worlds_give_every_share_a_band_and_a_rival_takes_its_pathway_away():
    """The racemate without an R-ketamine drive: the target hands on a drive that releases nothing."""
    drive = "r_ketamine_drive"
    found = shares(KETAMINE, "MADRS", day=1, by="targets", worlds=4)
    assert found.ensemble is not None and found.ensemble.people == 4
    told = {row["pathway"]: row for row in found.told()["ensemble"]["shares"]}
    assert all(row["low"] <= row["share"] <= row["high"] or row["high"] == row["low"] for row in told.values())
    chosen = {"ketamine-versus-esketamine": "ceiling"}
    without = shares(KETAMINE, "MADRS", day=1, by="targets", worlds=4, hypotheses=chosen)
    left = {row["pathway"]: row["share"] for row in without.told()["ensemble"]["shares"]}
    assert told[drive]["share"] < -0.1
    assert left[drive] == pytest.approx(0, abs=1e-3)


def test_at_the_first_dose_there_is_no_effect(ketamine):
    assert np.abs(ketamine.typical.worth[:, :, 0]).max() < 1e-9


def test_every_share_of_a_drug_with_one_target_is_that_targets():
    found = shares(oral("escitalopram", "10 mg").daily(weeks=2), "limbic_drive", by="targets")
    assert found.pathways == ("sert_occupancy",)
    assert found.typical.shares[0] == pytest.approx(found.typical.total - found.typical.unexplained)
    assert np.abs(found.typical.unexplained).max() < 1e-6
    assert found.typical.total[-1] < 0


def test_targets_of_ketamine_share_its_effect():
    found = shares(KETAMINE, "MADRS", day=1, by="targets")
    assert set(found.pathways) == set(TARGETS)
    assert found.typical.shares[:, found.at].sum() == pytest.approx(found.typical.total[found.at], abs=1e-6)
    assert (found.typical.shares[:, found.at] < 0).all()


def test_what_a_plan_does_not_touch_is_said_to_carry_nothing(ketamine):
    assert "gain from stimulation" in ketamine.idle
    assert "AMPA-receptor scaling" in ketamine.pathways
    assert not set(ketamine.idle) & set(ketamine.pathways)


def test_both_engines_share_alike():
    """The two targets of ketamine on the slow and obvious solver too."""
    fast, slow = (shares(KETAMINE, "limbic_drive", day=1, by="targets", engine=e) for e in (None, ReferenceEngine(1)))
    assert fast.pathways == slow.pathways
    assert fast.typical.shares == pytest.approx(slow.typical.shares, abs=2e-5)


def test_the_text_and_the_data_tell_the_same(ketamine):
    told = ketamine.told()
    for who in ("typical", "cohort"):
        part = told[who]
        assert sum(row["share"] for row in part["shares"]) == pytest.approx(part["sum_of_shares"])
        assert abs(part["sum_less_effect"]) < 1e-9
        sizes = [abs(row["share"]) for row in part["shares"]]
        assert sizes == sorted(sizes, reverse=True)
    shown = str(ketamine)
    for name in (*ketamine.pathways, *ketamine.idle):
        assert name in shown
    assert "Shapley" in shown


def test_the_figure_draws_its_table(ketamine):
    table = share_table(ketamine)
    asked = table.filter(table["asked"] & (table["who"] == "Typical patient"))
    assert asked["share"].sum() == pytest.approx(ketamine.typical.shares[:, ketamine.at].sum())
    figure = share_figure(ketamine)
    assert "AMPA-receptor scaling" in figure.alt
    assert figure.spec["data"] == {"name": "table"}


def test_a_report_shows_the_shares_of_a_strategy(report_data, ketamine):
    from dataclasses import replace

    from euthymia.report.html import page

    (one,) = report_data.strategies
    shown = page(replace(report_data, strategies=(replace(one, shares=ketamine),)))
    assert "What carries the effect on MADRS" in shown
    assert shown.count("<figure>") == 8


def test_response_is_shared_over_people():
    found = shares(KETAMINE, "response", day=1, people=6, by="targets")
    assert found.typical is None
    assert found.unit == "share of people"
    assert set(np.unique(found.cohort.worth)) <= {-1.0, 0.0, 1.0}
    assert found.cohort.shares.sum(axis=0) == pytest.approx(found.cohort.total - found.cohort.unexplained)


def test_mistakes_say_what_to_do(tmp_path):
    with pytest.raises(EuthymiaError, match="share of people"):
        shares(KETAMINE, "remission")
    with pytest.raises(UnknownName, match="limbic_drive"):
        shares(KETAMINE, "limbic_drve")
    with pytest.raises(EuthymiaError, match="no pathway carries anything"):
        shares(placebo().daily(weeks=1), "MADRS")
    with pytest.raises(EuthymiaError, match="before"):
        shares(KETAMINE, "MADRS", day=-1)
    path = tmp_path / "mine.yaml"
    path.write_text("ends: [circuit]\npathways: {one: [cortisol], two: [cortisol]}\n")
    with pytest.raises(DataError, match="two pathways"):
        shares(KETAMINE, "MADRS", day=1, by=path)
    path.write_text("ends: [nowhere]\npathways: {one: [cortisol]}\n")
    with pytest.raises(DataError, match="no block 'nowhere'"):
        shares(KETAMINE, "MADRS", day=1, by=path)


def test_what_a_file_leaves_out_is_other(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("ends: [circuit, symptoms]\npathways: {AMPA: [ampa_scaling]}\n")
    found = shares(KETAMINE, "MADRS", day=1, by=path)
    assert set(found.pathways) == {"AMPA", "other"}
    assert found.typical.shares[:, found.at].sum() == pytest.approx(found.typical.total[found.at], abs=1e-4)


def test_the_command_line_prints_and_writes_shares(tmp_path, capsys):
    plan = tmp_path / "plan.yaml"
    plan.write_text("{infusion: ketamine, amount: 0.5 mg/kg, over: 40 min, once: {day: 0}}\n")
    out = tmp_path / "out"
    words = ["why", "MADRS", "--shares", str(plan), "--day", "1", "--people", "0", "--out", str(out), "--json"]
    assert ended(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["day"] == 1
    assert told["typical"]["effect"] < 0
    assert json.loads((out / "shares.json").read_text()) == told
    assert (out / "shares.svg").read_text().startswith("<svg")
    assert (out / "shares.csv").read_text().startswith("who,pathway,day,share")


def test_a_twin_of_two_straight_pathways_by_hand():
    """x' = a*u and y' = b*u from a given u = 1; z = x + y + x*y at t = 1: alone a, alone b, together a + b + ab."""
    treated = _program({"x": "a*u", "y": "b*u"}, {"z": "x + y + x*y"}, "a b u")
    untreated = _program({"x": "a*0", "y": "b*0"}, {"z": "x + y + x*y"}, "a b")
    uses = (Switched("z", "x", "by x"), Switched("z", "y", "by y"))
    program = twin(treated, untreated, frozenset({"x", "y", "z"}), uses)
    assert program.states == ("x", "y", UNTREATED + "x", UNTREATED + "y")
    assert program.parameters == ("a", "b", "u", "by x", "by y")
    rows = np.array([[2.0, 3.0, 1.0, one, other] for one in (0, 1) for other in (0, 1)])
    task = Task(program, rows, tabulate(program, [()] * 4), np.array([1.0]), ("z", UNTREATED + "z"))
    found = ReferenceEngine(1).solve(task).values[:, 0]
    assert found[:, 0] == pytest.approx([0, 3, 2, 11])
    assert found[:, 1] == pytest.approx(np.zeros(4))


def _program(rates: dict[str, str], values: dict[str, str], parameters: str) -> Program:
    return Program(
        parameters=tuple(parameters.split()),
        inputs=(),
        input_initial=(),
        states=tuple(rates),
        initial=tuple(parse("0") for _ in rates),
        algebraic=tuple((name, parse(text)) for name, text in values.items()),
        derivatives=tuple(parse(text) for text in rates.values()),
    )
