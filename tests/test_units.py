"""Units: read once, exact factors, refusals that help."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euthymia.errors import Place, UnitError
from euthymia.units import DEFINITIONS, FAMILIAR, Unit, convert, quantity, unit

units = st.sampled_from(FAMILIAR).map(unit)


def test_every_familiar_unit_can_be_read():
    assert len(FAMILIAR) > 40
    assert len(DEFINITIONS.strip().splitlines()) > 40
    assert all(isinstance(unit(text), Unit) for text in FAMILIAR)


@pytest.mark.parametrize("text", ["", "1", " "])
def test_nothing_and_one_are_dimensionless(text):
    assert unit(text) == unit("")
    assert unit(text).dimensions == ()


@pytest.mark.parametrize(
    ("number", "source", "target", "expected"),
    [
        (300, "nM", "uM", 0.3),
        (0.933, "L/min", "L/h", 55.98),
        (1, "1/h", "1/day", 24),
        (50, "%", "", 0.5),
        (120, "%RMT", "RMT", 1.2),
        (1, "ng/mL", "ug/L", 1),
        (2, "week", "h", 336),
        (7, "point/week", "point/day", 1),
    ],
)
def test_conversion(number, source, target, expected):
    assert convert(number, source, target) == pytest.approx(expected, rel=1e-15)


@given(units, units, st.floats(0.001, 1000))
def test_a_product_divided_again_is_the_first_unit(left, right, number):
    back = left * right / right
    assert back.fits(left)
    assert convert(number, back, left) == pytest.approx(number, rel=1e-12)


@given(units, units)
def test_arithmetic_without_pint_agrees_with_reading_the_text(left, right):
    for made in (left * right, left / right, left**2, left**-1):
        again = unit(made.text)
        assert again.dimensions == made.dimensions
        assert again.scale == pytest.approx(made.scale, rel=1e-12)


def test_points_are_not_pulses():
    with pytest.raises(UnitError, match="'point' is point; 'pulse' is pulse"):
        convert(1, "point", "pulse")


@pytest.mark.parametrize(("text", "near"), [("Mg", "mg"), ("ng/ml*hh", "ng/mL*h"), ("hz", "Hz"), ("%rmt", "%RMT")])
def test_an_unknown_unit_is_refused_with_the_nearest(text, near):
    with pytest.raises(UnitError) as caught:
        unit(text, Place("drugs/x.yaml", 3, "volume.unit"))
    assert f"Did you mean '{near}'?" in str(caught.value)
    assert str(caught.value).startswith(f"drugs/x.yaml, line 3, volume.unit: cannot read the unit '{text}'")


@pytest.mark.parametrize("text", ["degC", "mg/°C", "10 mg", "nan", "L/h/70kg", "__import__('os')", "sqrt(m)", "dB"])
def test_what_is_not_a_plain_factor_is_refused(text):
    with pytest.raises(UnitError):
        unit(text)


def test_quantity_error_texts():
    def said(text, into):
        with pytest.raises(UnitError) as caught:
            quantity(text, into)
        return str(caught.value)

    assert said("10", "mg") == ("'10' has no unit\n  A number never travels without its unit.\n  Did you mean '10 mg'?")
    assert said("10 mL", "mg") == (
        "the unit 'mL' does not fit where 'mg' is wanted\n"
        "  'mL' is length^3; 'mg' is mass.\n"
        "  Give the number in 'mg' (or another like it: ug, ng, g)."
    )
    assert said("1e999 mg", "mg").startswith("'1e999 mg' is not an amount")
    assert said("ten mg", "mg") == (
        "'ten mg' is not an amount\n  An amount is a number and its unit in one text.\n  Write it as '10 mg'."
    )


def test_importing_units_does_not_load_pint():
    code = "import sys, euthymia.units; print('pint' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
