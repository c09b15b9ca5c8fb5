"""What a unit is: read from text once, then plain numbers and tuples.

The list of units is closed: a unit that is not defined below is refused, so 'Mg' cannot pass for a megagram.
Scale points, pulses, sessions, contacts and the motor threshold have dimensions of their own, so that points
are never added to pulses. Only this file knows pint, and only while reading text; arithmetic on `Unit` is
pure Python. Left out: scales with an offset (degrees Celsius) and logarithmic units.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from fractions import Fraction
from functools import cache
from math import isfinite
from typing import Any

from euthymia.errors import Place, UnitError

DEFINITIONS = """
femto- = 1e-15 = f-
pico- = 1e-12 = p-
nano- = 1e-9 = n-
micro- = 1e-6 = u- = µ- = μ-
milli- = 1e-3 = m-
kilo- = 1e3 = k-
meter = [length] = m = metre
centimeter = 0.01 * meter = cm
gram = [mass] = g
second = [time] = s = sec
mole = [substance] = mol
ampere = [current] = A
kelvin = [temperature] = K
minute = 60 * second = min
hour = 60 * minute = h = hr
day = 24 * hour = d
week = 7 * day = wk
year = 365.25 * day = yr
month = year / 12
liter = 1e-3 * meter ** 3 = L = l = litre
deciliter = 0.1 * liter = dL = dl
molar = mole / liter = M
dalton = gram / mole = Da
hertz = 1 / second = Hz
newton = 1000 * gram * meter / second ** 2 = N
pascal = newton / meter ** 2 = Pa
millimeter_Hg = 133.322387415 * pascal = mmHg
joule = newton * meter = J
watt = joule / second = W
coulomb = ampere * second = C
volt = joule / coulomb = V
ohm = volt / ampere
siemens = ampere / volt = S
tesla = volt * second / meter ** 2 = T
lux = [illuminance] = lx
international_unit = [activity] = IU
percent = 0.01
pulse = [pulse]
session = [session]
point = [point]
contact = [contact]
motor_threshold = [motor_threshold] = RMT
percent_RMT = 0.01 * motor_threshold
"""

#: offered when a unit cannot be read or does not fit
FAMILIAR = (
    *("mg", "mg/kg", "ug", "ng", "g", "kg", "g/mol", "mg/h", "L", "mL", "L/kg", "L/h", "L/min", "mL/min"),
    *("L/h/kg", "ng/mL", "ug/L", "mg/L", "nM", "uM", "nmol/L", "pg/mL", "ng/mL*h", "h", "min", "s", "day"),
    *("week", "year", "1/h", "1/day", "1/min", "Hz", "%", "%RMT", "pulse", "session", "point", "point/day"),
    *("contact", "V/m", "mA", "A/us", "W", "mW/cm^2", "J/cm^2", "cm", "mm", "cm^2", "lux", "K", "IU"),
)

_OFFSET = {"degC", "degF", "°C", "°F", "celsius", "fahrenheit"}
_NUMBER = re.compile(r"^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*$")

Dimensions = tuple[tuple[str, int | float], ...]


@dataclass(frozen=True)
class Unit:
    """A unit as its factor to base units and its dimensions; units that mean the same are equal.

    >>> unit("mg/L") == unit("ug/mL")
    True
    >>> unit("mg") / unit("L")
    Unit('mg/L')
    """

    text: str = field(compare=False)
    scale: float
    dimensions: Dimensions

    def fits(self, other: Unit) -> bool:
        """Whether numbers in the two units can be added after scaling."""
        return self.dimensions == other.dimensions

    def factor(self, target: Unit) -> float:
        """What to multiply a number in this unit by to have it in `target`; raises `UnitError`."""
        if self.dimensions != target.dimensions:
            raise _unfit(self, target)
        return self.scale / target.scale

    def __mul__(self, other: Unit) -> Unit:
        text = " * ".join(u.text for u in (self, other) if u.text) if self.text or other.text else ""
        return Unit(text.replace(" * ", "*"), self.scale * other.scale, _joined(self, other, 1))

    def __truediv__(self, other: Unit) -> Unit:
        below = f"({other.text})" if set("*/") & set(other.text) else other.text
        text = f"{self.text or '1'}/{below}" if below else self.text
        return Unit(text, self.scale / other.scale, _joined(self, other, -1))

    def __pow__(self, power: int | float) -> Unit:
        inner = f"({self.text})" if set("*/^") & set(self.text) else self.text
        text = "" if not inner or power == 0 else inner if power == 1 else f"{inner}^{power:g}"
        dimensions = tuple((name, _tidy(n * power)) for name, n in self.dimensions) if power else ()
        return Unit(text, self.scale**power, dimensions)

    def __str__(self) -> str:
        return self.text or "1"

    def __repr__(self) -> str:
        return f"Unit('{self.text}')"


def _tidy(exponent: float) -> int | float:
    return int(exponent) if exponent == int(exponent) else exponent


def _joined(left: Unit, right: Unit, sign: int) -> Dimensions:
    total = dict(left.dimensions)
    for name, exponent in right.dimensions:
        total[name] = _tidy(total.get(name, 0) + sign * exponent)
    return tuple(sorted((name, exponent) for name, exponent in total.items() if exponent))


@cache
def _registry() -> Any:
    import pint

    # no units but ours, and exact factors; both are in pint's manual and neither in its annotations
    settings: dict[str, Any] = {"filename": None, "non_int_type": Fraction}
    registry = pint.UnitRegistry(**settings)
    for line in DEFINITIONS.strip().splitlines():
        registry.define(line)
    return registry


def _plain(text: str) -> str:
    return re.sub(r"%\s*RMT", "percent_RMT", text).replace("%", "percent")


def unit(text: str, place: Place | None = None) -> Unit:
    """Read a unit; '' and '1' are the dimensionless one; raises `UnitError` with the nearest unit there is.

    >>> unit("ng/mL").dimensions
    (('length', -3), ('mass', 1))
    >>> unit("hour").scale
    3600.0
    >>> unit("mgg")
    Traceback (most recent call last):
    euthymia.errors.UnitError: cannot read the unit 'mgg'
      A unit is built from known ones with * / ^, for example mg, L/h, ng/mL, 1/h, %, %RMT, point.
      Did you mean 'mg'?
    """
    clean = text.strip()
    if _OFFSET & set(re.split(r"[\s*/^]+", clean)):
        raise UnitError(
            f"the unit '{clean}' has an offset",
            place=place,
            rule="A unit here is a factor, so that numbers in it can be scaled.",
            fix="Give a temperature in K, or a temperature difference in K.",
        )
    found = _read(clean)
    if found is None:
        raise _unread(clean, place)
    return found


@cache
def _read(text: str) -> Unit | None:
    if text in ("", "1"):
        return Unit("", 1.0, ())
    try:
        scaled = _registry().Quantity(1, _registry().parse_units(_plain(text))).to_root_units()
    except Exception:  # pint raises many kinds, depending on where in the text it stumbles
        return None
    powers = {str(name).strip("[]"): _tidy(float(power)) for name, power in scaled.dimensionality.items()}
    return Unit(text, float(scaled.magnitude), tuple(sorted(powers.items())))


def convert(number: float, source: str | Unit, target: str | Unit) -> float:
    """The same amount in another unit; raises `UnitError` when the two do not measure the same thing.

    >>> convert(90, "min", "h")
    1.5
    """
    source = unit(source) if isinstance(source, str) else source
    target = unit(target) if isinstance(target, str) else target
    return number * source.factor(target) if source.scale != target.scale or not source.fits(target) else number


def quantity(text: str, into: str, place: Place | None = None) -> float:
    """The number in the unit `into` of a written amount; raises `UnitError` when number or unit is missing.

    >>> quantity("0.5 g", "mg"), quantity("120 %RMT", "%RMT"), quantity("2 weeks", "day")
    (500.0, 120.0, 14.0)
    """
    found = _NUMBER.match(text) if isinstance(text, str) else None
    if not found or not isfinite(float(found[1])):
        raise UnitError(
            f"'{text}' is not an amount",
            place=place,
            rule="An amount is a number and its unit in one text.",
            fix=f"Write it as '10 {into}'." if into else "Write it as a number.",
        )
    number, written = float(found[1]), found[2]
    source, target = unit(written, place), unit(into)
    if not written and target.dimensions:
        raise UnitError(
            f"'{text}' has no unit",
            place=place,
            rule="A number never travels without its unit.",
            fix=f"Did you mean '{text.strip()} {into}'?",
        )
    if not source.fits(target):
        raise _unfit(source, target, place)
    return convert(number, source, target)


def _unread(text: str, place: Place | None) -> UnitError:
    near = [known for known in FAMILIAR if known.lower() == text.lower()]
    near = near or get_close_matches(text, FAMILIAR, n=1, cutoff=0.5)
    return UnitError(
        f"cannot read the unit '{text}'",
        place=place,
        rule="A unit is built from known ones with * / ^, for example mg, L/h, ng/mL, 1/h, %, %RMT, point.",
        fix=f"Did you mean '{near[0]}'?" if near else "Check the spelling; capital letters matter.",
    )


def _unfit(source: Unit, target: Unit, place: Place | None = None) -> UnitError:
    alike = [text for text in FAMILIAR if unit(text).fits(target) and text != target.text]
    near = f" (or another like it: {', '.join(alike[:3])})" if alike else ""
    return UnitError(
        f"the unit '{source}' does not fit where '{target}' is wanted",
        place=place,
        rule=f"'{source}' is {_measured(source)}; '{target}' is {_measured(target)}.",
        fix=f"Give the number in '{target}'{near}.",
    )


def _measured(one: Unit) -> str:
    names = [name if power == 1 else f"{name}^{power:g}" for name, power in one.dimensions]
    return " * ".join(names) or "a plain ratio"
