"""Why: every number in a model answers with a source, a fit or a stated assumption."""

import json
from itertools import pairwise

import pytest

from euthymia.errors import UnknownName
from euthymia.evidence.value import Value
from euthymia.model.assemble import assemble
from euthymia.model.block import Block
from euthymia.report.paths import paths, paths_text
from euthymia.report.provenance import chain, ends_well
from euthymia.report.whole_model import whole_model
from euthymia.report.why import unsourced, uses, why
from euthymia.report.why_text import text, told


def test_every_parameter_of_every_treatment_answers_down_to_a_source():
    model = whole_model()
    assert len(model.parameters) > 150
    assert unsourced(model) == ()


def test_a_parameter_whose_source_nobody_knows_is_reported():
    lost = Value(1.0, "1", source="nobody1999", where="Table 1")
    block = Block("lone", "Alone.", "x = a : 1", gives={"x": "1"}, parameters={"a": lost})
    ((name, missing),) = unsourced(assemble([block]))
    assert name == "lone.a"
    assert "nobody1999" in missing


def test_a_derived_number_is_not_sourced_when_one_input_is_missing():
    from euthymia.evidence.value import Grade

    half = Value(2.0, "1", grade=Grade.derived, formula="a/b", inputs=("sogaard2005/clearance_iv", "sogaard2005/none"))
    assert not ends_well(chain(half))
    assert ends_well(chain(half.with_(inputs=("sogaard2005/clearance_iv",))))


def test_remission_reaches_every_parameter_that_its_equations_name():
    model = whole_model()
    nodes = why("remission", model).all()
    reached = {node.name for node in nodes if node.kind == "parameter"}
    assert {"target_sert.escitalopram_half", "escitalopram.clearance", "symptoms.mood_limbic"} <= reached
    assert not [node for node in nodes if node.kind == "missing"]
    assert any(node.kind == "source" and node.link for node in nodes)


def test_each_quantity_is_opened_once_however_its_rings_turn():
    nodes = why("MADRS").all()
    opened = [node.name for node in nodes if node.kind == "quantity"]
    assert len(opened) > 40
    assert len(opened) == len(set(opened))
    assert any(node.kind == "seen" for node in nodes)


def test_an_equation_is_shown_as_printed_with_its_block_and_line():
    node = why("raphe_firing")
    model = whole_model()
    assert (
        model.quantity("raphe_firing").printed in node.text.replace("Raphe firing: ", "") or "firing_time" in node.text
    )
    assert node.told["block"] == "serotonin"
    assert f"line {node.told['line']}" in text(node)


def test_depth_cuts_off_and_says_so():
    shallow = why("MADRS", depth=1)
    assert any(node.kind == "deeper" for node in shallow.all())
    assert len(shallow.all()) < len(why("MADRS").all())


def test_a_mark_stands_beside_every_assumed_number():
    told_parameters = [node for node in why("mood").all() if node.kind == "parameter" and node.told["mark"]]
    assert len(told_parameters) > 20
    assert all(f"[{node.told['mark']}]" in node.text for node in told_parameters)


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(UnknownName, match="there is no quantity 'sert_ocupancy'") as caught:
        why("sert_ocupancy")
    assert caught.value.near == ["sert_occupancy"]


def test_a_port_nobody_gives_says_what_it_is_held_at():
    from euthymia.model.treatment import model_of
    from euthymia.treatments.order import placebo

    model = model_of(placebo().daily(weeks=1).plan())
    assert "so it is 0" in why("sert_occupancy", model).text
    assert any(node.kind == "absent" and node.name == "sert_occupancy" for node in why("serotonin_level", model).all())


def test_a_drug_a_value_and_a_parameter_can_be_asked_for():
    assert why("escitalopram").kind == "drug"
    assert "sogaard2005" in text(why("sogaard2005/clearance_iv")) or "2005" in text(why("sogaard2005/clearance_iv"))
    assert why("serotonin.feedback").told["number"] > 0


def test_the_tree_is_plain_data_that_json_can_hold():
    plain = json.loads(json.dumps(told(why("HAMD17"))))
    assert plain["kind"] == "scale"
    assert plain["because"]


def test_paths_are_made_of_equations_that_name_the_step_before():
    model = whole_model()
    found = paths(model, "sert_occupancy", "mood")
    assert len(found) == 3
    assert [len(path) for path in found] == sorted(len(path) for path in found)
    for path in found:
        assert (path[0], path[-1]) == ("sert_occupancy", "mood")
        assert len(set(path)) == len(path)
        for before, after in pairwise(path):
            assert before in uses(model.quantity(after))
    assert "Serotonin transporter occupancy" in paths_text(model, found)


def test_there_is_no_path_against_the_arrows():
    assert paths(whole_model(), "mood", "escitalopram_plasma") == ()
