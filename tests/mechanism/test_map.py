"""The map: joined to equations, signs as the equations have them, states by votes, exports that others can read."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from euthymia.errors import DataError
from euthymia.evidence.library import library
from euthymia.evidence.records.record import Record, Section
from euthymia.evidence.text.claims import claims_of
from euthymia.evidence.text.lexicon import candidates
from euthymia.mechanism.attach import attach
from euthymia.mechanism.export.formats import FORMATS, exported
from euthymia.mechanism.graph import MechanismMap, mechanism_map
from euthymia.mechanism.map_file import read_map
from euthymia.mechanism.state import Vote, changes, states, tier_of
from euthymia.report.map_join import join, outputs_of
from euthymia.report.map_picture import map_svg
from euthymia.report.whole_model import whole_model

#: what the review's abstract names
NAMED = (
    "ssri", "snri", "tca", "maoi", "nmda-antagonist", "gaba-modulator", "dopamine-agonist", "serotonin-agonist", "tms", "tdcs",
    "photobiomodulation", "stress-input", "inflammation", "oxidative-stress", "mitochondrial-dysfunction", "plasticity",
    "genetic-vulnerability", "life-stress",
)  # fmt: skip


@pytest.fixture(scope="module")
def joined():
    return join()


def test_everything_the_review_names_is_on_the_map():
    on = mechanism_map()
    assert set(NAMED) <= set(on.nodes) and len(on.edges) >= 130
    treatments = [name for name, node in on.nodes.items() if node.kind == "treatment"]
    for name in treatments:
        assert any(edge.source == name for edge in on.edges), name


def test_every_edge_has_an_equation_or_says_why_not(joined):
    assert joined.broken == ()
    assert joined.joined >= 90
    assert all(why for _, why in joined.without_equation)
    assert joined.joined + len(joined.without_equation) == len(joined.on.edges)


def test_every_dependency_of_the_downstream_model_has_an_edge(joined):
    downstream = {
        "serotonin_level",
        "limbic_drive",
        "bdnf_release",
        "cortisol",
        "mood",
        "tonic_inhibition",
        "stable_synapses",
    }
    assert not [pair for pair in joined.without_edge if pair[0] in downstream]


def test_signs_of_edges_are_those_of_the_equations(joined):
    assert joined.wrong_sign == ()


def test_a_turned_sign_a_lost_equation_and_a_lost_edge_are_found():
    on = mechanism_map()
    edges = list(on.edges)
    at = next(i for i, edge in enumerate(edges) if edge.id == "sert→serotonin")
    edges[at] = edges[at].model_copy(update={"sign": 1})
    lost = next(i for i, edge in enumerate(edges) if edge.id == "cortisol→inflammation")
    gone = edges.pop(lost)
    bad = next(i for i, edge in enumerate(edges) if edge.id == "reward→anhedonia")
    edges[bad] = edges[bad].model_copy(update={"enters": edges[bad].enters.model_copy(update={"by": "mood"})})
    found = join(on=MechanismMap(on.nodes, tuple(edges)))
    assert any("sert→serotonin" in line for line in found.wrong_sign)
    assert (gone.enters.quantity, gone.enters.by) in found.without_edge
    assert any("does not depend on 'mood'" in line for line in found.broken)


def test_sources_of_edges_are_in_the_bibliography():
    for edge in mechanism_map().edges:
        for key in (*edge.supports, *edge.disputes):
            assert library().source(key)


def test_words_of_nodes_are_known_names():
    unknown = [
        (name, word)
        for name, node in mechanism_map().nodes.items()
        for word in (*node.words, *node.members)
        if not candidates(word) and word != "prefrontal gain"
    ]
    assert unknown == []


@pytest.mark.parametrize(
    "text, said",
    [
        ("system: x\nnodes:\n  a: {name: A, kind: protein}\nedges:\n  - {from: a, to: b, sign: 1, mechanism: m, left_out: why, confidence: recalled}\n", "no node"),
        ("system: x\nnodes:\n  a: {name: A, kind: protein}\nedges:\n  - {from: a, to: a, sign: 1, mechanism: m, confidence: recalled}\n", "either 'enters' or 'left_out'"),
        ("system: x\nnodes:\n  a: {name: A, kind: rock}\n", "'kind' is 'rock'"),
    ],
)  # fmt: skip
def test_mistakes_in_a_map_file_are_told(tmp_path, text, said):
    (tmp_path / "x.yaml").write_text(text)
    with pytest.raises(DataError, match=said):
        read_map(tmp_path)


def test_paths_and_loops_carry_a_sign():
    on = mechanism_map()
    path, sign = next(iter(on.paths("ssri", "serotonin", 3)))
    assert path == ("ssri", "sert", "serotonin") and sign == 1
    loops = dict(on.loops(3))
    assert loops[("limbic-activity", "negative-bias")] == 1
    assert any(sign == -1 for sign in loops.values())


def claims(text: str):
    return claims_of(Record(source="t", id="1", sections=(Section("", text),), abstract=text))


@pytest.mark.parametrize(
    "text, edge, agrees",
    [
        ("Fluoxetine inhibits the serotonin transporter.", "ssri→sert", 1),
        ("BDNF decreased mTORC1 activity.", "bdnf→mtorc1", -1),
        ("Inhibition of GSK-3β increased synaptic plasticity.", "gsk3→plasticity", 1),
        ("Cortisol did not reduce BDNF.", "cortisol→bdnf", 0),
    ],
)
def test_claims_find_their_edge_and_compose_their_sign(text, edge, agrees):
    attached, _ = attach(claims(text), mechanism_map())
    assert (attached[0].edge, attached[0].agrees) == (edge, agrees)


def test_a_pair_without_an_edge_is_a_candidate_and_is_not_added():
    attached, waiting = attach(claims("Anxiety increased BDNF."), mechanism_map())
    assert not attached and len(waiting) == 1


def vote(study: int, agrees: int, tier: str = "human", **more) -> Vote:
    return Vote(str(study), "bdnf→mtorc1", agrees, tier, **more)


@pytest.mark.parametrize(
    "votes, searched, state",
    [
        ([], (), "untested"), ([], ("*",), "unsupported"), ([], ("bdnf→mtorc1",), "unsupported"),
        ([vote(1, 1)], (), "thin"), ([vote(i, 1) for i in range(4)], (), "supported"),
        ([vote(i, -1) for i in range(4)], (), "contradicted"),
        ([vote(i, 1) for i in range(3)] + [vote(i + 9, -1) for i in range(2)], (), "contested"),
        ([vote(i, 1, "animal") for i in range(9)] + [vote(20, -1, "human trial")], (), "contested"),
        ([vote(1, 1)] * 50, (), "thin"),  # sentences of one study are one vote
        ([vote(i, 1, retracted=True) for i in range(9)], (), "untested"),
        ([vote(1, 1), vote(1, -1)], (), "untested"),  # a study that says both says nothing
        ([vote(i, 1, counts=False) for i in range(9)], ("*",), "unsupported"),
    ],
)  # fmt: skip
def test_states_count_studies_and_not_sentences(votes, searched, state):
    found = {one.edge: one for one in states(mechanism_map(), votes, searched)}
    assert found["bdnf→mtorc1"].state == state


def test_a_change_of_state_is_found_and_names_the_outputs():
    on = mechanism_map()
    before, after = states(on, ()), states(on, [vote(i, 1) for i in range(4)])
    changed = changes(before, after)
    assert [(one.edge, one.before, one.after) for one in changed] == [("bdnf→mtorc1", "untested", "supported")]
    outputs = outputs_of(on.edge("bdnf→mtorc1"), whole_model())
    assert outputs[0] == "mtorc1" and {"ampa_scaling", "limbic_drive", "mood"} <= set(outputs)


def test_reviews_have_no_tier():
    assert tier_of("review", "human") == "" and tier_of("randomised trial", "human") == "human trial"
    assert tier_of("animal", "rat") == "animal" and tier_of("", "cell") == "in vitro"


def test_exports_hold_every_node_and_edge():
    on = mechanism_map()
    texts = {name: exported(on, name) for name in FORMATS}
    sif = [line.split("\t") for line in texts["sif"].splitlines()]
    assert {(a, c) for a, _, c in sif} == {(edge.source, edge.target) for edge in on.edges}
    import networkx

    graph = networkx.parse_graphml(texts["graphml"], force_multigraph=True)
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (len(on.nodes), len(on.edges))
    cx2 = {key: value for part in json.loads(texts["cx2"]) for key, value in part.items()}
    assert (len(cx2["nodes"]), len(cx2["edges"])) == (len(on.nodes), len(on.edges))
    assert cx2["status"] == [{"success": True}]
    kgx = [json.loads(line) for line in texts["kgx"].splitlines()]
    assert sum("predicate" in row for row in kgx) == len(on.edges)
    ids = {row["id"] for row in kgx if "predicate" not in row}
    assert all(row["subject"] in ids and row["object"] in ids for row in kgx if "predicate" in row)
    sbgn = ET.fromstring(texts["sbgn"])
    space = "{http://sbgn.org/libsbgn/0.3}"
    assert len(sbgn.findall(f".//{space}glyph")) == len(on.nodes) and len(sbgn.findall(f".//{space}arc")) == len(
        on.edges
    )


def test_the_picture_shows_every_node():
    drawn = ET.fromstring(map_svg(mechanism_map(), {"sert→serotonin": "supported"}))
    titles = {element.text for element in drawn.iter("{http://www.w3.org/2000/svg}title")}
    assert {node.name for node in mechanism_map().nodes.values()} <= titles


def test_the_check_reports_the_join():
    from euthymia.check import check

    found = check()
    assert found.joined is not None and "edges" in found.joined.text()
    assert "edges_without_equation" in found.told()["map"] and not found.problems
    assert replace(found, joined=None).told().get("map") is None
