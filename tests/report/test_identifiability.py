"""What the data say of each parameter is told as the calibration found it, and told to be unknown where it is."""

import json
from dataclasses import replace

import numpy as np
import pytest

from euthymia.cli.app import ended
from euthymia.errors import DataError, UnknownName
from euthymia.report.cards import card
from euthymia.report.drawing import ACTIVE, MISSED, svg
from euthymia.report.faults import CLOSED, NOT_CHECKED, OPEN, faults
from euthymia.report.fit_statements import FINE, TOO_SURE, TOO_VAGUE, check_lines, first_page, target_lines
from euthymia.report.html import page
from euthymia.report.identifiability import SAID, SILENT, known, known_figure, known_lines, known_table

SILENT_ONES = ["gaba.recovery", "synapse.formation"]


def section(html: str, name: str) -> str:
    start = html.index(f'<section aria-labelledby="{name}">')
    return html[start : html.index("</section>", start)]


def test_least_identified_come_first_and_a_moved_one_counts_as_identified(made_fit):
    assert [one.name for one in known(made_fit)] == [*SILENT_ONES, "expectancy.ceiling", "circuit.from_stress"]
    assert [one.unidentified for one in known(made_fit)] == [True, True, False, False]


def test_a_line_tells_spreads_movement_data_and_why(made_fit):
    line = next(one for one in known_lines(made_fit) if one["name"] == "circuit.from_stress")
    assert (line["prior"], line["posterior"], line["spreads"]) == ("1", "1.2", "0.80 → 0.20")
    assert (line["moved"], line["shrunk"], line["flag"]) == ("+0.23", "75 %", "")
    assert "SSRI" in line["by"]
    assert line["meaning"]
    assert line["because"]


def test_the_figure_draws_ninety_per_cent_around_the_centre_of_the_prior(made_fit):
    row = known_table(made_fit).row(3, named=True)
    assert row["parameter"] == "circuit.from_stress"
    assert np.log([row["prior_low"], row["prior_high"]]) == pytest.approx([-1.645 * 0.8, 1.645 * 0.8])
    assert np.log([row["low"], row["high"]]) == pytest.approx(np.log(1.2) + np.array([-1, 1]) * 1.645 * 0.2)
    assert known_table(made_fit)["data"].to_list() == [SILENT, SILENT, SAID, SAID]
    drawn = svg(known_figure(made_fit))
    assert MISSED in drawn
    assert ACTIVE in drawn


def test_a_hundred_parameters_stay_readable(made_fit):
    many = tuple(made_fit.identified[i % 4] | {"parameter": f"block.parameter_{i:03d}"} for i in range(101))
    figure = known_figure(replace(made_fit, identified=many))
    drawn = svg(figure)
    assert len(figure.table) == 101
    assert all(f"block.parameter_{i:03d}" in drawn for i in range(101))
    height = float(drawn.split('viewBox="')[1].split('"')[0].split()[3])
    assert height / 51 > 11  # pixels for each row of a column


def test_the_first_page_names_what_nothing_identifies_with_links(made_fit, report_data):
    html = page(report_data)
    top = section(html, "misses")
    assert "Nothing identifies 2 of 4 free" in top
    for name in SILENT_ONES:
        assert f'<a href="#known-{name}"><code>{name}</code></a>' in top
        assert f'id="known-{name}" class="miss"' in html
    assert "#known-circuit.from_stress" not in html
    assert top.index("Nothing identifies") < top.index("published numbers are misses")


def test_coverage_puts_what_is_not_honest_first(made_fit):
    lines = check_lines(made_fit)
    assert [(line["check"], line["verdict"]) for line in lines] == [
        ("posterior_trials", TOO_SURE),
        ("without_trial", TOO_SURE),
        ("prior", TOO_SURE),
        ("posterior_markers", TOO_VAGUE),
        ("without_family", FINE),
    ]
    assert (lines[0]["outside_count"], lines[0]["of"]) == (1, 3)
    assert lines[3]["of"] == 1
    assert first_page(made_fit)["unidentified"] == SILENT_ONES


def test_targets_outside_their_interval_come_first(made_fit):
    lines = target_lines(made_fit)
    assert lines[0]["trial"] == "murrough2013"
    assert [line["miss"] for line in lines] == [True, False, False, False]
    assert lines[0]["arms"] == "ketamine minus midazolam"
    assert next(line for line in lines if line["trial"] == "marker")["without"] == ""


def test_a_fit_that_tells_nothing_is_said_to(silent_fit, report_data):
    html = page(report_data)
    top = section(html, "misses")
    assert "does not tell which of its" in top
    assert "Nothing identifies" not in top
    assert "does not tell how many of its targets" in top
    assert "does not tell what identifies which parameter" in section(html, "identified")
    assert "brings no left-out predictions" in top
    assert known_figure(silent_fit) is None
    assert "does not tell which" in str(card("fit"))


def test_before_the_first_fit_the_page_says_so(monkeypatch, report_data, tmp_path):
    from euthymia.model import parameter_table

    monkeypatch.setattr(parameter_table, "FIT", tmp_path / "none")
    parameter_table.current_fit.cache_clear()
    try:
        html = page(report_data)
        assert "Nothing has been fitted" in section(html, "misses")
        assert "nothing has been fitted" in str(card("fit"))
        assert card("fit").told()["parameters"] == []
    finally:
        parameter_table.current_fit.cache_clear()


def test_a_damaged_table_is_an_error_with_its_line(made_fit):
    wrong = replace(made_fit, identified=(made_fit.identified[0], made_fit.identified[1] | {"moved": "far"}))
    with pytest.raises(DataError, match=r"identified\.csv, line 3") as found:
        known(wrong)
    assert "euthymia calibrate" in str(found.value)
    with pytest.raises(DataError, match="unidentified"):
        known(replace(made_fit, identified=({k: v for k, v in made_fit.identified[0].items() if k != "unidentified"},)))


# --- the command line ---------------------------------------------------------------------------------------


def test_show_fit_prints_every_parameter_least_identified_first(made_fit, capsys):
    assert ended(["show", "fit"]) == 0
    told = capsys.readouterr().out
    assert "nothing identifies 2 of 4 parameters: gaba.recovery, synapse.formation" in told
    places = [told.index(f"\n{one.name} ") for one in known(made_fit)]
    assert places == sorted(places)
    assert "1 of 3 (33 %)  trials, after the fit to them (posterior): too sure" in told
    assert "euthymia show hypotheses" in told
    assert made_fit.told["targets_hash"] in told


def test_show_fit_as_json_has_the_same(made_fit, capsys):
    assert ended(["show", "fit", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["name"] == "made-up"
    assert told["unidentified"] == SILENT_ONES
    assert [one["name"] for one in told["parameters"]] == [one.name for one in known(made_fit)]
    assert told["parameters"][3]["posterior_sd"] == 0.2
    assert told["checks"]["without_family"] == 0.9
    assert told["targets"] == {"all": 4, "trials": 3, "markers": 1}
    assert told["hypotheses"]["ketamine-versus-esketamine"]["unblinding"] == {"prior": 0.35, "posterior": 0.6}


def test_a_parameter_says_what_the_data_say_of_it(made_fit):
    assert "nothing identifies it" in card("parameter", "synapse.formation").facts["the data"]
    assert "SSRI" in card("parameter", "circuit.from_stress").facts["the data"]


def test_another_fit_is_not_known(made_fit, capsys):
    with pytest.raises(UnknownName, match="there is no fit 'fit-1999'"):
        card("fit", "fit-1999")
    assert ended(["show", "fit", "fit-1999"]) == 4
    assert "made-up" in capsys.readouterr().err


# --- faults -------------------------------------------------------------------------------------------------


def fault(data, name):
    return next(one for one in faults(data) if one.id == name)


def test_unidentified_parameters_are_named_by_their_fault(made_fit, report_data):
    found = fault(report_data, "F7")
    assert found.status == OPEN
    assert "nothing identifies 2: gaba.recovery, synapse.formation" in found.told


def test_the_pathway_of_r_ketamine_is_judged_by_its_average(report_data):
    numbers = {"r_ketamine_share_averaged": 0.05, "r_ketamine_share_if_true": 0.5, "r_ketamine_weight": 0.1}
    found = fault(replace(report_data, numbers=numbers), "F8")
    assert found.status == CLOSED
    assert "50 % where the pathway is real, which weighs 10 %" in found.told
    assert fault(replace(report_data, numbers=numbers | {"r_ketamine_share_averaged": 0.4}), "F8").status == OPEN
    assert fault(report_data, "F8").status == NOT_CHECKED


def test_rival_explanations_weigh_what_the_fit_says(made_fit):
    from euthymia.report.fault_numbers import explained_by

    told = explained_by("ketamine-versus-esketamine")
    assert told == {"r-ketamine-drive": 0.1, "unblinding": 0.6, "ceiling": 0.3}


def test_where_the_fit_weighs_nothing_the_prior_holds(silent_fit):
    from euthymia.model.hypothesis import posterior_weights, prior_weights
    from euthymia.report.fault_numbers import explained_by

    name = "ketamine-versus-esketamine"
    assert explained_by(name) == pytest.approx(posterior_weights().get(name) or prior_weights()[name])


def test_the_average_follows_the_weights():
    from euthymia.report.fault_numbers import r_ketamine_shares

    all_in = r_ketamine_shares(weights={"r-ketamine-drive": 1.0, "unblinding": 0.0, "ceiling": 0.0})
    half = r_ketamine_shares(weights={"r-ketamine-drive": 0.5, "unblinding": 0.25, "ceiling": 0.25})
    none = r_ketamine_shares(weights={"r-ketamine-drive": 0.0, "unblinding": 0.5, "ceiling": 0.5})
    assert 0 < all_in["r_ketamine_share_averaged"] == pytest.approx(all_in["r_ketamine_share_if_true"])
    assert half["r_ketamine_share_averaged"] == pytest.approx(all_in["r_ketamine_share_averaged"] / 2)
    assert none["r_ketamine_share_averaged"] == pytest.approx(0)


def test_trials_and_alternatives_decide_their_faults(report_data, rows):
    from euthymia.trial.score import Row

    row = Row(**(rows[1].told() | {"trial": "snt2022"}))
    assert fault(replace(report_data, rows=(row,)), "F14").status == OPEN
    inside = Row(**(row.told() | {"low": -20.0, "high": 0.0}))
    assert fault(replace(report_data, rows=(inside,)), "F14").status == CLOSED
    assert fault(replace(report_data, rows=()), "F14").status == NOT_CHECKED
    assert "% before" in fault(report_data, "F15").told


def test_missing_blocks_and_treatments_are_named(report_data):
    from euthymia.report.faults import CHECKS

    status, told = CHECKS["treatments"](report_data, ["escitalopram", "panacea"], ["dopamine", "humours"], ["MADRS"])
    assert status == OPEN
    assert told == "missing: panacea, block humours"
    assert CHECKS["treatments"](report_data, ["escitalopram"], ["dopamine"], ["MADRS"])[0] == CLOSED


def test_every_link_inside_the_page_leads_somewhere(made_fit, report_data):
    import re

    html = page(report_data)
    there = set(re.findall(r'\bid="([^"]+)"', html))
    asked = set(re.findall(r'href="#([^"]+)"', html))
    assert {f"known-{name}" for name in SILENT_ONES} <= asked
    assert asked <= there
