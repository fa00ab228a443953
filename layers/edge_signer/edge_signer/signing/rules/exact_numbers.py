"""Digits of floats that c2pa-rs reads exactly, so that both engines write the same number.

c2pa-rs reads a JSON number as a 64-bit integer multiplied or divided by a power of ten, in
binary64. The shortest digits of a float can therefore end up one bit off (serde_json without its
feature `float_roundtrip`). Other digits come out right, except for some two in a thousand floats
of 16 or 17 digits.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

_LARGEST_INTEGER = 2**64 - 1
_LARGEST_POWER = 308
_DIGITS = 19
#: How many neighbours of the exact digits are tried, on either side.
_NEIGHBOURS = 4


class InexactNumberError(ValueError):
    """c2pa-rs cannot read this number from any digits."""


def exact_digits(number: float) -> str:
    """Return digits that c2pa-rs reads as this finite number.

    Raises:
        InexactNumberError: There are no such digits.
    """
    if number == 0:
        return repr(number)
    sign = "-" if number < 0 else ""
    for significand, exponent in _candidates(abs(number)):
        if _as_read(significand, exponent) == abs(number):
            return f"{sign}{significand}e{exponent}"
    raise InexactNumberError(f"c2pa-rs cannot read {number!r} exactly")


def _candidates(number: float) -> Iterator[tuple[int, int]]:
    # Integers of up to 53 bits are read exactly; the shortest digits often fit.
    shortest, _, power = f"{number!r}e0".partition("e")
    whole, _, fraction = shortest.partition(".")
    yield int(whole + fraction), int(power.partition("e")[0]) - len(fraction)
    from fractions import Fraction  # late: few floats, and few workers, need it

    most = _DIGITS - math.floor(math.log10(number))
    for places in range(most, most - _DIGITS, -1):
        exact = Fraction(number) * Fraction(10) ** places
        if exact <= _LARGEST_INTEGER:
            below = above = float(exact)
            yield int(below), -places
            for _ in range(_NEIGHBOURS):
                below, above = math.nextafter(below, 0), math.nextafter(above, math.inf)
                yield int(below), -places
                yield int(above), -places


def _as_read(significand: int, exponent: int) -> float:
    """Compute as c2pa-rs does."""
    if significand > _LARGEST_INTEGER:
        return math.nan
    number = float(significand)
    while exponent < -_LARGEST_POWER and number:
        number /= 1e308
        exponent += _LARGEST_POWER
    if exponent < 0:
        return number / float(f"1e{-exponent}")
    return number * float(f"1e{exponent}") if exponent <= _LARGEST_POWER else math.inf
