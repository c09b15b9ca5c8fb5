"""Cards print every number of a thing, with its mark."""

import json

import pytest

from euthymia.errors import UnknownName
from euthymia.report.card_kinds import CARDS, names_of
from euthymia.report.cards import card


@pytest.mark.parametrize("kind", sorted(CARDS))
def test_every_thing_of_every_kind_has_a_card(kind):
    names = names_of(kind)
    assert names
    for name in names:
        found = card(kind, name)
        assert str(found).strip()
        json.dumps(found.told())


def test_a_drug_card_holds_every_number_of_its_file():
    from euthymia.report.values_in import values_in
    from euthymia.treatments.drug import drug

    found = card("drug", "esketamine")
    assert len(found.lines) == len(list(values_in(drug("esketamine")))) > 20
    assert any("provisional" in line.mark for line in found.lines)
    assert all(line.origin for line in found.lines)
    assert "[provisional]" in str(found)


def test_a_trial_card_hides_no_second_analysis():
    said = str(card("trial", "transform2"))
    assert "21.4" in said and "19.6" in said


def test_an_unknown_kind_and_an_unknown_name_are_told():
    with pytest.raises(UnknownName, match="there is no kind 'potion'"):
        card("potion")
    with pytest.raises(UnknownName, match="there is no drug 'escitalopam'"):
        card("drug", "escitalopam")


def test_the_numbers_of_printed_lines_are_those_of_why():
    from euthymia.report.why import why

    node = why("inattention")
    assert card("block", "symptoms").facts[f"line {node.told['line']}"].startswith("d(inattention)")
