"""A value keeps its paper trail, and prints its mark whenever it is not measured and read."""

import pytest

from euthymia.errors import DataError, Place
from euthymia.evidence.read_value import value_from
from euthymia.evidence.value import Confidence, Grade, Spread, SpreadKind, Value

COMPLETE = {"value": 31, "unit": "L/h", "where": "abstract", "grade": "measured", "confidence": "verified"}
HERE = Place("sources/x.yaml", 7, "values.clearance")


def read(**changes):
    return value_from({key: item for key, item in (COMPLETE | changes).items() if item is not ...}, HERE, source="x")


@pytest.mark.parametrize(
    ("given", "needs"),
    [
        ({"grade": Grade.measured}, ["A measured value needs 'source'.", "A measured value needs 'where'."]),
        ({"grade": Grade.measured, "source": "a2000"}, ["A measured value needs 'where'."]),
        ({"grade": Grade.derived, "formula": "a*b"}, ["A derived value needs 'inputs'."]),
        ({"grade": Grade.fitted}, ["A fitted value needs 'fit'."]),
        ({"grade": Grade.assumed}, ["An assumed value needs 'because'."]),
        ({"grade": Grade.measured, "source": "a2000", "where": "Table 1"}, []),
        ({"grade": Grade.derived, "formula": "a*b", "inputs": ("x/a", "x/b")}, []),
        ({"grade": Grade.fitted, "fit": "ssri-2026"}, []),
        ({"grade": Grade.assumed, "because": "nobody measured it"}, []),
    ],
)
def test_each_grade_asks_for_its_own_trail(given, needs):
    assert list(Value(1.0, "h", **given).problems()) == needs


@pytest.mark.parametrize(
    ("grade", "confidence", "mark"),
    [
        ("measured", "verified", ""),
        ("measured", "recalled", "provisional"),
        ("derived", "recalled", "provisional"),
        ("assumed", "verified", "assumed"),
        ("assumed", "recalled", "assumed, provisional"),
    ],
)
def test_the_mark_says_what_is_not_yet_known(grade, confidence, mark):
    value = Value(1.0, "h", grade=Grade(grade), confidence=Confidence(confidence), because="guess")
    assert value.mark == mark
    assert str(value).endswith(f"[{mark}]" if mark else "1 h")


def test_a_value_prints_number_unit_and_origin():
    assert str(read()) == "31 L/h (x, abstract)"
    assert str(read(confidence="recalled")) == "31 L/h (x, abstract) [provisional]"


def test_a_changed_copy_leaves_the_original():
    value = read()
    assert value.with_(number=40).number == 40
    assert value.number == 31
    with pytest.raises(AttributeError):
        value.number = 2


def test_the_spread_and_the_setting_are_read():
    value = read(spread={"kind": "ci95", "low": 25, "high": 37}, population="healthy adults", n=12)
    assert value.spread == Spread(SpreadKind.ci95, low=25, high=37)
    assert value.about("population") == "healthy adults"
    assert value.about("n") == 12
    assert value.about("assay") is None
    assert value.place == HERE


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"confidnce": "verified"}, "there is no key 'confidnce' in a value"),
        ({"value": "31 or so"}, "'value' is not a finite number but '31 or so'"),
        ({"value": float("nan")}, "'value' is not a finite number but 'nan'"),
        ({"value": True}, "'value' is not a finite number but 'True'"),
        ({"value": ...}, "'value' is missing"),
        ({"unit": ...}, "the unit is missing"),
        ({"where": ...}, "A measured value needs 'where'."),
        ({"confidence": ...}, "'confidence' is missing"),
        ({"confidence": "verfied"}, "Did you mean 'verified'?"),
        ({"grade": "guessed"}, "It is one of: measured, derived, fitted, assumed."),
        ({"spread": {"kind": "cv", "value": 35}}, "a cv of 35 cannot be right"),
        ({"spread": {"kind": "ci95", "low": 9, "high": 1}}, "the spread runs backwards, from 9 to 1"),
        ({"spread": 3}, "the spread cannot be read: '3'"),
    ],
)
def test_a_faulty_value_is_refused_with_its_place(changes, text):
    with pytest.raises(DataError) as fault:
        read(**changes)
    assert text in str(fault.value)
    assert str(fault.value).startswith("sources/x.yaml, line 7, values.clearance: ")


def test_the_error_text_in_full():
    with pytest.raises(DataError) as fault:
        read(where=...)
    assert str(fault.value) == (
        "sources/x.yaml, line 7, values.clearance: "
        "the value is graded 'measured' without what that grade asks for\n"
        "  A measured value needs 'where'.\n"
        "  Add it, or choose the grade that fits: measured, derived, fitted or assumed."
    )
