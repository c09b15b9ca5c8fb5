"""Elementary functions for all lanes at once, as short polynomials.

Arguments are reduced with constants split in parts (cody1980), so that the part removed is exact. The polynomials
are the Taylor series themselves, carried until the next term is below the last bit: nothing is fitted.
Errors against numpy are a few units in the last place (`tests/engine/test_vector_maths.py` holds the bounds).
Assumes finite arguments: exp clamps its argument to ±700, and sin and cos lose digits above about 1e5.
"""

from __future__ import annotations

import math

from euthymia.engine.instructions import Function, Value

#: adding this to a double below 2^51 leaves its nearest whole number in the lowest bits (1.5 · 2^52)
ROUNDER = 6755399441055744.0
_ROUNDER_BITS = 0x4338000000000000

#: ln 2 and π/2 as sums whose first terms end in zeros, so that products with small whole numbers are exact
_LN2 = (float.fromhex("0x1.62e42feep-1"), float.fromhex("0x1.a39ef35793c76p-33"))
_HALF_PI = (
    float.fromhex("0x1.921fb544p+0"),
    float.fromhex("0x1.0b4611a6p-34"),
    float.fromhex("0x1.3198a2e037073p-69"),
)

_EXP = [1.0 / math.factorial(k + 2) for k in range(12)]
_ATANH = [2.0 / (2 * k + 3) for k in range(10)]
_SIN = [(-1.0) ** (k + 1) / math.factorial(2 * k + 3) for k in range(8)]
_ATAN = [(-1.0) ** (k + 1) / (2 * k + 3) for k in range(21)]
_COS = [(-1.0) ** k / math.factorial(2 * k + 4) for k in range(7)]


def polynomial(f: Function, x: Value, coefficients: list[float]) -> Value:
    """Σ c_k x^k, summed pairwise so that its terms can be computed side by side."""
    terms = [f.constant(c) for c in coefficients]
    while len(terms) > 1:
        paired = [f.fused(terms[i + 1], x, terms[i]) for i in range(0, len(terms) - 1, 2)]
        terms = paired + terms[2 * len(paired) :]
        x = f.multiply(x, x)
    return terms[0]


def exp(f: Function, x: Value) -> Value:
    """e^x = 2^k e^r with |r| ≤ ln 2 / 2; k goes into the exponent bits."""
    x = f.maximum(f.minimum(x, f.constant(700.0)), f.constant(-700.0))
    rounded = f.fused(x, f.constant(1.0 / math.log(2.0)), f.constant(ROUNDER))
    k = f.subtract(rounded, f.constant(ROUNDER))
    rest = f.fused(k, f.constant(-_LN2[1]), f.fused(k, f.constant(-_LN2[0]), x))
    value = f.fused(f.multiply(rest, rest), polynomial(f, rest, _EXP), rest)
    value = f.add(value, f.constant(1.0))
    exponent = f.on_whole("shl", f.as_whole(rounded), f.whole_constant(52))
    return f.as_vector(f.on_whole("add", f.as_whole(value), exponent))


def log(f: Function, x: Value) -> Value:
    """ln x = k ln 2 + ln(1 + f), √½ ≤ 1 + f < √2, by the series of artanh(f / (2 + f)); for normal x > 0."""
    whole = f.as_whole(x)
    root_half = int.from_bytes(bytearray.fromhex("3FE6A09E667F3BCD"), "big")
    k = f.on_whole("ashr", f.on_whole("sub", whole, f.whole_constant(root_half)), f.whole_constant(52))
    mantissa = f.as_vector(f.on_whole("sub", whole, f.on_whole("shl", k, f.whole_constant(52))))
    tagged = f.on_whole("add", k, f.whole_constant(_ROUNDER_BITS))
    k = f.subtract(f.as_vector(tagged), f.constant(ROUNDER))
    excess = f.subtract(mantissa, f.constant(1.0))
    s = f.divide(excess, f.add(excess, f.constant(2.0)))
    square = f.multiply(s, s)
    tail = f.multiply(square, polynomial(f, square, _ATANH))
    small = f.fused(s, f.subtract(tail, excess), f.multiply(k, f.constant(_LN2[1])))
    return f.fused(k, f.constant(_LN2[0]), f.add(excess, small))


def log_or_nan(f: Function, x: Value) -> Value:
    """ln x for x > 0 and not-a-number otherwise, so that the step is rejected."""
    positive = f.compare("ogt", x, f.constant(0.0))
    return f.select(positive, log(f, x), f.constant(math.nan))


def log_positive(f: Function, x: Value) -> Value:
    """ln max(x, 1e-300): finite, for use inside a power."""
    return log(f, f.maximum(x, f.constant(1e-300)))


def power(f: Function, base: Value, exponent_log: Value) -> Value:
    """e^(n ln x), given n ln x; 0 where the base x is not positive."""
    positive = f.compare("ogt", base, f.constant(0.0))
    return f.select(positive, exp(f, exponent_log), f.constant(0.0))


def sin(f: Function, x: Value) -> Value:
    return _turn(f, x, quarter=0)


def cos(f: Function, x: Value) -> Value:
    return _turn(f, x, quarter=1)


def atan(f: Function, x: Value) -> Value:
    """arctan x: above 1 from that of 1/x, above tan(π/8) from that of (x - 1)/(x + 1); the series of what is left."""
    size, one = f.absolute(x), f.constant(1.0)
    beyond = f.compare("ogt", size, one)
    inside = f.select(beyond, f.divide(one, size), size)
    upper = f.compare("ogt", inside, f.constant(math.tan(math.pi / 8)))
    t = f.select(upper, f.divide(f.subtract(inside, one), f.add(inside, one)), inside)
    square = f.multiply(t, t)
    angle = f.fused(f.multiply(square, t), polynomial(f, square, _ATAN), t)
    angle = f.select(upper, f.add(f.constant(math.pi / 4), angle), angle)
    angle = f.select(beyond, f.subtract(f.constant(math.pi / 2), angle), angle)
    return f.select(f.compare("olt", x, f.constant(0.0)), f.negate(angle), angle)


def _turn(f: Function, x: Value, quarter: int) -> Value:
    """sin(x + quarter·π/2): take out whole quarter turns, then the short series of sin or cos of what is left."""
    rounded = f.fused(x, f.constant(2.0 / math.pi), f.constant(ROUNDER))
    k = f.subtract(rounded, f.constant(ROUNDER))
    r = x
    for part in _HALF_PI:
        r = f.fused(k, f.constant(-part), r)
    square = f.multiply(r, r)
    sine = f.fused(f.multiply(square, r), polynomial(f, square, _SIN), r)
    fourth = f.multiply(square, square)
    cosine = f.fused(fourth, polynomial(f, square, _COS), f.fused(square, f.constant(-0.5), f.constant(1.0)))
    turns = f.on_whole("add", f.as_whole(rounded), f.whole_constant(quarter))
    odd = f.on_whole("and", turns, f.whole_constant(1))
    is_odd = f.compare_whole("ne", odd, f.whole_constant(0))
    value = f.as_whole(f.select(is_odd, cosine, sine))
    sign = f.on_whole("shl", f.on_whole("lshr", turns, f.whole_constant(1)), f.whole_constant(63))
    return f.as_vector(f.on_whole("xor", value, sign))
