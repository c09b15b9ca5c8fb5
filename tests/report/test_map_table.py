"""The map in the views of the model: states from the same votes, worst first, every edge of an equation shown."""

import base64
import json
import re
from dataclasses import replace

import pytest

from euthymia.mechanism.graph import mechanism_map
from euthymia.mechanism.state import WORST_FIRST, Vote, shipped_states, states
from euthymia.model.treatment import model_of
from euthymia.report.html import page
from euthymia.report.map_table import edge_lines
from euthymia.report.whole_model import whole_model
from euthymia.report.why import uses, why
from euthymia.report.why_text import text, told
from euthymia.treatments.order import placebo


@pytest.fixture(scope="module")
def section(html):
    return html[html.index('aria-labelledby="map"') : html.index('aria-labelledby="fitted"')]


def _rows(section):
    return re.findall(r"<tr.*?</tr>", section[section.index("<tbody>") :], re.DOTALL)


def test_the_maps_own_sources_vote_once_each():
    found = {one.edge: one for one in shipped_states(mechanism_map())}
    assert found["stress-input→cortisol"].state == "supported"  # four for, none against
    assert found["serotonin→raphe-firing"].state == "contested"  # two for, one against
    assert found["nmda→glutamate"].state == "thin"  # one for
    assert found["sert→serotonin"].state == "untested"  # the map names nobody
    assert "unsupported" not in {one.state for one in found.values()}  # no search is recorded in the map


def test_the_table_has_every_edge_of_an_equation_with_its_state_the_worst_first(section):
    entering = [edge for edge in mechanism_map().edges if edge.enters]
    rows = _rows(section)
    assert len(rows) == len(entering) > 100
    state = {one.edge: one.state for one in shipped_states(mechanism_map())}
    for edge in entering:
        row = next(
            row for row in rows
            if f">{edge.source} → {edge.target}" in row and f"<code>{edge.enters.quantity}</code>" in row
        )  # fmt: skip
        assert state[edge.id] in row
        assert ('class="mark">provisional' in row) == (edge.confidence == "recalled")
        assert all(key in row for key in (*edge.supports, *edge.disputes))
    shown = [next(name for name in WORST_FIRST if re.search(rf"(?<![a-z]){name}</td>", row)) for row in rows]
    assert shown == sorted(shown, key=WORST_FIRST.index)
    assert section.count('class="miss"') == sum(name in ("contradicted", "contested") for name in shown) > 0


def test_the_picture_stands_in_the_section_and_its_marks_are_its_own(section):
    assert all(node.name in section for node in mechanism_map().nodes.values())
    ids = re.findall(r'<marker id="([^"]+)"', section)
    assert len(ids) == 3 and all(name.startswith("map-") for name in ids)
    assert set(re.findall(r"url\(#([^)]+)\)", section)) == set(ids)
    disputed = [one for one in edge_lines() if one.state == "contested"]
    assert section.count("l6,6l-6,6l-6,-6z") == len(disputed) + 1  # and one in the key


def test_the_saved_table_holds_the_edges_without_an_equation_too(section):
    saved = json.loads(base64.b64decode(re.search(r'href="data:application/json;base64,([^"]+)"', section)[1]))
    assert [row["edge"] for row in saved] == [line.edge.id for line in edge_lines()]
    assert all(bool(row["quantity"]) != bool(row["left_out"]) for row in saved)


def test_states_of_a_base_replace_those_of_the_map(report_data, section):
    on = mechanism_map()
    votes = [Vote(str(number), "sert→serotonin", -1, "human") for number in range(4)]
    found = page(replace(report_data, rows=(), edge_states=states(on, votes, ["mao→serotonin"])))
    other = found[found.index('aria-labelledby="map"') : found.index('aria-labelledby="fitted"')]
    assert "No evidence base was given" in section and "No evidence base was given" not in other
    first, second, *_ = _rows(other)
    assert "sert → serotonin" in first and "contradicted" in first
    assert "mao → serotonin" in second and "unsupported" in second


def test_why_names_the_edge_of_every_step_it_opens_once():
    opened = why("mood").all()
    quantities = {node.name for node in opened if node.kind == "quantity"}
    shown = [(node.name, node.told["by"]) for node in opened if node.kind == "edge"]
    expected = [
        (edge.id, edge.enters.by or "") for edge in mechanism_map().edges
        if edge.enters and edge.enters.quantity in quantities
    ]  # fmt: skip
    assert len(expected) > 60
    assert sorted(shown) == sorted(expected)


def test_an_edge_of_why_is_a_step_of_that_equation():
    model = whole_model()
    given = {*model.ports, *model.parameters, *(one.name for one in model.inputs)}
    checked = 0
    for node in why("mood", model).all():
        for by in (child.told["by"] for child in node.children if child.kind == "edge" and child.told["by"]):
            reached, queue = set(), [node.name]
            while queue:  # through the block's own quantities, as far as the next that other blocks see
                for used in uses(model.quantity(queue.pop())):
                    if used not in reached and used not in given:
                        queue += [used] if used.startswith(f"{node.told['block']}.") else []
                    reached.add(used)
            assert by in reached, (node.name, by)
            checked += 1
    assert checked > 60


def test_why_tells_edge_and_state_in_words_and_in_json():
    found = why("raphe_firing", depth=1)
    assert (
        "map edge serotonin→raphe-firing, autoreceptor feedback that desensitises (through serotonin_level): "
        "contested, 2 for, 1 against"
    ) in text(found)
    plain = json.loads(json.dumps(told(found)))
    edge = next(one for one in plain["because"] if one["name"] == "serotonin→raphe-firing")
    assert (edge["kind"], edge["told"]["state"], edge["told"]["sign"]) == ("edge", "contested", -1)
    assert (edge["told"]["studies_for"], edge["told"]["studies_against"]) == (2, 1)
    assert "mark" not in edge["told"]  # this edge was read again


def test_why_takes_the_states_of_a_base_when_given():
    votes = [Vote("1", "sert→serotonin", 1, "animal")]
    found = why("serotonin_level", depth=1, edge_states=states(mechanism_map(), votes))
    assert "map edge sert→serotonin, reuptake (through sert_occupancy): thin, 1 for, 0 against [provisional]" in text(
        found
    )


def test_a_step_that_this_plan_does_not_take_names_no_edge():
    found = why("serotonin_level", model_of(placebo().daily(weeks=1).plan()), depth=1)
    assert "sert→serotonin" not in text(found)
    assert "raphe-firing→serotonin" in text(found)
