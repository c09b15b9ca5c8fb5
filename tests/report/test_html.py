"""The report: one file, no network, misses first, every number with its mark."""

import re

import pytest

from euthymia.errors import TrialError, UnknownName
from euthymia.report.html import write_report
from euthymia.report.report_data import ReportData, Strategy
from euthymia.report.verdict import is_miss
from euthymia.report.wording import NOTICE


def test_nothing_is_loaded_from_anywhere(html):
    assert "<script" not in html
    assert not re.findall(r"<(?:link|img|iframe|object|embed|source|audio|video)\b", html)
    assert not re.findall(r"\ssrc\s*=", html)
    assert not re.findall(r"@import|url\(\s*['\"]?(?!#)", html)
    assert not re.findall(r'<(?:use|image)[^>]+href="(?!#)', html)


def test_addresses_are_only_links_to_read(html):
    loaded = re.findall(r'<(?!a\b)[a-z]+[^>]*\shref="https?:', html)
    assert loaded == []
    assert re.findall(r'<a href="https://', html)


def test_the_notice_stands_at_the_top_and_at_the_end(html):
    assert html.count(NOTICE) >= 2
    assert html.index(NOTICE) < html.index('id="misses"')


def test_misses_come_before_the_strategies_and_all_are_shown(html, rows):
    top = html[html.index('id="misses"') : html.index('id="strategies"')]
    missed = [row for row in rows if is_miss(row)]
    assert len(missed) == 2
    for row in missed:
        assert row.trial in top
    assert "2 of 3 published numbers are misses" in top
    assert top.count('class="miss"') >= 2


def test_a_recalled_number_wears_its_mark(html):
    top = html[html.index('id="misses"') : html.index('id="strategies"')]
    line = next(part for part in top.split("<tr") if "murrough2013" in part)
    assert '<span class="mark">provisional</span>' in line


def test_a_report_without_comparisons_says_so(report_data):
    from dataclasses import replace

    from euthymia.report.html import page

    bare = page(replace(report_data, rows=()))
    assert "No published trial was compared" in bare


def test_every_figure_can_be_taken_away_with_its_data(html):
    figures = html.count("<figure>")
    assert figures == 7  # five of the strategy and the comparisons, the map, and what the data say of each parameter
    for kind in ("image/svg+xml", "text/csv", "application/json"):
        assert html.count(f'href="data:{kind};base64,') == figures
    assert html.count('role="img" aria-label="') == figures


def test_the_csv_that_is_saved_is_what_was_drawn(html, report_data):
    import base64

    from euthymia.report.figures import curves

    saved = re.search(r'download="ssri-curves.csv" href="data:text/csv;base64,([^"]+)"', html)[1]
    table = curves(report_data.strategies[0], report_data.rows).table
    assert base64.b64decode(saved).decode() == table.write_csv()


def test_tables_have_captions_and_column_heads(html):
    assert html.count("<table") == html.count("<caption>") > 5
    assert html.count("<thead><tr><th scope=") == html.count("<table")


def test_text_from_data_cannot_become_markup(report_data):
    from dataclasses import replace

    from euthymia.report.html import page

    hostile = replace(report_data, title="<script>alert(1)</script>", rows=())
    assert "<script>" not in page(hostile)


def test_writing_leaves_one_file_small_enough_to_send(tmp_path, report_data):
    path = write_report(tmp_path / "deep" / "report.html", report_data)
    assert path.stat().st_size < 5_000_000
    assert [found.name for found in path.parent.iterdir()] == ["report.html"]


def test_a_report_of_nothing_is_refused():
    with pytest.raises(TrialError, match="no strategy"):
        ReportData("empty", ())


def test_a_strategy_names_arms_of_its_run(small_run):
    with pytest.raises(UnknownName, match="there is no arm 'sham'"):
        Strategy("x", "x", "x", small_run, "escitalopram 10 mg", "sham")


def test_the_seed_and_the_model_can_be_read_off(html, small_run):
    again = html[html.index('id="again"') :]
    assert "euthymia demo --seed 3" in again
    assert all(arm.model.hash in again for arm in small_run.arms.values())


def test_rates_are_told_in_per_cent_and_odds_ratios_finely(rows):
    from euthymia.report.statements import score_lines
    from euthymia.trial.score import Row

    rate = Row(
        **(rows[1].told() | {"kind": "rate", "measure": "response", "predicted": 0.314, "low": 0.1, "high": 0.5})
    )
    ratio = Row(**(rate.told() | {"kind": "odds_ratio", "published": 0.456}))
    lines = score_lines([rate])
    assert (lines[0]["predicted"], lines[0]["interval"]) == ("31 %", "10 % to 50 %")
    assert score_lines([ratio])[0]["predicted"] == "0.31"
    assert score_lines([ratio])[0]["published"].startswith("0.46")
