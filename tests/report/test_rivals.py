"""The section of rival hypotheses: every alternative with its weight, intervals drawn, words after the numbers."""

import pytest

from euthymia.model.hypothesis import hypotheses
from euthymia.report.drawing import svg
from euthymia.report.html import page
from euthymia.report.report_data import ReportData, Strategy
from euthymia.report.rivals import (
    StrategyRivals,
    rival_figure,
    rival_sentences,
    rival_table,
    strategy_rivals,
    weight_lines,
)
from euthymia.trial.by_hypothesis import Disagreement, Prediction


def prediction(alternative: str, mean: float, name: str = "mtorc1") -> Prediction:
    return Prediction(name, alternative, 0.3, "prior", 16, mean, mean - 1, mean + 1, 11.0, "put on")


def apart(name: str, gap: float, errors: float, people: int | None) -> Disagreement:
    return Disagreement(
        name, "made", "drug", "placebo", "MADRS", 14.0, "required", "prolonging", gap, 2.0, errors, people
    )


@pytest.fixture
def found() -> StrategyRivals:
    predictions = (prediction("required", -4.0), prediction("not-required", -4.0), prediction("prolonging", -7.5))
    gaps = (apart("mtorc1", 3.5, 2.5, 120), apart("hnk-sign", 0.1, 0.1, 99999), apart("bistability", 0.0, 0.0, None))
    return StrategyRivals("made", "A drug", "drug", "placebo", "MADRS", 14.0, predictions, gaps, ("tdcs=none: lost",))


def test_every_alternative_has_its_weight() -> None:
    lines = weight_lines()
    assert {(line["hypothesis"], line["alternative"]) for line in lines} == {
        (name, one) for name, found in hypotheses().items() for one in found.names
    }
    assert sum(line["first"] for line in lines) == len(hypotheses())


def test_words_follow_the_numbers(found: StrategyRivals) -> None:
    said = rival_sentences(found)
    assert said[0].startswith(
        "mtorc1: 'required' and 'prolonging' are 3.5 points of MADRS apart at week 2, 2.5 standard errors of a trial "
        "with 100 people an arm; 120 people an arm would tell them apart in four of five trials. What would decide: "
        "Ketamine"
    )
    assert said[1] == (
        "No trial of this strategy with 100 people an arm would decide bistability, hnk-sign: their alternatives "
        "predict the same here, to within a standard error."
    )
    assert said[2] == "Not in the ensemble and not run: tdcs=none: lost."
    assert "What would decide" not in rival_sentences(found, ["mtorc1"])[0]


def test_the_figure_draws_its_table(found: StrategyRivals) -> None:
    table, figure = rival_table(found), rival_figure(found)
    assert table["row"].to_list() == ["mtorc1: required", "mtorc1: not-required", "mtorc1: prolonging"]
    assert table["how"].to_list() == ["reference", "rival", "rival"]
    assert figure is not None and figure.table.equals(table)
    drawn = svg(figure)
    assert "mtorc1: prolonging" in drawn and "drug minus placebo" in drawn


def test_the_page_shows_the_section_and_its_downloads(small_run, found: StrategyRivals) -> None:
    active, control = small_run.arms
    strategy = Strategy("small", "Small", "A trial.", small_run, active, control)
    text = page(ReportData("t", (strategy,), rivals=(found,)))
    section = text[text.index('id="rivals"') : text.index('id="map"')]
    assert 'download="made-rivals.csv"' in section and "What would decide each question" in section
    assert all(one.question in section.replace("&#39;", "'") for one in hypotheses().values())


def test_a_strategy_is_run_under_what_bears_on_it(small_run) -> None:
    from euthymia.engine.choose import default_engine

    active, control = small_run.arms
    strategy = Strategy("small", "Small", "A trial.", small_run, active, control)
    shown = strategy_rivals(strategy, default_engine(), people=4)
    names = {one.hypothesis for one in shown.predictions}
    assert {"autoreceptor-delay", "inflammation-ssri"} <= names and "tdcs" not in names
    for name in names:
        assert sum(one.hypothesis == name for one in shown.predictions) == len(hypotheses()[name].names)
